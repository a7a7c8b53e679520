/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers that a seed gives again */
#ifndef _RANDOM_H
#define _RANDOM_H

#include <linux/kernel.h>

/** random_start - the numbers that follow are those of @seed */
void random_start(u64 seed);

/** random_below - the next number, below @n */
unsigned int random_below(unsigned int n);

#endif
