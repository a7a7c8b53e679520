// SPDX-License-Identifier: GPL-2.0
/*
 * A model of pages in use: who refers to them, which can move, and moving them.
 * Whatever is isolated must be what its flags and references say can move.
 */
#include "lru.h"

#include "buddy.h"
#include "idle_machine.h"
#include "machine.h"
#include "model.h"

#define PAGEVEC_SIZE		15
/* Pages in use at most, however large the memory is */
#define USED_MAX		(1UL << 20)

#define ALL_FLAGS	(BIT(PG_lru) | BIT(PG_anon) | BIT(PG_writeback) | \
			 BIT(PG_unevictable) | BIT(PG_swapcache) |	\
			 BIT(PG_swapbacked) | BIT(PG_private) |		\
			 BIT(PG_compound) | BIT(PG_movable) |		\
			 BIT(PG_isolated) | BIT(PG_balloon) | BIT(PG_slab))

int sysctl_compact_unevictable_allowed = 1;
unsigned int lru_isolated, lru_in_use, lru_taken;
unsigned long lru_moved, lru_split, lru_failed;
void (*lru_migrates)(unsigned int pages);
void (*lru_moves)(struct page *from, struct page *to);
void (*lru_splits)(unsigned long share);

static struct used *all;
static unsigned long nr_used;
/* Huge pages that a walk that was stopped has not seen */
static unsigned long walk_left;
/* The places behind are empty still */
static unsigned long nr_seen;
static unsigned int next_free;
static unsigned int next_value;
static unsigned long next_deferred;
/* Pages that have come out of use since the last walk, as they are counted */
static unsigned long nr_unused;
static struct page *pagevec[PAGEVEC_SIZE];
static unsigned int pagevec_count;

void lru_start(void)
{
	sparse_free(all, nr_used, sizeof(*all));
	nr_used = min(max_pfn, USED_MAX);
	all = sparse_alloc(nr_used, sizeof(*all));
	nr_seen = 0;
	lru_in_use = 0;
	walk_left = 0;
}

struct zone *next_zone(struct zone *zone)
{
	unsigned int i;

	for (i = 0; zones[i] != zone; i++)
		;
	return zones[i + 1];
}

struct used *lru_of(const struct page *page)
{
	return page->mapping;
}

struct used *lru_any(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < nr_used; i++) {
		struct used *u = &all[(n + i) % nr_used];

		if (u->page)
			return u;
	}
	return NULL;
}

struct page *compound_head(struct page *page)
{
	struct used *u = lru_of(page);

	return PageCompound(page) && u ? u->page : page;
}

static bool on_lru(enum kind kind)
{
	return kind == ANON || kind == CACHE || kind == SHMEM;
}

/* References of its owner */
static unsigned int owned(const struct used *u)
{
	if (!on_lru(u->kind))
		return 1;
	return u->maps + page_has_private(u->page) +
	       (u->kind != ANON || PageSwapCache(u->page));
}

static void free_now(struct page *page)
{
	BUG_ON(page->mapping || PageBuddy(page));
	page->flags &= ~ALL_FLAGS;
	page->_mapcount.v = -1;
	buddy_free(page, 0);
}

bool get_page_unless_zero(struct page *page)
{
	if (!page_count(page))
		return false;
	page->_refcount.v++;
	return true;
}

void put_page(struct page *page)
{
	BUG_ON(page_count(page) <= 0);
	if (!--page->_refcount.v)
		free_now(page);
}

void __free_page(struct page *page)
{
	if (page_count(page) != 1)
		failed("page %lx is freed with %d references",
		       page_to_pfn(page), page_count(page));
	BUG_ON(current != kthread || !lru_taken);
	lru_taken--;
	put_page(page);
}

void use_taken_block(struct page *page, unsigned int order)
{
	unsigned int i;

	BUG_ON(PageBuddy(page) || page_count(page));
	for (i = 0; i < 1U << order; i++)
		if (PageHWPoison(page + i))
			failed("page %lx is broken, and to be used",
			       page_to_pfn(page + i));
	set_page_private(page, 0);
	page->_refcount.v = 1;
}

void split_page(struct page *page, unsigned int order)
{
	unsigned int i;

	BUG_ON(!order || page_count(page) != 1);
	for (i = 1; i < 1U << order; i++) {
		BUG_ON(page_count(&page[i]));
		page[i]._refcount.v = 1;
	}
}

static void drain_pagevec(void)
{
	while (pagevec_count) {
		struct page *page = pagevec[--pagevec_count];

		if (page->mapping)
			SetPageLRU(page);
		put_page(page);
	}
}

struct used *lru_use(struct page *page, enum kind kind, unsigned int order,
		     bool batch)
{
	static const unsigned long flags[NR_KINDS] = {
		[KERNEL] = BIT(PG_slab),
		[ANON] = BIT(PG_anon) | BIT(PG_swapbacked),
		[SHMEM] = BIT(PG_swapbacked),
		[MOVABLE] = BIT(PG_movable),
		[BALLOON] = BIT(PG_movable) | BIT(PG_balloon),
		[HUGE] = BIT(PG_compound) | BIT(PG_anon) | BIT(PG_swapbacked),
	};
	struct used *u;
	unsigned int i;

	BUG_ON(lru_in_use == nr_used || (order && kind != HUGE));
	do
		u = &all[next_free++ % nr_used];
	while (u->page);
	nr_seen = max(nr_seen, (unsigned long)(u - all) + 1);
	lru_in_use++;
	next_value += 2 << order;
	*u = (struct used) { page, kind, order, next_value | 1 };
	u->maps = kind == ANON || kind == HUGE;
	for (i = 0; i < 1U << order; i++) {
		BUG_ON(page_count(&page[i]) || page[i].mapping);
		BUG_ON(page[i].flags & ALL_FLAGS);
		page[i].flags |= flags[kind];
		page[i].mapping = u;
		page[i]._mapcount.v = (int)u->maps - 1;
		model_write(page_to_pfn(page) + i, u->value + 2 * i);
	}
	page->_refcount.v = owned(u);
	if (!on_lru(kind) && kind != HUGE)
		return u;
	if (!batch || kind == HUGE) {
		SetPageLRU(page);
		return u;
	}
	page->_refcount.v++;
	pagevec[pagevec_count++] = page;
	if (pagevec_count == PAGEVEC_SIZE)
		drain_pagevec();
	return u;
}

static void check(const struct used *u)
{
	unsigned long pfn = page_to_pfn(u->page);
	unsigned int i;

	for (i = 0; i < (u->in_use ?: 1U << u->order); i++)
		if (model_read(pfn + i) != u->value + 2 * i)
			failed("page %lx was lost", pfn + i);
	if (lru_of(u->page) != u)
		failed("page %lx belongs to another", pfn);
}

void lru_check(void)
{
	unsigned int i;

	for (i = 0; i < nr_seen; i++)
		if (all[i].page)
			check(&all[i]);
}

static void forget(struct used *u)
{
	u->page = NULL;
	lru_in_use--;
}

void lru_release(struct used *u)
{
	struct page *page = u->page;
	unsigned int order = u->order, i;

	BUG_ON(u->pins);
	check(u);
	page->_refcount.v -= owned(u);
	page->_mapcount.v = -1;
	ClearPageWriteback(page);
	for (i = 0; i < 1U << order; i++)
		page[i].mapping = NULL;
	forget(u);
	if (order) {
		for (i = 0; i < 1U << order; i++)
			page[i].flags &= ~ALL_FLAGS;
		BUG_ON(page_count(page));
		buddy_free(page, order);
	} else if (!page_count(page)) {
		free_now(page);
	}
}

void lru_pin(struct used *u)
{
	u->pins++;
	u->page->_refcount.v++;
}

void lru_unpin(struct used *u)
{
	BUG_ON(!u->pins);
	u->pins--;
	u->page->_refcount.v--;
}

void lru_map(struct used *u)
{
	u->maps++;
	u->page->_mapcount.v++;
	u->page->_refcount.v++;
}

void lru_unmap(struct used *u)
{
	if (!u->maps || owned(u) == 1)
		return;
	u->maps--;
	u->page->_mapcount.v--;
	u->page->_refcount.v--;
}

void lru_set(struct used *u, enum pageflags flag, bool on)
{
	struct page *page = u->page;
	unsigned long flags = page->flags;
	unsigned int before = owned(u);

	if (!on_lru(u->kind) || (flag == PG_swapcache && u->kind != ANON))
		return;
	if (on)
		page->flags |= BIT(flag);
	else
		page->flags &= ~BIT(flag);
	if (!owned(u))
		page->flags = flags;
	page->_refcount.v += owned(u) - before;
}

void lru_defer(struct used *u, unsigned int in_use)
{
	unsigned int before = u->in_use ?: 1U << u->order;

	BUG_ON(u->kind != HUGE || !in_use);
	u->in_use = min(in_use, before);
	if (u->in_use == before)
		return;
	nr_unused += before - u->in_use;
	if (!u->deferred) {
		u->deferred = ++next_deferred;
		nr_unused += (1U << u->order) / 8 - 1;
	}
}

unsigned long nr_deferred_split_pages(void)
{
	unsigned long pages = 0;
	unsigned int i;

	for (i = 0; i < nr_seen; i++)
		if (all[i].page && all[i].deferred)
			pages += 1UL << all[i].order;
	return min(pages, nr_unused);
}

static struct used *first_deferred(void)
{
	struct used *first = NULL;
	unsigned int i;

	for (i = 0; i < nr_seen; i++)
		if (all[i].page && all[i].deferred &&
		    (!first || all[i].deferred < first->deferred))
			first = &all[i];
	return first;
}

/* What is in use of it becomes pages of their own, the rest is freed */
static void split(struct used *u)
{
	struct page *page = u->page;
	unsigned int value = u->value, in_use = u->in_use, order = u->order;
	unsigned int i;

	for (i = 0; i < 1U << order; i++) {
		page[i].flags &= ~ALL_FLAGS;
		page[i].mapping = NULL;
	}
	page->_refcount.v = 0;
	forget(u);
	for (i = 0; i < in_use; i++) {
		u = lru_use(&page[i], ANON, 0, false);
		u->value = value + 2 * i;
		model_write(page_to_pfn(&page[i]), u->value);
	}
	lru_split++;
	for (i = in_use; i < 1U << order; i++)
		buddy_free(&page[i], 0);
}

unsigned long split_deferred_huge_pages(unsigned int share, unsigned int batch,
					bool (*stop)(void),
					unsigned long *kept)
{
	unsigned long n, done = 0, each = PAGEBLOCK_NR_PAGES / share;
	bool resume = walk_left;
	struct used *u;

	BUG_ON(in_critical_section() || lru_isolated);
	if (lru_splits)
		lru_splits(share);
	if (resume)
		nr_unused -= walk_left * each;
	else
		nr_unused = 0;
	for (n = 0; n < nr_used && !resume; n++)
		walk_left += all[n].page && all[n].deferred;
	for (n = 0; walk_left; n++, walk_left--) {
		if (n && !(n % batch) && stop())
			break;
		u = first_deferred();
		if (!u)
			continue;
		u->deferred = ++next_deferred;
		if (((1U << u->order) - u->in_use) * share < 1U << u->order)
			continue;
		if (u->pins) {
			*kept += (1U << u->order) - u->in_use;
			continue;
		}
		split(u);
		done++;
	}
	nr_unused += *kept + walk_left * each;
	return done;
}

void forget_deferred_split_walk(void)
{
	walk_left = 0;
}

void lru_add_drain_all(void)
{
	BUG_ON(in_critical_section());
	/* Offlining does it too, with the lock held for writing */
	BUG_ON(current == kthread && (lru_isolated || mems_held()));
	yield();
	drain_pagevec();
}

/* CMA and high-order atomic allocations have page blocks of their own */
static bool is_set_apart(struct page *page)
{
	int mt = get_pageblock_migratetype(page);

	return is_migrate_cma(mt) || mt == MIGRATE_HIGHATOMIC;
}

static void check_can_move(struct page *page)
{
	struct used *u = lru_of(page);
	unsigned long pfn = page_to_pfn(page);

	if (!mems_held())
		failed("page %lx may go offline while it is isolated", pfn);
	if (!PageOnline(page) || is_migrate_isolate_page(page) ||
	    is_set_apart(page))
		failed("page %lx is isolated, of a page block of type %d", pfn,
		       get_pageblock_migratetype(page));
	if (!u || u->kind == KERNEL || u->kind == BALLOON || u->kind == HUGE)
		failed("page %lx is isolated, of kind %d", pfn,
		       u ? (int)u->kind : -1);
	if (PageWriteback(page) || u->pins ||
	    (PageUnevictable(page) && !sysctl_compact_unevictable_allowed))
		failed("page %lx is isolated, and cannot move", pfn);
}

bool isolate_lru(struct page *page)
{
	BUG_ON(!page_count(page) || PageCompound(page));
	check_can_move(page);
	yield();
	if (!PageLRU(page) || (lru_of(page) && lru_of(page)->refuses))
		return false;
	page->_refcount.v++;
	ClearPageLRU(page);
	lru_isolated++;
	return true;
}

bool isolate_movable(struct page *page)
{
	if (!get_page_unless_zero(page))
		return false;
	BUG_ON(PageIsolated(page) || PageLRU(page));
	check_can_move(page);
	if (lru_of(page)->refuses) {
		put_page(page);
		return false;
	}
	SetPageIsolated(page);
	lru_isolated++;
	return true;
}

static void end_isolation(struct page *page)
{
	list_del(&page->lru);
	lru_isolated--;
	if (__PageMovable(page)) {
		BUG_ON(!PageIsolated(page));
		ClearPageIsolated(page);
		return;
	}
	if (page_pgdat(page)->vm_stat[NR_ISOLATED_ANON +
				      !PageSwapBacked(page)]-- <= 0)
		failed("fewer pages are counted as isolated than are");
}

static void put_back(struct page *page)
{
	end_isolation(page);
	if (page->mapping && !__PageMovable(page))
		SetPageLRU(page);
	put_page(page);
}

void putback_movable_pages(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru)
		put_back(page);
}

static void move(struct used *u, struct page *page, struct page *new)
{
	unsigned int refs = owned(u);

	if (lru_moves)
		lru_moves(page, new);
	lru_taken--;
	end_isolation(page);
	model_write(page_to_pfn(new), model_read(page_to_pfn(page)));
	new->flags |= page->flags & ALL_FLAGS & ~BIT(PG_isolated);
	if (on_lru(u->kind))
		SetPageLRU(new);
	new->_mapcount.v = page->_mapcount.v;
	new->_refcount.v = refs;
	new->mapping = u;
	u->page = new;
	page->mapping = NULL;
	page->_mapcount.v = -1;
	page->_refcount.v -= refs;
	BUG_ON(page_count(page) != 1);
	put_page(page);
}

/* Zero, -EAGAIN: @page is isolated still, or another error: it is not */
static int move_one(struct page *page, struct page *new)
{
	struct used *u = lru_of(page);

	if (!u)
		return -EAGAIN;
	if (u->stuck || PageWriteback(page)) {
		put_back(page);
		return -EBUSY;
	}
	if (u->locked || page_count(page) != owned(u) + 1)
		return -EAGAIN;
	move(u, page, new);
	return 0;
}

int migrate_pages_async(struct list_head *from, new_page_t get,
			free_page_t put, unsigned long private)
{
	struct page *page, *next, *new;
	unsigned int n = 0;
	int nr_failed = 0;

	BUG_ON(in_critical_section() || !mems_held());
	list_for_each_entry(page, from, lru)
		n++;
	BUG_ON(n != lru_isolated);
	if (lru_migrates)
		lru_migrates(n);
	list_for_each_entry_safe(page, next, from, lru) {
		yield();
		new = get(page, private);
		if (!new)
			failed("there is no page to move %lx to",
			       page_to_pfn(page));
		if (page_count(new) != 1 || new->mapping || PageBuddy(new) ||
		    new->flags & ALL_FLAGS || page_zone(new) != page_zone(page) ||
		    is_set_apart(new))
			failed("page %lx is to be moved to %lx, flags %lx",
			       page_to_pfn(page), page_to_pfn(new), new->flags);
		if (page_count(page) == 1) {
			/* It has been freed meanwhile */
			put(new, private);
			put_back(page);
			lru_moved++;
			continue;
		}
		yield();
		if (!move_one(page, new)) {
			lru_moved++;
			continue;
		}
		put(new, private);
		nr_failed++;
	}
	lru_failed += nr_failed;
	return nr_failed;
}
