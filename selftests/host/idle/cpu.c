// SPDX-License-Identifier: GPL-2.0
/*
 * The CPUs: when they are idle enough for a run and too busy for it, whose time
 * counts, and clocks.
 */
#include "stage.h"

/* Just at the limit: never. Below: at the next look */
void idle_share(void)
{
	boot();
	lay_three();
	cpu_load(1, SIXTEENTH, 0);
	start();
	no_run_until(NOW + 9 * HZ + 10);
	expect(nr_timer_calls, 36);
	expect(next_timer(), NOW + 9 * HZ + PERIOD);
	cpu_load(1, SIXTEENTH - NSEC_PER_USEC, 0);
	next_run(NOW + 9 * HZ + PERIOD);
	expect(last_run.migrated, 2);
	expect(is_free(0) + is_free(1) + is_free(2), 2);
}

void idle_by_ticks(void)
{
	no_nohz = true;
	idle_share();
}

/* Waiting for a disk is no work */
void idle_waits_for_disk(void)
{
	unsigned int i;

	boot();
	lay_three();
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, 0, NSEC_PER_SEC / HZ);
	start();
	next_run(NOW + IDLE_AFTER);
}

void idle_waits_for_disk_by_ticks(void)
{
	no_nohz = true;
	idle_waits_for_disk();
}

/* A burst counts until it is a second ago */
void idle_after_burst(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 3 * PERIOD + 1);
	cpu_load(0, NSEC_PER_SEC / HZ, 0);
	cpu_load(1, NSEC_PER_SEC / HZ, 0);
	cpu_load(2, NSEC_PER_SEC / HZ, 0);
	sleep_until(NOW + 4 * PERIOD - 1);
	cpu_load(0, 0, 0);
	cpu_load(1, 0, 0);
	cpu_load(2, 0, 0);
	next_run(NOW + 8 * PERIOD);
}

void own_time(void)
{
	boot();
	lay_three();
	cpu_load(1, 2 * SIXTEENTH, 0);
	start();
	while (!runs_started && jiffies < NOW + 10 * HZ) {
		sleep_until(jiffies + 1);
		task_use_cpu(kthread, 2 * SIXTEENTH);
	}
	expect(last_run.at, NOW + IDLE_AFTER);
}

void own_time_is_not_all(void)
{
	boot();
	lay_three();
	cpu_load(1, 4 * SIXTEENTH, 0);
	start();
	while (jiffies < NOW + 9 * HZ) {
		sleep_until(jiffies + 1);
		task_use_cpu(kthread, 2 * SIXTEENTH);
	}
	expect(runs_started, 0);
}

static void report_for_long(void)
{
	task_use_cpu(current, 40 * (NSEC_PER_SEC / HZ));
	cpu_load(2, NSEC_PER_SEC / HZ, 0);
	sleep_until(jiffies + 40);
	cpu_load(2, 0, 0);
	while_reporting = NULL;
}

void reporting_time(void)
{
	unsigned int i;

	boot();
	lay_three();
	/* Not next to each other: small enough to be reported */
	for (i = 4; i < BLOCKS; i += 2)
		lay(i, 0, ANON);
	while_reporting = report_for_long;
	/* A smaller zone would have smaller units */
	normal->present_pages = 64UL << pageblock_order;
	register_backend(0);
	sleep_until(NOW + 140);
	start();
	next_run(NOW + 140 + IDLE_AFTER);
	expect(while_reporting == NULL, 1);
	expect(vm_events[PAGE_REPORT_PAGES] > 0, 1);
}

void cpu_goes(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 2 * PERIOD + 10);
	cpu_set_online(2, false);
	next_run(NOW + 7 * PERIOD);
}

void cpu_comes(void)
{
	boot();
	cpu_set_online(2, false);
	lay_three();
	start();
	sleep_until(NOW + 2 * PERIOD + 10);
	cpu_set_online(2, true);
	next_run(NOW + 7 * PERIOD);
}

void one_cpu(void)
{
	unsigned int i;

	boot();
	for (i = 1; i < nr_cpu_ids; i++)
		cpu_set_online(i, false);
	lay_three();
	cpu_load(0, SIXTEENTH / 4, 0);
	start();
	no_run_until(NOW + 9 * HZ + 10);
	cpu_load(0, SIXTEENTH / 4 - NSEC_PER_USEC, 0);
	next_run(NOW + 9 * HZ + PERIOD);
}

static void window(unsigned int n)
{
	if (n == 1) {
		jiffies += 4;
		since_jiffy = NSEC_PER_SEC / HZ - 1;
	} else if (n == 2) {
		jiffies += 1;
		since_jiffy = 0;
	}
}

/* Less than 50 ms is not looked at, 50 are */
void busy_window(void)
{
	unsigned int i;

	boot();
	lay_three();
	start();
	sleep_until(NOW + IDLE_AFTER - 1);
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, NSEC_PER_SEC / HZ / 3, 0);
	on_look = window;
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "busy"), 0);
	expect(looks, 2);
	expect(last_run.msecs, 50);
	expect(runs_stopped, 1);
	expect(vm_events[IDLE_COMPACT_ABORT], 1);
}

static void quarter(unsigned int n)
{
	if (n == 1) {
		cpu_load(0, WHOLE, 0);
		jiffies += 5;
	} else if (n == 2) {
		cpu_load(0, 0, 0);
		jiffies += 5;
	} else if (n == 3) {
		cpu_load(0, WHOLE, 0);
		cpu_load(1, 5 * NSEC_PER_USEC, 0);
		jiffies += 4;
	} else if (n == 4) {
		jiffies += 1;
	}
}

/* A quarter of all CPU time is not too much, but any more is */
void busy_share(void)
{
	boot();
	lay_three();
	on_look = quarter;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "busy"), 0);
	expect(looks, 4);
}

static void use_own(unsigned int n)
{
	cpu_load(0, WHOLE, 0);
	cpu_load(1, WHOLE, 0);
	jiffies += 5;
	task_use_cpu(kthread, 5 * WHOLE);
}

void own_time_does_not_stop(void)
{
	boot();
	lay_three();
	on_look = use_own;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stop == NULL, 1);
	expect(last_run.msecs, looks * 50);
}

static void take_50_ms(unsigned int n)
{
	jiffies += 5;
}

/* What the host takes away is nobody's work here */
static void steal(void)
{
	unsigned int i;

	for (i = 0; i < nr_cpu_ids; i++)
		cpu_steal(i, NSEC_PER_SEC / HZ * 2 / 5);
}

void stolen_time(void)
{
	boot();
	lay_three();
	steal();
	on_look = take_50_ms;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stop == NULL, 1);
	expect(last_run.gain, 1024);
	sleep_until(jiffies + HZ);
	expect_silence();
}

void stolen_time_by_ticks(void)
{
	no_nohz = true;
	stolen_time();
}

void stolen_time_is_not_all(void)
{
	boot();
	lay_three();
	steal();
	cpu_load(1, SIXTEENTH, 0);
	start();
	no_run_until(NOW + 9 * HZ + 10);
	cpu_load(1, SIXTEENTH - NSEC_PER_USEC, 0);
	next_run(NOW + 9 * HZ + PERIOD);
}

/* All CPUs are busy, and what is told of their idle time is less each time */
void clocks_go_back(void)
{
	unsigned int i;

	boot();
	lay_three();
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, WHOLE, 0);
	cpu_clock_back(0, -NSEC_PER_SEC, -NSEC_PER_SEC);
	start();
	while (jiffies < NOW + 10 * HZ) {
		sleep_until(jiffies + 1);
		cpu_clock_back(0, NSEC_PER_USEC, jiffies < NOW + 5 * HZ);
	}
	expect(runs_started, 0);
}

/* Of 64 GiB 79 blocks can be emptied, beside one who uses 3/4 of a CPU */
void many_cpus(void)
{
	unsigned long pfn;
	unsigned int i;

	nr_cpu_ids = 32;
	large_pages = 64UL << (30 - PAGE_SHIFT);
	boot();
	for (i = 0; i < 80; i++) {
		pfn = LARGE + (1000 + 300 * i) * BLOCK;
		use(pfn, 1, ANON);
		free_from(pfn + 1, BLOCK - 1);
	}
	cpu_load(7, WHOLE * 3 / 4, 0);
	on_look = take_50_ms;
	start();
	while (!runs_ended && jiffies < NOW + 600 * HZ)
		sleep_until(jiffies + HZ);
	expect(last_run.at, NOW + IDLE_AFTER);
	expect(last_run.stop == NULL, 1);
	expect(last_run.gain, 79 * BLOCK);
	sleep_until(jiffies + HZ);
	expect_silence();
	expect(runs_started, 1);
}

static void lose_cpu(unsigned int n)
{
	if (n == 3) {
		cpu_set_online(3, false);
		jiffies += 5;
	}
}

void cpu_goes_in_run(void)
{
	boot();
	lay_three();
	on_look = lose_cpu;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(looks, 3);
	expect(strcmp(last_run.stop, "busy"), 0);
}

/* Whoever wants the CPU has it: one jiffy of sleep each time */
void others_come_first(void)
{
	boot();
	lay_three();
	others_wait = true;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stop == NULL, 1);
	expect(last_run.ended, last_run.at + looks);
	expect(looks, SCANNED + 2 + 2);
}
