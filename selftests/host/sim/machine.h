/* SPDX-License-Identifier: GPL-2.0 */
/* The simulated machine, as tests see it */
#ifndef _MACHINE_H
#define _MACHINE_H

#include <linux/sched.h>

/**
 * machine_start - begin anew: one task, the caller, at time @now
 * @now: in jiffies
 * @chance: a function that returns a number below its argument, and decides
 *	who runs next. All that is random in a test comes from there.
 */
void machine_start(unsigned long now, unsigned int (*chance)(unsigned int n));

/* schedule - let the next task run that can, if there is one */
void schedule(void);

/**
 * task_start - add a task; it ends when @fn returns
 * @name: of the task, for messages
 * @fn: its function
 */
struct task_struct *task_start(const char *name, void (*fn)(void));

/** task_name - who runs, for messages */
const char *task_name(void);

/** task_done - has a task returned from its function? */
bool task_done(const struct task_struct *task);

/**
 * yield - let anybody run, or nobody
 *
 * Wherever the kernel could be interrupted by another CPU in a way that
 * matters: after each critical section.
 */
void yield(void);

/**
 * sleep_until - let others run until then
 * @when: in jiffies
 *
 * Time passes only when nobody has anything to do.
 */
void sleep_until(unsigned long when);

/** task_use_cpu - from now on the CPU time of a task is what is added here */
void task_use_cpu(struct task_struct *task, u64 ns);

/**
 * machine_silence - fail unless nothing goes on by itself
 * @within: so many jiffies it may take until then
 *
 * Runs time on. Afterwards no work and no timer may be pending, and none may
 * run for a day.
 */
void machine_silence(unsigned long within);

/**
 * sparse_alloc - zeroed memory that costs nothing until it is touched
 * @n: how many
 * @size: of each; there is no page behind the last one
 */
void *sparse_alloc(unsigned long n, size_t size);
void sparse_free(void *memory, unsigned long n, size_t size);

/** locked_atomic - count what should not be done with a spinlock held */
void locked_atomic(void);

/** task_walked - CPUs and devices that the running task has walked so far */
unsigned long task_walked(void);

/** memory_notify - ask all notifiers; returns an error of the first that has one */
int memory_notify(unsigned long action, void *arg);

/** mems_held - does the running task hold mem_hotplug_lock for reading? */
bool mems_held(void);

/** mems_pages_read - struct pages looked at since it has taken that lock */
unsigned long mems_pages_read(void);

/** mutexes_held - does the running task hold any mutex? */
bool mutexes_held(void);

/** in_critical_section - does the running task hold a spinlock? */
bool in_critical_section(void);

/** work_freeze - keep works from starting, and wait until none is at work */
void work_freeze(void);
void work_thaw(void);

/** works_pending - is any work queued or at work, or an irq_work pending? */
bool works_pending(void);

/* Called before mem_hotplug_lock is let go by who has read-locked it */
extern void (*mems_let_go)(void);
/* Called after each critical section and before anybody else runs */
extern void (*machine_check)(void);

/* How often somebody else went on, a measure of how mixed a run was */
extern unsigned long nr_switches;
/* What the kernel has said last */
extern char last_log_line[200];
/* Added to the time, in ns */
extern u64 since_jiffy;
/* How often a work or a timer has run, and how many timers are pending */
extern unsigned long nr_deferred;
extern unsigned int nr_timers_pending;
/* The most that was seen in one section: see bounds.h */
extern unsigned long most_pages_locked, most_jiffies_locked;
/* Bytes of vmalloc_if_there_is(), the most at a time */
extern size_t most_allocated;
/* CPUs and devices that the series has walked */
extern unsigned long nr_walked;
extern unsigned long most_atomics_locked, most_walked_locked;

#endif
