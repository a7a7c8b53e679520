// SPDX-License-Identifier: GPL-2.0
/*
 * A model of the caches of dentries and inodes. Of those that are looked at,
 * one that was used since the last look goes to the end of its list, and any
 * other is freed.
 */
#include "super.h"

#include "machine.h"

/* What the kernel looks at in one go with locks held */
#define MOST_SCANNED		1024

int sysctl_vfs_cache_pressure = 100;
unsigned long super_scanned;
void (*super_frees)(const struct object *object);

static struct super_block sb;

static void start_lru(struct list_lru *lru)
{
	unsigned int nid, id;

	for (nid = 0; nid < MAX_NUMNODES; nid++) {
		for (id = 0; id < MAX_CGROUPS; id++) {
			INIT_LIST_HEAD(&lru->lists[nid][id].list);
			lru->lists[nid][id].nr = 0;
		}
	}
}

void super_start(void)
{
	start_lru(&sb.s_dentry_lru);
	start_lru(&sb.s_inode_lru);
}

/* Of a cgroup that was removed, and where there is none, those of the root */
static struct list_lru_one *list_of(struct list_lru *lru, int nid,
				    const struct mem_cgroup *memcg)
{
	bool own = memcg && memcg_kmem_enabled() && memcg->online;

	return &lru->lists[nid][own ? memcg->id : 0];
}

struct object *super_add(int nid, const struct mem_cgroup *memcg,
			 unsigned long n)
{
	struct object *objects = calloc(n, sizeof(*objects));
	unsigned long i;

	BUG_ON(!objects);
	for (i = 0; i < n; i++) {
		struct list_lru_one *one;

		one = list_of(i % 4 ? &sb.s_inode_lru : &sb.s_dentry_lru, nid,
			      memcg);
		objects[i].used = jiffies;
		list_add_tail(&objects[i].list, &one->list);
		one->nr++;
	}
	return objects;
}

void super_use(struct object *objects, unsigned long n)
{
	for (; n; n--, objects++) {
		BUG_ON(objects->freed);
		objects->referenced = true;
		objects->used = jiffies;
	}
}

unsigned long super_left(const struct object *objects, unsigned long n)
{
	unsigned long left = 0;

	for (; n; n--, objects++)
		left += !objects->freed;
	return left;
}

unsigned long list_lru_shrink_count(struct list_lru *lru,
				    struct shrink_control *sc)
{
	return list_of(lru, sc->nid, sc->memcg)->nr;
}

static void reparent(struct list_lru_one *from, struct list_lru_one *to)
{
	while (!list_empty(&from->list))
		list_move_tail(from->list.next, &to->list);
	to->nr += from->nr;
	from->nr = 0;
}

void super_reparent(const struct mem_cgroup *memcg)
{
	struct list_lru *d = &sb.s_dentry_lru, *i = &sb.s_inode_lru;
	int nid;

	for_each_online_node(nid) {
		reparent(&d->lists[nid][memcg->id], &d->lists[nid][0]);
		reparent(&i->lists[nid][memcg->id], &i->lists[nid][0]);
	}
}

static long prune(struct list_lru *lru, struct shrink_control *sc)
{
	struct list_lru_one *one = list_of(lru, sc->nid, sc->memcg);
	unsigned long n = sc->nr_to_scan;
	long freed = 0;

	if (!n || n > MOST_SCANNED || n > one->nr)
		failed("%lu objects of %lu are to be looked at", n, one->nr);
	super_scanned += n;
	for (; n; n--) {
		struct object *o = list_first_entry(&one->list, struct object,
						    list);

		if (o->referenced) {
			o->referenced = false;
			list_move_tail(&o->list, &one->list);
			continue;
		}
		if (super_frees)
			super_frees(o);
		list_del(&o->list);
		one->nr--;
		o->freed = true;
		freed++;
	}
	return freed;
}

long prune_dcache_sb(struct super_block *s, struct shrink_control *sc)
{
	return prune(&s->s_dentry_lru, sc);
}

long prune_icache_sb(struct super_block *s, struct shrink_control *sc)
{
	return prune(&s->s_inode_lru, sc);
}

/* It waits for whoever mounts or syncs the file system */
void iterate_supers(void (*fn)(struct super_block *s, void *arg), void *arg)
{
	BUG_ON(mems_held() || mutexes_held());
	yield();
	fn(&sb, arg);
	yield();
}
