// SPDX-License-Identifier: GPL-2.0
/*
 * Page reporting: tells the host which memory of this guest is free, so that
 * the host can put it to other use.
 *
 * Free memory is looked at in units of 2^order pages, aligned to their size.
 * The units inside of free blocks of at least that order are counted: marked
 * when the host knows that they are free, unmarked when it does not. A mark
 * belongs to the unit, not to the block, so that nothing is forgotten when
 * blocks split and merge. It goes when the unit is used.
 *
 * What is unmarked is not reported at once: memory that is freed is often
 * memory that is about to be used, and the host would have to back it again.
 * The least amount of unmarked memory that a zone has had within the last
 * PAGE_REPORTING_WINDOW ticks is what nobody has needed in that time. Of that
 * as much is held back as the amount has dropped by within the window, for a
 * load that swings does not always swing as far. The rest is the surplus.
 * Only that is reported, and goes to the tail of the free list, so that a load
 * that takes and frees memory all the time finds at the head what it has freed
 * itself. A load that ends is forgotten with the window.
 *
 * Locks, outermost first:
 *   cpu_hotplug_lock (read)	static keys
 *   mem_hotplug_lock (read)	zones and their sections stay
 *   page_reporting_mutex	backend, parameters, start and stop
 *   zone->lock			free lists, zone->reporting, marks, gauges
 * The reporting work takes zone->lock only. It is the one user of the
 * variables that are said to be its own; others touch them when it is stopped.
 */
#include <linux/cpu.h>
#include <linux/irq_work.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
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

/* How often free memory is looked at while some of it is unmarked */
#define TICK			msecs_to_jiffies(300)

/* The most that one report may keep off the free lists */
#define HELD_MAX		(SZ_128M >> PAGE_SHIFT)
/* The part of the free memory of a zone that it may keep off the lists */
#define HELD_SHARE		16

/* How many blocks of a list are looked at without letting go of the lock */
#define SCAN_MAX		32

/*
 * All memory is reported at most once in BUDGET_SECONDS in the long run, with
 * twice of it saved up: no way of using memory keeps the host busy for ever.
 */
#define BUDGET_SECONDS		16

/* Delay after a report that failed: doubled each time, up to the second */
#define RETRY_MIN		HZ
#define RETRY_MAX		(64 * HZ)

/* Waits of others for a report in flight end here */
#define WAIT_MAX		HZ

DEFINE_STATIC_KEY_FALSE(page_reporting_active);

/* Protects backend, enabled and user_order, and starting and stopping */
static DEFINE_MUTEX(page_reporting_mutex);
static struct page_reporting_dev_info *backend;
static bool enabled = true;
/* What the user asked for; MAX_ORDER: nothing */
static unsigned int user_order = MAX_ORDER;

/* The work may be queued. Cleared before it is cancelled */
static bool running;
/* The work is queued or running, memory that is freed need not queue it */
static bool armed;

/* The work's own */
static unsigned long budget;
static unsigned long budget_time;
static unsigned long retry_delay;
static unsigned long settled_pages;
static bool drain_due;
static u64 runtime_counted;

/* CPU time of the work in ns. Written by the work, read by anybody */
static atomic64_t runtime;

/*
 * Pages in the host's hands, and how many reports it has had and is done with.
 * Written by the work, waited for by anybody: see wait_for_host().
 */
static unsigned long inflight;
static unsigned long nr_done;
static DECLARE_WAIT_QUEUE_HEAD(inflight_wait);

/* Pages that the host never gave back, see page_reporting_release() */
static unsigned long quarantined;
module_param(quarantined, ulong, 0444);
MODULE_PARM_DESC(quarantined, "Pages lost to a host that does not answer");

/* One report: whole blocks are held, ranges of unmarked units in them told */
struct batch {
	struct zone *zone;
	struct list_head blocks;	/* page->lru, page_private as hold() */
	unsigned long held;		/* pages in the blocks */
	struct scatterlist *sg;
	unsigned int nents;
	unsigned long pages;		/* pages in the ranges */
	bool skipped;			/* blocks that hold nothing new */
};

/* In page_private of a block that is held, with its order */
#define HEAD_MARKED		BIT(8)

static inline unsigned long nr_marked(struct zone *zone)
{
	return atomic_long_read(&zone->vm_stat[NR_FREE_REPORTED]);
}

static inline unsigned long nr_unmarked(struct zone *zone)
{
	return atomic_long_read(&zone->vm_stat[NR_FREE_UNREPORTED]);
}

/* The gauges are exact: no per-cpu part, and zone->lock is held */
static inline void add_marked(struct zone *zone, long pages)
{
	zone_page_state_add(pages, zone, NR_FREE_REPORTED);
}

static inline void add_unmarked(struct zone *zone, long pages)
{
	zone_page_state_add(pages, zone, NR_FREE_UNREPORTED);
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

/* Unmarked memory that nobody has needed, nor is likely to need */
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

/* What is reported, and nobody has used, must not look like use */
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

static void refill_budget(void)
{
	unsigned long elapsed = jiffies - budget_time;
	struct sysinfo si;

	si_meminfo(&si);
	elapsed = min(elapsed, 2UL * BUDGET_SECONDS * HZ);
	budget_time = jiffies;
	budget += mult_frac(elapsed, si.totalram, BUDGET_SECONDS * HZ);
	budget = min(budget, 2 * si.totalram);
}

/* What one report may keep off the free lists of the zone, in pages */
static unsigned long held_limit(struct zone *zone)
{
	unsigned long free = zone_page_state_snapshot(zone, NR_FREE_PAGES);
	unsigned long keep = high_wmark_pages(zone);
	long reserve = 0;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		reserve = max(reserve, zone->lowmem_reserve[i]);
	keep += reserve;
	if (free <= keep)
		return 0;
	return min3(free - keep, free / HELD_SHARE, (unsigned long)HELD_MAX);
}

/* Enter unmarked units of the block, as far as they are wanted; none: false */
static bool add_ranges(struct batch *b, unsigned int capacity,
		       unsigned long wanted, struct page *page,
		       unsigned int order)
{
	unsigned int unit = b->zone->reporting.order;
	struct page *end = page + (1UL << order);
	struct scatterlist *last = NULL;
	unsigned long pages = b->pages;

	for (; page < end && b->pages < wanted; page += 1UL << unit) {
		if (PageReported(page)) {
			last = NULL;
			continue;
		}
		if (last) {
			last->length += PAGE_SIZE << unit;
		} else if (b->nents < capacity) {
			last = &b->sg[b->nents++];
			sg_set_page(last, page, PAGE_SIZE << unit, 0);
		} else {
			break;
		}
		b->pages += 1UL << unit;
	}
	return b->pages > pages;
}

/*
 * Take a block off its list. The marks stay on its pages, but for the first,
 * which must be clean when the block is put back.
 */
static void hold(struct batch *b, struct page *page, unsigned int order)
{
	unsigned long marked = count_marks(page, order,
					   b->zone->reporting.order);

	take_free_block(b->zone, page, order);
	add_marked(b->zone, -marked);
	add_unmarked(b->zone, marked - (1UL << order));

	set_page_private(page, order | (PageReported(page) ? HEAD_MARKED : 0));
	ClearPageReported(page);
	list_add_tail(&page->lru, &b->blocks);
	b->held += 1UL << order;
}

/* The opposite of hold(). The window must not take it for memory freed */
static void unhold(struct zone *zone, struct page *page)
{
	unsigned int order = page_private(page) & ~HEAD_MARKED;
	bool head_marked = page_private(page) & HEAD_MARKED;
	unsigned long marked;

	list_del(&page->lru);
	set_page_private(page, 0);
	put_free_block(zone, page, order);

	if (head_marked)
		SetPageReported(page);
	marked = count_marks(page, order, zone->reporting.order);
	add_marked(zone, marked);
	add_unmarked(zone, (1UL << order) - marked);
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

/*
 * Fill a batch from the heads of the free lists, large blocks first: small
 * ones are the next to be used. A block with nothing new in it goes to the
 * tail, and so lies in nobody's way the next time.
 */
static void fill_list(struct batch *b, unsigned int capacity,
		      unsigned long wanted, unsigned long limit,
		      unsigned int order, int mt)
{
	struct free_area *area = &b->zone->free_area[order];
	struct list_head *list = &area->free_list[mt];
	unsigned long scan = min_t(unsigned long, area->nr_free, SCAN_MAX);

	for (; scan && !list_empty(list); scan--) {
		struct page *page = list_first_entry(list, struct page, lru);

		if (b->nents == capacity || b->pages >= wanted ||
		    b->held + (1UL << order) > limit)
			return;
		if (is_migrate_isolate_page(page) ||
		    !add_ranges(b, capacity, wanted, page, order)) {
			list_move_tail(&page->lru, list);
			b->skipped = true;
			continue;
		}
		hold(b, page, order);
	}
}

static void fill_batch(struct batch *b, unsigned int capacity)
{
	struct zone *zone = b->zone;
	struct page_reporting_zone *zr = &zone->reporting;
	unsigned long wanted, limit;
	unsigned int order;
	int mt;

	spin_lock_irq(&zone->lock);
	move_window(zone);
	limit = held_limit(zone);
	wanted = min3(surplus(zr), budget, limit);
	wanted = round_down(wanted, 1UL << zr->order);

	for (order = MAX_ORDER; wanted && order-- > zr->order; )
		for (mt = 0; mt < MIGRATE_TYPES; mt++)
			if (!is_migrate_isolate(mt))
				fill_list(b, capacity, wanted, limit, order,
					  mt);

	shift_window(zr, -b->pages);
	WRITE_ONCE(inflight, b->held);
	spin_unlock_irq(&zone->lock);
}

static void empty_batch(struct batch *b, bool reported)
{
	struct zone *zone = b->zone;
	struct page *page, *next;
	unsigned int i;

	spin_lock_irq(&zone->lock);
	list_for_each_entry_safe(page, next, &b->blocks, lru)
		unhold(zone, page);
	if (reported) {
		for (i = 0; i < b->nents; i++)
			mark(zone, sg_page(&b->sg[i]),
			     b->sg[i].length >> PAGE_SHIFT);
	} else {
		shift_window(&zone->reporting, b->pages);
	}
	spin_unlock_irq(&zone->lock);
}

static void quarantine(struct page_reporting_dev_info *prdev, struct batch *b)
{
	list_splice_tail(&b->blocks, &prdev->quarantine);
	quarantined += b->held;
	pr_err("page_reporting: the host does not answer: %lu MiB are set aside, no more reports\n",
	       b->held >> (20 - PAGE_SHIFT));
}

/* Now and then, so that a long pass does not look like somebody else's work */
static void count_runtime(void)
{
	u64 now = task_sched_runtime(current);

	atomic64_add(now - runtime_counted, &runtime);
	runtime_counted = now;
}

static int report_batch(struct page_reporting_dev_info *prdev, struct batch *b)
{
	int err;

	sg_mark_end(&b->sg[b->nents - 1]);
	err = prdev->report(prdev, b->sg, b->nents);
	sg_unmark_end(&b->sg[b->nents - 1]);

	if (err == -EINPROGRESS)
		quarantine(prdev, b);
	else
		empty_batch(b, !err);
	WRITE_ONCE(inflight, 0);
	WRITE_ONCE(nr_done, nr_done + 1);
	wake_up_all(&inflight_wait);
	count_runtime();

	if (err) {
		count_vm_event(PAGE_REPORT_FAIL);
		trace_page_reporting_fail(b->zone, b->pages, err);
		return err;
	}
	count_vm_event(PAGE_REPORT_BATCHES);
	count_vm_events(PAGE_REPORT_PAGES, b->pages);
	trace_page_reporting_batch(b->zone, b->pages, b->nents);
	budget -= b->pages;
	return 0;
}

static unsigned long nr_large_blocks(struct zone *zone)
{
	unsigned long blocks = 0;
	unsigned int order;

	for (order = zone->reporting.order; order < MAX_ORDER; order++)
		blocks += zone->free_area[order].nr_free;
	return blocks;
}

/* Report the surplus of a zone, or what of it can be had */
static int report_zone(struct page_reporting_dev_info *prdev,
		       struct zone *zone)
{
	unsigned int capacity = prdev->capacity ?: PAGE_REPORTING_CAPACITY;
	unsigned long scanned = 0;

	for (;;) {
		struct batch b = { .zone = zone, .sg = prdev->sg };
		int err;

		INIT_LIST_HEAD(&b.blocks);
		fill_batch(&b, capacity);
		if (b.nents) {
			err = report_batch(prdev, &b);
			if (err)
				return err;
			scanned = 0;
		} else {
			/* So much of each list has gone to its tail */
			scanned += SCAN_MAX;
			if (!b.skipped || scanned > nr_large_blocks(zone))
				return 0;
		}
		if (!READ_ONCE(running))
			return 0;
		cond_resched();
	}
}

/*
 * Is there memory that only time keeps from being reported? Free memory that
 * is a surplus and still unmarked cannot be had: it is isolated, or needed to
 * stay above the watermark. For that, waiting serves nothing.
 */
static bool waits_for_time(struct zone *zone)
{
	struct page_reporting_zone *zr = &zone->reporting;
	unsigned long idle, all;

	spin_lock_irq(&zone->lock);
	idle = surplus(zr);
	all = nr_unmarked(zone);
	spin_unlock_irq(&zone->lock);

	return all > idle || (idle && budget < 1UL << zr->order);
}

/* Free pages on per-cpu lists keep blocks from merging */
static void drain_when_settled(void)
{
	unsigned long pages = global_zone_page_state(NR_FREE_UNREPORTED);

	if (pages != settled_pages) {
		drain_due = true;
	} else if (drain_due) {
		drain_due = false;
		drain_all_pages(NULL);
	}
}

static void page_reporting_process(struct work_struct *work);
/* Queued by itself, and by page_reporting_arm(), while running is set */
static DECLARE_DELAYED_WORK(page_reporting_work, page_reporting_process);

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
	unsigned long delay = 0;
	struct zone *zone;
	int err = 0;

	runtime_counted = task_sched_runtime(current);
	refill_budget();
	drain_when_settled();
	for_each_populated_zone(zone) {
		err = report_zone(backend, zone);
		if (err)
			break;
	}
	settled_pages = global_zone_page_state(NR_FREE_UNREPORTED);
	count_runtime();

	if (err == -EINPROGRESS)
		return;

	/*
	 * Memory that is freed from now on queues the work by itself: either
	 * it is seen here, under zone->lock, or it sees that nothing is armed.
	 */
	WRITE_ONCE(armed, false);
	if (err) {
		retry_delay = clamp_t(unsigned long, 2 * retry_delay, RETRY_MIN,
				      RETRY_MAX);
		delay = retry_delay;
	} else {
		retry_delay = 0;
		for_each_populated_zone(zone)
			if (waits_for_time(zone))
				delay = TICK;
		if (drain_due)
			delay = TICK;
	}
	trace_page_reporting_sleep(settled_pages, jiffies_to_msecs(delay));
	if (delay && READ_ONCE(running)) {
		WRITE_ONCE(armed, true);
		queue_delayed_work(system_freezable_wq, &page_reporting_work,
				   delay);
	}
}

/* Queueing work may take locks that must not be taken under zone->lock */
static void page_reporting_arm(struct irq_work *work)
{
	if (!READ_ONCE(running))
		return;
	WRITE_ONCE(armed, true);
	trace_page_reporting_wake(global_zone_page_state(NR_FREE_UNREPORTED));
	queue_delayed_work(system_freezable_wq, &page_reporting_work, TICK);
}

static DEFINE_IRQ_WORK(page_reporting_irq_work, page_reporting_arm);

void __page_reporting_kick(void)
{
	if (!READ_ONCE(armed))
		irq_work_queue(&page_reporting_irq_work);
}

/*
 * Wait until what is in the host's hands is back. The next report may follow
 * at once, and is not waited for. False: it took too long.
 */
static bool wait_for_host(void)
{
	unsigned long done = READ_ONCE(nr_done);

	return wait_event_timeout(inflight_wait,
				  !READ_ONCE(inflight) ||
				  READ_ONCE(nr_done) != done, WAIT_MAX);
}

void __page_reporting_wait(void)
{
	wait_for_host();
}

/* The order in force, or that would be in force */
static unsigned int unit_order(void)
{
	unsigned int order = pageblock_order;

	if (user_order < MAX_ORDER)
		order = user_order;
	else if (backend && backend->order)
		order = backend->order;
	if (backend)
		order = max(order, backend->min_order);
	/* Guard pages split blocks, down to this order, on no list */
	return max(order, debug_guardpage_minorder());
}

static void start_zone(struct zone *zone, unsigned int unit)
{
	struct page_reporting_zone *zr = &zone->reporting;
	unsigned long pages = 0;
	unsigned int order;

	spin_lock_irq(&zone->lock);
	for (order = unit; order < MAX_ORDER; order++)
		pages += zone->free_area[order].nr_free << order;
	add_unmarked(zone, pages);
	*zr = (struct page_reporting_zone) { .order = unit, .last = jiffies };
	spin_unlock_irq(&zone->lock);
}

/* Clear the marks in one range of MAX_ORDER_NR_PAGES */
static void unmark_range(struct zone *zone, unsigned long pfn)
{
	unsigned int unit = zone->reporting.order;
	unsigned long end = min(pfn + MAX_ORDER_NR_PAGES, zone_end_pfn(zone));
	unsigned long marked = 0;

	/* Outside of all zones struct page may never have been initialised */
	pfn = max(pfn, round_up(zone->zone_start_pfn, 1UL << unit));
	while (pfn < end) {
		struct page *page = pfn_to_online_page(pfn);
		unsigned int order = unit;

		if (page && page_zone(page) == zone && PageBuddy(page) &&
		    page_private(page) >= unit) {
			order = page_private(page);
			marked += clear_marks(page, order, unit);
		}
		pfn += 1UL << order;
	}
	add_marked(zone, -marked);
	add_unmarked(zone, marked);
}

static void stop_zone(struct zone *zone)
{
	unsigned long pfn = round_down(zone->zone_start_pfn,
				       MAX_ORDER_NR_PAGES);

	for (; pfn < zone_end_pfn(zone); pfn += MAX_ORDER_NR_PAGES) {
		spin_lock_irq(&zone->lock);
		unmark_range(zone, pfn);
		spin_unlock_irq(&zone->lock);
		cond_resched();
	}

	spin_lock_irq(&zone->lock);
	WARN_ON_ONCE(nr_marked(zone));
	add_unmarked(zone, -nr_unmarked(zone));
	zone->reporting.order = MAX_ORDER;
	spin_unlock_irq(&zone->lock);
}

static void page_reporting_lock(void)
{
	cpus_read_lock();
	get_online_mems();
	mutex_lock(&page_reporting_mutex);
}

static void page_reporting_unlock(void)
{
	mutex_unlock(&page_reporting_mutex);
	put_online_mems();
	cpus_read_unlock();
}

static void start_reporting(void)
{
	unsigned int unit = unit_order();
	struct zone *zone;

	if (!backend || !enabled || !list_empty(&backend->quarantine))
		return;

	if (!static_key_enabled(&page_reporting_active))
		static_branch_enable_cpuslocked(&page_reporting_active);
	for_each_zone(zone)
		start_zone(zone, unit);

	budget = ULONG_MAX / 2;
	budget_time = jiffies;
	retry_delay = 0;
	settled_pages = 0;
	drain_due = true;
	armed = true;
	WRITE_ONCE(running, true);
	queue_delayed_work(system_freezable_wq, &page_reporting_work, TICK);
	pr_info("page_reporting: %s reports free blocks of %lu KiB and more\n",
		backend->name, PAGE_SIZE << unit >> 10);
}

/* Returns when nothing is in flight, no page is marked and none is counted */
static void pause_reporting(void)
{
	struct zone *zone;

	if (!static_key_enabled(&page_reporting_active))
		return;

	WRITE_ONCE(running, false);
	irq_work_sync(&page_reporting_irq_work);
	cancel_delayed_work_sync(&page_reporting_work);
	for_each_zone(zone)
		stop_zone(zone);
}

static void stop_reporting(void)
{
	pause_reporting();
	if (static_key_enabled(&page_reporting_active))
		static_branch_disable_cpuslocked(&page_reporting_active);
}

/**
 * __page_reporting_register - page_reporting_register() of who has a name
 * @prdev: the backend; @report, and the members down to @capacity where they
 *	matter, are set, the rest is zero
 * @name: what it is called in the log and in the parameter "backend"
 *
 * Context: may sleep.
 * Return: 0; -EBUSY where another backend reports already; -EINVAL for an
 * order that there is no free list for; -ENOMEM; -EOPNOTSUPP where the host
 * cannot take memory away: it is encrypted with a key of the guest's.
 */
int __page_reporting_register(struct page_reporting_dev_info *prdev,
			      const char *name)
{
	unsigned int capacity = prdev->capacity ?: PAGE_REPORTING_CAPACITY;
	int err = 0;

	if (guest_memory_encrypted())
		return -EOPNOTSUPP;
	if (prdev->order >= MAX_ORDER || prdev->min_order >= MAX_ORDER)
		return -EINVAL;

	page_reporting_lock();
	if (backend) {
		pr_info("page_reporting: %s is not needed, %s reports\n", name,
			backend->name);
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
	INIT_LIST_HEAD(&prdev->quarantine);
	prdev->name = name;
	backend = prdev;
	start_reporting();
out:
	page_reporting_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(__page_reporting_register);

/**
 * page_reporting_unregister - report no more through a backend
 * @prdev: the backend; nothing is done where it is not registered
 *
 * Waits for a report that is under way, which is why the backend must not
 * call it from there. Afterwards @prdev->report is not called any more. What
 * the host did not give back stays set aside, see page_reporting_release().
 *
 * Context: may sleep.
 */
void page_reporting_unregister(struct page_reporting_dev_info *prdev)
{
	page_reporting_lock();
	if (backend == prdev) {
		stop_reporting();
		backend = NULL;
		kfree(prdev->sg);
		prdev->sg = NULL;
	}
	page_reporting_unlock();
}
EXPORT_SYMBOL_GPL(page_reporting_unregister);

/**
 * page_reporting_release - the host has let go of all that it was told
 * @prdev: a backend that has been registered, and unregistered since
 *
 * For a backend that has reset its device: what the device did not answer is
 * the guest's again. Without this call it is lost until the next boot.
 *
 * Context: may sleep.
 */
void page_reporting_release(struct page_reporting_dev_info *prdev)
{
	struct page *page, *next;

	page_reporting_lock();
	list_for_each_entry_safe(page, next, &prdev->quarantine, lru) {
		unsigned int order = page_private(page) & ~HEAD_MARKED;
		struct zone *zone = page_zone(page);
		struct page *head;

		spin_lock_irq(&zone->lock);
		list_del(&page->lru);
		set_page_private(page, 0);
		clear_marks(page, order, 0);
		head = put_free_block(zone, page, order);
		page_reporting_freed(zone, page_private(head), order);
		spin_unlock_irq(&zone->lock);
		quarantined -= 1UL << order;
	}
	page_reporting_unlock();
}
EXPORT_SYMBOL_GPL(page_reporting_release);

static int set_enabled(const char *val, const struct kernel_param *kp)
{
	bool on;
	int err = kstrtobool(val, &on);

	if (err)
		return err;

	page_reporting_lock();
	if (on != enabled) {
		enabled = on;
		if (on)
			start_reporting();
		else
			stop_reporting();
	}
	page_reporting_unlock();
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
	unsigned int order;
	int err = kstrtouint(val, 0, &order);

	if (err)
		return err;
	if (order >= MAX_ORDER)
		return -EINVAL;

	page_reporting_lock();
	pause_reporting();
	user_order = order;
	start_reporting();
	page_reporting_unlock();
	return 0;
}

static int get_order_in_force(char *buf, const struct kernel_param *kp)
{
	unsigned int order;

	page_reporting_lock();
	order = unit_order();
	page_reporting_unlock();
	return sprintf(buf, "%u\n", order);
}

static const struct kernel_param_ops order_ops = {
	.set = set_order,
	.get = get_order_in_force,
};
module_param_cb(page_reporting_order, &order_ops, NULL, 0644);
MODULE_PARM_DESC(page_reporting_order, "Smallest free block to report, as an order (default: the backend's, or that of a page block)");

static int set_backend(const char *val, const struct kernel_param *kp)
{
	return -EPERM;
}

static int get_backend(char *buf, const struct kernel_param *kp)
{
	int len;

	mutex_lock(&page_reporting_mutex);
	len = sprintf(buf, "%s\n", backend ? backend->name : "none");
	mutex_unlock(&page_reporting_mutex);
	return len;
}

static const struct kernel_param_ops backend_ops = {
	.set = set_backend,
	.get = get_backend,
};
module_param_cb(backend, &backend_ops, NULL, 0444);
MODULE_PARM_DESC(backend, "The driver that tells the host, or none");

/* Memory on its way back is a reason to wait, not to kill */
static int page_reporting_oom(struct notifier_block *nb, unsigned long unused,
			      void *freed)
{
	unsigned long pages = READ_ONCE(inflight);

	if (pages && wait_for_host())
		*(unsigned long *)freed += pages;
	return NOTIFY_OK;
}

static struct notifier_block oom_nb = { .notifier_call = page_reporting_oom };

/* Called with mem_hotplug_lock held for writing: only the mutex is left */
static int __maybe_unused page_reporting_memory(struct notifier_block *nb,
						unsigned long action, void *arg)
{
	struct memory_notify *mn = arg;
	struct zone *zone;

	if (action != MEM_ONLINE)
		return NOTIFY_OK;

	/* The first memory of a zone: it has not been started with the rest */
	zone = page_zone(pfn_to_page(mn->start_pfn));
	mutex_lock(&page_reporting_mutex);
	if (static_key_enabled(&page_reporting_active) &&
	    zone->reporting.order == MAX_ORDER)
		start_zone(zone, unit_order());
	mutex_unlock(&page_reporting_mutex);
	return NOTIFY_OK;
}

/* The kernel that kexec may load next must not have its memory discarded */
static int page_reporting_reboot(struct notifier_block *nb,
				 unsigned long action, void *unused)
{
	page_reporting_lock();
	enabled = false;
	stop_reporting();
	page_reporting_unlock();
	return NOTIFY_OK;
}

static struct notifier_block reboot_nb = {
	.notifier_call = page_reporting_reboot,
};

static int __init page_reporting_init(void)
{
	hotplug_memory_notifier(page_reporting_memory, 0);
	register_reboot_notifier(&reboot_nb);
	return register_oom_notifier(&oom_nb);
}
subsys_initcall(page_reporting_init);
