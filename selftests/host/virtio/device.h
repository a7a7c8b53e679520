/* SPDX-License-Identifier: GPL-2.0 */
/* The balloon device, honest or not, as tests see it */
#ifndef _DEVICE_H
#define _DEVICE_H

#include <linux/page_reporting.h>
#include <linux/virtio.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

/* What a queue is for, in the order of a device that offers them all */
enum role {
	INFLATE,
	DEFLATE,
	STATS,
	HINT,
	REPORTING,
	NR_ROLES
};

/* Features that the tree's headers may name otherwise, or not at all */
#define F_STATS			BIT_ULL(1)
#define F_DEFLATE		BIT_ULL(2)
#define F_HINT			BIT_ULL(3)
#define F_POISON		BIT_ULL(4)
#define F_REPORTING		BIT_ULL(5)
#define F_INDIRECT		BIT_ULL(28)
#define F_EVENT_IDX		BIT_ULL(29)
#define F_VERSION_1		BIT_ULL(32)
#define F_IOMMU			BIT_ULL(33)

struct queue {
	enum role role;
	unsigned int size;	/* entries; 0: there is no such queue */
	struct virtqueue *vq;	/* NULL: the driver has not set it up */
	struct vring ring;
	u16 added;		/* buffers that the guest has added */
	u16 taken;		/* used entries that it has taken, of reports */
	u16 used;		/* the next used index of an honest host */
	int head;		/* of the buffer in the host's hands, or -1 */
	bool unseen;		/* the host has not been notified of it */
	bool told;		/* in the call to report() under way */
	bool answered;		/* the guest may take it for used */
	unsigned long due;	/* when the host does something about it */
};

/**
 * struct host - one device
 * @offered: its features
 * @delay: jiffies that it takes to answer
 * @reset_delay: jiffies that a reset takes; it still discards meanwhile
 * @report: does something about a report, in place of an honest answer
 * @at_barrier: writes to memory just when the guest looks
 * @no_kick: it asks not to be notified, and looks every tenth of a second
 * @kick_fails: notifying it of a report fails
 * @gone: it has been pulled out: it neither sees nor does anything
 */
struct host {
	u64 offered;
	unsigned long delay;
	unsigned long reset_delay;
	void (*report)(struct host *h, struct queue *q);
	void (*at_barrier)(struct host *h);
	bool no_kick;
	bool kick_fails;
	bool gone;

	/* private */
	struct virtio_device vdev;
	struct virtio_balloon_config config;
	u8 status;
	bool poison_written;
	unsigned int hints;	/* how often it has asked for some */
	bool resetting;
	bool plugged;
	struct page_reporting_dev_info *prdev;
	int (*driver_report)(struct page_reporting_dev_info *prdev,
			     struct scatterlist *sg, unsigned int nents);
	struct queue queues[NR_ROLES];
	unsigned int nr_queues;
};

#define MAX_HOSTS		2
extern struct host hosts[MAX_HOSTS];

/** host_start - add the task that does what the hosts do */
void host_start(unsigned int (*chance)(unsigned int n));

/**
 * host_plug - a device appears, and the driver is asked to take it
 * @h: what it is like is set; the queues' sizes by host_offer()
 *
 * Return: whether the driver has taken it.
 */
bool host_plug(struct host *h);

/** host_unplug - the device is removed */
void host_unplug(struct host *h);

/** host_offer - a new device with these features, and rings of that size */
void host_offer(struct host *h, u64 features, unsigned int size);

/**
 * host_hints - ask for hints, by a number that is new, neither stop nor done
 *
 * The host is done with each at once, and does nothing about it.
 */
void host_hints(struct host *h);

/** host_freeze, host_restore - suspend, with works frozen, and resume it */
void host_freeze(struct host *h);
int host_restore(struct host *h);

/** host_queue - the queue of that role, or NULL */
struct queue *host_queue(struct host *h, enum role role);

/** host_driven - does the driver have the device, and is it up? */
bool host_driven(struct host *h);

/* host_ask - ask for so many pages of memory; host_got - how many it has */
void host_ask(struct host *h, unsigned int pages);
unsigned int host_got(struct host *h);

/* What hosts do, well or badly; each is one operation on the ring */
void host_use(struct queue *q, u32 id, u32 len);	/* write a used entry */
void host_publish(struct queue *q, u16 index);		/* the used index */
void host_interrupt(struct host *h, struct queue *q);
void host_scribble(struct queue *q);			/* it has written elsewhere */

/** host_answer - the honest answer: discard, use, publish, interrupt */
void host_answer(struct host *h, struct queue *q);

/** host_pages - pages in balloons, by what the hosts have been told */
unsigned long host_pages(void);

extern unsigned long ring_operations;
/* Calls of report(), by their result: 0, told and no answer, not told */
extern unsigned long reports_good, reports_lost, reports_failed;
/* Of those that were lost, answered after all */
extern unsigned long reports_late;
/* What was lost is on its way back, in pieces */
extern bool releasing;
/* In jiffies */
extern unsigned long longest_report;
/* The register call of the core fails for want of memory */
extern bool register_fails;

#endif
