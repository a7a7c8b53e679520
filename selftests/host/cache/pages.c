// SPDX-License-Identifier: GPL-2.0
/* Pages that must stay, cgroups, memory that comes and goes, and no memory */
#include "stage.h"

/* What cannot be returned wakes nobody, and goes when it can */
void stuck(void)
{
	struct file *file;
	struct page *page;
	unsigned int i;

	file = boot_and_read(GIB);
	lru_add_drain_all();
	for (i = 0; i < 80; i++) {
		page = file_page(file, i);
		if (i < 20)
			page_map(page);
		else if (i < 40)
			SetPageUnevictable(page);
		else if (i < 60)
			page_pin(page);
		else
			page_buffers(page);
	}
	expect_silence(HOUR);
	for (i = 0; i < 80; i++) {
		/* Buffers can be freed */
		expect(file->slots[i].page != NULL, i < 60);
		if (i < 20)
			page_unmap(file_page(file, i));
		else if (i < 40)
			ClearPageUnevictable(file_page(file, i));
		else if (i < 60)
			page_unpin(file_page(file, i));
	}
	expect_silence(HOUR);
	for (i = 0; i < 60; i++)
		expect(file->slots[i].page != NULL, 1);
	/* Together with others, and above the floor */
	file_read_all(new_file(GIB));
	expect_silence(HOUR);
	for (i = 0; i < 60; i++)
		expect(file->slots[i].page == NULL, 1);
}

/* A large page that cannot go counts as what it has */
void large_and_stuck(void)
{
	struct file *file;
	unsigned long i;

	file = boot_and_read(20);
	lru_add_drain_all();
	for (i = 0; i < 20; i++) {
		page_map(file_page(file, i));
		page_grow(file_page(file, i), 16);
	}
	sleep_until(jiffies + 11 * MINUTE);
	expect(runs_ended, 1);
	expect(last_run.kept, 20 * 16);
	expect(returned, 0);
}

/* Dirty pages, and those on their way to disk, go by themselves afterwards */
void written(void)
{
	struct file *dirty, *under_way, *other;
	unsigned long i;

	boot();
	dirty = new_file(64 * MIB);
	under_way = new_file(64 * MIB);
	other = new_file(GIB);
	file_write(dirty, 0, dirty->pages);
	file_read_all(under_way);
	for (i = 0; i < under_way->pages; i++)
		SetPageWriteback(file_page(under_way, i));
	file_read_all(other);
	sleep_until(jiffies + HOUR);
	expect(returned, GIB);
	expect(file_cached(dirty) + file_cached(under_way), 128 * MIB);
	file_clean(dirty);
	sleep_until(jiffies + 20 * MINUTE);
	expect(file_cached(dirty), 0);
	expect(file_cached(under_way), 64 * MIB);
	file_read_all(other);
	for (i = 0; i < under_way->pages; i++)
		ClearPageWriteback(file_page(under_way, i));
	sleep_until(jiffies + 20 * MINUTE);
	expect(file_cached(under_way), 0);
	expect_silence(HOUR);
}

/* tmpfs, and pages of processes, also in frames that were page cache */
void not_of_files(void)
{
	struct file *file, *shmem;
	unsigned long i;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 5 * MINUTE);
	file_truncate(file);
	anon_use(0, GIB / 2);
	shmem = new_file(GIB / 2);
	file_read_all(shmem);
	file_truncate(shmem);
	anon_use(0, GIB / 4);
	file_read_all(shmem);
	lru_add_drain_all();
	for (i = 0; i < shmem->pages; i++) {
		mod_node_page_state(NODE_DATA(0), NR_INACTIVE_FILE, -1);
		SetPageSwapBacked(file_page(shmem, i));
	}
	file_read_all(shmem);
	file_read_all(new_file(GIB));
	expect_silence(HOUR);
	expect(returned, GIB - FLOOR);
	expect(file_cached(shmem), GIB / 2);
}

/* Of pages that wait for a place on an LRU list none is forgotten */
void waiting_pages(void)
{
	struct file *file;

	boot();
	file_read_all(new_file(GIB));
	file = new_file(7);
	sleep_until(jiffies + MINUTE);
	file_read_all(file);
	sleep_until(jiffies + 20 * MINUTE);
	/* All others have gone before */
	file_read_all(new_file(GIB));
	sleep_until(jiffies + 660 * HZ);
	expect(file_cached(file), 0);
	/* Once for each pass that has found something, and no more */
	expect_op(nr_lru_drains, >, 0);
	expect_op(nr_lru_drains, <=, runs_started);
}

/* A pass that finds nothing disturbs no CPU */
void no_drain_in_vain(void)
{
	unsigned long before, runs;
	struct file *file;

	boot();
	file_read_all(new_file(GIB));
	file = new_file(MIB);
	sleep_until(NOW + 100 * HZ);
	file_read_all(file);
	sleep_until(NOW + 550 * HZ);
	file_read_all(file);
	sleep_until(NOW + 640 * HZ);
	expect(returned, GIB + MIB - FLOOR);
	file_read_all(file);
	before = nr_lru_drains;
	runs = runs_ended;
	/* Passes come with looks at dentries; stuck pages are not due yet */
	sleep_until(NOW + 1190 * HZ);
	expect_op(runs_ended, >, runs);
	expect(last_run.cold, 0);
	expect(nr_lru_drains, before);
}

static unsigned long used_late;

static void use_now(struct file *file, unsigned long index)
{
	struct page *page = file_page(file, index);

	switch (index % 7) {
	case 0:
		file_read(file, index, 1);
		break;
	case 1:
		file_write(file, index, 1);
		break;
	case 2:
		page_map(page);
		break;
	case 3:
		SetPageWriteback(page);
		break;
	case 4:
		SetPageUnevictable(page);
		break;
	case 5:
		page_isolate(page);
		break;
	default:
		return;
	}
	used_late++;
}

/* Somebody uses the page between the look at it and its lock */
void used_at_last(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	on_lock = use_now;
	sleep_until(jiffies + 11 * MINUTE);
	expect_op(used_late, >, GIB / 2);
	expect(file_cached(file), used_late);
	expect_op(cache_all(0), <, used_late);
}

/* Locked pages are stuck: they go together with others, later */
void locked_by_others(void)
{
	struct file *file;

	file = boot_and_read(256 * MIB);
	pages_are_locked = true;
	sleep_until(jiffies + 11 * MINUTE);
	expect(file_cached(file), 256 * MIB);
	expect_silence(HOUR);
	pages_are_locked = false;
	file_read_all(new_file(MIB));
	sleep_until(jiffies + 12 * MINUTE);
	expect_op(file_cached(file), <=, FLOOR);
}

static void turn_off(void)
{
	set_after(0);
}

static void turn_off_now(struct file *file, unsigned long index)
{
	on_lock = NULL;
	task_start("off", turn_off);
	schedule();
}

/* What the step in progress returns has its mark, and nothing follows */
void off_within_a_step(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	on_lock = turn_off_now;
	sleep_until(jiffies + 11 * MINUTE);
	expect(returned, 32);
	expect(file_cached(file), GIB - 32);
	expect_silence(HOUR);
}

/*
 * All that a chunk has is stuck, and then used. Nobody but a pass that comes for
 * others sees that, and these others are gone.
 */
void used_while_stuck(void)
{
	struct file *file, *others[2];
	unsigned long i;

	boot();
	file = new_file(256 * MIB);
	for (i = 0; i < 3; i++)
		file_read_all(file);
	for (i = 0; i < file->pages; i++)
		page_map(file_page(file, i));
	sleep_until(jiffies + 12 * MINUTE);
	for (i = 0; i < file->pages; i++)
		page_unmap(file_page(file, i));
	for (i = 0; i < 2; i++) {
		others[i] = file_new(1, cgroup_root(), 128 * MIB);
		file_read_all(others[i]);
		sleep_until(jiffies + 2 * MINUTE);
	}
	file_truncate(others[0]);
	file_truncate(others[1]);
	sleep_until(jiffies + HOUR);
	expect_op(file_cached(file), <=, FLOOR);
	expect_silence(0);
}

/* memory.low: no page beyond it, whatever else is returned */
void memory_low(void)
{
	struct mem_cgroup *memcg;
	struct file *file, *other;

	boot();
	memcg = cgroup_new();
	memcg->low = 300 * MIB;
	file = file_new(0, memcg, GIB);
	other = new_file(GIB);
	file_read_all(file);
	file_read_all(other);
	sleep_until(jiffies + 11 * MINUTE);
	expect(file_cached(file), 300 * MIB);
	expect(file_cached(other), 0);
	expect_silence(HOUR);
	/* Less than it has: nothing goes */
	memcg->low = 2 * GIB;
	file_read_all(file);
	file_read_all(other);
	sleep_until(jiffies + 12 * MINUTE);
	expect(file_cached(file), GIB);
	/* Lifted: it goes with the next that is cold */
	memcg->low = 0;
	file_read_all(other);
	sleep_until(jiffies + 45 * MINUTE);
	expect(file_cached(file) + file_cached(other), FLOOR);
}

/* A kernel without cgroups */
void without_cgroups(void)
{
	struct object *objects;
	struct file *file;

	boot();
	no_cgroups = true;
	objects = super_add(0, cgroup_root(), 10000);
	file = new_file(GIB);
	file_read_all(file);
	sleep_until(jiffies + HOUR);
	expect(file_cached(file), FLOOR);
	expect_op(super_left(objects, 10000), <, 5000);
}

static struct isolation isolated;

static void take_offline(unsigned long pfn, unsigned long end)
{
	mem_hotplug_begin();
	for (; pfn < end; pfn += SECTION) {
		BUG_ON(!buddy_isolate_section(&isolated, pfn));
		expect(model_offline(pfn, cache_drop_section, HZ), 0);
		isolated.zone = NULL;
	}
	mem_hotplug_done();
}

void goes_offline(void)
{
	struct file *file;
	unsigned long i;

	file = boot_and_read(2 * GIB);
	/* Half of it, while the other half is being returned */
	on_return = interrupt_run;
	await(others_wait, 700);
	take_offline(GIB, 2 * GIB);
	others_wait = false;
	on_return = NULL;
	sleep_until(jiffies + MINUTE);
	expect(file_cached(file), FLOOR);
	expect_silence(HOUR);
	/* What is left of the node is used again */
	for (i = 0; i < 3; i++) {
		file_read_all(new_file(GIB));
		sleep_until(jiffies + 12 * MINUTE);
	}
	expect(cache_all(0), FLOOR);
}

/* The upper half of a node, and a node, come later: both have no stamps yet */
void comes_online(void)
{
	struct file *one, *two;
	struct zone *zone;

	boot_machine(NODE_1_END);
	zone = add_node(0, 0, NODE_0_END);
	bring_online(zone, 0, 2 * GIB);
	start_thread();
	register_backend();
	one = new_file(GIB);
	file_read_all(one);
	sleep_until(jiffies + 20 * MINUTE);
	expect(file_cached(one), FLOOR);
	expect_silence(HOUR);
	mem_hotplug_begin();
	bring_online(zone, 2 * GIB, NODE_0_END);
	zone = add_node(1, NODE_1, NODE_1_END);
	bring_online(zone, NODE_1, NODE_1_END);
	mem_hotplug_done();
	expect_silence(10 * HZ);
	one = new_file(3 * GIB);
	two = file_new(1, cgroup_root(), 2 * GIB);
	file_read_all(one);
	file_read_all(two);
	/* At first there is no memory for their stamps */
	allocation_fails = true;
	sleep_until(jiffies + 15 * MINUTE);
	expect(file_cached(two), 2 * GIB);
	allocation_fails = false;
	file_read(two, 0, 1);
	sleep_until(jiffies + 45 * MINUTE);
	expect(cache_all(0), FLOOR);
	expect(file_cached(two), FLOOR);
	expect_silence(HOUR);
}

/* The backend has its memory, and then there is none */
static int no_more(struct notifier_block *nb, unsigned long on, void *data)
{
	allocation_fails = on;
	return NOTIFY_OK;
}

/* Without memory for stamps, nothing happens until there is some */
void no_memory(void)
{
	static struct notifier_block nb = { no_more };
	struct file *file;

	boot_memory();
	start_thread();
	page_reporting_subscribe(&nb);
	register_backend();
	file = new_file(GIB);
	file_read_all(file);
	lru_add_drain_all();
	expect(page_migrate(file_page(file, 0)), true);
	sleep_until(jiffies + HOUR);
	expect_op(runs_started, >, 0);
	expect(returned, 0);
	allocation_fails = false;
	file_read(file, 0, 1);
	sleep_until(jiffies + 25 * MINUTE);
	expect(file_cached(file), FLOOR);
}

/*
 * There is memory for stamps, and then none for nodes: as if all of them had
 * the greatest age
 */
void no_memory_for_nodes(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	allocation_fails = true;
	sleep_until(jiffies + HOUR);
	expect_op(runs_started, >, 0);
	expect(returned, 0);
	allocation_fails = false;
	sleep_until(jiffies + 32 * 600 * HZ + MINUTE);
	expect(file_cached(file), FLOOR);
}
