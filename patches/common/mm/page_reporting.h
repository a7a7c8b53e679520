/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_PAGE_REPORTING_H
#define _MM_PAGE_REPORTING_H

#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/notifier.h>
#include <linux/sizes.h>

/**
 * page_reporting_default_order - the order of a unit if nobody asks for another
 *
 * A unit is a huge page, because hosts back guest memory with huge pages. But
 * a huge page of 512 MiB, as with pages of 64 KiB, is hardly ever free as a
 * whole. In place of huge pages above 8 MiB, a unit is 2 MiB.
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
void page_reporting_subscribe(struct notifier_block *nb);

/**
 * page_reporting_init_zone - initialise a zone: nothing is counted in it yet
 * @zone: a zone whose lock has just been initialised
 *
 * Context: nobody else knows the zone yet.
 */
static inline void page_reporting_init_zone(struct zone *zone)
{
	zone->reporting.order = NR_PAGE_ORDERS;
}

/**
 * page_reporting_freed - account for memory that has become free
 * @zone: the zone of the memory
 * @block: order of the free block that the memory is part of now
 * @order: order of the memory that was freed
 *
 * The rest of the block was free before. Its whole units were counted then,
 * because they lay in blocks that were large enough. So at most one unit is
 * new: the one that @order completes, if @order is less than a unit.
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
 * page_reporting_taken - account for memory that is no longer free
 * @zone: the zone of the memory
 * @page: the start of the free block that the memory was taken from
 * @block: order of that block
 * @order: order of the memory, which is at the start of the block
 *
 * The other units of the block stay free, marked or unmarked. If @order is
 * less than a unit, the unit is broken up and does not count any more.
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
 * page_reporting_wait - wait until no page of a range is being reported
 * @start_pfn: start of the range
 * @end_pfn: end of the range
 *
 * The caller needs all free pages of the range on the free lists. It must have
 * isolated the page blocks of the range, so that no new report takes pages of
 * it. The wait ends after a second, because the host may never answer.
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
 * page_reporting_kick - look again: more of the free memory can be reported now
 *
 * Context: any, zone->lock may be held.
 */
static inline void page_reporting_kick(void)
{
	if (static_branch_unlikely(&page_reporting_active))
		__page_reporting_kick();
}

/**
 * page_reporting_unit - the order of the smallest block that can be reported
 * @zone: a populated zone
 *
 * Context: any; the order may change at any time.
 * Return: the order of a unit of this zone, or the default if nothing reports.
 */
static inline unsigned int page_reporting_unit(const struct zone *zone)
{
	unsigned int order = READ_ONCE(zone->reporting.order);

	return order < NR_PAGE_ORDERS ? order : page_reporting_default_order();
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
