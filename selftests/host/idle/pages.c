// SPDX-License-Identifier: GPL-2.0
/* Which pages move: each kind, huge pages, lists in front, broken ones */
#include "stage.h"

struct page_case {
	enum kind kind;
	void (*prepare)(struct used *u);
	bool moves, tried;
};

static void is_pinned(struct used *u)
{
	lru_pin(u);
}

static void is_cached_and_pinned(struct used *u)
{
	lru_set(u, PG_swapcache, true);
	lru_pin(u);
}

static void is_swap_cached(struct used *u)
{
	lru_set(u, PG_swapcache, true);
}

static void has_private(struct used *u)
{
	lru_set(u, PG_private, true);
}

static void is_written_back(struct used *u)
{
	lru_set(u, PG_writeback, true);
}

static void is_locked_in_memory(struct used *u)
{
	lru_set(u, PG_unevictable, true);
}

static void is_mapped_twice(struct used *u)
{
	lru_map(u);
	lru_map(u);
}

static void is_refused(struct used *u)
{
	u->refuses = true;
}

static void is_locked(struct used *u)
{
	u->locked = true;
}

static void is_stuck(struct used *u)
{
	u->stuck = true;
}

static void is_isolated(struct used *u)
{
	SetPageIsolated(u->page);
}

static const struct page_case page_cases[] = {
	{ ANON, NULL, true },
	{ ANON, is_pinned, false },
	{ ANON, is_swap_cached, true },
	{ ANON, is_cached_and_pinned, false },
	{ ANON, has_private, true },
	{ ANON, is_mapped_twice, true },
	{ ANON, is_written_back, false },
	{ CACHE, NULL, true },
	{ CACHE, is_mapped_twice, true },
	{ CACHE, has_private, true },
	{ CACHE, is_pinned, false },
	{ CACHE, is_refused, false, true },
	{ SHMEM, is_mapped_twice, true },
	{ SHMEM, is_written_back, false },
	{ SHMEM, is_locked, false, true },
	{ SHMEM, is_stuck, false, true },
	{ MOVABLE, NULL, true },
	{ MOVABLE, is_refused, false, true },
	{ MOVABLE, is_isolated, false },
	{ BALLOON, NULL, false },
	{ KERNEL, NULL, false },
};

static struct used *lay_case(unsigned int block, const struct page_case *c)
{
	struct used *u;

	lay(block, 1, c->kind);
	u = at(B(block));
	if (c->prepare)
		c->prepare(u);
	return u;
}

void each_kind_of_page(void)
{
	struct used *u[ARRAY_SIZE(page_cases)];
	unsigned int i, moves = 0, fail = 0;

	boot();
	for (i = 0; i < ARRAY_SIZE(page_cases); i++) {
		u[i] = lay_case(i, &page_cases[i]);
		moves += page_cases[i].moves;
		fail += page_cases[i].tried;
	}
	start();
	next_run(NOW + IDLE_AFTER);
	for (i = 0; i < ARRAY_SIZE(page_cases); i++) {
		if ((page_to_pfn(u[i]->page) != B(i)) != page_cases[i].moves)
			failed("page case %u", i);
		expect(is_free(i), page_cases[i].moves);
	}
	expect(last_run.migrated, moves);
	expect(last_run.gain, moves * 512);
	expect(last_run.failed, fail * 511);
	expect(free_pages(), free_before);
	expect(node_page_state(NODE_DATA(0), NR_ISOLATED_ANON), 0);
	expect(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
}

static void unevictable(bool allowed)
{
	struct page_case c = { ANON, is_locked_in_memory };

	boot();
	sysctl_compact_unevictable_allowed = allowed;
	lay_case(0, &c);
	lay_case(1, &c);
	lay_case(2, &c);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, allowed ? 1024 : 0);
	expect(last_run.migrated, allowed ? 2 : 0);
	expect(last_run.failed, 0);
}

void unevictable_moves(void)
{
	unevictable(true);
}

void unevictable_stays(void)
{
	unevictable(false);
}

void huge_pages_stay(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 3; i++) {
		lru_use(pfn_to_page(B(i)), HUGE, 8, false);
		free_from(B(i) + 256, 1);
		free_from(B(i) + 258, 254);
		use(B(i) + 257, 1, ANON);
	}
	lay_fixed(4, 1);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 0);
	expect(last_run.failed, 0);
}

static void drained_before_and_after(unsigned int n)
{
	if (n != 1)
		return;
	expect(normal->pcp_count, 0);
	buddy_free(pfn_to_page(OTHER), 0);
	expect(other->pcp_count, 1);
}

/* New pages wait for others to get on their list, or free ones on theirs */
void lists_in_front_are_drained(void)
{
	unsigned int i;

	boot();
	bring_online(other, OTHER, OTHER + SECTION);
	on_look = drained_before_and_after;
	for (i = 0; i < 3; i++) {
		lru_use(pfn_to_page(B(i)), ANON, 0, true);
		free_from(B(i) + 1, 509);
	}
	start();
	sleep_until(NOW + 110);
	for (i = 0; i < 3; i += 2) {
		buddy_free(pfn_to_page(B(i) + 510), 0);
		buddy_free(pfn_to_page(B(i) + 511), 0);
	}
	expect(normal->pcp_count, 4);
	next_run(NOW + IDLE_AFTER);
	expect(last_run.migrated, 2);
	/* Block 1 has been the target, and keeps two pages that nobody knows */
	expect(is_free(0), 1);
	expect(is_free(2), 1);
	expect(last_run.gain, 1024);
	expect(normal->pcp_count, 0);
	expect(other->pcp_count, 0);
}

static void deferred(unsigned int n)
{
	unsigned int i;

	boot();
	for (i = 0; i < n; i++)
		lru_defer(lru_use(pfn_to_page(B(i)), HUGE, 9, false), 1);
}

void huge_pages_are_split(void)
{
	unsigned int i, n = 0;

	deferred(10);
	lay_fixed(31, 500);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stranded, 5120 + 12);
	expect(lru_split, 10);
	/* A look after four, and eight, and then eleven blocks */
	expect(splits, 1);
	expect(looks, 2 + 2 + 2 * 10 + 1);
	for (i = 0; i < 10; i++)
		n += is_free(i);
	expect(n, 10);
	expect(last_run.gain, 10 * 512);
	expect(last_run.migrated, 10);
}

void stopped_while_splitting(void)
{
	deferred(10);
	on_look = busy_once;
	busy_at = 2;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "busy"), 0);
	expect(lru_split, 8);
	expect(splits, 1);
	expect(last_run.migrated, 0);
	/* It has not been for nothing */
	expect(next_timer(), jiffies + PERIOD);
	on_look = NULL;
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(splits, 2);
	expect(lru_split, 10);
	expect(last_run.gain, 9 * 512);
}

void pinned_huge_page(void)
{
	deferred(3);
	lru_pin(at(B(1)));
	start();
	next_run(NOW + IDLE_AFTER);
	expect(lru_split, 2);
	expect(splits, 1);
	expect(last_run.gain, 512);
	sleep_until(jiffies + HZ);
	expect_silence();
}

/* Those behind get their turn, and what is pinned is tried again six times */
void pinned_huge_pages(void)
{
	unsigned int i;

	deferred(12);
	for (i = 0; i < 6; i++)
		lru_pin(at(B(i)));
	start();
	next_run(NOW + IDLE_AFTER);
	expect(lru_split, 6);
	expect(last_run.failed, 6 * 511);
	sleep_until(jiffies + 60 * HZ);
	expect_silence();
	expect(lru_split, 6);
}

/* One page of each: not worth it. One eighth is */
void huge_pages_are_kept(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 20; i++)
		lru_defer(lru_use(pfn_to_page(B(i)), HUGE, 9, false), 511);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stranded, 20 * 64);
	expect(splits, 1);
	expect(lru_split, 0);
	expect(last_run.failed, 0);
	sleep_until(jiffies + HZ);
	expect_silence();
	for (i = 0; i < 20; i++)
		lru_defer(at(B(i)), i < 16 ? 448 : 449);
	idle_compaction_kick();
	next_run(jiffies + IDLE_AFTER);
	expect(lru_split, 16);
	sleep_until(jiffies + 60 * HZ);
	expect_silence();
	expect(lru_split, 16);
}

/* Broken pages stay where they are, even if they are free */
void broken_pages(void)
{
	unsigned int i;

	boot();
	lay(0, 20, ANON);
	strand(1, 511);
	/* One free page, and two of which one is broken */
	lay_fixed(2, 509);
	SetPageHWPoison(pfn_to_page(B(2) + 510));
	/* 64 free ones: of the first 16 all are good */
	lay_fixed(4, 448);
	SetPageHWPoison(pfn_to_page(B(4) + 448 + 17));
	lay(10, 21, ANON);
	lay(12, 22, ANON);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 63);
	expect(last_run.gain, 3 * 512);
	for (i = 0; i < 16; i++)
		expect(moved[i].to, B(4) + 448 + i);
	/* The 16 pages around the broken one are passed over */
	expect(moved[16].to, B(4) + 448 + 32);
	expect(moved[41 + 7].to, B(2) + 509);
	expect(moved[41 + 8].to, B(1) + 1);
	expect(free_pages(), free_before);
}
