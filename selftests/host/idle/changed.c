// SPDX-License-Identifier: GPL-2.0
/* What has changed since blocks were looked at, or while their pages move */
#include "stage.h"

void stuck_page_is_a_target(void)
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

static void more_is_used(unsigned int n)
{
	if (n != SCANNED)
		return;
	/* More of block 0 than was seen, and one of block 1 that cannot move */
	use(B(0) + 1, 4, ANON);
	use(B(1) + 1, 1, ANON);
	lru_pin(at(B(1) + 1));
}

void changed_since_scan(void)
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
	expect(looks, SCANNED + 2 + 2 + 2);
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
void stale_targets(void)
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
void freed_since_scan(void)
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

static void becomes_huge(unsigned int n)
{
	if (n == SCANNED + 1 + 1)
		lru_use(pfn_to_page(B(0) + 256), HUGE, 8, false);
}

/* In the block that is being emptied a huge page comes to be */
void huge_in_source(void)
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

static struct used *to_free;

static void free_meanwhile(unsigned int pages)
{
	note_batch(pages);
	if (to_free)
		lru_release(to_free);
	to_free = NULL;
}

/* A page that is freed while it is isolated is as good as moved */
void freed_while_isolated(void)
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

void pinned_while_isolated(void)
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
