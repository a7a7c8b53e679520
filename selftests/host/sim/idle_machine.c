// SPDX-License-Identifier: GPL-2.0
/*
 * More of the simulated machine: timers, one kernel thread and its freezer, and
 * how much of each CPU is used. Timers run in a task of their own, for to
 * others they look like something that another CPU does.
 */
#include "idle_machine.h"

#include <linux/freezer.h>

#include "machine.h"

bool (*thread_looks)(void);
void (*thread_sleeps)(void);
bool no_nohz;
unsigned int pressure;
unsigned long nr_timer_calls;
struct task_struct *kthread;

static struct list_head timers = LIST_HEAD_INIT(timers);
static struct timer_list *timer_running;
static bool timers_exist;
static struct wait_queue_head timers_changed;

static int (*thread_fn)(void *data);
static bool freezable, freeze, frozen;
static struct wait_queue_head *thread_wq;
static struct wait_queue_head freezer_changed;
static unsigned int preempt_count;

static int (*cpu_comes)(unsigned int cpu), (*cpu_goes)(unsigned int cpu);

static struct cpu {
	bool offline;
	u64 busy_load, iowait_load;	/* ns for each jiffy */
	u64 steal_load;
	unsigned long since;		/* which is counted in the rest */
	u64 idle, iowait, stolen;	/* ns */
} cpus[NR_CPUS];

static struct timer_list *first_timer(void)
{
	struct timer_list *timer, *first = NULL;

	list_for_each_entry(timer, &timers, entry)
		if (!first || timer->expires < first->expires)
			first = timer;
	return first;
}

unsigned long next_timer(void)
{
	struct timer_list *first = first_timer();

	return first ? first->expires : ULONG_MAX;
}

static bool take_timer(struct timer_list *timer)
{
	bool was = timer->pending;

	if (was) {
		list_del(&timer->entry);
		nr_timers_pending--;
	}
	timer->pending = false;
	return was;
}

void mod_timer(struct timer_list *timer, unsigned long expires)
{
	BUG_ON(!timers_exist);
	take_timer(timer);
	timer->expires = expires;
	timer->pending = true;
	nr_timers_pending++;
	list_add_tail(&timer->entry, &timers);
	wake_up_all(&timers_changed);
}

bool del_timer_sync(struct timer_list *timer)
{
	/* What debugging of locks and timers finds */
	BUG_ON(in_critical_section() || !timers_exist);
	while (timer_running == timer)
		sleep_on(&timers_changed, ULONG_MAX);
	return take_timer(timer);
}

static void run_timers(void)
{
	for (;;) {
		struct timer_list *timer = first_timer();

		if (!timer || timer->expires > jiffies) {
			sleep_on(&timers_changed, next_timer());
			continue;
		}
		take_timer(timer);
		timer_running = timer;
		nr_timer_calls++;
		nr_deferred++;
		yield();
		timer->function(timer);
		timer_running = NULL;
		wake_up_all(&timers_changed);
		yield();
	}
}

void timers_start(void)
{
	timers_exist = true;
	task_start("timers", run_timers);
}

static void thread_run(void)
{
	thread_fn(NULL);
}

struct task_struct *kthread_run(int (*fn)(void *data), void *data,
				const char *name)
{
	BUG_ON(data || kthread);
	if (allocation_fails)
		return ERR_PTR(-ENOMEM);
	thread_fn = fn;
	kthread = task_start(name, thread_run);
	return kthread;
}

void set_user_nice(struct task_struct *task, int nice)
{
	BUG_ON(task != current || nice != MAX_NICE);
}

static void may_sleep(void)
{
	BUG_ON(current != kthread || in_critical_section() || preempt_count);
	if (thread_sleeps)
		thread_sleeps();
}

bool single_task_running(void)
{
	may_sleep();
	return thread_looks ? thread_looks() : true;
}

void schedule_timeout_interruptible(unsigned long timeout)
{
	may_sleep();
	sleep_until(jiffies + timeout);
}

void preempt_disable(void)
{
	preempt_count++;
}

void preempt_enable(void)
{
	BUG_ON(!preempt_count);
	preempt_count--;
}

void set_freezable(void)
{
	freezable = true;
}

bool freezing(struct task_struct *task)
{
	return freeze;
}

void freezable_sleep_on(struct wait_queue_head *wq)
{
	BUG_ON(!freezable);
	may_sleep();
	thread_wq = wq;
	if (!freeze)
		sleep_on(wq, ULONG_MAX);
	if (!freeze)
		return;
	frozen = true;
	wake_up_all(&freezer_changed);
	while (freeze)
		sleep_on(&freezer_changed, ULONG_MAX);
	frozen = false;
}

void freeze_thread(void)
{
	BUG_ON(freeze);
	freeze = true;
	if (thread_wq)
		wake_up_all(thread_wq);
	while (!frozen)
		sleep_on(&freezer_changed, ULONG_MAX);
}

void thaw_thread(void)
{
	freeze = false;
	wake_up_all(&freezer_changed);
}

static struct cpu *count_cpu(int cpu)
{
	struct cpu *c = &cpus[cpu];
	u64 elapsed = jiffies - c->since;

	c->idle += elapsed *
		   (NSEC_PER_SEC / HZ - c->busy_load - c->iowait_load -
		    c->steal_load);
	c->iowait += elapsed * c->iowait_load;
	c->stolen += elapsed * c->steal_load;
	c->since = jiffies;
	return c;
}

void cpu_load(int cpu, u64 busy, u64 iowait)
{
	struct cpu *c = count_cpu(cpu);

	BUG_ON(busy + iowait + c->steal_load > NSEC_PER_SEC / HZ);
	c->busy_load = busy;
	c->iowait_load = iowait;
}

void cpu_steal(int cpu, u64 stolen)
{
	struct cpu *c = count_cpu(cpu);

	BUG_ON(c->busy_load + c->iowait_load + stolen > NSEC_PER_SEC / HZ);
	c->steal_load = stolen;
}

void cpu_clock_back(int cpu, u64 idle, u64 stolen)
{
	struct cpu *c = count_cpu(cpu);

	c->idle -= idle;
	c->stolen -= stolen;
}

int cpuhp_setup_state_nocalls(int state, const char *name,
			      int (*comes)(unsigned int cpu),
			      int (*goes)(unsigned int cpu))
{
	cpu_comes = comes;
	cpu_goes = goes;
	return 0;
}

void cpu_set_online(int cpu, bool online)
{
	struct cpu *c = count_cpu(cpu);

	if (c->offline && online && cpu_comes)
		cpu_comes(cpu);
	if (!c->offline && !online && cpu_goes)
		cpu_goes(cpu);
	c->offline = !online;
}

bool cpu_online(int cpu)
{
	return !cpus[cpu].offline;
}

unsigned int num_online_cpus(void)
{
	unsigned int n = 0;
	int cpu;

	for_each_online_cpu(cpu)
		n++;
	return n;
}

unsigned int pressure_percent(void)
{
	return pressure;
}

u64 get_cpu_idle_time_us(int cpu, u64 *last_update)
{
	BUG_ON(cpus[cpu].offline);
	return no_nohz ? -1ULL : count_cpu(cpu)->idle / NSEC_PER_USEC;
}

u64 get_cpu_iowait_time_us(int cpu, u64 *last_update)
{
	BUG_ON(cpus[cpu].offline || no_nohz);
	return count_cpu(cpu)->iowait / NSEC_PER_USEC;
}

struct kernel_cpustat kcpustat_cpu(int cpu)
{
	struct cpu *c = count_cpu(cpu);

	BUG_ON(c->offline);
	/* Idle time is in it where it is counted by ticks */
	if (!no_nohz)
		return (struct kernel_cpustat) { { 0, 0, c->stolen } };
	return (struct kernel_cpustat) { { c->idle, c->iowait, c->stolen } };
}

bool printk_timed_ratelimit(unsigned long *last, unsigned int interval_msecs)
{
	if (*last && jiffies - *last <= msecs_to_jiffies(interval_msecs))
		return false;
	*last = jiffies;
	return true;
}
