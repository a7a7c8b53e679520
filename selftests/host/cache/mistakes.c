// SPDX-License-Identifier: GPL-2.0
/* Pages that are read again after they were returned, and what comes of that */
#include "stage.h"

/* Reads all of a file. Has it lost more than one in a hundred pages? */
static bool has_lost(struct file *file)
{
	unsigned long before = file->disk_reads;

	file_read_all(file);
	return file->disk_reads > before + file->pages / 100;
}

/* A job reads 1 GiB each 20 minutes: it loses it at most twice */
void job(void)
{
	struct file *file, *base;
	unsigned long i, losses = 0;

	boot();
	base = new_file(128 * MIB);
	file = new_file(GIB);
	file_read_all(base);
	file_read_all(file);
	for (i = 1; i < 3 * 24; i++) {
		sleep_until(jiffies + 20 * MINUTE);
		losses += has_lost(file);
	}
	printf("# figure: host cache, a job each 20 minutes, a day: lost = %lu\n",
	       losses);
	expect_op(losses, >, 0);
	expect_op(losses, <=, 2);
	expect_op(age(), >=, 1200);
	expect(file_cached(base), 0);
}

/* A smaller one beside cold data that comes all the time: steps forward, too */
void job_and_stream(void)
{
	struct file *file, *stream;
	unsigned long i, j, losses = 0;

	file = boot_and_read(GIB / 4);
	for (i = 1; i < 3 * 3 * 24; i++) {
		stream = new_file(100 * MIB);
		for (j = 0; j < 20; j++) {
			file_read(stream, j * 5 * MIB, 5 * MIB);
			sleep_until(jiffies + MINUTE);
		}
		losses += has_lost(file);
	}
	printf("# figure: host cache, a job beside a stream, 3 days: lost = %lu\n",
	       losses);
	expect_op(losses, >, 0);
	expect_op(losses, <=, 2);
	expect_op(steps_forward, >, 0);
}

/* The same where half of all CPU time is used */
void job_never_idle(void)
{
	struct file *file;
	unsigned long i, losses = 0;

	boot();
	step_cost = 100 * NSEC_PER_USEC;
	load_all(WHOLE / 2);
	file = new_file(GIB);
	file_read_all(file);
	for (i = 1; i < 3 * 24; i++) {
		sleep_until(jiffies + 20 * MINUTE);
		losses += has_lost(file);
	}
	expect_op(losses, >, 0);
	expect_op(losses, <=, 2);
}

/* All that was returned is read again at once */
void storm(void)
{
	struct file *file;
	unsigned long read;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 660 * HZ);
	expect(file_cached(file), FLOOR);
	expect(age(), 600);
	read = jiffies;
	file_read_all(file);
	expect(vm_events[COLD_CACHE_REFAULTED], GIB - FLOOR);
	returned = 0;
	sleep_until(read + 1200 * HZ);
	expect(returned, 0);
	expect(steps_back, 1);
	expect(age(), 1200);
	sleep_until(read + 1200 * HZ + 120 * HZ);
	/* But for what was there all the time */
	expect(file_cached(file), FLOOR);
	expect(steps_back, 1);
	/* At half the rate, and at once what two seconds have earned */
	expect_op(last_returned - first_returned, >=, 4 * HZ);
	expect_silence(HOUR);
}

/* The pages of one storm come back over 20 minutes: that is one step */
void long_storm(void)
{
	struct file *file, *stream;
	unsigned long i;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 11 * MINUTE);
	expect(file_cached(file), FLOOR);
	for (i = 0; i < 20; i++) {
		stream = new_file(MIB);
		file_read(file, i * GIB / 30, GIB / 30);
		file_read_all(stream);
		sleep_until(jiffies + MINUTE);
	}
	sleep_until(jiffies + HOUR);
	expect_op(vm_events[COLD_CACHE_REFAULTED], >, GIB / 2);
	expect(steps_back, 1);
	expect(age(), 1200);
}

/* 256 KiB are four pages: three are too few to tell */
static void few_again(unsigned long pages)
{
	struct file *file;

	file = boot_and_read(FLOOR + 100);
	lru_add_drain_all();
	sleep_until(jiffies + 11 * MINUTE);
	expect(returned, 100);
	file_read(file, 0, pages);
	expect(vm_events[COLD_CACHE_REFAULTED], pages);
	sleep_until(jiffies + 30 * MINUTE);
	file_read_all(new_file(MIB));
	sleep_until(jiffies + 30 * MINUTE);
}

void too_few(void)
{
	few_again(3);
	expect(steps_back, 0);
}

void just_enough(void)
{
	few_again(4);
	expect(steps_back, 1);
}

/* So long until a step forward, while something is returned all the time */
static unsigned long quiet_time(void)
{
	unsigned int before = steps_forward;
	unsigned long from = jiffies;

	while (steps_forward == before) {
		file_read_all(new_file(64 * MIB));
		sleep_until(jiffies + 10 * MINUTE);
	}
	return jiffies - from;
}

static void storm_in(struct file *file)
{
	unsigned int before = steps_back;

	file_read_all(file);
	while (file_cached(file) > FLOOR)
		sleep_until(jiffies + MINUTE);
	file_read_all(file);
	while (steps_back == before)
		sleep_until(jiffies + MINUTE);
}

/* A step forward that was wrong: the next one takes twice as long */
void relapse(void)
{
	struct file *file;
	unsigned long first;

	boot();
	file = new_file(GIB);
	storm_in(file);
	first = quiet_time();
	storm_in(file);
	expect_op(quiet_time(), >=, 2 * first - HOUR);
	expect(steps_back, 2);
	expect(steps_forward, 2);
}

void storms_double(void)
{
	struct file *file;
	unsigned int i;

	file = boot_and_read(GIB);
	for (i = 0; i < 8; i++) {
		unsigned long before = vm_events[COLD_CACHE_RETURNED];

		await(vm_events[COLD_CACHE_RETURNED] >= before + GIB / 2,
		      16 * 3600);
		sleep_until(jiffies + 10 * MINUTE);
		file_read_all(file);
	}
	expect(steps_back, 5);
	expect(age(), 32 * 600);
}

/* Pages that come back after the window are no mistakes */
void late_is_no_mistake(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 15 * MINUTE);
	expect(file_cached(file), FLOOR);
	/* An hour and an eighth of the age, at most */
	sleep_until(last_returned + 58 * MINUTE);
	file_read(file, 0, 3);
	expect(vm_events[COLD_CACHE_REFAULTED], 3);
	sleep_until(last_returned + 63 * MINUTE);
	file_read_all(file);
	expect(vm_events[COLD_CACHE_REFAULTED], 3);
	/* Nor the next day */
	sleep_until(jiffies + 23 * HOUR);
	file_read_all(file);
	expect(vm_events[COLD_CACHE_REFAULTED], 3);
	sleep_until(jiffies + 2 * HOUR);
	expect(steps_back, 0);
}

/* What was returned two windows ago says nothing about the mistakes of today */
void long_ago(void)
{
	struct file *file;
	unsigned long i;

	boot_and_read(GIB);
	sleep_until(jiffies + 3 * HOUR);
	expect(returned, GIB - FLOOR);
	file = new_file(GIB / 4);
	file_read_all(file);
	sleep_until(jiffies + 15 * MINUTE);
	expect_op(returned, >=, GIB + GIB / 4 - FLOOR - 16);
	/* Of this 4 %, of all 1 % */
	for (i = 0; vm_events[COLD_CACHE_REFAULTED] < GIB / 100; i++)
		file_read(file, i, 1);
	sleep_until(jiffies + 30 * MINUTE);
	file_read_all(new_file(MIB));
	sleep_until(jiffies + 15 * MINUTE);
	expect(steps_back, 1);
}

/* One in a hundred is read again: fewer than 2 % */
void few_mistakes(void)
{
	struct file *file;
	unsigned int i;

	boot();
	file = new_file(3 * GIB);
	for (i = 0; i < 5; i++) {
		file_read_all(file);
		sleep_until(jiffies + 15 * MINUTE);
		file_read(file, 0, GIB / 50);
		sleep_until(jiffies + 4 * HOUR);
	}
	expect_op(vm_events[COLD_CACHE_REFAULTED], >=, 4 * GIB / 50);
	expect(steps_back, 0);
}

/* One in forty is: more than 2 % */
void more_mistakes(void)
{
	struct file *file;

	file = boot_and_read(2 * GIB);
	sleep_until(jiffies + 15 * MINUTE);
	file_read(file, 0, GIB / 20);
	sleep_until(jiffies + 30 * MINUTE);
	expect(vm_events[COLD_CACHE_REFAULTED], GIB / 20);
	expect(steps_back, 1);
}

/* After a storm, quiet: back to the first age, and not sooner */
void recovers(void)
{
	struct file *file;
	unsigned long storm_at, i;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 12 * MINUTE);
	file_read_all(file);
	storm_at = jiffies;
	for (i = 0; !steps_forward && i < 30; i++) {
		file_read_all(new_file(256 * MIB));
		sleep_until(jiffies + 20 * MINUTE);
	}
	expect(steps_back, 1);
	expect(steps_forward, 1);
	/* Six times the age in force */
	expect_op(jiffies - storm_at, >=, 6 * 1200 * HZ);
	expect_op(jiffies - storm_at, <=, 6 * 1200 * HZ + HOUR);
	expect(age(), 600);
}

/* Nothing was returned since: that is no evidence */
void no_evidence(void)
{
	struct file *file, *drop;

	boot();
	file = new_file(GIB);
	drop = new_file(16 * MIB);
	file_read_all(file);
	sleep_until(jiffies + 12 * MINUTE);
	file_read_all(file);
	use_until(jiffies + 24 * HOUR, file, 15 * MINUTE);
	file_read_all(drop);
	expect(steps_back, 1);
	expect(steps_forward, 0);
	expect(age(), 1200);
}

void two_nodes(void)
{
	struct file *one, *two, *more;
	unsigned long i;

	boot();
	one = new_file(GIB);
	two = file_new(1, cgroup_root(), GIB);
	file_read_all(one);
	file_read_all(two);
	sleep_until(jiffies + 11 * MINUTE);
	expect(file_cached(one), FLOOR);
	expect(file_cached(two), FLOOR);
	file_read_all(one);
	sleep_until(jiffies + 12 * MINUTE);
	expect(steps_back, 1);
	/* The other one goes on as before */
	for (i = 0; i < 3; i++) {
		more = file_new(1, cgroup_root(), GIB);
		file_read_all(more);
		sleep_until(jiffies + 11 * MINUTE);
		expect_op(file_cached(more), <=, FLOOR);
	}
	expect(ages[0], 1200);
	expect(ages[1], 600);
	/* The greatest of all */
	expect(age(), 1200);
}

/* What was returned before the value has changed says nothing about it */
static void changed_to(unsigned int seconds)
{
	struct file *file;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 15 * MINUTE);
	expect(file_cached(file), FLOOR);
	set_after(seconds);
	file_read_all(file);
	expect(vm_events[COLD_CACHE_REFAULTED], 0);
	sleep_until(jiffies + 3 * seconds * HZ);
	expect(steps_back, 0);
}

void changed_to_less(void)
{
	changed_to(60);
}

void changed_to_more(void)
{
	changed_to(6000);
}

/* A new value forgets what a node has done */
void changed_after_storm(void)
{
	struct file *file;

	boot();
	file = new_file(GIB);
	storm_in(file);
	expect(age(), 1200);
	set_after(300);
	sleep_until(jiffies + 360 * HZ);
	expect(file_cached(file), FLOOR);
	expect(age(), 300);
}

/* What the first run after a new value has returned counts as a mistake */
void storm_after_new_value(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 15 * MINUTE);
	set_after(300);
	file_read_all(file);
	sleep_until(jiffies + 400 * HZ);
	expect(file_cached(file), FLOOR);
	file_read_all(file);
	sleep_until(jiffies + 400 * HZ);
	expect(steps_back, 1);
	expect(age(), 600);
}

/* So does what a step forward makes cold, and the same run returns */
void storm_after_step_forward(void)
{
	struct file *file, *old, *last = NULL;

	boot();
	file = new_file(GIB);
	storm_in(file);
	do {
		old = last;
		last = new_file(256 * MIB);
		file_read_all(last);
		sleep_until(jiffies + 9 * MINUTE);
	} while (!steps_forward);
	/* Then it was older than the age of now, and younger than that of before */
	expect_op(file_cached(old), <=, FLOOR);
	file_read_all(old);
	await(steps_back == 2, 30 * 60);
	expect(age(), 1200);
}
