/* SPDX-License-Identifier: GPL-2.0 */
/* What page reporting must do, kept page by page and with no cleverness */
#ifndef _MODEL_H
#define _MODEL_H

#include <linux/mm.h>
#include <linux/page_reporting.h>

/**
 * model_start - forget everything; all pages are offline
 *
 * Call it after buddy_init().
 */
void model_start(void);

/** model_own - a page that was offline belongs to somebody */
void model_own(unsigned long pfn);

/** model_disown - it goes offline */
void model_disown(unsigned long pfn);

/**
 * model_write - the owner of a page writes to it
 * @pfn: a page in use
 * @value: not zero
 */
void model_write(unsigned long pfn, unsigned int value);

/** model_read - what the owner of a page finds in it; zero: never written */
unsigned int model_read(unsigned long pfn);

/**
 * model_told - the host is told about ranges, as the backend passes them on
 * @sg: the ranges
 * @nents: how many
 * @capacity: how many there may be
 *
 * Checks all that a report must be. From now on the host may discard the
 * pages at any time, until model_answered().
 */
void model_told(const struct scatterlist *sg, unsigned int nents,
		unsigned int capacity);

/** model_discard - the host discards some of what it has been told */
void model_discard(unsigned int (*chance)(unsigned int n));

/**
 * model_answered - the host has done with the report
 * @err: what the backend is going to return
 */
void model_answered(int err);

/** model_reset - the device is reset: the host has let go of everything */
void model_reset(void);

/* model_control_begin, _end - marks may come and go: a parameter is written */
void model_control_begin(void);
void model_control_end(void);

/** model_online - tell everybody of memory that has come online, and is free */
void model_online(unsigned long pfn, unsigned long pages);

/**
 * model_offline - take a section offline, whose page blocks are isolated
 * @pfn: its first page frame, of MAX_ORDER_NR_PAGES
 * @empty: as migration does: frees what can be of the section, false: somebody
 *	keeps a page of it, or may be about to
 * @most: jiffies that it may take
 *
 * The caller holds mem_hotplug_lock for writing. Pages that nobody uses and
 * that do not come back are the end of the test, as they are of the kernel.
 *
 * Return: 0; an error of a notifier; -EBUSY where @empty says so.
 */
int model_offline(unsigned long pfn, bool (*empty)(unsigned long pfn),
		  unsigned long most);

/** model_in_use - is any of these pages in use, as far as one sees? */
bool model_in_use(unsigned long pfn, unsigned long pages);

/** model_look - the cheap part of the check, wherever others may run */
void model_look(void);

/** model_check - everything, page by page */
void model_check(void);

/**
 * model_check_rest - nothing that could be reported has been left
 *
 * After a time without use or freeing, with a host that answers.
 */
void model_check_rest(void);

/** model_lost - pages that the host has not given back */
unsigned long model_lost(void);

/* Pages told since the machine was started, and in reports that succeeded */
extern unsigned long model_pages_told, model_pages_reported;
extern unsigned long model_reports, model_checks;

/* Asked about a block that is taken off its list: is it taken to be used? */
extern bool (*model_takes)(struct page *page, unsigned int order);
/* A part of such a block is not used after all: it is free again */
extern void (*model_leaves)(struct page *page, unsigned int order);

#endif
