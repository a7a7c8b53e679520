/* SPDX-License-Identifier: GPL-2.0 */
/* Dentries and inodes of a file system, as tests see them */
#ifndef _SUPER_H
#define _SUPER_H

#include <linux/fs.h>

/* A dentry, or an inode */
struct object {
	struct list_head list;
	bool freed;
	bool referenced;		/* used since the last look at it */
	unsigned long used;		/* in jiffies */
};

/** super_start - a file system without any */
void super_start(void);

/**
 * super_add - objects that are used for the first time
 * @nid: their node
 * @memcg: their cgroup
 * @n: how many, a quarter of them dentries
 *
 * Return: an array of them.
 */
struct object *super_add(int nid, const struct mem_cgroup *memcg,
			 unsigned long n);

/** super_reparent - those of a cgroup that was removed are the root's */
void super_reparent(const struct mem_cgroup *memcg);

/** super_use - use some of them, which were not freed */
void super_use(struct object *objects, unsigned long n);

/** super_left - how many were not freed */
unsigned long super_left(const struct object *objects, unsigned long n);

/* How many were looked at so far */
extern unsigned long super_scanned;
/* Called for each that is freed */
extern void (*super_frees)(const struct object *object);

#endif
