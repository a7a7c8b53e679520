/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PAGE_REPORTING_H
#define _LINUX_PAGE_REPORTING_H

#include <linux/errno.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

/* Ranges in one report, if the backend sets no capacity */
#define PAGE_REPORTING_CAPACITY		32

/**
 * struct page_reporting_dev_info - a backend: a driver that can tell the host
 * @report: tells the host that the memory in the first @nents entries of @sg is
 *	free, and waits until the host has answered. Called from a kernel
 *	thread. It may sleep. It must not allocate memory and must not call
 *	page_reporting_unregister().
 *	Returns 0 if the host has confirmed the report.
 *	Returns -EINPROGRESS if the host was told but has not answered. The
 *	core then puts the memory in quarantine, and makes no report until
 *	page_reporting_release() is called.
 *	Returns another error if the host will not touch the memory any more,
 *	even if it has discarded some of it. The core then tries the ranges
 *	one by one.
 *	The first report of a backend holds only one unit.
 * @order: order of the smallest block to report; 0 or -1 for the core's
 *	default. The parameter page_reporting_order overrides this.
 * @min_order: order of the smallest block that the host takes, whatever the
 *	user asks for; 0 if the host takes any block
 * @capacity: maximum number of entries in one report; 0 for
 *	%PAGE_REPORTING_CAPACITY
 * @lazy_backing: the host has no memory behind plugged memory until the guest
 *	touches it, so such memory need not be reported
 *
 * Members below @lazy_backing belong to the core.
 */
struct page_reporting_dev_info {
	int (*report)(struct page_reporting_dev_info *prdev,
		      struct scatterlist *sg, unsigned int nents);
	unsigned int order;
	unsigned int min_order;
	unsigned int capacity;
	bool lazy_backing;

	/* private: name of the module that has registered the backend */
	const char *name;
	/* private: an entry for each range; the reporting work uses it */
	struct scatterlist *sg;
};

#ifdef CONFIG_PAGE_REPORTING
int __page_reporting_register(struct page_reporting_dev_info *prdev,
			      const char *name);
void page_reporting_unregister(struct page_reporting_dev_info *prdev);
void page_reporting_release(struct page_reporting_dev_info *prdev);
#else
static inline int
__page_reporting_register(struct page_reporting_dev_info *prdev,
			  const char *name)
{
	return -EOPNOTSUPP;
}

static inline void
page_reporting_unregister(struct page_reporting_dev_info *prdev)
{
}

static inline void page_reporting_release(struct page_reporting_dev_info *prdev)
{
}
#endif

/**
 * page_reporting_register - begin to report free memory through a backend
 * @prdev: the backend
 *
 * Only the first backend that registers can report, until it unregisters. See
 * __page_reporting_register().
 */
#define page_reporting_register(prdev) \
	__page_reporting_register(prdev, KBUILD_MODNAME)

#endif /* _LINUX_PAGE_REPORTING_H */
