// SPDX-License-Identifier: GPL-2.0
/* The machine, the memory and the runs of scenarios */
#include "stage.h"

/*
 * Between two looks at who waits: eight blocks, and a source that is found,
 * emptied, and looked at again. Page reporting's looks are not told apart.
 */
#define MOST_READ		(12 * BLOCK)

unsigned long large_pages;
bool zones_overlap;
struct zone *empty, *normal, *other;
unsigned long free_before;
unsigned int looks;
void (*on_look)(unsigned int n);
bool others_wait;
unsigned int busy_at;
struct move moved[8192];
unsigned int nr_moved;
unsigned int batches[1024], nr_batches;
unsigned int splits;

static bool look(void)
{
	static unsigned long last_read;

	if (looks && pages_read - last_read > MOST_READ &&
	    !static_key_enabled(&page_reporting_active))
		failed("%lu pages are looked at in one go",
		       pages_read - last_read);
	last_read = pages_read;
	looks++;
	if (on_look)
		on_look(looks);
	return !others_wait;
}

static void note_move(struct page *from, struct page *to)
{
	BUG_ON(nr_moved == ARRAY_SIZE(moved));
	moved[nr_moved].from = page_to_pfn(from);
	moved[nr_moved++].to = page_to_pfn(to);
}

void note_batch(unsigned int pages)
{
	BUG_ON(nr_batches == ARRAY_SIZE(batches));
	batches[nr_batches++] = pages;
}

static void note_split(unsigned long share)
{
	expect(share, 8);
	splits++;
}

void check_all(void)
{
	if (!zones_overlap)
		model_check();
	lru_check();
}

void boot(void)
{
	unsigned long other_start = zones_overlap ? START : OTHER;
	unsigned int i;

	machine_start(NOW, no_chance);
	timers_start();
	buddy_init(LARGE + large_pages);
	model_start();
	lru_start();
	empty = buddy_add_zone("Empty", 1, BLOCK);
	normal = buddy_add_zone("Normal", START, OTHER - START);
	other = buddy_add_zone("Other", other_start, END - other_start);
	if (large_pages)
		buddy_add_sparse_zone("Large", LARGE, large_pages);
	/* The model knows the zone of a page by the spans of the zones */
	if (!zones_overlap) {
		machine_check = model_look;
		bring_online(normal, START, OTHER);
	}
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, 0, 0);
	thread_looks = look;
	lru_moves = note_move;
	lru_migrates = note_batch;
	lru_splits = note_split;
	BUG_ON(init_page_reporting_init());
}

unsigned long free_pages(void)
{
	return global_zone_page_state(NR_FREE_PAGES);
}

void use(unsigned long pfn, unsigned int pages, enum kind kind)
{
	for (; pages; pages--, pfn++)
		lru_use(pfn_to_page(pfn), kind, 0, false);
}

void free_from(unsigned long pfn, unsigned int pages)
{
	for (; pages; pages--, pfn++)
		buddy_free(pfn_to_page(pfn), 0);
	drain_all_pages(NULL);
}

void lay(unsigned int block, unsigned int used, enum kind kind)
{
	use(B(block), used, kind);
	free_from(B(block) + used, BLOCK - used);
}

void lay_fixed(unsigned int block, unsigned int used)
{
	use(B(block), used, ANON);
	lru_pin(lru_of(pfn_to_page(B(block))));
	free_from(B(block) + used, BLOCK - used);
}

void lay_kernel(unsigned int block, unsigned int used)
{
	use(B(block), 1, KERNEL);
	use(B(block) + 1, used - 1, ANON);
	free_from(B(block) + used, BLOCK - used);
}

struct used *at(unsigned long pfn)
{
	struct used *u = lru_of(pfn_to_page(pfn));

	if (!u)
		failed("page %lx is not in use", pfn);
	return u;
}

bool is_free(unsigned int block)
{
	struct page *page = pfn_to_page(B(block));
	struct page *pair = pfn_to_page(B(block & ~1U));

	return (PageBuddy(page) && page_private(page) >= pageblock_order) ||
	       (PageBuddy(pair) && page_private(pair) > pageblock_order);
}

void start(void)
{
	free_before = free_pages();
	start_thread();
	/* To the nanosecond: nothing but what a scenario says */
	task_use_cpu(kthread, 0);
}

void next_run(unsigned long when)
{
	unsigned long before = runs_ended;

	looks = 0;
	while (runs_ended == before && jiffies < when + 60 * HZ)
		sleep_until(jiffies + 1);
	expect(runs_ended, before + 1);
	expect(last_run.at, when);
	check_all();
}

void no_run_until(unsigned long when)
{
	unsigned long before = runs_started;

	sleep_until(when);
	expect(runs_started, before);
}

void expect_silence(void)
{
	unsigned long calls, runs = runs_started;

	expect(next_timer(), ULONG_MAX);
	calls = nr_timer_calls;
	sleep_until(jiffies + 24 * 3600 * HZ);
	expect(nr_timer_calls, calls);
	expect(runs_started, runs);
	expect(next_timer(), ULONG_MAX);
	check_all();
}

void lay_three(void)
{
	lay(0, 1, ANON);
	lay(1, 1, ANON);
	lay(2, 1, ANON);
}

void strand(unsigned int block, unsigned int pages)
{
	lay_fixed(block, BLOCK - pages);
}

void busy_once(unsigned int n)
{
	unsigned int i;

	if (n != busy_at)
		return;
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, NSEC_PER_SEC / HZ, 0);
	jiffies += 5;
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, 0, 0);
}
