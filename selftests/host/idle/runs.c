// SPDX-License-Identifier: GPL-2.0
/*
 * The thread as tests see it: its runs, of which trace event, parameter and
 * counters must say the same, and what it may keep while it sleeps. Beside it a
 * backend that answers.
 */
#include "buddy.h"
#include "idle_machine.h"
#include "lru.h"
#include "machine.h"
#include "model.h"
#include "random.h"
#include "runs.h"
#include "series.h"

#include <trace/events/idle_compaction.h>

struct run last_run;
unsigned long runs_started, runs_ended, runs_stopped;
void (*while_reporting)(void);

/* Counters when the run began */
static unsigned long blocks_before, migrated_before, moved_before;

void trace_idle_compaction_start(unsigned long stranded, bool resumed)
{
	BUG_ON(current != kthread || runs_started != runs_ended);
	runs_started++;
	last_run = (struct run) {
		.at = jiffies,
		.stranded = stranded,
		.resumed = resumed,
	};
	blocks_before = vm_events[IDLE_COMPACT_BLOCKS];
	migrated_before = vm_events[IDLE_COMPACT_MIGRATED];
	moved_before = lru_moved;
}

static void end_run(unsigned long gain, unsigned long migrated,
		    unsigned int msecs)
{
	unsigned long blocks = vm_events[IDLE_COMPACT_BLOCKS] - blocks_before;

	BUG_ON(current != kthread);
	runs_ended++;
	last_run.ended = jiffies;
	last_run.gain = gain;
	last_run.migrated = migrated;
	last_run.msecs = msecs;
	if (vm_events[IDLE_COMPACT_RUNS] != runs_started ||
	    vm_events[IDLE_COMPACT_ABORT] != runs_stopped)
		failed("%lu runs, %lu stopped; counted are %lu, %lu",
		       runs_started, runs_stopped,
		       vm_events[IDLE_COMPACT_RUNS],
		       vm_events[IDLE_COMPACT_ABORT]);
	if (migrated != lru_moved - moved_before ||
	    migrated != vm_events[IDLE_COMPACT_MIGRATED] - migrated_before)
		failed("%lu pages have been moved, %lu are told, %lu counted",
		       lru_moved - moved_before, migrated,
		       vm_events[IDLE_COMPACT_MIGRATED] - migrated_before);
	if (gain < blocks << 4 || gain > blocks << (MAX_ORDER - 1))
		failed("%lu pages are gained in %lu blocks", gain, blocks);
	if (msecs != (last_run.ended - last_run.at) * MSEC_PER_SEC / HZ)
		failed("a run of %lu jiffies is one of %u ms",
		       last_run.ended - last_run.at, msecs);
}

/* The parameter says the same as the trace event */
static void check_last_run(const char *how)
{
	char text[64];

	param_last_run.ops->get(text, &param_last_run.kp);
	if (strncmp(text, how, strlen(how)) || strcmp(text + strlen(how), "\n"))
		failed("a run that ends with \"%s\" reads as %s", how, text);
}

void trace_idle_compaction_end(unsigned long gain, unsigned long migrated,
			       unsigned long failed, unsigned int msecs)
{
	check_last_run("done");
	last_run.failed = failed;
	end_run(gain, migrated, msecs);
}

void trace_idle_compaction_abort(const char *reason, unsigned long gain,
				 unsigned long migrated, unsigned int msecs)
{
	check_last_run(reason);
	runs_stopped++;
	last_run.stop = reason;
	end_run(gain, migrated, msecs);
}

/* Free memory that is taken to move pages to */
static bool take_for_moving(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	unsigned long free = zone_page_state(zone, NR_FREE_PAGES);

	if (current != kthread)
		return false;
	if (free < high_wmark_pages(zone))
		failed("%s: %lu pages are free, %lu must be", zone->name, free,
		       high_wmark_pages(zone));
	lru_taken += 1U << order;
	return true;
}

static void leave_for_others(struct page *page, unsigned int order)
{
	BUG_ON(current != kthread);
	lru_taken -= 1U << order;
}

static void check_keeps_no_page(void)
{
	long anon = node_page_state(NODE_DATA(0), NR_ISOLATED_ANON);
	long file = node_page_state(NODE_DATA(0), NR_ISOLATED_FILE);

	if (current == kthread && (lru_taken || lru_isolated || anon || file))
		failed("the thread keeps %u free pages, isolated %u, %ld, %ld",
		       lru_taken, lru_isolated, anon, file);
}

void check_holds_nothing(void)
{
	if (mems_held())
		failed("the thread sleeps, and holds mem_hotplug_lock");
	check_keeps_no_page();
}

void set_threshold_to(unsigned int seconds)
{
	char text[16];

	sprintf(text, "%u", seconds);
	set_param(&param_threshold, text);
}

void start_thread(void)
{
	int err = init_cpu_use_init() ?: init_idle_compaction_init();

	if (err)
		failed("init: %d", err);
	thread_sleeps = check_holds_nothing;
	mems_let_go = check_keeps_no_page;
	model_takes = take_for_moving;
	model_leaves = leave_for_others;
}

static struct page_reporting_dev_info prdev;

static int report(struct page_reporting_dev_info *dev, struct scatterlist *sg,
		  unsigned int nents)
{
	model_told(sg, nents, PAGE_REPORTING_CAPACITY);
	model_discard(random_below);
	if (while_reporting)
		while_reporting();
	sleep_until(jiffies + random_below(4));
	model_discard(random_below);
	model_answered(0);
	return 0;
}

void register_backend(unsigned int order)
{
	prdev = (struct page_reporting_dev_info) {
		.report = report,
		.order = order,
	};
	model_control_begin();
	if (page_reporting_register(&prdev))
		failed("register");
	model_control_end();
}

void bring_online(struct zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned long p;

	for (p = pfn; p < end; p++) {
		model_own(p);
		pfn_to_page(p)->_mapcount.v = -1;
	}
	buddy_online(zone, pfn, end - pfn);
}
