/* SPDX-License-Identifier: GPL-2.0 */
/* Files that are used, and their pages: the page cache as tests see it */
#ifndef _CACHE_H
#define _CACHE_H

#include <linux/memcontrol.h>
#include <linux/swap.h>

/* What is in the place of a page: nothing, the page, or a shadow entry */
struct slot {
	struct page *page;
	unsigned long mark;
	unsigned long used;		/* last, in jiffies */
	unsigned int written;		/* what its users have written last */
	unsigned int on_disk;
};

struct file {
	struct file *next;		/* of all */
	int nid;			/* where its pages are */
	struct mem_cgroup *memcg;
	unsigned long pages;
	struct slot *slots;
	unsigned long disk_reads;	/* pages, so far */
};

/** cache_start - no file; after buddy_init() and the zones */
void cache_start(void);

/** cgroup_new - a cgroup without limits; the root is there already */
struct mem_cgroup *cgroup_new(void);
struct mem_cgroup *cgroup_root(void);
/* cgroup_remove - it has pages still */
void cgroup_remove(struct mem_cgroup *memcg);

/**
 * file_new - a file, nothing of which is in the page cache
 * @nid: the node for its pages
 * @memcg: the cgroup that they are charged to
 * @pages: how many it has
 */
struct file *file_new(int nid, struct mem_cgroup *memcg, unsigned long pages);

/**
 * file_read - use some pages, in order; from disk, those that are not cached
 *
 * What is read must be what was written last.
 */
void file_read(struct file *file, unsigned long from, unsigned long n);

/** file_write - the same, with write(): the pages are dirty afterwards */
void file_write(struct file *file, unsigned long from, unsigned long n);

/** file_clean - dirty pages are on disk now */
void file_clean(struct file *file);

/** file_truncate - its pages are not needed any more */
void file_truncate(struct file *file);

/** file_cached - how many of its pages are in the page cache */
unsigned long file_cached(const struct file *file);

/** file_page - one that is in the page cache */
struct page *file_page(const struct file *file, unsigned long index);

/* page_map, page_unmap - a process maps it, for good or for a while */
void page_map(struct page *page);
void page_unmap(struct page *page);
/* page_pin, page_unpin - somebody else refers to it, whatever becomes of it */
void page_pin(struct page *page);
void page_unpin(struct page *page);
/* page_isolate - somebody else takes it off its LRU list, and refers to it */
void page_isolate(struct page *page);
/* page_buffers - it has buffers: PG_private, and a reference */
void page_buffers(struct page *page);

/* page_grow - make it the head of a large page, which must never be freed */
void page_grow(struct page *page, unsigned int pages);

/**
 * page_migrate - move a page, as compaction does
 *
 * Return: false if it is not on an LRU list, or is not there any more.
 */
bool page_migrate(struct page *page);

/** page_deactivate - as reclaim does, where memory is short */
void page_deactivate(struct page *page);

/** anon_use - so many pages of a process, for good */
void anon_use(int nid, unsigned long pages);

/**
 * cache_drop_section - empty() for model_offline(): what is cached there goes
 *
 * Return: false if a page is not in the page cache, or pinned.
 */
bool cache_drop_section(unsigned long pfn);

/** pages_held - how many the thread has locked, or removed and not freed */
int pages_held(void);

/** cache_all - how many pages of files a node has on LRU lists */
unsigned long cache_all(int nid);

/*
 * For each node, the least time without use before a page may be returned, in
 * jiffies. What was used before @counted_since counts as used then.
 */
extern unsigned long least_age[MAX_NUMNODES];
extern unsigned long counted_since;
/* Pages that were returned since it was last set to 0 */
extern unsigned long returned;
/* When the first and the last of these were returned */
extern unsigned long first_returned, last_returned;
/* Called for each of them */
extern void (*on_return)(struct file *file, unsigned long index);
/* Called before the thread locks a page: others may use it now */
extern void (*on_lock)(struct file *file, unsigned long index);
/* Somebody else has locked whatever the thread would lock */
extern bool pages_are_locked;
/* The kernel has no cgroups, or counts no memory of its own for them */
extern bool no_cgroups, no_kmem;
/* How often all CPUs have put their pages on LRU lists for the thread */
extern unsigned long nr_lru_drains;

#endif
