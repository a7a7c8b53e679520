/* SPDX-License-Identifier: GPL-2.0 */
/* Pages in use, as tests see them */
#ifndef _LRU_H
#define _LRU_H

#include <linux/migrate.h>

enum kind {
	KERNEL,			/* cannot move */
	ANON,
	CACHE,			/* of a file */
	SHMEM,
	MOVABLE,		/* not on an LRU list, as zsmalloc's */
	BALLOON,
	HUGE,			/* a compound page */
	NR_KINDS
};

struct used {
	struct page *page;	/* NULL: free */
	enum kind kind;
	unsigned int order;
	unsigned int value;	/* in the page, plus its number in a huge one */
	unsigned int maps;
	unsigned int pins;	/* references that others hold */
	unsigned int in_use;	/* pages of a huge one, if that is not all */
	bool stuck;		/* migration fails, for good */
	bool locked;		/* migration fails, for now */
	bool refuses;		/* somebody has it, it cannot be isolated */
	unsigned long deferred;	/* place in the queue of those to be split */
};

/** lru_start - nothing is in use; after buddy_init() */
void lru_start(void);

/**
 * lru_use - make something of pages that have been allocated
 * @page: the first
 * @kind: what
 * @order: how many, of a huge page
 * @batch: LRU pages wait for others to be put on their list
 */
struct used *lru_use(struct page *page, enum kind kind, unsigned int order,
		     bool batch);

/** lru_release - its owner needs it no longer; nobody else may pin it */
void lru_release(struct used *u);

/** lru_of - what a page is used for, NULL: nothing */
struct used *lru_of(const struct page *page);

/** lru_any - the one with this number, or the next that is in use, or NULL */
struct used *lru_any(unsigned int n);

/** lru_check - is in the pages what their owners have written? */
void lru_check(void);

void lru_pin(struct used *u);
void lru_unpin(struct used *u);
void lru_map(struct used *u);
void lru_unmap(struct used *u);
/* PG_writeback, PG_unevictable, PG_swapcache, PG_private; where it applies */
void lru_set(struct used *u, enum pageflags flag, bool on);
/* All of a huge page but @in_use pages has been freed */
void lru_defer(struct used *u, unsigned int in_use);

/* Pages that are isolated now; that have been moved, or freed meanwhile */
extern unsigned int lru_isolated;
extern unsigned long lru_moved, lru_split, lru_failed;
extern unsigned int lru_in_use;
/* Free pages that the thread keeps from others */
extern unsigned int lru_taken;
/* Called for each batch, for each page that moves, and each call to split */
extern void (*lru_migrates)(unsigned int pages);
extern void (*lru_moves)(struct page *from, struct page *to);
extern void (*lru_splits)(unsigned long share);

#endif
