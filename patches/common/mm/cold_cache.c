// SPDX-License-Identifier: GPL-2.0
/*
 * Cold page cache: free the page cache that nobody has used for a while, so
 * that page reporting can return it to the host.
 *
 * Each page of memory has a stamp of two bytes: the time of its last use in the
 * page cache. Time is counted in epochs, of which 32 to 64 make `after`. A page
 * gets a stamp when it comes into the page cache, and each time that its use
 * changes what the LRU knows of it: used for the first time, used again. A page
 * that is used over and over changes nothing more, so this costs its users
 * nothing. When its stamp is old, the thread looks at PG_referenced: if it is
 * set, the page has been used since. It is cleared, and the page gets a new
 * stamp. So nothing is returned that was used within `after`.
 *
 * The stamps do not depend on the LRU: what was skipped, rotated or put back
 * there, in which list or generation a page is, and whose cgroup it belongs to
 * makes no difference. Migration takes the stamp along.
 *
 * A page that is cold, but mapped, in use or protected, is stuck. Stuck pages
 * are looked at again, together with others, once in `after`. They never wake
 * anybody. A page that is still to be written counts as just used.
 *
 * A page that is read again after it was returned was a mistake. The shadow
 * entry in its place says when cold cache has returned it. With more than 2 %
 * mistakes, the node of these pages backs off: its pages must be twice as old,
 * and only half as many are returned in a second. Only pages that were returned
 * since then count for the next step.
 *
 * Nothing polls an idle system. After the thread has looked at all stamps, it
 * knows when the next page can be cold, and arms a timer for that time. If
 * there is no such page, there is no timer, until another page is used.
 *
 * Either the timer or the thread is "on watch", or nobody is, as in idle
 * compaction. Variables that belong to the watch need no other protection.
 *
 * Locks, outermost first:
 *   cold_cache_mutex		after, running, start and stop
 *   stamps_mutex		the table, and what a stamp means
 *   mem_hotplug_lock (read)	while the thread looks at or returns pages
 *   the page lock		tried only; then what freeing a page takes
 * Page reporting calls reporting_changed() with its control_mutex held. The
 * thread takes neither that one nor cold_cache_mutex.
 */
#include <linux/atomic.h>
#include <linux/dcache.h>
#include <linux/freezer.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/kmemleak.h>
#include <linux/kthread.h>
#include <linux/list_lru.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/memcontrol.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/notifier.h>
#include <linux/pagemap.h>
#include <linux/shrinker.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <linux/wait.h>

#include "cold_cache.h"
#include "cpu_use.h"
#include "internal.h"
#include "page_reporting.h"

#define CREATE_TRACE_POINTS
#include <trace/events/cold_cache.h>

#define AFTER_MAX		(24 * 60 * 60)	/* seconds */

/* A chunk of stamps is for 128 MiB, if pages are of 4 KiB */
#define CHUNK_SHIFT		15
#define CHUNK_PAGES		BIT(CHUNK_SHIFT)

/*
 * Stamps: an epoch, and in the lowest bit whether the page has been looked at
 * since, and was stuck: 0
 */
#define STAMP_NONE		0	/* nothing to return here */
#define STAMP_LEAST_STUCK	2	/* epoch 1, in place of epoch 0 */
#define AGE_MAX			0x7fff

/* What a chunk knows besides the time of its oldest stamp */
#define OLDEST_UNKNOWN		0
#define OLDEST_NONE		2	/* no stamp is a time */
#define OLDEST_SOUGHT		4	/* the thread looks for it now */

/* An epoch is at most 1/EPOCHS of `after`, and more than half of that */
#define EPOCHS			32

/* The thread looks at all stamps at most once in so many jiffies */
#define PERIOD_MIN		HZ
#define PERIOD_MAX		(20 * HZ)
#define PERIODS			32	/* in `after` */

/* The oldest pages go first: those of 4 times the age, then 2 times, then 1 */
#define LEVELS			3

/* In one go: pages to free, pages to look at, and stamps */
#define STEP_PAGES		32
#define STEP_LOOKS		256
#define STEP_STAMPS		CHUNK_PAGES

/*
 * This much of a node's page cache stays, mapped or not: 1/FLOOR_SHARE of the
 * node, FLOOR_MAX pages at most
 */
#define FLOOR_SHARE		32
#define FLOOR_MAX		(SZ_64M >> PAGE_SHIFT)

/*
 * In a second, 1/RATE_SHARE of a node is returned, and RATE_MAX pages at most.
 * A run may use what RATE_SECONDS have earned.
 */
#define RATE_SHARE		16
#define RATE_MAX		(SZ_1G >> PAGE_SHIFT)
#define RATE_SECONDS		2

/*
 * A mistake is a page that is read again within WINDOW times `after` since it
 * was returned. A node backs off with at least MISTAKES_MIN pages of mistakes,
 * if these are more than 1/MISTAKES_SHARE of what was returned within one to
 * two windows. It does so up to BACKOFF_MAX times.
 */
#define WINDOW			6
#define MISTAKES_SHARE		50
#define MISTAKES_MIN		(SZ_256K >> PAGE_SHIFT)
#define BACKOFF_MAX		5U

/*
 * One step back is forgotten after QUIET times the age in force, if pages were
 * returned in that time, and nearly none of them was read again. This time is
 * doubled each time that it has turned out to be too short.
 */
#define QUIET			6
#define RELAPSES_MAX		5U

/*
 * The time when a page was returned is counted in slots: so many in `after`.
 * When a node begins anew, so does a slot: that much shorter are the windows
 * of the other nodes.
 */
#define SLOTS			8

/*
 * The timer looks so often who uses the CPUs. If all are busy, it pauses.
 * Without idleness, a run begins PATIENCE seconds after there was something to
 * return. It may use 1 % of all CPU time, or more if much can be returned: 1 %
 * for each 1/MEMORY_SHARE of all memory, at most PERCENT_MAX.
 */
#define LOOK			(HZ / 4)
#define PAUSE_MAX		5U	/* 2^5 seconds */
#define PATIENCE		10
#define MEMORY_SHARE		32
#define PERCENT_MAX		8

/* A turn over the caches of dentries and inodes has so many steps, ... */
#define SLAB_STEPS		8
/* ... and this many turns follow after pages were returned */
#define SLAB_TURNS		2
#define SLAB_BATCH		1024UL	/* objects in one go */

DEFINE_STATIC_KEY_FALSE(cold_cache_active);

/* Protects the next three, and starting and stopping */
static DEFINE_MUTEX(cold_cache_mutex);
/* Seconds. Written with the mutex held, read anywhere */
static unsigned int after = 600;
static bool backend_reports;
/* Both of the above are on. Read anywhere */
static bool running;

/* Set once, before anything starts */
static struct task_struct *kcoldcached;
static DECLARE_WAIT_QUEUE_HEAD(kcoldcached_wait);
/* The thread returns pages, and does not reclaim others. Only it uses this */
static bool returning;
/* Set by the timer to let the thread run, and by the thread to CPUS_BUSY */
static enum cpu_use due;

/* Bit 0: somebody is on watch. test_and_set_bit() lets only one in */
static unsigned long on_watch;

/*
 * Protects the variables down to generation. The thread holds it for one step.
 * The hooks read them without it: all of a chunk is written before the chunk
 * can be found, and neither chunks nor tables are ever freed.
 */
static DEFINE_MUTEX(stamps_mutex);
static struct stamp_table {
	unsigned long nr;
	struct chunk *chunk[];
} *table;
/* log2 of the jiffies in an epoch */
static unsigned int epoch_shift;
static unsigned long slot_jiffies = 1;
/* `after` as it was when the two above were made from it, so never 0 */
static unsigned int stamps_after = 1;
/* Each time that the three above have changed */
static unsigned int generation;

struct chunk {
	/*
	 * No stamp that is a time is older than this one. The thread looks for
	 * it, and skips chunks in which nothing can be cold. Meanwhile, anybody
	 * who writes a stamp can set this to OLDEST_UNKNOWN.
	 */
	unsigned int oldest;
	u16 stamp[CHUNK_PAGES] __aligned(sizeof(u64));
};

/*
 * A node that has memory. Allocated by the thread, never freed. All but the
 * second half belongs to the watch.
 */
struct cold_node {
	unsigned int backoff;
	unsigned int limit;		/* age of a cold page, in epochs */
	unsigned int relapses;
	bool probing;			/* the last change was a step forward */
	u64 changed;			/* when backoff last changed, jiffies */
	unsigned long returned_since;	/* pages, since then */
	/* Within this window and the one before, in pages */
	u64 window;			/* its start, in jiffies */
	unsigned long returned[2], mistakes[2];
	long budget, room;		/* pages that may be returned */
	u64 earned;			/* the budget, until then, in jiffies */

	/* Mistakes that the thread has not seen yet. Written anywhere */
	atomic_long_t refaulted;
	/* Pages returned up to this slot do not count. Written by the thread */
	unsigned long blameless;
};

static struct cold_node *nodes[MAX_NUMNODES];

/* These belong to the watch, down to pass */
static struct cpu_user cpu_user;
static unsigned int looks;		/* in a row, at regular intervals */
static unsigned int pauses;		/* in a row, at most PAUSE_MAX */
/* Without idleness, the next run must not begin before then, in jiffies */
static u64 patient_until;
/* The generation that nodes belong to. Anybody may read it */
static unsigned int known;
/* Slots that began because a node began anew. Anybody may read it */
static unsigned long slots_begun;
static u64 last_full;			/* pass over stuck pages, in jiffies */
static unsigned int slab_steps;		/* left to do */
static u64 next_slab;			/* when the next one is due, jiffies */

/*
 * Over all stamps, in one run or several. First the survey, level LEVELS,
 * counts them. Then each level returns pages, the highest first.
 */
static struct {
	bool begun;
	bool full;			/* look at stuck pages, too */
	bool drained;
	unsigned int level;
	unsigned long pfn;		/* where it goes on */
	unsigned int threshold;		/* epochs */
	unsigned long cold[LEVELS];	/* pages, by their level */
	unsigned int next;		/* in so many epochs, or 0: never */
	bool again;			/* some pages exceeded the rate */
} pass;

/* What a run has done so far. Only the thread uses this */
static struct {
	u64 began;
	unsigned int generation;
	unsigned long steps;
	unsigned long returned, kept;	/* pages */
} run;

/* Result of the last run. Written by the thread, read by anybody */
static const char *last_run = "none";

static u16 stamp_now(void)
{
	unsigned long now = jiffies;

	return now >> READ_ONCE(epoch_shift) << 1 | 1;
}

static bool is_stuck(u16 stamp)
{
	return !(stamp & 1) && stamp != STAMP_NONE;
}

static u16 as_stuck(u16 stamp)
{
	return (stamp & ~1) ?: STAMP_LEAST_STUCK;
}

/* In epochs. The time since the last use can be one epoch less or more */
static unsigned int age_of(u16 stamp, u16 now)
{
	unsigned int age = (u16)(now - (stamp | 1)) >> 1;

	/* A stamp can be newer than what the caller calls now */
	return age < AGE_MAX ? age : 0;
}

static struct chunk *chunk_of(unsigned long pfn)
{
	const struct stamp_table *t = READ_ONCE(table);
	unsigned long n = pfn >> CHUNK_SHIFT;

	return t && n < t->nr ? READ_ONCE(t->chunk[n]) : NULL;
}

/* mod_timer() may take locks that the hooks' callers hold */
static void cold_cache_arm(struct irq_work *work);
static DEFINE_IRQ_WORK(cold_cache_work, cold_cache_arm);

static void kick(void)
{
	if (!READ_ONCE(on_watch))
		irq_work_queue(&cold_cache_work);
}

/*
 * Most pages of a file are used one after the other, within an epoch. So do not
 * write the same stamp again.
 */
void __cold_cache_used(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	u16 now = stamp_now(), *stamp;
	unsigned int oldest;
	struct chunk *c;

	if (PageSwapBacked(page))
		return;
	c = chunk_of(pfn);
	/* If there is no stamp for new memory yet, the next pass adds it */
	if (c) {
		stamp = &c->stamp[pfn % CHUNK_PAGES];
		if (READ_ONCE(*stamp) == now)
			return;
		WRITE_ONCE(*stamp, now);
		/* A time stays right: no stamp is newer than now */
		oldest = READ_ONCE(c->oldest);
		if (oldest == OLDEST_NONE || oldest == OLDEST_SOUGHT)
			WRITE_ONCE(c->oldest, OLDEST_UNKNOWN);
	}
	kick();
}

void __cold_cache_moved(struct page *from, struct page *to)
{
	unsigned long pfn = page_to_pfn(from);
	struct chunk *c = chunk_of(pfn);
	u16 stamp = c ? READ_ONCE(c->stamp[pfn % CHUNK_PAGES]) : stamp_now();

	pfn = page_to_pfn(to);
	c = chunk_of(pfn);
	if (!c)
		return;
	WRITE_ONCE(c->stamp[pfn % CHUNK_PAGES], stamp);
	/* First the stamp */
	smp_store_release(&c->oldest, OLDEST_UNKNOWN);
}

/* Never 0 */
static unsigned long current_slot(void)
{
	return jiffies / READ_ONCE(slot_jiffies) + READ_ONCE(slots_begun) + 1;
}

unsigned long __cold_cache_mark(void)
{
	return current == kcoldcached && returning ? current_slot() : 0;
}

/* A mark from before `after` was changed says nothing: most are out of range */
void __cold_cache_refault(int nid, unsigned long mark, unsigned long pages)
{
	struct cold_node *n = READ_ONCE(nodes[nid]);
	unsigned long slot = current_slot();

	if (!n || mark > slot || slot - mark > WINDOW * SLOTS)
		return;
	count_vm_events(COLD_CACHE_REFAULTED, pages);
	if (mark > READ_ONCE(n->blameless))
		atomic_long_add(pages, &n->refaulted);
}

/* Return the reason to stop the run, or NULL. May sleep */
static const char *must_stop(void)
{
	const char *stop = cpu_use_stop(&cpu_user);

	if (!READ_ONCE(running))
		return "off";
	if (READ_ONCE(generation) != run.generation)
		return "changed";
	if (freezing(current))
		return "freeze";
	return stop;
}

static unsigned long node_pages(int nid)
{
	pg_data_t *pgdat = NODE_DATA(nid);
	unsigned long pages = 0;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		pages += zone_managed_pages(&pgdat->node_zones[i]);
	return pages;
}

/* The age in force of a node, in seconds */
static unsigned int age_in_force(const struct cold_node *n)
{
	return READ_ONCE(stamps_after) << n->backoff;
}

/* The same in epochs, and one more: see age_of() */
static unsigned int limit_of(unsigned int seconds)
{
	return DIV_ROUND_UP((unsigned long)seconds * HZ, 1UL << epoch_shift) +
	       1;
}

/* What was returned before does not count any more */
static void begin_anew(struct cold_node *n)
{
	n->changed = get_jiffies_64();
	n->returned_since = 0;
	n->window = n->changed;
	memset(n->returned, 0, sizeof(n->returned));
	memset(n->mistakes, 0, sizeof(n->mistakes));
	WRITE_ONCE(n->blameless, current_slot());
	/* What is returned from now on counts */
	WRITE_ONCE(slots_begun, slots_begun + 1);
	atomic_long_set(&n->refaulted, 0);
}

static void back_off(struct cold_node *n)
{
	if (n->backoff < BACKOFF_MAX) {
		n->backoff++;
		count_vm_event(COLD_CACHE_BACKOFF);
	}
	if (n->probing)
		n->relapses = min(n->relapses + 1, RELAPSES_MAX);
	n->probing = false;
}

/* Has it been quiet for long enough? */
static bool is_quiet(const struct cold_node *n)
{
	u64 quiet = (u64)age_in_force(n) * HZ * QUIET << n->relapses;

	return n->returned_since >= MISTAKES_MIN * MISTAKES_SHARE &&
	       get_jiffies_64() - n->changed >= quiet;
}

static void step_forward(struct cold_node *n)
{
	if (n->backoff)
		n->backoff--;
	else
		n->relapses--;
	n->probing = true;
}

static void move_window(struct cold_node *n)
{
	u64 now = get_jiffies_64(), length = (u64)stamps_after * HZ * WINDOW;

	if (now - n->window < length)
		return;
	if (now - n->window >= 2 * length) {
		n->returned[0] = 0;
		n->mistakes[0] = 0;
	}
	n->returned[1] = n->returned[0];
	n->mistakes[1] = n->mistakes[0];
	n->returned[0] = 0;
	n->mistakes[0] = 0;
	n->window = now;
}

/* What the mistakes of late mean for the age and the rate */
static void judge_node(struct cold_node *n, int nid)
{
	unsigned long returned, mistakes;
	bool changed = true;

	n->mistakes[0] += atomic_long_xchg(&n->refaulted, 0);
	returned = n->returned[0] + n->returned[1];
	mistakes = n->mistakes[0] + n->mistakes[1];

	if (mistakes >= MISTAKES_MIN && mistakes * MISTAKES_SHARE > returned)
		back_off(n);
	else if (is_quiet(n) && (n->backoff || n->relapses))
		step_forward(n);
	else
		changed = false;

	if (!changed) {
		move_window(n);
		return;
	}
	begin_anew(n);
	trace_cold_cache_backoff(nid, age_in_force(n), returned, mistakes);
}

static void find_budget(struct cold_node *n, int nid)
{
	unsigned long all = node_pages(nid), file, least;
	unsigned long rate = min_t(unsigned long, all / RATE_SHARE, RATE_MAX);
	u64 now = get_jiffies_64();
	unsigned long elapsed = min_t(u64, now - n->earned, RATE_SECONDS * HZ);

	rate = max(rate >> n->backoff, 1UL);
	n->earned = now;
	n->budget = min_t(long, n->budget + mult_frac(elapsed, rate, HZ),
			  RATE_SECONDS * rate);
	file = node_page_state(NODE_DATA(nid), NR_ACTIVE_FILE) +
	       node_page_state(NODE_DATA(nid), NR_INACTIVE_FILE);
	least = min_t(unsigned long, all / FLOOR_SHARE, FLOOR_MAX);
	n->room = (long)file - (long)least;
}

/* If there is no memory for it, the pages of a new node are stuck */
static void find_nodes(void)
{
	bool changed = known != run.generation;
	struct cold_node *n;
	int nid;

	lockdep_assert_held(&stamps_mutex);
	for_each_online_node(nid) {
		n = nodes[nid];
		if (!n) {
			n = kzalloc(sizeof(*n), GFP_KERNEL | __GFP_NOWARN);
			if (!n)
				continue;
			begin_anew(n);
			/* __cold_cache_refault() may find it at once */
			smp_store_release(&nodes[nid], n);
		} else if (changed) {
			n->backoff = 0;
			n->relapses = 0;
			n->probing = false;
			begin_anew(n);
		}
		judge_node(n, nid);
		find_budget(n, nid);
		n->limit = limit_of(age_in_force(n));
	}
	WRITE_ONCE(known, run.generation);
}

static unsigned int least_limit(void)
{
	unsigned int least = limit_of(stamps_after) << BACKOFF_MAX;
	int nid;

	for_each_online_node(nid)
		if (nodes[nid])
			least = min(least, nodes[nid]->limit);
	return least;
}

/*
 * All pages of a chunk count as just used. Outside of nodes, there are no
 * stamps: a struct page may be invalid there.
 */
static void fill_chunk(struct chunk *c, unsigned long i)
{
	unsigned long first = i << CHUNK_SHIFT, pfn, end;
	u16 now = stamp_now();
	int nid;

	for_each_online_node(nid) {
		pfn = max(first, node_start_pfn(nid));
		end = min(first + CHUNK_PAGES, node_end_pfn(nid));
		if (pfn < end)
			memset16(c->stamp + (pfn - first), now, end - pfn);
	}
	WRITE_ONCE(c->oldest, OLDEST_UNKNOWN);
}

/* All pages count as just used */
static void restamp_all(void)
{
	unsigned long i;

	for (i = 0; table && i < table->nr; i++) {
		if (table->chunk[i])
			fill_chunk(table->chunk[i], i);
		cond_resched();
	}
}

/* Fresh stamps, because nobody knows how old the pages are */
static bool add_chunk(unsigned long i)
{
	struct chunk *c = vmalloc_if_there_is(sizeof(*c));

	if (!c)
		return false;
	memset(c, 0, sizeof(*c));
	fill_chunk(c, i);
	/* For chunk_of(): first the stamps, then the pointer */
	smp_store_release(&table->chunk[i], c);
	return true;
}

/* The old table stays: a hook may be using it. All of them are small */
static bool extend_table(unsigned long nr)
{
	struct stamp_table *t;

	if (!nr || (table && nr <= table->nr))
		return nr;
	nr = roundup_pow_of_two(nr);
	t = kvzalloc(sizeof(*t) + nr * sizeof(t->chunk[0]),
		     GFP_KERNEL | __GFP_NOWARN);
	if (!t)
		return false;
	if (table)
		memcpy(t->chunk, table->chunk,
		       table->nr * sizeof(t->chunk[0]));
	t->nr = nr;
	/* Nothing but a hook points to the old one any more */
	kmemleak_not_leak(table);
	/* For chunk_of(), too */
	smp_store_release(&table, t);
	return true;
}

static bool chunk_is_online(unsigned long i)
{
	unsigned long pfn = i << CHUNK_SHIFT, end = pfn + CHUNK_PAGES;
	bool online = false;

	get_online_mems();
	for (; pfn < end && !online; pfn += MAX_ORDER_NR_PAGES)
		online = pfn_to_online_page(pfn);
	put_online_mems();
	return online;
}

/*
 * Let all memory have stamps. What goes offline keeps them. Without memory for
 * them, the next pass tries again.
 */
static void cover_memory(void)
{
	unsigned long i, end;
	int nid;

	for_each_online_node(nid) {
		end = DIV_ROUND_UP(node_end_pfn(nid), CHUNK_PAGES);
		if (!extend_table(end))
			continue;
		for (i = node_start_pfn(nid) >> CHUNK_SHIFT; i < end; i++) {
			if (!table->chunk[i] && chunk_is_online(i) &&
			    !add_chunk(i))
				break;
			cond_resched();
		}
	}
}

/* Something can be cold in so many epochs */
static void note_next(unsigned int epochs)
{
	epochs = max(epochs, 1U);
	if (!pass.next || epochs < pass.next)
		pass.next = epochs;
}

static bool is_wanted(u16 stamp, u16 now)
{
	if (stamp == STAMP_NONE || age_of(stamp, now) < pass.threshold)
		return false;
	return !is_stuck(stamp) || (pass.full && !pass.level);
}

/* May a chunk have stamps that are wanted? */
static bool chunk_is_wanted(const struct chunk *c, u16 now)
{
	unsigned int oldest = READ_ONCE(c->oldest);

	if (pass.full && !pass.level)
		return true;
	return oldest != OLDEST_NONE &&
	       (!(oldest & 1) || age_of(oldest, now) >= pass.threshold);
}

/* Is there nothing in the place of four stamps? */
static bool are_none(const u16 *stamp)
{
	return IS_ALIGNED((unsigned long)stamp, sizeof(u64)) &&
	       !READ_ONCE(*(u64 *)stamp);
}

/* Find the next stamp that is wanted */
static u16 *find_wanted(unsigned long *pfn, unsigned long end)
{
	u16 now = stamp_now(), *first, *stamp, *last;

	while (*pfn < end) {
		unsigned long next = min(round_up(*pfn + 1, CHUNK_PAGES), end);
		struct chunk *c = chunk_of(*pfn);

		if (!c || !chunk_is_wanted(c, now)) {
			*pfn = next;
			continue;
		}
		first = &c->stamp[*pfn % CHUNK_PAGES];
		last = first + (next - *pfn);
		for (stamp = first; stamp < last; stamp++) {
			if (are_none(stamp)) {
				stamp += 3;
			} else if (is_wanted(READ_ONCE(*stamp), now)) {
				*pfn += stamp - first;
				return stamp;
			}
		}
		*pfn = next;
	}
	return NULL;
}

static unsigned long end_of_stamps(void)
{
	return table ? table->nr << CHUNK_SHIFT : 0;
}

/*
 * Write a stamp, unless the page has been used meanwhile. If it is used just
 * now, that use is lost. This takes a few nanoseconds in which a page that was
 * cold becomes hot, and at worst the page is read once more.
 */
static void change_stamp(u16 *stamp, u16 from, u16 to)
{
	if (READ_ONCE(*stamp) == from)
		WRITE_ONCE(*stamp, to);
}

enum verdict {
	NO_CACHE,		/* not in the page cache of a file */
	STUCK,			/* cannot be returned now */
	WRITTEN,		/* to disk, now or soon */
	USED,			/* since its stamp; it is not known when */
	COLD,
};

/*
 * As far as this can be seen without a lock: the page can be anything, and can
 * become anything else meanwhile. Most of the pages of the kernel itself have
 * no mapping, and page tables have none either.
 */
static enum verdict judge_page(struct page *page)
{
	unsigned long mapping;
	unsigned int pages;
	bool stuck;

	if (PageTail(page) || !page_count(page) || PageSlab(page))
		return NO_CACHE;
	mapping = (unsigned long)READ_ONCE(page->mapping);
	pages = cache_pages(page);
	if (!mapping || mapping & PAGE_MAPPING_FLAGS || PageSwapBacked(page) ||
	    !pages)
		return NO_CACHE;
	if (PageDirty(page) || PageWriteback(page))
		return WRITTEN;
	if (!PageLRU(page) || PageUnevictable(page))
		return STUCK;
	/* A large page must not go away while all of it is looked at */
	if (!get_page_unless_zero(page))
		return NO_CACHE;
	stuck = page_mapped(page) ||
		page_count(page) > 1 + pages + !!page_has_private(page);
	put_page(page);
	if (stuck)
		return STUCK;
	return PageReferenced(page) && use_is_hidden(page) ? USED : COLD;
}

/* With the page locked. A use since it was seen has changed the stamp */
static bool is_cold_still(struct page *page, u16 seen, u16 *stamp)
{
	return PageLRU(page) && page->mapping && !PageAnon(page) &&
	       !PageSwapBacked(page) && !PageUnevictable(page) &&
	       !page_mapped(page) && !PageDirty(page) &&
	       !PageWriteback(page) && READ_ONCE(*stamp) == as_stuck(seen);
}

/* Return true if the page is not in the page cache any more */
static bool remove_page(struct page *page, u16 seen, u16 *stamp)
{
	bool removed;

	/* The owner of a new page locks it without looking: leave it alone */
	if (!PageLRU(page) || !trylock_page(page))
		return false;
	returning = true;
	removed = is_cold_still(page, seen, stamp) && remove_cold_page(page);
	returning = false;
	unlock_page(page);
	return removed;
}

/*
 * The page is stuck, unless it is freed. It is freed before the next page is
 * looked at, because its cgroup may be protected from then on.
 */
static void return_page(struct cold_node *n, struct page *page, u16 seen,
			u16 *stamp)
{
	unsigned int pages;

	change_stamp(stamp, seen, as_stuck(seen));
	if (!get_page_unless_zero(page))
		return;
	pages = cache_pages(page);
	if (remove_page(page, seen, stamp)) {
		change_stamp(stamp, as_stuck(seen), STAMP_NONE);
		count_vm_events(COLD_CACHE_RETURNED, pages);
		slab_steps = SLAB_TURNS * SLAB_STEPS;
		n->returned[0] += pages;
		n->returned_since += pages;
		n->budget -= pages;
		n->room -= pages;
		run.returned += pages;
	} else {
		run.kept += pages;
	}
	put_page(page);
}

/* If the page is the first of a free block, nothing is to return there */
static void forget_free_block(struct page *page, u16 *stamp)
{
	/* Without a lock it is an order only if the page is free still */
	unsigned long order = READ_ONCE(page_private(page));
	u16 now = stamp_now(), *end;

	if (!PageBuddy(page) || order >= NR_PAGE_ORDERS ||
	    !IS_ALIGNED(page_to_pfn(page), 1UL << order))
		return;
	for (end = stamp + (1UL << order); stamp < end; stamp++) {
		u16 seen = READ_ONCE(*stamp);

		/* Somebody may have taken the block, and used it */
		if (is_wanted(seen, now))
			change_stamp(stamp, seen, STAMP_NONE);
	}
}

/*
 * Look at a page whose stamp is wanted, and see to it that it is not wanted any
 * more. NULL is a page that is not online. Return false if the node may not
 * return more pages in this second.
 */
static bool look_at_page(struct page *page, u16 *stamp)
{
	u16 seen = READ_ONCE(*stamp), now = stamp_now();
	enum verdict verdict = page ? judge_page(page) : NO_CACHE;
	struct cold_node *n;

	if (verdict == NO_CACHE) {
		change_stamp(stamp, seen, STAMP_NONE);
		if (page && PageBuddy(page))
			forget_free_block(page, stamp);
		return true;
	}
	n = nodes[page_to_nid(page)];
	if (n && age_of(seen, now) < n->limit) {
		if (!is_stuck(seen))
			note_next(n->limit - age_of(seen, now));
		return true;
	}

	if (n && (verdict == USED || verdict == WRITTEN)) {
		if (verdict == USED)
			ClearPageReferenced(page);
		change_stamp(stamp, seen, now);
		/* Maybe this is the only stamp of its chunk that is a time */
		if (is_stuck(seen))
			WRITE_ONCE(chunk_of(page_to_pfn(page))->oldest,
				   OLDEST_UNKNOWN);
		note_next(n->limit);
	} else if (verdict == STUCK || !n || n->room <= 0) {
		change_stamp(stamp, seen, as_stuck(seen));
		run.kept += cache_pages(page);
	} else if (n->budget > 0) {
		return_page(n, page, seen, stamp);
	} else {
		return false;
	}
	return true;
}

/* Look at some pages, and return the cold ones. False at the end of memory */
static bool return_some(void)
{
	unsigned long pfn = pass.pfn;
	unsigned long end = min(pfn + STEP_STAMPS, end_of_stamps());
	unsigned long most = run.returned + STEP_PAGES;
	unsigned int n;
	u16 *stamp;

	get_online_mems();
	for (n = 0; n < STEP_LOOKS && run.returned < most; n++, pfn++) {
		struct page *page;

		stamp = find_wanted(&pfn, end);
		if (!stamp)
			break;
		page = pfn_to_online_page(pfn);
		/* The rest of the chunk is of the same node, or nearly all */
		if (!look_at_page(page, stamp)) {
			pass.again = true;
			pfn = round_up(pfn + 1, CHUNK_PAGES) - 1;
		}
	}
	put_online_mems();
	pass.pfn = pfn;
	return pfn < end_of_stamps();
}

/* Count a stamp that is a time, and say its age */
static unsigned int survey_stamp(u16 stamp, u16 now, unsigned int limit)
{
	unsigned int age = age_of(stamp, now), level = LEVELS - 1;

	if (age < limit)
		return age;
	while (age < limit << level)
		level--;
	pass.cold[level]++;
	return age;
}

static void survey_chunk(struct chunk *c, unsigned int limit)
{
	/* Of all, and of those that are not cold yet */
	int age, oldest = -1, next = -1;
	u16 now = stamp_now(), *stamp;

	xchg(&c->oldest, OLDEST_SOUGHT);
	for (stamp = c->stamp; stamp < c->stamp + CHUNK_PAGES; stamp++) {
		if (are_none(stamp)) {
			stamp += 3;
			continue;
		}
		if (!(READ_ONCE(*stamp) & 1))
			continue;
		age = survey_stamp(READ_ONCE(*stamp), now, limit);
		oldest = max(oldest, age);
		if (age < (int)limit)
			next = max(next, age);
	}
	if (next >= 0)
		note_next(limit - next);
	/* Has anybody written a stamp meanwhile that can be older? */
	cmpxchg(&c->oldest, OLDEST_SOUGHT,
		oldest < 0 ? OLDEST_NONE : (u16)(now - (oldest << 1)));
}

/*
 * Count the stamps of a chunk in which something is cold, or may be. Return
 * false at the end of memory.
 */
static bool survey_some(void)
{
	unsigned int limit = least_limit(), oldest;
	u16 now = stamp_now();
	struct chunk *c;

	pass.threshold = limit;
	for (; pass.pfn < end_of_stamps(); pass.pfn += CHUNK_PAGES) {
		c = chunk_of(pass.pfn);
		if (!c)
			continue;
		oldest = READ_ONCE(c->oldest);
		if (chunk_is_wanted(c, now)) {
			survey_chunk(c, limit);
			pass.pfn += CHUNK_PAGES;
			return true;
		}
		if (oldest & 1)
			note_next(limit - age_of(oldest, now));
	}
	return false;
}

/* The next level that has something to return. Return false if there is none */
static bool next_level(void)
{
	pass.pfn = 0;
	while (pass.level--) {
		pass.threshold = least_limit() << pass.level;
		if (pass.cold[pass.level] || (pass.full && !pass.level))
			return true;
	}
	return false;
}

/* Do the next step of the pass. Return false if all is done */
static bool do_step(void)
{
	bool more;

	mutex_lock(&stamps_mutex);
	/* The stamps may mean something else by now: must_stop() says so */
	if (generation != run.generation || !READ_ONCE(running))
		more = true;
	else if (pass.level == LEVELS)
		more = survey_some() || next_level();
	else
		more = return_some() || next_level();
	mutex_unlock(&stamps_mutex);
	return more;
}

static void start_pass(void)
{
	u64 now = get_jiffies_64();

	memset(&pass, 0, sizeof(pass));
	pass.begun = true;
	pass.level = LEVELS;
	pass.full = now - last_full >= (u64)stamps_after * HZ;
	if (pass.full)
		last_full = now;
}

static unsigned long nr_cold(void)
{
	unsigned long pages = 0;
	unsigned int i;

	for (i = 0; i < LEVELS; i++)
		pages += pass.cold[i];
	return pages;
}

static const char *return_pages(void)
{
	const char *stop = must_stop();

	find_cache_protection();
	if (!pass.begun) {
		mutex_lock(&stamps_mutex);
		cover_memory();
		start_pass();
		mutex_unlock(&stamps_mutex);
	}
	while (!stop && do_step()) {
		/* Pages on per-CPU lists are not on the LRU, and referred to */
		if (pass.level < LEVELS && !pass.drained) {
			lru_add_drain_all();
			pass.drained = true;
		}
		run.steps++;
		stop = must_stop();
	}
	return stop;
}

/* One step over the dentries and inodes of a cgroup on a node */
struct slab_step {
	struct shrink_control sc;
	unsigned long skip;		/* objects of the step that are done */
	bool more;
};

/* How many objects are to be looked at next */
static unsigned long next_objects(struct slab_step *s, struct list_lru *lru)
{
	unsigned long all = vfs_pressure_ratio(list_lru_shrink_count(lru,
								     &s->sc));
	unsigned long share = DIV_ROUND_UP(all, SLAB_STEPS);

	if (share <= s->skip)
		return 0;
	s->more |= share > s->skip + SLAB_BATCH;
	return min(share - s->skip, SLAB_BATCH);
}

/*
 * Not the shrinker of the super block: it also calls the file system, which may
 * write. Dentries go first, because they keep inodes in use.
 */
static void shrink_super(struct super_block *sb, void *arg)
{
	struct slab_step *s = arg;

	s->sc.nr_to_scan = next_objects(s, &sb->s_dentry_lru);
	if (s->sc.nr_to_scan)
		prune_dcache_sb(sb, &s->sc);
	s->sc.nr_to_scan = next_objects(s, &sb->s_inode_lru);
	if (s->sc.nr_to_scan)
		prune_icache_sb(sb, &s->sc);
}

/* Return false if the step must stop */
static bool shrink_cgroup(int nid, struct mem_cgroup *memcg)
{
	struct slab_step s = {
		.sc = { .gfp_mask = GFP_KERNEL, .nid = nid, .memcg = memcg },
	};

	/* The lists of a dead cgroup are those of its parent */
	if (cgroup_is_protected(memcg) || !mem_cgroup_online(memcg))
		return true;
	do {
		s.more = false;
		iterate_supers(shrink_super, &s);
		s.skip += SLAB_BATCH;
		if (must_stop())
			return false;
	} while (s.more);
	return true;
}

/*
 * The caches of dentries and inodes keep pages of the kernel itself in use, and
 * with them the blocks around. These caches know what was used since the last
 * look at it. So two turns, each of which takes as long as a page must be
 * unused, free what was unused for that time. A step that is stopped is not
 * made up for: there will be others.
 */
static void shrink_slabs(void)
{
	struct mem_cgroup *memcg = mem_cgroup_iter(NULL, NULL, NULL);
	int nid;

	do {
		for_each_online_node(nid) {
			if (shrink_cgroup(nid, memcg))
				continue;
			mem_cgroup_iter_break(NULL, memcg);
			return;
		}
		/* Without accounting, all share the lists of the root */
		if (!memcg_kmem_enabled()) {
			mem_cgroup_iter_break(NULL, memcg);
			return;
		}
		memcg = mem_cgroup_iter(NULL, memcg, NULL);
	} while (memcg);
}

/* After a start, and with another `after`, nodes begin anew in the next run */
static unsigned int greatest_age(void)
{
	unsigned int age = READ_ONCE(after);
	int nid;

	if (!READ_ONCE(running) || READ_ONCE(known) != READ_ONCE(generation))
		return age;
	for_each_online_node(nid)
		if (READ_ONCE(nodes[nid]))
			age = max(age, age_in_force(nodes[nid]));
	return age;
}

static void shrink_slabs_if_due(void)
{
	u64 now = get_jiffies_64();

	if (!slab_steps || time_before64(now, next_slab))
		return;
	slab_steps--;
	next_slab = now + (u64)greatest_age() * HZ / SLAB_STEPS;
	shrink_slabs();
}

static unsigned long memory_pages(void)
{
	unsigned long pages = 0;
	int nid;

	for_each_online_node(nid)
		pages += node_pages(nid);
	return pages;
}

/* The share of the CPUs that a run may use if they are not idle */
static unsigned int percent(void)
{
	return clamp_t(unsigned long,
		       nr_cold() / (memory_pages() / MEMORY_SHARE + 1), 1,
		       PERCENT_MAX);
}

static void cold_cache_look(struct timer_list *unused);
static DEFINE_TIMER(cold_cache_timer, cold_cache_look);

static void keep_watch(unsigned long delay)
{
	mod_timer(&cold_cache_timer, jiffies + delay);
}

static void begin_watch(void)
{
	u64 delay = (u64)limit_of(READ_ONCE(stamps_after)) << epoch_shift;

	looks = 0;
	pauses = 0;
	patient_until = get_jiffies_64() + delay + PATIENCE * HZ;
	keep_watch(delay);
}

static void cold_cache_arm(struct irq_work *work)
{
	if (READ_ONCE(running) && !test_and_set_bit(0, &on_watch))
		begin_watch();
}

/* Is there a page that has been used, and that nobody has looked at since? */
static bool some_stamp_is_a_time(void)
{
	unsigned long pfn = 0, end = end_of_stamps();

	pass.threshold = 0;
	pass.full = false;
	while (pfn < end) {
		if (find_wanted(&pfn, min(pfn + STEP_STAMPS, end)))
			return true;
		cond_resched();
	}
	return false;
}

/*
 * A page may be used while this ends the watch. If nobody else has seen that,
 * it is seen here. The hooks have no barrier. So of the pages that another CPU
 * uses at the same moment, one may be missed, until the next of its chunk is
 * used. The same goes for a chunk that is surveyed at that moment.
 */
static void leave_watch(void)
{
	clear_bit(0, &on_watch);
	/* First the bit, then the stamps */
	smp_mb__after_atomic();
	if (READ_ONCE(running) && some_stamp_is_a_time())
		kick();
}

/* Jiffies until the next pass is worth it; 0: something must be used first */
static unsigned long next_pass(void)
{
	unsigned long period = (unsigned long)stamps_after * HZ / PERIODS;
	u64 now = get_jiffies_64();
	unsigned long delay = 0, slab;

	if (pass.again)
		return HZ;
	period = clamp_t(unsigned long, period, PERIOD_MIN, PERIOD_MAX);
	if (pass.next)
		delay = max((unsigned long)pass.next << epoch_shift, period);
	if (slab_steps) {
		slab = time_before64(now, next_slab) ? next_slab - now : 1;
		slab = max(slab, period);
		delay = delay ? min(delay, slab) : slab;
	}
	return delay;
}

/* Set the timer for the next run. Return false if there is none */
static bool set_timer(const char *stop, enum cpu_use use)
{
	unsigned long delay = LOOK;

	if (READ_ONCE(generation) != run.generation) {
		pass.begun = false;
		begin_watch();
		return true;
	}
	if (!stop) {
		pass.begun = false;
		delay = next_pass();
		if (!pass.again)
			patient_until = get_jiffies_64() + delay +
					PATIENCE * HZ;
	} else if (!run.steps) {
		/* The next one may be as useless */
		delay = HZ << pauses;
		pauses = min(pauses + 1, PAUSE_MAX);
	}
	if (!READ_ONCE(running) || !delay) {
		pass.begun = false;
		return false;
	}
	if (use == CPUS_IDLE || delay != LOOK)
		looks = 0;
	if (run.steps)
		pauses = 0;
	keep_watch(delay);
	return true;
}

static void wait_for_next_run(const char *stop, enum cpu_use use)
{
	bool more;

	cpu_use_end(&cpu_user);
	/* A new value of `after` finds the timer, or is seen here */
	mutex_lock(&stamps_mutex);
	more = set_timer(stop, use);
	mutex_unlock(&stamps_mutex);
	if (!more)
		leave_watch();
}

static void run_once(enum cpu_use use)
{
	const char *stop, *why;
	unsigned int msecs;

	memset(&run, 0, sizeof(run));
	run.began = ktime_get_ns();
	run.generation = READ_ONCE(generation);
	trace_cold_cache_start(pass.begun);

	mutex_lock(&stamps_mutex);
	/* Otherwise must_stop() says so */
	if (generation == run.generation)
		find_nodes();
	mutex_unlock(&stamps_mutex);

	stop = cpu_use_begin(&cpu_user, use) ?: return_pages();
	if (run.returned)
		drain_all_pages_in_steps();
	if (!stop)
		shrink_slabs_if_due();

	msecs = div_u64(ktime_get_ns() - run.began, NSEC_PER_MSEC);
	why = stop ?: pass.again ? "rate" : "done";
	WRITE_ONCE(last_run, why);
	trace_cold_cache_end(why, nr_cold(), run.returned, run.kept, msecs);
	wait_for_next_run(stop, use);
}

/* Whatever the stamps said is not true any more */
static void renew_stamps(void)
{
	unsigned long jiffies_after = (unsigned long)after * HZ;

	mutex_lock(&stamps_mutex);
	WRITE_ONCE(stamps_after, after);
	WRITE_ONCE(epoch_shift, ilog2(max(jiffies_after / EPOCHS, 1UL)));
	WRITE_ONCE(slot_jiffies, max(jiffies_after / SLOTS, 1UL));
	restamp_all();
	cover_memory();
	WRITE_ONCE(generation, generation + 1);
	mutex_unlock(&stamps_mutex);
}

static int cold_cache_thread(void *unused)
{
	enum cpu_use use;

	set_freezable();
	set_user_nice(current, MAX_NICE);

	while (!kthread_should_stop()) {
		wait_event_freezable(kcoldcached_wait, READ_ONCE(due));
		/* What belongs to the watch has been written before */
		use = smp_load_acquire(&due);
		WRITE_ONCE(due, CPUS_BUSY);
		run_once(use);
	}
	return 0;
}

/* May the thread run now, and how? */
static enum cpu_use look_at_cpus(bool *busy)
{
	enum cpu_use use;
	bool granted;

	if (!looks++)
		cpu_use_forget(&cpu_user);
	use = cpu_use_look(&cpu_user);
	granted = cpu_use_grant(&cpu_user, percent());
	*busy = use == CPUS_BUSY && looks > CPU_USE_SAMPLES;
	if (use == CPUS_SPARE &&
	    (!granted || time_before64(get_jiffies_64(), patient_until)))
		return CPUS_BUSY;
	return use;
}

static void cold_cache_look(struct timer_list *unused)
{
	enum cpu_use use;
	bool busy;

	if (!READ_ONCE(running)) {
		clear_bit(0, &on_watch);
		return;
	}
	use = look_at_cpus(&busy);
	if (use != CPUS_BUSY) {
		/* The thread reads this before it uses what the watch has */
		smp_store_release(&due, use);
		wake_up(&kcoldcached_wait);
	} else if (busy) {
		looks = 0;
		keep_watch(HZ << pauses);
		pauses = min(pauses + 1, PAUSE_MAX);
	} else {
		keep_watch(LOOK);
	}
}

static void start_cold_cache(void)
{
	renew_stamps();
	WRITE_ONCE(running, true);
	static_branch_enable(&cold_cache_active);
	kick();
}

/* A run in progress stops by itself */
static void stop_cold_cache(void)
{
	WRITE_ONCE(running, false);
	/* The step in progress still marks what it returns */
	mutex_lock(&stamps_mutex);
	mutex_unlock(&stamps_mutex);
	static_branch_disable(&cold_cache_active);
	irq_work_sync(&cold_cache_work);
	if (del_timer_sync(&cold_cache_timer)) {
		pass.begun = false;
		clear_bit(0, &on_watch);
	}
}

/* Call this after one of the conditions has changed */
static void start_or_stop(void)
{
	bool on = after && backend_reports;

	lockdep_assert_held(&cold_cache_mutex);
	if (on && !running)
		start_cold_cache();
	else if (!on && running)
		stop_cold_cache();
}

/* Does not wait for a run in progress, which stops by itself */
static int reporting_changed(struct notifier_block *nb, unsigned long on,
			     void *unused)
{
	mutex_lock(&cold_cache_mutex);
	backend_reports = on;
	start_or_stop();
	mutex_unlock(&cold_cache_mutex);
	return NOTIFY_OK;
}

static struct notifier_block reporting_notifier = {
	.notifier_call = reporting_changed,
};

static int set_after(const char *val, const struct kernel_param *kp)
{
	unsigned int seconds;
	bool changed;
	int err = kstrtouint(val, 0, &seconds);

	if (err)
		return err;
	if (seconds > AFTER_MAX)
		return -EINVAL;

	/* All parameters share that lock, and stamps can be many */
	kernel_param_unlock(kp->mod);
	mutex_lock(&cold_cache_mutex);
	changed = seconds != after;
	WRITE_ONCE(after, seconds);
	if (running && seconds && changed) {
		renew_stamps();
		/* It may be about to set the timer by the old value */
		irq_work_sync(&cold_cache_work);
		if (del_timer_sync(&cold_cache_timer)) {
			/* The timer is on watch again */
			pass.begun = false;
			begin_watch();
		}
	} else {
		start_or_stop();
	}
	mutex_unlock(&cold_cache_mutex);
	kernel_param_lock(kp->mod);
	return 0;
}

static const struct kernel_param_ops after_ops = {
	.set = set_after,
	.get = param_get_uint,
};
module_param_cb(after, &after_ops, &after, 0644);
MODULE_PARM_DESC(after, "Seconds without use after which page cache is returned, 0: never (default: 600)");

/* The mode of a parameter does not guard it on the command line */
static int refuse_set(const char *val, const struct kernel_param *kp)
{
	return -EPERM;
}

static int get_last_run(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%s\n", READ_ONCE(last_run));
}

static const struct kernel_param_ops last_run_ops = {
	.set = refuse_set,
	.get = get_last_run,
};
module_param_cb(last_run, &last_run_ops, NULL, 0444);
MODULE_PARM_DESC(last_run, "How the last run has ended: done, or what stopped it");

static int get_age(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%u\n", greatest_age());
}

static const struct kernel_param_ops age_ops = {
	.set = refuse_set,
	.get = get_age,
};
module_param_cb(age, &age_ops, NULL, 0444);
MODULE_PARM_DESC(age, "The age in force in seconds: after, or more because of mistakes");

static int __init cold_cache_init(void)
{
	struct task_struct *t;

	t = kthread_run(cold_cache_thread, NULL, "kcoldcached");
	if (IS_ERR(t))
		return PTR_ERR(t);

	kcoldcached = t;
	cpu_use_add(&cpu_user, t);
	page_reporting_subscribe(&reporting_notifier);
	return 0;
}
subsys_initcall(cold_cache_init);
