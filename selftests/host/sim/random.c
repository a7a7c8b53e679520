// SPDX-License-Identifier: GPL-2.0
/* xorshift64: quick, and the same everywhere */
#include "random.h"

static u64 state;

void random_start(u64 seed)
{
	/* Zero would stay zero */
	state = seed * 0x9e3779b97f4a7c15ULL | 1;
}

unsigned int random_below(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % n;
}
