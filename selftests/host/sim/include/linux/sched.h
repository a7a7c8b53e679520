/* SPDX-License-Identifier: GPL-2.0 */
/* Time, tasks, locks and deferred work of the simulated machine, see machine.c */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/kernel.h>
#include <linux/list.h>

#define HZ			100
#define NSEC_PER_USEC		1000UL
#define NSEC_PER_MSEC		1000000UL
#define NSEC_PER_SEC		1000000000UL
#define MSEC_PER_SEC		1000UL
#define MAX_NICE		19

/* How many CPUs the machine has: 4, or what a test says before it begins */
extern int nr_cpu_ids;
extern unsigned long jiffies;
#define get_jiffies_64()	((u64)jiffies)
#define time_before64(a, b)	((s64)((a) - (b)) < 0)
#define msecs_to_jiffies(ms)	((unsigned long)(ms) * HZ / 1000)
#define secs_to_jiffies(s)	((unsigned long)(s) * HZ)
#define time_before(a, b)	((long)((a) - (b)) < 0)
#define jiffies_to_msecs(j)	((unsigned int)((j) * 1000 / HZ))

struct task_struct;
extern struct task_struct *current;

struct wait_queue_head {
	unsigned long woken;	/* how often */
};

typedef struct wait_queue_head wait_queue_head_t;
#define DECLARE_WAIT_QUEUE_HEAD(name)	struct wait_queue_head name

/**
 * sleep_on - let others run until a queue is woken
 * @wq: the queue
 * @until: or until then, in jiffies
 */
void sleep_on(struct wait_queue_head *wq, unsigned long until);
void wake_up_all(struct wait_queue_head *wq);
void schedule_timeout_interruptible(unsigned long timeout);
#define wake_up(wq)		wake_up_all(wq)

/* A condition that has been true is not asked about again: it may take something */
#define wait_event_timeout(wq, condition, timeout) ({			\
	unsigned long _end = jiffies + (timeout);			\
	bool _true;							\
	while (!(_true = (condition)) && jiffies < _end)		\
		sleep_on(&(wq), _end);					\
	_true ? (long)max(_end - jiffies, 1UL) : 0L;			\
})

/* Interrupts are what irq_work does: held off while a spinlock is held */
typedef struct spinlock {
	struct task_struct *owner;
} spinlock_t;

#define DEFINE_SPINLOCK(name)	struct spinlock name
void spin_lock_irq(spinlock_t *lock);
void spin_unlock_irq(spinlock_t *lock);
#define spin_lock(lock)		spin_lock_irq(lock)
#define spin_unlock(lock)	spin_unlock_irq(lock)
#define spin_lock_irqsave(lock, flags) \
	do { (flags) = 0; spin_lock_irq(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) \
	do { (void)(flags); spin_unlock_irq(lock); } while (0)

struct mutex {
	struct task_struct *owner;
};

#define DEFINE_MUTEX(name)	struct mutex name
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
#define lockdep_assert_held(mutex)	BUG_ON((mutex)->owner != current)

void cpus_read_lock(void);
void cpus_read_unlock(void);
void get_online_mems(void);
void put_online_mems(void);
/* For the test's own hotplug */
void mem_hotplug_begin(void);
void mem_hotplug_done(void);

struct static_key_false {
	bool on;
};

#define DEFINE_STATIC_KEY_FALSE(name)	struct static_key_false name
#define DECLARE_STATIC_KEY_FALSE(name)	extern struct static_key_false name
#define static_branch_unlikely(key)	((key)->on)
#define static_key_enabled(key)		((key)->on)
void static_branch_enable_cpuslocked(struct static_key_false *key);
void static_branch_disable_cpuslocked(struct static_key_false *key);
void static_branch_enable(struct static_key_false *key);
void static_branch_disable(struct static_key_false *key);

struct work_struct {
	void (*func)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
	struct list_head entry;		/* of works that are pending */
	unsigned long expires;
	bool pending;
	bool executing;
	bool cancelling;		/* nothing queues it meanwhile */
};

struct workqueue_struct;
#define system_freezable_wq	((struct workqueue_struct *)NULL)
#define DECLARE_DELAYED_WORK(name, fn) \
	struct delayed_work name = { .work = { fn } }
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *work);
bool flush_work(struct work_struct *work);

struct irq_work {
	void (*func)(struct irq_work *work);
	bool pending;
	struct irq_work *next;
};

#define DEFINE_IRQ_WORK(name, fn)	struct irq_work name = { .func = fn }
bool irq_work_queue(struct irq_work *work);
void irq_work_sync(struct irq_work *work);

void cond_resched(void);
u64 task_sched_runtime(struct task_struct *task);
u64 ktime_get_ns(void);

#endif
