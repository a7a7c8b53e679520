/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages on LRU lists: those of idle compaction, see lru.c, or the page cache,
 * see cache.c
 */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/mm.h>

#define SWAP_CLUSTER_MAX	32UL

bool get_page_unless_zero(struct page *page);
void put_page(struct page *page);
bool isolate_lru(struct page *page);
void lru_add_drain_all(void);

/* Only the page cache has these */
#define PAGE_MAPPING_FLAGS	3UL
#define PageTail(page)		false
/* Of a large page, only the head is there, see page_grow() */
#define cache_pages(page)	(PageCompound(page) ? page_private(page) : 1U)
#define use_is_hidden(page)	PageActive(page)
bool trylock_page(struct page *page);
void unlock_page(struct page *page);
bool remove_cold_page(struct page *page);
void find_cache_protection(void);

#endif
