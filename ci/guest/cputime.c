// SPDX-License-Identifier: GPL-2.0
/*
 * cputime PID|NAME - CPU time of a process or kernel thread so far, in ns
 * (under icount: instructions).
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Lowest PID of that name, 0: there is none. */
static pid_t find(const char *name)
{
	char comm[32];
	pid_t pid, found = 0;
	glob_t all;
	size_t i;
	FILE *f;

	if (glob("/proc/[1-9]*/comm", 0, NULL, &all))
		return 0;
	for (i = 0; i < all.gl_pathc; i++) {
		f = fopen(all.gl_pathv[i], "r");
		if (!f)
			continue;
		pid = atoi(all.gl_pathv[i] + strlen("/proc/"));
		if (fgets(comm, sizeof(comm), f) && !strcmp(strtok(comm, "\n"), name) &&
		    (!found || pid < found))
			found = pid;
		fclose(f);
	}
	globfree(&all);
	return found;
}

int main(int argc, char **argv)
{
	struct timespec ts;
	clockid_t clock;
	pid_t pid;

	if (argc != 2)
		return 2;
	pid = atoi(argv[1]);
	if (!pid)
		pid = find(argv[1]);
	if (!pid || clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		return 1;
	printf("%lld\n", ts.tv_sec * 1000000000LL + ts.tv_nsec);
	return 0;
}
