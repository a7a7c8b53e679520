/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM page_reporting

#if !defined(_TRACE_PAGE_REPORTING_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_PAGE_REPORTING_H

#include <linux/mmzone.h>
#include <linux/tracepoint.h>

/* The host has confirmed a report */
TRACE_EVENT(page_reporting_batch,

	TP_PROTO(struct zone *zone, unsigned long pages, unsigned int ranges),

	TP_ARGS(zone, pages, ranges),

	TP_STRUCT__entry(
		__field(int,		nid)
		__string(zone,		zone->name)
		__field(unsigned long,	pages)
		__field(unsigned int,	ranges)
	),

	TP_fast_assign(
		__entry->nid = zone_to_nid(zone);
		memcpy(__get_str(zone), zone->name,
		       __get_dynamic_array_len(zone));
		__entry->pages = pages;
		__entry->ranges = ranges;
	),

	TP_printk("nid=%d zone=%s pages=%lu ranges=%u", __entry->nid,
		  __get_str(zone), __entry->pages, __entry->ranges)
);

/* A report has failed. Error: the value that the backend has returned */
TRACE_EVENT(page_reporting_fail,

	TP_PROTO(struct zone *zone, unsigned long pages, int error),

	TP_ARGS(zone, pages, error),

	TP_STRUCT__entry(
		__field(int,		nid)
		__string(zone,		zone->name)
		__field(unsigned long,	pages)
		__field(int,		error)
	),

	TP_fast_assign(
		__entry->nid = zone_to_nid(zone);
		memcpy(__get_str(zone), zone->name,
		       __get_dynamic_array_len(zone));
		__entry->pages = pages;
		__entry->error = error;
	),

	TP_printk("nid=%d zone=%s pages=%lu error=%d", __entry->nid,
		  __get_str(zone), __entry->pages, __entry->error)
);

/* Memory was freed, or can be reported now: the reporting work is queued */
TRACE_EVENT(page_reporting_wake,

	TP_PROTO(unsigned long unreported),

	TP_ARGS(unreported),

	TP_STRUCT__entry(
		__field(unsigned long,	unreported)
	),

	TP_fast_assign(
		__entry->unreported = unreported;
	),

	TP_printk("unreported=%lu", __entry->unreported)
);

/* A pass has ended. The next one is due in msecs; 0: after memory is freed */
TRACE_EVENT(page_reporting_sleep,

	TP_PROTO(unsigned long unreported, unsigned int msecs),

	TP_ARGS(unreported, msecs),

	TP_STRUCT__entry(
		__field(unsigned long,	unreported)
		__field(unsigned int,	msecs)
	),

	TP_fast_assign(
		__entry->unreported = unreported;
		__entry->msecs = msecs;
	),

	TP_printk("unreported=%lu msecs=%u", __entry->unreported,
		  __entry->msecs)
);

#endif /* _TRACE_PAGE_REPORTING_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
