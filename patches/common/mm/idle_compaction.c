// SPDX-License-Identifier: GPL-2.0
/*
 * Idle compaction: make large free blocks out of scattered free memory while
 * nobody else needs the CPU, so that page reporting can return them.
 *
 * In this file, a block is a reporting unit: 2^order pages, aligned to their
 * size. Free pages in a block are stranded if other pages of the block are in
 * use. To free the whole block, the pages in use must move. The fewer they
 * are, the less this costs. So the thread makes a plan for each zone: it sorts
 * the blocks with stranded pages by the number of their pages in use. It then
 * moves pages from the emptiest blocks into the fullest, until both meet. A
 * block with a page that cannot move now is never emptied, and is filled
 * first.
 *
 * Blocks that hold pages of the kernel itself are left alone. Such a page stays
 * until it is freed. The next such pages need the free pages of these blocks.
 * Without them, they would go into other blocks, and none of those could be
 * emptied any more.
 *
 * Nothing polls an idle system. The allocator counts freed pages, and arms a
 * timer after enough of them. The timer checks two things: whether more free
 * memory is stranded than after the last run, and whether the CPUs are idle.
 * If both are true, it wakes the thread. If there is nothing to gain, it is
 * not armed again.
 *
 * Some systems are never idle. So after some time, the timer wakes the thread
 * even then, if others leave some CPU time unused. Such a run has a small
 * budget of CPU time. If other tasks want its CPU, it waits for a moment, or
 * ends. The next run goes on from there. All runs from the first look at memory
 * to the last are one pass.
 *
 * Either the timer or the thread is "on watch", or nobody is. The timer is on
 * watch while it is pending or runs. The thread is on watch from its wake-up
 * until it has armed the timer again. Variables that belong to the watch need
 * no other protection.
 *
 * Locks, outermost first:
 *   idle_compaction_mutex	threshold, start and stop
 *   cpu_hotplug_lock (read)	static key
 *   mem_hotplug_lock (read)	while the thread looks at or moves pages
 *   page and rmap locks	taken by migration, MIGRATE_ASYNC
 *   zone->lock			free lists, zone->freed_pages
 * Of these, the timer takes only zone->lock. The allocator's fast path holds
 * it already.
 */
#include <linux/bitmap.h>
#include <linux/cpu.h>
#include <linux/freezer.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/memory_hotplug.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/compaction.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/page-isolation.h>
#include <linux/sizes.h>
#include <linux/swap.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <linux/wait.h>

#include "cpu_use.h"
#include "idle_compaction.h"
#include "internal.h"
#include "page_reporting.h"

#define CREATE_TRACE_POINTS
#include <trace/events/idle_compaction.h>

/* The timer is armed after this many freed pages of a zone */
#define FREED_MIN		(SZ_4M >> PAGE_SHIFT)

/*
 * A run is worth its cost if stranded memory has grown by 1/GAIN_SHARE of all
 * memory, and by GAIN_MIN pages at least.
 */
#define GAIN_SHARE		512
#define GAIN_MIN		(SZ_4M >> PAGE_SHIFT)

/*
 * Without idleness, a run begins after PATIENCE times threshold. It may use 1 %
 * of all CPU time, or more if much memory can be gained: 1 % for each
 * 1/MEMORY_SHARE of all memory, at most PERCENT_MAX.
 */
#define PATIENCE		10
#define MEMORY_SHARE		32
#define PERCENT_MAX		8

/*
 * Delay before the next run. Each pass without gain doubles it, and each run
 * that was stopped before it has done anything, at most BACKOFF_MAX times.
 * After so many passes without gain, free memory must change first.
 */
#define BACKOFF_UNIT		(HZ / 4)
#define BACKOFF_MAX		6U

/*
 * In one go: pages to isolate, blocks to look at, and pages to look at with
 * zone->lock held
 */
#define BATCH			SWAP_CLUSTER_MAX
#define SCAN_BLOCKS		8
#define SCAN_PAGES		1024

#define THRESHOLD_MAX		(24 * 60 * 60)	/* seconds */

/* Huge pages to look at, and to split, in one go */
#define SPLIT_BATCH		4

/* Blocks of a lower order strand next to nothing, and there are many of them */
#define UNIT_MIN		4

#define SAY_INTERVAL		(60 * 60 * MSEC_PER_SEC)

DEFINE_STATIC_KEY_FALSE(idle_compaction_active);

/* Protects threshold, and starting and stopping */
static DEFINE_MUTEX(idle_compaction_mutex);
/* Seconds. Written with the mutex held, read anywhere */
static unsigned int threshold = 1;

/* Set once, with the mutex held, before the first watch can begin */
static struct task_struct *kidlecompactd;
static DECLARE_WAIT_QUEUE_HEAD(kidlecompactd_wait);
/* Set by the timer to let the thread run, and by the thread to CPUS_BUSY */
static enum cpu_use due;

/* Bit 0: somebody is on watch. test_and_set_bit() lets only one in */
static unsigned long on_watch;

/* These belong to the watch, down to backoff */
static struct cpu_user cpu_user;
/* Without idleness, the next run must not begin before then, in jiffies */
static u64 patient_until;
static unsigned long memory, gain_min;	/* in pages */
/* Stranded pages when the last pass ended, or the least since then */
static unsigned long baseline;
/* The last run has left work that is worth another run */
static bool unfinished;
/* In a row, at most BACKOFF_MAX: passes without gain, runs that did nothing */
static unsigned int fruitless, refused;

/*
 * A pass over all zones, in one run or several. This and the plan belong to the
 * watch: the thread uses them, or whoever has stopped the timer drops them
 */
static struct {
	bool begun;
	bool splits;			/* huge pages are being split */
	bool split;			/* that is done */
	unsigned long unsplit;		/* unused pages it could not free */
	unsigned long left;		/* stranded pages not yet gained */
	unsigned long gain, failed;	/* as in a run */
} pass;

#define NO_BLOCK		U32_MAX

/* The blocks of a zone by their pages in use */
static struct plan {
	struct zone *zone;		/* NULL: no plan */
	unsigned int unit;		/* order of a block */
	unsigned long start_pfn;	/* of block 0 */
	u32 nr_blocks;
	unsigned int next_list;		/* see note_blocks() */
	unsigned long list_left;	/* free blocks of it left to look at */
	struct page *list_turned;	/* first block moved to its tail */
	unsigned long *noted;		/* bitmap: blocks to look at */
	u32 next_scan;			/* next block to look at */
	unsigned long beside_end;	/* see is_beside_kernels_own() */
	bool beside;			/* what it found there */

	/*
	 * List n holds the blocks with n pages in use, if all of these can
	 * move. List 2^unit holds the blocks that cannot be emptied.
	 */
	u32 *next;
	u32 list[MAX_ORDER_NR_PAGES + 1];
	unsigned long room;		/* free pages of all blocks listed */

	unsigned long source, source_end;	/* source_end 0: no source */
	unsigned int source_left;	/* pages that still have to move */
	bool source_moved;		/* some pages of it have moved */
	bool source_failed;		/* a page of it could not move */
	unsigned long target, target_end;	/* equal: no target */
	/* Taken from the target for one batch; empty between batches */
	struct list_head free;
	unsigned int nr_free;
} plan = { .free = LIST_HEAD_INIT(plan.free) };

/* Result of the last run. Written by the thread, read by anybody */
static const char *last_run = "none";

/* What a run has done so far. Only the thread uses this */
static struct {
	u64 began;
	unsigned long split;		/* huge pages */
	unsigned long steps;		/* of a plan */
	unsigned long gain;		/* pages in blocks that were emptied */
	unsigned long migrated;
	unsigned long failed;		/* free pages it could not gain */
} run;

/* Return the reason to stop the run, or NULL. May sleep */
static const char *must_stop(void)
{
	const char *stop = cpu_use_stop(&cpu_user);

	if (!READ_ONCE(threshold))
		return "off";
	if (freezing(current))
		return "freeze";
	return stop;
}

/* Free pages of a zone in blocks too small to report */
static unsigned long zone_stranded(struct zone *zone)
{
	unsigned int order, unit = page_reporting_unit(zone);
	unsigned long pages = 0;

	for (order = 0; order < unit; order++)
		pages += READ_ONCE(zone->free_area[order].nr_free) << order;
	return pages;
}

/* The same for all zones */
static unsigned long zones_stranded(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_populated_zone(zone)
		pages += zone_stranded(zone);
	return pages;
}

/* The same, plus the unused pages of partly used huge pages */
static unsigned long stranded(void)
{
	return zones_stranded() + nr_deferred_split_pages();
}

/*
 * Can the page move, as far as this can be seen without a lock? A page under
 * writeback or with an extra reference cannot move now. Moving a page of the
 * balloon would wait for the host.
 */
static bool can_move(struct page *page)
{
	int refs;

	if (!PageLRU(page))
		return __PageMovable(page) && !PageIsolated(page) &&
		       !is_balloon_page(page);
	if (PageWriteback(page))
		return false;
	if (PageUnevictable(page) && !sysctl_compact_unevictable_allowed)
		return false;
	refs = atomic_read(&page->_mapcount) + 1 + !!page_has_private(page);
	if (!PageAnon(page) || PageSwapCache(page))
		refs++;
	return page_count(page) <= refs;
}

/* A page of the kernel itself: it stays where it is until it is freed */
static bool is_kernels_own(struct page *page)
{
	struct page *head = compound_head(page);

	return page_in_use(head) &&
	       (PageSlab(head) || (!PageLRU(head) && !head->mapping &&
				   !__PageMovable(head)));
}

/* A snapshot: what the pages of a block are used for */
struct usage {
	unsigned int free;
	unsigned int movable;
	unsigned int fixed;	/* cannot move now */
	unsigned int kernel;	/* not 0: some pages are the kernel's own */
};

/* Order of a free block. Any value, if the block is not free any more */
static unsigned int order_of(struct page *page)
{
	return READ_ONCE(page_private(page));
}

/* Pages to skip: those of the free block at @page, but @most at most */
static unsigned int free_pages_at(struct page *page, unsigned int most)
{
	unsigned int order = order_of(page);

	return order < NR_PAGE_ORDERS ? min(1U << order, most) : 1;
}

/* Is all of the block at @pfn free, perhaps as part of a larger free block? */
static bool is_free_block(const struct plan *p, unsigned long pfn)
{
	unsigned int order;

	for (order = p->unit; order < NR_PAGE_ORDERS; order++) {
		unsigned long head = round_down(pfn, 1UL << order);

		/* Free blocks do not reach beyond their zone */
		if (head < p->zone->zone_start_pfn)
			break;
		if (PageBuddy(pfn_to_page(head)) &&
		    order_of(pfn_to_page(head)) >= order)
			return true;
	}
	return false;
}

static void look_at_pages(unsigned long pfn, unsigned int pages,
			  struct usage *u)
{
	struct page *page = pfn_to_page(pfn);
	unsigned int n;

	*u = (struct usage) { };
	for (; pages; page += n, pages -= n) {
		n = 1;
		if (PageBuddy(page)) {
			n = free_pages_at(page, pages);
			u->free += n;
			continue;
		}
		/* Look at the head only: it is the same for all tail pages */
		if (compound_head(page) == page)
			u->kernel += is_kernels_own(page);
		if (PageCompound(page)) {
			u->fixed++;
		} else if (!page_in_use(page)) {
			/* On its way to or from a free list */
			continue;
		} else if (can_move(page)) {
			u->movable++;
		} else {
			u->fixed++;
		}
	}
}

static void look_at_block(const struct plan *p, unsigned long pfn,
			  struct usage *u)
{
	if (is_free_block(p, pfn))
		*u = (struct usage) { .free = 1U << p->unit };
	else
		look_at_pages(pfn, 1U << p->unit, u);
}

static bool page_is_usable(const struct plan *p, unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	int mt;

	if (!page || page_zone(page) != p->zone)
		return false;
	mt = get_pageblock_migratetype(page);
	return !is_migrate_isolate(mt) && !is_migrate_cma(mt) &&
	       mt != MIGRATE_HIGHATOMIC;
}

/* Is the block online, and not reserved for others, in all its page blocks? */
static bool block_is_usable(const struct plan *p, unsigned long pfn)
{
	unsigned long last = pfn + (1UL << p->unit) - 1;

	for (; pfn < last; pfn += pageblock_nr_pages)
		if (!page_is_usable(p, pfn))
			return false;
	return page_is_usable(p, last);
}

static u32 block_of(const struct plan *p, unsigned long pfn)
{
	return (pfn - p->start_pfn) >> p->unit;
}

static unsigned long pfn_of(const struct plan *p, u32 block)
{
	return p->start_pfn + ((unsigned long)block << p->unit);
}

static void enter_block(struct plan *p, u32 block, const struct usage *u)
{
	unsigned int pages = 1U << p->unit;
	unsigned int used = u->fixed ? pages : u->movable;

	if (!u->free || !used || u->kernel)
		return;
	p->next[block] = p->list[used];
	p->list[used] = block;
	p->room += u->free;
}

static unsigned long pop_block(struct plan *p, unsigned int used)
{
	u32 block = p->list[used];

	p->list[used] = p->next[block];
	return pfn_of(p, block);
}

static void drop_plan(struct plan *p)
{
	vfree(p->noted);
	p->zone = NULL;
}

/* The next run begins anew */
static void drop_pass(struct plan *p)
{
	if (p->zone)
		drop_plan(p);
	forget_deferred_split_walk();
	memset(&pass, 0, sizeof(pass));
}

static bool start_plan(struct plan *p, struct zone *zone)
{
	unsigned long end, longs;
	unsigned int i;

	p->unit = max_t(unsigned int, page_reporting_unit(zone), UNIT_MIN);
	/* Whole blocks only: a struct page outside the zone may be invalid */
	p->start_pfn = round_up(zone->zone_start_pfn, 1UL << p->unit);
	end = max(zone_end_pfn(zone), p->start_pfn);
	p->nr_blocks = (end - p->start_pfn) >> p->unit;
	p->next_scan = 0;
	p->beside_end = 0;
	p->noted = NULL;
	if (p->nr_blocks) {
		longs = BITS_TO_LONGS(p->nr_blocks);
		/*
		 * vmalloc uses single pages, so this takes no large block. It
		 * is small compared with the memory that is stranded.
		 */
		p->noted = vmalloc_if_there_is(longs * sizeof(*p->noted) +
					       p->nr_blocks * sizeof(*p->next));
		if (!p->noted)
			return false;
		bitmap_zero(p->noted, p->nr_blocks);
		p->next = (u32 *)(p->noted + longs);
	}
	p->next_list = 0;
	p->list_turned = NULL;
	for (i = 0; i < ARRAY_SIZE(p->list); i++)
		p->list[i] = NO_BLOCK;
	p->room = 0;
	p->source_end = 0;
	p->target = 0;
	p->target_end = 0;
	p->zone = zone;
	return true;
}

/*
 * Where blocks are smaller than by default: does the block of the default order
 * that this block is part of hold pages of the kernel itself? Then all its free
 * pages are left for such pages. Look at it once for all blocks in it.
 */
static bool is_beside_kernels_own(struct plan *p, unsigned long pfn)
{
	unsigned int order = page_reporting_default_order();
	unsigned long start, end = round_up(pfn + 1, 1UL << order);
	struct usage u;

	if (p->unit >= order)
		return false;
	if (p->beside_end != end) {
		p->beside_end = end;
		start = max(round_down(pfn, 1UL << order), p->start_pfn);
		end = min(end, pfn_of(p, p->nr_blocks));
		look_at_pages(start, end - start, &u);
		p->beside = u.kernel;
	}
	return p->beside;
}

/* A block that is only partly in the zone is left out */
static void note_block(struct plan *p, unsigned long pfn)
{
	if (pfn >= p->start_pfn && pfn < pfn_of(p, p->nr_blocks))
		__set_bit(block_of(p, pfn), p->noted);
}

static bool all_noted(const struct plan *p)
{
	return p->next_list == p->unit * MIGRATE_TYPES;
}

/*
 * Find the blocks with stranded pages by means of the free lists: each free
 * block of a lower order lies in one of them. Each block that was looked at
 * goes to the tail of its list. After one turn, the list is as it was.
 */
static void note_blocks(struct plan *p)
{
	unsigned int looks = 0;
	struct zone *zone = p->zone;

	spin_lock_irq(&zone->lock);
	while (!all_noted(p) && looks < SCAN_PAGES) {
		struct free_area *area =
			&zone->free_area[p->next_list / MIGRATE_TYPES];
		struct list_head *list =
			&area->free_list[p->next_list % MIGRATE_TYPES];
		struct page *page = list_first_entry(list, struct page, lru);

		if (!p->list_turned)
			p->list_left = area->nr_free;
		if (!p->list_left || list_empty(list) ||
		    page == p->list_turned) {
			p->next_list++;
			p->list_turned = NULL;
			continue;
		}
		p->list_turned = p->list_turned ?: page;
		p->list_left--;
		list_move_tail(&page->lru, list);
		note_block(p, page_to_pfn(page));
		looks++;
	}
	spin_unlock_irq(&zone->lock);
}

static void scan_blocks(struct plan *p)
{
	unsigned int looks;
	struct usage u;

	for (looks = 0; looks < SCAN_BLOCKS; looks++, p->next_scan++) {
		unsigned long pfn;

		p->next_scan = find_next_bit(p->noted, p->nr_blocks,
					     p->next_scan);
		if (p->next_scan == p->nr_blocks)
			break;
		pfn = pfn_of(p, p->next_scan);
		if (!block_is_usable(p, pfn))
			continue;
		look_at_block(p, pfn, &u);
		if (!is_beside_kernels_own(p, pfn))
			enter_block(p, p->next_scan, &u);
	}
}

/*
 * Choose the block that costs least to empty. Return false if there is none, or
 * no room for its pages. If a block has changed since it was sorted, sort it
 * again and return true without a source.
 */
static bool next_source(struct plan *p)
{
	unsigned int pages = 1U << p->unit, used = 1;
	unsigned int most = pages - pages / IDLE_COMPACTION_SHARE;
	unsigned long pfn;
	struct usage u;

	while (used <= most && p->list[used] == NO_BLOCK)
		used++;
	if (used > most)
		return false;

	pfn = pop_block(p, used);
	p->room -= min_t(unsigned long, p->room, pages - used);
	if (!block_is_usable(p, pfn))
		return true;
	look_at_block(p, pfn, &u);
	if (u.fixed || u.movable > used) {
		enter_block(p, block_of(p, pfn), &u);
		return true;
	}
	if (u.movable > p->room)
		return false;
	p->source = pfn;
	p->source_end = pfn + pages;
	p->source_left = u.movable;
	p->source_moved = false;
	p->source_failed = false;
	return true;
}

static bool next_target(struct plan *p)
{
	unsigned int pages = 1U << p->unit, used;

	for (used = pages; used; used--) {
		if (p->list[used] != NO_BLOCK) {
			p->target = pop_block(p, used);
			p->target_end = p->target + pages;
			return true;
		}
	}
	p->target = 0;
	p->target_end = 0;
	return false;
}

/* The allocator would not use such a page either */
static bool has_hwpoison(struct page *page, unsigned int pages)
{
	for (; pages; page++, pages--)
		if (PageHWPoison(page))
			return true;
	return false;
}

/*
 * Take the start of a free block as if it were allocated, not more than @wanted
 * pages. The rest stays free. Return the number of pages taken.
 */
static unsigned int take_part(struct zone *zone, struct page *page,
			      unsigned int wanted, struct list_head *blocks)
{
	unsigned int order = order_of(page);
	unsigned int part = min_t(unsigned int, order, ilog2(wanted));
	struct page *head;

	if (has_hwpoison(page, 1U << part))
		return 0;
	take_free_block(zone, page, order);
	page_reporting_taken(zone, page, order, order);
	while (order > part) {
		order--;
		head = put_free_block(zone, page + (1UL << order), order);
		/* Units that are that small have lost their marks */
		page_reporting_freed(zone, page_private(head), order);
	}
	set_page_private(page, part);
	list_add_tail(&page->lru, blocks);
	return 1U << part;
}

/* Take up to @wanted free pages from the next SCAN_PAGES pages of the target */
static unsigned int take_free_pages(struct plan *p, unsigned int wanted,
				    struct list_head *blocks)
{
	unsigned long end = min(p->target + SCAN_PAGES, p->target_end);
	struct zone *zone = p->zone;
	unsigned int taken = 0;
	unsigned long flags, keep;

	spin_lock_irqsave(&zone->lock, flags);
	keep = high_wmark_pages(zone) + (1UL << p->unit);
	if (zone_page_state(zone, NR_FREE_PAGES) < keep)
		p->target = p->target_end;

	while (p->target < end && taken < wanted) {
		struct page *page = pfn_to_page(p->target);
		unsigned int order, n = 0;

		if (!PageBuddy(page)) {
			p->target++;
			continue;
		}
		order = order_of(page);
		/* The block may have become free, or isolated, meanwhile */
		if (order < p->unit && !is_migrate_isolate_page(page))
			n = take_part(zone, page, wanted - taken, blocks);
		p->target += n ?: 1UL << order;
		taken += n;
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	return taken;
}

/* Make single pages of the blocks, as the allocator would return them */
static void prepare_free_pages(struct plan *p, struct list_head *blocks)
{
	struct page *page, *next;
	unsigned int order, i;

	list_for_each_entry_safe(page, next, blocks, lru) {
		list_del(&page->lru);
		order = page_private(page);
		use_taken_block(page, order);
		if (order)
			split_page(page, order);
		for (i = 0; i < 1U << order; i++)
			list_add_tail(&page[i].lru, &p->free);
		p->nr_free += 1U << order;
	}
}

/* Does the target still hold free pages, and no pages of the kernel itself? */
static bool target_is_usable(struct plan *p)
{
	unsigned long pfn = p->target_end - (1UL << p->unit);
	struct usage u;

	if (!block_is_usable(p, pfn))
		return false;
	if (p->target > pfn)
		return true;
	look_at_block(p, pfn, &u);
	return u.free && !u.kernel;
}

/*
 * Get @wanted free pages to move pages to, or fewer if SCAN_BLOCKS looks do not
 * find so many. Return false if there are no free pages and no target is left.
 */
static bool get_free_pages(struct plan *p, unsigned int wanted)
{
	unsigned int looks, taken;
	LIST_HEAD(blocks);

	for (looks = 0; looks < SCAN_BLOCKS && p->nr_free < wanted; looks++) {
		if (p->target >= p->target_end && !next_target(p))
			return p->nr_free;
		if (!target_is_usable(p)) {
			p->target = p->target_end;
			continue;
		}
		taken = take_free_pages(p, wanted - p->nr_free, &blocks);
		p->room -= min_t(unsigned long, p->room, taken);
		prepare_free_pages(p, &blocks);
	}
	return true;
}

/*
 * Free the pages that a batch has not used. The target can be used again. And
 * let the pages that the batch has freed merge.
 */
static void return_free_pages(struct plan *p)
{
	unsigned long start = p->target_end - (1UL << p->unit);
	struct page *page, *next;

	/*
	 * Free and drain on the same CPU, or pages would stay on its lists.
	 * Until the next batch, the thread may have moved to another CPU.
	 */
	preempt_disable();
	list_for_each_entry_safe(page, next, &p->free, lru) {
		unsigned long pfn = page_to_pfn(page);

		if (pfn >= start && pfn < p->target_end) {
			p->target = min(p->target, pfn);
			p->room++;
		}
		list_del(&page->lru);
		__free_page(page);
	}
	drain_local_pages(p->zone);
	preempt_enable();
	p->nr_free = 0;
}

static struct page *new_page(struct page *page, unsigned long private)
{
	struct plan *p = (struct plan *)private;
	struct page *new = list_first_entry_or_null(&p->free, struct page, lru);

	if (new) {
		list_del(&new->lru);
		p->nr_free--;
	}
	return new;
}

static void put_new_page(struct page *page, unsigned long private)
{
	struct plan *p = (struct plan *)private;

	list_add(&page->lru, &p->free);
	p->nr_free++;
}

static bool isolate_page(struct page *page, struct list_head *list)
{
	bool isolated;

	if (!PageLRU(page)) {
		if (!isolate_movable(page))
			return false;
		list_add_tail(&page->lru, list);
		return true;
	}

	if (!get_page_unless_zero(page))
		return false;
	isolated = !PageCompound(page) && isolate_lru(page);
	put_page(page);
	if (!isolated)
		return false;
	inc_node_page_state(page, NR_ISOLATED_ANON + !PageSwapBacked(page));
	list_add_tail(&page->lru, list);
	return true;
}

/*
 * Isolate up to @most pages of the source. After that, skip free pages: the end
 * of the source may be reached.
 */
static unsigned int isolate_batch(struct plan *p, unsigned int most,
				  struct list_head *list)
{
	unsigned int isolated = 0;

	while (p->source < p->source_end) {
		struct page *page = pfn_to_page(p->source);

		if (PageBuddy(page)) {
			p->source += free_pages_at(page,
						   p->source_end - p->source);
			continue;
		}
		if (!page_in_use(page)) {
			p->source++;
			continue;
		}
		if (isolated == most)
			break;
		p->source++;
		/* The page block may have been isolated meanwhile */
		if (is_migrate_isolate_page(page) || !can_move(page) ||
		    !isolate_page(page, list)) {
			p->source_failed = true;
			break;
		}
		isolated++;
	}
	p->source_left -= min(p->source_left, isolated);
	return isolated;
}

static void finish_source(struct plan *p)
{
	unsigned long pfn = p->source_end - (1UL << p->unit);
	struct usage u;

	if (is_free_block(p, pfn) && p->source_moved) {
		count_vm_event(IDLE_COMPACT_BLOCKS);
		run.gain += 1UL << p->unit;
		pass.left -= min(pass.left, 1UL << p->unit);
	} else if (p->source_failed) {
		look_at_block(p, pfn, &u);
		run.failed += u.free;
		u.fixed = max(u.fixed, 1U);
		enter_block(p, block_of(p, pfn), &u);
	}
	p->source_end = 0;
}

/*
 * Move one batch of pages out of the source. Return false if the plan is done.
 * When this returns, no page is isolated and no free page is kept. Otherwise,
 * memory could not go offline.
 */
static bool move_batch(struct plan *p)
{
	unsigned int isolated;
	LIST_HEAD(list);
	int left = 0;

	/* It may have been taken offline since the last batch */
	if (p->source_end &&
	    !block_is_usable(p, p->source_end - (1UL << p->unit)))
		p->source_end = 0;
	if (!p->source_end)
		return next_source(p);

	if (!get_free_pages(p, clamp_t(unsigned int, p->source_left, 1, BATCH)))
		return false;
	isolated = isolate_batch(p, p->nr_free, &list);
	if (isolated) {
		left = migrate_pages_async(&list, new_page, put_new_page,
					   (unsigned long)p);
		if (left) {
			p->source_failed = true;
			putback_movable_pages(&list);
		}
		left = clamp_t(int, left, 0, isolated);
		run.migrated += isolated - left;
		p->source_moved |= left < isolated;
		count_vm_events(IDLE_COMPACT_MIGRATED, isolated - left);
	}
	return_free_pages(p);
	if (p->source_failed || p->source >= p->source_end)
		finish_source(p);
	return true;
}

static const char no_memory[] = "memory";
static const char *split_stop;

static bool stop_splitting(void)
{
	run.steps++;
	split_stop = must_stop();
	return split_stop;
}

/* Free the unused pages of partly used huge pages */
static const char *split_huge_pages(void)
{
	unsigned long failed = 0;

	split_stop = NULL;
	if (!pass.splits && !nr_deferred_split_pages())
		return NULL;
	run.split = split_deferred_huge_pages(IDLE_COMPACTION_SHARE,
					      SPLIT_BATCH, stop_splitting,
					      &failed);
	run.failed += failed;
	pass.unsplit += failed;
	pass.splits = split_stop;
	return split_stop;
}

/* Do the next step of the plan. Return false if all is done */
static bool do_step(struct plan *p)
{
	bool more = true;

	get_online_mems();
	if (!all_noted(p))
		note_blocks(p);
	else if (p->next_scan < p->nr_blocks)
		scan_blocks(p);
	else
		more = move_batch(p);
	put_online_mems();
	return more;
}

static const char *run_plan(struct plan *p)
{
	const char *stop = NULL;

	while (!stop && do_step(p)) {
		run.steps++;
		stop = must_stop();
	}
	return stop;
}

/*
 * Compact all zones, or go on where the last run has stopped. Return the reason
 * to stop, or NULL when all is done.
 */
static const char *compact(struct plan *p)
{
	struct zone *zone = p->zone;
	const char *stop;

	if (!pass.split) {
		stop = split_huge_pages();
		if (stop)
			return stop;
		lru_add_drain_all();
		drain_all_pages_in_steps();
		/* What was unmapped meanwhile is left for the next pass */
		pass.left = zones_stranded() + pass.unsplit;
		pass.split = true;
	}
	if (!zone)
		zone = first_online_pgdat()->node_zones;

	for (; zone; zone = next_zone(zone)) {
		if (!p->zone) {
			if (!populated_zone(zone) ||
			    zone_stranded(zone) < 1UL << UNIT_MIN)
				continue;
			if (!start_plan(p, zone))
				return no_memory;
		}
		stop = run_plan(p);
		if (stop)
			return stop;
		drop_plan(p);
	}
	drain_all_pages_in_steps();
	return NULL;
}

/* Do not use si_meminfo(): it walks all block devices */
static void find_memory(void)
{
	struct zone *zone;

	memory = 0;
	for_each_populated_zone(zone)
		memory += zone_managed_pages(zone);
	gain_min = max_t(unsigned long, GAIN_MIN, memory / GAIN_SHARE);
}

static unsigned long period(void)
{
	return max(READ_ONCE(threshold) * HZ / CPU_USE_SAMPLES, 1U);
}

static bool is_worth_it(void)
{
	return READ_ONCE(threshold) &&
	       (unfinished || stranded() >= baseline + gain_min);
}

static void idle_compaction_look(struct timer_list *unused);
static DEFINE_TIMER(idle_compaction_timer, idle_compaction_look);

static void keep_watch(unsigned long delay)
{
	mod_timer(&idle_compaction_timer, jiffies + delay);
}

static void be_patient(void)
{
	patient_until = get_jiffies_64() + READ_ONCE(threshold) * HZ * PATIENCE;
}

/* The share of the CPUs that a run may use if they are not idle */
static unsigned int percent(void)
{
	unsigned long now = stranded(), gain = now - min(now, baseline);

	return clamp_t(unsigned long, gain / (memory / MEMORY_SHARE + 1), 1,
		       PERCENT_MAX);
}

/* Has this run been worth its cost, and what comes next? */
static void judge_run(const char *stop)
{
	if (!stop) {
		if (pass.gain >= gain_min)
			fruitless = 0;
		else if (fruitless < BACKOFF_MAX)
			fruitless++;
	}
	/* A run that was stopped after some work was not in vain */
	if (!run.steps || stop == no_memory)
		refused = min(refused + 1, BACKOFF_MAX);
	else
		refused = 0;
	unfinished = stop ||
		     (pass.failed >= gain_min && fruitless < BACKOFF_MAX);
}

/*
 * The delay before the next run. If this run had a budget, only the next one
 * with a budget is delayed: the system may be idle before.
 */
static void wait_for_next_run(enum cpu_use use, unsigned int was_threshold)
{
	unsigned long delay = BACKOFF_UNIT << max(fruitless, refused);

	cpu_use_end(&cpu_user);
	if (READ_ONCE(threshold) != was_threshold) {
		cpu_use_forget(&cpu_user);
		be_patient();
	} else if (!pass.begun) {
		be_patient();
	}
	patient_until = max(patient_until, get_jiffies_64() + delay);
	keep_watch(use == CPUS_IDLE ? max(period(), delay) : period());
}

static void run_once(enum cpu_use use)
{
	static unsigned long said;
	unsigned int was_threshold = READ_ONCE(threshold);
	bool resumed = pass.begun;
	const char *stop;
	unsigned int msecs;

	if (printk_timed_ratelimit(&said, SAY_INTERVAL))
		pr_info("WSL2: Performing memory compaction.\n");
	trace_idle_compaction_start(stranded(), resumed);
	count_vm_event(IDLE_COMPACT_RUNS);
	find_memory();
	memset(&run, 0, sizeof(run));
	run.began = ktime_get_ns();
	pass.begun = true;

	stop = cpu_use_begin(&cpu_user, use) ?: compact(&plan);

	msecs = div_u64(ktime_get_ns() - run.began, NSEC_PER_MSEC);
	pass.gain += run.gain;
	pass.failed += run.failed;
	judge_run(stop);
	WRITE_ONCE(last_run, stop ?: "done");
	if (stop) {
		count_vm_event(IDLE_COMPACT_ABORT);
		trace_idle_compaction_abort(stop, run.gain, run.migrated,
					    msecs);
	} else {
		trace_idle_compaction_end(run.gain, run.migrated, run.failed,
					  msecs);
		baseline = zones_stranded() + pass.unsplit;
		/* A resumed pass does not cover what was stranded later */
		if (resumed)
			baseline = min(baseline, pass.left);
	}
	if (!stop || !READ_ONCE(threshold))
		drop_pass(&plan);
	wait_for_next_run(use, was_threshold);
}

static int idle_compaction_thread(void *unused)
{
	enum cpu_use use;

	set_freezable();
	set_user_nice(current, MAX_NICE);

	while (!kthread_should_stop()) {
		wait_event_freezable(kidlecompactd_wait, READ_ONCE(due));
		/* What belongs to the watch has been written before */
		use = smp_load_acquire(&due);
		WRITE_ONCE(due, CPUS_BUSY);
		run_once(use);
	}
	return 0;
}

static void begin_watch(void)
{
	cpu_use_forget(&cpu_user);
	be_patient();
	keep_watch(period());
}

/* mod_timer() may take locks that must not be taken under zone->lock */
static void idle_compaction_arm(struct irq_work *work)
{
	if (READ_ONCE(threshold) && !test_and_set_bit(0, &on_watch))
		begin_watch();
}

static DEFINE_IRQ_WORK(idle_compaction_work, idle_compaction_arm);

void __idle_compaction_kick(void)
{
	if (!READ_ONCE(on_watch))
		irq_work_queue(&idle_compaction_work);
}

void __idle_compaction_freed(struct zone *zone, unsigned int pages)
{
	zone->freed_pages += pages;
	if (zone->freed_pages >= FREED_MIN)
		__idle_compaction_kick();
}

/*
 * Memory may be freed while this function ends the watch. If it is freed before
 * its zone's count is zero, the last look below sees it, because the lock
 * orders the two. If it is freed later, it is counted, and nobody is on watch.
 * The last look reads variables of the watch without being on watch. They can
 * change only if another watch has begun, which then looks itself.
 */
static void leave_watch(void)
{
	unsigned long flags;
	struct zone *zone;

	clear_bit(0, &on_watch);
	for_each_populated_zone(zone) {
		spin_lock_irqsave(&zone->lock, flags);
		zone->freed_pages = 0;
		spin_unlock_irqrestore(&zone->lock, flags);
	}
	if (is_worth_it())
		__idle_compaction_kick();
}

/* May the thread run now, and how? */
static enum cpu_use look_at_cpus(void)
{
	enum cpu_use use = cpu_use_look(&cpu_user);
	bool granted = cpu_use_grant(&cpu_user, percent());

	if (use == CPUS_SPARE &&
	    (!granted || time_before64(get_jiffies_64(), patient_until)))
		return CPUS_BUSY;
	return use;
}

static void idle_compaction_look(struct timer_list *unused)
{
	enum cpu_use use;

	baseline = min(baseline, stranded());
	if (!is_worth_it()) {
		leave_watch();
		return;
	}
	use = look_at_cpus();
	if (use != CPUS_BUSY) {
		/* The thread reads this before it uses what the watch has */
		smp_store_release(&due, use);
		wake_up(&kidlecompactd_wait);
		return;
	}
	keep_watch(period());
}

static void start_idle_compaction(void)
{
	static_branch_enable(&idle_compaction_active);
	__idle_compaction_kick();
}

/* A run in progress stops by itself */
static void stop_idle_compaction(void)
{
	static_branch_disable(&idle_compaction_active);
	irq_work_sync(&idle_compaction_work);
	if (del_timer_sync(&idle_compaction_timer)) {
		drop_pass(&plan);
		clear_bit(0, &on_watch);
	}
}

static int set_threshold(const char *val, const struct kernel_param *kp)
{
	unsigned int seconds, before;
	int err = kstrtouint(val, 0, &seconds);

	if (err)
		return err;
	if (seconds > THRESHOLD_MAX)
		return -EINVAL;

	mutex_lock(&idle_compaction_mutex);
	before = threshold;
	WRITE_ONCE(threshold, seconds);
	/* The command line is parsed before timers and the thread exist */
	if (!kidlecompactd)
		goto unlock;
	if (!before && seconds)
		start_idle_compaction();
	else if (before && !seconds)
		stop_idle_compaction();
	else if (del_timer_sync(&idle_compaction_timer))
		begin_watch();	/* the timer is on watch again */
unlock:
	mutex_unlock(&idle_compaction_mutex);
	return 0;
}

static const struct kernel_param_ops threshold_ops = {
	.set = set_threshold,
	.get = param_get_uint,
};
module_param_cb(threshold, &threshold_ops, &threshold, 0644);
MODULE_PARM_DESC(threshold, "Seconds of idleness before memory is compacted, 0: never (default: 1)");

static int set_last_run(const char *val, const struct kernel_param *kp)
{
	return -EPERM;
}

static int get_last_run(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%s\n", READ_ONCE(last_run));
}

static const struct kernel_param_ops last_run_ops = {
	.set = set_last_run,
	.get = get_last_run,
};
module_param_cb(last_run, &last_run_ops, NULL, 0444);
MODULE_PARM_DESC(last_run, "How the last run has ended: done, or what stopped it");

static int __init idle_compaction_init(void)
{
	struct task_struct *t;

	t = kthread_run(idle_compaction_thread, NULL, "kidlecompactd");
	if (IS_ERR(t))
		return PTR_ERR(t);

	mutex_lock(&idle_compaction_mutex);
	kidlecompactd = t;
	cpu_use_add(&cpu_user, t);
	find_memory();
	if (threshold)
		start_idle_compaction();
	mutex_unlock(&idle_compaction_mutex);
	return 0;
}
subsys_initcall(idle_compaction_init);
