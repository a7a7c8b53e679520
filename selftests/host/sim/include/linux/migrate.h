/* SPDX-License-Identifier: GPL-2.0 */
/* Pages in use, on LRU lists or not, and their migration, see lru.c */
#ifndef _LINUX_MIGRATE_H
#define _LINUX_MIGRATE_H

#include <linux/mm.h>
#include <linux/swap.h>

#define first_online_pgdat()	NODE_DATA(0)
struct zone *next_zone(struct zone *zone);

static inline bool __PageMovable(const struct page *page)
{
	return page->flags & BIT(PG_movable);
}

static inline bool is_balloon_page(const struct page *page)
{
	return page->flags & BIT(PG_balloon);
}

extern int sysctl_compact_unevictable_allowed;

struct page *compound_head(struct page *page);
void __free_page(struct page *page);
void use_taken_block(struct page *page, unsigned int order);
void split_page(struct page *page, unsigned int order);

bool isolate_movable(struct page *page);
void putback_movable_pages(struct list_head *pages);
typedef struct page *new_page_t(struct page *page, unsigned long private);
typedef void free_page_t(struct page *page, unsigned long private);
int migrate_pages_async(struct list_head *from, new_page_t get,
			free_page_t put, unsigned long private);

unsigned long nr_deferred_split_pages(void);
unsigned long split_deferred_huge_pages(unsigned int share, unsigned int batch,
					bool (*stop)(void),
					unsigned long *failed);
void forget_deferred_split_walk(void);

#endif
