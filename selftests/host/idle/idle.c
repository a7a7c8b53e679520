// SPDX-License-Identifier: GPL-2.0
/*
 * Idle compaction beside everything else: tasks allocate and free pages of all
 * kinds, pin, map and write them, isolate page blocks, take memory and CPUs
 * offline, use CPU time, write parameters, suspend. After each operation all
 * pages are compared with the naive model, and with what has been written.
 * Before that, scenarios with an exact result: see scenarios.h.
 *
 * usage: idle [-s SEED] [-n OPERATIONS] [-S] [-c SCENARIO]
 * -S: the scenarios only
 */
#include "bounds.h"
#include "buddy.h"
#include "idle_compaction.h"
#include "idle_machine.h"
#include "kit.h"
#include "lru.h"
#include "machine.h"
#include "model.h"
#include "random.h"
#include "runs.h"
#include "scenarios.h"
#include "series.h"

#define SECTIONS		48
#define NORMAL_START		(4 * SECTION)
#define HOT_START		(40 * SECTION)

#define USERS			3
#define ROUND			3000	/* operations */

static struct zone *dma, *normal, *hot;
static unsigned long operations;

static enum kind any_kind(void)
{
	static const enum kind often[] = { ANON, CACHE, SHMEM, MOVABLE };

	if (!random_below(128))
		return random_below(2) ? KERNEL : BALLOON;
	return often[random_below(ARRAY_SIZE(often))];
}

static void use_memory(void)
{
	struct zone *zone = zones[random_below(nr_zones)];
	unsigned int n = random_below(4) ? 1 : random_below(4 * SECTION);
	unsigned int order = random_below(12) ? 0 :
			     1 + random_below(pageblock_order);
	struct page *page;

	while (n--) {
		page = buddy_alloc(zone, order, MIGRATE_MOVABLE);
		if (!page)
			return;
		lru_use(page, order ? HUGE : any_kind(), order,
			random_below(2));
	}
}

static void release(struct used *u)
{
	if (u && !u->pins)
		lru_release(u);
}

static void free_memory(void)
{
	release(lru_any(random_below(max_pfn)));
}

/* Most of a range, which leaves few pages in use in each block */
static void scatter(void)
{
	unsigned long pfn = random_below(max_pfn);
	unsigned long end = min(pfn + random_below(max_pfn), max_pfn);
	unsigned int keep = 2 + random_below(20);

	for (; pfn < end; pfn++) {
		struct used *u = lru_of(pfn_to_page(pfn));

		if (u && random_below(keep))
			release(u);
	}
}

static void change_page(void)
{
	static const enum pageflags flags[] = {
		PG_writeback, PG_unevictable, PG_swapcache, PG_private,
	};
	struct used *u = lru_any(random_below(max_pfn));

	if (!u)
		return;
	switch (random_below(9)) {
	case 0:
		if (u->kind != MOVABLE && u->kind != BALLOON && random_below(2))
			lru_pin(u);
		break;
	case 1 ... 2:
		if (u->pins)
			lru_unpin(u);
		break;
	case 3:
		if (u->kind < MOVABLE && u->kind != KERNEL)
			lru_map(u);
		break;
	case 4:
		lru_unmap(u);
		break;
	case 5:
		lru_set(u, flags[random_below(ARRAY_SIZE(flags))],
			!random_below(3));
		break;
	case 6:
		u->stuck = !random_below(3);
		u->refuses = !random_below(3);
		break;
	case 7:
		u->locked = !random_below(3);
		break;
	case 8:
		if (u->kind == HUGE) {
			lru_defer(u, 1 + random_below(1U << u->order));
			idle_compaction_kick();
		}
		break;
	}
}

/* Pins and the like do not last */
static void settle_pages(void)
{
	unsigned int i;
	struct used *u;

	for (i = 0; i < max_pfn; i++) {
		u = lru_of(pfn_to_page(i));
		if (!u || u->page != pfn_to_page(i))
			continue;
		while (u->pins)
			lru_unpin(u);
		lru_set(u, PG_writeback, false);
		u->stuck = false;
		u->locked = false;
		u->refuses = false;
	}
}

static struct isolation isolated;

static bool isolate_section(unsigned int section)
{
	return section * SECTION >= NORMAL_START &&
	       buddy_isolate_section(&isolated, section * SECTION);
}

static void isolate_for_a_while(void)
{
	if (!isolate_section(random_below(SECTIONS)))
		return;
	sleep_until(jiffies + random_below(50));
	buddy_unisolate_section(&isolated);
}

/* What is not pinned could be moved: it is freed */
static bool empty_section(unsigned long pfn)
{
	unsigned long end = pfn + SECTION;
	bool pinned = false;

	lru_add_drain_all();
	for (; pfn < end; pfn++) {
		release(lru_of(pfn_to_page(pfn)));
		pinned |= lru_of(pfn_to_page(pfn)) != NULL;
	}
	return !pinned;
}

/* Where a page has been moved to last: there more may have been taken */
static unsigned long moved_to;

static void note_target(struct page *from, struct page *to)
{
	moved_to = page_to_pfn(to);
}

static void take_offline(void)
{
	unsigned int section = random_below(2) ? moved_to / SECTION :
			       random_below(SECTIONS);

	mem_hotplug_begin();
	if (isolate_section(section)) {
		if (model_offline(section * SECTION, empty_section,
				  MOST_JIFFIES_OFFLINE_IDLE))
			buddy_unisolate_section(&isolated);
		isolated.zone = NULL;
	}
	mem_hotplug_done();
}

/* Some page blocks are for CMA or for high-order atomic allocations */
static void set_apart(struct zone *zone, unsigned long pfn, unsigned long end)
{
	for (; pfn < end; pfn += PAGEBLOCK_NR_PAGES)
		if (!random_below(32))
			buddy_set_type(zone, pfn, random_below(2) ?
				       MIGRATE_CMA : MIGRATE_HIGHATOMIC);
}

static void bring_section_online(void)
{
	struct memory_notify mn = { random_below(SECTIONS) * SECTION, SECTION };
	struct zone *zone = mn.start_pfn >= HOT_START ? hot : normal;
	unsigned long pfn;

	if (mn.start_pfn < NORMAL_START)
		return;
	mem_hotplug_begin();
	if (!PageOnline(pfn_to_page(mn.start_pfn))) {
		bring_online(zone, mn.start_pfn, mn.start_pfn + SECTION);
		for (pfn = 0; pfn < SECTION; pfn++)
			buddy_free(pfn_to_page(mn.start_pfn + pfn), 0);
		model_online(mn.start_pfn, mn.nr_pages);
	}
	mem_hotplug_done();
}

static bool suspending;

static void suspend(void)
{
	if (suspending)
		return;
	suspending = true;
	freeze_thread();
	sleep_until(jiffies + random_below(500));
	thaw_thread();
	suspending = false;
}

static bool look_at_random(void)
{
	task_use_cpu(kthread, random_below(1000) * NSEC_PER_USEC);
	return random_below(2);
}

static void load_cpu(void)
{
	u64 most = NSEC_PER_SEC / HZ;
	u64 busy = random_below(8) ? 0 : random_below(most);

	cpu_load(random_below(nr_cpu_ids), busy,
		 random_below(4) ? 0 : random_below(most - busy));
}

static void write_order(void)
{
	char text[16];

	sprintf(text, "%u",
		MAX_ORDER - 1 - random_below(random_below(MAX_ORDER) + 1));
	set_param(&param_page_reporting_order, text);
}

static void operate(void)
{
	static const unsigned int thresholds[] = { 1, 1, 1, 1, 1, 0, 2, 86400 };

	switch (random_below(128)) {
	case 0 ... 35:
		use_memory();
		break;
	case 36 ... 59:
		free_memory();
		break;
	case 60 ... 61:
		scatter();
		break;
	case 62 ... 89:
		change_page();
		break;
	case 90 ... 95:
		sleep_until(jiffies + 1 + random_below(10));
		break;
	case 96 ... 101:
		sleep_until(jiffies + random_below(300));
		break;
	case 102:
		drain_all_pages(NULL);
		break;
	case 103:
		zones[random_below(nr_zones)]->high_wmark =
			random_below(random_below(1000) + 1);
		break;
	case 104:
		isolate_for_a_while();
		break;
	case 105:
		take_offline();
		break;
	case 106 ... 107:
		bring_section_online();
		break;
	case 108:
		if (!random_below(8))
			suspend();
		break;
	case 109 ... 112:
		load_cpu();
		break;
	case 113:
		if (!random_below(4))
			cpu_set_online(1 + random_below(nr_cpu_ids - 1),
				       random_below(4));
		break;
	case 114:
		if (!random_below(2))
			set_threshold_to(thresholds[random_below(8)]);
		break;
	case 115:
		if (!random_below(4))
			write_order();
		break;
	case 116:
		if (!random_below(8))
			set_param(&param_enabled, random_below(4) ? "1" : "0");
		break;
	case 117:
		allocation_fails = !random_below(4);
		break;
	case 118:
		sysctl_compact_unevictable_allowed = random_below(2);
		break;
	case 119:
		settle_pages();
		break;
	case 120:
		lru_add_drain_all();
		break;
	case 121:
		no_nohz = !random_below(4);
		break;
	default:
		yield();
	}
}

static void check_everything(void)
{
	model_check();
	lru_check();
}

static unsigned long users_left;

static void user(void)
{
	unsigned int n;

	for (n = 0; n < ROUND / USERS; n++) {
		operate();
		operations++;
		check_everything();
	}
	users_left--;
}

/* Nobody does anything, and all can move: then it comes to an end */
static void come_to_rest(void)
{
	unsigned long calls, runs;
	unsigned int i;

	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, 0, 0);
	settle_pages();
	allocation_fails = false;
	no_nohz = false;
	set_threshold_to(1);
	sleep_until(jiffies + 600 * HZ);
	check_everything();
	check_holds_nothing();
	calls = nr_timer_calls;
	runs = runs_started;
	if (next_timer() != ULONG_MAX)
		failed("nothing happens, and a timer is pending");
	sleep_until(jiffies + 3600 * HZ);
	if (next_timer() != ULONG_MAX || calls != nr_timer_calls ||
	    runs != runs_started)
		failed("nothing happens, and a timer runs");
}

static void free_all(void)
{
	unsigned long pfn;

	lru_add_drain_all();
	for (pfn = 0; pfn < max_pfn; pfn++)
		release(lru_of(pfn_to_page(pfn)));
	drain_all_pages(NULL);
	check_everything();
	if (lru_in_use)
		failed("%u pages are in use still", lru_in_use);
}

static void populate(struct zone *zone, unsigned long pfn, unsigned long end)
{
	bring_online(zone, pfn, end);
	set_apart(zone, round_up(pfn, SECTION), round_down(end, SECTION));
	for (; pfn < end; pfn++)
		buddy_free(pfn_to_page(pfn), 0);
	drain_all_pages(zone);
}

static void boot(void)
{
	buddy_init(SECTIONS * SECTION);
	model_start();
	lru_start();
	/* One that begins and ends inside of blocks, and has a hole */
	dma = buddy_add_zone("DMA", 5, 3 * SECTION + 2);
	normal = buddy_add_zone("Normal", NORMAL_START,
				HOT_START - NORMAL_START);
	hot = buddy_add_zone("Movable", HOT_START,
			     SECTIONS * SECTION - HOT_START);
	populate(dma, 5, SECTION + 3);
	populate(dma, 2 * SECTION + 1, 3 * SECTION + 7);
	populate(normal, NORMAL_START, HOT_START);
}

static void run_round(void)
{
	unsigned int i;

	users_left = USERS;
	for (i = 0; i < USERS; i++)
		task_start("user", user);
	while (users_left)
		sleep_until(jiffies + HZ);
	come_to_rest();
	if (random_below(2))
		free_all();
}

static void random_operations(void)
{
	kit_steps("operation", &operations);
	random_start(seed);
	machine_start(1000, random_below);
	timers_start();
	boot();
	if (init_page_reporting_init())
		failed("init");
	thread_looks = look_at_random;
	lru_moves = note_target;
	machine_check = model_look;
	start_thread();
	register_backend(0);
	while (operations < wanted)
		run_round();
	printf("# figure: host idle operations = %lu\n", operations);
	printf("# figure: host idle checks = %lu\n", model_checks);
	printf("# figure: host idle runs = %lu\n", runs_ended);
	printf("# figure: host idle runs stopped = %lu\n", runs_stopped);
	printf("# figure: host idle pages migrated = %lu\n",
	       vm_events[IDLE_COMPACT_MIGRATED]);
	printf("# figure: host idle blocks emptied = %lu\n",
	       vm_events[IDLE_COMPACT_BLOCKS]);
	printf("# figure: host idle migrations failed = %lu\n", lru_failed);
	printf("# figure: host idle huge pages split = %lu\n", lru_split);
	printf("# figure: host idle pages reported = %lu\n",
	       model_pages_reported);
	printf("# figure: host idle task switches = %lu\n", nr_switches);
	if (!vm_events[IDLE_COMPACT_BLOCKS] || !lru_split || !runs_stopped)
		failed("nothing has been compacted");
}

int main(int argc, char **argv)
{
	int status = 0;

	wanted = 1000000;
	kit_start(argc, argv, "s:n:c:S",
		  "idle [-s SEED] [-n OPERATIONS] [-S] [-c CASE]");
	/* They are made for the blocks of x86 */
	if (MAX_ORDER == 11)
		status = scenarios();
	if (!only_cases)
		random_operations();
	return status;
}
