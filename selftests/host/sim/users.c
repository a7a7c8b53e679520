// SPDX-License-Identifier: GPL-2.0
/* Memory is taken, written, verified and freed */
#include "buddy.h"
#include "machine.h"
#include "model.h"
#include "random.h"
#include "users.h"

#define USERS		2
#define BLOCKS_MAX	16
/* Whoever takes longer to stop never does */
#define PATIENCE	(60 * HZ)

unsigned int users_idle = 60;
void (*users_check)(void);

static struct block {
	struct page *page;
	unsigned int order;
	unsigned int value;
} blocks[BLOCKS_MAX];

static struct zone *zone;
static unsigned int nr_blocks, nr_orders;
static unsigned int running;
static bool stopping;

static void free_block(struct block *block)
{
	struct block b = *block;
	unsigned int i;

	block->page = NULL;
	for (i = 0; i < 1U << b.order; i++)
		if (model_read(page_to_pfn(b.page) + i) != b.value + 2 * i)
			failed("page %lx was lost", page_to_pfn(b.page) + i);
	buddy_free(b.page, b.order);
}

static void take_block(struct block *block)
{
	unsigned int order = random_below(nr_orders), i;
	struct page *page = buddy_alloc(zone, order,
					random_below(MIGRATE_HIGHATOMIC));

	if (!page)
		return;
	if (block->page) {
		/* Somebody was quicker */
		buddy_free(page, order);
		return;
	}
	*block = (struct block) { page, order, random_below(INT_MAX) | 1 };
	for (i = 0; i < 1U << order; i++)
		model_write(page_to_pfn(page) + i, block->value + 2 * i);
}

static void user(void)
{
	while (!stopping) {
		struct block *block = &blocks[random_below(nr_blocks)];

		if (block->page)
			free_block(block);
		else
			take_block(block);
		model_check();
		if (users_check)
			users_check();
		sleep_until(jiffies + 1 + random_below(users_idle));
	}
	running--;
}

void users_start(struct zone *whence, unsigned int most, unsigned int orders)
{
	BUG_ON(most > BLOCKS_MAX);
	zone = whence;
	nr_blocks = most;
	nr_orders = orders;
	for (; running < USERS; running++)
		task_start("user", user);
}

void users_stop(void)
{
	unsigned long end = jiffies + PATIENCE;

	stopping = true;
	while (running) {
		if (jiffies > end)
			failed("users of memory do not stop");
		sleep_until(jiffies + 1);
	}
}

void users_free(void)
{
	unsigned int i;

	for (i = 0; i < nr_blocks; i++)
		if (blocks[i].page)
			free_block(&blocks[i]);
}
