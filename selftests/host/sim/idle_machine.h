/* SPDX-License-Identifier: GPL-2.0 */
/* What the simulated machine has for idle compaction, as tests see it */
#ifndef _IDLE_MACHINE_H
#define _IDLE_MACHINE_H

#include <linux/kernel_stat.h>
#include <linux/kthread.h>
#include <linux/timer.h>

/** timers_start - timers run from now on, after machine_start() */
void timers_start(void);

/** next_timer - when the next one expires; ULONG_MAX: none is pending */
unsigned long next_timer(void);

/** freeze_thread - returns when the thread is frozen */
void freeze_thread(void);
void thaw_thread(void);

/**
 * cpu_load - how much others use of a CPU from now on
 * @cpu: which
 * @busy: nanoseconds of each jiffy
 * @iowait: of the rest, nanoseconds of each jiffy spent waiting for a disk
 */
void cpu_load(int cpu, u64 busy, u64 iowait);
void cpu_set_online(int cpu, bool online);

/* cpu_steal - of the rest, nanoseconds of each jiffy that the host takes away */
void cpu_steal(int cpu, u64 stolen);

/* cpu_clock_back - what is known of a CPU's idle and stolen time goes back */
void cpu_clock_back(int cpu, u64 idle, u64 stolen);

/* Called by the thread each time that it looks whether it has to stop */
extern bool (*thread_looks)(void);
/* Called wherever the thread may sleep */
extern void (*thread_sleeps)(void);
/* Idle time is counted by ticks */
extern bool no_nohz;
/* In percent */
extern unsigned int pressure;
extern unsigned long nr_timer_calls;
extern struct task_struct *kthread;

#endif
