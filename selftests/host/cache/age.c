// SPDX-License-Identifier: GPL-2.0
/* What is cold, and what is not: which pages are returned, and when */
#include "stage.h"

void cold_goes(void)
{
	struct file *file;
	unsigned long read;

	boot();
	file = new_file(3 * GIB);
	read = jiffies;
	file_read_all(file);
	sleep_until(read + 600 * HZ);
	expect(returned, 0);
	sleep_until(read + 660 * HZ);
	expect(file_cached(file), FLOOR);
	expect(vm_events[COLD_CACHE_RETURNED], 3 * GIB - FLOOR);
	expect(vm_events[COLD_CACHE_REFAULTED], 0);
	expect_silence(HOUR);
}

/* Read over ten minutes: what was read first goes first */
void slowly_read(void)
{
	const unsigned long a_second = 2 * GIB / 600;
	struct file *file;
	unsigned long i;

	boot();
	file = new_file(2 * GIB);
	for (i = 0; i < file->pages; i += a_second) {
		file_read(file, i, min(a_second, file->pages - i));
		sleep_until(jiffies + HZ);
	}
	sleep_until(NOW + MINUTE + 660 * HZ);
	for (i = 0; i < a_second * 55; i++)
		expect(file->slots[i].page == NULL, 1);
	expect_op(file_cached(file), >=, GIB);
	sleep_until(NOW + 600 * HZ + 700 * HZ);
	expect(file_cached(file), FLOOR);
}

/* Of 3 GiB that are read once, 256 MiB are read again each 3 s; age 45 s */
void hot_stays(void)
{
	struct file *cold, *hot;
	unsigned long read;

	boot();
	set_after(45);
	cold = new_file(3 * GIB - 256 * MIB);
	hot = new_file(256 * MIB);
	file_read_all(cold);
	file_read_all(hot);
	read = jiffies;
	use_until(read + MINUTE, hot, 3 * HZ);
	expect(file_cached(cold), 0);
	use_until(read + HOUR, hot, 3 * HZ);
	expect(hot->disk_reads, 256 * MIB);
	expect(vm_events[COLD_CACHE_REFAULTED], 0);
	/* Nobody uses it any more: what is used more than once takes longer */
	sleep_until(jiffies + 2 * 45 * HZ + 30 * HZ);
	expect(file_cached(hot), FLOOR);
	expect_silence(HOUR);
}

/* Pages that are used once in nine minutes, for a day, are never returned */
void seldom_used(void)
{
	struct file *cold, *file;

	boot();
	cold = new_file(GIB);
	file = new_file(128 * MIB);
	file_read_all(cold);
	file_read_all(file);
	use_until(jiffies + 24 * HOUR, file, 9 * MINUTE);
	expect(file->disk_reads, 128 * MIB);
	expect(file_cached(cold), 0);
}

/* To write is to use, and marks nothing */
void seldom_written(void)
{
	struct file *file;
	unsigned int i;

	boot();
	file_read_all(new_file(GIB));
	file = new_file(128 * MIB);
	for (i = 0; i < 100; i++) {
		file_write(file, 0, file->pages);
		file_clean(file);
		sleep_until(jiffies + 9 * MINUTE);
	}
	expect(file->disk_reads, 128 * MIB);
	expect(vm_events[COLD_CACHE_RETURNED], GIB);
}

/* Reclaim of others takes away the flag that tells of a use */
void deactivated(void)
{
	struct file *file;
	unsigned long i, used;

	boot();
	file_read_all(new_file(GIB));
	file = new_file(128 * MIB);
	for (i = 0; i < 2; i++)
		file_read_all(file);
	sleep_until(jiffies + 5 * MINUTE);
	file_read_all(file);
	used = jiffies;
	for (i = 0; i < file->pages; i++)
		page_deactivate(file_page(file, i));
	sleep_until(used + 600 * HZ);
	expect(file_cached(file), 128 * MIB);
	sleep_until(used + 660 * HZ);
	expect(file_cached(file), FLOOR);
}

/* Migration makes a page neither older nor younger */
void migrated(void)
{
	struct file *file;
	unsigned long i, read;

	boot();
	/* The frames that the pages move to have been used, and are free */
	file = new_file(GIB);
	file_read_all(file);
	sleep_until(jiffies + 5 * MINUTE);
	file_truncate(file);
	file = new_file(GIB);
	file_read_all(file);
	read = jiffies;
	for (i = 0; i < 5; i++) {
		sleep_until(jiffies + MINUTE);
		file_read(file, i * 100 * MIB, MIB);
	}
	lru_add_drain_all();
	for (i = 0; i < GIB; i++)
		expect(page_migrate(file_page(file, i)), true);
	sleep_until(read + 600 * HZ);
	expect(returned, 0);
	sleep_until(read + 660 * HZ);
	for (i = 0; i < 5; i++)
		expect(file->slots[i * 100 * MIB].page != NULL, 1);
	expect_op(file_cached(file), <=, FLOOR + 5 * MIB);
	check_all();
}

/* The same again and again, while all is used and while nothing is */
void migrated_often(void)
{
	struct file *hot, *cold;
	unsigned long i, read;

	boot();
	cold = new_file(GIB);
	hot = new_file(128 * MIB);
	file_read_all(cold);
	read = jiffies;
	for (; jiffies < read + 9 * MINUTE; sleep_until(jiffies + MINUTE)) {
		file_read_all(hot);
		lru_add_drain_all();
		for (i = 0; i < GIB; i += 7)
			page_migrate(file_page(cold, i));
		for (i = 0; i < 128 * MIB; i += 3)
			page_migrate(file_page(hot, i));
	}
	use_until(read + 660 * HZ, hot, MINUTE);
	expect(file_cached(cold), 0);
	use_until(read + HOUR, hot, 8 * MINUTE);
	expect(hot->disk_reads, 128 * MIB);
}

/*
 * Pages move to memory where nothing has been used for long, and the thread
 * knows that. It finds them there, also in a pass that skips what it knows.
 */
void migrated_far(void)
{
	struct file *file;
	unsigned long i, read;

	boot_and_read(256 * MIB);
	sleep_until(jiffies + HOUR);
	/* The pass for these looks at everything */
	file_read_all(new_file(256 * MIB));
	sleep_until(jiffies + 5 * MINUTE);
	file = new_file(256 * MIB);
	file_read_all(file);
	read = jiffies;
	sleep_until(jiffies + 9 * MINUTE);
	lru_add_drain_all();
	for (i = 0; i < file->pages; i++) {
		/* Others take what is left of the first chunk of stamps */
		while (page_to_pfn(file_page(file, i)) < 2 * GIB) {
			anon_use(0, 1);
			expect(page_migrate(file_page(file, i)), true);
		}
	}
	sleep_until(read + 660 * HZ);
	expect_op(file_cached(file), <=, FLOOR);
	expect_silence(HOUR);
}

static unsigned long youngest;

static void is_oldest(struct file *file, unsigned long index)
{
	unsigned long age = jiffies - file->slots[index].used;

	/* Of three levels: twice as old goes before */
	if (youngest && age > 2 * youngest + 100 * HZ)
		failed("a page of age %lu is returned after one of %lu", age,
		       youngest);
	youngest = age;
}

/* The oldest first, though the youngest have the lowest numbers */
void oldest_first(void)
{
	struct file *one, *two, *three;

	boot();
	load_all(WHOLE);
	one = new_file(GIB);
	two = new_file(GIB);
	three = new_file(GIB);
	file_read_all(one);
	file_read_all(two);
	file_read_all(three);
	sleep_until(jiffies + 35 * MINUTE);
	file_read_all(two);
	sleep_until(jiffies + 10 * MINUTE);
	file_read_all(one);
	sleep_until(jiffies + 15 * MINUTE);
	on_return = is_oldest;
	load_all(0);
	sleep_until(jiffies + MINUTE);
	expect(returned, 3 * GIB - FLOOR);
	expect(file_cached(one), FLOOR);
}

/* A sixteenth of a node in a second, at most; and of both at the same time */
void rate(void)
{
	struct file *one, *two;

	boot();
	one = new_file(3 * GIB);
	two = file_new(1, cgroup_root(), 3 * GIB);
	file_read_all(one);
	file_read_all(two);
	sleep_until(jiffies + 12 * MINUTE);
	expect(file_cached(one), FLOOR);
	expect(file_cached(two), FLOOR);
	expect_op(last_returned - first_returned, >=, 9 * HZ);
	expect_op(last_returned - first_returned, <=, 16 * HZ);
}

/* After 512 times the age and more, a stamp looks like a young one */
void stamps_wrap(void)
{
	struct file *file;

	boot();
	set_after(1);
	file = new_file(GIB);
	file_read_all(file);
	load_all(WHOLE);
	sleep_until(jiffies + 3 * HOUR);
	expect(returned, 0);
	load_all(0);
	sleep_until(jiffies + 2 * MINUTE);
	expect(file_cached(file), FLOOR);
}
