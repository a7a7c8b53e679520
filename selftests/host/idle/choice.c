// SPDX-License-Identifier: GPL-2.0
/* Which blocks are emptied, into which others, for how much there is room */
#include "stage.h"

/*
 * Blocks with something to gain are looked at first; then a source, and a batch,
 * in turn.
 */
void looks_and_batches(void)
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
	expect(looks, SCANNED + 3 + 5);
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

void cheapest_into_fullest(void)
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
	expect(looks, SCANNED + 2 + 2);
}

/* Fixed blocks are full: then from the fullest of the others down */
void fullest_downwards(void)
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
void kernels_own_room(void)
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

void no_room_but_the_kernels(void)
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
	expect(looks, SCANNED);
}

/* Of a page of block 2 that nobody knew */
static void kernel_comes(unsigned int n)
{
	if (n == SCANNED)
		use(B(2) + 509, 1, KERNEL);
}

/* A target has been taken for such a page since it was looked at */
void kernels_own_since_scan(void)
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

/* Smaller blocks: what counts is the block by default that they are part of */
void kernels_own_page_block(void)
{
	unsigned int i;

	boot();
	register_backend(4);
	sleep_until(NOW + 10);
	for (i = 0; i < 4 * 512; i += 2) {
		use(START + i, 1, i == 700 ? KERNEL : ANON);
		buddy_free(pfn_to_page(START + i + 1), 0);
	}
	/* Without a free page, no list leads to these */
	use(B(4), 16, KERNEL);
	for (i = 16; i < 512; i += 2) {
		use(B(4) + i, 1, ANON);
		buddy_free(pfn_to_page(B(4) + i + 1), 0);
	}
	drain_all_pages(NULL);
	free_from(B(8), 4 * BLOCK);
	start();
	next_run(jiffies + IDLE_AFTER);
	/* In three of the five half of the blocks have been emptied */
	expect(last_run.gain, 3 * 256);
	expect(nr_moved, 3 * 128);
	for (i = 0; i < nr_moved; i++) {
		expect(moved[i].from >= B(1) && moved[i].from < B(2), 0);
		expect(moved[i].to >= B(1) && moved[i].to < B(2), 0);
		expect(moved[i].from >= B(4), 0);
		expect(moved[i].to >= B(4), 0);
	}
}

#define ROUNDS			50
#define ROUND_KERNEL		250	/* slabs, of four pages */
#define ROUND_TAKEN		4096
/* Rounds that a slab in sixteen stays */
#define STAYS			16

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
 * before last, while what is left of scattered memory is where it has been moved
 * to. Page blocks that hold the kernel's own do not become more by that.
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

void rounds_without(void)
{
	expect(blocks_after_rounds(0), 8);
}

void rounds_with(void)
{
	expect(blocks_after_rounds(1), 8);
}

/* One eighth must be free */
void emptied_share(void)
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
	expect(looks, SCANNED + 2 * enough + 2);
	expect(free_pages(), free_before);
}

void room_is_enough(void)
{
	room_for(10, true);
}

void room_is_not_enough(void)
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
	expect(looks, SCANNED + 2 + 2 * enough + 2);
	expect(free_pages(), free_before);
}

void room_is_left(void)
{
	room_shrinks(30, true);
}

void room_is_used(void)
{
	room_shrinks(29, false);
}

/* Free blocks that are taken for a batch count as room for the next */
void room_in_hand(void)
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
void room_of_another_zone(void)
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
	expect(looks, SCANNED + 1 + 1);
}

/* The largest blocks that are stranded, halves of those to be made */
void halves(void)
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
void long_list(void)
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

/* Whatever their size, and wherever they begin: a few pages are looked at */
void free_blocks_are_cheap(void)
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
