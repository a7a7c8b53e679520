/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc/kpageflags says of pages, one word for each. */
#ifndef PAGE_FLAGS_H
#define PAGE_FLAGS_H

#include <linux/kernel-page-flags.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_PAGES	512UL		/* of a page block, or a huge page: 2 MiB */

/* For the kernel's own tools only, and so in no header. */
#define KPF_RESERVED	32
#define KPF_MLOCKED	33

#define FLAG(f)		(1ULL << (f))

/* Whether one of these pages has one of these flags. */
static inline bool any_page(const uint64_t *flags, size_t pages, uint64_t wanted)
{
	uint64_t all = 0;

	while (pages--)
		all |= flags[pages];
	return all & wanted;
}

#endif
