/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cold_cache

#if !defined(_TRACE_COLD_CACHE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_COLD_CACHE_H

#include <linux/tracepoint.h>

/* A run starts, or resumes the pass that the last run has not finished */
TRACE_EVENT(cold_cache_start,

	TP_PROTO(bool resumed),

	TP_ARGS(resumed),

	TP_STRUCT__entry(
		__field(bool,		resumed)
	),

	TP_fast_assign(
		__entry->resumed = resumed;
	),

	TP_printk("resumed=%d", __entry->resumed)
);

/*
 * A run has ended. Why: done, or what has stopped it. Cold: pages that were
 * cold by their age when the pass began, whether they could be returned or not.
 * Kept: pages of this run that could not be returned.
 */
TRACE_EVENT(cold_cache_end,

	TP_PROTO(const char *why, unsigned long cold, unsigned long returned,
		 unsigned long kept, unsigned int msecs),

	TP_ARGS(why, cold, returned, kept, msecs),

	TP_STRUCT__entry(
		__string(why,		why)
		__field(unsigned long,	cold)
		__field(unsigned long,	returned)
		__field(unsigned long,	kept)
		__field(unsigned int,	msecs)
	),

	TP_fast_assign(
		memcpy(__get_str(why), why,
		       __get_dynamic_array_len(why));
		__entry->cold = cold;
		__entry->returned = returned;
		__entry->kept = kept;
		__entry->msecs = msecs;
	),

	TP_printk("why=%s cold=%lu returned=%lu kept=%lu msecs=%u",
		  __get_str(why), __entry->cold, __entry->returned,
		  __entry->kept, __entry->msecs)
);

/*
 * Too many of the returned pages were read again, or few enough for a long
 * time. Age: in seconds, from now on. Returned, refaulted: the reason.
 */
TRACE_EVENT(cold_cache_backoff,

	TP_PROTO(int nid, unsigned int age, unsigned long returned,
		 unsigned long refaulted),

	TP_ARGS(nid, age, returned, refaulted),

	TP_STRUCT__entry(
		__field(int,		nid)
		__field(unsigned int,	age)
		__field(unsigned long,	returned)
		__field(unsigned long,	refaulted)
	),

	TP_fast_assign(
		__entry->nid = nid;
		__entry->age = age;
		__entry->returned = returned;
		__entry->refaulted = refaulted;
	),

	TP_printk("nid=%d age=%u returned=%lu refaulted=%lu", __entry->nid,
		  __entry->age, __entry->returned, __entry->refaulted)
);

#endif /* _TRACE_COLD_CACHE_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
