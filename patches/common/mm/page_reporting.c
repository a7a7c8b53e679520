// SPDX-License-Identifier: GPL-2.0
/*
 * Page reporting: tell the host which memory of this guest is free, so that
 * the host can use that memory for something else.
 *
 * Free memory is divided into units of 2^order pages, aligned to their size.
 * A unit counts if it lies in a free block of at least that order. It is
 * marked if the host knows that it is free, and unmarked otherwise. A mark
 * belongs to the unit, not to the block, so it survives when blocks split and
 * merge. A unit loses its mark when some of its pages are allocated.
 *
 * Unmarked memory is not reported at once. Memory that has just been freed is
 * often used again soon, and the host would have to back it again. Each zone
 * remembers how much unmarked memory it had in the last PAGE_REPORTING_WINDOW
 * ticks. The least of these amounts has not been needed for the whole window.
 * The largest drop within the window is subtracted from it, because a load
 * that takes and frees memory may take more the next time. The rest is the
 * surplus. Only the surplus is reported. Reported blocks go to the tail of
 * their free list, so the load finds the memory that it has freed itself at
 * the head. After a load has ended, the window forgets it.
 *
 * Locks, outermost first:
 *   control_mutex		backend, parameters, start and stop
 *   cpu_hotplug_lock (read)	static keys
 *   mem_hotplug_lock (read)	zones and their sections stay
 *   zone->lock			free lists, zone->reporting, marks, gauges
 *   held_lock			held_blocks, backend_name
 * A task may wait for the host with control_mutex held, but with none of the
 * locks below it. So nobody may take control_mutex with a lock held that
 * others need: set() of a parameter first drops the lock that all parameters
 * of the kernel share, and the memory notifier does not take the mutex. Of
 * these locks, the reporting work takes zone->lock and held_lock only. Some
 * variables below are "the work's own". Others use them only while the work
 * is stopped.
 */
#define pr_fmt(fmt) "page_reporting: " fmt

#include <linux/cpu.h>
#include <linux/idr.h>
#include <linux/irq_work.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/page-isolation.h>
#include <linux/page_reporting.h>
#include <linux/reboot.h>
#include <linux/sched/cputime.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmstat.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "internal.h"
#include "page_reporting.h"

#define CREATE_TRACE_POINTS
#include <trace/events/page_reporting.h>

/* Interval of the reporting work while there is unmarked memory */
#define TICK			msecs_to_jiffies(300)

/* Pages that one report may keep off the free lists, at most */
#define HELD_MAX		(SZ_128M >> PAGE_SHIFT)
/* It may keep at most 1/HELD_SHARE of the free memory of its zone */
#define HELD_SHARE		16
/* A unit can be held until less than 1/UNIT_FREE of its zone is free */
#define UNIT_FREE		4

/* Struct pages to look at before zone->lock is released, at most */
#define SECTION_READS		4096
/* How often each unit of a held block is looked at in that time, at most */
#define UNIT_READS		3
/*
 * A block has at most 2^BLOCK_UNITS_ORDER units, so that UNIT_READS looks at
 * each of them stay within SECTION_READS.
 */
#define BLOCK_UNITS_ORDER	10

/*
 * In the long run, all memory is reported at most once in BUDGET_SECONDS, and
 * at most BUDGET_MAX pages in a second. The budget can save up twice the size
 * of memory. So no pattern of allocations can keep the host busy for ever.
 */
#define BUDGET_SECONDS		16
#define BUDGET_MAX		(SZ_1G >> PAGE_SHIFT)

/* Delay after a failed report; each further failure doubles it */
#define RETRY_MIN		HZ
#define RETRY_MAX		(64 * HZ)

/* How long others wait for a report in flight, at most */
#define WAIT_MAX		HZ
/* The same for a caller that holds a lock that many others need */
#define WAIT_LOCKED		(HZ / 10)

/* Value of user_order if the user has asked for no order */
#define ORDER_DEFAULT		(-1)

DEFINE_STATIC_KEY_FALSE(page_reporting_active);

/*
 * Protects the six variables below, and starting and stopping. The work and
 * the memory notifier read backend without it: backend does not change while
 * memory is reported.
 */
static DEFINE_MUTEX(control_mutex);
static struct page_reporting_dev_info *backend;
static bool enabled = true;
/* The order that the user asked for. NR_PAGE_ORDERS or more: report nothing */
static int user_order = ORDER_DEFAULT;
/* The order in force, now or with the next backend. Anybody may read it */
static unsigned int order_in_force;
/* Who is told that reporting starts and stops, and the last that was told */
static RAW_NOTIFIER_HEAD(subscribers);
static bool told_on;

/*
 * The backend whose host has not given back the held blocks. NULL if they are
 * in flight, or if no block is held. The work sets this and is not queued
 * again. It is cleared with control_mutex held, while the work does not run.
 */
static struct page_reporting_dev_info *quarantine_owner;

/*
 * The order for new zones; NR_PAGE_ORDERS if nothing is counted. Written with
 * control_mutex and mem_hotplug_lock (read) held. The memory notifier reads
 * this with mem_hotplug_lock held for writing.
 */
static unsigned int start_order = NR_PAGE_ORDERS;
/* The host has nothing behind new memory. Protected in the same way */
static bool new_memory_is_unbacked;

/* Protects held_blocks, page->lru of the blocks on it, and backend_name */
static DEFINE_SPINLOCK(held_lock);
/* Blocks that the host may be discarding; page_private is their order */
static LIST_HEAD(held_blocks);
static const char *backend_name = "none";

/*
 * The work may be queued. Written with control_mutex held, read anywhere.
 * Cleared before the work is cancelled.
 */
static bool running;
/*
 * Freed memory need not queue the work: the work runs, or will run within a
 * tick, or must not run before the quarantined blocks are released.
 */
static bool armed;

/* The work's own */
static unsigned long budget;
static unsigned long budget_time;
static unsigned long settled_pages;
static bool drain_due;
static u64 runtime_counted;
/* The host has confirmed a report of this backend */
static bool proven;

/* Size of memory. Written when it changes, read by the work */
static unsigned long memory_pages;

/* CPU time of the work in ns. Written by the work, read by anybody */
static atomic64_t runtime;

/*
 * Pages in flight, the part of them that an unmovable allocation could use,
 * and the number of reports that have ended. Written by the work; anybody may
 * wait for them, see wait_for_host().
 */
static unsigned long inflight;
static unsigned long inflight_usable;
static unsigned long nr_done;
static DECLARE_WAIT_QUEUE_HEAD(inflight_wait);

/*
 * Pages that the host has not given back, see page_reporting_release().
 * Written together with quarantine_owner, read by anybody.
 */
static unsigned long quarantined;

/* One report: it holds whole blocks, and names the unmarked ranges in them */
struct batch {
	struct zone *zone;
	unsigned int capacity;		/* the most ranges */
	unsigned long wanted;		/* the most pages in them */
	unsigned long limit;		/* the most pages in the blocks */
	unsigned long limit_usable;	/* the same without CMA */
	unsigned int reads;		/* struct pages looked at */

	struct scatterlist *sg;
	unsigned int nents;
	unsigned long pages;		/* pages in the ranges */
	unsigned long held;		/* pages in the blocks */
	unsigned long held_usable;	/* the same without CMA */
};

/* Position of a pass over the free lists of a zone */
struct scan {
	unsigned int list;		/* see scan_order(), scan_type() */
	unsigned long left;		/* blocks of it left to look at */
	struct page *turned;		/* first block moved to its tail */
};

static inline unsigned long nr_marked(struct zone *zone)
{
	return atomic_long_read(&zone->vm_stat[NR_FREE_REPORTED]);
}

static inline unsigned long nr_unmarked(struct zone *zone)
{
	return atomic_long_read(&zone->vm_stat[NR_FREE_UNREPORTED]);
}

/*
 * The caller holds zone->lock. The gauges are exact, because they have no
 * per-CPU parts. Nobody keeps the sum of all zones, so no cache line is shared
 * between zones.
 */
static inline void add_gauge(struct zone *zone, enum zone_stat_item item,
			     long pages)
{
	atomic_long_t *gauge = &zone->vm_stat[item];

	atomic_long_set(gauge, atomic_long_read(gauge) + pages);
}

static inline void add_marked(struct zone *zone, long pages)
{
	add_gauge(zone, NR_FREE_REPORTED, pages);
}

static inline void add_unmarked(struct zone *zone, long pages)
{
	add_gauge(zone, NR_FREE_UNREPORTED, pages);
}

static unsigned long all_unmarked(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_populated_zone(zone)
		pages += nr_unmarked(zone);
	return pages;
}

/**
 * page_reporting_vmstat - add up the gauges of all zones
 * @zone_stats: the values for /proc/vmstat, indexed by enum zone_stat_item
 *
 * Context: any.
 */
void page_reporting_vmstat(unsigned long *zone_stats)
{
	struct zone *zone;

	zone_stats[NR_FREE_REPORTED] = 0;
	for_each_populated_zone(zone)
		zone_stats[NR_FREE_REPORTED] += nr_marked(zone);
	zone_stats[NR_FREE_UNREPORTED] = all_unmarked();
}

static unsigned long count_marks(struct page *page, unsigned int order,
				 unsigned int unit)
{
	struct page *end = page + (1UL << order);
	unsigned long pages = 0;

	for (; page < end; page += 1UL << unit)
		if (PageReported(page))
			pages += 1UL << unit;
	return pages;
}

static unsigned long clear_marks(struct page *page, unsigned int order,
				 unsigned int unit)
{
	struct page *end = page + (1UL << order);
	unsigned long pages = 0;

	for (; page < end; page += 1UL << unit) {
		if (!PageReported(page))
			continue;
		ClearPageReported(page);
		pages += 1UL << unit;
	}
	return pages;
}

void __page_reporting_freed(struct zone *zone, unsigned int order)
{
	struct page_reporting_zone *zr = &zone->reporting;

	add_unmarked(zone, 1L << max(order, zr->order));
	zr->high = max(zr->high, nr_unmarked(zone));
	__page_reporting_kick();
}

void __page_reporting_taken(struct zone *zone, struct page *page,
			    unsigned int order)
{
	struct page_reporting_zone *zr = &zone->reporting;
	unsigned long marked;

	order = max(order, zr->order);
	marked = clear_marks(page, order, zr->order);
	if (marked)
		add_marked(zone, -marked);
	if (marked < 1UL << order)
		add_unmarked(zone, marked - (1UL << order));
	zr->low = min(zr->low, nr_unmarked(zone));
}

/* Unmarked memory that has not been needed and will hardly be needed soon */
static unsigned long surplus(const struct page_reporting_zone *zr)
{
	unsigned long least = zr->low, peak = 0, drop = 0;
	unsigned int i, slot;

	for (i = 0; i < PAGE_REPORTING_WINDOW; i++) {
		slot = (zr->slot + i) % PAGE_REPORTING_WINDOW;
		least = min(least, zr->floor[slot]);
		if (peak > zr->floor[slot])
			drop = max(drop, peak - zr->floor[slot]);
		peak = max(peak, zr->ceiling[slot]);
	}
	if (peak > zr->low)
		drop = max(drop, peak - zr->low);
	return least > drop ? least - drop : 0;
}

/* Memory that is being reported must not look like memory that was used */
static void shift_window(struct page_reporting_zone *zr, long pages)
{
	int i;

	zr->low += pages;
	zr->high += pages;
	for (i = 0; i < PAGE_REPORTING_WINDOW; i++) {
		zr->floor[i] += pages;
		zr->ceiling[i] += pages;
	}
}

static void move_window(struct zone *zone)
{
	struct page_reporting_zone *zr = &zone->reporting;
	unsigned long ticks = (jiffies - zr->last) / TICK;

	if (!ticks)
		return;
	zr->last = jiffies;
	for (ticks = min_t(unsigned long, ticks, PAGE_REPORTING_WINDOW); ticks;
	     ticks--) {
		zr->floor[zr->slot] = zr->low;
		zr->ceiling[zr->slot] = zr->high;
		zr->slot = (zr->slot + 1) % PAGE_REPORTING_WINDOW;
	}
	zr->low = nr_unmarked(zone);
	zr->high = zr->low;
}

static void count_memory(void)
{
	struct sysinfo si;

	si_meminfo(&si);
	WRITE_ONCE(memory_pages, si.totalram);
}

static void refill_budget(void)
{
	unsigned long all = READ_ONCE(memory_pages);
	unsigned long rate = min_t(unsigned long, all / BUDGET_SECONDS,
				   BUDGET_MAX);
	unsigned long elapsed = min(jiffies - budget_time, 3600UL * HZ);

	budget_time = jiffies;
	budget = min(budget + mult_frac(elapsed, rate, HZ), 2 * all);
}

/* How many of @free pages one report may keep off the free lists */
static unsigned long may_hold(struct zone *zone, unsigned long free)
{
	unsigned long keep = high_wmark_pages(zone);
	long reserve = 0;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		reserve = max(reserve, zone->lowmem_reserve[i]);
	keep += reserve;
	/* Below this mark, per-CPU drift makes @free too inexact */
	keep = max(keep, zone->percpu_drift_mark);
	if (free <= keep)
		return 0;
	return min3(free - keep, free / HELD_SHARE, (unsigned long)HELD_MAX);
}

static void begin_batch(struct batch *b, struct page_reporting_dev_info *prdev,
			struct zone *zone)
{
	unsigned long free = zone_page_state(zone, NR_FREE_PAGES);
	unsigned long cma = zone_page_state(zone, NR_FREE_CMA_PAGES);
	unsigned int unit = zone->reporting.order;

	*b = (struct batch) {
		.zone = zone,
		.sg = prdev->sg,
		.capacity = prdev->capacity ?: PAGE_REPORTING_CAPACITY,
		.limit = may_hold(zone, free),
		/* An unmovable allocation cannot use free memory of CMA */
		.limit_usable = may_hold(zone, free - min(cma, free)),
	};
	b->wanted = min3(surplus(&zone->reporting), budget, b->limit);
	b->wanted = round_down(b->wanted, 1UL << unit);
	/* Risk no more than one unit until the host has answered once */
	if (!proven) {
		b->capacity = 1;
		b->wanted = min(b->wanted, 1UL << unit);
	}
}

/* Add the unmarked units of the block to the report, as many as are wanted */
static void add_ranges(struct batch *b, struct page *page, unsigned int order)
{
	unsigned int unit = b->zone->reporting.order;
	struct page *end = page + (1UL << order);
	struct scatterlist *last = NULL;

	for (; page < end && b->pages < b->wanted; page += 1UL << unit) {
		if (PageReported(page)) {
			last = NULL;
			continue;
		}
		if (last) {
			last->length += PAGE_SIZE << unit;
		} else if (b->nents < b->capacity) {
			last = &b->sg[b->nents++];
			sg_set_page(last, page, PAGE_SIZE << unit, 0);
		} else {
			break;
		}
		b->pages += 1UL << unit;
	}
}

/*
 * The allocator puts back blocks whose head has no flags. So take the mark off
 * the head, and set it again afterwards.
 */
static struct page *put_marked(struct zone *zone, struct page *page,
			       unsigned int order)
{
	bool marked = PageReported(page);
	struct page *head;

	ClearPageReported(page);
	head = put_free_block(zone, page, order);
	if (marked)
		SetPageReported(page);
	return head;
}

/*
 * Take @block off its list, and keep the part of it that @page and @order name.
 * The rest goes back at once. All marks stay.
 */
static void hold(struct batch *b, struct page *block, unsigned int block_order,
		 struct page *page, unsigned int order, bool usable)
{
	struct zone *zone = b->zone;
	unsigned long marked = count_marks(page, order, zone->reporting.order);

	take_free_block(zone, block, block_order);
	while (block_order > order) {
		struct page *half = block + (1UL << --block_order);

		if (page < half) {
			put_marked(zone, half, block_order);
		} else {
			put_marked(zone, block, block_order);
			block = half;
		}
	}
	add_marked(zone, -marked);
	add_unmarked(zone, marked - (1UL << order));

	set_page_private(page, order);
	spin_lock(&held_lock);
	list_add_tail(&page->lru, &held_blocks);
	spin_unlock(&held_lock);
	b->held += 1UL << order;
	if (usable)
		b->held_usable += 1UL << order;
}

/*
 * The opposite of hold(). It does not count as freeing memory, so the window
 * does not change. Blocks go back page block by page block, because some page
 * blocks may have been isolated meanwhile. Return false if the free block that
 * results is smaller than a unit.
 */
static bool unhold(struct zone *zone, struct page *page)
{
	unsigned int order = page_private(page), unit = zone->reporting.order;
	unsigned int part = min_t(unsigned int, order, pageblock_order);
	unsigned long marked, i;
	struct page *head;

	spin_lock(&held_lock);
	list_del(&page->lru);
	spin_unlock(&held_lock);
	set_page_private(page, 0);
	for (i = 0; i < 1UL << order; i += 1UL << part)
		head = put_marked(zone, page + i, part);

	if (page_private(head) < unit) {
		clear_marks(page, order, unit);
		return false;
	}
	marked = count_marks(page, order, unit);
	add_marked(zone, marked);
	add_unmarked(zone, (1UL << order) - marked);
	return true;
}

static void mark(struct zone *zone, struct page *page, unsigned long pages)
{
	unsigned int unit = zone->reporting.order;
	struct page *end = page + pages;

	for (; page < end; page += 1UL << unit)
		SetPageReported(page);
	add_marked(zone, pages);
	add_unmarked(zone, -pages);
}

static unsigned int scan_order(const struct scan *s)
{
	return NR_PAGE_ORDERS - 1 - s->list / MIGRATE_TYPES;
}

static int scan_type(const struct scan *s)
{
	return s->list % MIGRATE_TYPES;
}

/*
 * Go to a list. Large blocks come first, because small blocks will be allocated
 * sooner. Return false if there is no such list.
 */
static bool scan_list(struct scan *s, struct zone *zone, unsigned int list)
{
	s->list = list;
	if (list >= (NR_PAGE_ORDERS - zone->reporting.order) * MIGRATE_TYPES)
		return false;
	s->turned = NULL;
	s->left = is_migrate_isolate(scan_type(s)) ?
		  0 : zone->free_area[scan_order(s)].nr_free;
	return true;
}

/* Choose the part of a block to hold, if the whole block is more than @limit */
static unsigned int part_of_block(const struct batch *b, struct page **page,
				  unsigned int order, unsigned long limit)
{
	unsigned int unit = b->zone->reporting.order;
	struct page *first = *page;

	while (PageReported(first))
		first += 1UL << unit;
	while (1UL << order > limit)
		order--;
	*page += round_down(first - *page, 1UL << order);
	return order;
}

/*
 * Fill a batch from the head of the current list. A block without unmarked
 * units goes to the tail, so the next scan does not meet it first. Return
 * false if the batch is full.
 */
static bool fill_from_list(struct batch *b, struct scan *s)
{
	unsigned int order = scan_order(s), unit = b->zone->reporting.order;
	struct list_head *list =
		&b->zone->free_area[order].free_list[scan_type(s)];
	bool usable = !is_migrate_cma(scan_type(s));

	for (; s->left && !list_empty(list); s->left--) {
		struct page *block = list_first_entry(list, struct page, lru);
		struct page *page = block;
		unsigned int held = order, units = 1U << (order - unit);
		unsigned long room = b->limit - b->held;

		if (block == s->turned)
			break;
		if (usable)
			room = min(room, b->limit_usable -
				   min(b->limit_usable, b->held_usable));
		if (b->nents == b->capacity || b->pages >= b->wanted ||
		    b->reads + UNIT_READS * units >= SECTION_READS ||
		    (b->held && 1UL << order > room))
			return false;
		if (1UL << unit > room)
			break;

		b->reads += units + 1;
		if (is_migrate_isolate_page(block) ||
		    count_marks(block, order, unit) == 1UL << order) {
			list_move_tail(&block->lru, list);
			s->turned = s->turned ?: block;
			continue;
		}
		if (1UL << order > room)
			held = part_of_block(b, &page, order, room);
		add_ranges(b, page, held);
		hold(b, block, order, page, held, usable);
		b->reads += (UNIT_READS - 1) * units;
	}
	return true;
}

/* Take blocks off the free lists. Return false if no more can be taken */
static bool fill_batch(struct batch *b, struct scan *s,
		       struct page_reporting_dev_info *prdev,
		       struct zone *zone)
{
	bool more;

	spin_lock_irq(&zone->lock);
	move_window(zone);
	begin_batch(b, prdev, zone);
	more = b->wanted;
	while (more && fill_from_list(b, s))
		more = scan_list(s, zone, s->list + 1);

	shift_window(&zone->reporting, -b->pages);
	WRITE_ONCE(inflight_usable,
		   zone_idx(zone) <= ZONE_NORMAL ? b->held_usable : 0);
	WRITE_ONCE(inflight, b->held);
	spin_unlock_irq(&zone->lock);
	return more;
}

/* Needs no lock: only the work changes the list while it makes reports */
static struct page *first_held(void)
{
	return list_first_entry_or_null(&held_blocks, struct page, lru);
}

/*
 * Put all blocks back, and mark the ranges that the host has confirmed. This
 * looks at no more struct pages than filling the batch did.
 */
static void empty_batch(struct batch *b, unsigned long failed)
{
	struct zone *zone = b->zone;
	struct scatterlist *sg = b->sg, *sg_end = b->sg + b->nents;
	struct page *page, *end;
	bool counted;

	spin_lock_irq(&zone->lock);
	while ((page = first_held())) {
		end = page + (1UL << page_private(page));
		counted = unhold(zone, page);
		for (; sg < sg_end && sg_page(sg) >= page && sg_page(sg) < end;
		     sg++)
			if (counted)
				mark(zone, sg_page(sg),
				     sg->length >> PAGE_SHIFT);
	}
	if (failed)
		shift_window(&zone->reporting, failed);
	spin_unlock_irq(&zone->lock);
}

/* A host that does not answer counts as none */
static void tell_subscribers(void)
{
	bool on = running && !READ_ONCE(quarantine_owner);

	lockdep_assert_held(&control_mutex);
	if (on == told_on)
		return;
	told_on = on;
	raw_notifier_call_chain(&subscribers, on, NULL);
}

/* Subscribers may wait for memory, and the OOM notifier waits for the work */
static void tell_of_quarantine(struct work_struct *unused)
{
	mutex_lock(&control_mutex);
	tell_subscribers();
	mutex_unlock(&control_mutex);
}

static DECLARE_DELAYED_WORK(quarantine_work, tell_of_quarantine);

/*
 * The host may still discard these blocks, so they stay held. Their marks go.
 * This needs no lock: the work holds the blocks.
 */
static void quarantine(struct page_reporting_dev_info *prdev, struct batch *b)
{
	struct page *page;

	list_for_each_entry(page, &held_blocks, lru)
		clear_marks(page, page_private(page), b->zone->reporting.order);
	WRITE_ONCE(quarantined, b->held);
	WRITE_ONCE(quarantine_owner, prdev);
	queue_delayed_work(system_freezable_wq, &quarantine_work, 0);
	pr_err("the host does not answer: %lu KiB are set aside, no more reports until it does\n",
	       b->held << (PAGE_SHIFT - 10));
}

static int tell(struct page_reporting_dev_info *prdev, struct scatterlist *sg,
		unsigned int nents)
{
	int err;

	sg_mark_end(&sg[nents - 1]);
	err = prdev->report(prdev, sg, nents);
	sg_unmark_end(&sg[nents - 1]);
	return err;
}

/* If the host refuses one range, it must still get the others */
static int tell_one_by_one(struct page_reporting_dev_info *prdev,
			   struct batch *b)
{
	int err, failure = 0;
	unsigned int i;

	for (i = 0; i < b->nents; i++) {
		err = tell(prdev, &b->sg[i], 1);
		if (err == -EINPROGRESS)
			return err;
		if (!err)
			continue;
		failure = err;
		b->pages -= b->sg[i].length >> PAGE_SHIFT;
		b->sg[i].length = 0;
	}
	return failure;
}

/* Called for each report, or a long pass would look like work of others */
static void count_runtime(void)
{
	u64 now = task_sched_runtime(current);

	atomic64_add(now - runtime_counted, &runtime);
	runtime_counted = now;
}

static int report_batch(struct page_reporting_dev_info *prdev, struct batch *b)
{
	unsigned long told = b->pages;
	int err = tell(prdev, b->sg, b->nents);

	if (err && err != -EINPROGRESS) {
		if (b->nents > 1) {
			err = tell_one_by_one(prdev, b);
		} else {
			b->pages = 0;
			b->sg[0].length = 0;
		}
	}
	if (err == -EINPROGRESS)
		quarantine(prdev, b);
	else
		empty_batch(b, told - b->pages);
	WRITE_ONCE(inflight_usable, 0);
	WRITE_ONCE(inflight, 0);
	WRITE_ONCE(nr_done, nr_done + 1);
	wake_up_all(&inflight_wait);
	count_runtime();

	if (err) {
		count_vm_event(PAGE_REPORT_FAIL);
		trace_page_reporting_fail(b->zone, told - b->pages, err);
	}
	if (err == -EINPROGRESS || !b->pages)
		return err;
	proven = true;
	count_vm_event(PAGE_REPORT_BATCHES);
	count_vm_events(PAGE_REPORT_PAGES, b->pages);
	trace_page_reporting_batch(b->zone, b->pages, b->nents);
	budget -= b->pages;
	return err;
}

/*
 * Report the surplus of a zone, as much as may be taken. Repeat the pass as
 * long as it finds something: of a large block, a report may hold only a part.
 */
static int report_zone(struct page_reporting_dev_info *prdev,
		       struct zone *zone)
{
	struct scan s;
	struct batch b;
	bool found, more;
	int err;

	do {
		found = false;
		more = scan_list(&s, zone, 0);
		while (more && READ_ONCE(running)) {
			more = fill_batch(&b, &s, prdev, zone);
			if (b.nents) {
				err = report_batch(prdev, &b);
				if (err)
					return err;
				found = true;
			}
			cond_resched();
		}
	} while (found && READ_ONCE(running));
	return 0;
}

/* After a failed report, wait for a while before the next one of this zone */
static bool zone_is_put_off(const struct zone *zone)
{
	return zone->reporting.retry_delay &&
	       time_before(jiffies, zone->reporting.retry_at);
}

static void put_zone_off(struct zone *zone)
{
	struct page_reporting_zone *zr = &zone->reporting;

	zr->retry_delay = clamp_t(unsigned long, 2 * zr->retry_delay,
				  RETRY_MIN, RETRY_MAX);
	zr->retry_at = jiffies + zr->retry_delay;
}

/*
 * Return the jiffies until the next look at the zone, or 0 to wait for freed
 * memory. After a pass, a surplus is left only if it cannot be taken: it is
 * isolated, the zone has too little free memory, or the budget is used up. Of
 * these, only the budget comes back with time.
 */
static unsigned long zone_delay(struct zone *zone)
{
	struct page_reporting_zone *zr = &zone->reporting;
	unsigned long idle, all;

	if (zone_is_put_off(zone))
		return zr->retry_at - jiffies;

	spin_lock_irq(&zone->lock);
	idle = surplus(zr);
	all = nr_unmarked(zone);
	spin_unlock_irq(&zone->lock);

	return all > idle || (idle && budget < 1UL << zr->order) ? TICK : 0;
}

/* Free pages on per-CPU lists keep blocks from merging */
static void drain_when_settled(void)
{
	if (all_unmarked() != settled_pages) {
		drain_due = true;
	} else if (drain_due) {
		drain_due = false;
		drain_all_pages_in_steps();
	}
}

static void page_reporting_process(struct work_struct *work);
/* Queued only while running is set */
static DECLARE_DELAYED_WORK(page_reporting_work, page_reporting_process);

/* Run the work in a tick, even if it was to run later */
static void queue_reporting(void)
{
	mod_delayed_work(system_freezable_wq, &page_reporting_work, TICK);
}

/**
 * page_reporting_runtime - CPU time that reporting has used
 *
 * Context: any.
 * Return: nanoseconds since boot, up to the last report.
 */
u64 page_reporting_runtime(void)
{
	return atomic64_read(&runtime);
}

static void page_reporting_process(struct work_struct *work)
{
	unsigned long delay, next;
	struct zone *zone;
	int err;

	WRITE_ONCE(armed, true);
	runtime_counted = task_sched_runtime(current);
	refill_budget();
	drain_when_settled();
	for_each_populated_zone(zone) {
		if (zone_is_put_off(zone))
			continue;
		err = report_zone(backend, zone);
		if (err == -EINPROGRESS)
			return;
		if (err)
			put_zone_off(zone);
		else
			zone->reporting.retry_delay = 0;
	}
	settled_pages = all_unmarked();
	count_runtime();

	/*
	 * From now on, freed memory queues the work. Either zone_delay() sees
	 * that memory under zone->lock, or the task that frees it sees that
	 * armed is clear.
	 */
	WRITE_ONCE(armed, false);
	delay = drain_due ? TICK : 0;
	for_each_populated_zone(zone) {
		next = zone_delay(zone);
		if (next && (!delay || next < delay))
			delay = next;
	}
	trace_page_reporting_sleep(settled_pages, jiffies_to_msecs(delay));
	if (delay && READ_ONCE(running)) {
		if (delay <= TICK)
			WRITE_ONCE(armed, true);
		/* Does nothing if page_reporting_arm() has queued it by now */
		queue_delayed_work(system_freezable_wq, &page_reporting_work,
				   delay);
	}
}

/* Queueing a work may take locks that must not be taken under zone->lock */
static void page_reporting_arm(struct irq_work *work)
{
	if (!READ_ONCE(running) || READ_ONCE(armed))
		return;
	WRITE_ONCE(armed, true);
	trace_page_reporting_wake(all_unmarked());
	queue_reporting();
}

static DEFINE_IRQ_WORK(page_reporting_irq_work, page_reporting_arm);

void __page_reporting_kick(void)
{
	if (!READ_ONCE(armed))
		irq_work_queue(&page_reporting_irq_work);
}

/*
 * Wait until the report in flight is back, but not for the next one, which may
 * follow at once. Return false if this took too long.
 */
static bool wait_for_host(void)
{
	unsigned long done = READ_ONCE(nr_done);

	return wait_event_timeout(inflight_wait,
				  !READ_ONCE(inflight) ||
				  READ_ONCE(nr_done) != done, WAIT_MAX);
}

/* Does a held block overlap with the range? */
static bool range_is_held(unsigned long start_pfn, unsigned long end_pfn)
{
	struct page *page;
	bool held = false;

	spin_lock_irq(&held_lock);
	list_for_each_entry(page, &held_blocks, lru) {
		unsigned long pfn = page_to_pfn(page);

		held = pfn < end_pfn &&
		       pfn + (1UL << page_private(page)) > start_pfn;
		if (held)
			break;
	}
	spin_unlock_irq(&held_lock);
	return held;
}

/* The same after a wait. It would be in vain for quarantined blocks */
static bool range_stays_held(unsigned long start_pfn, unsigned long end_pfn,
			     unsigned long timeout)
{
	wait_event_timeout(inflight_wait,
			   !range_is_held(start_pfn, end_pfn) ||
			   READ_ONCE(quarantined), timeout);
	return range_is_held(start_pfn, end_pfn);
}

void __page_reporting_wait(unsigned long start_pfn, unsigned long end_pfn)
{
	range_stays_held(start_pfn, end_pfn, WAIT_MAX);
}

/* The smallest possible order of a unit */
static unsigned int least_order(void)
{
	/* If a block is split, parts below this order become guard pages */
	unsigned int order = debug_guardpage_minorder();

	if (backend)
		order = max(order, backend->min_order);
	return max_t(int, order, NR_PAGE_ORDERS - 1 - BLOCK_UNITS_ORDER);
}

/* Call this after user_order or backend has changed */
static void find_order(void)
{
	unsigned int order = page_reporting_default_order();

	if (user_order >= 0)
		order = user_order;
	else if (backend && backend->order)
		order = backend->order;
	/* A report never holds more than HELD_MAX */
	if (order < NR_PAGE_ORDERS)
		order = max_t(unsigned int, least_order(),
			      min_t(unsigned int, order, ilog2(HELD_MAX)));
	WRITE_ONCE(order_in_force, order);
}

/*
 * A small zone has a smaller unit, or no report could hold one as soon as a
 * part of the zone is used
 */
static unsigned int zone_order(const struct zone *zone, unsigned int order)
{
	while (order > least_order() &&
	       1UL << order > zone->present_pages / (UNIT_FREE * HELD_SHARE))
		order--;
	return order;
}

/*
 * The unit depends on the size of the zone. So a zone without memory starts
 * when its first memory comes online.
 */
static void start_zone(struct zone *zone)
{
	struct page_reporting_zone *zr = &zone->reporting;
	unsigned int unit = zone_order(zone, start_order), order;
	unsigned long pages = 0;

	if (!populated_zone(zone))
		return;
	spin_lock_irq(&zone->lock);
	for (order = unit; order < NR_PAGE_ORDERS; order++)
		pages += zone->free_area[order].nr_free << order;
	add_unmarked(zone, pages);
	*zr = (struct page_reporting_zone) { .order = unit, .last = jiffies };
	spin_unlock_irq(&zone->lock);
}

/* Clear the marks in some blocks of a list, and move them to its tail */
static void unmark_some(struct zone *zone, struct scan *s)
{
	unsigned int order = scan_order(s), reads = 0;
	unsigned int units = 1U << (order - zone->reporting.order);
	struct list_head *list =
		&zone->free_area[order].free_list[scan_type(s)];
	unsigned long marked;

	spin_lock_irq(&zone->lock);
	for (; s->left && !list_empty(list); s->left--, reads += units) {
		struct page *page = list_first_entry(list, struct page, lru);

		if (page == s->turned || reads + units > SECTION_READS)
			break;
		s->turned = s->turned ?: page;
		list_move_tail(&page->lru, list);
		marked = clear_marks(page, order, zone->reporting.order);
		add_marked(zone, -marked);
		add_unmarked(zone, marked);
	}
	if (!reads)
		s->left = 0;
	spin_unlock_irq(&zone->lock);
}

/*
 * A round may miss blocks that split or merge meanwhile. But nobody sets marks
 * any more, so another round clears those that are left.
 */
static void stop_zone(struct zone *zone)
{
	struct scan s;
	bool more;

	while (nr_marked(zone)) {
		for (more = scan_list(&s, zone, 0); more && nr_marked(zone);
		     more = scan_list(&s, zone, s.list + 1)) {
			s.left = zone->free_area[scan_order(&s)].nr_free;
			while (s.left) {
				unmark_some(zone, &s);
				cond_resched();
			}
		}
	}

	spin_lock_irq(&zone->lock);
	WARN_ON_ONCE(nr_marked(zone));
	add_unmarked(zone, -nr_unmarked(zone));
	zone->reporting.order = NR_PAGE_ORDERS;
	spin_unlock_irq(&zone->lock);
}

/* In all zones, since no zone may be large enough for the order in force */
static unsigned int largest_unit(void)
{
	unsigned int order = 0;
	struct zone *zone;

	for_each_populated_zone(zone)
		order = max(order, page_reporting_unit(zone));
	return order;
}

static void start_reporting(void)
{
	struct zone *zone;

	lockdep_assert_held(&control_mutex);
	if (!backend || !enabled || quarantine_owner)
		return;
	if (order_in_force >= NR_PAGE_ORDERS) {
		pr_info("page_reporting_order is %u, so nothing is reported\n",
			order_in_force);
		return;
	}
	if (1UL << order_in_force > HELD_MAX) {
		pr_warn("%s takes blocks of %lu KiB and more only, which is more than may be reported at a time\n",
			backend->name, PAGE_SIZE << order_in_force >> 10);
		return;
	}

	cpus_read_lock();
	get_online_mems();
	static_branch_enable_cpuslocked(&page_reporting_active);
	start_order = order_in_force;
	new_memory_is_unbacked = backend->lazy_backing;
	for_each_zone(zone)
		start_zone(zone);
	put_online_mems();
	cpus_read_unlock();

	count_memory();
	budget = ULONG_MAX / 2;
	budget_time = jiffies;
	settled_pages = 0;
	drain_due = true;
	armed = true;
	WRITE_ONCE(running, true);
	queue_reporting();
	pr_info("%s reports free blocks of %lu KiB and more\n", backend->name,
		PAGE_SIZE << largest_unit() >> 10);
	tell_subscribers();
}

/*
 * When this returns, no report is in flight, no page is marked, and the gauges
 * are 0. It waits for the report in flight before it takes locks that others
 * need.
 */
static void stop_reporting(void)
{
	struct zone *zone;

	lockdep_assert_held(&control_mutex);
	if (!running)
		return;

	WRITE_ONCE(running, false);
	tell_subscribers();
	irq_work_sync(&page_reporting_irq_work);
	cancel_delayed_work_sync(&page_reporting_work);

	cpus_read_lock();
	get_online_mems();
	start_order = NR_PAGE_ORDERS;
	for_each_zone(zone)
		stop_zone(zone);
	put_online_mems();
	static_branch_disable_cpuslocked(&page_reporting_active);
	cpus_read_unlock();
}

/**
 * page_reporting_subscribe - be told when reporting starts and stops
 * @nb: called with true when memory is reported to a host, and with false when
 *	that stops, or when the host does not answer; the first time before
 *	this returns
 *
 * A report can still be in flight when @nb is told that reporting stops. The
 * callback runs with the mutex held that starts and stops reporting. It may
 * sleep, but must not wait for the host or for a report.
 *
 * Context: may sleep.
 */
void page_reporting_subscribe(struct notifier_block *nb)
{
	mutex_lock(&control_mutex);
	raw_notifier_chain_register(&subscribers, nb);
	nb->notifier_call(nb, told_on, NULL);
	mutex_unlock(&control_mutex);
}

static void name_backend(const char *name)
{
	spin_lock_irq(&held_lock);
	backend_name = name;
	spin_unlock_irq(&held_lock);
}

/**
 * __page_reporting_register - page_reporting_register() under a name
 * @prdev: the backend; the caller sets @report, and @order to @lazy_backing if
 *	it needs them. All other members are zero.
 * @name: name of the backend in the log and in the parameter "backend"
 *
 * Context: may sleep, even until the host answers. So do not hold a lock that
 * others need.
 * Return: 0; -EBUSY if another backend has registered; -EINVAL if there is no
 * free list of that order; -ENOMEM; -EOPNOTSUPP if memory is encrypted with a
 * key of the guest, so that the host cannot discard it.
 */
int __page_reporting_register(struct page_reporting_dev_info *prdev,
			      const char *name)
{
	unsigned int capacity = prdev->capacity ?: PAGE_REPORTING_CAPACITY;
	int err = 0;

	if (guest_memory_encrypted())
		return -EOPNOTSUPP;
	if (prdev->order == -1U)
		prdev->order = 0;
	if (prdev->order >= NR_PAGE_ORDERS ||
	    prdev->min_order >= NR_PAGE_ORDERS)
		return -EINVAL;

	mutex_lock(&control_mutex);
	if (backend) {
		pr_info("%s is not needed, %s reports\n", name, backend->name);
		err = -EBUSY;
		goto out;
	}
	prdev->sg = kcalloc(capacity, sizeof(*prdev->sg), GFP_KERNEL);
	if (!prdev->sg) {
		err = -ENOMEM;
		goto out;
	}
	sg_init_table(prdev->sg, capacity);
	sg_unmark_end(&prdev->sg[capacity - 1]);
	prdev->name = name;
	backend = prdev;
	name_backend(name);
	proven = false;
	find_order();
	start_reporting();
out:
	mutex_unlock(&control_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(__page_reporting_register);

/**
 * page_reporting_unregister - stop reporting through a backend
 * @prdev: the backend; nothing happens if it is not registered
 *
 * Waits for the report in flight, so do not call this from @prdev->report.
 * Afterwards, @prdev->report is not called any more. Blocks that the host has
 * not given back stay in quarantine, see page_reporting_release().
 *
 * Context: may sleep, as __page_reporting_register().
 */
void page_reporting_unregister(struct page_reporting_dev_info *prdev)
{
	mutex_lock(&control_mutex);
	if (backend == prdev) {
		stop_reporting();
		backend = NULL;
		name_backend("none");
		find_order();
		kfree(prdev->sg);
		prdev->sg = NULL;
	}
	mutex_unlock(&control_mutex);
}
EXPORT_SYMBOL_GPL(page_reporting_unregister);

/* Free the quarantined blocks. They count as memory that was just freed */
static void free_quarantine(void)
{
	struct page *page, *head;
	unsigned long i, pages;
	unsigned int part;

	while ((page = first_held())) {
		struct zone *zone = page_zone(page);

		pages = 1UL << page_private(page);
		part = min_t(unsigned int, page_private(page), pageblock_order);
		spin_lock_irq(&zone->lock);
		spin_lock(&held_lock);
		list_del(&page->lru);
		spin_unlock(&held_lock);
		set_page_private(page, 0);
		for (i = 0; i < pages; i += 1UL << part) {
			head = put_free_block(zone, page + i, part);
			page_reporting_freed(zone, page_private(head), part);
		}
		spin_unlock_irq(&zone->lock);
	}
	WRITE_ONCE(quarantined, 0);
	WRITE_ONCE(quarantine_owner, NULL);
}

/**
 * page_reporting_release - the host has given back all memory
 * @prdev: a backend, registered or not
 *
 * Call this after @prdev->report has returned -EINPROGRESS, when the host has
 * answered after all, or when the device has been reset. The guest can use the
 * quarantined blocks again, and reporting goes on if a backend is registered.
 * Nothing happens if no block of @prdev is in quarantine.
 *
 * Context: may sleep, as __page_reporting_register(). Not from @prdev->report.
 */
void page_reporting_release(struct page_reporting_dev_info *prdev)
{
	mutex_lock(&control_mutex);
	/* The answer may come before the work has entered the quarantine */
	flush_work(&page_reporting_work.work);
	if (quarantine_owner == prdev) {
		free_quarantine();
		if (running) {
			queue_reporting();
			tell_subscribers();
		} else {
			start_reporting();
		}
	}
	mutex_unlock(&control_mutex);
}
EXPORT_SYMBOL_GPL(page_reporting_release);

/*
 * The kernel calls set() with a lock held that all parameters share. Drop that
 * lock, so that all parameters can be read while set() waits for the host.
 */
static void lock_for_param(const struct kernel_param *kp)
{
	kernel_param_unlock(kp->mod);
	mutex_lock(&control_mutex);
}

static void unlock_for_param(const struct kernel_param *kp)
{
	mutex_unlock(&control_mutex);
	kernel_param_lock(kp->mod);
}

static int set_enabled(const char *val, const struct kernel_param *kp)
{
	bool on;
	int err = kstrtobool(val, &on);

	if (err)
		return err;

	lock_for_param(kp);
	if (on != enabled) {
		enabled = on;
		if (on)
			start_reporting();
		else
			stop_reporting();
	}
	unlock_for_param(kp);
	return 0;
}

static const struct kernel_param_ops enabled_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_enabled,
	.get = param_get_bool,
};
module_param_cb(enabled, &enabled_ops, &enabled, 0644);
MODULE_PARM_DESC(enabled, "Report free memory to the host (default: on)");

static int set_order(const char *val, const struct kernel_param *kp)
{
	int order, err = kstrtoint(val, 0, &order);

	if (err)
		return err;
	if (order < ORDER_DEFAULT)
		return -EINVAL;

	lock_for_param(kp);
	stop_reporting();
	user_order = order;
	find_order();
	start_reporting();
	unlock_for_param(kp);
	return 0;
}

static const struct kernel_param_ops order_ops = {
	.set = set_order,
	.get = param_get_uint,
};
module_param_cb(page_reporting_order, &order_ops, &order_in_force, 0644);
MODULE_PARM_DESC(page_reporting_order, "Smallest free block to report, as an order; above the largest: none; -1: the backend's, or that of a huge page (default)");

/* The mode of a parameter does not guard it on the command line */
static int refuse_set(const char *val, const struct kernel_param *kp)
{
	return -EPERM;
}

static const struct kernel_param_ops quarantined_ops = {
	.set = refuse_set,
	.get = param_get_ulong,
};
module_param_cb(quarantined, &quarantined_ops, &quarantined, 0444);
MODULE_PARM_DESC(quarantined, "Pages set aside for a host that does not answer");

static int get_backend(char *buf, const struct kernel_param *kp)
{
	int len;

	/* The string belongs to a module, which may go once the name changes */
	spin_lock_irq(&held_lock);
	len = sprintf(buf, "%s\n", backend_name);
	spin_unlock_irq(&held_lock);
	return len;
}

static const struct kernel_param_ops backend_ops = {
	.set = refuse_set,
	.get = get_backend,
};
module_param_cb(backend, &backend_ops, NULL, 0444);
MODULE_PARM_DESC(backend, "The driver that tells the host, or none");

/* Do not kill a task for memory that is about to come back */
static int page_reporting_oom(struct notifier_block *nb, unsigned long unused,
			      void *freed)
{
	unsigned long pages = READ_ONCE(inflight_usable);

	if (pages && wait_for_host() && !READ_ONCE(quarantined))
		*(unsigned long *)freed += pages;
	return NOTIFY_OK;
}

static struct notifier_block oom_nb = { .notifier_call = page_reporting_oom };

#ifdef CONFIG_MEMORY_HOTPLUG
/*
 * Numbers of the sections that were used and then went offline. The host may
 * have memory behind them, unlike behind new ones. Only the memory notifier
 * uses these two variables, under mem_hotplug_lock.
 */
static DEFINE_IDA(used_sections);
/* There was no memory to note a number: take all sections for used */
static bool all_sections_used;

static void remember_used(unsigned long pfn, unsigned long end)
{
	int err;

	for (; pfn < end; pfn += PAGES_PER_SECTION) {
		err = ida_alloc_range(&used_sections, pfn_to_section_nr(pfn),
				      pfn_to_section_nr(pfn), GFP_KERNEL);
		if (err < 0 && err != -ENOSPC)
			all_sections_used = true;
	}
}

static bool section_is_new(unsigned long pfn)
{
	unsigned long nr = pfn_to_section_nr(pfn);
	int err = ida_alloc_range(&used_sections, nr, nr, GFP_KERNEL);

	if (err < 0 || all_sections_used)
		return false;
	ida_free(&used_sections, nr);
	return true;
}

/* The host has nothing behind new memory, so do not report it: mark it */
static void mark_new_range(struct zone *zone, unsigned long pfn)
{
	unsigned long end = pfn + MAX_ORDER_NR_PAGES, marked;
	unsigned int unit, order;

	spin_lock_irq(&zone->lock);
	unit = zone->reporting.order;
	for (; unit < NR_PAGE_ORDERS && pfn < end; pfn += 1UL << order) {
		struct page *page = pfn_to_page(pfn);

		order = unit;
		if (!PageBuddy(page) || page_private(page) < unit)
			continue;
		order = page_private(page);
		marked = clear_marks(page, order, unit);
		add_marked(zone, -marked);
		add_unmarked(zone, marked);
		mark(zone, page, 1UL << order);
	}
	spin_unlock_irq(&zone->lock);
}

static void memory_comes(unsigned long pfn, unsigned long end)
{
	struct zone *zone = page_zone(pfn_to_page(pfn));
	unsigned long section_end;

	count_memory();
	if (start_order == NR_PAGE_ORDERS)
		return;
	/* A zone with its first memory was not started with the others */
	if (zone->reporting.order == NR_PAGE_ORDERS)
		start_zone(zone);
	if (!new_memory_is_unbacked || free_pages_are_written())
		return;
	while (pfn < end) {
		section_end = min(end, pfn + PAGES_PER_SECTION);
		if (!section_is_new(pfn))
			pfn = section_end;
		for (; pfn < section_end; pfn += MAX_ORDER_NR_PAGES)
			mark_new_range(zone, pfn);
	}
}

/*
 * Called with mem_hotplug_lock held for writing. Before MEM_GOING_OFFLINE, the
 * page blocks of the range are isolated: no report takes more of it.
 */
static int page_reporting_memory(struct notifier_block *nb,
				 unsigned long action, void *arg)
{
	struct memory_notify *mn = arg;
	unsigned long pfn = mn->start_pfn, end = pfn + mn->nr_pages;

	switch (action) {
	case MEM_ONLINE:
		memory_comes(pfn, end);
		break;
	case MEM_GOING_OFFLINE:
		if (range_stays_held(pfn, end, WAIT_LOCKED))
			return notifier_from_errno(-EBUSY);
		break;
	case MEM_OFFLINE:
		remember_used(pfn, end);
		count_memory();
		break;
	}
	return NOTIFY_OK;
}

static void __init watch_memory(void)
{
	hotplug_memory_notifier(page_reporting_memory, 0);
}
#else
static inline void watch_memory(void)
{
}
#endif /* CONFIG_MEMORY_HOTPLUG */

/* The host must not discard memory of the next kernel, if kexec starts one */
static int page_reporting_reboot(struct notifier_block *nb,
				 unsigned long action, void *unused)
{
	mutex_lock(&control_mutex);
	enabled = false;
	stop_reporting();
	mutex_unlock(&control_mutex);
	return NOTIFY_OK;
}

static struct notifier_block reboot_nb = {
	.notifier_call = page_reporting_reboot,
};

/*
 * The host has restored this machine from a snapshot. It has memory behind all
 * pages now, also behind those that it had discarded.
 */
static int page_reporting_restored(struct notifier_block *nb,
				   unsigned long action, void *unused)
{
	mutex_lock(&control_mutex);
	stop_reporting();
	start_reporting();
	mutex_unlock(&control_mutex);
	return NOTIFY_OK;
}

static struct notifier_block restored_nb = {
	.notifier_call = page_reporting_restored,
};

static int __init page_reporting_init(void)
{
	mutex_lock(&control_mutex);
	find_order();
	mutex_unlock(&control_mutex);
	watch_memory();
	register_restored_notifier(&restored_nb);
	register_reboot_notifier(&reboot_nb);
	return register_oom_notifier(&oom_nb);
}
subsys_initcall(page_reporting_init);
