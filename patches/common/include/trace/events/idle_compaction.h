/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM idle_compaction

#if !defined(_TRACE_IDLE_COMPACTION_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_IDLE_COMPACTION_H

#include <linux/tracepoint.h>

/*
 * A run starts or resumes. Stranded: free pages in blocks too small to report,
 * and an estimate of the unused pages of partly used huge pages.
 */
TRACE_EVENT(idle_compaction_start,

	TP_PROTO(unsigned long stranded, bool resumed),

	TP_ARGS(stranded, resumed),

	TP_STRUCT__entry(
		__field(unsigned long,	stranded)
		__field(bool,		resumed)
	),

	TP_fast_assign(
		__entry->stranded = stranded;
		__entry->resumed = resumed;
	),

	TP_printk("stranded=%lu resumed=%d", __entry->stranded,
		  __entry->resumed)
);

/*
 * A run is done. Gain: pages of the blocks that were emptied. Failed: free
 * pages that could not be gained, because pages in use could not move.
 */
TRACE_EVENT(idle_compaction_end,

	TP_PROTO(unsigned long gain, unsigned long migrated,
		 unsigned long failed, unsigned int msecs),

	TP_ARGS(gain, migrated, failed, msecs),

	TP_STRUCT__entry(
		__field(unsigned long,	gain)
		__field(unsigned long,	migrated)
		__field(unsigned long,	failed)
		__field(unsigned int,	msecs)
	),

	TP_fast_assign(
		__entry->gain = gain;
		__entry->migrated = migrated;
		__entry->failed = failed;
		__entry->msecs = msecs;
	),

	TP_printk("gain=%lu migrated=%lu failed=%lu msecs=%u",
		  __entry->gain, __entry->migrated, __entry->failed,
		  __entry->msecs)
);

/* A run was stopped before it was done. Reason: busy, freeze, off, or memory */
TRACE_EVENT(idle_compaction_abort,

	TP_PROTO(const char *reason, unsigned long gain,
		 unsigned long migrated, unsigned int msecs),

	TP_ARGS(reason, gain, migrated, msecs),

	TP_STRUCT__entry(
		__string(reason,	reason)
		__field(unsigned long,	gain)
		__field(unsigned long,	migrated)
		__field(unsigned int,	msecs)
	),

	TP_fast_assign(
		memcpy(__get_str(reason), reason,
		       __get_dynamic_array_len(reason));
		__entry->gain = gain;
		__entry->migrated = migrated;
		__entry->msecs = msecs;
	),

	TP_printk("reason=%s gain=%lu migrated=%lu msecs=%u",
		  __get_str(reason), __entry->gain, __entry->migrated,
		  __entry->msecs)
);

#endif /* _TRACE_IDLE_COMPACTION_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
