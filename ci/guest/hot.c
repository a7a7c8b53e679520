// SPDX-License-Identifier: GPL-2.0
/*
 * hot FILE MIB SECONDS - reads the first MIB of a file each SECONDS, until told to
 * stop (SIGTERM). Then it says how much of that was in the page cache each time
 * before it was read, at least, and how much was not, in sum.
 */
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include "../../selftests/memory_reclaim/_cached.h"
#include "guest.h"

static void read_once(int fd, size_t mib)
{
	static char buf[MIB];
	size_t m;

	for (m = 0; m < mib; m++)
		if (pread(fd, buf, MIB, m * MIB) != (ssize_t)MIB)
			fail("read");
}

int main(int argc, char **argv)
{
	size_t mib = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	struct timespec pause = { .tv_sec = mib ? strtoul(argv[3], NULL, 10) : 0 };
	long pages = mib * MIB / PAGE, cached, least = pages, missed = 0, rounds = 0;
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
		read_once(fd, mib);
		rounds++;
	} while (sigtimedwait(&term, NULL, &pause) != SIGTERM);
	printf("@data hot_rounds=%ld hot_cached_pct=%.1f hot_missed_MiB=%.1f\n", rounds,
	       100.0 * least / pages, (double)missed * PAGE / MIB);
	return 0;
}
