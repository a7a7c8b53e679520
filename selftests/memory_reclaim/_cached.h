/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEMORY_RECLAIM_CACHED_H
#define MEMORY_RECLAIM_CACHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Which of the first pages of a file are in the page cache, in the lowest bits
 * of @in. To look is no use of them. Returns false if nobody can say.
 */
static inline bool look_at_cached(int fd, size_t pages, unsigned char *in)
{
	size_t size = pages * sysconf(_SC_PAGESIZE);
	void *mem = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	bool known;

	if (mem == MAP_FAILED)
		return false;
	known = !mincore(mem, size, in);
	munmap(mem, size);
	return known;
}

/* How many they are, -1 if nobody can say */
static inline long pages_cached(int fd, size_t pages)
{
	unsigned char *in = malloc(pages);
	long n = -1;
	size_t i;

	if (in && look_at_cached(fd, pages, in))
		for (i = 0, n = 0; i < pages; i++)
			n += in[i] & 1;
	free(in);
	return n;
}

#endif
