/* SPDX-License-Identifier: GPL-2.0 */
/* The trace events of idle compaction, as functions that a test provides */
#ifndef _TRACE_IDLE_COMPACTION_H
#define _TRACE_IDLE_COMPACTION_H

#include <linux/mm.h>
#include <linux/page_reads.h>

void trace_idle_compaction_start(unsigned long stranded, bool resumed);
void trace_idle_compaction_end(unsigned long gain, unsigned long migrated,
			       unsigned long failed, unsigned int msecs);
void trace_idle_compaction_abort(const char *reason, unsigned long gain,
				 unsigned long migrated, unsigned int msecs);

#endif
