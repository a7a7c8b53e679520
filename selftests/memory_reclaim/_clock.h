/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEMORY_RECLAIM_CLOCK_H
#define MEMORY_RECLAIM_CLOCK_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#define NSEC_PER_SEC	1000000000ULL

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts))
		abort();
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* In nanoseconds */
static inline uint64_t now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

#endif
