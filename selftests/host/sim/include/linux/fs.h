/* SPDX-License-Identifier: GPL-2.0 */
/* The caches of dentries and inodes of one file system, see super.c */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/memcontrol.h>

struct shrink_control {
	gfp_t gfp_mask;
	int nid;
	unsigned long nr_to_scan;
	struct mem_cgroup *memcg;
};

/* For each node and each cgroup, what is used least at the head */
struct list_lru {
	struct list_lru_one {
		struct list_head list;
		unsigned long nr;
	} lists[MAX_NUMNODES][MAX_CGROUPS];
};

struct super_block {
	struct list_lru s_dentry_lru, s_inode_lru;
};

extern int sysctl_vfs_cache_pressure;
#define vfs_pressure_ratio(n)	mult_frac(n, sysctl_vfs_cache_pressure, 100)
unsigned long list_lru_shrink_count(struct list_lru *lru,
				    struct shrink_control *sc);
long prune_dcache_sb(struct super_block *sb, struct shrink_control *sc);
long prune_icache_sb(struct super_block *sb, struct shrink_control *sc);
void iterate_supers(void (*fn)(struct super_block *sb, void *arg), void *arg);

#endif
