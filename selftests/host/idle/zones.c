// SPDX-License-Identifier: GPL-2.0
/*
 * Zones and page blocks of all kinds, units of reporting, and memory that goes
 * offline in a run.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "stage.h"

static int types[SECTION / BLOCK];
static unsigned int isolate_at, isolate_block;

static void isolate_once(unsigned int n)
{
	if (n == isolate_at)
		BUG_ON(!buddy_isolate(normal, B(isolate_block), types));
}

/* A source goes offline between two batches */
void source_goes(void)
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
void source_is_isolated(void)
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
void target_goes(void)
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
void memory_goes_offline(void)
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

void isolated_blocks(void)
{
	set_apart(MIGRATE_ISOLATE);
}

void cma_blocks(void)
{
	set_apart(MIGRATE_CMA);
}

void highatomic_blocks(void)
{
	set_apart(MIGRATE_HIGHATOMIC);
}

/* Type does not matter otherwise */
void unmovable_blocks(void)
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

void above_watermark(void)
{
	watermark(0, 2);
}

void below_watermark(void)
{
	watermark(-1U, 0);
}

/* A zone that begins and ends inside of blocks, one smaller than a block */
void odd_zones(void)
{
	unsigned long pfn;

	boot();
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	other->zone_start_pfn = OTHER + 100;
	other->spanned_pages = 4 * BLOCK;
	bring_online(other, OTHER + 100, OTHER + 100 + 4 * BLOCK);
	/* In the zone without a whole block, on both sides of a block's start */
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
	expect(looks, SCANNED + 1 + 1 + 2 * 2 + 1);
}

/* A block that belongs to two zones, or is there in part */
void mixed_blocks(void)
{
	unsigned int i;

	zones_overlap = true;
	boot();
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
void two_zones(void)
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
	expect(looks, SCANNED + 2 * 2 + 1 + 1 + 2);
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
	expect(looks, SCANNED + 2 * 2 + more);
}

void zone_with_fifteen(void)
{
	zone_with_little(15, 0);
}

void zone_with_sixteen(void)
{
	zone_with_little(16, 2);
}

/* Of nine blocks the one that has free pages is looked at */
void nine_blocks(void)
{
	boot();
	other->spanned_pages = 9 * BLOCK;
	bring_online(other, OTHER, OTHER + 9 * BLOCK);
	lay_three();
	strand(BLOCKS, 16);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 1024);
	expect(looks, SCANNED + 1 + 2 * 2 + 1);
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

void units_of_two(void)
{
	small_units(1, 4);
}

void units_of_sixteen(void)
{
	small_units(4, 4);
}

void units_of_32(void)
{
	small_units(5, 5);
}

/* Blocks of 1024 pages have two page blocks, either of which may be isolated */
void units_of_two_page_blocks(void)
{
	boot();
	/* A smaller zone would have smaller units */
	normal->present_pages = 64UL << 10;
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
