/* SPDX-License-Identifier: GPL-2.0 */
/* Control groups, see cache.c */
#ifndef _LINUX_MEMCONTROL_H
#define _LINUX_MEMCONTROL_H

#include <linux/mm.h>

#define MAX_CGROUPS		4

struct mem_cgroup {
	int id;
	bool online;
	unsigned long pages;		/* in the page cache */
	unsigned long low;		/* memory.low, in pages */
	unsigned long protection;	/* the same, as reclaim knows it */
};

struct mem_cgroup *mem_cgroup_iter(struct mem_cgroup *root,
				   struct mem_cgroup *prev, void *reclaim);
void mem_cgroup_iter_break(struct mem_cgroup *root, struct mem_cgroup *prev);
bool mem_cgroup_online(const struct mem_cgroup *memcg);
/* Does each cgroup have lists of its own for dentries and inodes? */
bool memcg_kmem_enabled(void);
bool cgroup_is_protected(struct mem_cgroup *memcg);

#endif
