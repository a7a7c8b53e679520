// SPDX-License-Identifier: GPL-2.0
/*
 * cputime PID - CPU time of a process or kernel thread so far, in ns (under
 * icount: instructions).
 */
#include <stdio.h>
#include "../../selftests/memory_reclaim/_clock.h"

int main(int argc, char **argv)
{
	pid_t pid = argc == 2 ? atoi(argv[1]) : 0;
	clockid_t clock;

	if (!pid)
		return 2;
	if (clock_getcpuclockid(pid, &clock))
		return 1;
	printf("%llu\n", (unsigned long long)clock_ns(clock));
	return 0;
}
