/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PAGE_REPORTING_H
#define _LINUX_PAGE_REPORTING_H

#include <linux/errno.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

/* Ranges in one report where a backend names no capacity of its own */
#define PAGE_REPORTING_CAPACITY		32

/**
 * struct page_reporting_dev_info - a backend, which tells the host
 * @report: tells the host that nobody uses the memory in the first @nents
 *	entries of @sg, and waits until the host has it in hand. Called from
 *	a kernel thread, may sleep, must not allocate memory and must not
 *	call page_reporting_unregister(). Returns 0; or -EINPROGRESS when the
 *	host has been told but has not answered: the core then sets the memory
 *	aside and makes no further report, until page_reporting_release() is
 *	called; or another error, when the host has nothing in hand, whether it
 *	was told of some of it or not: the ranges are then tried one by one.
 *	The first report holds one unit only.
 * @order: the smallest block to report, as an order; 0 or -1: the core's.
 *	The user's parameter page_reporting_order beats it.
 * @min_order: the smallest block that the host takes, whatever the user asks
 *	for; 0 where it takes any.
 * @capacity: the most entries in one report; 0 means
 *	%PAGE_REPORTING_CAPACITY.
 * @lazy_backing: the host has nothing behind memory that is plugged until it
 *	is touched: it need not be told that such memory is free.
 *
 * Members below @lazy_backing are the core's.
 */
struct page_reporting_dev_info {
	int (*report)(struct page_reporting_dev_info *prdev,
		      struct scatterlist *sg, unsigned int nents);
	unsigned int order;
	unsigned int min_order;
	unsigned int capacity;
	bool lazy_backing;

	/* private: of the module that has registered it */
	const char *name;
	/* private: one entry a range, owned by the reporting work */
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
 * See __page_reporting_register(). One backend reports at a time, the first.
 */
#define page_reporting_register(prdev) \
	__page_reporting_register(prdev, KBUILD_MODNAME)

#endif /* _LINUX_PAGE_REPORTING_H */
