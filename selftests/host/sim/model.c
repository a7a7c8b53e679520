// SPDX-License-Identifier: GPL-2.0
/*
 * The naive model: for each page, who has it, what is in it, and whether the
 * host knows that it is free. Everything that page reporting keeps counts and
 * marks for is found out here by walking all pages.
 */
#include "bounds.h"
#include "buddy.h"
#include "machine.h"
#include "model.h"
#include "page_reporting.h"

#define HELD_SHARE		16
#define HELD_MAX		(SZ_128M >> PAGE_SHIFT)
#define BUDGET_SECONDS		16

#define SECTION			MAX_ORDER_NR_PAGES

/* For so long what is reported must have been free without use */
#define LEAST_TIME		(5 * msecs_to_jiffies(300))

enum state {
	OFFLINE,
	USED,
	FREE,
	HELD,		/* off the free lists, for a report */
	LOST,		/* the host never answered */
};

static struct shadow {
	enum state state;
	bool told;		/* the host knows that it is free */
	bool telling;		/* in the report under way */
	bool discardable;	/* the host may discard it */
	bool cma;		/* was in a page block of CMA when it was held */
	bool used_before;	/* has been offline after use */
	unsigned int content;
} *shadow;

/*
 * Of which sections there is something in it: those of sparse zones that
 * nobody has touched are left out.
 */
static bool *known;
static unsigned long shadow_pages;

/* The least that was unreported, for each of the last jiffies */
static struct history {
	unsigned long at;
	long least[256];
} history[MAX_NR_ZONES];

/* Marks may come and go */
static unsigned int control;
/* The latter three as they were when the first block was held */
static unsigned long held, free_before, cma_before, keep_before;
static struct zone *telling_zone;
static unsigned long telling_pages;
/* What may be told still, see BUDGET_SECONDS */
static unsigned long budget_since, budget_told;
static unsigned long totalram_most;
/* The last report: what its task had walked, in which work */
static unsigned long told_walked, told_deferred;
static bool off[MAX_NR_ZONES];

unsigned long model_pages_told, model_pages_reported;
unsigned long model_reports, model_checks;
bool (*model_takes)(struct page *page, unsigned int order);
void (*model_leaves)(struct page *page, unsigned int order);

void model_start(void)
{
	sparse_free(shadow, shadow_pages, sizeof(*shadow));
	sparse_free(known, shadow_pages / SECTION + 1, sizeof(*known));
	shadow_pages = max_pfn;
	shadow = sparse_alloc(shadow_pages, sizeof(*shadow));
	known = sparse_alloc(shadow_pages / SECTION + 1, sizeof(*known));
	memset(history, 0, sizeof(history));
	control = 0;
	held = 0;
	telling_zone = NULL;
	telling_pages = 0;
	memset(off, 0, sizeof(off));
	model_pages_told = 0;
	model_pages_reported = 0;
	model_reports = 0;
}

static struct shadow *shadow_of(unsigned long pfn)
{
	unsigned long at = round_down(pfn, SECTION), end = at + SECTION;

	if (known[pfn / SECTION])
		return &shadow[pfn];
	known[pfn / SECTION] = true;
	for (end = min(end, max_pfn); at < end; at++)
		if (sparse_zone_of(pfn_to_page(at)))
			shadow[at].state = USED;
	return &shadow[pfn];
}

/* The first page frame that is known, from @pfn on */
static unsigned long next_known(unsigned long pfn)
{
	while (pfn < max_pfn && !known[pfn / SECTION])
		pfn = round_down(pfn, SECTION) + SECTION;
	return pfn;
}

#define for_each_known(pfn, end) \
	for (; ((pfn) = next_known(pfn)) < (end); (pfn)++)

void model_own(unsigned long pfn)
{
	struct shadow *s = shadow_of(pfn);

	BUG_ON(s->state != OFFLINE);
	s->state = USED;
}

void model_disown(unsigned long pfn)
{
	struct shadow *s = shadow_of(pfn);

	BUG_ON(s->state != USED);
	s->state = OFFLINE;
	s->used_before = true;
}

void model_write(unsigned long pfn, unsigned int value)
{
	struct shadow *s = shadow_of(pfn);

	BUG_ON(s->state != USED);
	s->content = value;
}

unsigned int model_read(unsigned long pfn)
{
	return shadow_of(pfn)->content;
}

bool model_in_use(unsigned long pfn, unsigned long pages)
{
	unsigned long end = pfn + pages;

	for (; pfn < end; pfn++)
		if (shadow_of(pfn)->state == USED)
			return true;
	return false;
}

/*
 * New memory the host has nothing behind, so it need not be told. Which of it
 * is free when page reporting looks is not known here: that is taken from the
 * marks. What has been in use before must have none.
 */
static void adopt_marks(struct zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned long unit = 1UL << zone->reporting.order, i;
	bool new;

	for (; unit < MAX_ORDER_NR_PAGES * 2 && pfn < end; pfn += unit) {
		new = PageReported(pfn_to_page(pfn)) && !free_pages_written;
		for (i = pfn; i < pfn + unit; i++)
			new &= shadow[i].state == FREE && !shadow[i].used_before;
		for (i = pfn; new && i < pfn + unit; i++)
			shadow[i].told = true;
	}
}

void model_online(unsigned long pfn, unsigned long pages)
{
	struct memory_notify mn = { pfn, pages };

	model_control_begin();
	memory_notify(MEM_ONLINE, &mn);
	adopt_marks(page_zone(pfn_to_page(pfn)), pfn, pfn + pages);
	model_control_end();
}

int model_offline(unsigned long pfn, bool (*empty)(unsigned long pfn),
		  unsigned long most)
{
	struct memory_notify mn = { pfn, SECTION };
	struct zone *zone = page_zone(pfn_to_page(pfn));
	unsigned long began = jiffies, at;
	int err;

	err = memory_notify(MEM_GOING_OFFLINE, &mn);
	while (!err) {
		if (!empty(pfn))
			err = -EBUSY;
		drain_all_pages(NULL);
		if (!err && buddy_offline(zone, pfn, SECTION))
			break;
		if (jiffies - began > most)
			failed("section %lx does not go offline, and nobody uses it",
			       pfn);
		sleep_until(jiffies + 1);
	}
	if (err) {
		memory_notify(MEM_CANCEL_OFFLINE, &mn);
		return err;
	}
	for (at = pfn; at < pfn + SECTION; at++)
		model_disown(at);
	memory_notify(MEM_OFFLINE, &mn);
	return 0;
}

unsigned long model_lost(void)
{
	unsigned long pfn = 0, pages = 0;

	for_each_known(pfn, max_pfn)
		pages += shadow[pfn].state == LOST;
	return pages;
}

static unsigned int zone_index(const struct zone *zone)
{
	unsigned int i;

	for (i = 0; zones[i] != zone; i++)
		;
	return i;
}

/*
 * What is free in large blocks and the host does not know. A report that is
 * under way does not count as use.
 */
static long unreported(struct zone *zone)
{
	long pages = zone_page_state(zone, NR_FREE_UNREPORTED);

	if (zone == telling_zone)
		pages += held;
	return pages;
}

static void look_at_least(struct zone *zone)
{
	struct history *h = &history[zone_index(zone)];
	long now = unreported(zone);

	if (zone->reporting.order == MAX_ORDER)
		now = 0;
	if (h->at + ARRAY_SIZE(h->least) < jiffies)
		h->at = jiffies - ARRAY_SIZE(h->least);
	for (; h->at < jiffies; h->at++)
		h->least[(h->at + 1) % ARRAY_SIZE(h->least)] = now;
	if (h->least[jiffies % ARRAY_SIZE(h->least)] > now)
		h->least[jiffies % ARRAY_SIZE(h->least)] = now;
}

static void change(struct page *page, unsigned int order, enum state from,
		   enum state to)
{
	unsigned long pfn = page_to_pfn(page), end = pfn + (1UL << order);

	for (; pfn < end; pfn++) {
		struct shadow *s = shadow_of(pfn);

		if (s->state != from)
			failed("page %lx is in state %u, and goes from %u to %u",
			       pfn, s->state, from, to);
		s->state = to;
		if (from == LOST)
			s->told = false;
		if (to == USED) {
			if (s->discardable)
				failed("page %lx is used while the host may discard it",
				       pfn);
			s->told = false;
			s->content = 0;
		}
	}
}

/* What comes from the list of single pages has been in use, as far as one sees */
void seen_taken(struct page *page, unsigned int order)
{
	enum state from = shadow_of(page_to_pfn(page))->state;

	change(page, order, from == USED ? USED : FREE, USED);
	look_at_least(page_zone(page));
}

void seen_freed(struct page *page, unsigned int order)
{
	enum state from = shadow_of(page_to_pfn(page))->state;

	change(page, order, from == LOST ? LOST : USED, FREE);
	look_at_least(page_zone(page));
}

static unsigned long to_keep(struct zone *zone)
{
	long reserve = 0;
	unsigned int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		reserve = max(reserve, zone->lowmem_reserve[i]);
	return max(high_wmark_pages(zone) + reserve, zone->percpu_drift_mark);
}

/* Might so much be held of what was free? */
static void check_limit(unsigned long pages, unsigned long free)
{
	if (pages > HELD_MAX || pages > free / HELD_SHARE ||
	    (pages && pages + keep_before > free))
		failed("%lu pages are held of %lu free ones, %lu to be kept",
		       pages, free, keep_before);
}

/* What CMA has is nothing for those who cannot use it */
static void check_limits(void)
{
	unsigned long pfn = 0, cma = 0;

	for_each_known(pfn, max_pfn)
		cma += shadow[pfn].state == HELD && shadow[pfn].cma;
	check_limit(held, free_before);
	check_limit(held - cma, free_before - cma_before);
}

void seen_held(struct page *page, unsigned int order)
{
	bool cma = is_migrate_cma(get_pageblock_migratetype(page));
	struct zone *zone = page_zone(page);
	unsigned long i;

	if (model_takes && model_takes(page, order)) {
		change(page, order, FREE, USED);
		return;
	}
	if (!held) {
		free_before = zone_page_state(zone, NR_FREE_PAGES) +
			      (1UL << order);
		cma_before = zone_page_state(zone, NR_FREE_CMA_PAGES) +
			     ((unsigned long)cma << order);
		keep_before = to_keep(zone);
	}
	BUG_ON(telling_zone && telling_zone != zone);
	telling_zone = zone;
	held += 1UL << order;
	change(page, order, FREE, HELD);
	for (i = 0; i < 1UL << order; i++)
		shadow[page_to_pfn(page) + i].cma = cma;
}

void seen_put_back(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page), i;

	for (i = 0; i < 1UL << order; i++)
		if (shadow[pfn + i].discardable)
			failed("page %lx is put back, and the host may discard it",
			       pfn + i);
	if (shadow[pfn].state == LOST) {
		change(page, order, LOST, FREE);
		return;
	}
	if (model_leaves && shadow[pfn].state == USED) {
		model_leaves(page, order);
		change(page, order, USED, FREE);
		return;
	}
	change(page, order, HELD, FREE);
	held -= 1UL << order;
	if (!held)
		telling_zone = NULL;
}

static void check_range(const struct scatterlist *sg, unsigned int unit)
{
	unsigned long pfn = page_to_pfn(sg_page(sg));
	unsigned long pages = sg->length >> PAGE_SHIFT, i;

	if (!pages || (sg->length & (PAGE_SIZE - 1)) ||
	    ((pfn | pages) & ((1UL << unit) - 1)))
		failed("range %lx, %u bytes, is not of units of order %u", pfn,
		       sg->length, unit);
	for (i = pfn; i < pfn + pages; i++) {
		if (shadow[i].state != HELD)
			failed("page %lx is reported in state %u", i,
			       shadow[i].state);
		if (shadow[i].telling)
			failed("page %lx is twice in a report", i);
		shadow[i].telling = true;
		shadow[i].discardable = true;
	}
	for (; pfn < page_to_pfn(sg_page(sg)) + pages; pfn += 1UL << unit) {
		bool news = false;

		for (i = pfn; i < pfn + (1UL << unit); i++)
			news |= !shadow[i].told;
		if (!news)
			failed("unit %lx is reported again", pfn);
	}
	telling_pages += pages;
}

static void check_budget(void)
{
	struct sysinfo si;
	unsigned long elapsed = jiffies - budget_since;

	si_meminfo(&si);
	totalram_most = max(totalram_most, si.totalram);
	budget_told += telling_pages;
	/* It begins with twice the memory saved up */
	if (budget_told > 2 * totalram_most + totalram_most * (elapsed + 1) /
						      (BUDGET_SECONDS * HZ))
		failed("%lu pages of %lu are told in %lu jiffies", budget_told,
		       totalram_most, elapsed);
}

/* What does not depend on the report is not done again for each of them */
static void check_cost(void)
{
	unsigned long walked = task_walked() - told_walked;

	if (nr_deferred == told_deferred && walked > MOST_WALKED_REPORT)
		failed("%lu CPUs or devices are walked for a report", walked);
	told_walked = task_walked();
	told_deferred = nr_deferred;
}

void model_told(const struct scatterlist *sg, unsigned int nents,
		unsigned int capacity)
{
	struct history *h;
	struct zone *zone;
	unsigned int i;

	if (!nents || nents > capacity)
		failed("%u ranges in a report", nents);
	zone = page_zone(sg_page(sg));
	for (i = 0; i < nents; i++) {
		BUG_ON(page_zone(sg_page(&sg[i])) != zone);
		BUG_ON(sg[i].end != (i == nents - 1));
		check_range(&sg[i], zone->reporting.order);
	}
	check_limits();
	check_budget();
	check_cost();

	look_at_least(zone);
	h = &history[zone_index(zone)];
	for (i = 0; i < LEAST_TIME && i < jiffies; i++) {
		long least = h->least[(jiffies - i) % ARRAY_SIZE(h->least)];

		if ((long)telling_pages > least)
			failed("%lu pages are reported, %u jiffies ago %ld were free",
			       telling_pages, i, least);
	}
	model_pages_told += telling_pages;
	model_reports++;
}

void model_discard(unsigned int (*chance)(unsigned int n))
{
	unsigned long pfn = 0;

	for_each_known(pfn, max_pfn) {
		struct shadow *s = &shadow[pfn];

		if (!s->discardable || chance(2))
			continue;
		if (s->state != HELD && s->state != LOST)
			failed("page %lx is discarded in state %u", pfn,
			       s->state);
		s->content = 0;
	}
}

void model_answered(int err)
{
	struct history *h = &history[zone_index(telling_zone)];
	unsigned long pfn = 0;
	unsigned int i;

	for_each_known(pfn, max_pfn) {
		struct shadow *s = &shadow[pfn];

		if (err == -EINPROGRESS && s->state == HELD)
			s->state = LOST;
		if (!s->telling)
			continue;
		s->telling = false;
		if (err == -EINPROGRESS)
			continue;
		s->discardable = false;
		if (!err)
			s->told = true;
	}
	if (err && err != -EINPROGRESS)
		/* What has not been told has not cost the host anything */
		budget_told -= telling_pages;
	if (!err)
		model_pages_reported += telling_pages;
	for (i = 0; i < ARRAY_SIZE(h->least); i++)
		h->least[i] -= !err ? telling_pages :
			       err == -EINPROGRESS ? held : 0;
	if (err == -EINPROGRESS) {
		held = 0;
		telling_zone = NULL;
	}
	telling_pages = 0;
}

void model_reset(void)
{
	unsigned long pfn = 0;

	for_each_known(pfn, max_pfn)
		shadow[pfn].discardable = false;
}

void model_control_begin(void)
{
	control++;
}

void model_control_end(void)
{
	control--;
}

/* What was told before a zone was switched off counts no more */
static void look_at_switch(struct zone *zone)
{
	bool *was_off = &off[zone_index(zone)];
	unsigned long pfn;

	if (zone->reporting.order != MAX_ORDER) {
		*was_off = false;
		return;
	}
	if (*was_off)
		return;
	*was_off = true;
	pfn = zone->zone_start_pfn;
	for_each_known(pfn, zone_end_pfn(zone))
		shadow[pfn].told = false;
}

void model_look(void)
{
	bool reporting = false;
	struct zone *zone;

	for_each_zone(zone) {
		look_at_switch(zone);
		look_at_least(zone);
		reporting |= !off[zone_index(zone)];
	}
	if (!reporting) {
		budget_since = jiffies;
		budget_told = 0;
		totalram_most = 0;
	}
}

/* One free block: its pages, its marks. Returns marked pages of whole units */
static unsigned long check_block(struct zone *zone, struct page *page,
				 unsigned int order, int mt)
{
	unsigned int unit = zone->reporting.order;
	unsigned long pfn = page_to_pfn(page), i, marked = 0;
	bool told = true;

	if (!PageBuddy(page) || page_private(page) != order ||
	    (pfn & ((1UL << order) - 1)) || page_zone(page) != zone)
		failed("page %lx is on the list of order %u", pfn, order);
	if (is_migrate_isolate(mt) != is_migrate_isolate_page(page))
		failed("page %lx is on the list of type %d", pfn, mt);
	for (i = 0; i < 1UL << order; i++) {
		bool first = order >= unit && !(i & ((1UL << unit) - 1));

		if (shadow[pfn + i].state != FREE)
			failed("page %lx is on a list, and in state %u",
			       pfn + i, shadow[pfn + i].state);
		if (PageReported(page + i) && !first)
			failed("page %lx is marked, and no unit begins there",
			       pfn + i);
		if (i && PageBuddy(page + i))
			failed("page %lx is in two blocks", pfn + i);
		if (i && page_private(page + i))
			failed("page %lx has something left in private", pfn + i);
		if (order < unit)
			continue;
		if (first)
			told = true;
		told &= shadow[pfn + i].told;
		if ((i + 1) & ((1UL << unit) - 1))
			continue;
		if (!control && PageReported(page + i + 1 - (1UL << unit)) != told)
			failed("unit %lx is %smarked, and should %sbe",
			       pfn + i + 1 - (1UL << unit), told ? "not " : "",
			       told ? "" : "not ");
		if (PageReported(page + i + 1 - (1UL << unit)))
			marked += 1UL << unit;
	}
	return marked;
}

static void check_zone(struct zone *zone)
{
	unsigned long listed = 0, free = 0, large = 0, marked = 0, pfn;
	unsigned int order, mt;
	struct page *page;

	for (order = 0; order < MAX_ORDER; order++) {
		unsigned long blocks = 0;

		for (mt = 0; mt < MIGRATE_TYPES; mt++) {
			list_for_each_entry(page, &zone->free_area[order].free_list[mt],
					    lru) {
				marked += check_block(zone, page, order, mt);
				blocks++;
				if (!is_migrate_isolate(mt))
					free += 1UL << order;
			}
		}
		BUG_ON(blocks != zone->free_area[order].nr_free);
		listed += blocks << order;
		if (order >= zone->reporting.order)
			large += blocks << order;
	}
	pfn = zone->zone_start_pfn;
	for_each_known(pfn, zone_end_pfn(zone)) {
		listed -= shadow[pfn].state == FREE;
		if (PageReported(pfn_to_page(pfn)) &&
		    (shadow[pfn].state == USED || shadow[pfn].state == OFFLINE))
			failed("page %lx is marked in state %u", pfn,
			       shadow[pfn].state);
	}
	if (listed)
		failed("%s: %ld pages are on no list, and should be", zone->name,
		       -listed);
	if (zone_page_state(zone, NR_FREE_PAGES) != free)
		failed("%s: %ld pages are counted as free, %lu are",
		       zone->name, zone_page_state(zone, NR_FREE_PAGES), free);
	if (zone_page_state(zone, NR_FREE_REPORTED) != marked ||
	    zone_page_state(zone, NR_FREE_UNREPORTED) != large - marked)
		failed("%s: counted %ld reported, %ld not; there are %lu, %lu",
		       zone->name, zone_page_state(zone, NR_FREE_REPORTED),
		       zone_page_state(zone, NR_FREE_UNREPORTED), marked,
		       large - marked);
}

void model_check(void)
{
	struct zone *zone;

	model_checks++;
	model_look();
	for_each_zone(zone)
		check_zone(zone);
}

static unsigned long most_held(struct zone *zone, unsigned long free)
{
	unsigned long keep = to_keep(zone);

	return min3(free / HELD_SHARE, free > keep ? free - keep : 0, HELD_MAX);
}

/* Of larger blocks than may be held a part can be told */
static void check_left(struct zone *zone, unsigned int order, unsigned int mt,
		       unsigned long most)
{
	struct page *page;

	if (most < 1UL << zone->reporting.order)
		return;
	list_for_each_entry(page, &zone->free_area[order].free_list[mt], lru)
		if (check_block(zone, page, order, mt) != 1UL << order)
			failed("block %lx of order %u was left",
			       page_to_pfn(page), order);
}

void model_check_rest(void)
{
	unsigned int order, mt;
	struct zone *zone;

	if (works_pending())
		failed("all is reported that can be, and the work goes on");
	if (!static_key_enabled(&page_reporting_active))
		return;
	for_each_populated_zone(zone) {
		unsigned long free = zone_page_state(zone, NR_FREE_PAGES);
		unsigned long cma = zone_page_state(zone, NR_FREE_CMA_PAGES);
		unsigned long most;

		for (order = zone->reporting.order; order < MAX_ORDER; order++)
			for (mt = 0; mt < MIGRATE_ISOLATE; mt++) {
				most = most_held(zone, free);
				if (!is_migrate_cma(mt))
					most = min(most, most_held(zone, free - cma));
				check_left(zone, order, mt, most);
			}
	}
}
