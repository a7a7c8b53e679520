// SPDX-License-Identifier: GPL-2.0
/*
 * Cold cache beside everything else: tasks read, write, map, pin and migrate
 * pages, take memory offline, use CPU time, change limits, write parameters,
 * suspend. After each operation, what is free and marked is compared with the
 * naive model. What is read must be what was written, and what is returned must
 * be cold.
 */
#include "random.h"
#include "stage.h"

#include "bounds.h"

/*
 * Less memory than in scenarios, so that all of it is looked at often. Node 0
 * is in two chunks of stamps. Of node 1, the upper half comes and goes.
 */
#define START_0			(GIB + 16 * SECTION)
#define END_0			(START_0 + 2 * GIB + 7)
#define START_1			(4 * GIB)
#define HOT_1			(START_1 + GIB / 2)
#define END_1			(START_1 + GIB)
#define SMALLEST_FLOOR		(GIB / 32)

#define USERS			2
#define ROUND			2000	/* operations */
#define FILES			12
#define OBJECTS			2000

static struct file *files[FILES];
static struct mem_cgroup *memcg;
static struct zone *upper;
static unsigned long operations;
/* Somebody writes a parameter, takes memory offline, or suspends */
static bool controlling;
static bool registered;

static struct file *any_file(void)
{
	return files[random_below(FILES)];
}

static struct page *any_page(void)
{
	struct file *file = any_file();

	return file->slots[random_below(file->pages)].page;
}

static void use_file(void)
{
	struct file *file = any_file();
	unsigned long from = random_below(file->pages);
	unsigned long n = min(file->pages - from, 1UL + random_below(GIB / 32));

	if (random_below(4))
		file_read(file, from, n);
	else
		file_write(file, from, n);
}

static void change_page(void)
{
	struct page *page = any_page();

	if (!page)
		return;
	switch (random_below(7)) {
	case 0:
		page_map(page);
		break;
	case 1:
		if (page_mapped(page))
			page_unmap(page);
		break;
	case 2:
		page_pin(page);
		sleep_until(jiffies + random_below(3));
		page_unpin(page);
		break;
	case 3:
		page_buffers(page);
		break;
	case 4:
		page_deactivate(page);
		break;
	case 5:
		page_migrate(page);
		break;
	case 6:
		page->flags ^= BIT(PG_unevictable);
		break;
	}
}

static void for_each_page(void (*fn)(struct page *page))
{
	unsigned long i;
	int f;

	for (f = 0; f < FILES; f++)
		for (i = 0; i < files[f]->pages; i++)
			if (files[f]->slots[i].page)
				fn(files[f]->slots[i].page);
}

static void settle_page(struct page *page)
{
	while (page_mapped(page))
		page_unmap(page);
	ClearPageUnevictable(page);
}

static void clean_all(void)
{
	int f;

	for (f = 0; f < FILES; f++)
		file_clean(files[f]);
}

static struct isolation isolated;

static void take_offline(void)
{
	unsigned long pfn = HOT_1 + random_below(GIB / 2 / SECTION) * SECTION;

	mem_hotplug_begin();
	if (buddy_isolate_section(&isolated, pfn)) {
		if (model_offline(pfn, cache_drop_section,
				  MOST_JIFFIES_OFFLINE))
			buddy_unisolate_section(&isolated);
		isolated.zone = NULL;
	}
	mem_hotplug_done();
}

static void take_online(void)
{
	unsigned long pfn = HOT_1 + random_below(GIB / 2 / SECTION) * SECTION;

	mem_hotplug_begin();
	if (!PageOnline(pfn_to_page(pfn))) {
		bring_online(upper, pfn, pfn + SECTION);
		model_online(pfn, SECTION);
	}
	mem_hotplug_done();
}

static void suspend(void)
{
	freeze_thread();
	sleep_until(jiffies + random_below(500));
	thaw_thread();
}

static void toggle_backend(void)
{
	allocation_fails = false;
	if (registered)
		unregister_backend();
	else
		register_backend();
	registered = !registered;
}

/* One at a time */
static void control(void)
{
	if (controlling)
		return;
	controlling = true;
	switch (random_below(10)) {
	case 0 ... 1:
		set_after(20 + 20 * random_below(5));
		break;
	case 2:
		set_after(0);
		sleep_until(jiffies + random_below(200));
		set_after(40);
		break;
	case 3:
		set_enabled(random_below(4));
		break;
	case 4:
		set_order(random_below(MAX_ORDER + 1));
		break;
	case 5:
		toggle_backend();
		break;
	case 6 ... 7:
		take_offline();
		break;
	case 8:
		take_online();
		break;
	case 9:
		suspend();
		break;
	}
	controlling = false;
}

static bool look_at_random(void)
{
	task_use_cpu(kthread, random_below(1000) * NSEC_PER_USEC);
	return random_below(4);
}

static void operate(void)
{
	switch (random_below(64)) {
	case 0 ... 19:
		use_file();
		break;
	case 20 ... 21:
		file_read_all(any_file());
		break;
	case 22 ... 37:
		change_page();
		break;
	case 38 ... 43:
		sleep_until(jiffies + random_below(10 * HZ));
		break;
	case 44 ... 45:
		sleep_until(jiffies + random_below(200 * HZ));
		break;
	case 46:
		cpu_load(random_below(nr_cpu_ids),
			 random_below(4) ? 0 : random_below(WHOLE), 0);
		break;
	case 47:
		clean_all();
		break;
	case 48:
		if (!random_below(8))
			file_truncate(any_file());
		break;
	case 49:
		memcg->low = random_below(2) * random_below(GIB);
		break;
	case 50:
		allocation_fails = !random_below(4);
		break;
	case 51:
		pages_are_locked = !random_below(4);
		pressure = random_below(4) ? 0 : random_below(20);
		break;
	case 52:
		lru_add_drain_all();
		break;
	case 53:
		for_each_page(settle_page);
		break;
	case 54:
		if (!random_below(8))
			super_add(random_below(2), random_below(2) ? memcg :
				  cgroup_root(), OBJECTS);
		break;
	case 55 ... 56:
		control();
		break;
	default:
		yield();
	}
}

static unsigned long users_left;

static void user(void)
{
	unsigned int n;

	for (n = 0; n < ROUND / USERS; n++) {
		operate();
		operations++;
		check_all();
	}
	users_left--;
}

/* Nobody does anything, and all can go: then it comes to an end */
static void come_to_rest(void)
{
	int nid, n;

	load_all(0);
	pressure = 0;
	allocation_fails = false;
	pages_are_locked = false;
	memcg->low = 0;
	for_each_page(settle_page);
	clean_all();
	if (!registered)
		toggle_backend();
	set_order(pageblock_order);
	set_enabled(true);
	set_after(60);
	/* Pages that were stuck go with others: so something is read twice */
	for (n = 0; n < 2; n++) {
		file_read(files[0], 0, 1);
		file_read(files[1], 0, 1);
		sleep_until(jiffies + 4 * HOUR);
	}
	/* What was read last did not count while it waited for a list */
	for_each_online_node(nid)
		expect_op(cache_all(nid), <=, SMALLEST_FLOOR * (2 - nid) + 1);
	expect_silence(0);
	model_check_rest();
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
}

static void start_files(void)
{
	unsigned int i;

	memcg = cgroup_new();
	for (i = 0; i < FILES; i++)
		files[i] = file_new(i % 2, i % 3 ? cgroup_root() : memcg,
				    MIB + random_below(GIB / 8));
}

int main(int argc, char **argv)
{
	wanted = 100000;
	kit_start(argc, argv, "s:n:", "cache [-s SEED] [-n OPERATIONS]");
	kit_steps("operation", &operations);
	random_start(seed);
	machine_start(NOW, random_below);
	boot_machine(END_1);
	bring_online(add_node(0, START_0, END_0), START_0, END_0);
	upper = add_node(1, START_1, END_1);
	bring_online(upper, START_1, END_1);
	start_files();
	start_thread();
	thread_looks = look_at_random;
	/* Others look at pages, too, while the thread does */
	mems_let_go = NULL;
	toggle_backend();
	while (operations < wanted)
		run_round();
	printf("# figure: host cache operations = %lu\n", operations);
	printf("# figure: host cache checks = %lu\n", model_checks);
	printf("# figure: host cache runs = %lu\n", runs_ended);
	printf("# figure: host cache pages returned = %lu\n",
	       vm_events[COLD_CACHE_RETURNED]);
	printf("# figure: host cache pages read again = %lu\n",
	       vm_events[COLD_CACHE_REFAULTED]);
	printf("# figure: host cache steps back = %u\n", steps_back);
	printf("# figure: host cache pages reported = %lu\n",
	       model_pages_reported);
	printf("# figure: host cache task switches = %lu\n", nr_switches);
	if (!vm_events[COLD_CACHE_RETURNED] || !steps_back || !super_scanned)
		failed("nothing was cold");
	return 0;
}
