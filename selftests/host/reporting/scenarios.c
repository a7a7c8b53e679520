// SPDX-License-Identifier: GPL-2.0
/*
 * Page reporting, one behaviour at a time: what is reported, when, in what
 * ranges, and what the parameters and notifiers do. Here nothing is left to
 * chance, so amounts and times are exact.
 *
 * Time is in jiffies: a tick is 30, the time T that memory must have been free
 * without use is five of them.
 */
#include "buddy.h"
#include "kit.h"
#include "machine.h"
#include "model.h"
#include "page_reporting.h"
#include "series.h"

#include <trace/events/page_reporting.h>

#define TICK			30
#define T			(5 * TICK)
#define SECTION			MAX_ORDER_NR_PAGES
#define UNIT			PAGEBLOCK_NR_PAGES
#define BLOCK			(MAX_ORDER - 1)

static struct zone *zone;

static struct {
	unsigned int batches, fails, wakes, sleeps;
	unsigned long pages, unreported;
	unsigned int ranges, msecs;
	int error;
} seen;

/* What runs when the backend gives up, before it tells the core */
static void (*late_task)(void);
/* What happens when the work is done, and goes to sleep for longer than a tick */
static void (*at_sleep)(void);
/* Trace events may be of several zones */
static bool any_zone;

void trace_page_reporting_batch(struct zone *z, unsigned long pages,
				unsigned int ranges)
{
	expect(any_zone || z == zone, true);
	seen.batches++;
	seen.pages = pages;
	seen.ranges = ranges;
}

void trace_page_reporting_fail(struct zone *z, unsigned long pages, int error)
{
	expect(any_zone || z == zone, true);
	seen.fails++;
	seen.pages = pages;
	seen.error = error;
}

void trace_page_reporting_wake(unsigned long unreported)
{
	seen.wakes++;
	seen.unreported = unreported;
}

void trace_page_reporting_sleep(unsigned long unreported, unsigned int msecs)
{
	seen.sleeps++;
	seen.unreported = unreported;
	seen.msecs = msecs;
	if (at_sleep && msecs > 300) {
		void (*fn)(void) = at_sleep;

		at_sleep = NULL;
		fn();
	}
}

/* A subscriber, from the scenario that is about it to the last one */
static struct {
	unsigned int calls;
	bool on;
	unsigned long when;
} subscriber;

static int note_call(struct notifier_block *nb, unsigned long on, void *data)
{
	/* Nothing but changes, while what is told is so already, or still */
	expect(on <= 1 && !data, true);
	expect(on != subscriber.on || !subscriber.calls, true);
	expect(!subscriber.calls ||
	       static_key_enabled(&page_reporting_active), true);
	subscriber.calls++;
	subscriber.on = on;
	subscriber.when = jiffies;
	return NOTIFY_OK;
}

/* A host that does what it is told to, and a list of what it was told */
static int host_error;
static unsigned long host_delay;
static void (*while_told)(void);

static struct told {
	unsigned long when;
	unsigned long pages;
	unsigned int nents;
	unsigned long first;	/* page frame */
} told[65536];

static unsigned int nr_told;

/* The first report of a backend is one unit: most scenarios begin after it */
static bool first_report;

static int report(struct page_reporting_dev_info *prdev,
		  struct scatterlist *sg, unsigned int nents)
{
	int err = host_error;
	struct told *t;
	unsigned int i;

	/* Nothing is reported after it was said that nothing is */
	expect(subscriber.on || !subscriber.calls, true);
	if (first_report) {
		first_report = false;
		expect(nents, 1);
		expect(sg->length, PAGE_SIZE << zone->reporting.order);
		model_told(sg, nents, 1);
		model_answered(0);
		return 0;
	}
	t = &told[nr_told++ % ARRAY_SIZE(told)];
	*t = (struct told) { jiffies, 0, nents, page_to_pfn(sg_page(sg)) };
	for (i = 0; i < nents; i++)
		t->pages += sg[i].length >> PAGE_SHIFT;
	model_told(sg, nents, prdev->capacity ?: PAGE_REPORTING_CAPACITY);
	if (while_told)
		while_told();
	if (host_delay)
		sleep_until(jiffies + host_delay);
	model_discard(no_chance);
	model_answered(err);
	if (late_task) {
		task_start("late", late_task);
		late_task = NULL;
		sleep_until(jiffies + 1);
	}
	return err;
}

static struct page_reporting_dev_info backend;

static int start(unsigned int order, unsigned int capacity)
{
	backend = (struct page_reporting_dev_info) {
		.report = report,
		.order = order,
		.capacity = capacity,
		.lazy_backing = true,
	};
	first_report = true;
	return page_reporting_register(&backend);
}

/* Unlike try_param(): the marks must be right meanwhile, too */
static int set(const struct param *param, const char *value)
{
	return param->ops->set(value, &param->kp);
}

/* The user's order beats the backend's, and stays until it is set again */
static void start_with_order(const char *order)
{
	expect(set(&param_page_reporting_order, order), 0);
	expect(start(0, 0), 0);
}

static void stop(void)
{
	page_reporting_unregister(&backend);
}

static long marked(void)
{
	return zone_page_state(zone, NR_FREE_REPORTED);
}

static long unmarked(void)
{
	return zone_page_state(zone, NR_FREE_UNREPORTED);
}

/* Memory that a scenario uses: in blocks of the largest order unless it says so */
static struct page *taken[4096];
static unsigned int nr_taken;

static void take_order(unsigned int n, unsigned int order)
{
	while (n--) {
		struct page *page = buddy_alloc(zone, order, MIGRATE_MOVABLE);

		BUG_ON(!page);
		taken[nr_taken++] = page;
	}
}

static void take(unsigned int sections)
{
	take_order(sections, BLOCK);
}

static void give_order(unsigned int n, unsigned int order)
{
	while (n--)
		buddy_free(taken[--nr_taken], order);
}

static void give(unsigned int sections)
{
	give_order(sections, BLOCK);
}

static void pass(unsigned long time)
{
	sleep_until(jiffies + time);
	model_check();
}

/* Until everything is reported that can be */
static void settle(void)
{
	pass(100 * HZ);
	model_check_rest();
	nr_told = 0;
	memset(&seen, 0, sizeof(seen));
}

#define ZONE_SECTIONS		32

static void populate(struct zone *z, unsigned long pfn, unsigned long end)
{
	unsigned long p;

	for (p = pfn; p < end; p++)
		model_own(p);
	buddy_online(z, pfn, end - pfn);
	for (; pfn < end; pfn += SECTION)
		buddy_free(pfn_to_page(pfn), BLOCK);
}

static void boot(unsigned int sections)
{
	buddy_init(sections * SECTION);
	model_start();
	zone = buddy_add_zone("Normal", 0, sections * SECTION);
	populate(zone, 0, sections * SECTION);
	nr_taken = 0;
	nr_told = 0;
	host_error = 0;
	host_delay = 0;
	while_told = NULL;
	memset(&seen, 0, sizeof(seen));
}

/* A zone as large as one likes, of which these sections are free, and the rest is not looked at */
static void boot_sparse(unsigned long gib, unsigned int sections)
{
	unsigned long pages = gib << (30 - PAGE_SHIFT);
	unsigned int i;

	boot(1);
	buddy_init(pages);
	model_start();
	zone = buddy_add_sparse_zone("Normal", 0, pages);
	for (i = 0; i < sections; i++)
		buddy_free(pfn_to_page(round_down(pages / sections * i, SECTION)),
			   BLOCK);
}

static void set_default_order(void)
{
	char order[16];

	sprintf(order, "%u", pageblock_order);
	expect(set(&param_page_reporting_order, order), 0);
}

/* The order in force, whoever has asked for what */
static void orders(void)
{
	struct page_reporting_dev_info too_large = {
		.report = report, .min_order = MAX_ORDER,
	};
	char most[16];

	/* Large enough for each of them */
	boot(2 * ZONE_SECTIONS);
	sprintf(most, "%u", MAX_ORDER);
	expect(get_param(&param_page_reporting_order), pageblock_order);
	expect(start(MAX_ORDER, 0), -EINVAL);
	expect(page_reporting_register(&too_large), -EINVAL);
	expect(start(BLOCK, 0), 0);
	expect(get_param(&param_page_reporting_order), BLOCK);
	expect(page_reporting_unit(zone), BLOCK);
	expect(set(&param_page_reporting_order, "1"), 0);
	expect(get_param(&param_page_reporting_order), 1);
	expect(page_reporting_unit(zone), 1);
	guardpage_minorder = 2;
	expect(set(&param_page_reporting_order, "1"), 0);
	expect(get_param(&param_page_reporting_order), 2);
	guardpage_minorder = 0;
	expect(set(&param_page_reporting_order, "1"), 0);
	expect(set(&param_page_reporting_order, "-2"), -EINVAL);
	expect(set(&param_page_reporting_order, "5x"), -EINVAL);
	expect(set(&param_page_reporting_order, "4294967297"), -ERANGE);
	expect(get_param(&param_page_reporting_order), 1);
	expect(set(&param_page_reporting_order, "0"), 0);
	expect(zone->reporting.order, 0);
	/* Above the largest: nothing, until it is set again */
	expect(set(&param_page_reporting_order, most), 0);
	expect(get_param(&param_page_reporting_order), MAX_ORDER);
	expect(zone->reporting.order, MAX_ORDER);
	expect(static_key_enabled(&page_reporting_active), false);
	/* -1: as if it had never been set */
	expect(set(&param_page_reporting_order, "-1"), 0);
	expect(get_param(&param_page_reporting_order), BLOCK);
	expect(zone->reporting.order, BLOCK);
	stop();
	expect(start(-1, 0), 0);
	expect(get_param(&param_page_reporting_order), pageblock_order);
	stop();
	expect(set(&param_page_reporting_order, "1"), 0);
	backend.order = 0;
	backend.min_order = BLOCK;
	expect(page_reporting_register(&backend), 0);
	expect(get_param(&param_page_reporting_order), BLOCK);
	expect(zone->reporting.order, BLOCK);
	/* It is what the user gets with a host that takes it */
	expect(set(&param_page_reporting_order, "1"), 0);
	expect(get_param(&param_page_reporting_order), BLOCK);
	stop();
	expect(get_param(&param_page_reporting_order), 1);
	expect(zone->reporting.order, MAX_ORDER);
	expect(page_reporting_unit(zone), pageblock_order);
}

static void switched_off_and_on(void)
{
	expect(start(0, 0), 0);
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	expect(set(&param_enabled, "maybe"), -EINVAL);
	/* What changes nothing does nothing */
	expect(set(&param_enabled, "1"), 0);
	expect(marked(), ZONE_SECTIONS * SECTION);
	expect(set(&param_enabled, "0"), 0);
	expect(get_param(&param_enabled), 0);
	expect(static_key_enabled(&page_reporting_active), false);
	expect(marked() + unmarked(), 0);
	pass(100 * HZ);
	expect(nr_told, 0);
	expect(works_pending(), false);
	/* The order can be changed meanwhile, and nothing begins */
	expect(set(&param_page_reporting_order, "2"), 0);
	expect(static_key_enabled(&page_reporting_active), false);
	expect(set(&param_enabled, "1"), 0);
	expect(get_param(&param_enabled), 1);
	expect(unmarked(), ZONE_SECTIONS * SECTION);
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	stop();
	expect(marked() + unmarked(), 0);
}

static bool backend_is(const char *name)
{
	char text[64];

	param_backend.ops->get(text, &param_backend.kp);
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, name);
}

static void registered_once(void)
{
	struct page_reporting_dev_info other = { .report = report };

	memory_encrypted = true;
	expect(start(0, 0), -EOPNOTSUPP);
	memory_encrypted = false;
	allocation_fails = true;
	expect(start(0, 0), -ENOMEM);
	allocation_fails = false;
	expect(backend_is("none"), true);
	expect(start(0, 0), 0);
	expect(backend_is("harness"), true);
	expect(set(&param_backend, "other"), -EPERM);
	expect(set(&param_quarantined, "1"), -EPERM);
	expect(__page_reporting_register(&other, "other"), -EBUSY);
	expect(strstr(last_log_line, "other is not needed") != NULL, true);
	expect(backend_is("harness"), true);
	/* Of one that is not registered nothing is known */
	page_reporting_unregister(&other);
	expect(static_key_enabled(&page_reporting_active), true);
	stop();
	expect(static_key_enabled(&page_reporting_active), false);
	expect(works_pending(), false);
	stop();
	expect(__page_reporting_register(&other, "other"), 0);
	expect(backend_is("other"), true);
	page_reporting_unregister(&other);
	expect(backend_is("none"), true);
	expect(other.sg == NULL, true);
}

/* Freed for good: all of it is back by T + 0.8 s, and none before T */
static void freed_for_good(void)
{
	unsigned long freed;

	start(0, 0);
	take(16);
	settle();
	freed = jiffies;
	give(16);
	expect(seen.wakes, 0);
	pass(T - 1);
	expect(seen.wakes, 1);
	expect(nr_told, 0);
	expect(unmarked(), 16 * SECTION);
	pass(80 + 1);
	expect(jiffies - freed, T + 80);
	expect(unmarked(), 0);
	expect(marked(), ZONE_SECTIONS * SECTION);
	/* As fast as the limit of a report lets it, that is at once */
	expect_op(nr_told, >, 1);
	expect(told[nr_told - 1].when, told[0].when);
	expect(works_pending(), false);
	stop();
}

/* The first look is a tick after the beginning, and a window has to pass */
static void first_reports(void)
{
	unsigned long began = jiffies;
	char text[80];

	start(0, 0);
	sprintf(text, "free blocks of %lu KiB and more",
		(PAGE_SIZE << pageblock_order) / 1024);
	expect(strstr(last_log_line, text) != NULL, true);
	expect(unmarked(), ZONE_SECTIONS * SECTION);
	pass(T);
	expect(nr_told, 0);
	expect(seen.msecs, 300);
	expect(seen.unreported, ZONE_SECTIONS * SECTION);
	pass(TICK + 5);
	expect(told[0].when - began, T + TICK);
	expect(marked(), ZONE_SECTIONS * SECTION);
	expect(seen.unreported, 0);
	stop();
}

/* Taken again within T: left alone, for as long as it goes on */
static void churn(void)
{
	unsigned int i;

	start(0, 0);
	take(8);
	settle();
	for (i = 0; i < 400; i++) {
		give(8);
		pass(T - 5);
		take(8);
		pass(3);
	}
	expect(nr_told, 0);
	give(8);
	settle();
	expect(unmarked(), 0);
	stop();
}

/*
 * A load that swings between 2 and 6 sections that are free and not reported:
 * of the two that nobody needs none is reported, as the drop is held back. One
 * that swings between 6 and 8 leaves 4.
 */
static void held_back(void)
{
	unsigned int i;

	start(0, 0);
	take(16);
	settle();
	give(6);
	for (i = 0; i < 40; i++) {
		take(4);
		pass(20);
		give(4);
		pass(20);
	}
	expect(nr_told, 0);
	take(6);
	settle();

	give(8);
	for (i = 0; i < 4 * TICK; i += 20) {
		take(2);
		pass(10);
		give(2);
		pass(10);
	}
	expect(nr_told, 0);
	for (i = 0; i < 400; i += 20) {
		take(2);
		pass(10);
		give(2);
		pass(10);
	}
	expect(unmarked(), 4 * SECTION);
	stop();
}

/* Freed in steps: a rise within the window is no drop, and holds nothing back */
static void freed_in_steps(void)
{
	start(0, 0);
	take(16);
	settle();
	give(4);
	pass(3 * TICK + 10);
	give(4);
	pass(2 * TICK + 25);
	expect(marked(), (ZONE_SECTIONS - 12) * SECTION);
	expect(unmarked(), 4 * SECTION);
	settle();
	expect(unmarked(), 0);
	stop();
}

static void take_four(void)
{
	while_told = NULL;
	take(4);
}

/*
 * Taken while a report is under way: of 16 sections 2 are being told and 4 are
 * used, which leaves 10, of which another 4 are held back.
 */
static void used_meanwhile(void)
{
	unsigned long began;

	start(0, 0);
	take(16);
	settle();
	give(16);
	while_told = take_four;
	began = jiffies;
	while (!nr_told)
		pass(1);
	expect_op(jiffies - began, <=, T + TICK);
	expect(unmarked(), 4 * SECTION);
	give(4);
	settle();
	stop();
}

/* Work only for a reason: none is pending when nothing is left to report */
static void no_work_without_need(void)
{
	unsigned int passes;

	start(0, 0);
	settle();
	passes = seen.sleeps;
	pass(3600UL * HZ);
	expect(seen.sleeps, passes);
	/* A block that is too small is no reason */
	take_order(1, 0);
	pass(100 * HZ);
	seen.sleeps = 0;
	seen.wakes = 0;
	take_order(2, 0);
	give_order(2, 0);
	pass(100 * HZ);
	expect(seen.wakes, 0);
	/* The unit that it was taken from is, once it is whole again */
	give_order(1, 0);
	drain_all_pages(NULL);
	pass(T + 80);
	expect(seen.wakes, 1);
	expect(seen.batches, 1);
	expect(seen.pages, 1UL << pageblock_order);
	expect(seen.msecs, 0);
	pass(100 * HZ);
	expect(works_pending(), false);
	stop();
}

/* Free a block in two steps, so that the host knows two parts of it in between */
static void free_in_two_steps(void)
{
	take(1);
	nr_taken--;
	buddy_free(taken[0] + 0, 2);
	buddy_free(taken[0] + 8, 3);
	settle();
	buddy_free(taken[0] + 4, 2);
	buddy_free(taken[0] + 16, BLOCK - 1);
	pass(T + 80);
	expect(marked(), ZONE_SECTIONS * SECTION);
}

/* Only what is new of a block is told, in as many ranges as that takes */
static void ranges(void)
{
	expect(set(&param_page_reporting_order, "1"), 0);
	start(0, 0);
	settle();
	free_in_two_steps();
	expect(nr_told, 1);
	expect(told[0].nents, 2);
	expect(told[0].pages, SECTION - 12);
	stop();

	/* And in as many reports */
	start(0, 1);
	settle();
	free_in_two_steps();
	expect(nr_told, 2);
	expect(told[0].pages, 4);
	expect(told[1].pages, SECTION - 16);
	stop();
}

static void capacity(void)
{
	unsigned int i;

	start(0, 1);
	settle();
	take(8);
	pass(HZ);
	give(8);
	pass(T + 80);
	expect(nr_told, 8);
	for (i = 0; i < nr_told; i++)
		expect(told[i].nents, 1);
	stop();

	/* 40 units that lie apart: 32 ranges, and 8 */
	boot(512);
	start(0, 0);
	settle();
	take_order(80, pageblock_order);
	pass(HZ);
	for (i = 0; i < 80; i += 2)
		buddy_free(taken[i], pageblock_order);
	pass(T + 80);
	expect(nr_told, 2);
	expect(told[0].nents, PAGE_REPORTING_CAPACITY);
	expect(told[0].pages, PAGE_REPORTING_CAPACITY << pageblock_order);
	expect(told[1].nents, 8);
	stop();
}

/* A sixteenth of what is free, in whole blocks, is held at a time */
static void share_held(void)
{
	start(0, 0);
	pass(T + 80);
	expect(told[0].pages, ZONE_SECTIONS / 16 * SECTION);
	stop();
	boot(ZONE_SECTIONS);
	/* A page less, and only one block fits */
	take_order(1, 0);
	start(0, 0);
	pass(T + 80);
	expect(told[0].pages, (ZONE_SECTIONS / 16 - 1) * SECTION);
	stop();
}

/* What has to stay free is the high watermark and the greatest reserve */
static void watermark(void)
{
	zone->high_wmark = ZONE_SECTIONS * SECTION - UNIT - 7;
	zone->lowmem_reserve[0] = 3;
	zone->lowmem_reserve[MAX_NR_ZONES - 1] = 8;
	start(0, 0);
	pass(100 * HZ);
	expect(nr_told, 0);
	expect(works_pending(), false);
	zone->lowmem_reserve[MAX_NR_ZONES - 1] = 7;
	take(1);
	give(1);
	pass(T + 80);
	/* The larger blocks are told in parts */
	expect(told[0].pages, UNIT);
	expect(told[1].pages, UNIT);
	expect(marked(), ZONE_SECTIONS * SECTION);
	stop();

	/* The same of the first zone's reserve, and of the watermark alone */
	boot(ZONE_SECTIONS);
	zone->high_wmark = ZONE_SECTIONS * SECTION - UNIT - 2;
	zone->lowmem_reserve[0] = 3;
	start(0, 0);
	pass(100 * HZ);
	expect(nr_told, 0);
	zone->lowmem_reserve[0] = 0;
	zone->high_wmark += 2;
	take(1);
	give(1);
	pass(T + 80);
	expect_op(nr_told, >, 0);
	expect(told[0].pages, UNIT);
	stop();
}

/* N15: what CMA has free is no room for what others could use */
static void cma(void)
{
	unsigned long i;

	/* All but two blocks are of CMA, and a block has to stay free */
	for (i = 0; i < (ZONE_SECTIONS - 2) * SECTION; i += UNIT)
		buddy_set_type(zone, i, MIGRATE_CMA);
	zone->high_wmark = 2 * SECTION;
	start(0, 0);
	pass(100 * HZ);
	expect(marked(), (ZONE_SECTIONS - 2) * SECTION);
	expect(works_pending(), false);
	zone->high_wmark = 0;
	take(1);
	give(1);
	/* A sixteenth of two blocks is less than a unit */
	pass(100 * HZ);
	expect(unmarked(), 2 * SECTION);
	stop();
}

/* The order of blocks that the log has named last */
static unsigned int order_in_log(void)
{
	const char *text = strstr(last_log_line, "free blocks of ");
	unsigned long kib = 0;

	sscanf(text ?: "", "free blocks of %lu KiB and more", &kib);
	return kib ? ilog2(kib * 1024 / PAGE_SIZE) : MAX_ORDER;
}

/*
 * N4: where a sixteenth of a quarter of the zone is less than a unit, the unit
 * gives way
 */
static void small_zone(void)
{
	unsigned int i;

	buddy_init(2 * SECTION);
	pass(1);
	model_start();
	zone = buddy_add_zone("DMA", 0, 2 * SECTION);
	populate(zone, 0, 2 * SECTION);
	start(0, 0);
	expect_op(zone->reporting.order, <, pageblock_order);
	expect(1UL << zone->reporting.order, SECTION / 32);
	expect(order_in_log(), zone->reporting.order);
	settle();
	expect(marked(), 2 * SECTION);
	stop();
	/* But not below what the host takes: then nothing is reported */
	backend.min_order = pageblock_order;
	expect(page_reporting_register(&backend), 0);
	expect(zone->reporting.order, pageblock_order);
	expect(order_in_log(), pageblock_order);
	for (i = 0; i < 2; i++)
		pass(100 * HZ);
	expect(marked(), 0);
	expect(works_pending(), false);
	stop();
}

/* N4: the largest block as the unit, and three quarters of the zone are used */
static void mostly_used(void)
{
	const unsigned int used = ZONE_SECTIONS * 3 / 4 - 1;
	char text[16];

	sprintf(text, "%u", BLOCK);
	start_with_order(text);
	expect(get_param(&param_page_reporting_order), BLOCK);
	expect(1UL << zone->reporting.order, ZONE_SECTIONS * SECTION / 64);
	expect(order_in_log(), zone->reporting.order);
	take(used);
	settle();
	expect(marked(), (ZONE_SECTIONS - used) * SECTION);
	give(used);
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	stop();
}

static int types_of_half[SECTION / PAGEBLOCK_NR_PAGES];

/* H5: half of a block in flight is isolated, what comes back knows its place */
static void isolate_half(void)
{
	unsigned long half = told[nr_told - 1].first + SECTION / 2, pfn;

	for (pfn = half; pfn < half + SECTION / 2; pfn += UNIT)
		buddy_retag(pfn, MIGRATE_ISOLATE);
	while_told = NULL;
}

static void half_isolated(void)
{
	unsigned long half, pfn, free;
	struct page *page;

	start(0, 0);
	settle();
	take(1);
	page = taken[0];
	pass(HZ);
	give(1);
	while_told = isolate_half;
	pass(T + 80);
	half = page_to_pfn(page) + SECTION / 2;
	/* What is isolated does not count as free, and lies on lists of its own */
	expect(zone_page_state(zone, NR_FREE_PAGES),
	       ZONE_SECTIONS * SECTION - SECTION / 2);
	for (free = 0, pfn = half; pfn < half + SECTION / 2; pfn++)
		free += PageBuddy(pfn_to_page(pfn)) ?
			1UL << page_private(pfn_to_page(pfn)) : 0;
	expect(free, SECTION / 2);
	model_check();
	expect(marked(), ZONE_SECTIONS * SECTION);
	/* Back to where the test has found it */
	for (pfn = half; pfn < half + SECTION / 2; pfn += UNIT)
		types_of_half[(pfn - half) / UNIT] = MIGRATE_MOVABLE;
	buddy_unisolate_range(zone, half, half + SECTION / 2, types_of_half);
	expect(zone_page_state(zone, NR_FREE_PAGES), ZONE_SECTIONS * SECTION);
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	stop();
}

/* N16: after a restore the host has backed all memory again */
static void restored(void)
{
	start(0, 0);
	settle();
	restored_notifier->notifier_call(restored_notifier, 0, NULL);
	expect(marked(), 0);
	expect(unmarked(), ZONE_SECTIONS * SECTION);
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	set(&param_enabled, "0");
	restored_notifier->notifier_call(restored_notifier, 0, NULL);
	expect(marked() + unmarked(), 0);
	set(&param_enabled, "1");
	stop();
}

/* After an error that told the host nothing: 1 s, 2 s, and so on up to 64 s */
static void retries(void)
{
	unsigned long delay = HZ;
	unsigned int i;

	host_error = -ENOSPC;
	start(0, 1);
	pass(1000 * HZ);
	expect_op(nr_told, >=, 10);
	for (i = 1; i < nr_told; i++) {
		expect(told[i].when - told[i - 1].when, delay);
		expect(told[i].pages, told[0].pages);
		delay = min(2 * delay, 64UL * HZ);
	}
	expect(seen.fails, nr_told);
	expect(seen.error, -ENOSPC);
	/* Of what has failed nothing counts as told but the first of all */
	expect(seen.batches, 1);
	expect(seen.pages, told[0].pages);
	expect(vm_events[PAGE_REPORT_FAIL], nr_told);
	expect(marked(), UNIT);
	expect(unmarked(), ZONE_SECTIONS * SECTION - UNIT);
	expect(seen.msecs, 64000);
	/* The next that succeeds begins anew */
	host_error = 0;
	pass(100 * HZ);
	expect(marked(), ZONE_SECTIONS * SECTION);
	nr_told = 0;
	host_error = -ENOSPC;
	take(1);
	give(1);
	pass(10 * HZ);
	expect(told[1].when - told[0].when, HZ);
	host_error = 0;
	stop();
}

static void counters(void)
{
	unsigned long pages = vm_events[PAGE_REPORT_PAGES];
	unsigned long batches = vm_events[PAGE_REPORT_BATCHES];
	u64 before = page_reporting_runtime(), after;

	start(0, 0);
	pass(T + 80);
	expect(vm_events[PAGE_REPORT_PAGES] - pages, ZONE_SECTIONS * SECTION);
	/* With the first */
	expect(vm_events[PAGE_REPORT_BATCHES] - batches, nr_told + 1);
	expect(seen.batches, nr_told + 1);
	/* machine.c: each look at the clock is a microsecond later */
	after = page_reporting_runtime() - before;
	expect(after, (nr_told + 1 + seen.sleeps) * NSEC_PER_USEC);
	stop();
}

/* The host never answers: set aside, counted, no more reports, until a reset */
static void no_answer(void)
{
	struct page_reporting_dev_info other = { .report = report };
	unsigned long lost;
	char text[80];

	start(0, 0);
	settle();
	take(4);
	pass(HZ);
	give(4);
	host_error = -EINPROGRESS;
	host_delay = 30 * HZ;
	pass(T + 80);
	lost = told[0].pages;
	/* In the host's hands, and nobody may have it */
	expect(zone_page_state(zone, NR_FREE_PAGES),
	       ZONE_SECTIONS * SECTION - lost);
	pass(30 * HZ);
	expect(get_param(&param_quarantined), lost);
	expect(seen.error, -EINPROGRESS);
	sprintf(text, "the host does not answer: %lu KiB are set aside",
		lost << (PAGE_SHIFT - 10));
	expect(strstr(last_log_line, text) != NULL, true);
	take(1);
	give(1);
	pass(1000 * HZ);
	expect(nr_told, 1);
	expect(works_pending(), false);
	/* Another order does not bring it back to life, nor does the switch */
	set_default_order();
	set(&param_enabled, "0");
	set(&param_enabled, "1");
	pass(1000 * HZ);
	expect(nr_told, 1);
	expect(static_key_enabled(&page_reporting_active), false);
	stop();
	expect(get_param(&param_quarantined), lost);
	expect(zone_page_state(zone, NR_FREE_PAGES),
	       ZONE_SECTIONS * SECTION - lost);
	/* Another backend begins when the first has let go, and not before */
	host_error = 0;
	host_delay = 0;
	expect(page_reporting_register(&other), 0);
	pass(100 * HZ);
	expect(nr_told, 1);
	page_reporting_release(&other);
	expect(get_param(&param_quarantined), lost);
	model_reset();
	page_reporting_release(&backend);
	expect(get_param(&param_quarantined), 0);
	expect(unmarked(), ZONE_SECTIONS * SECTION);
	model_check();
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	page_reporting_unregister(&other);
}

static void answer_late(void)
{
	model_reset();
	page_reporting_release(&backend);
}

static void answer_between(void)
{
	host_error = 0;
	answer_late();
}

/* H3: the host answers after the backend has given up on it */
static void late_answer(void)
{
	unsigned long lost;

	start(0, 0);
	settle();
	take(4);
	pass(HZ);
	give(4);
	host_error = -EINPROGRESS;
	host_delay = 30 * HZ;
	pass(T + 80 + 31 * HZ);
	lost = get_param(&param_quarantined);
	expect(lost, told[0].pages);
	expect(zone_page_state(zone, NR_FREE_PAGES),
	       ZONE_SECTIONS * SECTION - lost);
	host_error = 0;
	host_delay = 0;
	answer_late();
	expect(get_param(&param_quarantined), 0);
	expect(zone_page_state(zone, NR_FREE_PAGES), ZONE_SECTIONS * SECTION);
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	/* Once more is nothing */
	answer_late();
	expect(marked(), ZONE_SECTIONS * SECTION);

	/* The answer comes between the backend's giving up and the core's */
	take(4);
	pass(HZ);
	give(4);
	host_error = -EINPROGRESS;
	late_task = answer_between;
	pass(T + 80);
	expect(get_param(&param_quarantined), 0);
	host_error = 0;
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	stop();
}

static u64 waited_most;

static void read_parameters(void)
{
	static const struct param *all[] = {
		&param_enabled, &param_page_reporting_order,
		&param_quarantined, &param_backend,
	};
	unsigned long before;
	unsigned int i;
	char text[64];

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		before = jiffies;
		all[i]->ops->get(text, &all[i]->kp);
		waited_most = max(waited_most, (u64)(jiffies - before));
	}
	before = jiffies;
	cpus_read_lock();
	cpus_read_unlock();
	mem_hotplug_begin();
	mem_hotplug_done();
	waited_most = max(waited_most, (u64)(jiffies - before));
}

static void read_soon(void)
{
	sleep_until(jiffies + HZ);
	read_parameters();
}

static void look_on(void)
{
	task_start("reader", read_soon);
}

/* H4: whoever waits for the host keeps nobody else waiting */
static void waits_without_locks(void)
{
	unsigned long before;

	start(0, 0);
	settle();
	take(4);
	pass(HZ);
	give(4);
	host_delay = 20 * HZ;
	while_told = look_on;
	pass(T + 2 * TICK);
	expect(nr_told, 1);
	before = jiffies;
	set(&param_enabled, "0");
	expect_op(jiffies - before, >, 10 * HZ);
	while_told = NULL;
	host_delay = 0;
	expect(waited_most, 0);
	set(&param_enabled, "1");
	stop();
}

/* H2: what the host has not given back cannot go offline, and says so at once */
static void quarantined_offline(void)
{
	struct memory_notify mn;
	unsigned long before;

	start(0, 0);
	settle();
	take(4);
	pass(HZ);
	give(4);
	host_error = -EINPROGRESS;
	pass(T + 80);
	expect_op(get_param(&param_quarantined), >, 0);
	mn.start_pfn = told[0].first;
	mn.nr_pages = told[0].pages;
	before = jiffies;
	mem_hotplug_begin();
	expect(memory_notify(MEM_GOING_OFFLINE, &mn), -EBUSY);
	expect(jiffies - before, 0);
	/* Beside it nothing is in the way */
	mn.start_pfn = told[0].first + told[0].pages == ZONE_SECTIONS * SECTION ?
		       0 : told[0].first + told[0].pages;
	mn.nr_pages = SECTION;
	expect(memory_notify(MEM_GOING_OFFLINE, &mn), 0);
	memory_notify(MEM_CANCEL_OFFLINE, &mn);
	for (mn.start_pfn = 0;
	     PageBuddy(pfn_to_page(mn.start_pfn + SECTION)) ||
	     !PageBuddy(pfn_to_page(mn.start_pfn)); mn.start_pfn += SECTION)
		expect_op(mn.start_pfn, <, (ZONE_SECTIONS - 2) * SECTION);
	expect(memory_notify(MEM_GOING_OFFLINE, &mn), 0);
	memory_notify(MEM_CANCEL_OFFLINE, &mn);
	for (mn.start_pfn = SECTION;
	     PageBuddy(pfn_to_page(mn.start_pfn - SECTION)) ||
	     !PageBuddy(pfn_to_page(mn.start_pfn)); mn.start_pfn += SECTION)
		expect_op(mn.start_pfn, <, (ZONE_SECTIONS - 1) * SECTION);
	expect(memory_notify(MEM_GOING_OFFLINE, &mn), 0);
	memory_notify(MEM_CANCEL_OFFLINE, &mn);
	mem_hotplug_done();
	stop();
	host_error = 0;
	answer_late();
	expect(get_param(&param_quarantined), 0);
	/* In flight: waited for, a tenth of a second at most */
	start(0, 0);
	settle();
	take(4);
	pass(HZ);
	give(4);
	host_delay = HZ;
	pass(T + 2 * TICK);
	expect(nr_told, 1);
	mn.start_pfn = told[0].first;
	mn.nr_pages = told[0].pages;
	before = jiffies;
	mem_hotplug_begin();
	expect(memory_notify(MEM_GOING_OFFLINE, &mn), -EBUSY);
	expect(jiffies - before, HZ / 10);
	mem_hotplug_done();
	host_delay = 0;
	stop();
}

/* N14: memory that has been offline after use is not new when it comes back */
static void used_before(void)
{
	unsigned long pfn = 4 * SECTION, pages = 2 * SECTION;
	struct memory_notify mn = { pfn, pages };

	start(0, 0);
	settle();
	mem_hotplug_begin();
	memory_notify(MEM_OFFLINE, &mn);
	mem_hotplug_done();
	take(ZONE_SECTIONS);
	give(ZONE_SECTIONS);
	expect(marked(), 0);
	mem_hotplug_begin();
	memory_notify(MEM_ONLINE, &mn);
	expect(marked(), 0);
	mem_hotplug_done();
	stop();
}

/* N15: one range that the host refuses, and one zone, do not hold up the rest */
static unsigned long bad_pfn;
static unsigned int refusals;

static int refuse_one(struct page_reporting_dev_info *prdev,
		      struct scatterlist *sg, unsigned int nents)
{
	int err = 0;
	unsigned int i;

	model_told(sg, nents, prdev->capacity ?: PAGE_REPORTING_CAPACITY);
	for (i = 0; i < nents; i++)
		if (page_to_pfn(sg_page(&sg[i])) <= bad_pfn &&
		    page_to_pfn(sg_page(&sg[i])) +
		    (sg[i].length >> PAGE_SHIFT) > bad_pfn)
			err = -EIO;
	refusals += err != 0;
	model_answered(err);
	return err;
}

static void give_three(void)
{
	give(3);
	/* The work is interrupted for so long that somebody takes note */
	sleep_until(jiffies + 1);
}

static void one_bad_range(void)
{
	struct page_reporting_dev_info picky = { .report = refuse_one };
	struct zone *first = zone, *second;
	unsigned int before;

	buddy_init(2 * ZONE_SECTIONS * SECTION);
	model_start();
	first = buddy_add_zone("Normal", 0, ZONE_SECTIONS * SECTION);
	second = buddy_add_zone("Movable", ZONE_SECTIONS * SECTION,
				ZONE_SECTIONS * SECTION);
	populate(first, 0, ZONE_SECTIONS * SECTION);
	populate(second, ZONE_SECTIONS * SECTION, 2 * ZONE_SECTIONS * SECTION);
	bad_pfn = 5 * SECTION;
	zone = first;
	any_zone = true;
	expect(page_reporting_register(&picky), 0);
	/* The other zone does not wait, not even a tick */
	pass(T + TICK + 5);
	zone = second;
	expect(marked(), ZONE_SECTIONS * SECTION);
	zone = first;
	pass(20 * HZ);
	expect(marked(), (ZONE_SECTIONS - 1) * SECTION);
	zone = second;
	expect(marked(), ZONE_SECTIONS * SECTION);
	/* And what is freed there later does not wait for the first one's turn, nor bring it on */
	before = refusals;
	expect_op(before, >, 0);
	take(4);
	pass(HZ);
	give(4);
	pass(T + 80);
	expect(marked(), ZONE_SECTIONS * SECTION);
	expect(refusals, before);
	/* Nor does what is freed just when the work has done all else */
	take(4);
	pass(HZ);
	give(1);
	at_sleep = give_three;
	pass(T + 80);
	expect(at_sleep == NULL, true);
	pass(T + 80);
	expect(marked(), ZONE_SECTIONS * SECTION);
	expect(refusals, before);
	page_reporting_unregister(&picky);
	any_zone = false;
}

static unsigned long waited, freed;

static void be_short_of_memory(void)
{
	unsigned long before = jiffies;

	freed = 5;
	expect(oom_notifier->notifier_call(oom_notifier, 0, &freed), NOTIFY_OK);
	waited = jiffies - before;
}

static void wait_for_reports(void)
{
	unsigned long before = jiffies;

	page_reporting_wait(0, max_pfn);
	waited = jiffies - before;
}

static void start_waiting(void)
{
	task_start("oom", be_short_of_memory);
}

static void start_waiting_for_reports(void)
{
	task_start("contig", wait_for_reports);
}

/* Memory of CMA is no headroom for those who cannot use it, but it is told */
static void memory_of_cma(void)
{
	unsigned int i;

	for (i = 0; i < ZONE_SECTIONS / 2 * SECTION; i += UNIT)
		buddy_set_type(zone, i, MIGRATE_CMA);
	start(0, 0);
	pass(T + 80);
	/* The half that anybody may use: a sixteenth of that, then of all */
	expect_op(told[0].pages, <=, ZONE_SECTIONS / 2 / 16 * SECTION);
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	stop();

	/* Where all of that is needed CMA alone is told, of no use to the OOM killer */
	boot(ZONE_SECTIONS);
	for (i = 0; i < ZONE_SECTIONS / 2 * SECTION; i += UNIT)
		buddy_set_type(zone, i, MIGRATE_CMA);
	zone->high_wmark = ZONE_SECTIONS / 2 * SECTION;
	start(0, 0);
	host_delay = 50;
	while_told = start_waiting;
	waited = HZ;
	pass(T + 2 * TICK);
	expect(nr_told, 1);
	expect(waited, 0);
	expect(freed, 5);
	while_told = NULL;
	host_delay = 0;
	settle();
	expect(marked(), ZONE_SECTIONS / 2 * SECTION);
	stop();

	/* Nor is what only movable memory can have */
	boot(ZONE_SECTIONS);
	zone->index = ZONE_MOVABLE;
	start(0, 0);
	host_delay = 50;
	while_told = start_waiting;
	waited = HZ;
	pass(T + 2 * TICK);
	expect(nr_told, 1);
	expect(waited, 0);
	expect(freed, 5);
	while_told = NULL;
	host_delay = 0;
	stop();
}

/* As far as the count of free memory may be off, it is not relied on */
static void count_that_drifts(void)
{
	zone->percpu_drift_mark = ZONE_SECTIONS * SECTION - UNIT + 1;
	start(0, 0);
	pass(100 * HZ);
	expect(nr_told, 0);
	expect(marked(), 0);
	zone->percpu_drift_mark--;
	take(1);
	give(1);
	pass(T + 80);
	expect(told[0].pages, UNIT);
	stop();
}

/* The last page block of the first block that is told */
static unsigned long retagged;

static void isolate_a_part(void)
{
	while_told = NULL;
	retagged = told[0].first + SECTION - UNIT;
	buddy_retag(retagged, MIGRATE_ISOLATE);
}

static void end_isolation_of_a_part(void)
{
	const int movable = MIGRATE_MOVABLE;

	buddy_unisolate_range(zone, retagged, retagged + UNIT, &movable);
	model_check();
}

/* H5: the same as half_isolated() of what the host answers late */
static void isolated_in_flight(void)
{
	char text[16];

	start(0, 0);
	settle();
	take(1);
	pass(HZ);
	give(1);
	host_error = -EINPROGRESS;
	pass(T + 80);
	expect(get_param(&param_quarantined), SECTION);
	isolate_a_part();
	host_error = 0;
	answer_late();
	expect(zone_page_state(zone, NR_FREE_PAGES),
	       ZONE_SECTIONS * SECTION - UNIT);
	end_isolation_of_a_part();
	expect(zone_page_state(zone, NR_FREE_PAGES), ZONE_SECTIONS * SECTION);
	settle();
	stop();

	/* A unit of which a part is isolated is none */
	boot(2 * ZONE_SECTIONS);
	sprintf(text, "%u", BLOCK);
	start_with_order(text);
	settle();
	take(1);
	pass(HZ);
	give(1);
	while_told = isolate_a_part;
	pass(T + 80);
	expect(told[0].pages, SECTION);
	expect(marked(), (2 * ZONE_SECTIONS - 1) * SECTION);
	expect(unmarked(), 0);
	end_isolation_of_a_part();
	settle();
	expect(marked(), 2 * ZONE_SECTIONS * SECTION);
	stop();
}

/* Refused as a whole, and then there is no answer at all */
static unsigned int refused;
static bool refuses, loses;

static int refuse_then_lose(struct page_reporting_dev_info *prdev,
			    struct scatterlist *sg, unsigned int nents)
{
	int err = refuses && nents > 1 ? -EIO : loses ? -EINPROGRESS : 0;

	refused += err == -EIO;
	model_told(sg, nents, PAGE_REPORTING_CAPACITY);
	model_answered(err);
	return err;
}

static void lost_one_by_one(void)
{
	struct page_reporting_dev_info other = { .report = refuse_then_lose };
	unsigned int i;

	expect(page_reporting_register(&other), 0);
	pass(100 * HZ);
	expect(marked(), ZONE_SECTIONS * SECTION);
	/* Units that lie apart: refused as a whole, then the first is not answered */
	take_order(8, pageblock_order);
	pass(HZ);
	for (i = 0; i < 8; i += 2)
		buddy_free(taken[i], pageblock_order);
	refuses = true;
	loses = true;
	pass(T + 80);
	expect(refused, 1);
	expect_op(get_param(&param_quarantined), >=, 2 * UNIT);
	expect(works_pending(), false);
	loses = false;
	model_reset();
	page_reporting_release(&other);
	for (i = 1; i < 8; i += 2)
		buddy_free(taken[i], pageblock_order);
	pass(100 * HZ);
	expect(marked(), ZONE_SECTIONS * SECTION);
	/* What is taken one by one has not failed, and puts nothing off */
	expect(zone->reporting.retry_delay, 0);
	take_order(4, pageblock_order);
	pass(HZ);
	buddy_free(taken[nr_taken - 4], pageblock_order);
	buddy_free(taken[nr_taken - 2], pageblock_order);
	refused = 0;
	pass(T + 80);
	expect(refused, 1);
	expect(unmarked(), 0);
	expect(zone->reporting.retry_delay, 0);
	refuses = false;
	page_reporting_unregister(&other);
}

/* After silence nothing starts a report, also where it was the retry of another */
static void silence_after_retry(void)
{
	start(0, 0);
	settle();
	take(4);
	pass(HZ);
	give(4);
	host_error = -ENOSPC;
	pass(T + 80);
	expect_op(seen.fails, >, 0);
	/* Nothing is on its way back now */
	be_short_of_memory();
	expect(freed, 5);
	host_error = -EINPROGRESS;
	pass(4 * HZ);
	expect_op(get_param(&param_quarantined), >, 0);
	nr_told = 0;
	take(1);
	give(1);
	expect(works_pending(), false);
	pass(100 * HZ);
	expect(nr_told, 0);
	host_error = 0;
	answer_late();
	settle();
	stop();
}

/* The host has nothing behind new memory, unless all that is free is written to */
static void written_memory(void)
{
	struct memory_notify mn = { ZONE_SECTIONS * SECTION, 2 * SECTION };
	unsigned long i;

	buddy_init((ZONE_SECTIONS + 20) * SECTION);
	model_start();
	zone = buddy_add_zone("Normal", 0, (ZONE_SECTIONS + 20) * SECTION);
	/* Not there before in any scenario */
	populate(zone, 0, ZONE_SECTIONS * SECTION);
	start(0, 0);
	settle();
	mn.start_pfn += 16 * SECTION;
	free_pages_written = true;
	mem_hotplug_begin();
	populate(zone, mn.start_pfn, mn.start_pfn + SECTION);
	model_online(mn.start_pfn, SECTION);
	mem_hotplug_done();
	free_pages_written = false;
	expect(unmarked(), SECTION);
	settle();
	stop();
	/* Nor where the host backs all of it from the first */
	backend.lazy_backing = false;
	expect(page_reporting_register(&backend), 0);
	settle();
	mem_hotplug_begin();
	populate(zone, mn.start_pfn + SECTION, mn.start_pfn + 2 * SECTION);
	model_online(mn.start_pfn + SECTION, SECTION);
	mem_hotplug_done();
	expect(unmarked(), SECTION);
	settle();
	stop();
	start(0, 0);
	settle();
	/* Of new memory only what is free is marked */
	mn.start_pfn -= 4 * SECTION;
	for (i = 0; i < SECTION; i++)
		model_own(mn.start_pfn + i);
	mem_hotplug_begin();
	buddy_online(zone, mn.start_pfn, SECTION);
	buddy_free(pfn_to_page(mn.start_pfn + UNIT), pageblock_order);
	model_online(mn.start_pfn, SECTION);
	mem_hotplug_done();
	expect(marked(), (ZONE_SECTIONS + 2) * SECTION + UNIT);
	expect(unmarked(), 0);
	for (i = 0; i < SECTION; i += UNIT)
		if (i != UNIT)
			buddy_free(pfn_to_page(mn.start_pfn + i),
				   pageblock_order);
	settle();
	mn.start_pfn += 4 * SECTION;
	/* It could not be kept which memory has been used: then all of it has */
	mn.start_pfn += 2 * SECTION;
	mn.nr_pages = SECTION;
	allocation_fails = true;
	mem_hotplug_begin();
	expect(memory_notify(MEM_OFFLINE, &mn), 0);
	mem_hotplug_done();
	allocation_fails = false;
	mem_hotplug_begin();
	populate(zone, mn.start_pfn, mn.start_pfn + SECTION);
	model_online(mn.start_pfn, SECTION);
	mem_hotplug_done();
	expect(marked(), (ZONE_SECTIONS + 3) * SECTION);
	expect(unmarked(), SECTION);
	settle();
	stop();
}

/* What nobody keeps a sum of is added up for /proc/vmstat */
static void sums(void)
{
	unsigned long stat[NR_VM_ZONE_STAT_ITEMS] = { 0 };

	start(0, 0);
	settle();
	take(3);
	give(3);
	page_reporting_vmstat(stat);
	expect(stat[NR_FREE_REPORTED], (ZONE_SECTIONS - 3) * SECTION);
	expect(stat[NR_FREE_UNREPORTED], 3 * SECTION);
	stop();
}

/* Of a block of which two pages are new, the marks on the others go, each of them */
static void lost_marks(void)
{
	struct page *page;

	start_with_order("0");
	settle();
	page = buddy_alloc(zone, 1, MIGRATE_MOVABLE);
	pass(HZ);
	buddy_free(page, 1);
	host_error = -EINPROGRESS;
	pass(T + 80);
	expect(told[0].pages, 2);
	expect(get_param(&param_quarantined), SECTION);
	stop();
	model_reset();
	page_reporting_release(&backend);
	model_check();
	host_error = 0;
	start(0, 0);
	expect(unmarked(), ZONE_SECTIONS * SECTION);
	settle();
	expect(marked(), ZONE_SECTIONS * SECTION);
	stop();
}

/* Who is short of memory waits for what is on its way back, a second at most */
static void out_of_memory(void)
{
	be_short_of_memory();
	expect(waited, 0);
	expect(freed, 5);

	start(0, 0);
	while_told = start_waiting;
	host_delay = 99;
	pass(T + TICK + 99 + 1);
	expect(waited, 99);
	expect(freed, 5 + told[0].pages);
	while_told = NULL;
	settle();

	take(1);
	pass(HZ);
	give(1);
	while_told = start_waiting;
	host_delay = 101;
	pass(T + 80 + 101);
	expect(waited, 100);
	expect(freed, 5);
	while_told = NULL;
	settle();

	/* The same for who needs each page of a range */
	take(1);
	pass(HZ);
	give(1);
	while_told = start_waiting_for_reports;
	host_delay = 50;
	pass(T + 80 + 50);
	expect(waited, 50);
	while_told = NULL;
	settle();
	wait_for_reports();
	expect(waited, 0);
	stop();
	wait_for_reports();
	expect(waited, 0);
}

/* Isolated memory is left alone, and looked at again when it is not any more */
static void isolated(void)
{
	int types[SECTION / PAGEBLOCK_NR_PAGES];
	struct page *page;

	start(0, 0);
	expect(buddy_isolate(zone, 4 * SECTION, types), true);
	settle();
	expect(unmarked(), SECTION);
	expect(marked(), (ZONE_SECTIONS - 1) * SECTION);
	expect(PageReported(pfn_to_page(4 * SECTION)), false);
	buddy_unisolate(zone, 4 * SECTION, types);
	pass(T + 80);
	expect(unmarked(), 0);

	/* Nor is it taken from a list where it should not be */
	take(1);
	pass(HZ);
	page = taken[0];
	give(1);
	buddy_retag(page_to_pfn(page), MIGRATE_ISOLATE);
	sleep_until(jiffies + 100 * HZ);
	expect(unmarked(), SECTION);
	buddy_retag(page_to_pfn(page), MIGRATE_MOVABLE);
	stop();
}

/* Reported blocks go to the tail: a load finds at the head what it has freed */
static void tail(void)
{
	struct list_head *list = &zone->free_area[BLOCK].free_list[MIGRATE_MOVABLE];
	struct page *page;

	start(0, 0);
	settle();
	take(2);
	pass(HZ);
	page = taken[0];
	give(2);
	expect(list->next == &page->lru, true);
	pass(T + 80);
	expect(marked(), ZONE_SECTIONS * SECTION);
	expect(list->prev == &page->lru || list->prev->prev == &page->lru,
	       true);
	stop();
}

/* What is new is found behind any number of blocks that hold nothing new */
static void found_far_behind(void)
{
	struct page *page;

	start(0, 0);
	settle();
	page = buddy_alloc(zone, BLOCK, MIGRATE_MOVABLE);
	pass(HZ);
	buddy_free(page, BLOCK);
	/* It is at the head now: put all others before it */
	list_move_tail(&page->lru,
		       &zone->free_area[BLOCK].free_list[MIGRATE_MOVABLE]);
	pass(T + 80);
	expect(nr_told, 1);
	expect(told[0].pages, SECTION);
	expect(told[0].first, page_to_pfn(page));
	stop();
}

static void far_behind(void)
{
	boot(512);
	found_far_behind();
}

/* Short lists, which are looked through again and again, do not count for more */
static void far_behind_beside_others(void)
{
	struct page *other[2];

	boot(512);
	other[0] = buddy_alloc(zone, BLOCK, MIGRATE_UNMOVABLE);
	other[1] = buddy_alloc(zone, BLOCK, MIGRATE_RECLAIMABLE);
	buddy_free(other[0], BLOCK);
	buddy_free(other[1], BLOCK);
	found_far_behind();
}

/* Single pages that a CPU keeps to itself are counted once memory has settled */
static void drained(void)
{
	unsigned int i;

	start(0, 0);
	settle();
	take_order(1, pageblock_order);
	pass(100 * HZ);
	for (i = 0; i < 1U << pageblock_order; i++)
		buddy_free(taken[0] + i, 0);
	nr_taken = 0;
	expect_op(zone->pcp_count, >, 0);
	/* That alone wakes nobody: a block that is freed beside it does */
	pass(100 * HZ);
	expect_op(zone->pcp_count, >, 0);
	take(1);
	give(1);
	pass(T + 80 + T);
	expect(zone->pcp_count, 0);
	expect(marked(), ZONE_SECTIONS * SECTION);
	stop();
}

/* The first memory of a zone is counted when it comes */
static void hot_added(void)
{
	const unsigned long half = ZONE_SECTIONS * SECTION;
	struct memory_notify mn = { half, half };
	struct zone *first, *second;

	buddy_init(2 * half);
	model_start();
	zone = buddy_add_zone("Normal", 0, half);
	/* It is there from the first, with nothing in it */
	second = buddy_add_zone("Movable", half, half);
	first = zone;
	populate(zone, 0, half);
	start(0, 0);
	settle();
	zone = second;
	mem_hotplug_begin();
	populate(zone, half, 2 * half);
	expect(unmarked(), 0);
	memory_notify(MEM_GOING_ONLINE, &mn);
	expect(unmarked(), 0);
	model_online(mn.start_pfn, mn.nr_pages);
	/* The host has nothing behind it yet */
	expect(marked(), half);
	expect(unmarked(), 0);
	expect(zone->reporting.order, first->reporting.order);
	mem_hotplug_done();
	take(1);
	expect(marked(), half - SECTION);
	give(1);
	settle();
	expect(marked(), half);
	zone = first;
	expect(marked(), half);
	stop();
}

static void reboot(void)
{
	start(0, 0);
	settle();
	expect(reboot_notifier->notifier_call(reboot_notifier, 0, NULL),
	       NOTIFY_OK);
	expect(static_key_enabled(&page_reporting_active), false);
	expect(get_param(&param_enabled), 0);
	stop();
	/* Nor does a backend that comes late bring it back */
	start(0, 0);
	pass(100 * HZ);
	expect(nr_told, 0);
	set(&param_enabled, "1");
	stop();
}

/* The work stands still while the system is suspended */
static void suspended(void)
{
	start(0, 0);
	take(8);
	settle();
	give(8);
	work_freeze();
	pass(100 * HZ);
	expect(nr_told, 0);
	work_thaw();
	pass(2 * T);
	expect(unmarked(), 0);
	stop();
}

/*
 * A user of the guest who takes and gives back all memory just so slowly that
 * it counts as free, for an hour: the host is told all of it at most once in
 * 16 seconds, plus twice.
 */
static void hour_of_abuse(void)
{
	const unsigned long total = ZONE_SECTIONS * SECTION;
	unsigned long pages = 0, began;
	unsigned int i;

	start(0, 0);
	settle();
	began = jiffies;
	while (jiffies < began + 3600UL * HZ) {
		take(ZONE_SECTIONS - 1);
		pass(10);
		give(ZONE_SECTIONS - 1);
		pass(T + TICK + 2);
	}
	expect_op(nr_told, <, ARRAY_SIZE(told));
	for (i = 0; i < nr_told; i++)
		pages += told[i].pages;
	expect_op(pages, <=, 2 * total + total * 3600 / 16);
	/* The cap is what bounds it: without it there would be eight times more */
	expect_op(pages, >=, total * 3600 / 16 - total);
	printf("# figure: host hour of abuse told = %lu.%02lu of memory\n",
	       pages / total, pages * 100 / total % 100);
	/* When it ends, all is back, be it later */
	settle();
	expect(unmarked(), 0);
	stop();
}

static void use_all_again(unsigned int times)
{
	while (times--) {
		take(ZONE_SECTIONS - 1);
		pass(10);
		give(ZONE_SECTIONS - 1);
		pass(T + TICK + 2);
	}
}

/* Twice the memory is saved up, at the start as after a rest, and no more */
static void budget(void)
{
	const unsigned long total = ZONE_SECTIONS * SECTION;
	unsigned long pages;

	start(0, 0);
	pass(T + TICK + 2);
	/* model.c knows the limit */
	use_all_again(6);
	expect_op(unmarked(), >, total / 2);

	take(ZONE_SECTIONS - 1);
	pass(100 * HZ);
	give(ZONE_SECTIONS - 1);
	pages = model_pages_told;
	pass(T + TICK + 2);
	use_all_again(1);
	expect_op(model_pages_told - pages, >=, 2 * (total - SECTION));
	use_all_again(4);
	expect_op(model_pages_told - pages, <, 3 * total);
	stop();
}

/* Memory that is marked and not used stays so when blocks split and merge */
static void marks_survive_splits(void)
{
	unsigned int i;

	start_with_order("1");
	settle();
	for (i = 0; i < BLOCK; i++) {
		unsigned long unit = max(1UL << i, 2UL);

		take_order(1, i);
		expect(unmarked(), 0);
		expect(marked(), ZONE_SECTIONS * SECTION - unit);
		give_order(1, i);
		drain_all_pages(NULL);
		expect(unmarked(), unit);
		expect(marked(), ZONE_SECTIONS * SECTION - unit);
		settle();
	}
	stop();
}

/* A change of order, and of backend, in the middle of a report */
static void change_order(void)
{
	expect(set(&param_page_reporting_order, "0"), 0);
}

static void start_change_of_order(void)
{
	while_told = NULL;
	task_start("sysfs", change_order);
}

static void start_unregistering(void)
{
	while_told = NULL;
	task_start("remove", stop);
}

static void changed_in_flight(void)
{
	start(0, 0);
	while_told = start_change_of_order;
	host_delay = 20;
	pass(T + TICK + 5);
	/* It waits for the host */
	expect(zone->reporting.order, pageblock_order);
	pass(20);
	expect(zone->reporting.order, 0);
	expect(marked(), 0);
	expect(unmarked(), ZONE_SECTIONS * SECTION);
	settle();
	take(1);
	pass(HZ);
	give(1);
	while_told = start_unregistering;
	pass(T + 80);
	expect(static_key_enabled(&page_reporting_active), false);
	expect(marked() + unmarked(), 0);
	expect(zone_page_state(zone, NR_FREE_PAGES), ZONE_SECTIONS * SECTION);
}

static bool late_on;

static int note_late(struct notifier_block *nb, unsigned long on, void *data)
{
	late_on = on;
	return NOTIFY_OK;
}

/* Whoever has subscribed knows at any time whether memory is reported */
static void subscribed(void)
{
	static struct notifier_block first = { note_call };
	static struct notifier_block late = { note_late };
	struct page_reporting_dev_info other = { .report = report };
	char most[16];

	sprintf(most, "%u", MAX_ORDER);
	page_reporting_subscribe(&first);
	expect(subscriber.calls, 1);
	expect(subscriber.on, false);
	expect(start(0, 1), 0);
	expect(subscriber.calls, 2);
	expect(subscriber.on, true);
	/* What changes nothing is not told */
	expect(set(&param_enabled, "1"), 0);
	expect(__page_reporting_register(&other, "other"), -EBUSY);
	page_reporting_unregister(&other);
	expect(subscriber.calls, 2);
	/* A second one, and the first is not told again */
	page_reporting_subscribe(&late);
	expect(late_on, true);
	expect(subscriber.calls, 2);
	settle();
	expect(set(&param_enabled, "0"), 0);
	expect(subscriber.calls, 3);
	expect(subscriber.on, false);
	expect(late_on, false);
	expect(set(&param_page_reporting_order, "2"), 0);
	expect(subscriber.calls, 3);
	expect(set(&param_enabled, "1"), 0);
	expect(subscriber.calls, 4);
	/* A new order: off, and on again, but for one above the largest */
	expect(set(&param_page_reporting_order, "1"), 0);
	expect(subscriber.calls, 6);
	expect(subscriber.on, true);
	expect(set(&param_page_reporting_order, most), 0);
	expect(subscriber.calls, 7);
	expect(subscriber.on, false);
	expect(set(&param_page_reporting_order, "-1"), 0);
	expect(subscriber.calls, 8);
	restored_notifier->notifier_call(restored_notifier, 0, NULL);
	expect(subscriber.calls, 10);
	expect(subscriber.on, true);
	/* At once, while the host has a report, and it is the last one */
	settle();
	take(8);
	pass(HZ);
	give(8);
	while_told = start_unregistering;
	host_delay = 20;
	await(nr_told == 1, 3);
	expect(told[0].pages, SECTION);
	pass(1);
	expect(subscriber.calls, 11);
	expect(subscriber.on, false);
	expect(subscriber.when, told[0].when);
	expect(static_key_enabled(&page_reporting_active), true);
	pass(10 * HZ);
	expect(nr_told, 1);
	expect(static_key_enabled(&page_reporting_active), false);
	stop();
	expect(subscriber.calls, 11);
}

/* 128 MiB are held at most, however much is free */
static void most_held(void)
{
	boot(SZ_128M / PAGE_SIZE / SECTION * 20);
	start(0, 64);
	pass(T + TICK + 5);
	expect(told[0].pages, SZ_128M / PAGE_SIZE);
	stop();
}

/*
 * Of a large zone with units of each size: reported, used in part, freed again,
 * and all marks cleared. What may be done with the lock held the model knows.
 */
static void large_zone(void)
{
	unsigned int order, i;
	char text[16];

	for (order = 0; order < MAX_ORDER; order++) {
		/* With small units each struct page is touched, which takes long */
		boot_sparse(order < 8 ? 4 : 64, 64);
		sprintf(text, "%u", order);
		start_with_order(text);
		settle();
		expect(marked(), 64 * SECTION);
		/* What is new lies behind all that is not */
		take_order(2, order);
		for (i = 0; i < 40; i++)
			take(1);
		pass(HZ);
		for (i = 0; i < 40; i++)
			give(1);
		pass(2 * T);
		give_order(2, order);
		drain_all_pages(NULL);
		pass(T + 80);
		expect(unmarked(), 0);
		stop();
	}
}

/* A report is not dearer with more CPUs */
static void many_cpus(void)
{
	nr_cpu_ids = 256;
	boot_sparse(64, 64);
	start(0, 0);
	settle();
	take(32);
	pass(HZ);
	give(32);
	pass(T + 80);
	expect_op(nr_told, >, 4);
	expect(unmarked(), 0);
	stop();
	nr_cpu_ids = 4;
}

/* Those that count in single pages do so in small blocks */
static const struct {
	const char *name;
	void (*run)(void);
	enum { ANY, SMALL, LARGE } blocks;
} all[] = {
	{ "the order in force", orders, SMALL },
	{ "first reports a window after the start", first_reports, ANY },
	{ "switched off and on", switched_off_and_on, SMALL },
	{ "whoever has subscribed is told", subscribed, ANY },
	{ "one backend, and errors of registering", registered_once, ANY },
	{ "freed for good", freed_for_good, ANY },
	{ "a churn below T is left alone", churn, SMALL },
	{ "the drop of the window is held back", held_back, SMALL },
	{ "freed in steps", freed_in_steps, ANY },
	{ "used while a report is under way", used_meanwhile, SMALL },
	{ "no work without need", no_work_without_need, SMALL },
	{ "ranges of what is new", ranges, SMALL },
	{ "capacity of a report", capacity, SMALL },
	{ "a sixteenth is held", share_held, ANY },
	{ "128 MiB are held", most_held, LARGE },
	{ "watermark and reserve", watermark, ANY },
	{ "retries after errors", retries, ANY },
	{ "counters and CPU time", counters, ANY },
	{ "quarantine and release", no_answer, ANY },
	{ "an answer that comes late", late_answer, ANY },
	{ "no lock is held while the host is waited for", waits_without_locks, ANY },
	{ "offlining beside what the host holds", quarantined_offline, ANY },
	{ "one bad range, one bad zone", one_bad_range, ANY },
	{ "no answer, range by range", lost_one_by_one, SMALL },
	{ "silence after a retry", silence_after_retry, ANY },
	{ "memory of CMA in flight", memory_of_cma, ANY },
	{ "a count that drifts", count_that_drifts, ANY },
	{ "isolated in part, and answered late", isolated_in_flight, ANY },
	{ "sums of all zones", sums, ANY },
	{ "marks of what is released", lost_marks, SMALL },
	{ "who is short of memory waits", out_of_memory, ANY },
	{ "isolated page blocks", isolated, ANY },
	{ "reported blocks go to the tail", tail, ANY },
	{ "what is new lies far behind", far_behind, SMALL },
	{ "what is new lies far behind, beside short lists", far_behind_beside_others, SMALL },
	{ "memory of CMA", cma, SMALL },
	{ "a zone too small for the unit", small_zone, SMALL },
	{ "most of the zone is used", mostly_used, ANY },
	{ "half of a block is isolated", half_isolated, ANY },
	{ "restored from a snapshot", restored, ANY },
	{ "per-cpu lists are drained", drained, SMALL },
	{ "the first memory of a zone", hot_added, ANY },
	{ "memory that was used before it went offline", used_before, ANY },
	{ "reboot", reboot, ANY },
	{ "suspended", suspended, ANY },
	{ "what may be told is saved up", budget, SMALL },
	{ "an hour of abuse", hour_of_abuse, SMALL },
	{ "marks survive splits", marks_survive_splits, SMALL },
	{ "changed while a report is in flight", changed_in_flight, ANY },
	{ "a zone of 64 GiB, units of each order", large_zone, LARGE },
	{ "256 CPUs", many_cpus, LARGE },
	/* The last: afterwards no memory is new any more */
	{ "memory that is written when it is freed", written_memory, ANY },
};

static void begin(unsigned int place)
{
	boot(ZONE_SECTIONS);
}

static void end(void)
{
	expect(static_key_enabled(&page_reporting_active), false);
	set_default_order();
}

int main(int argc, char **argv)
{
	const unsigned int blocks = MAX_ORDER == 6 ? SMALL : LARGE;
	const struct runner here = { .begin = begin, .end = end };
	unsigned int i;
	int status;

	kit_start(argc, argv, "c:", "scenarios [-c CASE]");
	machine_start(1000, no_chance);
	machine_check = model_look;
	init_page_reporting_init();
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		const struct test_case test = { all[i].name, all[i].run };

		if (all[i].blocks == ANY || all[i].blocks == blocks)
			run_case(&here, &test);
	}
	status = kit_end();
	printf("# figure: host expectations = %lu\n", expectations);
	return status;
}
