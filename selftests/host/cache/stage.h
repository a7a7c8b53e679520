/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where each scenario plays: a machine with four CPUs and two nodes of 4 GiB,
 * with files that are read, a host that takes all that is reported, and the
 * thread as tests see it.
 */
#ifndef _STAGE_H
#define _STAGE_H

#include "buddy.h"
#include "cache.h"
#include "idle_machine.h"
#include "kit.h"
#include "machine.h"
#include "model.h"
#include "scenarios.h"
#include "series.h"
#include "super.h"

#include "cold_cache.h"
#include "page_reporting.h"

#define GIB			(SZ_1G >> PAGE_SHIFT)
#define MIB			(GIB / 1024)
#define SECTION			MAX_ORDER_NR_PAGES

/*
 * Node 0 ends in the middle of a section, and node 1 begins in the middle of a
 * chunk of stamps
 */
#define NODE_0_END		(4 * GIB - SECTION + 7)
#define NODE_1			(5 * GIB)
#define NODE_1_END		(9 * GIB)

#define NOW			100000UL
#define MINUTE			(60 * HZ)
#define HOUR			(60 * MINUTE)
/* One CPU, in a jiffy */
#define WHOLE			(NSEC_PER_SEC / HZ)
/* What a node keeps of its page cache */
#define FLOOR			(64 * MIB)

/* What the trace events have said */
struct run {
	unsigned long at;		/* jiffies */
	unsigned long ended;
	bool resumed;
	const char *why;
	unsigned long cold, returned, kept;
	unsigned int msecs;
};

extern struct run last_run;
extern unsigned long runs_started, runs_ended;
/* The age in force of each node in seconds, and how often one was changed */
extern unsigned int ages[MAX_NUMNODES];
extern unsigned int steps_back, steps_forward;

/* boot_machine - no memory, no thread, and no backend; @pages in all zones */
void boot_machine(unsigned long pages);
/* boot_memory - the same with two nodes of which all is free */
void boot_memory(void);
/* boot - with both; all memory is free, and the CPUs are idle */
void boot(void);
/* boot_and_read - the same, then a file of @size is read */
struct file *boot_and_read(unsigned long size);

/* add_node - all of it is offline */
struct zone *add_node(int nid, unsigned long pfn, unsigned long end);
/* bring_online - all whole sections are free afterwards */
void bring_online(struct zone *zone, unsigned long pfn, unsigned long end);

/* start_thread - from now on it is looked at wherever it sleeps */
void start_thread(void);
void register_backend(void);
void unregister_backend(void);
/* While set, the host answers no report. revive_host - it does after all */
extern bool host_is_dead;
void revive_host(void);

/* set_after, set_enabled - write cold_cache.after, page_reporting.enabled */
void set_after(unsigned int seconds);
void set_enabled(bool on);
/* set_order - the same of page_reporting_order: starts reporting anew */
void set_order(unsigned int order);
/* age - what cold_cache.age reads as */
unsigned int age(void);

/* load_all - what others use of each CPU, in nanoseconds of each jiffy */
void load_all(u64 busy);
/* Others want the CPU of the thread */
extern bool others_wait;
/* What the thread uses between two looks whether it must stop */
extern u64 step_cost;
/* Called at each such look */
extern void (*on_look)(void);
/* For on_return: when the first MiB is returned, others want the CPU */
void interrupt_run(struct file *file, unsigned long index);

/* new_file - on node 0 */
struct file *new_file(unsigned long pages);
void file_read_all(struct file *file);
/* use_until - time passes, in which all of @file is read each @every jiffies */
void use_until(unsigned long until, struct file *file, unsigned long every);

/* ended_with - why has the last run ended? */
bool ended_with(const char *why);
/* expect_silence - no timer, work or wake-up after so many jiffies */
void expect_silence(unsigned long within);
/* check_all - is what is free and what is marked as the model says? */
void check_all(void);

#endif
