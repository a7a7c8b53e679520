/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is written to memory and must be found there, and what is left of it
 * when it is scattered.
 */
#ifndef MEMORY_RECLAIM_MEMORY_H
#define MEMORY_RECLAIM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/* Of the smallest page that there is */
#define PAGE_WORDS	(4096 / sizeof(uint64_t))
#define LINE_WORDS	(64 / sizeof(uint64_t))

/*
 * Tells every word from every other, so that a page that is lost, zeroed or
 * swapped with another one is seen. As a host takes and gives whole pages, and
 * emulators are slow, one word in @step is written and looked at.
 */
static inline uint64_t pattern(uint64_t seed, size_t word)
{
	return (seed + word) * 0x9e3779b97f4a7c15ULL;
}

static inline void write_pattern(uint64_t *p, size_t from, size_t to,
				 size_t step, uint64_t seed)
{
	size_t i;

	for (i = from; i < to; i += step)
		p[i] = pattern(seed, i);
}

/* The first word that is not as written, @to if all are */
static inline size_t check_pattern(const uint64_t *p, size_t from, size_t to,
				   size_t step, uint64_t seed)
{
	size_t i;

	for (i = from; i < to; i += step)
		if (p[i] != pattern(seed, i))
			return i;
	return to;
}

/*
 * Memory that nobody has touched yet must read as zero. The first word of a
 * page is written unread: reading would map the zero page. Returns the first
 * word that is not zero, where the writing has ended, or @to, which must be the
 * end of a page.
 */
static inline size_t write_fresh(uint64_t *p, size_t from, size_t to,
				 size_t step, uint64_t seed)
{
	size_t i = from, end;

	while (i < to) {
		end = (i | (PAGE_WORDS - 1)) + 1;
		if (i % PAGE_WORDS == 0) {
			p[i] = pattern(seed, i);
			i += step;
		}
		for (; i < end; i += step) {
			if (p[i])
				return i;
			p[i] = pattern(seed, i);
		}
	}
	return to;
}

/* How many pages do not stay from the next one on, which is *@page then */
static inline size_t next_run(size_t *page, size_t pages,
			      bool (*stays)(size_t page))
{
	size_t n = 0;

	while (*page < pages && stays(*page))
		++*page;
	while (*page + n < pages && !stays(*page + n))
		n++;
	return n;
}

/* Frees all pages but those that stay, as long use of memory leaves it */
static inline int scatter(void *mem, size_t pages, size_t page_size,
			  bool (*stays)(size_t page))
{
	size_t i, n;

	for (i = 0; (n = next_run(&i, pages, stays)); i += n)
		if (madvise((char *)mem + i * page_size, n * page_size,
			    MADV_DONTNEED))
			return -1;
	return 0;
}

#endif
