/* SPDX-License-Identifier: GPL-2.0 */
/* The trace events of cold cache, as functions that a test provides */
#ifndef _TRACE_COLD_CACHE_H
#define _TRACE_COLD_CACHE_H

#include <linux/mm.h>
#include <linux/page_reads.h>

void trace_cold_cache_start(bool resumed);
void trace_cold_cache_end(const char *why, unsigned long cold,
			  unsigned long returned, unsigned long kept,
			  unsigned int msecs);
void trace_cold_cache_backoff(int nid, unsigned int age,
			      unsigned long returned, unsigned long refaulted);

#endif
