// SPDX-License-Identifier: GPL-2.0
/*
 * Page reporting under everything at once: tasks allocate and free, write
 * parameters, isolate page blocks, take memory offline, register and
 * unregister backends that answer late, fail or never answer. After each
 * operation all pages are compared with the naive model.
 *
 * usage: reporting [-s SEED] [-n OPERATIONS]
 * With -DFUZZ an input of libFuzzer takes the place of the random numbers.
 */
#include "bounds.h"
#include "buddy.h"
#include "kit.h"
#include "machine.h"
#include "model.h"
#include "page_reporting.h"
#include "random.h"
#include "series.h"

#define SECTION			MAX_ORDER_NR_PAGES
#define SECTIONS		48
#define NORMAL_START		(4 * SECTION)
#define HOT_START		(40 * SECTION)

#define USERS			3
#define ROUND			3000	/* operations */
#define SLOTS			96

static struct zone *dma, *normal, *hot;
static unsigned long operations, late_answers, sections_offline;

#ifdef FUZZ
static const u8 *input, *input_end;

static unsigned int chance(unsigned int n)
{
	if (input < input_end)
		return *input++ % n;
	/* The end of the input: whoever can run gets its turn */
	return operations++ % n;
}
#else
#define chance	random_below
#endif

/* Memory in use */
static struct slot {
	struct page *page;
	unsigned int order;
	unsigned int value;
} slots[SLOTS];

static void use_memory(void)
{
	struct zone *zone = zones[chance(nr_zones)];
	unsigned int order = chance(3) ? chance(MAX_ORDER) : 0;
	struct slot *s = &slots[chance(SLOTS)];
	struct page *page;
	unsigned int i;

	if (s->page)
		return;
	page = buddy_alloc(zone, order, chance(MIGRATE_HIGHATOMIC));
	if (!page)
		return;
	if (s->page) {
		/* Somebody was quicker */
		buddy_free(page, order);
		return;
	}
	*s = (struct slot) { page, order, operations | 1 };
	for (i = 0; i < 1U << order; i++)
		model_write(page_to_pfn(page) + i, s->value + 2 * i);
}

static void check_memory(const struct slot *s)
{
	unsigned int i;

	for (i = 0; i < 1U << s->order; i++)
		if (model_read(page_to_pfn(s->page) + i) != s->value + 2 * i)
			failed("page %lx was lost", page_to_pfn(s->page) + i);
}

static void free_memory(void)
{
	struct slot *slot = &slots[chance(SLOTS)], s = *slot;

	if (!s.page)
		return;
	slot->page = NULL;
	check_memory(&s);
	/* All, or in halves, as pages of a block are given back one by one */
	while (s.order && !chance(3)) {
		s.order--;
		buddy_free(s.page + (1UL << s.order), s.order);
	}
	buddy_free(s.page, s.order);
}

static void free_all_memory(void)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		struct slot s = slots[i];

		if (!s.page)
			continue;
		slots[i].page = NULL;
		check_memory(&s);
		buddy_free(s.page, s.order);
	}
}

/* Backends, of which one at a time can be registered */
static struct backend {
	struct page_reporting_dev_info prdev;
	bool lost;		/* has a report that was not answered */
	bool answering;		/* a task that takes a late answer is there */
	/* A driver does one of its things at a time */
	enum { UNREGISTERED, CHANGING, REGISTERED } state;
} backends[2];

static bool host_is_good;

/* The host answers what the backend has given up: nobody needs to be reset */
static void answer_late(struct backend *b)
{
	if (!b->lost)
		return;
	b->lost = false;
	late_answers++;
	model_discard(chance);
	model_reset();
	yield();
	page_reporting_release(&b->prdev);
}

static void answer_at_random(struct backend *b)
{
	sleep_until(jiffies + (chance(3) ? chance(250) * HZ / 4 : 0));
	answer_late(b);
	b->answering = false;
}

/* The driver's own: it may run before the core knows that nobody has answered */
static void answer_first(void)
{
	answer_at_random(&backends[0]);
}

static void answer_second(void)
{
	answer_at_random(&backends[1]);
}

static void start_answering(struct backend *b)
{
	if (b->answering || chance(2))
		return;
	b->answering = true;
	task_start("driver", b == backends ? answer_first : answer_second);
}

static int report(struct page_reporting_dev_info *prdev,
		  struct scatterlist *sg, unsigned int nents)
{
	struct backend *b = container_of(prdev, struct backend, prdev);
	int err = 0;

	BUG_ON(in_critical_section());
	model_told(sg, nents, prdev->capacity ?: PAGE_REPORTING_CAPACITY);
	model_check();
	model_discard(chance);
	if (!host_is_good) {
		if (!chance(16))
			err = -ENOSPC;
		else if (!chance(64))
			err = -EINPROGRESS;
	}
	if (err == -EINPROGRESS)
		sleep_until(jiffies + 30 * HZ);
	else if (chance(2))
		sleep_until(jiffies + chance(20));
	yield();
	model_discard(chance);
	model_answered(err);
	if (err == -EINPROGRESS) {
		b->lost = true;
		start_answering(b);
		yield();
	}
	return err;
}

static void reset_device(struct backend *b)
{
	if (b->state != UNREGISTERED || !b->lost)
		return;
	b->state = CHANGING;
	model_reset();
	page_reporting_release(&b->prdev);
	b->lost = false;
	b->state = UNREGISTERED;
}

static void register_backend(void)
{
	struct backend *b = &backends[chance(ARRAY_SIZE(backends))];
	unsigned int order = chance(4) ? 0 : chance(MAX_ORDER + 1);
	int err;

	/* A device that lost something is reset before it is used again */
	if (b->state != UNREGISTERED || b->lost)
		return;
	b->state = CHANGING;
	b->prdev = (struct page_reporting_dev_info) {
		.report = report,
		.order = order,
		.capacity = chance(3) ? 0 : 1 + chance(40),
		.lazy_backing = chance(2),
	};
	allocation_fails = !chance(8);
	model_control_begin();
	err = page_reporting_register(&b->prdev);
	model_control_end();
	allocation_fails = false;
	b->state = err ? UNREGISTERED : REGISTERED;
	if (order == MAX_ORDER && err != -EINVAL)
		failed("order %u was taken", order);
}

static void unregister_backend(struct backend *b)
{
	if (b->state != REGISTERED)
		return;
	b->state = CHANGING;
	model_control_begin();
	page_reporting_unregister(&b->prdev);
	model_control_end();
	b->state = UNREGISTERED;
}

static void write_order(void)
{
	/* From the default to above the largest, which is to report nothing */
	int order = (int)chance(MAX_ORDER + 3) - 1;
	char text[16];

	sprintf(text, "%d", order);
	set_param(&param_page_reporting_order, text);
}

static struct isolation isolated;

static bool isolate_section(unsigned int section)
{
	return section * SECTION >= NORMAL_START &&
	       buddy_isolate_section(&isolated, section * SECTION);
}

/* As alloc_contig_range() does it; nothing may be in flight after the wait */
static void allocate_range(void)
{
	unsigned long before = jiffies, pfn, end;

	if (!isolate_section(chance(SECTIONS)))
		return;
	pfn = isolated.pfn;
	end = pfn + SECTION;
	page_reporting_wait(0, max_pfn);
	if (jiffies > before + HZ)
		failed("waited for %lu jiffies", jiffies - before);
	drain_all_pages(isolated.zone);
	while (pfn < end) {
		int order = buddy_take(isolated.zone, pfn);

		if (order >= 0) {
			yield();
			buddy_free(pfn_to_page(pfn), order);
		}
		pfn += order < 0 ? 1 : 1UL << order;
	}
	buddy_unisolate_section(&isolated);
}

/* Here nothing can be moved */
static bool empty_section(unsigned long pfn)
{
	drain_all_pages(NULL);
	return !model_in_use(pfn, SECTION);
}

static void take_offline(void)
{
	unsigned int section = chance(SECTIONS);

	mem_hotplug_begin();
	if (isolate_section(section)) {
		if (model_offline(section * SECTION, empty_section,
				  MOST_JIFFIES_OFFLINE))
			buddy_unisolate_section(&isolated);
		else
			sections_offline++;
		isolated.zone = NULL;
	}
	mem_hotplug_done();
}

static void bring_online(void)
{
	struct memory_notify mn = { chance(SECTIONS) * SECTION, SECTION };
	struct zone *zone = mn.start_pfn >= HOT_START ? hot : normal;
	unsigned int order = chance(MAX_ORDER);
	unsigned long pfn;

	if (mn.start_pfn < NORMAL_START || PageOnline(pfn_to_page(mn.start_pfn)))
		return;
	mem_hotplug_begin();
	if (PageOnline(pfn_to_page(mn.start_pfn))) {
		mem_hotplug_done();
		return;
	}
	for (pfn = mn.start_pfn; pfn < mn.start_pfn + SECTION; pfn++)
		model_own(pfn);
	buddy_online(zone, mn.start_pfn, SECTION);
	for (pfn = mn.start_pfn; pfn < mn.start_pfn + SECTION;
	     pfn += 1UL << order)
		buddy_free(pfn_to_page(pfn), order);
	free_pages_written = !chance(8);
	/* Then nobody knows any more which memory has been in use */
	allocation_fails = !chance(64);
	model_online(mn.start_pfn, mn.nr_pages);
	allocation_fails = false;
	free_pages_written = false;
	mem_hotplug_done();
}

static void run_short_of_memory(void)
{
	unsigned long freed = 0, before = jiffies;

	oom_notifier->notifier_call(oom_notifier, 0, &freed);
	if (jiffies > before + HZ)
		failed("the OOM killer waited for %lu jiffies",
		       jiffies - before);
}

static void shut_down(void)
{
	model_control_begin();
	reboot_notifier->notifier_call(reboot_notifier, 0, NULL);
	model_control_end();
}

/* From a snapshot: the host has all memory again */
static void come_back_restored(void)
{
	model_control_begin();
	restored_notifier->notifier_call(restored_notifier, 0, NULL);
	model_control_end();
}

static void suspend(void)
{
	work_freeze();
	sleep_until(jiffies + chance(100));
	work_thaw();
}

static void operate(void)
{
	struct zone *zone;

	switch (chance(128)) {
	case 0 ... 43:
		use_memory();
		break;
	case 44 ... 95:
		free_memory();
		break;
	case 96 ... 107:
		sleep_until(jiffies + 1 + chance(40));
		break;
	case 108:
		sleep_until(jiffies + chance(255) * 4);
		break;
	case 109:
		drain_all_pages(NULL);
		break;
	case 110:
		zone = zones[chance(nr_zones)];
		zone->high_wmark = chance(20);
		zone->lowmem_reserve[chance(MAX_NR_ZONES)] = chance(20);
		break;
	case 111 ... 114:
		register_backend();
		break;
	case 115:
		if (!chance(6))
			unregister_backend(&backends[chance(2)]);
		break;
	case 116:
		reset_device(&backends[chance(2)]);
		break;
	case 117:
		set_param(&param_enabled, chance(5) ? "1" : "0");
		break;
	case 118:
		if (!chance(6))
			write_order();
		break;
	case 119:
		allocate_range();
		break;
	case 120:
		take_offline();
		break;
	case 121 ... 122:
		bring_online();
		break;
	case 123:
		run_short_of_memory();
		break;
	case 124:
		if (!chance(8))
			shut_down();
		else if (!chance(4))
			come_back_restored();
		break;
	case 125:
		if (!chance(8))
			suspend();
		break;
	case 126:
		get_param(&param_page_reporting_order);
		get_param(&param_enabled);
		break;
	case 127:
		free_all_memory();
		break;
	}
}

static unsigned long users_left;

static void user(void)
{
	unsigned int n;

	for (n = 0; n < ROUND / USERS; n++) {
#ifdef FUZZ
		if (input >= input_end)
			break;
#endif
		operate();
		operations++;
		model_check();
	}
	users_left--;
}

static bool something_is_lost(void)
{
	return backends[0].lost || backends[1].lost;
}

/*
 * What a watermark has kept back is looked at when a unit is freed, not when
 * the watermark changes, or when single pages are freed.
 */
static void free_a_unit_everywhere(void)
{
	struct zone *zone;

	for_each_populated_zone(zone) {
		unsigned int order = zone->reporting.order;
		struct page *page = NULL;

		if (order < MAX_ORDER)
			page = buddy_alloc(zone, order, MIGRATE_MOVABLE);
		if (page)
			buddy_free(page, order);
	}
	drain_all_pages(NULL);
}

/* Everything is given back, and the host is good: then nothing may be left */
static void come_to_rest(void)
{
	unsigned int i;

	free_all_memory();
	host_is_good = true;
	set_param(&param_enabled, "1");
	/* A report under way may still get no answer */
	do {
		if (get_param(&param_quarantined) != model_lost())
			failed("%ld pages are said to be in quarantine, %lu are",
			       get_param(&param_quarantined), model_lost());
		for (i = 0; i < ARRAY_SIZE(backends); i++) {
			while (backends[i].answering)
				sleep_until(jiffies + HZ);
			/* With an answer it must go on as it is */
			if (chance(2))
				answer_late(&backends[i]);
			if (!backends[i].lost)
				continue;
			unregister_backend(&backends[i]);
			reset_device(&backends[i]);
		}
		free_a_unit_everywhere();
		sleep_until(jiffies + 300 * HZ);
	} while (something_is_lost());
	model_check();
	model_check_rest();
	machine_silence(0);
	host_is_good = false;
}

static void populate(struct zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned long p;

	for (p = pfn; p < end; p++)
		model_own(p);
	buddy_online(zone, pfn, end - pfn);
	for (; pfn < end; pfn++)
		buddy_free(pfn_to_page(pfn), 0);
	drain_all_pages(zone);
}

static void boot(void)
{
	kit_steps("operation", &operations);
	buddy_init(SECTIONS * SECTION);
	model_start();
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

	machine_check = model_look;
	users_left = USERS;
	for (i = 0; i < USERS; i++)
		task_start("user", user);
	while (users_left)
		sleep_until(jiffies + HZ);
	come_to_rest();
}

/* Also where a fuzzer's next input begins */
static void shut(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(backends); i++)
		unregister_backend(&backends[i]);
	sleep_until(jiffies + HZ);
	model_check();
	if (works_pending() || static_key_enabled(&page_reporting_active))
		failed("something goes on without a backend");
}

#ifdef FUZZ
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static bool booted;

	input = data;
	input_end = data + size;
	operations = 0;
	machine_start(1000, chance);
	boot();
	if (!booted && init_page_reporting_init())
		failed("init");
	booted = true;
	set_param(&param_page_reporting_order, "3");
	run_round();
	shut();
	return 0;
}
#else
int main(int argc, char **argv)
{
	wanted = 1000000;
	kit_start(argc, argv, "s:n:", "reporting [-s SEED] [-n OPERATIONS]");
	random_start(seed);
	machine_start(1000, chance);
	boot();
	if (init_page_reporting_init())
		failed("init");
	while (operations < wanted)
		run_round();
	shut();
	printf("# figure: host operations = %lu\n", operations);
	printf("# figure: host checks = %lu\n", model_checks);
	printf("# figure: host reports = %lu\n", model_reports);
	printf("# figure: host pages reported = %lu\n", model_pages_reported);
	printf("# figure: host late answers = %lu\n", late_answers);
	printf("# figure: host sections taken offline = %lu\n",
	       sections_offline);
	printf("# figure: host task switches = %lu\n", nr_switches);
	return 0;
}
#endif
