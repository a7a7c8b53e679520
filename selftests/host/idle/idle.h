/* SPDX-License-Identifier: GPL-2.0 */
/* What the two parts of the test of idle compaction share */
#ifndef _IDLE_H
#define _IDLE_H

#include "buddy.h"
#include "idle_machine.h"
#include "lru.h"
#include "machine.h"
#include "model.h"

#define SECTION			MAX_ORDER_NR_PAGES

/* What the trace events have said */
struct run {
	unsigned long at;		/* jiffies */
	unsigned long ended;
	unsigned long stranded;
	bool resumed;
	const char *stop;		/* NULL: it was not stopped */
	unsigned long gain, migrated, failed;
	unsigned int msecs;
};

extern struct run last_run;
extern unsigned long runs_started, runs_ended, runs_stopped;

void set_threshold_to(unsigned int seconds);
void start_thread(void);
void register_backend(unsigned int order);
/* What the backend does meanwhile */
extern void (*while_reporting)(void);

/* The pages are in use from now on, by nobody in particular */
void bring_online(struct zone *zone, unsigned long pfn, unsigned long end);

/* scenarios - each in a process of its own; returns the exit status */
int scenarios(void);

#endif
