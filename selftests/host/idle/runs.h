/* SPDX-License-Identifier: GPL-2.0 */
/* The thread and its runs, as random operations and scenarios see them */
#ifndef _RUNS_H
#define _RUNS_H

#include <linux/mm.h>

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
/* From now on it is looked at wherever it sleeps */
void start_thread(void);
/* The running task, if it is the thread, keeps no page and no lock */
void check_holds_nothing(void);

void register_backend(unsigned int order);
/* What the backend does meanwhile */
extern void (*while_reporting)(void);

/* The pages are in use from now on, by nobody in particular */
void bring_online(struct zone *zone, unsigned long pfn, unsigned long end);

#endif
