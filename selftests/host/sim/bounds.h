/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the series may cost, asserted by the model in every test that runs on
 * it. In brackets is the goal. Each can be given with -D, to see what breaks it.
 */
#ifndef _BOUNDS_H
#define _BOUNDS_H

/* Struct pages that the series reads in one section of zone->lock [4096] */
#ifndef MOST_PAGES_LOCKED
#define MOST_PAGES_LOCKED	4096
#endif

/* Atomic changes in one such section of what is not the zone's [0] */
#ifndef MOST_ATOMICS_LOCKED
#define MOST_ATOMICS_LOCKED	0
#endif

/* CPUs, or devices, that are walked in one such section [0] */
#ifndef MOST_WALKED_LOCKED
#define MOST_WALKED_LOCKED	0
#endif
/* The same from one report to the next of a pass over all zones [0] */
#ifndef MOST_WALKED_REPORT
#define MOST_WALKED_REPORT	0
#endif

/*
 * Jiffies that pass while somebody holds the lock of CPU hotplug, of memory
 * hotplug, for reading, or of parameters [0]. To wait for the next of these
 * locks counts as nothing.
 */
#ifndef MOST_JIFFIES_LOCKED
#define MOST_JIFFIES_LOCKED	0
#endif

/*
 * Jiffies that memory which nobody uses may take to go offline, beside page
 * reporting and beside idle compaction [500, 100]. The kernel has no such
 * limit: it goes on for ever, with mem_hotplug_lock held.
 */
#ifndef MOST_JIFFIES_OFFLINE
#define MOST_JIFFIES_OFFLINE	500
#endif
#ifndef MOST_JIFFIES_OFFLINE_IDLE
#define MOST_JIFFIES_OFFLINE_IDLE	100
#endif

/*
 * What a compaction plan of a zone of 64 GiB may read, in hundredths of what
 * the same one of 4 GiB reads [105]. See scale.c.
 */
#ifndef MOST_PLAN_GROWTH
#define MOST_PLAN_GROWTH	105
#endif

/* Bits that a plan may need for each block of a zone [33] */
#ifndef MOST_PLAN_BITS
#define MOST_PLAN_BITS		33
#endif

#endif
