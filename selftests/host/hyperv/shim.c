// SPDX-License-Identifier: GPL-2.0
/* Works, the thread and the pages of the balloon driver, in the simulated machine */
#include <linux/kthread.h>

#include "buddy.h"
#include "machine.h"
#include "model.h"
#include "shim-test.h"

#define MAX_WORKS		8

/* 6.12 asks for them at each hypercall. The VM here is neither */
bool hyperv_paravisor_present;

bool hv_isolation_type_snp(void)
{
	return false;
}

bool hv_isolation_type_tdx(void)
{
	return false;
}

u64 hv_tdx_hypercall(u64 control, u64 input, u64 output)
{
	failed("a hypercall of TDX");
	return 0;
}

bool page_poisoning;
struct notifier_block *balloon_notifier;
const struct kernel_param_ops param_ops_bool, param_ops_uint;

/* A work is one until its device is gone, one at a time is at work */
static struct job {
	struct work_struct *work;
	bool freezable;
	bool pending;
} jobs[MAX_WORKS];

static struct work_struct *at_work;
static bool frozen, at_work_freezable;
static struct wait_queue_head jobs_changed;

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	struct job *job = jobs, *place = NULL;

	for (; job < jobs + MAX_WORKS; job++) {
		if (job->pending && job->work == work)
			return false;
		if (!job->pending)
			place = job;
	}
	BUG_ON(!place || !work->func);
	*place = (struct job) { work, wq == system_freezable_wq, true };
	wake_up_all(&jobs_changed);
	return true;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was = false;
	struct job *job;

	for (;;) {
		for (job = jobs; job < jobs + MAX_WORKS; job++) {
			if (!job->pending || job->work != work)
				continue;
			job->pending = false;
			was = true;
		}
		if (at_work != work) {
			yield();
			return was;
		}
		sleep_on(&jobs_changed, ULONG_MAX);
	}
}

static void balloon_worker(void)
{
	for (;;) {
		struct job *job = jobs;

		while (job < jobs + MAX_WORKS &&
		       (!job->pending || (frozen && job->freezable)))
			job++;
		if (job == jobs + MAX_WORKS) {
			sleep_on(&jobs_changed, ULONG_MAX);
			continue;
		}
		job->pending = false;
		at_work = job->work;
		at_work_freezable = job->freezable;
		yield();
		at_work->func(at_work);
		at_work = NULL;
		wake_up_all(&jobs_changed);
		yield();
	}
}

void balloon_work_start(void)
{
	task_start("balloon worker", balloon_worker);
}

void balloon_work_freeze(void)
{
	frozen = true;
	while (at_work && at_work_freezable)
		sleep_on(&jobs_changed, ULONG_MAX);
}

void balloon_work_thaw(void)
{
	frozen = false;
	wake_up_all(&jobs_changed);
}

unsigned int balloon_works(void)
{
	unsigned int n = at_work != NULL;
	struct job *job;

	for (job = jobs; job < jobs + MAX_WORKS; job++)
		n += job->pending;
	return n;
}

/* The thread that tells the host how much memory is used */
static int (*thread_fn)(void *data);
static void *thread_data;
static bool should_stop;

static void thread(void)
{
	thread_fn(thread_data);
}

struct task_struct *kthread_run(int (*fn)(void *data), void *data,
				const char *name)
{
	thread_fn = fn;
	thread_data = data;
	should_stop = false;
	return task_start(name, thread);
}

bool kthread_should_stop(void)
{
	return should_stop;
}

int kthread_stop(struct task_struct *task)
{
	should_stop = true;
	while (!task_done(task))
		sleep_until(jiffies + 1);
	return 0;
}

struct page *model_alloc_pages(unsigned int order)
{
	return buddy_alloc(zones[0], order, MIGRATE_MOVABLE);
}

void model_free_page(struct page *page)
{
	buddy_free(page, 0);
}

/* Memory comes, and the balloon driver says of each page whether it is there */
static void (*online_page)(struct page *page, unsigned int order);

void model_online_page(void (*fn)(struct page *page, unsigned int order))
{
	online_page = fn;
}

int model_add_memory(phys_addr_t start, u64 size)
{
	struct memory_notify mn = { start >> PAGE_SHIFT, size >> PAGE_SHIFT };
	unsigned long pfn;

	if (mn.start_pfn + mn.nr_pages > max_pfn)
		return -EEXIST;
	mem_hotplug_begin();
	buddy_online(zones[0], mn.start_pfn, mn.nr_pages);
	for (pfn = mn.start_pfn; pfn < mn.start_pfn + mn.nr_pages; pfn++)
		model_own(pfn);
	for (pfn = mn.start_pfn; pfn < mn.start_pfn + mn.nr_pages; pfn++)
		online_page(pfn_to_page(pfn), 0);
	drain_all_pages(NULL);
	memory_notify(MEM_ONLINE, &mn);
	balloon_notifier->notifier_call(balloon_notifier, MEM_ONLINE, &mn);
	mem_hotplug_done();
	return 0;
}
