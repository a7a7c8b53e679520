// SPDX-License-Identifier: GPL-2.0
/*
 * A page cache with an active and an inactive list, as in mm/swap.c, without
 * the order of the lists: cold cache does not look at it. It knows when each
 * page was used last, so it knows whether a page may be returned. It knows what
 * is in each page, so nothing can be lost.
 *
 * It calls cold cache where the series has the kernel call it.
 */
#include "cache.h"

#include "buddy.h"
#include "cold_cache.h"
#include "idle_machine.h"
#include "machine.h"
#include "model.h"

#define PAGEVEC_SIZE		15

#define ALL_FLAGS	(BIT(PG_lru) | BIT(PG_active) | BIT(PG_referenced) | \
			 BIT(PG_dirty) | BIT(PG_writeback) |		\
			 BIT(PG_unevictable) | BIT(PG_swapbacked) |	\
			 BIT(PG_private))

unsigned long least_age[MAX_NUMNODES];
unsigned long counted_since;
unsigned long returned, first_returned, last_returned;
void (*on_return)(struct file *file, unsigned long index);
void (*on_lock)(struct file *file, unsigned long index);
bool pages_are_locked;
bool no_cgroups, no_kmem;
unsigned long nr_lru_drains;

static struct file *files;
static unsigned int next_value;
/* As the kernel has one for each file */
static DEFINE_SPINLOCK(i_pages);

/* Pages that the thread has locked, or removed and not freed */
static struct page *locked, *removed;
static struct mem_cgroup *removed_from;

/* Pages that wait for others to be put on their list */
static struct page *pagevec[PAGEVEC_SIZE];
static unsigned int pagevec_count;

static struct mem_cgroup cgroups[MAX_CGROUPS];
static unsigned int nr_cgroups;
/* The one that the thread is at, and so refers to */
static struct mem_cgroup *cgroup_held;
static bool protection_is_known;

void cache_start(void)
{
	files = NULL;
	pagevec_count = 0;
	nr_cgroups = 0;
	cgroup_new();
}

struct mem_cgroup *cgroup_new(void)
{
	struct mem_cgroup *memcg = &cgroups[nr_cgroups];

	BUG_ON(nr_cgroups == MAX_CGROUPS);
	*memcg = (struct mem_cgroup) { .id = nr_cgroups++, .online = true };
	return memcg;
}

void cgroup_remove(struct mem_cgroup *memcg)
{
	memcg->online = false;
}

bool mem_cgroup_online(const struct mem_cgroup *memcg)
{
	return !memcg || memcg->online;
}

bool memcg_kmem_enabled(void)
{
	return !no_cgroups && !no_kmem;
}

struct mem_cgroup *cgroup_root(void)
{
	return &cgroups[0];
}

struct mem_cgroup *mem_cgroup_iter(struct mem_cgroup *root,
				   struct mem_cgroup *prev, void *reclaim)
{
	unsigned int next = prev ? prev->id + 1 : 0;

	BUG_ON(root || reclaim || prev != cgroup_held);
	cgroup_held = NULL;
	if (!no_cgroups && next < nr_cgroups)
		cgroup_held = &cgroups[next];
	return cgroup_held;
}

void mem_cgroup_iter_break(struct mem_cgroup *root, struct mem_cgroup *prev)
{
	BUG_ON(root || prev != cgroup_held);
	cgroup_held = NULL;
}

/* Limits may change while the thread runs: the next run knows them */
void find_cache_protection(void)
{
	unsigned int i;

	BUG_ON(current != kthread || cgroup_held);
	for (i = 0; i < nr_cgroups; i++)
		cgroups[i].protection = cgroups[i].low;
	protection_is_known = true;
}

bool cgroup_is_protected(struct mem_cgroup *memcg)
{
	BUG_ON(!protection_is_known || !memcg == !no_cgroups);
	return memcg && memcg->protection && memcg->pages <= memcg->protection;
}

static struct slot *slot_of(const struct page *page)
{
	struct file *file = page->mapping;

	return &file->slots[page->index];
}

static void count_lru(struct page *page, int n)
{
	mod_node_page_state(page_pgdat(page), PageActive(page) ?
			    NR_ACTIVE_FILE : NR_INACTIVE_FILE, n);
}

unsigned long cache_all(int nid)
{
	return node_page_state(NODE_DATA(nid), NR_ACTIVE_FILE) +
	       node_page_state(NODE_DATA(nid), NR_INACTIVE_FILE);
}

static void lru_add(struct page *page)
{
	BUG_ON(PageLRU(page));
	SetPageLRU(page);
	if (!PageSwapBacked(page))
		count_lru(page, 1);
}

static void lru_del(struct page *page)
{
	BUG_ON(!PageLRU(page));
	ClearPageLRU(page);
	if (!PageSwapBacked(page))
		count_lru(page, -1);
}

static struct page *page_alloc(int nid)
{
	struct page *page = buddy_alloc(NODE_DATA(nid)->node_zones, 0,
					MIGRATE_MOVABLE);

	if (!page)
		failed("node %d has no memory left", nid);
	BUG_ON(page_count(page) || page->mapping || page->flags & ALL_FLAGS);
	page->_refcount.v = 1;
	return page;
}

static void page_free(struct page *page)
{
	BUG_ON(page_count(page) || page_mapped(page) || PageLRU(page));
	page->flags &= ~ALL_FLAGS;
	page->mapping = NULL;
	buddy_free(page, 0);
}

bool get_page_unless_zero(struct page *page)
{
	if (!page_count(page))
		return false;
	page->_refcount.v++;
	return true;
}

void put_page(struct page *page)
{
	BUG_ON(page_count(page) <= 0);
	if (--page->_refcount.v)
		return;
	/* What is freed leaves its list, and only then its cgroup */
	if (PageLRU(page))
		lru_del(page);
	if (page == removed) {
		removed_from->pages--;
		removed = NULL;
	}
	page_free(page);
}

/* Nobody else may have a page that is not on a list to himself */
bool trylock_page(struct page *page)
{
	BUG_ON(!mems_held() || !page_count(page) || locked || !PageLRU(page));
	if (on_lock)
		on_lock(page->mapping, page->index);
	if (pages_are_locked)
		return false;
	locked = page;
	return true;
}

void unlock_page(struct page *page)
{
	BUG_ON(locked != page);
	locked = NULL;
}

static void drain_pagevec(void)
{
	while (pagevec_count) {
		struct page *page = pagevec[--pagevec_count];

		lru_add(page);
		put_page(page);
	}
}

void lru_add_drain_all(void)
{
	BUG_ON(current == kthread && (mems_held() || mutexes_held()));
	nr_lru_drains += current == kthread;
	drain_pagevec();
}

static void add_to_pagevec(struct page *page)
{
	page->_refcount.v++;
	pagevec[pagevec_count++] = page;
	if (pagevec_count == PAGEVEC_SIZE)
		drain_pagevec();
}

/* As in mm/swap.c */
static void mark_page_accessed(struct page *page)
{
	bool on_lru = PageLRU(page);

	slot_of(page)->used = jiffies;
	if (!PageActive(page) && PageReferenced(page)) {
		if (on_lru)
			lru_del(page);
		SetPageActive(page);
		if (on_lru)
			lru_add(page);
		ClearPageReferenced(page);
		cold_cache_used(page);
	} else if (!PageReferenced(page)) {
		SetPageReferenced(page);
		cold_cache_used(page);
	}
}

struct file *file_new(int nid, struct mem_cgroup *memcg, unsigned long pages)
{
	struct file *file = calloc(1, sizeof(*file));
	unsigned long i;

	BUG_ON(!file);
	file->next = files;
	files = file;
	file->nid = nid;
	file->memcg = memcg;
	file->pages = pages;
	file->slots = calloc(pages, sizeof(*file->slots));
	BUG_ON(!file->slots);
	for (i = 0; i < pages; i++) {
		next_value += 2;
		file->slots[i].written = next_value | 1;
		file->slots[i].on_disk = file->slots[i].written;
	}
	return file;
}

/* Returns false if others have done so meanwhile */
static bool add_to_cache(struct file *file, struct slot *slot)
{
	struct page *page = page_alloc(file->nid);

	spin_lock_irq(&i_pages);
	if (slot->page) {
		spin_unlock_irq(&i_pages);
		put_page(page);
		return false;
	}
	page->mapping = file;
	page->index = slot - file->slots;
	slot->page = page;
	slot->used = jiffies;
	file->memcg->pages++;
	model_write(page_to_pfn(page), slot->on_disk);
	add_to_pagevec(page);
	cold_cache_used(page);
	spin_unlock_irq(&i_pages);
	return true;
}

static struct page *find_page(struct file *file, unsigned long index,
			      bool to_write)
{
	struct slot *slot = &file->slots[index];
	unsigned long mark = slot->mark;

	while (!slot->page) {
		if (!add_to_cache(file, slot))
			continue;
		file->disk_reads++;
		slot->mark = 0;
		if (mark)
			cold_cache_refault(file->nid, mark, 1);
	}
	/* As pagecache_get_page() with FGP_WRITE, which marks nothing */
	if (to_write) {
		slot->used = jiffies;
		cold_cache_used(slot->page);
	}
	return slot->page;
}

void file_read(struct file *file, unsigned long from, unsigned long n)
{
	struct page *page;

	for (; n; n--, from++) {
		page = find_page(file, from, false);
		if (model_read(page_to_pfn(page)) != file->slots[from].written)
			failed("what was written to page %lu is lost", from);
		mark_page_accessed(page);
	}
}

void file_write(struct file *file, unsigned long from, unsigned long n)
{
	struct slot *slot;
	struct page *page;

	for (; n; n--, from++) {
		page = find_page(file, from, true);
		slot = &file->slots[from];
		next_value += 2;
		slot->written = next_value | 1;
		model_write(page_to_pfn(page), slot->written);
		SetPageDirty(page);
	}
}

void file_clean(struct file *file)
{
	struct slot *slot;

	for (slot = file->slots; slot < file->slots + file->pages; slot++) {
		if (!slot->page || !PageDirty(slot->page))
			continue;
		slot->on_disk = slot->written;
		ClearPageDirty(slot->page);
	}
}

unsigned long file_cached(const struct file *file)
{
	unsigned long i, n = 0;

	for (i = 0; i < file->pages; i++)
		n += file->slots[i].page != NULL;
	return n;
}

struct page *file_page(const struct file *file, unsigned long index)
{
	if (!file->slots[index].page)
		failed("page %lu is not in the page cache", index);
	return file->slots[index].page;
}

void page_map(struct page *page)
{
	page->_mapcount.v++;
	page->_refcount.v++;
}

void page_unmap(struct page *page)
{
	BUG_ON(!page_mapped(page));
	page->_mapcount.v--;
	page->_refcount.v--;
}

/* Whoever wants its data later reads them from disk */
static void remove_from_cache(struct page *page)
{
	struct file *file = page->mapping;
	struct slot *slot = slot_of(page);

	slot->page = NULL;
	slot->on_disk = slot->written;
	file->memcg->pages--;
	page->mapping = NULL;
	page->_refcount.v -= page_has_private(page);
	page->flags &= ~BIT(PG_private);
	while (page_mapped(page))
		page_unmap(page);
}

static void drop_page(struct page *page)
{
	if (PageLRU(page))
		lru_del(page);
	remove_from_cache(page);
	put_page(page);
}

void file_truncate(struct file *file)
{
	unsigned long i;

	drain_pagevec();
	for (i = 0; i < file->pages; i++) {
		file->slots[i].mark = 0;
		if (file->slots[i].page)
			drop_page(file->slots[i].page);
	}
}

void page_pin(struct page *page)
{
	page->_refcount.v++;
}

void page_isolate(struct page *page)
{
	lru_del(page);
	page_pin(page);
}

void page_unpin(struct page *page)
{
	put_page(page);
}

void page_buffers(struct page *page)
{
	if (page_has_private(page))
		return;
	page->flags |= BIT(PG_private);
	page->_refcount.v++;
}

void page_grow(struct page *page, unsigned int pages)
{
	SetPageCompound(page);
	set_page_private(page, pages);
	page->_refcount.v += pages - 1;
}

bool page_migrate(struct page *page)
{
	struct page *new = page_alloc(page_to_nid(page));

	if (!page->mapping || !PageLRU(page) ||
	    page_count(page) != 2 + atomic_read(&page->_mapcount) +
				page_has_private(page)) {
		put_page(new);
		return false;
	}
	lru_del(page);
	model_write(page_to_pfn(new), model_read(page_to_pfn(page)));
	new->flags |= page->flags & ALL_FLAGS;
	new->mapping = page->mapping;
	new->index = page->index;
	new->_mapcount.v = page->_mapcount.v;
	new->_refcount.v = page->_refcount.v;
	slot_of(page)->page = new;
	cold_cache_moved(page, new);
	lru_add(new);
	page->mapping = NULL;
	page->_mapcount.v = -1;
	page->_refcount.v = 1;
	put_page(page);
	return true;
}

/* As shrink_active_list() does */
void page_deactivate(struct page *page)
{
	if (!PageActive(page) || !PageLRU(page))
		return;
	lru_del(page);
	if (PageReferenced(page))
		cold_cache_used(page);
	ClearPageActive(page);
	lru_add(page);
}

void anon_use(int nid, unsigned long pages)
{
	static unsigned long anon_vma[2];

	for (; pages; pages--) {
		struct page *page = page_alloc(nid);

		page->mapping = (char *)anon_vma + 1;
		SetPageSwapBacked(page);
		lru_add(page);
	}
}

bool cache_drop_section(unsigned long pfn)
{
	unsigned long end = pfn + MAX_ORDER_NR_PAGES;
	struct page *page;

	drain_pagevec();
	for (; pfn < end; pfn++) {
		page = pfn_to_page(pfn);
		if (!page_count(page))
			continue;
		if (!PageLRU(page) || PageSwapBacked(page) ||
		    page_count(page) != 1 + page_has_private(page))
			return false;
		drop_page(page);
	}
	return true;
}

static void check_may_return(struct page *page)
{
	struct slot *slot = slot_of(page);
	unsigned long used = max(slot->used, counted_since);
	unsigned long least = least_age[page_to_nid(page)];

	if (!PageLRU(page) || PageUnevictable(page) || PageSwapBacked(page))
		failed("a page with flags %lx is returned", page->flags);
	if (jiffies - used < least)
		failed("a page is returned after %lu jiffies, not %lu",
		       jiffies - used, least);
}

/* What is looked at again with the page locked, as others may have changed it */
static bool is_kept(const struct page *page)
{
	return cgroup_is_protected(no_cgroups ? NULL :
				   ((struct file *)page->mapping)->memcg) ||
	       page_mapped(page) || PageDirty(page) || PageWriteback(page) ||
	       page_count(page) != 2 + page_has_private(page);
}

static void return_page(struct page *page)
{
	struct file *file = page->mapping;
	struct slot *slot = slot_of(page);

	if (!returned++)
		first_returned = jiffies;
	last_returned = jiffies;
	if (on_return)
		on_return(file, page->index);
	if (slot->written != slot->on_disk)
		failed("page %lu is returned, and not on disk", page->index);
	slot->mark = cold_cache_mark();
	BUG_ON(!slot->mark);
	remove_from_cache(page);
	page->_refcount.v--;
	removed = page;
	removed_from = file->memcg;
	removed_from->pages++;
}

int pages_held(void)
{
	return !!removed + !!locked;
}

/* As the helper in mm/vmscan.c */
bool remove_cold_page(struct page *page)
{
	bool kept;

	BUG_ON(current != kthread || !mems_held() || locked != page || removed);
	spin_lock_irq(&i_pages);
	kept = is_kept(page);
	if (!kept) {
		check_may_return(page);
		return_page(page);
	}
	spin_unlock_irq(&i_pages);
	return !kept;
}
