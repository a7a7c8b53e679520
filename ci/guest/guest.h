/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the workloads share: memory that is taken, written and found unchanged,
 * or the run is red.
 */
#ifndef GUEST_H
#define GUEST_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../selftests/memory_reclaim/_clock.h"
#include "../../selftests/memory_reclaim/_memory.h"

#define MIB		(1024UL * 1024)
#define PAGE		4096UL
#define MSEC		(NSEC_PER_SEC / 1000)

/* The end of a run: whoever reads the guest's marks takes "@bad" for red. */
static inline void bad(const char *what, size_t word, uint64_t want, uint64_t have)
{
	printf("@bad %s at byte %zu: %#llx instead of %#llx\n", what, word * sizeof(want),
	       (unsigned long long)have, (unsigned long long)want);
	exit(1);
}

/* A system call that a workload cannot do without has failed. */
__attribute__((noreturn))
static inline void fail(const char *what)
{
	printf("@bad %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline uint64_t *take(size_t mib)
{
	void *p = mmap(NULL, mib * MIB, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		printf("@bad no memory for %zu MiB\n", mib);
		exit(1);
	}
	return p;
}

static inline void give(uint64_t *p, size_t mib)
{
	munmap(p, mib * MIB);
}

/* Fresh memory must read as zero, whatever the host did to its page. */
static inline void fill_words(uint64_t *p, size_t to, size_t step, uint64_t seed)
{
	size_t i = write_fresh(p, 0, to, step, seed);

	if (i < to)
		bad("fresh memory", i, 0, p[i]);
}

static inline void fill(uint64_t *p, size_t mib, uint64_t seed)
{
	fill_words(p, mib * MIB / sizeof(*p), LINE_WORDS, seed);
}

static inline void verify_words(const char *what, const uint64_t *p, size_t from, size_t to,
				size_t step, uint64_t seed)
{
	size_t i = check_pattern(p, from, to, step, seed);

	if (i < to)
		bad(what, i, pattern(seed, i), p[i]);
}

static inline void verify(const char *what, const uint64_t *p, size_t mib, uint64_t seed)
{
	verify_words(what, p, 0, mib * MIB / sizeof(*p), LINE_WORDS, seed);
}

/* Huge pages would have to be split, which is another matter. */
static inline uint64_t *take_scattered(size_t mib, size_t step, uint64_t seed,
				       bool (*stays)(size_t page))
{
	uint64_t *p = take(mib);

	madvise(p, mib * MIB, MADV_NOHUGEPAGE);
	fill_words(p, mib * MIB / sizeof(*p), step, seed);
	if (scatter(p, mib * MIB / PAGE, PAGE, stays))
		fail("madvise");
	return p;
}

static inline void verify_scattered(const uint64_t *p, size_t mib, size_t step, uint64_t seed,
				    bool (*stays)(size_t page))
{
	size_t i;

	for (i = 0; i < mib * MIB / PAGE; i++)
		if (stays(i))
			verify_words("kept page", p, i * PAGE_WORDS, (i + 1) * PAGE_WORDS, step,
				     seed);
}

static inline void sleep_until(uint64_t due)
{
	struct timespec ts = { .tv_sec = due / NSEC_PER_SEC, .tv_nsec = due % NSEC_PER_SEC };

	if (due <= now())
		return;
	errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
	if (errno)
		fail("clock_nanosleep");
}

static inline int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static inline void sort(uint64_t *numbers, size_t n)
{
	qsort(numbers, n, sizeof(*numbers), ascending);
}

#endif
