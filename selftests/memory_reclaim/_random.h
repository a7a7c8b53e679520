/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEMORY_RECLAIM_RANDOM_H
#define MEMORY_RECLAIM_RANDOM_H

#include <stdint.h>

/* The next number; what is drawn from, and its seed, is never 0 */
static inline uint64_t xorshift(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
