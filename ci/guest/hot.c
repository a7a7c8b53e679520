// SPDX-License-Identifier: GPL-2.0
/*
 * hot FILE MIB SECONDS [ROUNDS] - reads the first MIB of a file each SECONDS, so many
 * times, or until told to stop (SIGTERM). Then it says how much of that was in the page cache each time
 * before it was read, at least, and how much was not, in sum; and the CPU time for
 * a page, the first time and later.
 */
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include "../../selftests/memory_reclaim/_cached.h"
#include "guest.h"

/* Returns the CPU time, ns */
static uint64_t read_once(int fd, size_t mib)
{
	uint64_t began = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	static char buf[MIB];
	size_t m;

	for (m = 0; m < mib; m++)
		if (pread(fd, buf, MIB, m * MIB) != (ssize_t)MIB)
			fail("read");
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began;
}

int main(int argc, char **argv)
{
	size_t mib = argc == 4 || argc == 5 ? strtoul(argv[2], NULL, 10) : 0;
	long most = argc == 5 ? strtol(argv[4], NULL, 10) : 0;
	struct timespec pause = { .tv_sec = mib ? strtoul(argv[3], NULL, 10) : 0 };
	long pages = mib * MIB / PAGE, cached, least = pages, missed = 0, rounds = 0;
	uint64_t first = 0, all = 0, cpu;
	sigset_t term;
	int fd;

	if (!pause.tv_sec)
		return 2;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	fd = open(argv[1], O_RDONLY);
	if (fd < 0)
		fail(argv[1]);
	do {
		cached = pages_cached(fd, pages);
		if (cached < 0)
			fail("mincore");
		if (cached < least)
			least = cached;
		missed += pages - cached;
		cpu = read_once(fd, mib);
		all += cpu;
		if (!rounds++)
			first = cpu;
	} while (rounds != most && sigtimedwait(&term, NULL, &pause) != SIGTERM);
	printf("@data hot_rounds=%ld hot_cached_pct=%.1f hot_missed_MiB=%.1f", rounds,
	       100.0 * least / pages, (double)missed * PAGE / MIB);
	printf(" hot_first_ns_per_page=%.1f", (double)first / pages);
	if (rounds > 1)
		printf(" hot_ns_per_page=%.1f", (double)(all - first) / (rounds - 1) / pages);
	putchar('\n');
	return 0;
}
