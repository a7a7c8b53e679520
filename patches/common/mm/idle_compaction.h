/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_IDLE_COMPACTION_H
#define _MM_IDLE_COMPACTION_H

#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/mmzone.h>

/*
 * Do not empty a block of which less than 1/IDLE_COMPACTION_SHARE is free, and
 * do not split a huge page of which less is unused.
 */
#define IDLE_COMPACTION_SHARE	8

#ifdef CONFIG_IDLE_COMPACTION
DECLARE_STATIC_KEY_FALSE(idle_compaction_active);

void __idle_compaction_freed(struct zone *zone, unsigned int pages);
void __idle_compaction_kick(void);

/**
 * idle_compaction_freed - count freed pages
 * @zone: the zone of the pages
 * @pages: number of pages, an estimate is enough
 *
 * The size of the free blocks that they have become part of does not matter
 * here: the timer looks at that.
 *
 * Context: zone->lock held, interrupts off.
 */
static inline void idle_compaction_freed(struct zone *zone, unsigned int pages)
{
	if (static_branch_unlikely(&idle_compaction_active))
		__idle_compaction_freed(zone, pages);
}

/**
 * idle_compaction_kick - memory can be gained that is on no free list
 *
 * Context: any.
 */
static inline void idle_compaction_kick(void)
{
	if (static_branch_unlikely(&idle_compaction_active))
		__idle_compaction_kick();
}

/**
 * idle_compaction_max_unused - how much of a new huge page may be unused
 * @pages: pages of the huge page
 * @max: how many of them may be unused as far as others are concerned
 *
 * Idle compaction splits huge pages of which more is unused. Whoever made such
 * a huge page would undo its work.
 *
 * Context: any.
 * Return: a number of pages, at most @max.
 */
static inline unsigned int idle_compaction_max_unused(unsigned int pages,
						      unsigned int max)
{
	if (static_branch_unlikely(&idle_compaction_active))
		return min(max, (pages - 1) / IDLE_COMPACTION_SHARE);
	return max;
}
#else
static inline void idle_compaction_freed(struct zone *zone, unsigned int pages)
{
}

static inline void idle_compaction_kick(void)
{
}

static inline unsigned int idle_compaction_max_unused(unsigned int pages,
						      unsigned int max)
{
	return max;
}
#endif

#endif /* _MM_IDLE_COMPACTION_H */
