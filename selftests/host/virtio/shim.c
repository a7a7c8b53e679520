// SPDX-License-Identifier: GPL-2.0
/* The bus, the works and the pages of the balloon, in the simulated machine */
#include "shim.h"

#include <linux/virtio.h>

#include "buddy.h"
#include "machine.h"
#include "shim-test.h"

#define MAX_WORKS		8

bool page_poisoning, init_on_free;
u8 page_poison = 0xaa;
struct notifier_block *balloon_oom;
struct shrinker *balloon_shrinker;

/* Confidential guests ask their host for more; this one is none */
static bool no_restriction(struct virtio_device *vdev)
{
	return false;
}

bool (*virtio_check_mem_acc_cb)(struct virtio_device *vdev) = no_restriction;

static struct device_driver *the_driver;

int driver_register(struct device_driver *driver)
{
	the_driver = driver;
	return 0;
}

int device_add(struct device *dev)
{
	if (!the_driver || !dev->bus->match(dev, the_driver))
		return 0;
	dev->driver = the_driver;
	if (dev->bus->probe(dev))
		dev->driver = NULL;
	return 0;
}

void device_unregister(struct device *dev)
{
	if (dev->driver)
		dev->bus->remove(dev);
	dev->driver = NULL;
}

/* A work is one until its device is gone, at most one at a time is at work */
static struct job {
	struct work_struct *work;
	bool pending;
} jobs[MAX_WORKS];

static struct work_struct *at_work;
static bool frozen;
static struct wait_queue_head jobs_changed;

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	struct job *job = jobs;

	while (job < jobs + MAX_WORKS && job->pending && job->work != work)
		job++;
	BUG_ON(job == jobs + MAX_WORKS);
	if (job->pending)
		return false;
	*job = (struct job) { work, true };
	wake_up_all(&jobs_changed);
	return true;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was = false;

	for (;;) {
		for (struct job *job = jobs; job < jobs + MAX_WORKS; job++) {
			if (!job->pending || job->work != work)
				continue;
			job->pending = false;
			was = true;
		}
		if (at_work != work)
			return was;
		sleep_on(&jobs_changed, ULONG_MAX);
	}
}

static void balloon_worker(void)
{
	for (;;) {
		struct job *job = jobs;

		while (job < jobs + MAX_WORKS && !job->pending)
			job++;
		if (frozen || job == jobs + MAX_WORKS) {
			sleep_on(&jobs_changed, ULONG_MAX);
			continue;
		}
		job->pending = false;
		at_work = job->work;
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
	while (at_work)
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

struct shrinker *shrinker_alloc(unsigned int flags, const char *name)
{
	return allocation_fails ? NULL : calloc(1, sizeof(struct shrinker));
}

int model_register_oom_notifier(struct notifier_block *nb)
{
	if (oom_notifier)
		balloon_oom = nb;
	else
		oom_notifier = nb;
	return 0;
}

void memory_is_short(void)
{
	struct shrink_control sc = { .nr_to_scan = 64 };
	unsigned long freed = 0;

	if (balloon_oom)
		balloon_oom->notifier_call(balloon_oom, 0, &freed);
	if (balloon_shrinker && balloon_shrinker->count_objects(balloon_shrinker, &sc))
		balloon_shrinker->scan_objects(balloon_shrinker, &sc);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	void *p = allocation_fails ? NULL : aligned_alloc(PAGE_SIZE, size);

	return p ? memset(p, 0, size) : NULL;
}

struct page *balloon_page_alloc(void)
{
	return buddy_alloc(zones[0], 0, MIGRATE_MOVABLE);
}

void put_page(struct page *page)
{
	buddy_free(page, 0);
}
