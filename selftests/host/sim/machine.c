// SPDX-License-Identifier: GPL-2.0
/*
 * A machine with as many CPUs as it has tasks, simulated in one thread: each
 * task is a context of its own, and another one goes on wherever a lock is
 * released or somebody waits. Who it is, chance decides, so the same numbers
 * give the same run. Time passes when all tasks wait.
 *
 * Tasks never wait for a spinlock, as none is preempted while it holds one.
 * Waiting for ever is found: it is the end of the test.
 */
#include <malloc.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <linux/mm.h>

#include "bounds.h"
#include "machine.h"

#define MAX_TASKS		8
#define STACK_SIZE		(256 << 10)
/* Of so many chances to run somebody else one is taken */
#define SWITCH_SHARE		4
#define MAX_NOTIFIERS		4
#define HOST_PAGE		4096UL
#define DAY			(24 * 3600UL * HZ)

struct task_struct {
	const char *name;
	void (*fn)(void);
	ucontext_t context;
	char *stack;
	bool done;
	/* Waiting: for the queue to be woken more often than this, or for time */
	struct wait_queue_head *wq;
	unsigned long woken;
	unsigned long until;
	bool waiting;
	bool metered;		/* it has used what task_use_cpu() says */
	u64 used;
	unsigned long walked;	/* CPUs and devices */
	unsigned int mems;	/* mem_hotplug_lock, held for reading */
	unsigned long mems_began;	/* pages read by then */
	unsigned int mutexes;	/* that it holds */
	/* Locks that all of the kernel may need, and since when */
	unsigned int global_locks;
	unsigned long locked_since;
};

int nr_cpu_ids = 4;
unsigned long jiffies;
struct task_struct *current;
bool allocation_fails;
struct notifier_block *oom_notifier, *reboot_notifier, *restored_notifier;
void (*machine_check)(void), (*mems_let_go)(void);
unsigned long nr_switches;
char last_log_line[200];
u64 since_jiffy;
unsigned long nr_deferred;
unsigned int nr_timers_pending;
size_t most_allocated;
unsigned long nr_walked;
unsigned long pages_read;
const struct page *last_page_read;
unsigned long most_pages_locked, most_jiffies_locked;
unsigned long most_atomics_locked, most_walked_locked;


static struct task_struct tasks[MAX_TASKS];
static unsigned int nr_tasks;
static unsigned int (*chance)(unsigned int n);
static unsigned int spinlocks_held;
/* In the section of a spinlock that has not ended */
static unsigned long section_began;
static unsigned long section_atomics, section_walked;
static struct notifier_block *memory_notifiers[MAX_NOTIFIERS];
static struct irq_work *irq_works;
static u64 runtime;

static struct list_head works = LIST_HEAD_INIT(works);
static bool frozen;

/* Woken by whatever may let a task go on that waits for no queue of its own */
static struct wait_queue_head changed;

/* Readers and the writer of the two locks that outlast sleeping */
static unsigned int cpus_readers, mems_readers;
static bool mems_writer;

void log_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(last_log_line, sizeof(last_log_line), format, args);
	va_end(args);
}

static bool can_run(const struct task_struct *t)
{
	if (t->done)
		return false;
	if (!t->waiting)
		return true;
	return (t->wq && t->wq->woken != t->woken) || t->until <= jiffies;
}

static void run_irq_works(void)
{
	while (irq_works) {
		struct irq_work *work = irq_works;

		irq_works = work->next;
		work->pending = false;
		work->func(work);
	}
}

static void switch_to(struct task_struct *next)
{
	struct task_struct *prev = current;

	next->waiting = false;
	if (next == prev)
		return;
	nr_switches++;
	current = next;
	if (swapcontext(&prev->context, &next->context))
		failed("swapcontext: %s", strerror(errno));
}

static unsigned int find_able(struct task_struct **able)
{
	unsigned int i, n = 0;

	for (i = 0; i < nr_tasks; i++)
		if (can_run(&tasks[i]))
			able[n++] = &tasks[i];
	return n;
}

/* Somebody who can run, the running task among them if it does not wait */
void schedule(void)
{
	struct task_struct *able[MAX_TASKS];
	unsigned int i, n = find_able(able);
	unsigned long next = ULONG_MAX;

	BUG_ON(spinlocks_held);
	if (!n && irq_works) {
		run_irq_works();
		n = find_able(able);
	}
	if (!n) {
		for (i = 0; i < nr_tasks; i++)
			if (!tasks[i].done)
				next = min(next, tasks[i].until);
		if (next == ULONG_MAX)
			failed("all tasks wait for ever, the last one is %s",
			       current->name);
		jiffies = next;
		n = find_able(able);
	}
	switch_to(able[n > 1 ? chance(n) : 0]);
}

void yield(void)
{
	BUG_ON(spinlocks_held);
	if (machine_check)
		machine_check();
	if (irq_works && !chance(2))
		run_irq_works();
	if (!chance(SWITCH_SHARE))
		schedule();
}

void sleep_on(struct wait_queue_head *wq, unsigned long until)
{
	current->wq = wq;
	current->woken = wq ? wq->woken : 0;
	current->until = until;
	current->waiting = true;
	schedule();
}

void wake_up_all(struct wait_queue_head *wq)
{
	wq->woken++;
}

void sleep_until(unsigned long when)
{
	while (jiffies < when)
		sleep_on(NULL, when);
}

#define wait_for(condition) \
	do { while (!(condition)) sleep_on(&changed, ULONG_MAX); } while (0)

void cond_resched(void)
{
	yield();
}

void spin_lock_irq(spinlock_t *lock)
{
	BUG_ON(lock->owner);
	lock->owner = current;
	if (spinlocks_held++)
		return;
	section_began = pages_read;
	last_page_read = NULL;
	section_atomics = 0;
	section_walked = 0;
}

static void check_section(void)
{
	unsigned long pages = pages_read - section_began;

	most_pages_locked = max(most_pages_locked, pages);
	most_atomics_locked = max(most_atomics_locked, section_atomics);
	most_walked_locked = max(most_walked_locked, section_walked);
	if (pages > MOST_PAGES_LOCKED)
		failed("%lu pages are looked at with a lock held", pages);
	if (section_atomics > MOST_ATOMICS_LOCKED)
		failed("%lu times something global is changed with a lock held",
		       section_atomics);
	if (section_walked > MOST_WALKED_LOCKED)
		failed("%lu CPUs or devices are walked with a lock held",
		       section_walked);
}

void locked_atomic(void)
{
	if (spinlocks_held)
		section_atomics++;
}

void walk_all(void)
{
	nr_walked += nr_cpu_ids;
	current->walked += nr_cpu_ids;
	if (spinlocks_held)
		section_walked += nr_cpu_ids;
}

unsigned long task_walked(void)
{
	return current->walked;
}

void spin_unlock_irq(spinlock_t *lock)
{
	BUG_ON(lock->owner != current);
	lock->owner = NULL;
	if (--spinlocks_held)
		return;
	check_section();
	yield();
}

bool in_critical_section(void)
{
	return spinlocks_held;
}

void mutex_lock(struct mutex *mutex)
{
	BUG_ON(mutex->owner == current);
	wait_for(!mutex->owner);
	mutex->owner = current;
	current->mutexes++;
	yield();
}

void mutex_unlock(struct mutex *mutex)
{
	BUG_ON(mutex->owner != current);
	mutex->owner = NULL;
	current->mutexes--;
	wake_up_all(&changed);
	yield();
}

/* A lock that others of the kernel need is taken: a wait for it does not count */
static void hold_global(unsigned long asked)
{
	if (current->global_locks++)
		current->locked_since += jiffies - asked;
	else
		current->locked_since = jiffies;
}

static void release_global(void)
{
	unsigned long held = jiffies - current->locked_since;

	BUG_ON(!current->global_locks);
	current->global_locks--;
	most_jiffies_locked = max(most_jiffies_locked, held);
	if (held > MOST_JIFFIES_LOCKED)
		failed("%s holds a lock of CPUs, memory or parameters for %lu jiffies",
		       current->name, held);
}

void cpus_read_lock(void)
{
	cpus_readers++;
	hold_global(jiffies);
}

void cpus_read_unlock(void)
{
	BUG_ON(!cpus_readers);
	cpus_readers--;
	release_global();
}

void get_online_mems(void)
{
	unsigned long asked = jiffies;

	wait_for(!mems_writer);
	mems_readers++;
	if (!current->mems++)
		current->mems_began = pages_read;
	hold_global(asked);
}

void put_online_mems(void)
{
	BUG_ON(!mems_readers || !current->mems);
	if (mems_let_go)
		mems_let_go();
	mems_readers--;
	current->mems--;
	release_global();
	wake_up_all(&changed);
}

static struct mutex params;

/* What the kernel is started with is read when there are no tasks */
void param_lock(void)
{
	unsigned long asked = jiffies;

	if (!current)
		return;
	mutex_lock(&params);
	hold_global(asked);
}

void param_unlock(void)
{
	if (!current)
		return;
	release_global();
	mutex_unlock(&params);
}

void mem_hotplug_begin(void)
{
	wait_for(!mems_writer && !mems_readers);
	mems_writer = true;
}

void mem_hotplug_done(void)
{
	mems_writer = false;
	wake_up_all(&changed);
}

void static_branch_enable_cpuslocked(struct static_key_false *key)
{
	BUG_ON(!cpus_readers || key->on);
	yield();
	key->on = true;
	yield();
}

void static_branch_disable_cpuslocked(struct static_key_false *key)
{
	BUG_ON(!cpus_readers || !key->on);
	yield();
	key->on = false;
	yield();
}

void static_branch_enable(struct static_key_false *key)
{
	cpus_read_lock();
	static_branch_enable_cpuslocked(key);
	cpus_read_unlock();
}

void static_branch_disable(struct static_key_false *key)
{
	cpus_read_lock();
	static_branch_disable_cpuslocked(key);
	cpus_read_unlock();
}

void add_memory_notifier(struct notifier_block *nb)
{
	unsigned int i;

	for (i = 0; memory_notifiers[i] && memory_notifiers[i] != nb; i++)
		BUG_ON(i == MAX_NOTIFIERS - 1);
	memory_notifiers[i] = nb;
}

int memory_notify(unsigned long action, void *arg)
{
	unsigned int i;
	int ret;

	for (i = 0; i < MAX_NOTIFIERS && memory_notifiers[i]; i++) {
		ret = memory_notifiers[i]->notifier_call(memory_notifiers[i],
							 action, arg);
		if (ret & NOTIFY_STOP_MASK)
			return notifier_to_errno(ret) ?: -EPERM;
	}
	return 0;
}

int raw_notifier_chain_register(struct raw_notifier_head *chain,
				struct notifier_block *nb)
{
	BUG_ON(nb->next);
	nb->next = chain->head;
	chain->head = nb;
	return 0;
}

/* Its user protects the chain also while others run */
int raw_notifier_call_chain(struct raw_notifier_head *chain,
			    unsigned long action, void *data)
{
	struct notifier_block *nb;
	int ret = NOTIFY_DONE;

	for (nb = chain->head; nb && !(ret & NOTIFY_STOP_MASK); nb = nb->next) {
		yield();
		ret = nb->notifier_call(nb, action, data);
	}
	return ret;
}

static bool anything_pending(void)
{
	return works_pending() || nr_timers_pending;
}

void machine_silence(unsigned long within)
{
	unsigned long before;

	sleep_until(jiffies + within);
	if (anything_pending())
		failed("%u timers are pending, works %s, though nothing changes",
		       nr_timers_pending, works_pending() ? "too" : "not");
	before = nr_deferred;
	sleep_until(jiffies + DAY);
	if (anything_pending() || nr_deferred != before)
		failed("%lu works and timers have run in a day in which nothing changed",
		       nr_deferred - before);
}

static size_t allocated;

void *vmalloc_if_there_is(size_t size)
{
	void *p = allocation_fails ? NULL : malloc(size);

	if (p)
		allocated += malloc_usable_size(p);
	most_allocated = max(most_allocated, allocated);
	return p;
}

void vfree(const void *p)
{
	allocated -= malloc_usable_size((void *)p);
	free((void *)p);
}

/* The first address of what sparse_alloc() has mapped, with a page at the end to trap on */
static unsigned long sparse_size(unsigned long n, size_t size)
{
	return round_up(n * size, HOST_PAGE) + HOST_PAGE;
}

void *sparse_alloc(unsigned long n, size_t size)
{
	unsigned long all = sparse_size(n, size);
	char *map = mmap(NULL, all, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *end = map + all - HOST_PAGE;

	if (map == MAP_FAILED || mprotect(end, HOST_PAGE, PROT_NONE))
		failed("%lu bytes cannot be mapped: %s", all, strerror(errno));
	return end - n * size;
}

void sparse_free(void *memory, unsigned long n, size_t size)
{
	if (memory)
		munmap((void *)round_down((unsigned long)memory, HOST_PAGE),
		       sparse_size(n, size));
}

bool irq_work_queue(struct irq_work *work)
{
	if (work->pending)
		return false;
	work->pending = true;
	work->next = irq_works;
	irq_works = work;
	return true;
}

void irq_work_sync(struct irq_work *work)
{
	if (work->pending)
		run_irq_works();
	BUG_ON(work->pending);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay)
{
	if (work->pending || work->cancelling)
		return false;
	work->pending = true;
	work->expires = jiffies + delay;
	list_add_tail(&work->entry, &works);
	wake_up_all(&changed);
	return true;
}

static void unqueue(struct delayed_work *work)
{
	if (work->pending)
		list_del(&work->entry);
	work->pending = false;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay)
{
	bool was = work->pending;

	if (work->cancelling)
		return false;
	unqueue(work);
	queue_delayed_work(wq, work, delay);
	return was;
}

/* Nobody queues it without delay, so it is at work or not there to be waited for */
bool flush_work(struct work_struct *w)
{
	struct delayed_work *work = container_of(w, struct delayed_work, work);
	bool was = work->executing;

	wait_for(!work->executing);
	return was;
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	bool was = work->pending;

	unqueue(work);
	work->cancelling = true;
	wait_for(!work->executing);
	work->cancelling = false;
	yield();
	return was;
}

static struct delayed_work *executing;

static void worker(void)
{
	for (;;) {
		struct delayed_work *work, *due = NULL;

		list_for_each_entry(work, &works, entry)
			if (!due || work->expires < due->expires)
				due = work;
		if (!due || frozen || due->expires > jiffies) {
			sleep_on(&changed, due && !frozen ? due->expires :
							    ULONG_MAX);
			continue;
		}
		unqueue(due);
		due->executing = true;
		executing = due;
		nr_deferred++;
		yield();
		due->work.func(&due->work);
		due->executing = false;
		executing = NULL;
		wake_up_all(&changed);
		yield();
	}
}

void work_freeze(void)
{
	frozen = true;
	wait_for(!executing);
}

void work_thaw(void)
{
	frozen = false;
	wake_up_all(&changed);
}

bool works_pending(void)
{
	return !list_empty(&works) || executing || irq_works;
}

/* Whatever is asked about takes a microsecond since it was last asked */
u64 task_sched_runtime(struct task_struct *task)
{
	if (task->metered)
		return task->used;
	runtime += NSEC_PER_USEC;
	return runtime;
}

u64 ktime_get_ns(void)
{
	return jiffies * (NSEC_PER_SEC / HZ) + since_jiffy;
}

void task_use_cpu(struct task_struct *task, u64 ns)
{
	task->metered = true;
	task->used += ns;
}

bool mems_held(void)
{
	return current->mems;
}

unsigned long mems_pages_read(void)
{
	return pages_read - current->mems_began;
}

bool mutexes_held(void)
{
	return current->mutexes;
}

bool task_done(const struct task_struct *task)
{
	return task->done;
}

static void task_run(void)
{
	current->fn();
	current->done = true;
	wake_up_all(&changed);
	schedule();
	failed("%s was run after its end", current->name);
}

struct task_struct *task_start(const char *name, void (*fn)(void))
{
	struct task_struct *t;
	unsigned int i;

	/* The place of one that is done is free */
	for (i = 0; i < nr_tasks && !tasks[i].done; i++)
		;
	BUG_ON(i == MAX_TASKS);
	nr_tasks = max(nr_tasks, i + 1);
	t = &tasks[i];
	if (!t->stack)
		t->stack = malloc(STACK_SIZE);
	BUG_ON(!t->stack);
	t->name = name;
	t->fn = fn;
	t->done = false;
	t->waiting = false;
	t->metered = false;
	t->global_locks = 0;
	if (getcontext(&t->context))
		failed("getcontext: %s", strerror(errno));
	t->context.uc_stack.ss_sp = t->stack;
	t->context.uc_stack.ss_size = STACK_SIZE;
	t->context.uc_link = NULL;
	makecontext(&t->context, task_run, 0);
	return t;
}

const char *task_name(void)
{
	return current ? current->name : "none";
}

void machine_start(unsigned long now, unsigned int (*decide)(unsigned int n))
{
	if (nr_tasks)
		return;
	jiffies = now;
	chance = decide;
	tasks[0].name = "main";
	nr_tasks = 1;
	current = &tasks[0];
	task_start("worker", worker);
}

int kstrtobool(const char *text, bool *value)
{
	if (strchr("yY1", text[0]) && text[0])
		*value = true;
	else if (strchr("nN0", text[0]) && text[0])
		*value = false;
	else
		return -EINVAL;
	return 0;
}

int kstrtouint(const char *text, unsigned int base, unsigned int *value)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, base);
	if (end == text || text[0] == '-')
		return -EINVAL;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (errno || v > UINT_MAX)
		return -ERANGE;
	*value = v;
	return 0;
}

int kstrtoint(const char *text, unsigned int base, int *value)
{
	bool negative = text[0] == '-';
	unsigned int v;
	int err = kstrtouint(text + negative, base, &v);

	if (!err && v > (unsigned int)INT_MAX + negative)
		err = -ERANGE;
	if (!err)
		*value = negative ? -v : v;
	return err;
}

int param_get_bool(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%c\n", *(bool *)kp->arg ? 'Y' : 'N');
}

int param_get_uint(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%u\n", *(unsigned int *)kp->arg);
}

int param_get_ulong(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%lu\n", *(unsigned long *)kp->arg);
}
