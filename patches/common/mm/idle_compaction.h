/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_IDLE_COMPACTION_H
#define _MM_IDLE_COMPACTION_H

#include <linux/jump_label.h>
#include <linux/mmzone.h>

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
#else
static inline void idle_compaction_freed(struct zone *zone, unsigned int pages)
{
}

static inline void idle_compaction_kick(void)
{
}
#endif

#endif /* _MM_IDLE_COMPACTION_H */
