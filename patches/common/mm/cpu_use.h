/* SPDX-License-Identifier: GPL-2.0 */
/* Who is using the CPUs: for threads that must not be in anybody's way */
#ifndef _MM_CPU_USE_H
#define _MM_CPU_USE_H

#include <linux/sched.h>
#include <linux/types.h>

/* cpu_use_look() knows the time of so many looks */
#define CPU_USE_SAMPLES		4

/* CPU time in ns. Only the difference of two of them has a meaning */
struct cpu_time {
	u64 when;
	u64 idle;		/* of all CPUs */
	u64 stolen;		/* by the host, from all CPUs */
	u64 own;		/* of all users, and of page reporting */
	unsigned int cpus;
	int cpu_changes;
};

/**
 * enum cpu_use - what others leave of the CPUs
 * @CPUS_BUSY: nothing that could be used without harm
 * @CPUS_SPARE: some CPU time; a budget must be kept
 * @CPUS_IDLE: all of it
 */
enum cpu_use {
	CPUS_BUSY,
	CPUS_SPARE,
	CPUS_IDLE,
};

/**
 * struct cpu_user - a thread that uses only what others leave of the CPUs
 *
 * The fields are private to mm/cpu_use.c. They need no lock: either a timer
 * looks, or the thread runs, and each starts the other.
 */
struct cpu_user {
	struct cpu_user *next;
	struct task_struct *task;
	/* For the looks */
	struct cpu_time samples[CPU_USE_SAMPLES];
	unsigned int nr_samples;
	/* The budget. Below 0: what a run has used in excess */
	s64 budget;
	u64 granted;		/* until then */
	/* For the run */
	enum cpu_use use;
	u64 began;		/* runtime of the task */
	unsigned int waits;
	struct cpu_time last;
};

void cpu_use_add(struct cpu_user *u, struct task_struct *task);
void cpu_use_forget(struct cpu_user *u);
enum cpu_use cpu_use_look(struct cpu_user *u);
bool cpu_use_grant(struct cpu_user *u, unsigned int percent);
const char *cpu_use_begin(struct cpu_user *u, enum cpu_use use);
const char *cpu_use_stop(struct cpu_user *u);
void cpu_use_end(struct cpu_user *u);

#endif /* _MM_CPU_USE_H */
