/* SPDX-License-Identifier: GPL-2.0 */
/* The trace events of page reporting, as functions that a test provides */
#ifndef _TRACE_PAGE_REPORTING_H
#define _TRACE_PAGE_REPORTING_H

#include <linux/mm.h>
#include <linux/page_reads.h>

void trace_page_reporting_batch(struct zone *zone, unsigned long pages,
				unsigned int ranges);
void trace_page_reporting_fail(struct zone *zone, unsigned long pages,
			       int error);
void trace_page_reporting_wake(unsigned long unreported);
void trace_page_reporting_sleep(unsigned long unreported, unsigned int msecs);

#endif
