// SPDX-License-Identifier: GPL-2.0
/*
 * pagecost PAGES ROUNDS - what it costs to allocate, touch and free a page, in
 * ticks of the time stamp counter (under icount: instructions).
 *
 * Says the median of all rounds.  The timer's ticks fall into them evenly.
 */
#ifdef __x86_64__
#include <x86intrin.h>
#endif
#include "guest.h"

static uint64_t ticks(void)
{
#ifdef __x86_64__
	return __rdtsc();
#else
	uint64_t now;

	asm volatile("isb; mrs %0, cntvct_el0" : "=r" (now));
	return now;
#endif
}

int main(int argc, char **argv)
{
	size_t pages = argc == 3 ? strtoul(argv[1], NULL, 10) : 0, i;
	int rounds = argc == 3 ? atoi(argv[2]) : 0, r;
	uint64_t cost[256], begin;
	volatile char *p;

	if (!pages || rounds < 1 || rounds > 256)
		return 2;
	for (r = 0; r < rounds; r++) {
		begin = ticks();
		p = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			return 1;
		madvise((void *)p, pages * 4096, MADV_NOHUGEPAGE);
		for (i = 0; i < pages; i++)
			p[i * 4096] = 1;
		munmap((void *)p, pages * 4096);
		cost[r] = ticks() - begin;
	}
	sort(cost, rounds);
	printf("@data page_min=%.2f page_median=%.2f page_max=%.2f\n", (double)cost[0] / pages,
	       (double)cost[rounds / 2] / pages, (double)cost[rounds - 1] / pages);
	return 0;
}
