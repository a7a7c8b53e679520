// SPDX-License-Identifier: GPL-2.0
/*
 * A model of the page allocator: free lists of blocks of 2^order pages for
 * each zone and type of page block, that split and merge, page blocks that
 * change their type or are isolated, and a list of single pages in front. It
 * calls page reporting where the series has the kernel call it.
 */
#include "buddy.h"

#include "idle_compaction.h"
#include "machine.h"
#include "page_reporting.h"

#define MAX_ZONES		MAX_NR_ZONES
/* Single pages that the list in front holds at most */
#define PCP_HIGH		6

struct zone *zones[MAX_ZONES + 1];
unsigned int nr_zones;
pg_data_t node_data[MAX_NUMNODES];
int nr_online_nodes;
struct page *mem_map;
unsigned long max_pfn;
unsigned long vm_events[NR_VM_EVENT_ITEMS];
unsigned int guardpage_minorder;
bool memory_encrypted, free_pages_written;

static unsigned char *pageblock_types;

unsigned int debug_guardpage_minorder(void)
{
	return guardpage_minorder;
}

bool guest_memory_encrypted(void)
{
	return memory_encrypted;
}

bool free_pages_are_written(void)
{
	return free_pages_written;
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max,
		    gfp_t gfp)
{
	BUG_ON(min != max || max >= ARRAY_SIZE(ida->set));
	if (allocation_fails)
		return -ENOMEM;
	if (ida->set[min])
		return -ENOSPC;
	ida->set[min] = 1;
	return min;
}

void ida_free(struct ida *ida, unsigned int id)
{
	BUG_ON(!ida->set[id]);
	ida->set[id] = 0;
}

static void check_stat(struct zone *zone, enum zone_stat_item item)
{
	/* Page reporting says that its gauges are changed under zone->lock */
	BUG_ON(zone->lock.owner != current);
	if (zone->vm_stat[item].v < 0)
		failed("%s: statistic %u is %ld", zone->name, item,
		       zone->vm_stat[item].v);
}

/* The kernel changes the sum of all zones, too */
void zone_page_state_add(long pages, struct zone *zone,
			 enum zone_stat_item item)
{
	zone->vm_stat[item].v += pages;
	check_stat(zone, item);
	if (item == NR_FREE_REPORTED || item == NR_FREE_UNREPORTED)
		locked_atomic();
}

void seen_set(const void *what)
{
	const atomic_long_t *stat = what;
	struct zone *zone;

	for_each_zone(zone)
		if (stat >= zone->vm_stat &&
		    stat < zone->vm_stat + NR_VM_ZONE_STAT_ITEMS)
			check_stat(zone, stat - zone->vm_stat);
}

void seen_atomic(const void *what)
{
	struct zone *zone;

	seen_set(what);
	for_each_zone(zone) {
		if (what >= (void *)zone && what < (void *)(zone + 1))
			return;
	}
	locked_atomic();
}

unsigned long zone_page_state_snapshot(struct zone *zone,
				       enum zone_stat_item item)
{
	return zone_page_state(zone, item);
}

unsigned long global_zone_page_state(enum zone_stat_item item)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone(zone)
		pages += zone_page_state(zone, item);
	return pages;
}

void si_meminfo(struct sysinfo *si)
{
	struct zone *zone;

	si->totalram = 0;
	for_each_zone(zone)
		si->totalram += zone->present_pages;
	si->freeram = global_zone_page_state(NR_FREE_PAGES);
}

struct zone *sparse_zone_of(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	struct zone *zone;

	for_each_zone(zone)
		if (zone->sparse && pfn >= zone->zone_start_pfn &&
		    pfn < zone_end_pfn(zone))
			return zone;
	return NULL;
}

static struct page *online_page(unsigned long pfn)
{
	return pfn < max_pfn && PageOnline(mem_map + pfn) ? mem_map + pfn : NULL;
}

/*
 * Whether memory is online is known of sections only: outside of all zones
 * the kernel takes a struct page for good that may never have been written.
 */
struct page *pfn_to_online_page(unsigned long pfn)
{
	unsigned long start = round_down(pfn, MAX_ORDER_NR_PAGES);
	struct zone *zone;
	bool beside = false;

	for_each_zone(zone) {
		if (pfn >= zone->zone_start_pfn && pfn < zone_end_pfn(zone))
			return online_page(pfn);
		beside |= start < zone_end_pfn(zone) &&
			  start + MAX_ORDER_NR_PAGES > zone->zone_start_pfn;
	}
	if (beside)
		failed("page %lx is beside a zone, and looked at", pfn);
	return NULL;
}

int get_pageblock_migratetype(const struct page *page)
{
	return pageblock_types[page_to_pfn(page) >> pageblock_order];
}

static void set_pageblock_migratetype(const struct page *page, int mt)
{
	pageblock_types[page_to_pfn(page) >> pageblock_order] = mt;
}

static void add_free(struct zone *zone, long pages, int mt)
{
	if (!is_migrate_isolate(mt))
		zone_page_state_add(pages, zone, NR_FREE_PAGES);
	if (is_migrate_cma(mt))
		zone_page_state_add(pages, zone, NR_FREE_CMA_PAGES);
}

static void list_block(struct zone *zone, struct page *page,
		       unsigned int order, int mt)
{
	SetPageBuddy(page);
	set_page_private(page, order);
	list_add(&page->lru, &zone->free_area[order].free_list[mt]);
	zone->free_area[order].nr_free++;
}

static void unlist_block(struct zone *zone, struct page *page)
{
	unsigned int order = page_private(page);

	BUG_ON(!PageBuddy(page));
	list_del(&page->lru);
	ClearPageBuddy(page);
	set_page_private(page, 0);
	zone->free_area[order].nr_free--;
}

static bool keeps_to_itself(int mt)
{
	return is_migrate_isolate(mt) || is_migrate_cma(mt);
}

/* Blocks do not grow out of an isolated page block or of CMA, nor into one */
static bool may_merge(const struct page *a, const struct page *b,
		      unsigned int order)
{
	int mt = get_pageblock_migratetype(a);
	int other = get_pageblock_migratetype(b);

	return order < pageblock_order || mt == other ||
	       (!keeps_to_itself(mt) && !keeps_to_itself(other));
}

static struct page *merge(struct zone *zone, struct page *page,
			  unsigned int order, int mt)
{
	unsigned long pfn = page_to_pfn(page);

	BUG_ON(pfn & ((1UL << order) - 1) || PageBuddy(page));
	if (PageReported(page))
		failed("page %lx is marked when it is freed", pfn);
	add_free(zone, 1L << order, mt);
	for (; order < MAX_ORDER - 1; order++) {
		struct page *buddy = online_page(pfn ^ (1UL << order));

		if (!buddy || page_zone(buddy) != zone || !PageBuddy(buddy) ||
		    page_private(buddy) != order ||
		    !may_merge(pfn_to_page(pfn), buddy, order))
			break;
		unlist_block(zone, buddy);
		pfn &= ~(1UL << order);
	}
	page = pfn_to_page(pfn);
	list_block(zone, page, order, mt);
	return page;
}

static void free_block(struct zone *zone, struct page *page,
		       unsigned int order)
{
	struct page *head = merge(zone, page, order,
				  get_pageblock_migratetype(page));

	page_reporting_freed(zone, page_private(head), order);
	seen_freed(page, order);
}

static struct page *take_smallest(struct zone *zone, unsigned int order,
				  int mt)
{
	unsigned int high = order;
	unsigned int block;
	struct page *page;

	while (list_empty(&zone->free_area[high].free_list[mt]))
		if (++high == MAX_ORDER)
			return NULL;
	page = list_first_entry(&zone->free_area[high].free_list[mt],
				struct page, lru);
	block = high;
	unlist_block(zone, page);
	page_reporting_taken(zone, page, block, order);
	while (high > order) {
		high--;
		list_block(zone, page + (1UL << high), high, mt);
	}
	add_free(zone, -(1L << order), mt);
	seen_taken(page, order);
	return page;
}

/* Move what is free in a page block to the list of another type */
static long move_block(struct zone *zone, unsigned long pfn, int mt)
{
	unsigned long end = pfn + PAGEBLOCK_NR_PAGES;
	long moved = 0;

	while (pfn < end) {
		struct page *page = online_page(pfn);
		unsigned int order = 0;

		if (page && page_zone(page) == zone && PageBuddy(page)) {
			order = page_private(page);
			list_move(&page->lru,
				  &zone->free_area[order].free_list[mt]);
			moved += 1L << order;
		}
		pfn += 1UL << order;
	}
	return moved;
}

/* The first of the other types that has blocks of an order, -1: none */
static int other_type(struct zone *zone, unsigned int order, int mt)
{
	static const int others[MIGRATE_HIGHATOMIC][2] = {
		[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
		[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
		[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others[mt]); i++)
		if (!list_empty(&zone->free_area[order].free_list[others[mt][i]]))
			return others[mt][i];
	return -1;
}

/* Pages in use of a page block that are, or may be, of the kind of a type */
static unsigned int pages_alike(unsigned long pfn, int mt, int from)
{
	unsigned int i, movable = 0, rest = 0;

	for (i = 0; i < PAGEBLOCK_NR_PAGES; i++, pfn++) {
		struct page *page = online_page(pfn);

		if (page && PageBuddy(page)) {
			i += (1U << page_private(page)) - 1;
			pfn += (1UL << page_private(page)) - 1;
		} else if (page && page->flags & (BIT(PG_lru) | BIT(PG_movable))) {
			movable++;
		} else {
			rest++;
		}
	}
	if (mt == MIGRATE_MOVABLE)
		return movable;
	return from == MIGRATE_MOVABLE ? rest : 0;
}

/*
 * A block of another type, the largest first. All that is free in its page
 * block comes with it; the page block changes its type if half of it is free
 * or of this kind. What can move takes as little of others as it can.
 */
static bool fall_back(struct zone *zone, unsigned int order, int mt)
{
	int high = MAX_ORDER, from = -1;
	unsigned long pfn, end;
	struct page *page;
	long moved;

	while (from < 0 && high-- > (int)order)
		from = other_type(zone, high, mt);
	if (from < 0)
		return false;
	if (mt == MIGRATE_MOVABLE && high < pageblock_order / 2) {
		for (high = order; (from = other_type(zone, high, mt)) < 0; high++)
			;
		page = list_first_entry(&zone->free_area[high].free_list[from],
					struct page, lru);
		list_move(&page->lru, &zone->free_area[high].free_list[mt]);
		return true;
	}
	page = list_first_entry(&zone->free_area[high].free_list[from],
				struct page, lru);
	pfn = round_down(page_to_pfn(page), PAGEBLOCK_NR_PAGES);
	end = page_to_pfn(page) + (1UL << high);
	for (; pfn < end; pfn += PAGEBLOCK_NR_PAGES) {
		moved = move_block(zone, pfn, mt);
		if (moved + pages_alike(pfn, mt, from) >= PAGEBLOCK_NR_PAGES / 2 ||
		    high >= pageblock_order)
			set_pageblock_migratetype(pfn_to_page(pfn), mt);
	}
	return true;
}

struct page *buddy_alloc(struct zone *zone, unsigned int order, int mt)
{
	struct page *page;

	spin_lock_irq(&zone->lock);
	if (!order && zone->pcp_count) {
		page = list_first_entry(&zone->pcp, struct page, lru);
		list_del(&page->lru);
		zone->pcp_count--;
		seen_taken(page, 0);
	} else {
		page = take_smallest(zone, order, mt);
		if (!page && fall_back(zone, order, mt))
			page = take_smallest(zone, order, mt);
	}
	/* The kernel finds out when it checks the flags of what it allocates */
	for (unsigned int i = 0; page && i < 1U << order; i++)
		if (PageReported(page + i))
			failed("page %lx is marked and in use",
			       page_to_pfn(page + i));
	spin_unlock_irq(&zone->lock);
	return page;
}

static void drain(struct zone *zone, unsigned int keep)
{
	if (zone->pcp_count > keep)
		idle_compaction_freed(zone, zone->pcp_count - keep);
	while (zone->pcp_count > keep) {
		struct page *page = list_first_entry(&zone->pcp, struct page,
						     lru);

		list_del(&page->lru);
		zone->pcp_count--;
		free_block(zone, page, 0);
	}
}

void buddy_free(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);

	spin_lock_irq(&zone->lock);
	if (order || is_migrate_isolate_page(page)) {
		free_block(zone, page, order);
		idle_compaction_freed(zone, 1U << order);
	} else {
		list_add(&page->lru, &zone->pcp);
		if (++zone->pcp_count > PCP_HIGH)
			drain(zone, PCP_HIGH / 2);
	}
	spin_unlock_irq(&zone->lock);
}

void drain_local_pages(struct zone *zone)
{
	spin_lock_irq(&zone->lock);
	drain(zone, 0);
	spin_unlock_irq(&zone->lock);
}

void drain_all_pages(struct zone *one)
{
	struct zone *zone;

	for_each_populated_zone(zone)
		if (!one || zone == one)
			drain_local_pages(zone);
}

void drain_all_pages_in_steps(void)
{
	drain_all_pages(NULL);
}

void take_free_block(struct zone *zone, struct page *page, unsigned int order)
{
	int mt = get_pageblock_migratetype(page);

	BUG_ON(zone->lock.owner != current);
	BUG_ON(!PageBuddy(page) || page_private(page) != order);
	BUG_ON(is_migrate_isolate(mt));
	unlist_block(zone, page);
	add_free(zone, -(1L << order), mt);
	seen_held(page, order);
}

struct page *put_free_block(struct zone *zone, struct page *page,
			    unsigned int order)
{
	int mt = get_pageblock_migratetype(page);
	struct page *head;

	BUG_ON(zone->lock.owner != current);
	seen_put_back(page, order);
	head = merge(zone, page, order, mt);
	list_move_tail(&head->lru,
		       &zone->free_area[page_private(head)].free_list[mt]);
	return head;
}

bool buddy_isolate(struct zone *zone, unsigned long pfn, int *types)
{
	unsigned long end = pfn + MAX_ORDER_NR_PAGES;
	bool done = false;

	spin_lock_irq(&zone->lock);
	if (!is_migrate_isolate_page(pfn_to_page(pfn))) {
		for (; pfn < end; pfn += PAGEBLOCK_NR_PAGES, types++) {
			long moved = move_block(zone, pfn, MIGRATE_ISOLATE);

			*types = get_pageblock_migratetype(pfn_to_page(pfn));
			set_pageblock_migratetype(pfn_to_page(pfn),
						  MIGRATE_ISOLATE);
			add_free(zone, -moved, *types);
		}
		done = true;
	}
	spin_unlock_irq(&zone->lock);
	return done;
}

void buddy_unisolate(struct zone *zone, unsigned long pfn, const int *types)
{
	buddy_unisolate_range(zone, pfn, pfn + MAX_ORDER_NR_PAGES, types);
}

void buddy_unisolate_range(struct zone *zone, unsigned long pfn,
			   unsigned long end, const int *types)
{
	unsigned long at;
	struct page *page;
	unsigned int order;

	spin_lock_irq(&zone->lock);
	for (at = pfn; at < end; at += PAGEBLOCK_NR_PAGES) {
		page = pfn_to_page(at);
		BUG_ON(!is_migrate_isolate_page(page));
		/* Whole ones are freed again, to merge with what is outside */
		if (!PageBuddy(page) || page_private(page) < pageblock_order) {
			add_free(zone, move_block(zone, at, *types), *types);
			set_pageblock_migratetype(page, *types++);
			continue;
		}
		order = page_private(page);
		unlist_block(zone, page);
		page_reporting_taken(zone, page, order, order);
		seen_taken(page, order);
		for (; at < page_to_pfn(page) + (1UL << order);
		     at += PAGEBLOCK_NR_PAGES)
			set_pageblock_migratetype(pfn_to_page(at), *types++);
		at -= PAGEBLOCK_NR_PAGES;
		free_block(zone, page, order);
	}
	page_reporting_kick();
	spin_unlock_irq(&zone->lock);
}

void buddy_retag(unsigned long pfn, int mt)
{
	set_pageblock_migratetype(pfn_to_page(pfn), mt);
}

int buddy_take(struct zone *zone, unsigned long pfn)
{
	struct page *page = online_page(pfn);
	int order = -1;

	spin_lock_irq(&zone->lock);
	if (page && page_zone(page) == zone && PageBuddy(page)) {
		order = page_private(page);
		unlist_block(zone, page);
		page_reporting_taken(zone, page, order, order);
		add_free(zone, -(1L << order), get_pageblock_migratetype(page));
		seen_taken(page, order);
	}
	spin_unlock_irq(&zone->lock);
	return order;
}

void buddy_online(struct zone *zone, unsigned long pfn, unsigned long pages)
{
	zone->present_pages += pages;
	for (; pages; pages--, pfn++) {
		pfn_to_page(pfn)->flags |= BIT(PG_online);
		pfn_to_page(pfn)->zone = zone;
		set_pageblock_migratetype(pfn_to_page(pfn), MIGRATE_MOVABLE);
	}
}

bool buddy_offline(struct zone *zone, unsigned long pfn, unsigned long pages)
{
	unsigned long at, end = pfn + pages;
	unsigned int order;
	bool done;

	BUG_ON(zone->sparse);
	spin_lock_irq(&zone->lock);
	for (at = pfn; at < end && PageBuddy(pfn_to_page(at));
	     at += 1UL << page_private(pfn_to_page(at)))
		;
	done = at >= end;
	for (at = pfn; done && at < end; at += 1UL << order) {
		struct page *page = pfn_to_page(at);

		order = page_private(page);
		unlist_block(zone, page);
		page_reporting_taken(zone, page, order, order);
		seen_taken(page, order);
	}
	for (at = pfn; done && at < end; at++) {
		pfn_to_page(at)->flags &= ~BIT(PG_online);
		set_pageblock_migratetype(pfn_to_page(at), MIGRATE_MOVABLE);
	}
	if (done)
		zone->present_pages -= pages;
	spin_unlock_irq(&zone->lock);
	return done;
}

void buddy_init(unsigned long pages)
{
	sparse_free(mem_map, max_pfn, sizeof(*mem_map));
	sparse_free(pageblock_types, (max_pfn >> pageblock_order) + 1, 1);
	memset(node_data, 0, sizeof(node_data));
	memset(zones, 0, sizeof(zones));
	nr_online_nodes = 0;
	nr_zones = 0;
	max_pfn = pages;
	mem_map = sparse_alloc(pages, sizeof(*mem_map));
	pageblock_types = sparse_alloc((pages >> pageblock_order) + 1, 1);
}

static struct zone *add_to_node(int nid, unsigned long start_pfn,
				unsigned long end_pfn)
{
	pg_data_t *node = NODE_DATA(nid);

	BUG_ON(nr_zones == MAX_ZONES || nid > nr_online_nodes);
	if (nid == nr_online_nodes) {
		node->start_pfn = start_pfn;
		nr_online_nodes++;
	}
	node->start_pfn = min(node->start_pfn, start_pfn);
	node->end_pfn = max(node->end_pfn, end_pfn);
	return &node->node_zones[node->nr_zones++];
}

struct zone *buddy_add_zone_to(int nid, const char *name,
			       unsigned long start_pfn, unsigned long spanned)
{
	struct zone *zone = add_to_node(nid, start_pfn, start_pfn + spanned);
	unsigned int order, mt;

	zone->name = name;
	zone->nid = nid;
	zone->index = ZONE_NORMAL;
	zone->zone_start_pfn = start_pfn;
	zone->spanned_pages = spanned;
	INIT_LIST_HEAD(&zone->pcp);
	for (order = 0; order < MAX_ORDER; order++)
		for (mt = 0; mt < MIGRATE_TYPES; mt++)
			INIT_LIST_HEAD(&zone->free_area[order].free_list[mt]);
	page_reporting_init_zone(zone);
	zones[nr_zones++] = zone;
	return zone;
}

struct zone *buddy_add_zone(const char *name, unsigned long start_pfn,
			    unsigned long spanned)
{
	return buddy_add_zone_to(0, name, start_pfn, spanned);
}

struct zone *buddy_add_sparse_zone(const char *name, unsigned long start_pfn,
				   unsigned long spanned)
{
	struct zone *zone = buddy_add_zone(name, start_pfn, spanned);

	zone->sparse = true;
	zone->present_pages = spanned;
	memset(pageblock_types + (start_pfn >> pageblock_order),
	       MIGRATE_MOVABLE, (spanned >> pageblock_order) + 1);
	return zone;
}

void buddy_set_type(struct zone *zone, unsigned long pfn, int mt)
{
	long moved;

	spin_lock_irq(&zone->lock);
	BUG_ON(is_migrate_isolate_page(pfn_to_page(pfn)));
	moved = move_block(zone, round_down(pfn, PAGEBLOCK_NR_PAGES), mt);
	add_free(zone, -moved, get_pageblock_migratetype(pfn_to_page(pfn)));
	set_pageblock_migratetype(pfn_to_page(pfn), mt);
	add_free(zone, moved, mt);
	spin_unlock_irq(&zone->lock);
}

bool buddy_isolate_section(struct isolation *i, unsigned long pfn)
{
	if (i->zone || !PageOnline(pfn_to_page(pfn)))
		return false;
	i->zone = page_zone(pfn_to_page(pfn));
	i->pfn = pfn;
	BUG_ON(!buddy_isolate(i->zone, pfn, i->types));
	return true;
}

void buddy_unisolate_section(struct isolation *i)
{
	buddy_unisolate(i->zone, i->pfn, i->types);
	i->zone = NULL;
}
