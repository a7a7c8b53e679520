/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEMORY_RECLAIM_CACHED_H
#define MEMORY_RECLAIM_CACHED_H

#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * How many of the first pages of a file are in the page cache, -1 if nobody can
 * say. To look is no use of them.
 */
static inline long pages_cached(int fd, size_t pages)
{
	size_t size = pages * sysconf(_SC_PAGESIZE), i;
	unsigned char *in = malloc(pages);
	void *mem;
	long n = -1;

	mem = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (in && mem != MAP_FAILED && !mincore(mem, size, in))
		for (i = 0, n = 0; i < pages; i++)
			n += in[i] & 1;
	if (mem != MAP_FAILED)
		munmap(mem, size);
	free(in);
	return n;
}

#endif
