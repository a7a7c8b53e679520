/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where each scenario plays: a machine with four CPUs and three zones, in whose
 * blocks a scenario lays pages; and what the thread does there. Nothing is left
 * to chance. The blocks are those of x86.
 */
#ifndef _STAGE_H
#define _STAGE_H

#include "buddy.h"
#include "idle_machine.h"
#include "kit.h"
#include "lru.h"
#include "machine.h"
#include "model.h"
#include "runs.h"
#include "scenarios.h"
#include "series.h"

#include "idle_compaction.h"
#include "page_reporting.h"

#define BLOCK			PAGEBLOCK_NR_PAGES
#define BLOCKS			32
#define START			SECTION
#define OTHER			(START + BLOCKS * BLOCK)
#define END			(OTHER + 8 * BLOCK)
#define LARGE			(END + SECTION)
#define B(n)			(START + (n) * BLOCK)

#define NOW			1000UL

/* Four looks a second, of which the fifth knows a whole second */
#define PERIOD			(HZ / 4)
#define IDLE_AFTER		(5 * PERIOD)

/* 4 MiB */
#define GAIN			1024
/* One of the four CPUs, which is a quarter, and one sixteenth of them */
#define WHOLE			(NSEC_PER_SEC / HZ)
#define SIXTEENTH		(NSEC_PER_SEC / HZ / 4)

/* Looks until all blocks are sorted, if 8 at most have something to gain */
#define SCANNED			2

/* To be set before boot(): pages of one more zone, which is all in use */
extern unsigned long large_pages;
/* And that @other spans @normal, too: then nothing is online yet */
extern bool zones_overlap;

/* boot - without a thread; of these zones @normal is online, and in use */
void boot(void);
extern struct zone *empty, *normal, *other;

/* start - begin with the thread, after memory has been laid out */
void start(void);
/* Free pages, at that time and now */
extern unsigned long free_before;
unsigned long free_pages(void);

/* How often the thread has looked whether it must stop, in the last run */
extern unsigned int looks;
/* Called at each look, with its number */
extern void (*on_look)(unsigned int n);
/* Others want the CPU */
extern bool others_wait;
/* For on_look: at look @busy_at all CPUs are in use for five jiffies */
extern unsigned int busy_at;
void busy_once(unsigned int n);

/* What has been moved, and the batches */
struct move {
	unsigned long from, to;
};

extern struct move moved[8192];
extern unsigned int nr_moved;
extern unsigned int batches[1024], nr_batches;
void note_batch(unsigned int pages);
/* Calls to split huge pages */
extern unsigned int splits;

/* use - pages from @pfn on are of a kind; free_from - or free */
void use(unsigned long pfn, unsigned int pages, enum kind kind);
void free_from(unsigned long pfn, unsigned int pages);

/* lay - a block of which the first pages are in use, and the rest is free */
void lay(unsigned int block, unsigned int used, enum kind kind);
/* lay_fixed - the first page is somebody's, and cannot move now */
void lay_fixed(unsigned int block, unsigned int used);
/* lay_kernel - the first page is the kernel's own */
void lay_kernel(unsigned int block, unsigned int used);
/* lay_three - three blocks with one page in use each: worth it */
void lay_three(void);
/* strand - stranded memory that nothing can be done about */
void strand(unsigned int block, unsigned int pages);

/* at - what the page is used for, which must be something */
struct used *at(unsigned long pfn);
bool is_free(unsigned int block);

/* next_run - until the next run has ended; it must begin at @when */
void next_run(unsigned long when);
/* no_run_until - and that none begins until @when */
void no_run_until(unsigned long when);
/* expect_silence - no timer, and none comes */
void expect_silence(void);
void check_all(void);

#endif
