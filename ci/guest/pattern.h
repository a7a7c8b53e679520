/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A pattern that tells every cache line of memory from every other, so that a
 * page lost, zeroed or swapped with another one is seen.  One word a line: the
 * host takes and gives whole pages, and software emulation is slow.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MIB		(1024UL * 1024)
#define PAGE_WORDS	(4096 / sizeof(uint64_t))
#define LINE_WORDS	(64 / sizeof(uint64_t))

static inline uint64_t pattern(uint64_t seed, size_t word)
{
	return (seed + word) * 0x9e3779b97f4a7c15ULL;
}

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

/*
 * Fresh memory must read as zero, whatever the host did to its page.  The
 * first word of a page is written unread: reading would map the zero page.
 */
static inline void fill(uint64_t *p, size_t mib, uint64_t seed)
{
	size_t words = mib * MIB / sizeof(*p), page, i;

	for (page = 0; page < words; page += PAGE_WORDS) {
		p[page] = pattern(seed, page);
		for (i = page + LINE_WORDS; i < page + PAGE_WORDS; i += LINE_WORDS) {
			if (p[i])
				bad("fresh memory", i, 0, p[i]);
			p[i] = pattern(seed, i);
		}
	}
}

static inline void verify(const char *what, const uint64_t *p, size_t mib, uint64_t seed)
{
	size_t words = mib * MIB / sizeof(*p), i;

	for (i = 0; i < words; i += LINE_WORDS)
		if (p[i] != pattern(seed, i))
			bad(what, i, pattern(seed, i), p[i]);
}

#endif
