// SPDX-License-Identifier: GPL-2.0
/* Page reporting's trace events must be sound, whatever a test is about */
#include "events.h"

#include <trace/events/page_reporting.h>

unsigned long events_of_failure;

void trace_page_reporting_batch(struct zone *zone, unsigned long pages,
				unsigned int ranges)
{
	BUG_ON(!pages || !ranges);
}

void trace_page_reporting_fail(struct zone *zone, unsigned long pages,
			       int error)
{
	BUG_ON(!error);
	events_of_failure++;
}

void trace_page_reporting_wake(unsigned long unreported)
{
}

void trace_page_reporting_sleep(unsigned long unreported, unsigned int msecs)
{
}
