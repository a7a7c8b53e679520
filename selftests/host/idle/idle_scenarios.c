// SPDX-License-Identifier: GPL-2.0
/*
 * Idle compaction, one behaviour at a time, with exact results: when it runs,
 * what it moves where, when it stops, and that it does nothing where nothing
 * is to be gained. Nothing is left to chance. With the blocks of x86.
 */
#include "idle.h"

#if MAX_ORDER == 11

#include <sys/wait.h>
#include <unistd.h>

#include "idle_compaction.h"
#include "kit.h"
#include "page_reporting.h"
#include "series.h"

#define BLOCK			PAGEBLOCK_NR_PAGES
#define BLOCKS			32
#define START			SECTION
#define OTHER			(START + BLOCKS * BLOCK)
#define END			(OTHER + 8 * BLOCK)
#define B(n)			(START + (n) * BLOCK)

#define NOW			1000UL
#define TIME_LIMIT		20	/* seconds of CPU time, for a scenario */

/* Four looks a second, of which the fifth knows a whole second */
#define PERIOD			(HZ / 4)
#define IDLE_AFTER		(5 * PERIOD)

/* 4 MiB */
#define GAIN			1024
/* One of the four CPUs, which is a quarter, and one sixteenth of them */
#define WHOLE			(NSEC_PER_SEC / HZ)
#define SIXTEENTH		(NSEC_PER_SEC / HZ / 4)

static struct zone *empty, *normal, *other;
/* Pages of one more zone, which is all in use; before boot() */
static unsigned long large_pages;
#define LARGE			(END + SECTION)
/* Looks until all blocks are sorted, where no more than 8 have something to gain */
#define SCANNED			1
static unsigned int looks;
static void (*on_look)(unsigned int n);
static bool others_wait, zones_overlap;
static struct {
	unsigned long from, to;
} moved[8192];
static unsigned int nr_moved;
static unsigned int batches[1024], nr_batches;
static unsigned int splits;
static unsigned long free_before;

/*
 * Between two looks at who waits: eight blocks, and a source that is found,
 * emptied, and looked at again. Page reporting's looks are not told apart.
 */
#define MOST_READ		(12 * BLOCK)

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

static void note_batch(unsigned int pages)
{
	BUG_ON(nr_batches == ARRAY_SIZE(batches));
	batches[nr_batches++] = pages;
}

static void note_split(unsigned long share)
{
	expect(share, 8);
	splits++;
}

static void check_all(void)
{
	/* The model knows the zone of a page by the spans of the zones */
	if (!zones_overlap)
		model_check();
	lru_check();
}

static void boot(void)
{
	unsigned int i;

	machine_start(NOW, no_chance);
	timers_start();
	machine_check = model_look;
	buddy_init(LARGE + large_pages);
	model_start();
	lru_start();
	empty = buddy_add_zone("Empty", 1, BLOCK);
	normal = buddy_add_zone("Normal", START, OTHER - START);
	other = buddy_add_zone("Other", OTHER, END - OTHER);
	if (large_pages)
		buddy_add_sparse_zone("Large", LARGE, large_pages);
	bring_online(normal, START, OTHER);
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, 0, 0);
	thread_looks = look;
	lru_moves = note_move;
	lru_migrates = note_batch;
	lru_splits = note_split;
	BUG_ON(init_page_reporting_init());
}

static unsigned long free_pages(void)
{
	return global_zone_page_state(NR_FREE_PAGES);
}

/* Pages from @pfn on are of a kind */
static void use(unsigned long pfn, unsigned int pages, enum kind kind)
{
	for (; pages; pages--, pfn++)
		lru_use(pfn_to_page(pfn), kind, 0, false);
}

static void free_from(unsigned long pfn, unsigned int pages)
{
	for (; pages; pages--, pfn++)
		buddy_free(pfn_to_page(pfn), 0);
	drain_all_pages(NULL);
}

/* A block of which the first pages are in use, and the rest is free */
static void lay(unsigned int block, unsigned int used, enum kind kind)
{
	use(B(block), used, kind);
	free_from(B(block) + used, BLOCK - used);
}

/* The same, of which the first page is somebody's, and cannot move now */
static void lay_fixed(unsigned int block, unsigned int used)
{
	use(B(block), used, ANON);
	lru_pin(lru_of(pfn_to_page(B(block))));
	free_from(B(block) + used, BLOCK - used);
}

/* The same, of which the first page is the kernel's own */
static void lay_kernel(unsigned int block, unsigned int used)
{
	use(B(block), 1, KERNEL);
	use(B(block) + 1, used - 1, ANON);
	free_from(B(block) + used, BLOCK - used);
}

static struct used *at(unsigned long pfn)
{
	struct used *u = lru_of(pfn_to_page(pfn));

	if (!u)
		failed("page %lx is not in use", pfn);
	return u;
}

static bool is_free(unsigned int block)
{
	struct page *page = pfn_to_page(B(block));
	struct page *pair = pfn_to_page(B(block & ~1U));

	return (PageBuddy(page) && page_private(page) >= pageblock_order) ||
	       (PageBuddy(pair) && page_private(pair) > pageblock_order);
}

static void start(void)
{
	free_before = free_pages();
	start_thread();
	/* To the nanosecond: nothing but what a scenario says */
	task_use_cpu(kthread, 0);
}

/* Until the next run has begun and ended; it must begin at @when */
static void next_run(unsigned long when)
{
	unsigned long before = runs_ended;

	looks = 0;
	while (runs_ended == before && jiffies < when + 60 * HZ)
		sleep_until(jiffies + 1);
	expect(runs_ended, before + 1);
	expect(last_run.at, when);
	check_all();
}

static void no_run_until(unsigned long when)
{
	unsigned long before = runs_started;

	sleep_until(when);
	expect(runs_started, before);
}

/* No timer, and none comes */
static void expect_silence(void)
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

/* Three blocks with one page in use each: worth it */
static void lay_three(void)
{
	lay(0, 1, ANON);
	lay(1, 1, ANON);
	lay(2, 1, ANON);
}

/* Stranded memory that nothing can be done about */
static void strand(unsigned int block, unsigned int pages)
{
	lay_fixed(block, BLOCK - pages);
}

static void nothing_stranded(void)
{
	boot();
	lay(0, 0, ANON);
	lay(1, 512, ANON);
	start();
	sleep_until(NOW + PERIOD - 1);
	expect(next_timer(), NOW + PERIOD);
	sleep_until(NOW + PERIOD + 1);
	expect(nr_timer_calls, 1);
	expect(static_key_enabled(&idle_compaction_active), 1);
	expect_silence();
	expect(runs_started, 0);
}

static void stranded_amount(void)
{
	boot();
	strand(0, 500);
	strand(1, 500);
	strand(2, GAIN - 1001);
	start();
	sleep_until(NOW + PERIOD);
	expect_silence();
	expect(runs_started, 0);
	/* One more, and enough frees for a look */
	lru_release(at(B(2) + 1));
	normal->freed_pages = GAIN - 1;
	drain_all_pages(NULL);
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.stranded, GAIN);
	expect(last_run.gain, 0);
	expect(last_run.migrated, 0);
	expect(nr_moved, 0);
}

/* Of much memory 1/512, which is not looked at before a run has been */
static void stranded_share(void)
{
	boot();
	empty->present_pages = 512UL * 2000 - normal->present_pages;
	strand(0, 500);
	strand(1, 500);
	strand(2, 500);
	strand(3, 499);
	start();
	sleep_until(NOW + PERIOD);
	expect_silence();
	expect(runs_started, 0);
	lru_release(at(B(2) + 1));
	drain_all_pages(NULL);
	idle_compaction_kick();
	empty->present_pages += 512;
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.stranded, 2000);
	/* By now the limit is 2001 more than the last run has left */
	strand(4, 500);
	strand(5, 500);
	strand(6, 500);
	strand(7, 500);
	no_run_until(jiffies + 10 * HZ);
	expect_silence();
	lru_release(at(B(2) + 2));
	drain_all_pages(NULL);
	idle_compaction_kick();
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.stranded, 4001);
}

static void frees_are_counted(void)
{
	unsigned long pfn = OTHER, end;

	boot();
	bring_online(other, OTHER, OTHER + 4 * BLOCK);
	start();
	sleep_until(NOW + PERIOD);
	expect(next_timer(), ULONG_MAX);
	/* 1022 of them by twos, which do not lie on the list in front */
	for (end = pfn + GAIN - 2; pfn < end; pfn += 2)
		buddy_free(pfn_to_page(pfn), 1);
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 1);
	expect(next_timer(), ULONG_MAX);
	buddy_free(pfn_to_page(pfn++), 0);
	drain_all_pages(NULL);
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 1);
	buddy_free(pfn_to_page(pfn++), 0);
	drain_all_pages(NULL);
	expect(next_timer(), ULONG_MAX);
	sleep_until(jiffies + 1);
	expect(next_timer(), jiffies - 1 + PERIOD);
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 2);
	expect(other->freed_pages, 0);
	/* In another zone it is another count */
	for (end = pfn + GAIN - 2; pfn < end; pfn += 2)
		buddy_free(pfn_to_page(pfn), 1);
	buddy_free(pfn_to_page(START), 9);
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 2);
	expect(normal->freed_pages, 512);
	expect(other->freed_pages, GAIN - 2);
	expect_silence();
	/* A huge page that is not used any more is looked at at once */
	idle_compaction_kick();
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 3);
	expect(normal->freed_pages, 0);
	expect(other->freed_pages, 0);
	expect_silence();
}

/* Just at the limit: never. Below: at the next look */
static void idle_share(void)
{
	boot();
	lay_three();
	cpu_load(1, SIXTEENTH, 0);
	start();
	no_run_until(NOW + 10 * HZ + 10);
	expect(nr_timer_calls, 40);
	expect(next_timer(), NOW + 10 * HZ + PERIOD);
	cpu_load(1, SIXTEENTH - NSEC_PER_USEC, 0);
	next_run(NOW + 10 * HZ + PERIOD);
	expect(last_run.migrated, 2);
	expect(is_free(0) + is_free(1) + is_free(2), 2);
}

static void idle_by_ticks(void)
{
	no_nohz = true;
	idle_share();
}

/* Waiting for a disk is no work */
static void idle_waits_for_disk(void)
{
	unsigned int i;

	boot();
	lay_three();
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, 0, NSEC_PER_SEC / HZ);
	start();
	next_run(NOW + IDLE_AFTER);
}

static void idle_waits_for_disk_by_ticks(void)
{
	no_nohz = true;
	idle_waits_for_disk();
}

/* A burst counts until it is a second ago */
static void idle_after_burst(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 3 * PERIOD + 1);
	cpu_load(0, NSEC_PER_SEC / HZ, 0);
	cpu_load(1, NSEC_PER_SEC / HZ, 0);
	cpu_load(2, NSEC_PER_SEC / HZ, 0);
	sleep_until(NOW + 4 * PERIOD - 1);
	cpu_load(0, 0, 0);
	cpu_load(1, 0, 0);
	cpu_load(2, 0, 0);
	next_run(NOW + 8 * PERIOD);
}

static void own_time(void)
{
	boot();
	lay_three();
	cpu_load(1, 2 * SIXTEENTH, 0);
	start();
	while (!runs_started && jiffies < NOW + 10 * HZ) {
		sleep_until(jiffies + 1);
		task_use_cpu(kthread, 2 * SIXTEENTH);
	}
	expect(last_run.at, NOW + IDLE_AFTER);
}

static void own_time_is_not_all(void)
{
	boot();
	lay_three();
	cpu_load(1, 4 * SIXTEENTH, 0);
	start();
	while (jiffies < NOW + 10 * HZ) {
		sleep_until(jiffies + 1);
		task_use_cpu(kthread, 2 * SIXTEENTH);
	}
	expect(runs_started, 0);
}

static void report_for_long(void)
{
	task_use_cpu(current, 40 * (NSEC_PER_SEC / HZ));
	cpu_load(2, NSEC_PER_SEC / HZ, 0);
	sleep_until(jiffies + 40);
	cpu_load(2, 0, 0);
	while_reporting = NULL;
}

static void reporting_time(void)
{
	unsigned int i;

	boot();
	lay_three();
	/* Not next to each other: small enough to be reported */
	for (i = 4; i < BLOCKS; i += 2)
		lay(i, 0, ANON);
	while_reporting = report_for_long;
	register_backend(0);
	sleep_until(NOW + 140);
	start();
	next_run(NOW + 140 + IDLE_AFTER);
	expect(while_reporting == NULL, 1);
	expect(vm_events[PAGE_REPORT_PAGES] > 0, 1);
}

static void cpu_goes(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 2 * PERIOD + 10);
	cpu_set_online(2, false);
	next_run(NOW + 7 * PERIOD);
}

static void cpu_comes(void)
{
	boot();
	cpu_set_online(2, false);
	lay_three();
	start();
	sleep_until(NOW + 2 * PERIOD + 10);
	cpu_set_online(2, true);
	next_run(NOW + 7 * PERIOD);
}

static void one_cpu(void)
{
	unsigned int i;

	boot();
	for (i = 1; i < nr_cpu_ids; i++)
		cpu_set_online(i, false);
	lay_three();
	cpu_load(0, SIXTEENTH / 4, 0);
	start();
	no_run_until(NOW + 10 * HZ + 10);
	cpu_load(0, SIXTEENTH / 4 - NSEC_PER_USEC, 0);
	next_run(NOW + 10 * HZ + PERIOD);
}

static void threshold_values(void)
{
	static const struct {
		const char *text;
		int err;
	} values[] = {
		{ "86400", 0 }, { "86401", -EINVAL }, { "x", -EINVAL },
		{ "-1", -EINVAL }, { "4294967296", -ERANGE }, { "", -EINVAL },
		{ "0", 0 }, { "0", 0 }, { "1", 0 }, { "1\n", 0 }, { "0x10", 0 },
	};
	char text[16];
	unsigned int i;

	boot();
	for (i = 0; i < ARRAY_SIZE(values); i++)
		expect(try_param(&param_threshold, values[i].text),
		       values[i].err);
	/* Before the thread is there nothing is started */
	expect(static_key_enabled(&idle_compaction_active), 0);
	expect(next_timer(), ULONG_MAX);
	set_threshold_to(1);
	start();
	for (i = 0; i < ARRAY_SIZE(values); i++)
		expect(try_param(&param_threshold, values[i].text),
		       values[i].err);
	param_threshold.ops->get(text, &param_threshold.kp);
	expect(strcmp(text, "16\n"), 0);
	param_last_run.ops->get(text, &param_last_run.kp);
	expect(strcmp(text, "none\n"), 0);
	expect(try_param(&param_last_run, "done"), -EPERM);
}

/* The command line is read before there are timers */
static void threshold_on_command_line(void)
{
	machine_start(NOW, no_chance);
	set_threshold_to(0);
	set_threshold_to(5);
	set_threshold_to(3);
	boot();
	lay_three();
	start();
	next_run(NOW + 375);
}

static void threshold_off_at_boot(void)
{
	boot();
	set_threshold_to(0);
	lay_three();
	start();
	expect(static_key_enabled(&idle_compaction_active), 0);
	idle_compaction_kick();
	sleep_until(jiffies + HZ);
	expect_silence();
	set_threshold_to(3);
	expect(static_key_enabled(&idle_compaction_active), 1);
	/* Five times the quarter of three seconds */
	next_run(jiffies + 375);
}

static void threshold_changes(void)
{
	boot();
	lay_three();
	set_threshold_to(86400);
	start();
	sleep_until(NOW + 10);
	expect(next_timer(), NOW + 86400 / 4 * HZ);
	sleep_until(NOW + HZ + 10);
	set_threshold_to(2);
	/* What has been seen until then counts no more */
	expect(next_timer(), NOW + HZ + 10 + 50);
	sleep_until(NOW + HZ + 10 + 4 * 50 + 10);
	set_threshold_to(2);
	next_run(NOW + HZ + 10 + 4 * 50 + 10 + 250);
}

static void threshold_off_on(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 60);
	set_threshold_to(0);
	expect(static_key_enabled(&idle_compaction_active), 0);
	expect_silence();
	expect(runs_started, 0);
	set_threshold_to(1);
	next_run(jiffies + IDLE_AFTER);
}

/* The timer is pending, and it is off: the thread has armed it */
static void off_after_run(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 32; i++)
		lay(i, 100, ANON);
	others_wait = true;
	start();
	sleep_until(NOW + IDLE_AFTER + 6);
	expect(runs_started, 1);
	expect(runs_ended, 0);
	set_threshold_to(0);
	sleep_until(jiffies + 2);
	expect(runs_stopped, 1);
	expect(strcmp(last_run.stop, "off"), 0);
	expect(next_timer() == ULONG_MAX, 0);
	sleep_until(jiffies + HZ);
	expect_silence();
	expect(free_pages(), free_before);
	/* The plan has been dropped */
	set_threshold_to(1);
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.resumed, 0);
	expect(last_run.stop == NULL, 1);
	expect(free_pages(), free_before);
}

/* Blocks with something to gain are looked at first; then a source, and a batch, in turn */
static void looks_and_batches(void)
{
	boot();
	lay(0, 100, ANON);
	lay(1, 33, CACHE);
	lay_fixed(2, 2);
	lay_fixed(3, 508);
	start();
	next_run(NOW + IDLE_AFTER);
	/* Each of the two: it is found, and moved; then there is none left */
	expect(nr_batches, 6);
	expect(batches[0], 32);
	expect(batches[1], 1);
	expect(batches[2], 32);
	expect(batches[3], 32);
	expect(batches[4], 32);
	expect(batches[5], 4);
	expect(looks, SCANNED + 3 + 5 + 1);
	expect(splits, 0);
	expect(last_run.gain, 1024);
	expect(last_run.migrated, 133);
	expect(last_run.failed, 0);
	expect(last_run.resumed, 0);
	expect(vm_events[IDLE_COMPACT_BLOCKS], 2);
	expect(vm_events[IDLE_COMPACT_RUNS], 1);
	expect(vm_events[IDLE_COMPACT_ABORT], 0);
	expect(free_pages(), free_before);
	expect(moved[0].from, B(1));
	expect(moved[0].to, B(3) + 508);
	expect(moved[4].to, B(2) + 2);
	expect(at(B(2) + 2)->kind, CACHE);
	expect(next_timer(), jiffies + PERIOD);
	sleep_until(jiffies + HZ);
	expect_silence();
}

static void cheapest_into_fullest(void)
{
	boot();
	lay(0, 2, ANON);
	lay(1, 1, SHMEM);
	lay(3, 448, ANON);
	lay(4, 449, ANON);
	lay(5, 300, ANON);
	lay_fixed(7, 501);
	start();
	next_run(NOW + IDLE_AFTER);
	/* That the 300 find no room is seen before they move */
	expect(nr_moved, 3);
	expect(moved[0].from, B(1));
	expect(moved[0].to, B(7) + 501);
	expect(moved[1].from, B(0));
	expect(moved[1].to, B(7) + 502);
	expect(moved[2].from, B(0) + 1);
	expect(moved[2].to, B(7) + 503);
	expect(last_run.gain, 1024);
	expect(looks, SCANNED + 2 + 2 + 1);
}

/* Fixed blocks are full: then from the fullest of the others down */
static void fullest_downwards(void)
{
	unsigned int i;

	boot();
	lay(0, 4, ANON);
	lay(1, 5, ANON);
	lay(2, 509, ANON);
	lay(3, 510, ANON);
	lay(4, 300, ANON);
	lay_fixed(5, 511);
	start();
	next_run(NOW + IDLE_AFTER);
	/* 4 and 5: one into the fixed one, two, three, and the rest */
	expect(nr_moved, 9);
	expect(moved[0].to, B(5) + 511);
	expect(moved[1].to, B(3) + 510);
	expect(moved[2].to, B(3) + 511);
	for (i = 3; i < 6; i++)
		expect(moved[i].to, B(2) + 509 + i - 3);
	for (i = 6; i < 9; i++)
		expect(moved[i].to, B(4) + 300 + i - 6);
	expect(last_run.gain, 1024);
}

/* The room beside pages of the kernel's own is left to the next of these */
static void kernels_own_room(void)
{
	boot();
	lay(0, 1, ANON);
	lay(1, 2, ANON);
	lay_kernel(2, 500);
	lay_kernel(3, 1);
	lay(4, 300, ANON);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 3);
	expect(moved[0].to, B(4) + 300);
	expect(moved[2].to, B(4) + 302);
	expect(last_run.gain, 1024);
}

static void no_room_but_the_kernels(void)
{
	boot();
	lay(0, 1, ANON);
	lay_kernel(1, 1);
	lay_kernel(2, 500);
	lay_kernel(3, 1);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 0);
	/* That there is no room is seen at once */
	expect(looks, SCANNED + 1);
}

/* Of a page of block 2 that nobody knew */
static void kernel_comes(unsigned int n)
{
	if (n == SCANNED)
		use(B(2) + 509, 1, KERNEL);
}

/* A target has been taken for such a page since it was looked at */
static void kernels_own_since_scan(void)
{
	boot();
	lay(0, 1, ANON);
	lay(1, 2, ANON);
	use(B(2), 509, ANON);
	free_from(B(2) + 510, 2);
	lay(4, 300, ANON);
	on_look = kernel_comes;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 3);
	expect(moved[0].to, B(4) + 300);
	expect(last_run.gain, 1024);
}

/* Smaller blocks: what counts is the page block that they are part of */
static void kernels_own_page_block(void)
{
	unsigned int i;

	boot();
	register_backend(4);
	sleep_until(NOW + 10);
	for (i = 0; i < 4 * 512; i += 2) {
		use(START + i, 1, i == 700 ? KERNEL : ANON);
		buddy_free(pfn_to_page(START + i + 1), 0);
	}
	drain_all_pages(NULL);
	free_from(B(8), 4 * BLOCK);
	start();
	next_run(jiffies + IDLE_AFTER);
	/* In three of the four half of the blocks have been emptied */
	expect(last_run.gain, 3 * 256);
	expect(nr_moved, 3 * 128);
	for (i = 0; i < nr_moved; i++) {
		expect(moved[i].from >= B(1) && moved[i].from < B(2), 0);
		expect(moved[i].to >= B(1) && moved[i].to < B(2), 0);
	}
}

#define ROUNDS			50
#define ROUND_KERNEL		250	/* slabs, of four pages */
#define ROUND_TAKEN		4096
#define STAYS			16	/* rounds that a slab in sixteen stays */

static struct page *slabs[ROUNDS][ROUND_KERNEL];
static struct used *taken[ROUND_TAKEN];

static struct used *take_one(void)
{
	struct page *page = buddy_alloc(normal, 0, MIGRATE_MOVABLE);

	BUG_ON(!page);
	return lru_use(page, ANON, 0, false);
}

static struct page *take_slab(void)
{
	struct page *page = buddy_alloc(normal, 2, MIGRATE_UNMOVABLE);
	unsigned int i;

	BUG_ON(!page);
	for (i = 0; i < 4; i++)
		lru_use(page + i, KERNEL, 0, false);
	return page;
}

static void release_slabs(unsigned int round, bool stay)
{
	unsigned int i, j;

	for (i = 0; i < ROUND_KERNEL; i++)
		for (j = 0; (i % 16 == 0) == stay && j < 4; j++)
			lru_release(lru_of(slabs[round][i] + j));
}

static unsigned int kernels_blocks(void)
{
	unsigned int block, i, n = 0;

	for (block = 0; block < BLOCKS; block++) {
		for (i = 0; i < BLOCK; i++)
			if (PageSlab(pfn_to_page(B(block) + i)))
				break;
		n += i < BLOCK;
	}
	return n;
}

/*
 * Each time the kernel takes some pages and frees most of those of the round
 * before last, while what is left of scattered memory is where it has been moved to.
 * Page blocks that hold the kernel's own do not become more by that.
 */
static unsigned int blocks_after_rounds(unsigned int threshold)
{
	unsigned int round, i;

	boot();
	free_from(START, BLOCKS * BLOCK);
	set_threshold_to(threshold);
	start();
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < ROUND_KERNEL; i++)
			slabs[round][i] = take_slab();
		if (round >= 2)
			release_slabs(round - 2, false);
		if (round >= STAYS)
			release_slabs(round - STAYS, true);
		for (i = 0; round && i < ROUND_TAKEN; i += 16)
			lru_release(taken[i]);
		drain_all_pages(NULL);
		sleep_until(jiffies + 30 * HZ);
		for (i = 0; i < ROUND_TAKEN; i++)
			taken[i] = take_one();
		for (i = 0; i < ROUND_TAKEN; i++)
			if (i % 16)
				lru_release(taken[i]);
		drain_all_pages(NULL);
		nr_moved = 0;
		nr_batches = 0;
		sleep_until(jiffies + 9 * HZ);
		expect(nr_moved > 0, threshold > 0);
		check_all();
	}
	return kernels_blocks();
}

static void rounds_without(void)
{
	expect(blocks_after_rounds(0), 8);
}

static void rounds_with(void)
{
	expect(blocks_after_rounds(1), 8);
}

/* One eighth must be free */
static void emptied_share(void)
{
	boot();
	lay(0, 448, ANON);
	lay(1, 449, ANON);
	lay_fixed(2, 1);
	lay_fixed(3, 1);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 448);
	expect(moved[0].from, B(0));
	/* What was found last is filled first */
	expect(moved[0].to, B(3) + 1);
	expect(nr_batches, 14);
	expect(is_free(0), 1);
	expect(last_run.gain, 512);
	expect(last_run.migrated, 448);
}

/* Exactly as many as there is room for, or one more */
static void room_for(unsigned int room, bool enough)
{
	boot();
	bring_online(other, OTHER, END);
	lay_fixed(BLOCKS, 1);
	lay_fixed(BLOCKS + 1, 1);
	lay(0, 10, ANON);
	lay_fixed(1, 512 - room);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, enough ? 10 : 0);
	expect(last_run.gain, enough ? 512 : 0);
	expect(is_free(0), enough);
	expect(looks, SCANNED + 2 * enough + 1 + 2);
	expect(free_pages(), free_before);
}

static void room_is_enough(void)
{
	room_for(10, true);
}

static void room_is_not_enough(void)
{
	room_for(9, false);
}

/* What one source has used is not there for the next */
static void room_shrinks(unsigned int room, bool enough)
{
	boot();
	bring_online(other, OTHER, END);
	lay_fixed(BLOCKS, 1);
	lay(0, 10, ANON);
	lay(1, 20, ANON);
	lay_fixed(2, 512 - room);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, enough ? 30 : 10);
	expect(last_run.gain, enough ? 1024 : 512);
	expect(looks, SCANNED + 2 + 2 * enough + 1 + 2);
	expect(free_pages(), free_before);
}

static void room_is_left(void)
{
	room_shrinks(30, true);
}

static void room_is_used(void)
{
	room_shrinks(29, false);
}

/* Free blocks that are taken for a batch count as room for the next */
static void room_in_hand(void)
{
	boot();
	bring_online(other, OTHER, END);
	lay_fixed(BLOCKS, 1);
	lay(0, 10, ANON);
	lay(1, 54, ANON);
	/* One free block of 64 */
	lay_fixed(2, 448);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 64);
	expect(last_run.gain, 1024);
	expect(free_pages(), free_before);
}

/* Each zone has its own */
static void room_of_another_zone(void)
{
	boot();
	bring_online(other, OTHER, END);
	lay_fixed(0, 1);
	lay_fixed(1, 1);
	lay(BLOCKS, 10, ANON);
	lay_fixed(BLOCKS + 1, 503);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 0);
	/* That there is no room is seen at once */
	expect(looks, SCANNED + 1 + 1 + 1);
}

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

static void each_kind_of_page(void)
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
	expect(node_page_state[NR_ISOLATED_ANON], 0);
	expect(node_page_state[NR_ISOLATED_FILE], 0);
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

static void unevictable_moves(void)
{
	unevictable(true);
}

static void unevictable_stays(void)
{
	unevictable(false);
}

static void huge_pages_stay(void)
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
static void lists_in_front_are_drained(void)
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

static void huge_pages_are_split(void)
{
	unsigned int i, n = 0;

	deferred(10);
	lay_fixed(31, 500);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stranded, 5120 + 12);
	expect(lru_split, 10);
	/* A look after four, four, and two, and then eleven blocks */
	expect(splits, 1);
	expect(looks, 3 + 2 + 2 * 10 + 1);
	for (i = 0; i < 10; i++)
		n += is_free(i);
	expect(n, 10);
	expect(last_run.gain, 10 * 512);
	expect(last_run.migrated, 10);
}

static unsigned int busy_at;

/* All CPUs are in use for five jiffies */
static void busy_once(unsigned int n)
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

static void stopped_while_splitting(void)
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
	expect(last_run.resumed, 0);
	expect(splits, 2);
	expect(lru_split, 10);
	expect(last_run.gain, 9 * 512);
}

static void pinned_huge_page(void)
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
static void pinned_huge_pages(void)
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
static void huge_pages_are_kept(void)
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

static void window(unsigned int n)
{
	if (n == 1) {
		jiffies += 4;
		since_jiffy = NSEC_PER_SEC / HZ - 1;
	} else if (n == 2) {
		jiffies += 1;
		since_jiffy = 0;
	}
}

/* Less than 50 ms is not looked at, 50 are */
static void busy_window(void)
{
	unsigned int i;

	boot();
	lay_three();
	start();
	sleep_until(NOW + IDLE_AFTER - 1);
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, NSEC_PER_SEC / HZ / 3, 0);
	on_look = window;
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "busy"), 0);
	expect(looks, 2);
	expect(last_run.msecs, 50);
	expect(runs_stopped, 1);
	expect(vm_events[IDLE_COMPACT_ABORT], 1);
}

static void quarter(unsigned int n)
{
	if (n == 1) {
		cpu_load(0, WHOLE, 0);
		jiffies += 5;
	} else if (n == 2) {
		cpu_load(0, 0, 0);
		jiffies += 5;
	} else if (n == 3) {
		cpu_load(0, WHOLE, 0);
		cpu_load(1, 5 * NSEC_PER_USEC, 0);
		jiffies += 4;
	} else if (n == 4) {
		jiffies += 1;
	}
}

/* A quarter of all CPU time is not too much, but any more is */
static void busy_share(void)
{
	boot();
	lay_three();
	on_look = quarter;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "busy"), 0);
	expect(looks, 4);
}

static void use_own(unsigned int n)
{
	cpu_load(0, WHOLE, 0);
	cpu_load(1, WHOLE, 0);
	jiffies += 5;
	task_use_cpu(kthread, 5 * WHOLE);
}

static void own_time_does_not_stop(void)
{
	boot();
	lay_three();
	on_look = use_own;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stop == NULL, 1);
	expect(last_run.msecs, looks * 50);
}

static void take_50_ms(unsigned int n)
{
	jiffies += 5;
}

/* What the host takes away is nobody's work here */
static void steal(void)
{
	unsigned int i;

	for (i = 0; i < nr_cpu_ids; i++)
		cpu_steal(i, NSEC_PER_SEC / HZ * 2 / 5);
}

static void stolen_time(void)
{
	boot();
	lay_three();
	steal();
	on_look = take_50_ms;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stop == NULL, 1);
	expect(last_run.gain, 1024);
	sleep_until(jiffies + HZ);
	expect_silence();
}

static void stolen_time_by_ticks(void)
{
	no_nohz = true;
	stolen_time();
}

static void stolen_time_is_not_all(void)
{
	boot();
	lay_three();
	steal();
	cpu_load(1, SIXTEENTH, 0);
	start();
	no_run_until(NOW + 10 * HZ + 10);
	cpu_load(1, SIXTEENTH - NSEC_PER_USEC, 0);
	next_run(NOW + 10 * HZ + PERIOD);
}

/* All CPUs are busy, and what is told of their idle time is less each time */
static void clocks_go_back(void)
{
	unsigned int i;

	boot();
	lay_three();
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, WHOLE, 0);
	cpu_clock_back(0, -NSEC_PER_SEC, -NSEC_PER_SEC);
	start();
	while (jiffies < NOW + 10 * HZ) {
		sleep_until(jiffies + 1);
		cpu_clock_back(0, NSEC_PER_USEC, jiffies < NOW + 5 * HZ);
	}
	expect(runs_started, 0);
}

/* Of 64 GiB 79 blocks can be emptied, beside one who uses 3/4 of a CPU */
static void many_cpus(void)
{
	unsigned long pfn;
	unsigned int i;

	nr_cpu_ids = 32;
	large_pages = 64UL << (30 - PAGE_SHIFT);
	boot();
	for (i = 0; i < 80; i++) {
		pfn = LARGE + (1000 + 300 * i) * BLOCK;
		use(pfn, 1, ANON);
		free_from(pfn + 1, BLOCK - 1);
	}
	cpu_load(7, WHOLE * 3 / 4, 0);
	on_look = take_50_ms;
	start();
	while (!runs_ended && jiffies < NOW + 600 * HZ)
		sleep_until(jiffies + HZ);
	expect(last_run.at, NOW + IDLE_AFTER);
	expect(last_run.stop == NULL, 1);
	expect(last_run.gain, 79 * BLOCK);
	sleep_until(jiffies + HZ);
	expect_silence();
	expect(runs_started, 1);
}

/* What a run has left that was stopped is not what has come since */
static void silence_after_resumed(void)
{
	boot();
	lay_three();
	strand(4, 511);
	strand(5, 511);
	strand(6, 511);
	on_look = busy_once;
	busy_at = SCANNED + 1;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "busy"), 0);
	on_look = NULL;
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(last_run.stop == NULL, 1);
	expect(last_run.gain, 3 * BLOCK);
	sleep_until(jiffies + HZ);
	expect_silence();
}

static void lose_cpu(unsigned int n)
{
	if (n == 3) {
		cpu_set_online(3, false);
		jiffies += 5;
	}
}

static void cpu_goes_in_run(void)
{
	boot();
	lay_three();
	on_look = lose_cpu;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(looks, 3);
	expect(strcmp(last_run.stop, "busy"), 0);
}

/* Whoever wants the CPU has it: one jiffy of sleep each time */
static void others_come_first(void)
{
	boot();
	lay_three();
	others_wait = true;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stop == NULL, 1);
	expect(last_run.ended, last_run.at + looks);
	expect(looks, SCANNED + 2 + 2 + 1);
}

/* Stopped while blocks are looked at: the rest is looked at later */
static void resumed_in_scan(void)
{
	unsigned int i;

	boot();
	lay_three();
	for (i = 8; i < 15; i++)
		lay_kernel(i, 500);
	lay(31, 3, ANON);
	on_look = busy_once;
	busy_at = 1;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(looks, 1);
	expect(strcmp(last_run.stop, "busy"), 0);
	expect(nr_moved, 0);
	on_look = NULL;
	/* Nothing was done: twice the time */
	expect(next_timer(), jiffies + 2 * PERIOD);
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(looks, 1 + 3 * 2 + 1);
	expect(splits, 0);
	expect(last_run.migrated, 3);
	expect(last_run.gain, 3 * 512);
	/* With a gain the time is the shortest again */
	expect(next_timer(), jiffies + PERIOD);
}

static void resumed_in_source(void)
{
	unsigned int i;

	boot();
	lay(0, 100, ANON);
	lay(1, 200, ANON);
	lay(2, 201, ANON);
	on_look = busy_once;
	busy_at = SCANNED + 1 + 2;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.migrated, 64);
	expect(last_run.gain, 0);
	expect(nr_batches, 2);
	expect(free_pages(), free_before);
	expect(next_timer(), jiffies + PERIOD);
	on_look = NULL;
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(last_run.stop == NULL, 1);
	expect(batches[2], 32);
	expect(batches[3], 4);
	for (i = 0; i < 100; i++)
		expect(moved[i].from, B(0) + i);
	for (i = 0; i < 100; i++)
		expect(moved[i].to, B(2) + 201 + i);
	expect(is_free(0), 1);
	expect(free_pages(), free_before);
}

/* What has become stranded since the plan was made is seen as well */
static void stranded_while_stopped(void)
{
	unsigned int i;

	boot();
	lay_three();
	on_look = busy_once;
	busy_at = SCANNED + 1;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "busy"), 0);
	on_look = NULL;
	for (i = 8; i < 28; i++)
		lay(i, 1, ANON);
	while (next_timer() != ULONG_MAX || runs_started != runs_ended)
		sleep_until(jiffies + HZ);
	check_all();
	for (i = 0; i < BLOCKS; i++)
		if (lru_of(pfn_to_page(B(i))))
			expect(is_free(i), 0);
	expect(vm_events[IDLE_COMPACT_BLOCKS], 22);
}

/* What the thread held and has given back is room when it goes on */
static void room_when_resumed(void)
{
	boot();
	bring_online(other, OTHER, END);
	lay_fixed(BLOCKS, 1);
	lay(0, 40, ANON);
	/* One free block of 64 */
	lay_fixed(2, 448);
	on_look = busy_once;
	busy_at = SCANNED + 1 + 1;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.migrated, 32);
	on_look = NULL;
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(last_run.migrated, 8);
	expect(last_run.gain, 512);
}

static void frozen_in_run(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 8; i++)
		lay(i, 100, ANON);
	others_wait = true;
	start();
	sleep_until(NOW + IDLE_AFTER + 10);
	expect(runs_started, 1);
	expect(runs_ended, 0);
	freeze_thread();
	expect(runs_stopped, 1);
	expect(strcmp(last_run.stop, "freeze"), 0);
	expect(free_pages(), free_before);
	no_run_until(jiffies + 3600 * HZ);
	/* The timer has been there, and has left it to the thread */
	expect(next_timer(), ULONG_MAX);
	thaw_thread();
	next_run(jiffies);
	expect(last_run.resumed, 1);
	expect(last_run.stop == NULL, 1);
}

static void frozen_before_run(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 10);
	freeze_thread();
	no_run_until(NOW + 10 * HZ);
	expect(nr_timer_calls, 5);
	thaw_thread();
	next_run(NOW + 10 * HZ);
}

/* Each run finds more, and can do nothing about it */
static void back_off(void)
{
	static const unsigned int delays[] = {
		50, 100, 200, 400, 800, 1600, 1600, 1600
	};
	unsigned long when = NOW + IDLE_AFTER;
	unsigned int i;

	boot();
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	start();
	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		next_run(when);
		expect(last_run.gain, 0);
		expect(last_run.stop == NULL, 1);
		expect(next_timer(), jiffies + delays[i]);
		when = jiffies + delays[i] + 4 * PERIOD;
		strand(3 + 3 * i, 511);
		strand(4 + 3 * i, 511);
		strand(5 + 3 * i, 511);
	}
	/* Something to gain at last; what follows is quick again */
	lay(28, 1, ANON);
	lay(29, 1, ANON);
	next_run(when);
	expect(last_run.gain, 1024);
	expect(next_timer(), jiffies + PERIOD);
	sleep_until(jiffies + HZ);
	expect_silence();
}

/* A long threshold is never undercut */
static void back_off_and_threshold(void)
{
	boot();
	set_threshold_to(3);
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	start();
	next_run(NOW + 375);
	expect(next_timer(), jiffies + 75);
}

/* Less than the limit is no gain */
static void small_gain(void)
{
	boot();
	lay(0, 1, ANON);
	strand(1, 511);
	strand(2, 511);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 512);
	expect(next_timer(), jiffies + 2 * PERIOD);
	sleep_until(jiffies + HZ);
	expect_silence();
}

/* What fails is tried again, at longer and longer intervals, then given up */
static void failures(void)
{
	static const unsigned int delays[] = { 50, 100, 200, 400, 800, 1600 };
	unsigned long when = NOW + IDLE_AFTER;
	unsigned int i;

	boot();
	lay_three();
	/* One of the four serves as target */
	lay(3, 1, ANON);
	for (i = 0; i < 4; i++)
		at(B(i))->stuck = true;
	start();
	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		next_run(when);
		expect(last_run.failed, 3 * 511);
		expect(last_run.migrated, 0);
		expect(nr_batches, 3 * (i + 1));
		expect(next_timer(), jiffies + delays[i]);
		when = jiffies + delays[i] + 4 * PERIOD;
	}
	sleep_until(when);
	expect(runs_started, 6);
	expect_silence();
}

static void few_failures(unsigned int free, bool again)
{
	boot();
	strand(4, 511);
	strand(5, 511);
	strand(6, 511);
	lay(0, 112, MOVABLE);
	lay(1, 112, MOVABLE);
	lay(2, 512 - free, MOVABLE);
	at(B(0))->refuses = true;
	at(B(1))->refuses = true;
	at(B(2))->refuses = true;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.failed, 800 + free);
	expect(nr_batches, 0);
	if (again) {
		next_run(jiffies + 2 * PERIOD + 4 * PERIOD);
		return;
	}
	sleep_until(jiffies + HZ);
	expect_silence();
}

static void enough_failures(void)
{
	few_failures(224, true);
}

static void too_few_failures(void)
{
	few_failures(223, false);
}

static void stuck_page_is_a_target(void)
{
	unsigned int i;

	boot();
	lay(0, 1, ANON);
	at(B(0))->locked = true;
	lay(1, 2, ANON);
	lay(2, 400, ANON);
	lay_fixed(3, 511);
	start();
	next_run(NOW + IDLE_AFTER);
	/* The page that was meant for it is there, the next comes from it */
	expect(nr_moved, 402);
	expect(moved[0].from, B(1));
	expect(moved[0].to, B(3) + 511);
	for (i = 1; i < 402; i++)
		expect(moved[i].to, B(0) + i);
	expect(last_run.failed, 511);
	expect(last_run.gain, 1024);
}

static void plan_has_no_memory(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 10);
	allocation_fails = true;
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "memory"), 0);
	expect(looks, 0);
	expect(next_timer(), jiffies + 2 * PERIOD);
	allocation_fails = false;
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 0);
	expect(last_run.gain, 1024);
}

static void more_is_used(unsigned int n)
{
	if (n != SCANNED)
		return;
	/* More of block 0 than was seen, and one of block 1 that cannot move */
	use(B(0) + 1, 4, ANON);
	use(B(1) + 1, 1, ANON);
	lru_pin(at(B(1) + 1));
}

static void changed_since_scan(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 2; i++) {
		use(B(i), 1, ANON);
		free_from(B(i) + 8, 504);
	}
	lay(2, 3, ANON);
	lay(3, 500, ANON);
	on_look = more_is_used;
	start();
	next_run(NOW + IDLE_AFTER);
	/* Block 1 is fixed now: three from 2, and five from 0, go there */
	expect(nr_moved, 8);
	for (i = 0; i < 3; i++)
		expect(moved[i].from, B(2) + i);
	for (i = 3; i < 8; i++)
		expect(moved[i].from, B(0) + i - 3);
	for (i = 0; i < 8; i++)
		expect(moved[i].to, B(1) + 8 + i);
	/* The three pages that nobody knows are not free */
	expect(last_run.gain, 512);
	expect(last_run.failed, 0);
	expect(looks, SCANNED + 2 + 2 + 2 + 1);
}

static void targets_are_used(unsigned int n)
{
	unsigned int i;

	if (n != 4 + 1)
		return;
	for (i = 2; i < 27; i++) {
		BUG_ON(buddy_take(normal, B(i) + 511));
		use(B(i) + 511, 1, ANON);
	}
}

/* Of many targets no page is free any more, but for one in the end */
static void stale_targets(void)
{
	unsigned int i;

	boot();
	lay(0, 20, ANON);
	strand(1, 511);
	for (i = 2; i < 27; i++)
		lay_fixed(i, 511);
	on_look = targets_are_used;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 20);
	expect(moved[0].to, B(1) + 1);
	expect(is_free(0), 1);
	/* They are looked at in four goes, and passed in three more */
	expect(looks, 4 + 1 + 3 + 1 + 1);
}

/* Broken pages stay where they are, even if they are free */
static void broken_pages(void)
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

static void all_is_freed(unsigned int n)
{
	if (n != SCANNED)
		return;
	lru_release(at(B(1)));
	lru_unpin(at(B(2)));
	lru_release(at(B(2)));
	drain_all_pages(NULL);
}

/* A source and the best target have become free: nothing is moved for them */
static void freed_since_scan(void)
{
	boot();
	lay(1, 1, ANON);
	strand(2, 511);
	lay(4, 2, ANON);
	lay(6, 300, ANON);
	on_look = all_is_freed;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 2);
	expect(moved[0].from, B(4));
	expect(moved[0].to, B(6) + 300);
	/* That block 1 is free is no merit of the run */
	expect(last_run.gain, 512);
	expect(vm_events[IDLE_COMPACT_BLOCKS], 1);
	expect(last_run.migrated, 2);
	expect(is_free(2), 1);
	expect(free_pages(), free_before + 2);
}

/* The largest blocks that are stranded, halves of those to be made */
static void halves(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 4; i++)
		lay(i, 256, ANON);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 1024);
	expect(nr_moved, 512);
}

/* More of them on one list than may be looked at with the lock held */
static void long_list(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 20 * BLOCK; i += 2) {
		use(START + i, 1, ANON);
		free_from(START + i + 1, 1);
	}
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 10 * 512);
}

static unsigned long reads_before;

static void count_reads(unsigned int n)
{
	if (n == 1)
		reads_before = pages_read;
	if (n == SCANNED)
		reads_before = pages_read - reads_before;
}

/* Whatever size they have, and wherever they begin: a few pages are looked at */
static void free_blocks_are_cheap(void)
{
	unsigned int i;

	boot();
	lay_three();
	for (i = 8; i < BLOCKS; i++)
		lay(i, 0, ANON);
	on_look = count_reads;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 1024);
	expect(reads_before < 24 * 6, 1);
}

static void becomes_huge(unsigned int n)
{
	if (n == SCANNED + 1 + 1)
		lru_use(pfn_to_page(B(0) + 256), HUGE, 8, false);
}

/* In the block that is being emptied a huge page comes to be */
static void huge_in_source(void)
{
	boot();
	use(B(0), 100, ANON);
	free_from(B(0) + 100, 156);
	lay(2, 200, ANON);
	lay(4, 150, ANON);
	strand(6, 300);
	on_look = becomes_huge;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 100 + 150);
	expect(batches[3], 4);
	/* What is free in it by then is counted, and filled first */
	expect(last_run.failed, 256);
	expect(at(B(0) + 256)->kind, HUGE);
	expect(moved[100].from, B(4));
	expect(free_pages(), free_before);
}

static int types[SECTION / BLOCK];
static unsigned int isolate_at, isolate_block;

static void isolate_once(unsigned int n)
{
	if (n == isolate_at)
		BUG_ON(!buddy_isolate(normal, B(isolate_block), types));
}

/* A source goes offline between two batches */
static void source_goes(void)
{
	boot();
	lay(0, 100, ANON);
	lay(2, 120, ANON);
	lay(4, 280, ANON);
	on_look = isolate_once;
	isolate_at = SCANNED + 1 + 1;
	isolate_block = 0;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(batches[0], 32);
	expect(moved[32].from, B(2));
	expect(moved[32].to, B(4) + 280 + 32);
	expect(nr_moved, 32 + 120);
	expect(last_run.gain, 512);
	expect(last_run.failed, 0);
}

/* The cheapest one is isolated before it is its turn */
static void source_is_isolated(void)
{
	boot();
	lay(0, 1, ANON);
	lay(2, 2, ANON);
	lay(4, 100, ANON);
	on_look = isolate_once;
	isolate_at = SCANNED;
	isolate_block = 0;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 2);
	expect(moved[0].from, B(2));
	expect(moved[0].to, B(4) + 100);
	expect(last_run.gain, 512);
}

/* A target goes offline */
static void target_goes(void)
{
	boot();
	bring_online(other, OTHER, END);
	strand(BLOCKS, 300);
	lay(0, 64, ANON);
	lay(2, 400, ANON);
	lay(4, 300, ANON);
	on_look = isolate_once;
	isolate_at = SCANNED + 1 + 1;
	isolate_block = 2;
	start();
	next_run(NOW + IDLE_AFTER);
	/* Nothing of it is kept for later: the next batch goes elsewhere */
	expect(moved[0].to, B(2) + 400);
	expect(moved[31].to, B(2) + 431);
	expect(moved[32].to, B(4) + 300);
	expect(nr_moved, 64);
	expect(last_run.gain, 512);
}

static unsigned int offline_at, offline_section;
static bool goes_offline;

/* Memory that nobody uses but the thread, if it keeps any */
static void take_offline(void)
{
	unsigned long pfn = START + offline_section * SECTION, i;
	unsigned long began = jiffies;
	struct used *u;

	mem_hotplug_begin();
	BUG_ON(!buddy_isolate(normal, pfn, types));
	lru_add_drain_all();
	for (i = pfn; i < pfn + SECTION; i++) {
		u = lru_of(pfn_to_page(i));
		if (u)
			lru_release(u);
	}
	drain_all_pages(NULL);
	while (!buddy_offline(normal, pfn, SECTION)) {
		if (jiffies - began >= HZ)
			failed("memory has not gone offline in a second");
		sleep_until(jiffies + 1);
	}
	for (i = pfn; i < pfn + SECTION; i++)
		model_disown(i);
	mem_hotplug_done();
	goes_offline = false;
}

static void offline_once(unsigned int n)
{
	if (n != offline_at)
		return;
	goes_offline = true;
	task_start("offline", take_offline);
	while (goes_offline)
		sleep_until(jiffies + 1);
}

/* In a run, at each look in turn, the source or the target goes offline */
static void goes_offline_in_a_run(unsigned int look, unsigned int section)
{
	unsigned int i;

	boot();
	lay(0, 100, ANON);
	lay(2, 300, ANON);
	lay(4, 120, ANON);
	lay(6, 120, ANON);
	for (i = 1; i < 8; i += 2)
		use(B(i), BLOCK, ANON);
	on_look = offline_once;
	offline_at = look;
	offline_section = section;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(goes_offline, 0);
}

/* Each in a process of its own, for the machine can be started only once */
static void memory_goes_offline(void)
{
	unsigned int i;
	int status;
	pid_t pid;

	for (i = 0; i < 100; i++) {
		pid = fork();
		if (!pid) {
			goes_offline_in_a_run(1 + i / 4, i % 4);
			exit(0);
		}
		BUG_ON(pid < 0 || waitpid(pid, &status, 0) != pid);
		if (status)
			failed("look %u, section %u", 1 + i / 4, i % 4);
	}
}

/* What is set apart from the start is no source and no target */
static void set_apart(int mt)
{
	boot();
	lay(0, 1, ANON);
	lay_fixed(1, 500);
	lay(2, 1, ANON);
	lay(3, 2, ANON);
	lay(4, 300, ANON);
	if (mt == MIGRATE_ISOLATE) {
		BUG_ON(!buddy_isolate(normal, B(0), types));
	} else {
		buddy_set_type(normal, B(0), mt);
		buddy_set_type(normal, B(1), mt);
	}
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, 3);
	expect(moved[0].from, B(2));
	expect(moved[1].from, B(3));
	expect(moved[0].to, B(4) + 300);
	expect(last_run.gain, 1024);
}

static void isolated_blocks(void)
{
	set_apart(MIGRATE_ISOLATE);
}

static void cma_blocks(void)
{
	set_apart(MIGRATE_CMA);
}

static void highatomic_blocks(void)
{
	set_apart(MIGRATE_HIGHATOMIC);
}

/* Type does not matter otherwise */
static void unmovable_blocks(void)
{
	boot();
	lay_three();
	buddy_set_type(normal, B(0), MIGRATE_UNMOVABLE);
	buddy_set_type(normal, B(1), MIGRATE_RECLAIMABLE);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 1024);
	expect(last_run.migrated, 2);
}

/* The high watermark and a block are left */
static void watermark(unsigned int above, unsigned int expected)
{
	boot();
	lay_three();
	normal->high_wmark = 3 * 511 - 512 - above;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(nr_moved, expected);
	expect(last_run.stop == NULL, 1);
	expect(free_pages(), free_before);
	expect(lru_isolated, 0);
}

static void above_watermark(void)
{
	watermark(0, 2);
}

static void below_watermark(void)
{
	watermark(-1U, 0);
}

/* A zone that begins and ends inside of blocks, one smaller than a block */
static void odd_zones(void)
{
	unsigned long pfn;

	boot();
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	other->zone_start_pfn = OTHER + 100;
	other->spanned_pages = 4 * BLOCK;
	bring_online(other, OTHER + 100, OTHER + 100 + 4 * BLOCK);
	/* Of the zone without a whole block, memory before and after where one begins */
	empty->spanned_pages = BLOCK + 100;
	bring_online(empty, 3, 200);
	bring_online(empty, BLOCK, BLOCK + 64);
	free_from(BLOCK, 64);
	for (pfn = OTHER + 100; pfn < OTHER + 100 + 4 * BLOCK; pfn++) {
		if (pfn % BLOCK == 111 || pfn % BLOCK == 90)
			use(pfn, 1, ANON);
		else
			free_from(pfn, 1);
	}
	use(3, 1, ANON);
	free_from(4, 196);
	start();
	next_run(NOW + IDLE_AFTER);
	/* Three whole blocks with two pages each, not the ends */
	expect(last_run.gain, 1024);
	expect(nr_moved, 4);
	at(OTHER + 111);
	at(OTHER + 4 * BLOCK + 90);
	at(3);
	expect(looks, SCANNED + 1 + 1 + 2 * 2 + 1 + 1);
}

/* A block that belongs to two zones, or is there in part */
static void mixed_blocks(void)
{
	unsigned int i;

	zones_overlap = true;
	machine_start(NOW, no_chance);
	timers_start();
	buddy_init(END);
	model_start();
	lru_start();
	empty = buddy_add_zone("Empty", 1, BLOCK);
	normal = buddy_add_zone("Normal", START, OTHER - START);
	other = buddy_add_zone("Other", START, END - START);
	thread_looks = look;
	lru_moves = note_move;
	BUG_ON(init_page_reporting_init());
	bring_online(normal, B(0), B(4) + 256);
	bring_online(other, B(4) + 256, B(6));
	bring_online(normal, B(6), B(8) + 256);
	bring_online(normal, B(9) + 256, B(12));
	bring_online(other, B(12), B(12) + 256);
	bring_online(normal, B(12) + 256, B(13));
	lay(0, 3, ANON);
	lay(1, 4, ANON);
	lay(2, 5, ANON);
	for (i = 0; i < 256; i++) {
		if (!i) {
			use(B(4), 1, ANON);
			use(B(8), 1, ANON);
			use(B(9) + 256, 1, ANON);
			use(B(12) + 256, 1, ANON);
			continue;
		}
		free_from(B(4) + i, 1);
		free_from(B(8) + i, 1);
		free_from(B(9) + 256 + i, 1);
		free_from(B(12) + 256 + i, 1);
	}
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 1024);
	expect(nr_moved, 7);
	expect(moved[0].to, B(2) + 5);
	at(B(4));
	at(B(8));
	at(B(9) + 256);
	at(B(12) + 256);
}

/* All zones one after another, each within itself */
static void two_zones(void)
{
	boot();
	bring_online(other, OTHER, END);
	lay_three();
	lay(BLOCKS + 2, 1, ANON);
	lay(BLOCKS + 3, 1, ANON);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 3 * 512);
	expect(nr_moved, 3);
	expect(moved[2].from >= OTHER, 1);
	/* Eight blocks are looked at in one go there */
	expect(looks, SCANNED + 2 * 2 + 1 + 1 + 2 + 1);
}

/* Fifteen stranded pages of a zone are not worth a plan, sixteen are */
static void zone_with_little(unsigned int pages, unsigned int more)
{
	boot();
	bring_online(other, OTHER, END);
	lay_three();
	strand(BLOCKS, pages);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 1024);
	expect(looks, SCANNED + 2 * 2 + 1 + more);
}

static void zone_with_fifteen(void)
{
	zone_with_little(15, 0);
}

static void zone_with_sixteen(void)
{
	zone_with_little(16, 2);
}

/* Of nine blocks the one that has free pages is looked at */
static void nine_blocks(void)
{
	boot();
	other->spanned_pages = 9 * BLOCK;
	bring_online(other, OTHER, OTHER + 9 * BLOCK);
	lay_three();
	strand(BLOCKS, 16);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 1024);
	expect(looks, SCANNED + 2 * 2 + 1 + SCANNED + 1);
}

/* Reporting units of four pages: blocks of sixteen are made */
static void small_units(unsigned int order, unsigned int unit)
{
	unsigned int i, size = 1U << unit;

	boot();
	register_backend(order);
	sleep_until(NOW + 10);
	for (i = 0; i < 2048; i += 2) {
		use(START + i, 1, ANON);
		buddy_free(pfn_to_page(START + i + 1), 0);
	}
	drain_all_pages(NULL);
	free_from(B(8), 4 * BLOCK);
	start();
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.stranded, order ? 1024 : 0);
	expect(last_run.migrated, 512);
	expect(last_run.gain, 1024);
	expect(vm_events[IDLE_COMPACT_BLOCKS], 1024 / size);
}

static void units_of_two(void)
{
	small_units(1, 4);
}

static void units_of_sixteen(void)
{
	small_units(4, 4);
}

static void units_of_32(void)
{
	small_units(5, 5);
}

/* Blocks of 1024 pages have two page blocks, either of which may be isolated */
static void units_of_two_page_blocks(void)
{
	boot();
	register_backend(10);
	sleep_until(NOW + 10);
	use(B(0), 1, ANON);
	free_from(B(0) + 1, 1023);
	use(B(2), 2, ANON);
	free_from(B(2) + 2, 1022);
	use(B(4), 3, ANON);
	free_from(B(4) + 3, 1021);
	use(B(6), 4, ANON);
	free_from(B(6) + 4, 1020);
	buddy_set_type(normal, B(0), MIGRATE_CMA);
	buddy_set_type(normal, B(3), MIGRATE_CMA);
	start();
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.gain, 1024);
	expect(nr_moved, 3);
	expect(moved[0].from, B(4));
	expect(moved[0].to, B(6) + 4);
	expect(vm_events[IDLE_COMPACT_BLOCKS], 1);
}

static struct used *to_free;

static void free_meanwhile(unsigned int pages)
{
	note_batch(pages);
	if (to_free)
		lru_release(to_free);
	to_free = NULL;
}

/* A page that is freed while it is isolated is as good as moved */
static void freed_while_isolated(void)
{
	boot();
	lay_three();
	to_free = at(B(2));
	lru_migrates = free_meanwhile;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.migrated, 2);
	expect(nr_moved, 1);
	expect(last_run.gain, 1024);
	expect(free_pages(), free_before + 1);
}

static void pin_meanwhile(unsigned int pages)
{
	note_batch(pages);
	if (to_free)
		lru_pin(to_free);
	to_free = NULL;
}

static void pinned_while_isolated(void)
{
	boot();
	lay(0, 5, ANON);
	lay(1, 6, ANON);
	lay(2, 7, CACHE);
	to_free = at(B(0) + 1);
	lru_migrates = pin_meanwhile;
	start();
	next_run(NOW + IDLE_AFTER);
	/* Four of block 0, and six into what has become free there */
	expect(last_run.failed, 511);
	expect(last_run.migrated, 10);
	expect(last_run.gain, 512);
	expect(is_free(1), 1);
	expect(PageLRU(pfn_to_page(B(0) + 1)), 1);
}

static bool said(void)
{
	bool is = !strcmp(last_log_line,
			  "WSL2: Performing memory compaction.\n");

	last_log_line[0] = '\0';
	return is;
}

/* At most once an hour */
static void said_once_an_hour(void)
{
	unsigned long first, pages;

	boot();
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(said(), 1);
	first = jiffies;
	for (pages = 3; pages < 6; pages++)
		strand(pages, 511);
	next_run(next_timer() + 4 * PERIOD);
	expect(said(), 0);
	sleep_until(first + 3600 * HZ - IDLE_AFTER);
	for (; pages < 9; pages++)
		strand(pages, 511);
	next_run(first + 3600 * HZ);
	expect(said(), 0);
	sleep_until(first + 3600 * HZ + 60 * HZ);
	for (; pages < 12; pages++)
		strand(pages, 511);
	next_run(first + 3600 * HZ + 60 * HZ + IDLE_AFTER);
	expect(said(), 1);
}

static void said_after_an_hour(void)
{
	unsigned int i;

	boot();
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(said(), 1);
	sleep_until(NOW + IDLE_AFTER + 3600 * HZ + 1 - IDLE_AFTER);
	for (i = 3; i < 6; i++)
		strand(i, 511);
	next_run(NOW + IDLE_AFTER + 3600 * HZ + 1);
	expect(said(), 1);
}

/* What is used meanwhile is what the next gain is measured from */
static void baseline_falls(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 4; i++)
		strand(i, 500);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stranded, 2000);
	sleep_until(jiffies + HZ);
	for (i = 0; i < 1000; i++)
		lru_use(buddy_alloc(normal, 0, MIGRATE_MOVABLE), KERNEL, 0,
			false);
	idle_compaction_kick();
	sleep_until(jiffies + HZ);
	for (i = 4; i < 6; i++)
		strand(i, 511);
	strand(6, 1);
	idle_compaction_kick();
	no_run_until(jiffies + 10 * HZ);
	expect_silence();
	strand(7, 1);
	idle_compaction_kick();
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.stranded, 2024);
}

static bool freed_in_the_middle;

/* After the count is zero, and before the watch is left */
static void free_in_the_middle(void)
{
	model_look();
	if (freed_in_the_middle || nr_timer_calls != 1 || normal->freed_pages)
		return;
	freed_in_the_middle = true;
	lay_three();
}

static void freed_while_watch_is_left(void)
{
	boot();
	strand(30, 100);
	start();
	normal->freed_pages = 1;
	machine_check = free_in_the_middle;
	next_run(NOW + PERIOD + IDLE_AFTER);
	expect(freed_in_the_middle, 1);
	expect(last_run.gain, 3 * 512);
}

static void no_thread(void)
{
	boot();
	allocation_fails = true;
	expect(init_idle_compaction_init(), -ENOMEM);
	allocation_fails = false;
	lay_three();
	expect(static_key_enabled(&idle_compaction_active), 0);
	set_threshold_to(0);
	set_threshold_to(1);
	expect(static_key_enabled(&idle_compaction_active), 0);
	expect_silence();
}

static const struct test_case list[] = {
	{ "nothing stranded: no timer", nothing_stranded },
	{ "4 MiB stranded start a run", stranded_amount },
	{ "1/512 of all memory starts a run", stranded_share },
	{ "4 MiB freed in a zone start the timer", frees_are_counted },
	{ "idle: others use less than 1/16", idle_share },
	{ "the same, time counted by ticks", idle_by_ticks },
	{ "waiting for a disk is idle", idle_waits_for_disk },
	{ "the same, time counted by ticks", idle_waits_for_disk_by_ticks },
	{ "a burst counts for a second", idle_after_burst },
	{ "own time does not count", own_time },
	{ "but others' does", own_time_is_not_all },
	{ "reporting's time does not count", reporting_time },
	{ "a CPU that goes is work", cpu_goes },
	{ "a CPU that comes is work", cpu_comes },
	{ "one CPU", one_cpu },
	{ "threshold: values", threshold_values },
	{ "threshold: on the command line", threshold_on_command_line },
	{ "threshold: off when booted", threshold_off_at_boot },
	{ "threshold: changes", threshold_changes },
	{ "threshold: off and on", threshold_off_on },
	{ "threshold: off in a run", off_after_run },
	{ "blocks and pages are looked at in batches", looks_and_batches },
	{ "the cheapest into the fullest", cheapest_into_fullest },
	{ "the fullest first, then downwards", fullest_downwards },
	{ "the room beside the kernel's own is left", kernels_own_room },
	{ "no room but beside the kernel's own", no_room_but_the_kernels },
	{ "the kernel's own since it was looked at", kernels_own_since_scan },
	{ "the kernel's own in a page block", kernels_own_page_block },
	{ "rounds of the kernel's own, no compaction", rounds_without },
	{ "rounds of the kernel's own", rounds_with },
	{ "one eighth must be free", emptied_share },
	{ "room for all", room_is_enough },
	{ "room for all but one", room_is_not_enough },
	{ "room for two blocks", room_is_left },
	{ "room for two blocks but one page", room_is_used },
	{ "room in hand", room_in_hand },
	{ "room of another zone", room_of_another_zone },
	{ "each kind of page", each_kind_of_page },
	{ "unevictable pages, allowed", unevictable_moves },
	{ "unevictable pages, not allowed", unevictable_stays },
	{ "huge pages in use stay", huge_pages_stay },
	{ "lists in front are drained", lists_in_front_are_drained },
	{ "huge pages are split, four at a time", huge_pages_are_split },
	{ "stopped while huge pages are split", stopped_while_splitting },
	{ "a pinned huge page is left", pinned_huge_page },
	{ "pinned huge pages before others", pinned_huge_pages },
	{ "huge pages with little unused stay", huge_pages_are_kept },
	{ "busy for 50 ms", busy_window },
	{ "a quarter of all CPU time", busy_share },
	{ "own time does not stop a run", own_time_does_not_stop },
	{ "stolen time is no work", stolen_time },
	{ "the same, time counted by ticks", stolen_time_by_ticks },
	{ "stolen time, and others work", stolen_time_is_not_all },
	{ "clocks that go back", clocks_go_back },
	{ "32 CPUs, 64 GiB, one of them in use", many_cpus },
	{ "resumed, then silence", silence_after_resumed },
	{ "a CPU goes in a run", cpu_goes_in_run },
	{ "others come first", others_come_first },
	{ "resumed while blocks are looked at", resumed_in_scan },
	{ "resumed in the middle of a block", resumed_in_source },
	{ "stranded while a run is stopped", stranded_while_stopped },
	{ "room when a run is resumed", room_when_resumed },
	{ "frozen in a run", frozen_in_run },
	{ "frozen before a run", frozen_before_run },
	{ "back-off", back_off },
	{ "back-off, long threshold", back_off_and_threshold },
	{ "a small gain is none", small_gain },
	{ "failures are tried again six times", failures },
	{ "4 MiB of failures are tried again", enough_failures },
	{ "less is not", too_few_failures },
	{ "a block with a stuck page is filled", stuck_page_is_a_target },
	{ "no memory for a plan", plan_has_no_memory },
	{ "blocks that have changed", changed_since_scan },
	{ "targets that have been used", stale_targets },
	{ "broken pages stay free", broken_pages },
	{ "blocks that have been freed", freed_since_scan },
	{ "halves of blocks", halves },
	{ "a long list of single pages", long_list },
	{ "free blocks cost a few looks", free_blocks_are_cheap },
	{ "a huge page in a source", huge_in_source },
	{ "a source is isolated", source_is_isolated },
	{ "a source goes offline", source_goes },
	{ "a target goes offline", target_goes },
	{ "memory goes offline, 100 times", memory_goes_offline },
	{ "isolated page blocks", isolated_blocks },
	{ "CMA page blocks", cma_blocks },
	{ "reserved page blocks", highatomic_blocks },
	{ "unmovable page blocks", unmovable_blocks },
	{ "just above the watermark", above_watermark },
	{ "just below the watermark", below_watermark },
	{ "odd zones", odd_zones },
	{ "blocks of two zones, and with holes", mixed_blocks },
	{ "two zones", two_zones },
	{ "a zone with 15 pages stranded", zone_with_fifteen },
	{ "a zone with 16 pages stranded", zone_with_sixteen },
	{ "a zone of nine blocks", nine_blocks },
	{ "units of two pages", units_of_two },
	{ "units of sixteen pages", units_of_sixteen },
	{ "units of 32 pages", units_of_32 },
	{ "units of two page blocks", units_of_two_page_blocks },
	{ "freed while isolated", freed_while_isolated },
	{ "pinned while isolated", pinned_while_isolated },
	{ "said at most once an hour", said_once_an_hour },
	{ "said after an hour", said_after_an_hour },
	{ "the baseline falls", baseline_falls },
	{ "freed while the watch is left", freed_while_watch_is_left },
	{ "no thread", no_thread },
};

int scenarios(void)
{
	const struct runner apart = { .seconds = TIME_LIMIT };

	run_cases(&apart, list, ARRAY_SIZE(list));
	printf("# figure: host idle scenarios = %zu\n", ARRAY_SIZE(list));
	return kit_end();
}

#else

int scenarios(void)
{
	return 0;
}

#endif
