// SPDX-License-Identifier: GPL-2.0
/*
 * Who is using the CPUs: for threads that work only when nobody is in the way.
 *
 * A CPU is unused while it is idle or waits for a disk. Time that the host
 * takes away is nobody's. All other time is used by others, except the time of
 * the threads known here, and of page reporting. All limits are shares of the
 * time of all CPUs. So they mean the same for each number of CPUs.
 *
 * If others use next to nothing, a thread may run until they do. If they leave
 * some time, a thread may run for a small budget, on a CPU that nobody else
 * wants. If they leave nothing, it does not run at all.
 *
 * A timer asks cpu_use_look() in regular intervals, and starts the thread. The
 * thread calls cpu_use_stop() often. Both need no lock: see struct cpu_user.
 */
#include <linux/atomic.h>
#include <linux/cpuhotplug.h>
#include <linux/init.h>
#include <linux/kernel_stat.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/sched/cputime.h>
#include <linux/sched/stat.h>
#include <linux/tick.h>

#include "cpu_use.h"
#include "internal.h"
#include "page_reporting.h"

/* Idle: others have used less than 1/IDLE_SHARE of all CPU time */
#define IDLE_SHARE		16

/* Spare: at least 1/SPARE_SHARE of all CPU time was unused, ... */
#define SPARE_SHARE		8
/* ... and tasks had to wait in less than so many percent of the time */
#define PRESSURE_MOST		10

/*
 * A thread that runs looks each BUSY_WINDOW whether it must stop. If it runs
 * because the CPUs are idle, it stops if others use more than 1/BUSY_SHARE of
 * all CPU time. This share is larger than the one that starts a run, or a load
 * between the two would start runs and stop them, again and again. A task that
 * wants this CPU gets it at once, so the window need not be shorter. It must
 * not be much shorter: if the host does not run a CPU for a while, an interrupt
 * on it looks like work.
 */
#define BUSY_SHARE		4
#define BUSY_WINDOW		(50 * NSEC_PER_MSEC)

/*
 * With a budget, wait so many times for the CPU to become free. Each time is
 * twice as long as the one before, so that a task with a fixed period cannot be
 * in the way each time.
 */
#define WAITS_MAX		5

/* All users. Entered while the kernel boots, never removed */
static struct cpu_user *users;

/* Each time that a CPU came or went */
static atomic_t cpu_changes = ATOMIC_INIT(0);

static u64 cpu_idle_time(int cpu)
{
	u64 idle = get_cpu_idle_time_us(cpu, NULL);

	if (idle == -1ULL)
		return kcpustat_cpu(cpu).cpustat[CPUTIME_IDLE] +
		       kcpustat_cpu(cpu).cpustat[CPUTIME_IOWAIT];
	return (idle + get_cpu_iowait_time_us(cpu, NULL)) * NSEC_PER_USEC;
}

static void read_cpu_time(struct cpu_time *t)
{
	struct cpu_user *u;
	int cpu;

	t->idle = 0;
	t->stolen = 0;
	t->cpus = 0;
	t->cpu_changes = atomic_read(&cpu_changes);
	for_each_online_cpu(cpu) {
		t->idle += cpu_idle_time(cpu);
		t->stolen += kcpustat_cpu(cpu).cpustat[CPUTIME_STEAL];
		t->cpus++;
	}
	t->when = ktime_get_ns();
	t->own = page_reporting_runtime();
	for (u = READ_ONCE(users); u; u = u->next)
		t->own += task_sched_runtime(u->task);
}

/* Idle and stolen time can go backwards */
static u64 since(u64 from, u64 to)
{
	return to > from ? to - from : 0;
}

/*
 * CPU hotplug is work, and the sums are of different CPUs then. A CPU that goes
 * is counted before it has gone, so look at the number of CPUs, too.
 */
static bool same_cpus(const struct cpu_time *from, const struct cpu_time *to)
{
	return to->cpu_changes == from->cpu_changes && to->cpus == from->cpus;
}

static u64 cpu_time_between(const struct cpu_time *from,
			    const struct cpu_time *to)
{
	return since(from->when, to->when) * to->cpus;
}

/* CPU time that others in this guest have not used, on all CPUs */
static u64 left_over(const struct cpu_time *from, const struct cpu_time *to)
{
	if (!same_cpus(from, to))
		return 0;
	return since(from->idle, to->idle) + since(from->own, to->own);
}

/* CPU time that others in this guest have used, on all CPUs */
static u64 others_used(const struct cpu_time *from, const struct cpu_time *to)
{
	u64 all = cpu_time_between(from, to);

	if (!same_cpus(from, to))
		return all;
	return since(left_over(from, to) + since(from->stolen, to->stolen),
		     all);
}

/* Is there CPU time that nobody needs? */
static bool is_spare(const struct cpu_time *from, const struct cpu_time *to)
{
	u64 left = left_over(from, to), all = cpu_time_between(from, to);

	return left * SPARE_SHARE >= all && pressure_percent() < PRESSURE_MOST;
}

/**
 * cpu_use_add - make a thread a user
 * @u: zeroed, static
 * @task: the thread; it never ends
 *
 * Context: while the kernel boots, one call at a time.
 */
void cpu_use_add(struct cpu_user *u, struct task_struct *task)
{
	u->task = task;
	u->next = users;
	/* A timer of another user may look already */
	smp_store_release(&users, u);
}

/**
 * cpu_use_forget - begin with the looks anew
 * @u: the user
 *
 * Then the interval of the looks may change.
 *
 * Context: as cpu_use_look().
 */
void cpu_use_forget(struct cpu_user *u)
{
	u->nr_samples = 0;
	u->granted = ktime_get_ns();
}

/**
 * cpu_use_look - what have others left of the CPUs lately?
 * @u: the user
 *
 * Call this in regular intervals. The result is about the last CPU_USE_SAMPLES
 * intervals.
 *
 * Context: any in which interrupts are on; no lock of the scheduler held.
 * Return: CPUS_BUSY, too, if this is not known yet.
 */
enum cpu_use cpu_use_look(struct cpu_user *u)
{
	struct cpu_time *oldest = &u->samples[u->nr_samples % CPU_USE_SAMPLES];
	struct cpu_time from = *oldest, now;

	read_cpu_time(&now);
	*oldest = now;
	if (u->nr_samples++ < CPU_USE_SAMPLES)
		return CPUS_BUSY;
	if (others_used(&from, &now) * IDLE_SHARE <
	    cpu_time_between(&from, &now))
		return CPUS_IDLE;
	return is_spare(&from, &now) ? CPUS_SPARE : CPUS_BUSY;
}

/**
 * cpu_use_grant - add to the budget what it has earned since the last call
 * @u: the user
 * @percent: the budget's share of all CPU time
 *
 * Call this after each cpu_use_look(). What is not used until the next call is
 * lost. What was used in excess is paid back first.
 *
 * Context: as cpu_use_look().
 * Return: true if some of the budget is left.
 */
bool cpu_use_grant(struct cpu_user *u, unsigned int percent)
{
	u64 now = ktime_get_ns();
	s64 earned = div_u64(since(u->granted, now) * num_online_cpus() *
			     percent, 100);

	u->granted = now;
	u->budget = min_t(s64, u->budget, 0) + earned;
	return u->budget > 0;
}

/* CPU time of this run */
static s64 runtime(const struct cpu_user *u)
{
	return task_sched_runtime(u->task) - u->began;
}

/* Return the reason to stop, if others want this CPU for long */
static const char *wait_for_cpu(struct cpu_user *u)
{
	while (!single_task_running()) {
		if (u->waits == WAITS_MAX)
			return "busy";
		schedule_timeout_interruptible(1UL << u->waits++);
	}
	return NULL;
}

static const char *stop_if_busy(struct cpu_user *u)
{
	struct cpu_time now;
	bool busy;

	if (ktime_get_ns() - u->last.when < BUSY_WINDOW)
		return NULL;
	read_cpu_time(&now);
	if (u->use == CPUS_IDLE)
		busy = others_used(&u->last, &now) * BUSY_SHARE >
		       cpu_time_between(&u->last, &now);
	else
		busy = !is_spare(&u->last, &now);
	u->last = now;
	return busy ? "busy" : NULL;
}

/**
 * cpu_use_stop - let others run, and see whether the thread must stop
 * @u: the user
 *
 * Context: the thread. May sleep: hold no lock, and nothing that others need.
 * Return: the reason to stop, "busy" or "budget", or NULL.
 */
const char *cpu_use_stop(struct cpu_user *u)
{
	/*
	 * Give the CPU to any task that waits for it. To be fair to this
	 * thread, the scheduler alone would sometimes let others wait a tick.
	 */
	cond_resched();
	if (u->use == CPUS_IDLE) {
		if (!single_task_running())
			schedule_timeout_interruptible(1);
		return stop_if_busy(u);
	}
	if (runtime(u) >= u->budget)
		return "budget";
	return wait_for_cpu(u) ?: stop_if_busy(u);
}

/**
 * cpu_use_begin - the thread begins to run
 * @u: the user
 * @use: what cpu_use_look() has returned: CPUS_IDLE, or CPUS_SPARE if
 *	cpu_use_grant() has returned true
 *
 * Context: as cpu_use_stop().
 * Return: "busy" if the thread must stop before it has begun, or NULL.
 */
const char *cpu_use_begin(struct cpu_user *u, enum cpu_use use)
{
	u->use = use;
	u->began = task_sched_runtime(u->task);
	u->waits = 0;
	read_cpu_time(&u->last);
	return use == CPUS_SPARE ? wait_for_cpu(u) : NULL;
}

/**
 * cpu_use_end - the thread has run
 * @u: the user
 *
 * The timer must not be started again before this.
 *
 * Context: the thread.
 */
void cpu_use_end(struct cpu_user *u)
{
	if (u->use == CPUS_SPARE) {
		u->budget -= runtime(u);
		u->granted = ktime_get_ns();
	} else {
		cpu_use_forget(u);
	}
}

static int cpu_changed(unsigned int cpu)
{
	atomic_inc(&cpu_changes);
	return 0;
}

/* If there is no state left for this, the number of CPUs alone must do */
static int __init cpu_use_init(void)
{
	cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "mm/cpu_use:online",
				  cpu_changed, cpu_changed);
	return 0;
}
subsys_initcall(cpu_use_init);
