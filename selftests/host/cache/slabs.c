// SPDX-License-Identifier: GPL-2.0
/* Dentries and inodes: at the age of the pages, after pages were returned */
#include "stage.h"

#define OBJECTS			40000UL

/* A turn is eight steps, each of which looks at an eighth of what is left */
#define LEFT_BY_A_TURN		(OBJECTS * 36 / 100)

static unsigned long least_unused;

static void note_unused(const struct object *object)
{
	least_unused = min(least_unused, jiffies - object->used);
}

static void read_one_file(void)
{
	file_read_all(new_file(GIB));
}

/* Two turns after the last page, then silence */
void slabs(void)
{
	struct object *objects;

	boot();
	objects = super_add(0, cgroup_root(), OBJECTS);
	super_use(objects, OBJECTS);
	read_one_file();
	sleep_until(jiffies + 11 * MINUTE);
	expect_op(super_scanned, <=, 2 * OBJECTS / 8 + 100);
	expect_silence(HOUR);
	expect_op(super_left(objects, OBJECTS), <=, LEFT_BY_A_TURN);
	/* A pass that the rate has cut in two begins with the turns anew */
	expect_op(super_scanned, <=, 2 * OBJECTS + 2 * OBJECTS / 8);
}

/* Nothing was returned: no look at them */
void slabs_of_nothing(void)
{
	boot();
	super_add(0, cgroup_root(), OBJECTS);
	file_read_all(new_file(FLOOR));
	expect_silence(HOUR);
	expect(super_scanned, 0);
}

/* Half of them are used all the time, and stay */
void slabs_in_use(void)
{
	struct object *objects, *unused;
	unsigned int i;

	boot();
	objects = super_add(0, cgroup_root(), OBJECTS);
	unused = super_add(0, cgroup_root(), OBJECTS);
	super_use(unused, OBJECTS);
	least_unused = ULONG_MAX;
	super_frees = note_unused;
	read_one_file();
	for (i = 0; i < 60; i++) {
		super_use(objects, OBJECTS);
		sleep_until(jiffies + MINUTE);
	}
	expect(super_left(objects, OBJECTS), OBJECTS);
	expect_op(super_left(unused, OBJECTS), <=, LEFT_BY_A_TURN);
	/* What came just after a step is looked at seven steps later */
	expect_op(least_unused, >=, 600 * HZ * 7 / 8);
}

/* Those of each node and cgroup, but for the protected ones */
void slabs_of_cgroups(void)
{
	struct mem_cgroup *memcg, *low;
	struct object *objects[2][3];
	unsigned int nid, i;

	boot();
	memcg = cgroup_new();
	low = cgroup_new();
	low->low = GIB;
	for (nid = 0; nid < 2; nid++) {
		objects[nid][0] = super_add(nid, cgroup_root(), OBJECTS);
		objects[nid][1] = super_add(nid, memcg, OBJECTS);
		objects[nid][2] = super_add(nid, low, OBJECTS);
	}
	read_one_file();
	expect_silence(HOUR);
	for (nid = 0; nid < 2; nid++) {
		for (i = 0; i < 2; i++)
			expect_op(super_left(objects[nid][i], OBJECTS), <=,
				  LEFT_BY_A_TURN);
		expect(super_left(objects[nid][2], OBJECTS), OBJECTS);
	}
}

/* The first step looks at an eighth of them, not at twice as many */
static void look_once(struct object *objects)
{
	super_use(objects, OBJECTS);
	read_one_file();
	await(super_scanned, 700);
	expect_op(super_scanned, <=, OBJECTS / 8 + 2);
	expect_silence(HOUR);
	expect_op(super_left(objects, OBJECTS), <=, LEFT_BY_A_TURN);
}

/* Those of a cgroup that was removed are its parent's, and looked at once */
void slabs_of_removed(void)
{
	struct mem_cgroup *memcg;
	struct object *objects;

	boot();
	memcg = cgroup_new();
	objects = super_add(0, memcg, OBJECTS);
	cgroup_remove(memcg);
	super_reparent(memcg);
	look_once(objects);
}

/* The same where all cgroups share the lists of the root */
void slabs_that_are_shared(void)
{
	boot();
	no_kmem = true;
	look_once(super_add(0, cgroup_new(), OBJECTS));
}

/* The user wants to keep them: vfs_cache_pressure */
void slabs_without_pressure(void)
{
	boot();
	sysctl_vfs_cache_pressure = 0;
	super_add(0, cgroup_root(), OBJECTS);
	read_one_file();
	expect_silence(HOUR);
	expect(super_scanned, 0);
}

/* With a budget that is used up before a step has ended */
void slabs_never_idle(void)
{
	struct file *file;

	boot();
	super_add(0, cgroup_root(), 10 * OBJECTS);
	step_cost = 3 * NSEC_PER_MSEC;
	file = new_file(GIB);
	file_read_all(file);
	load_all(WHOLE / 2);
	sleep_until(jiffies + HOUR);
	expect(file_cached(file), FLOOR);
	expect_op(super_scanned, >, 0);
	expect_silence(HOUR);
}

/* Switched off in the middle of a step */
static void want_cpu(const struct object *object)
{
	others_wait = true;
}

void off_in_slabs(void)
{
	unsigned long before;

	boot();
	super_add(0, cgroup_root(), OBJECTS);
	super_frees = want_cpu;
	read_one_file();
	await(others_wait, 3600);
	before = super_scanned;
	set_after(0);
	others_wait = false;
	expect_silence(10 * HZ);
	/* A step is an eighth; at a time it is 1024 dentries and inodes */
	expect_op(super_scanned, <=, before + 2 * 1024);
	expect_op(super_scanned, <, OBJECTS / 8);
}
