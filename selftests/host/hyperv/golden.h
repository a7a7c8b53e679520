/* SPDX-License-Identifier: GPL-2.0 */
/* Hypercalls as they have to look, worked out by hand */
#ifndef _GOLDEN_H
#define _GOLDEN_H

#include <linux/kernel.h>

#define GOLDEN_RANGES		4

/**
 * struct golden - one report, and what the hypervisor is to get
 * @name: for the test's result
 * @ranges: where they begin and their lengths, in bytes
 * @control: the control word, in RCX
 * @input: the first bytes of the input page, in hex, as they lie in memory
 */
struct golden {
	const char *name;
	struct {
		u64 start;
		unsigned int length;
	} ranges[GOLDEN_RANGES];
	u64 control;
	const char *input;
};

extern const struct golden goldens[];
extern const unsigned int nr_goldens;

#endif
