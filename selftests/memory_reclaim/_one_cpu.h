/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEMORY_RECLAIM_ONE_CPU_H
#define MEMORY_RECLAIM_ONE_CPU_H

#include <sched.h>

/* Some page cache of each node stays. So all that we read is on one */
static inline void stay_on_one_cpu(void)
{
	cpu_set_t all, one;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(all), &all))
		return;
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

#endif
