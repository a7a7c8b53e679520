/* SPDX-License-Identifier: GPL-2.0 */
/* Pages, zones, free lists and their statistics, as far as the series looks at them */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/sched.h>

/* Large pages make the limits that are bytes few pages */
#ifndef PAGE_SHIFT
#define PAGE_SHIFT		12
#endif
#define PAGE_SIZE		(1UL << PAGE_SHIFT)

/* A test is built for small blocks, which meet often, and for those of x86 */
#ifndef MAX_ORDER
#define MAX_ORDER		6
#define pageblock_order		3u
#else
#define pageblock_order		9u
#endif
#define NR_PAGE_ORDERS		MAX_ORDER
#define MAX_PAGE_ORDER		(MAX_ORDER - 1)
#define MAX_ORDER_NR_PAGES	(1UL << (MAX_ORDER - 1))
#define PAGEBLOCK_NR_PAGES	(1UL << pageblock_order)
#define pageblock_nr_pages	PAGEBLOCK_NR_PAGES

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_HIGHATOMIC,
	MIGRATE_CMA,
	MIGRATE_ISOLATE,
	MIGRATE_TYPES
};

#define is_migrate_isolate(mt)	((mt) == MIGRATE_ISOLATE)
#define is_migrate_cma(mt)	((mt) == MIGRATE_CMA)

enum zone_stat_item {
	NR_FREE_PAGES,
	NR_FREE_CMA_PAGES,
	NR_FREE_REPORTED,
	NR_FREE_UNREPORTED,
	NR_VM_ZONE_STAT_ITEMS
};

enum vm_event_item {
	PAGE_REPORT_PAGES,
	PAGE_REPORT_BATCHES,
	PAGE_REPORT_FAIL,
	IDLE_COMPACT_RUNS,
	IDLE_COMPACT_ABORT,
	IDLE_COMPACT_MIGRATED,
	IDLE_COMPACT_BLOCKS,
	COLD_CACHE_RETURNED,
	COLD_CACHE_REFAULTED,
	COLD_CACHE_BACKOFF,
	NR_VM_EVENT_ITEMS
};

extern unsigned long vm_events[NR_VM_EVENT_ITEMS];
#define count_vm_event(item)		((void)vm_events[item]++)
#define count_vm_events(item, n)	((void)(vm_events[item] += (n)))

struct page {
	unsigned long flags;
	unsigned long private;
	struct list_head lru;
	struct zone *zone;
	atomic_t _mapcount;
	atomic_t _refcount;
	void *mapping;
	unsigned long index;
};

enum pageflags {
	PG_buddy,
	PG_reported,
	PG_online,		/* or of a sparse zone: ask PageOnline() */
	PG_lru,
	PG_active,
	PG_referenced,
	PG_dirty,
	PG_anon,
	PG_writeback,
	PG_unevictable,
	PG_swapcache,
	PG_swapbacked,
	PG_private,
	PG_compound,
	PG_movable,
	PG_isolated,
	PG_balloon,
	PG_slab,
	PG_hwpoison,
};

#define PAGEFLAG(Name, bit)						\
static inline bool Page##Name(const struct page *page)			\
{									\
	return page->flags & BIT(bit);					\
}									\
static inline void SetPage##Name(struct page *page)			\
{									\
	page->flags |= BIT(bit);					\
}									\
static inline void ClearPage##Name(struct page *page)			\
{									\
	page->flags &= ~BIT(bit);					\
}

PAGEFLAG(Buddy, PG_buddy)
PAGEFLAG(Reported, PG_reported)
PAGEFLAG(LRU, PG_lru)
PAGEFLAG(Active, PG_active)
PAGEFLAG(Referenced, PG_referenced)
PAGEFLAG(Dirty, PG_dirty)
PAGEFLAG(Anon, PG_anon)
PAGEFLAG(Writeback, PG_writeback)
PAGEFLAG(Unevictable, PG_unevictable)
PAGEFLAG(SwapCache, PG_swapcache)
PAGEFLAG(SwapBacked, PG_swapbacked)
PAGEFLAG(Compound, PG_compound)
PAGEFLAG(Isolated, PG_isolated)
PAGEFLAG(Slab, PG_slab)
PAGEFLAG(HWPoison, PG_hwpoison)

struct free_area {
	struct list_head free_list[MIGRATE_TYPES];
	unsigned long nr_free;
};

#define MAX_NR_ZONES		4
#define PAGE_REPORTING_WINDOW	5

/* As in the kernel's mmzone.h */
struct page_reporting_zone {
	unsigned int order;
	unsigned int slot;
	unsigned long last;
	unsigned long low;
	unsigned long high;
	unsigned long floor[PAGE_REPORTING_WINDOW];
	unsigned long ceiling[PAGE_REPORTING_WINDOW];
	unsigned long retry_at;
	unsigned long retry_delay;
};

struct zone {
	spinlock_t lock;
	struct page_reporting_zone reporting;
	unsigned int freed_pages;
	struct free_area free_area[MAX_ORDER];
	atomic_long_t vm_stat[NR_VM_ZONE_STAT_ITEMS];
	unsigned long high_wmark;
	unsigned long percpu_drift_mark;
	long lowmem_reserve[MAX_NR_ZONES];
	unsigned long zone_start_pfn;
	unsigned long spanned_pages;
	unsigned long present_pages;
	bool sparse;			/* all of it is online, see buddy.c */
	struct list_head pcp;		/* order 0, as freed */
	unsigned int pcp_count;
	const char *name;
	unsigned int index;		/* ZONE_NORMAL, unless a test says so */
	int nid;
};

enum node_stat_item {
	NR_INACTIVE_FILE,
	NR_ACTIVE_FILE,
	NR_BALLOON_PAGES,
	NR_ISOLATED_ANON,
	NR_ISOLATED_FILE,
	NR_VM_NODE_STAT_ITEMS
};

#define MAX_NUMNODES		2
#define NUMA_NO_NODE		(-1)

typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	unsigned int nr_zones;
	unsigned long start_pfn, end_pfn;
	long vm_stat[NR_VM_NODE_STAT_ITEMS];
} pg_data_t;

/* Those that have zones, see buddy.c */
extern pg_data_t node_data[MAX_NUMNODES];
extern int nr_online_nodes;
#define NODE_DATA(nid)		(&node_data[nid])
#define for_each_online_node(nid) \
	for ((nid) = 0; (nid) < nr_online_nodes; (nid)++)
#define node_start_pfn(nid)	(NODE_DATA(nid)->start_pfn)
#define node_end_pfn(nid)	(NODE_DATA(nid)->end_pfn)
#define node_page_state(node, item)	((unsigned long)(node)->vm_stat[item])
#define mod_node_page_state(node, item, pages) \
	((void)((node)->vm_stat[item] += (pages)))
#define inc_node_page_state(page, item) \
	mod_node_page_state(page_pgdat(page), item, 1)

enum zone_type { ZONE_DMA, ZONE_NORMAL, ZONE_MOVABLE };

struct sysinfo {
	unsigned long totalram;
	unsigned long freeram;
};

/* All zones and all pages, see buddy.c */
extern struct zone *zones[];
extern unsigned int nr_zones;
extern struct page *mem_map;
extern unsigned long max_pfn;

#define page_to_pfn(page)	((unsigned long)((page) - mem_map))
#define pfn_to_page(pfn)	(mem_map + (pfn))
#define page_zone(page)		buddy_zone_of(page)
#define page_private(page)	((page)->private)
#define set_page_private(page, v)	((page)->private = (v))
#define page_count(page)	atomic_read(&(page)->_refcount)
#define page_in_use(page)	(page_count(page) != 0)
#define page_mapped(page)	(atomic_read(&(page)->_mapcount) >= 0)
#define zone_to_nid(zone)	((zone)->nid)
#define page_to_nid(page)	zone_to_nid(page_zone(page))
#define page_pgdat(page)	NODE_DATA(page_to_nid(page))
#define zone_idx(zone)		((zone)->index)
#define high_wmark_pages(zone)	((zone)->high_wmark)
#define zone_end_pfn(zone)	((zone)->zone_start_pfn + (zone)->spanned_pages)
#define populated_zone(zone)	((zone)->present_pages)
#define zone_managed_pages(zone)	((zone)->present_pages)

/* Struct pages that the series has looked at, see page_reads.h */
extern unsigned long pages_read;
extern const struct page *last_page_read;
/* It goes from CPU to CPU, or from one block device to the next: as many */
void walk_all(void);

/* A page that has not been touched yet belongs to the sparse zone around it */
struct zone *sparse_zone_of(const struct page *page);

static inline struct zone *buddy_zone_of(const struct page *page)
{
	return page->zone ? page->zone : sparse_zone_of(page);
}

static inline bool page_has_private(const struct page *page)
{
	return page->flags & BIT(PG_private);
}

static inline bool PageOnline(const struct page *page)
{
	return page->flags & BIT(PG_online) || sparse_zone_of(page);
}

#define for_each_zone(z) \
	for (unsigned int _i = 0; _i < nr_zones && ((z) = zones[_i]); _i++)
#define for_each_populated_zone(z) \
	for_each_zone(z) if (populated_zone(z))

/* Fails the test where struct page may not have been initialised */
struct page *pfn_to_online_page(unsigned long pfn);

#define zone_page_state(zone, item) \
	((unsigned long)atomic_long_read(&(zone)->vm_stat[item]))
/* Adds up what each CPU has not added yet */
unsigned long zone_page_state_snapshot(struct zone *zone,
				       enum zone_stat_item item);
void zone_page_state_add(long pages, struct zone *zone, enum zone_stat_item item);
unsigned long global_zone_page_state(enum zone_stat_item item);
void si_meminfo(struct sysinfo *si);

int get_pageblock_migratetype(const struct page *page);
#define is_migrate_isolate_page(page) \
	is_migrate_isolate(get_pageblock_migratetype(page))
void drain_all_pages(struct zone *zone);
void drain_all_pages_in_steps(void);
void drain_local_pages(struct zone *zone);
unsigned int debug_guardpage_minorder(void);

struct memory_notify {
	unsigned long start_pfn;
	unsigned long nr_pages;
};

#define MEM_ONLINE		1
#define MEM_GOING_OFFLINE	2
#define MEM_OFFLINE		4
#define MEM_GOING_ONLINE	8
#define MEM_CANCEL_ONLINE	16
#define MEM_CANCEL_OFFLINE	32

/* The sections that memory is brought online and taken offline in */
#define CONFIG_MEMORY_HOTPLUG	1
#define PAGES_PER_SECTION	MAX_ORDER_NR_PAGES
#define pfn_to_section_nr(pfn)	((pfn) / PAGES_PER_SECTION)

/* A set of numbers, which this is enough of */
struct ida {
	unsigned char set[4096];
};

#define DEFINE_IDA(name)	struct ida name
int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max,
		    gfp_t gfp);
void ida_free(struct ida *ida, unsigned int id);

static inline int get_order(unsigned long size)
{
	return size <= PAGE_SIZE ? 0 : ilog2((size - 1) / PAGE_SIZE) + 1;
}

/* Ranges that a backend is told */
struct scatterlist {
	struct page *page;
	void *buf;		/* or memory that is nobody's page */
	unsigned int offset;
	unsigned int length;
	bool end;
};

static inline void sg_init_table(struct scatterlist *sg, unsigned int n)
{
	sg[n - 1].end = true;
}

static inline void sg_set_page(struct scatterlist *sg, struct page *page,
			       unsigned int length, unsigned int offset)
{
	BUG_ON(offset);
	sg->page = page;
	sg->length = length;
}

#define sg_page(sg)		((sg)->page)
#define sg_mark_end(sg)		((void)((sg)->end = true))
#define sg_unmark_end(sg)	((void)((sg)->end = false))

/* mm/internal.h */
void take_free_block(struct zone *zone, struct page *page, unsigned int order);
struct page *put_free_block(struct zone *zone, struct page *page,
			    unsigned int order);
bool guest_memory_encrypted(void);
bool free_pages_are_written(void);

#endif
