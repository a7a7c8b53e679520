/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_PAGE_REPORTING_H
#define _MM_PAGE_REPORTING_H

#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/sizes.h>

/**
 * page_reporting_default_order - the unit where nobody asks for another
 *
 * It is a huge page, for that is what the host backs the guest's memory with.
 * A huge page of 512 MiB, as there is with pages of 64 KiB, is hardly ever free
 * as a whole: 2 MiB then.
 *
 * Return: the order of a unit.
 */
static inline unsigned int page_reporting_default_order(void)
{
	unsigned int order = pageblock_order;

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	order = min_t(unsigned int, order, HPAGE_PMD_ORDER);
#endif
	return PAGE_SIZE << order > SZ_8M ? get_order(SZ_2M) : order;
}

#ifdef CONFIG_PAGE_REPORTING
DECLARE_STATIC_KEY_FALSE(page_reporting_active);

void __page_reporting_freed(struct zone *zone, unsigned int order);
void __page_reporting_taken(struct zone *zone, struct page *page,
			    unsigned int order);
void __page_reporting_wait(unsigned long start_pfn, unsigned long end_pfn);
void __page_reporting_kick(void);
void page_reporting_vmstat(unsigned long *zone_stats);

/**
 * page_reporting_init_zone - begin with a zone that nothing is counted in
 * @zone: a zone whose lock has just been initialised
 *
 * Context: nobody else knows of the zone yet.
 */
static inline void page_reporting_init_zone(struct zone *zone)
{
	zone->reporting.order = MAX_ORDER;
}

/**
 * page_reporting_freed - account for memory that has become free
 * @zone: the zone of the memory
 * @block: order of the free block that it is part of now
 * @order: order of what was freed
 *
 * Whatever the block adds to @order was free before. Of that only the rest of
 * the reporting unit can be new in a block that is large enough to report.
 *
 * Context: zone->lock held, interrupts off.
 */
static inline void page_reporting_freed(struct zone *zone, unsigned int block,
					unsigned int order)
{
	if (static_branch_unlikely(&page_reporting_active) &&
	    block >= zone->reporting.order)
		__page_reporting_freed(zone, order);
}

/**
 * page_reporting_taken - account for memory that is free no longer
 * @zone: the zone of the memory
 * @page: the start of the free block that it was taken from
 * @block: order of that block
 * @order: order of what was taken, from the start of the block
 *
 * What is left of the block goes on being free, and so, but for the rest of
 * the reporting unit that is broken up, stays marked or unmarked.
 *
 * Context: zone->lock held, interrupts off.
 */
static inline void page_reporting_taken(struct zone *zone, struct page *page,
					unsigned int block, unsigned int order)
{
	if (static_branch_unlikely(&page_reporting_active) &&
	    block >= zone->reporting.order)
		__page_reporting_taken(zone, page, order);
}

/**
 * page_reporting_wait - wait until what is being reported is back
 * @start_pfn: start of a range of which each page must be on a free list
 * @end_pfn: end of it
 *
 * Call it when nothing more of the range can be taken, that is when its page
 * blocks are isolated. Gives up after a second, as any wait for the host must.
 *
 * Context: may sleep.
 */
static inline void page_reporting_wait(unsigned long start_pfn,
				       unsigned long end_pfn)
{
	if (static_branch_unlikely(&page_reporting_active))
		__page_reporting_wait(start_pfn, end_pfn);
}

/**
 * page_reporting_kick - free memory that could not be reported now can
 *
 * Context: any, zone->lock may be held.
 */
static inline void page_reporting_kick(void)
{
	if (static_branch_unlikely(&page_reporting_active))
		__page_reporting_kick();
}

/**
 * page_reporting_unit - the smallest block worth having
 * @zone: a populated zone
 *
 * Context: any; the order may change at any time.
 * Return: the order in force, or the default where nothing reports.
 */
static inline unsigned int page_reporting_unit(const struct zone *zone)
{
	unsigned int order = READ_ONCE(zone->reporting.order);

	return order < MAX_ORDER ? order : page_reporting_default_order();
}

u64 page_reporting_runtime(void);
#else
static inline void page_reporting_freed(struct zone *zone, unsigned int block,
					unsigned int order)
{
}

static inline void page_reporting_taken(struct zone *zone, struct page *page,
					unsigned int block, unsigned int order)
{
}

static inline void page_reporting_wait(unsigned long start_pfn,
				       unsigned long end_pfn)
{
}

static inline void page_reporting_kick(void)
{
}

static inline void page_reporting_init_zone(struct zone *zone)
{
}

static inline void page_reporting_vmstat(unsigned long *zone_stats)
{
}

static inline unsigned int page_reporting_unit(const struct zone *zone)
{
	return page_reporting_default_order();
}

static inline u64 page_reporting_runtime(void)
{
	return 0;
}
#endif

#endif /* _MM_PAGE_REPORTING_H */
