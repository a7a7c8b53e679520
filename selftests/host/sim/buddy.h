/* SPDX-License-Identifier: GPL-2.0 */
/* The model of the page allocator, as tests see it */
#ifndef _BUDDY_H
#define _BUDDY_H

#include <linux/mm.h>

/**
 * buddy_init - all pages offline, all zones empty
 * @pages: how many page frames there are
 */
void buddy_init(unsigned long pages);

/**
 * buddy_add_zone_to - a zone without memory
 * @nid: its node, the first one that has no zone yet or one before
 * @name: of the zone
 * @start_pfn: its first page frame
 * @spanned: its page frames, holes and what is offline included
 */
struct zone *buddy_add_zone_to(int nid, const char *name,
			       unsigned long start_pfn, unsigned long spanned);
/* buddy_add_zone - the same, of node 0 */
struct zone *buddy_add_zone(const char *name, unsigned long start_pfn,
			    unsigned long spanned);

/**
 * buddy_add_sparse_zone - a zone of which all is online, and in use
 *
 * As large as one likes: its struct pages cost nothing until they are touched.
 * Otherwise as buddy_add_zone() and buddy_online(). It cannot go offline.
 */
struct zone *buddy_add_sparse_zone(const char *name, unsigned long start_pfn,
				   unsigned long spanned);

/**
 * buddy_online - bring page frames online, in use
 * @zone: their zone
 * @pfn: the first one
 * @pages: how many
 */
void buddy_online(struct zone *zone, unsigned long pfn, unsigned long pages);

/**
 * buddy_offline - take page frames offline that are all free and isolated
 * @zone: their zone
 * @pfn: the first one
 * @pages: how many
 *
 * Return: whether it was done; a page that is not free keeps all of them.
 */
bool buddy_offline(struct zone *zone, unsigned long pfn, unsigned long pages);

/**
 * buddy_alloc - allocate 2^@order pages of the zone
 * Return: NULL where there is no such block.
 */
struct page *buddy_alloc(struct zone *zone, unsigned int order, int mt);

/* buddy_free - give them back; single ones lie on a list of the CPU first */
void buddy_free(struct page *page, unsigned int order);

/**
 * buddy_isolate - nothing of some page blocks may be allocated from now on
 * @zone: their zone
 * @pfn: the first of MAX_ORDER_NR_PAGES page frames, as far as blocks reach
 * @types: is given the types of the page blocks
 *
 * Return: false where they are isolated already.
 */
bool buddy_isolate(struct zone *zone, unsigned long pfn, int *types);

/* buddy_unisolate - the opposite, which makes the page blocks @types again */
void buddy_unisolate(struct zone *zone, unsigned long pfn, const int *types);

/* Page blocks that are isolated, of one section at a time; @zone NULL: none */
struct isolation {
	struct zone *zone;
	unsigned long pfn;
	int types[MAX_ORDER_NR_PAGES / PAGEBLOCK_NR_PAGES];
};

/**
 * buddy_isolate_section - isolate the page blocks of a section
 * @pfn: its first page frame
 *
 * Return: false where it is not online, or where @i holds one already.
 */
bool buddy_isolate_section(struct isolation *i, unsigned long pfn);
void buddy_unisolate_section(struct isolation *i);

void buddy_unisolate_range(struct zone *zone, unsigned long pfn,
			   unsigned long end, const int *types);

/**
 * buddy_retag - a page block becomes another type, free blocks stay where they are
 *
 * As happens to the rest of a large block when its first page block is made
 * what it was before the others are.
 */
void buddy_retag(unsigned long pfn, int mt);

/**
 * buddy_take - take the free block that a page is head of, as compaction does
 * Return: its order, or -1 where it heads none.
 */
int buddy_take(struct zone *zone, unsigned long pfn);

/* buddy_set_type - make the page block of @pfn one of another type */
void buddy_set_type(struct zone *zone, unsigned long pfn, int mt);

extern unsigned int guardpage_minorder;
extern bool memory_encrypted, free_pages_written;

/*
 * What a test does about a block whose pages change hands. Called with
 * zone->lock held, when everything in the kernel is as it will be.
 */
void seen_taken(struct page *page, unsigned int order);
void seen_freed(struct page *page, unsigned int order);
void seen_held(struct page *page, unsigned int order);
void seen_put_back(struct page *page, unsigned int order);

#endif
