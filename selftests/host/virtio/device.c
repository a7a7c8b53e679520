// SPDX-License-Identifier: GPL-2.0
/*
 * A balloon device: a transport that gives the driver queues by the features
 * that it offers, and the host behind them, which reads the rings as a device
 * does and tells the naive model what it has been told. Whatever a device may
 * demand of a driver ends the test where the driver does not do it.
 *
 * What the core asks of the driver goes through here: no report may be said to
 * be done that has not been answered, none to be lost, or not told, that was
 * not, and none may take longer than it is said to take.
 */
#include "device.h"
#include "buddy.h"
#include "machine.h"
#include "model.h"
#include "shim-test.h"

#define REPORT_MAX		(30 * HZ)

struct host hosts[MAX_HOSTS];
unsigned long ring_operations;
unsigned long reports_good, reports_lost, reports_failed, reports_late;
unsigned long longest_report;
bool register_fails, releasing;

static unsigned int (*chance)(unsigned int n);
static struct wait_queue_head host_wait, irq_wait;
static unsigned int interrupts;		/* at work */
static struct host *starting;		/* the driver takes it just now */
static struct host *reporter;		/* it is reported to, just now */
static unsigned long report_start;
static struct host *told_by;		/* it has last been told something */
static bool at_barrier;
static bool *ballooned;

#define to_host(v)		container_of(v, struct host, vdev)

#define for_each_queue(q, h) \
	for ((q) = (h)->queues; (q) < (h)->queues + (h)->nr_queues; (q)++)

struct queue *host_queue(struct host *h, enum role role)
{
	struct queue *q;

	for_each_queue(q, h)
		if (q->role == role)
			return q;
	return NULL;
}

bool host_driven(struct host *h)
{
	return h->vdev.dev.driver && (h->status & VIRTIO_CONFIG_S_DRIVER_OK);
}

static unsigned int host_index(struct queue *q, struct host *h)
{
	return q - h->queues;
}

/*
 * The guest takes the entry at its own index, if the index is not the host's:
 * from then on the host has said that it has done with the buffer.
 */
static void note_answer(struct queue *q)
{
	struct vring_used *used = q->ring.used;

	if (q->head >= 0 && used->idx != q->taken &&
	    used->ring[q->taken % q->ring.num].id == (u32)q->head)
		q->answered = true;
}

static void read_pages(struct queue *q, const struct vring_desc *d)
{
	const u32 *pfns = (const u32 *)(uintptr_t)d->addr;
	unsigned int i;

	for (i = 0; i < d->len / sizeof(*pfns); i++) {
		if (pfns[i] >= max_pfn ||
		    ballooned[pfns[i]] == (q->role == INFLATE))
			failed("page %x is %sflated twice", pfns[i],
			       q->role == INFLATE ? "in" : "de");
		ballooned[pfns[i]] = q->role == INFLATE;
	}
}

unsigned long host_pages(void)
{
	unsigned long pfn, pages = 0;

	for (pfn = 0; pfn < max_pfn; pfn++)
		pages += ballooned[pfn];
	return pages;
}

/* A buffer, as a device reads it: what may be in it goes by the queue */
static void read_buffer(struct host *h, struct queue *q)
{
	struct scatterlist sg[64] = { };
	unsigned int i = q->head, n = 0;
	struct vring_desc *d;

	do {
		if (i >= q->ring.num || n == q->ring.num ||
		    n == ARRAY_SIZE(sg))
			failed("queue %u: descriptor %u, the %uth of %u",
			       host_index(q, h), i, n, q->ring.num);
		d = &q->ring.desc[i];
		if (d->flags & VRING_DESC_F_INDIRECT)
			failed("queue %u: an indirect descriptor",
			       host_index(q, h));
		if (!(d->flags & VRING_DESC_F_WRITE) != (q->role != REPORTING))
			failed("queue %u: flags %x: it is for something else",
			       host_index(q, h), d->flags);
		if (q->role == INFLATE || q->role == DEFLATE)
			read_pages(q, d);
		if (q->role == REPORTING) {
			if (d->addr >= (u64)max_pfn << PAGE_SHIFT)
				failed("there is no memory at %llx",
				       (unsigned long long)d->addr);
			sg[n].page = pfn_to_page(d->addr >> PAGE_SHIFT);
			sg[n].length = d->len;
		}
		n++;
		i = d->next;
	} while (d->flags & VRING_DESC_F_NEXT);

	if (q->role != REPORTING)
		return;
	if (h != reporter)
		failed("a report that the core does not know of");
	if (!(h->status & VIRTIO_CONFIG_S_DRIVER_OK))
		failed("a report in status %x", h->status);
	sg[n - 1].end = true;
	model_told(sg, n, min_t(unsigned int, q->ring.num,
				PAGE_REPORTING_CAPACITY));
	told_by = h;
	q->told = true;
}

/* Has the guest added a buffer? It adds one at a time */
static void look(struct host *h, struct queue *q)
{
	if (!q->vq || q->ring.avail->idx != (u16)(q->added + 1))
		return;
	if (q->head >= 0)
		failed("queue %u: a buffer is added while one is out",
		       host_index(q, h));
	q->head = q->ring.avail->ring[q->added % q->ring.num];
	q->added++;
	q->answered = false;
	q->due = ULONG_MAX;
	q->unseen = true;
	ring_operations++;
	read_buffer(h, q);
	if (q->role == HINT) {
		host_use(q, q->head, 0);
		q->ring.used->idx = q->used;
		q->head = -1;
	}
	note_answer(q);
}

/* The host comes to know of it, and with EVENT_IDX wants to know of the next */
static void notice(struct host *h, struct queue *q)
{
	if (!q->vq || h->gone)
		return;
	if (!h->no_kick)
		vring_avail_event(&q->ring) = q->added;
	if (q->unseen && q->role != STATS && q->role != HINT)
		q->due = jiffies + h->delay;
	q->unseen = false;
}

static void look_at_all(void)
{
	struct queue *q;
	struct host *h;

	for (h = hosts; h < hosts + MAX_HOSTS; h++)
		for_each_queue(q, h)
			look(h, q);
}

void host_barrier(void)
{
	struct host *h;

	look_at_all();
	if (at_barrier)
		return;
	at_barrier = true;
	for (h = hosts; h < hosts + MAX_HOSTS; h++)
		if (h->at_barrier && !h->gone)
			h->at_barrier(h);
	at_barrier = false;
}

void host_use(struct queue *q, u32 id, u32 len)
{
	struct vring_used_elem *e;

	if (!q->vq)
		return;
	e = &q->ring.used->ring[q->used++ % q->ring.num];
	e->id = id;
	e->len = len;
	ring_operations++;
}

void host_publish(struct queue *q, u16 index)
{
	if (!q->vq)
		return;
	q->ring.used->idx = index;
	ring_operations++;
	note_answer(q);
}

void host_scribble(struct queue *q)
{
	ring_operations++;
	note_answer(q);
}

void host_interrupt(struct host *h, struct queue *q)
{
	if (!q->vq || h->gone)
		return;
	ring_operations++;
	interrupts++;
	vring_interrupt(0, q->vq);
	interrupts--;
	wake_up_all(&irq_wait);
}

void host_answer(struct host *h, struct queue *q)
{
	if (q->role == REPORTING)
		model_discard(chance);
	host_use(q, q->head, 0);
	host_publish(q, q->used);
	if (q->role != REPORTING)
		q->head = -1;
	host_interrupt(h, q);
}

static void act(struct host *h, struct queue *q)
{
	q->due = ULONG_MAX;
	if (q->role == REPORTING && h->report)
		h->report(h, q);
	else
		host_answer(h, q);
}

static void host_task(void)
{
	for (;;) {
		unsigned long next = ULONG_MAX, woken = host_wait.woken;
		struct queue *q;
		struct host *h;

		look_at_all();
		for (h = hosts; h < hosts + MAX_HOSTS; h++) {
			for_each_queue(q, h) {
				if (!q->vq || h->gone || h->resetting)
					continue;
				if (h->no_kick)
					notice(h, q);
				if (q->head >= 0 && q->due <= jiffies)
					act(h, q);
				if (q->vq && q->head >= 0)
					next = min(next, q->due);
			}
			if (h->no_kick)
				next = min(next, jiffies + HZ / 10);
		}
		/* A kick of a queue that this round has been past gets a round */
		if (host_wait.woken == woken)
			sleep_on(&host_wait, max(next, jiffies + 1));
	}
}

void host_start(unsigned int (*decide)(unsigned int n))
{
	chance = decide;
	ballooned = calloc(max_pfn, sizeof(*ballooned));
	BUG_ON(!ballooned);
	task_start("host", host_task);
}

/* The transport */

static void get(struct virtio_device *vdev, unsigned int offset, void *buf,
		unsigned int len)
{
	struct host *h = to_host(vdev);

	BUG_ON(offset + len > sizeof(h->config));
	memcpy(buf, (char *)&h->config + offset, len);
}

static void set(struct virtio_device *vdev, unsigned int offset,
		const void *buf, unsigned int len)
{
	struct host *h = to_host(vdev);

	BUG_ON(offset + len > sizeof(h->config));
	memcpy((char *)&h->config + offset, buf, len);
	if (offset != offsetof(struct virtio_balloon_config, poison_val))
		return;
	h->poison_written = true;
	if (!(vdev->features & F_POISON))
		failed("poison_val is written, and the feature not accepted");
}

static u32 generation(struct virtio_device *vdev)
{
	return 0;
}

static u8 get_status(struct virtio_device *vdev)
{
	return to_host(vdev)->status;
}

static u64 get_features(struct virtio_device *vdev)
{
	return to_host(vdev)->offered;
}

static int finalize_features(struct virtio_device *vdev)
{
	vring_transport_features(vdev);
	return 0;
}

/* Before a device goes to work: what it has been promised, it can rely upon */
static void driver_ok(struct host *h)
{
	u64 features = h->vdev.features;

	if (features & ~h->offered)
		failed("features %llx are accepted of %llx",
		       (unsigned long long)features,
		       (unsigned long long)h->offered);
	if (features & (F_INDIRECT | F_IOMMU))
		failed("features %llx: an indirect table is memory, in report()",
		       (unsigned long long)features);
	if (page_poisoning && page_poison && (features & F_REPORTING) &&
	    !(features & F_POISON))
		failed("reporting is accepted, and pages have to keep what is in them");
	if (!page_poisoning && !init_on_free && (features & F_POISON))
		failed("PAGE_POISON is accepted, and there is no poison");
	if ((features & F_POISON) &&
	    (!h->poison_written ||
	     h->config.poison_val != (init_on_free ? 0 : page_poison * 0x01010101u)))
		failed("poison_val is %x when the device goes to work",
		       h->config.poison_val);
}

static void set_status(struct virtio_device *vdev, u8 status)
{
	struct host *h = to_host(vdev);

	if (h->status & ~status)
		failed("status %x after %x", status, h->status);
	if (status & ~h->status & VIRTIO_CONFIG_S_DRIVER_OK)
		driver_ok(h);
	h->status = status;
}

static void synchronize_interrupts(void)
{
	while (interrupts)
		sleep_on(&irq_wait, ULONG_MAX);
}

static void reset(struct virtio_device *vdev)
{
	struct host *h = to_host(vdev);
	unsigned long end = jiffies + h->reset_delay;
	struct queue *q;

	h->resetting = true;
	while (jiffies < end) {
		model_discard(chance);
		sleep_until(jiffies + 1);
	}
	synchronize_interrupts();
	h->resetting = false;
	h->status = 0;
	h->poison_written = false;
	for_each_queue(q, h)
		q->head = -1;
	if (h == told_by)
		model_reset();
}

static bool notify(struct virtqueue *vq)
{
	struct host *h = to_host(vq->vdev);

	if (h->kick_fails && h->queues[vq->index].role == REPORTING)
		return false;
	if (h->no_kick)
		failed("queue %u: a kick that nobody wants", vq->index);
	look_at_all();
	notice(h, &h->queues[vq->index]);
	wake_up_all(&host_wait);
	return true;
}

static void del_vqs(struct virtio_device *vdev)
{
	struct host *h = to_host(vdev);
	struct queue *q;

	if (h->status & VIRTIO_CONFIG_S_DRIVER_OK)
		failed("the queues go while the device is at work");
	synchronize_interrupts();
	for_each_queue(q, h) {
		if (q->vq)
			vring_del_virtqueue(q->vq);
		q->vq = NULL;
	}
}

static int set_up(struct host *h, unsigned int index, vq_callback_t *callback,
		  const char *name, struct virtqueue **vq)
{
	struct queue *q = &h->queues[index];

	if (index >= h->nr_queues || !q->size)
		return -ENOENT;
	if (q->vq)
		failed("queue %u is set up twice", index);
	*vq = vring_create_virtqueue(index, q->size, PAGE_SIZE, &h->vdev, true,
				     true, false, notify, callback, name);
	if (!*vq)
		return -ENOMEM;
	q->vq = *vq;
	q->ring = *virtqueue_get_vring(*vq);
	q->added = 0;
	q->taken = 0;
	q->used = 0;
	q->head = -1;
	if (h->no_kick) {
		q->ring.used->flags = VRING_USED_F_NO_NOTIFY;
		vring_avail_event(&q->ring) = 0x8000;
	}
	return 0;
}

/* 6.12 has a structure for what others have in an array each */
#ifdef QUEUES_HAVE_INFO
#define QUEUES			struct virtqueue_info info[]
#define NAME(i)			info[i].name
#define CALLBACK(i)		info[i].callback
#else
#define QUEUES			vq_callback_t *callbacks[], const char *const names[], const bool *ctx
#define NAME(i)			names[i]
#define CALLBACK(i)		callbacks[i]
#endif

static int find_vqs(struct virtio_device *vdev, unsigned int nvqs,
		    struct virtqueue *vqs[], QUEUES, struct irq_affinity *desc)
{
	struct host *h = to_host(vdev);
	unsigned int i, index = 0;
	int err;

	for (i = 0; i < nvqs; i++) {
#ifndef HOLES_HAVE_NO_NUMBER
		index = i;
#endif
		vqs[i] = NULL;
		if (!NAME(i))
			continue;
		err = set_up(h, index, CALLBACK(i), NAME(i), &vqs[i]);
		if (err) {
			del_vqs(vdev);
			return err;
		}
		index++;
	}
	return 0;
}

static const struct virtio_config_ops ops = {
	.get = get,
	.set = set,
	.generation = generation,
	.get_status = get_status,
	.set_status = set_status,
	.reset = reset,
	.find_vqs = find_vqs,
	.del_vqs = del_vqs,
	.get_features = get_features,
	.finalize_features = finalize_features,
};

/* Devices come and go */

void host_offer(struct host *h, u64 features, unsigned int size)
{
	static const u64 needs[NR_ROLES] = { 0, 0, F_STATS, F_HINT, F_REPORTING };
	unsigned int role;

	if (h->plugged)
		failed("a device is offered twice");
	*h = (struct host) { .offered = features };
	for (role = 0; role < NR_ROLES; role++) {
		if (needs[role] && !(features & needs[role]))
			continue;
		h->queues[h->nr_queues++] = (struct queue) {
			.role = role, .size = size, .head = -1,
		};
	}
}

bool host_plug(struct host *h)
{
	h->vdev.id.device = VIRTIO_ID_BALLOON;
	h->vdev.config = &ops;
	h->plugged = true;
	/* It may be one that polls */
	wake_up_all(&host_wait);
	starting = h;
	if (register_virtio_device(&h->vdev))
		failed("the device cannot be registered");
	starting = NULL;
	return h->vdev.dev.driver;
}

void host_unplug(struct host *h)
{
	struct queue *q;

	unregister_virtio_device(&h->vdev);
	h->plugged = false;
	for_each_queue(q, h)
		if (q->vq)
			failed("queue %u is left behind", host_index(q, h));
	if (balloon_works())
		failed("a work goes on without the device");
}

void host_freeze(struct host *h)
{
	if (virtio_device_freeze(&h->vdev))
		failed("freezing failed");
	/* Whether there will be queues again, nobody knows */
	if (balloon_works())
		failed("a work waits for queues that are gone");
}

int host_restore(struct host *h)
{
	int err;

	starting = h;
	err = virtio_device_restore(&h->vdev);
	starting = NULL;
	return err;
}

void host_ask(struct host *h, unsigned int pages)
{
	h->config.num_pages = pages;
	if (h->vdev.dev.driver)
		virtio_config_changed(&h->vdev);
}

void host_hints(struct host *h)
{
	h->config.free_page_hint_cmd_id = 2 + h->hints++;
	if (h->vdev.dev.driver)
		virtio_config_changed(&h->vdev);
}

unsigned int host_got(struct host *h)
{
	return h->config.actual;
}

/* Between the core and the driver */

static int watched_report(struct page_reporting_dev_info *prdev,
			  struct scatterlist *sg, unsigned int nents)
{
	struct host *h = hosts;
	struct queue *q;
	int err;

	while (h->prdev != prdev)
		h++;
	q = host_queue(h, REPORTING);
	BUG_ON(in_critical_section() || reporter);
	q->told = false;
	report_start = jiffies;
	reporter = h;
	err = h->driver_report(prdev, sg, nents);
	look_at_all();
	reporter = NULL;
	longest_report = max(longest_report, jiffies - report_start);
	if (jiffies - report_start > REPORT_MAX)
		failed("a report took %lu jiffies", jiffies - report_start);

	if (!err) {
		if (!q->told || !q->answered)
			failed("a report is done that was %s",
			       q->told ? "not answered" : "never made");
		q->taken++;
		q->head = -1;
		reports_good++;
	} else if (err == -EINPROGRESS) {
		if (!q->told)
			failed("a report is lost that was never made");
		reports_lost++;
	} else {
		if (q->told)
			failed("error %d, and the host has been told", err);
		reports_failed++;
	}
	model_answered(err);
	return err;
}

int __real___page_reporting_register(struct page_reporting_dev_info *prdev,
				     const char *name);
int __wrap___page_reporting_register(struct page_reporting_dev_info *prdev,
				     const char *name);

int __wrap___page_reporting_register(struct page_reporting_dev_info *prdev,
				     const char *name)
{
	struct queue *q = host_queue(starting, REPORTING);
	int err;

	if (!(starting->status & VIRTIO_CONFIG_S_DRIVER_OK))
		failed("reports begin in status %x", starting->status);
	if (!q || !q->vq)
		failed("reports begin without a queue for them");
	if ((prdev->capacity ?: PAGE_REPORTING_CAPACITY) > q->ring.num)
		failed("%u ranges for a ring of %u", prdev->capacity,
		       q->ring.num);
	starting->prdev = prdev;
	starting->driver_report = prdev->report;
	prdev->report = watched_report;
	allocation_fails = register_fails;
	model_control_begin();
	err = __real___page_reporting_register(prdev, name);
	model_control_end();
	allocation_fails = false;
	return err;
}

/* While the device works, nothing is the guest's again that it has not used */
void __real_page_reporting_release(struct page_reporting_dev_info *prdev);
void __wrap_page_reporting_release(struct page_reporting_dev_info *prdev);

void __wrap_page_reporting_release(struct page_reporting_dev_info *prdev)
{
	struct host *h = hosts;
	struct queue *q;

	BUG_ON(in_critical_section());
	while (h->prdev != prdev)
		h++;
	q = host_queue(h, REPORTING);
	if (h->status) {
		if (!q->vq || !q->told || q->head < 0 || !q->answered)
			failed("the host has not let go of what it was told");
		if (reporter == h && jiffies - report_start < REPORT_MAX)
			failed("an answer is taken from a report that waits for it");
		q->taken++;
		q->head = -1;
		model_reset();
		reports_late++;
	}
	releasing = true;
	model_control_begin();
	__real_page_reporting_release(prdev);
	model_control_end();
	releasing = false;
}

void __real_page_reporting_unregister(struct page_reporting_dev_info *prdev);
void __wrap_page_reporting_unregister(struct page_reporting_dev_info *prdev);

void __wrap_page_reporting_unregister(struct page_reporting_dev_info *prdev)
{
	model_control_begin();
	__real_page_reporting_unregister(prdev);
	model_control_end();
}
