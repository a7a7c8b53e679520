/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The series' own files, and no others, create trace points: that is where
 * looking at a struct page is counted, but for one that is looked at again at
 * once, and going through all CPUs. BARE: not, the instructions are counted.
 */
#if defined(CREATE_TRACE_POINTS) && !defined(BARE)
#ifndef _LINUX_PAGE_READS_H
#define _LINUX_PAGE_READS_H

#include <linux/mm.h>

static inline struct page *page_read(const struct page *page)
{
	if (page != last_page_read) {
		last_page_read = page;
		pages_read++;
	}
	return (struct page *)page;
}

#define PageReported(page)	PageReported(page_read(page))
#define SetPageReported(page)	SetPageReported(page_read(page))
#define ClearPageReported(page)	ClearPageReported(page_read(page))
#define PageBuddy(page)		PageBuddy(page_read(page))
#define PageHWPoison(page)	PageHWPoison(page_read(page))
#define PageLRU(page)		PageLRU(page_read(page))
#define PageCompound(page)	PageCompound(page_read(page))
#define PageWriteback(page)	PageWriteback(page_read(page))
#define get_pageblock_migratetype(page) \
	get_pageblock_migratetype(page_read(page))

/* What does so in a kernel, and a scan of the CPUs of the series itself */
#define zone_page_state_snapshot(zone, item) \
	(walk_all(), zone_page_state_snapshot(zone, item))
#define si_meminfo(si)		(walk_all(), si_meminfo(si))
#define drain_all_pages(zone)	(walk_all(), drain_all_pages(zone))
#define drain_all_pages_in_steps() \
	(walk_all(), drain_all_pages_in_steps())
#ifdef for_each_online_cpu
#undef for_each_online_cpu
#define for_each_online_cpu(cpu) \
	for (walk_all(), (cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++) \
		if (cpu_online(cpu))
#endif

#undef page_private
#define page_private(page)	(page_read(page)->private)
#undef set_page_private
#define set_page_private(page, v)	(page_read(page)->private = (v))
#undef page_zone
#define page_zone(page)		buddy_zone_of(page_read(page))
#undef page_count
#define page_count(page)	atomic_read(&page_read(page)->_refcount)
/* What the series moves is a page on a free list */
#define list_move_tail(entry, list) \
	list_move_tail(&page_read(list_entry(entry, struct page, lru))->lru, list)

#endif
#endif
