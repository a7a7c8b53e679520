/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_COLD_CACHE_H
#define _MM_COLD_CACHE_H

#include <linux/jump_label.h>
#include <linux/mm.h>

#ifdef CONFIG_COLD_CACHE
/* The lowest bit of a shadow entry: cold cache has returned the page */
#define COLD_CACHE_SHADOW_BITS	1

DECLARE_STATIC_KEY_FALSE(cold_cache_active);

void __cold_cache_used(struct page *page);
void __cold_cache_moved(struct page *from, struct page *to);
unsigned long __cold_cache_mark(void);
void __cold_cache_refault(int nid, unsigned long mark, unsigned long pages);

/**
 * cold_cache_used - a page has been used
 * @page: any page; of a compound page, the head
 *
 * Call this where a page comes into the page cache, and where its use changes
 * what the LRU knows of it. Later uses change nothing more. The thread can see
 * that there were some, because they leave PG_referenced set.
 *
 * Context: any.
 */
static inline void cold_cache_used(struct page *page)
{
	if (static_branch_unlikely(&cold_cache_active))
		__cold_cache_used(page);
}

/**
 * cold_cache_moved - a page has been migrated; it is as old as before
 * @from: the old page
 * @to: the new page
 *
 * Context: any. Nobody else uses the new page yet.
 */
static inline void cold_cache_moved(struct page *from, struct page *to)
{
	if (static_branch_unlikely(&cold_cache_active))
		__cold_cache_moved(from, to);
}

/**
 * cold_cache_mark - the mark for a shadow entry that is made now
 *
 * Context: the task that removes the page from the page cache.
 * Return: the time in units of cold cache; 0 if somebody else than cold cache
 * removes the page.
 */
static inline unsigned long cold_cache_mark(void)
{
	if (static_branch_unlikely(&cold_cache_active))
		return __cold_cache_mark();
	return 0;
}

/**
 * cold_cache_refault - a page is read again that cold cache has returned
 * @nid: the node that it was on
 * @mark: the mark in its shadow entry
 * @pages: how many pages
 *
 * Context: any.
 */
static inline void cold_cache_refault(int nid, unsigned long mark,
				      unsigned long pages)
{
	if (static_branch_unlikely(&cold_cache_active))
		__cold_cache_refault(nid, mark, pages);
}
#else
#define COLD_CACHE_SHADOW_BITS	0

static inline void cold_cache_used(struct page *page)
{
}

static inline void cold_cache_moved(struct page *from, struct page *to)
{
}

static inline unsigned long cold_cache_mark(void)
{
	return 0;
}

static inline void cold_cache_refault(int nid, unsigned long mark,
				      unsigned long pages)
{
}
#endif

#endif /* _MM_COLD_CACHE_H */
