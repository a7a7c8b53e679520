// SPDX-License-Identifier: GPL-2.0
/*
 * What the series costs on machines of any size. A zone is large, and little of
 * it is touched: some is free in large blocks, 1 GiB of that is used and freed
 * again, 2 GiB are scattered. Cost is counted: struct pages that are looked
 * at, CPUs and devices that are walked; instructions, where valgrind counts
 * them (see scripts/scale-table). Nothing is checked but the bounds: the naive
 * model would walk all pages.
 *
 * usage: scale [-z GIB] [-c CPUS] [-r GIB] [-f]: the costs of one machine
 *	scale -g: the goals, as TAP
 * -z: size of the zone; -r: how much is returned; -f: all of the zone is free,
 * and not 3 GiB of it
 */
#include <getopt.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef BARE
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(what)
#endif

#include <linux/page_reporting.h>

#include "bounds.h"
#include "buddy.h"
#include "events.h"
#include "idle_machine.h"
#include "kit.h"
#include "lru.h"
#include "machine.h"
#include "model.h"
#include "series.h"

#include <trace/events/idle_compaction.h>

#define SECTION			MAX_ORDER_NR_PAGES
#define BLOCK			PAGEBLOCK_NR_PAGES
#define GIB_PAGES		(1UL << (30 - PAGE_SHIFT))
/* Free where the rest is in use */
#define FREE_PAGES		(3 * GIB_PAGES)
/* Scattered: so many blocks, of which so many pages are in use */
#define SCATTERED		1200
#define SCATTERED_USED		32
#define PATIENCE		(4 * 3600UL * HZ)

enum phase { START, FIRST, RETURN, STOP, PLAN, NR_PHASES };

static const char *const phases[NR_PHASES] = {
	"start", "first", "return", "stop", "plan"
};

struct cost {
	unsigned long done;	/* pages that have been reported, or gained */
	unsigned long reports;
	unsigned long pages;	/* struct pages that were looked at */
	unsigned long walked;
	unsigned long locked;	/* pages, the most in one lock section */
	unsigned long memory;	/* bytes, the most that were allocated */
};

struct setup {
	unsigned long zone_gib, cpus, return_gib;
	bool all_free;
};

static struct zone *zone;
static unsigned long reports, pages_told;
static struct page *taken[1 << 16];
static bool run_ended;

/* In place of model.c: nobody looks on */
void seen_taken(struct page *page, unsigned int order)
{
}

void seen_freed(struct page *page, unsigned int order)
{
}

void seen_held(struct page *page, unsigned int order)
{
}

void seen_put_back(struct page *page, unsigned int order)
{
}

void model_write(unsigned long pfn, unsigned int value)
{
}

unsigned int model_read(unsigned long pfn)
{
	return 0;
}

void trace_idle_compaction_start(unsigned long stranded, bool resumed)
{
}

void trace_idle_compaction_end(unsigned long gain, unsigned long migrated,
			       unsigned long failed, unsigned int msecs)
{
	run_ended = true;
}

void trace_idle_compaction_abort(const char *reason, unsigned long gain,
				 unsigned long migrated, unsigned int msecs)
{
	failed("a run is stopped: %s", reason);
}

static int report(struct page_reporting_dev_info *prdev,
		  struct scatterlist *sg, unsigned int nents)
{
	unsigned int i;

	reports++;
	for (i = 0; i < nents; i++)
		pages_told += sg[i].length >> PAGE_SHIFT;
	return 0;
}

static struct page_reporting_dev_info backend = { .report = report };

static void begin(struct cost *c)
{
	*c = (struct cost) { pages_told, reports, pages_read, nr_walked };
	most_pages_locked = 0;
	most_allocated = 0;
	CALLGRIND_START_INSTRUMENTATION;
	CALLGRIND_ZERO_STATS;
}

#define end(c, phase) do {						\
	CALLGRIND_DUMP_STATS_AT(#phase);				\
	CALLGRIND_STOP_INSTRUMENTATION;					\
	end_phase(c, phase);						\
} while (0)

static void end_phase(struct cost *c, enum phase phase)
{
	c->done = pages_told - c->done;
	c->reports = reports - c->reports;
	c->pages = pages_read - c->pages;
	c->walked = nr_walked - c->walked;
	c->locked = most_pages_locked;
	c->memory = most_allocated;
	expect(events_of_failure, 0);
}

static void until(bool (*condition)(void))
{
	unsigned long end = jiffies + PATIENCE;

	while (!condition()) {
		sleep_until(jiffies + 1);
		if (jiffies > end)
			failed("it does not end");
	}
}

static bool all_is_reported(void)
{
	return !zone_page_state(zone, NR_FREE_UNREPORTED);
}

static bool run_has_ended(void)
{
	return run_ended;
}

static void boot(const struct setup *s)
{
	unsigned long pages = s->zone_gib * GIB_PAGES;
	unsigned long free = s->all_free ? pages - GIB_PAGES : FREE_PAGES;
	unsigned long sections = free / SECTION, i, pfn;

	nr_cpu_ids = s->cpus;
	machine_start(1000, no_chance);
	timers_start();
	buddy_init(pages);
	lru_start();
	zone = buddy_add_sparse_zone("Normal", 0, pages);
	/* All over the zone */
	for (i = 0; i < sections; i++) {
		pfn = pages / SECTION * i / sections * SECTION;
		buddy_free(pfn_to_page(pfn), MAX_ORDER - 1);
	}
	if (init_page_reporting_init())
		failed("init");
}

static void use_and_free(unsigned long blocks, struct cost *c)
{
	unsigned long i;

	for (i = 0; i < blocks; i++)
		taken[i] = buddy_alloc(zone, pageblock_order, MIGRATE_MOVABLE);
	sleep_until(jiffies + 10 * HZ);
	begin(c);
	while (i--)
		buddy_free(taken[i], pageblock_order);
	until(all_is_reported);
	end(c, RETURN);
}

static void scatter(void)
{
	unsigned int i, n;

	for (i = 0; i < SCATTERED; i++) {
		struct page *page = buddy_alloc(zone, pageblock_order,
						MIGRATE_MOVABLE);

		for (n = 0; n < SCATTERED_USED; n++)
			lru_use(page + n, ANON, 0, false);
		for (; n < BLOCK; n++)
			buddy_free(page + n, 0);
	}
	drain_all_pages(NULL);
}

static void compact(struct cost *c)
{
	unsigned long blocks = vm_events[IDLE_COMPACT_BLOCKS];

	begin(c);
	if (init_idle_compaction_init())
		failed("init");
	until(run_has_ended);
	end(c, PLAN);
	c->done = (vm_events[IDLE_COMPACT_BLOCKS] - blocks) * BLOCK;
}

static void say(const char *phase, const struct cost *c)
{
	printf("# %s %lu %lu %lu %lu %lu %lu\n", phase, c->done, c->reports,
	       c->pages, c->walked, c->locked, c->memory);
}

static void measure(const struct setup *s, struct cost *costs)
{
	boot(s);

	begin(&costs[START]);
	if (page_reporting_register(&backend))
		failed("register");
	end(&costs[START], START);
	say(phases[START], &costs[START]);

	begin(&costs[FIRST]);
	until(all_is_reported);
	end(&costs[FIRST], FIRST);
	say(phases[FIRST], &costs[FIRST]);

	use_and_free(s->return_gib * GIB_PAGES / BLOCK, &costs[RETURN]);
	say(phases[RETURN], &costs[RETURN]);

	begin(&costs[STOP]);
	page_reporting_unregister(&backend);
	end(&costs[STOP], STOP);
	say(phases[STOP], &costs[STOP]);

	scatter();
	compact(&costs[PLAN]);
	say(phases[PLAN], &costs[PLAN]);
}

/* Each machine in a process of its own; NULL: it has failed */
static struct cost *cost_of(const struct setup *s)
{
	struct cost *costs = kit_share(NR_PHASES * sizeof(*costs));
	pid_t child = fork();
	int status;

	if (!child) {
		measure(s, costs);
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status) {
		printf("# %lu GiB, %lu CPUs: no result\n", s->zone_gib,
		       s->cpus);
		return NULL;
	}
	return costs;
}

/* A few more are no growth, where there were none at all */
static void goal(const char *what, unsigned long cost, unsigned long reference,
		 unsigned long percent)
{
	kit_result(cost <= reference * percent / 100 + 64, what);
	printf("# %lu, to be compared with %lu\n", cost, reference);
}

static int goals(void)
{
	const struct cost *small = cost_of(&(struct setup) { 4, 2, 1 });
	const struct cost *large = cost_of(&(struct setup) { 64, 2, 1 });
	const struct cost *cpus = cost_of(&(struct setup) { 4, 256, 1 });
	const struct cost *one = cost_of(&(struct setup) { 16, 2, 1, true });
	const struct cost *four = cost_of(&(struct setup) { 16, 2, 4, true });

	if (!small || !large || !cpus || !one || !four)
		return 1;
	goal("start, and memory in use", large[START].pages, small[START].pages,
	     105);
	goal("first reports, and memory in use", large[FIRST].pages,
	     small[FIRST].pages, 105);
	goal("return, and memory in use", large[RETURN].pages,
	     small[RETURN].pages, 105);
	goal("return, and free memory that is not touched", one[RETURN].pages,
	     small[RETURN].pages, 105);
	goal("return of four times as much", four[RETURN].pages,
	     one[RETURN].pages, 405);
	goal("what reports walk does not depend on how many they are",
	     four[RETURN].walked, one[RETURN].walked, 100);
	goal("return, and CPUs", cpus[RETURN].pages, small[RETURN].pages, 100);
	goal("stop, and memory in use", large[STOP].pages, small[STOP].pages,
	     105);
	goal("stop, with five times as much that the host knows",
	     one[STOP].pages, small[STOP].pages, 505);
	goal("plan, and memory in use", large[PLAN].pages, small[PLAN].pages,
	     MOST_PLAN_GROWTH);
	goal("memory of a plan, and blocks of 2 MiB", large[PLAN].memory,
	     (64UL << 30) / (2 << 20) * MOST_PLAN_BITS / 8, 105);
	goal("plan, and CPUs", cpus[PLAN].pages, small[PLAN].pages, 100);
	return kit_end();
}

int main(int argc, char **argv)
{
	static struct cost costs[NR_PHASES];
	struct setup s = { 4, 2, 1 };
	int opt;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((opt = getopt(argc, argv, "z:c:r:fg")) != -1) {
		switch (opt) {
		case 'z':
			s.zone_gib = strtoul(optarg, NULL, 0);
			break;
		case 'c':
			s.cpus = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			s.return_gib = strtoul(optarg, NULL, 0);
			break;
		case 'f':
			s.all_free = true;
			break;
		case 'g':
			return goals();
		default:
			fprintf(stderr,
				"usage: scale [-z GIB] [-c CPUS] [-r GIB] [-f] | -g\n");
			return 2;
		}
	}
	measure(&s, costs);
	return 0;
}
