// SPDX-License-Identifier: GPL-2.0
/*
 * stranded ORDER [PREFIX] - free memory in blocks of that order that are not
 * wholly free, by the kind of page that keeps them from being it.
 *
 * A block counts for the first kind of page found in it, in the order of the
 * list below: what cannot move comes first.  The kernel flags neither the
 * pages it takes for itself nor those on a list of free pages of one CPU:
 * both are "kernel", the latter also said apart.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "../../selftests/memory_reclaim/_proc.h"
#include "page_flags.h"

#define MIB(pages)	((pages) / 256.0)

enum { SLAB, PAGETABLE, KERNEL, PINNED, ANON, SHMEM, CACHE, KINDS };

static const char *const name[KINDS] = {
	"slab", "pagetable", "kernel", "pinned", "anon", "shmem", "cache",
};

static int kind(uint64_t flags)
{
	if (flags & FLAG(KPF_SLAB))
		return SLAB;
	if (flags & FLAG(KPF_PGTABLE))
		return PAGETABLE;
	/* Mapped or up to date: may be on its way to a list of the LRU. */
	if (!(flags & (FLAG(KPF_LRU) | FLAG(KPF_ANON) | FLAG(KPF_MMAP) | FLAG(KPF_UPTODATE))))
		return KERNEL;
	if (flags & (FLAG(KPF_UNEVICTABLE) | FLAG(KPF_MLOCKED) | FLAG(KPF_WRITEBACK)))
		return PINNED;
	if (flags & FLAG(KPF_ANON))
		return ANON;
	if (flags & FLAG(KPF_SWAPBACKED))
		return SHMEM;
	return flags & FLAG(KPF_DIRTY) ? PINNED : CACHE;
}

/* Free pages on the lists of the CPUs. */
static long percpu_free(void)
{
	long n = 0;

	add_counters("/proc/zoneinfo", " count: %ld", &n, NULL);
	return n;
}

int main(int argc, char **argv)
{
	int order = argc >= 2 ? atoi(argv[1]) : -1, fd, i, worst;
	const char *prefix = argc == 3 ? argv[2] : "";
	unsigned long stranded[KINDS] = { 0 }, all = 0, free;
	static uint64_t flags[1024];
	size_t size;

	if (order < 0 || order > 10)
		return 2;
	size = sizeof(*flags) << order;
	fd = open("/proc/kpageflags", O_RDONLY);
	if (fd < 0) {
		perror("/proc/kpageflags");
		return 1;
	}
	while (read(fd, flags, size) == (ssize_t)size) {
		free = 0;
		worst = KINDS;
		for (i = 0; i < 1 << order; i++) {
			if (flags[i] & FLAG(KPF_BUDDY))
				free++;
			else if (flags[i] & FLAG(KPF_NOPAGE))
				worst = KERNEL;
			else if (kind(flags[i]) < worst)
				worst = kind(flags[i]);
		}
		if (worst == KINDS || !free)
			continue;
		stranded[worst] += free;
		all += free;
	}
	close(fd);
	printf("@data %sstranded_all_MiB=%.1f", prefix, MIB(all));
	for (i = 0; i < KINDS; i++)
		printf(" %sstranded_%s_MiB=%.1f", prefix, name[i], MIB(stranded[i]));
	printf(" %spercpu_free_MiB=%.1f\n", prefix, MIB(percpu_free()));
	return 0;
}
