// SPDX-License-Identifier: GPL-2.0
/* Why a run is stopped, and how the next one goes on */
#include "stage.h"

/* The timer is pending, and it is off: the thread has armed it */
void off_after_run(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 32; i++)
		lay(i, 100, ANON);
	others_wait = true;
	start();
	sleep_until(NOW + IDLE_AFTER + 6);
	expect(runs_started, 1);
	expect(runs_ended, 0);
	set_threshold_to(0);
	sleep_until(jiffies + 2);
	expect(runs_stopped, 1);
	expect(strcmp(last_run.stop, "off"), 0);
	expect(next_timer() == ULONG_MAX, 0);
	sleep_until(jiffies + HZ);
	expect_silence();
	expect(free_pages(), free_before);
	/* The plan has been dropped */
	set_threshold_to(1);
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.resumed, 0);
	expect(last_run.stop == NULL, 1);
	expect(free_pages(), free_before);
}

/* What a run has left that was stopped is not what has come since */
void silence_after_resumed(void)
{
	boot();
	lay_three();
	strand(4, 511);
	strand(5, 511);
	strand(6, 511);
	on_look = busy_once;
	busy_at = SCANNED + 1;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "busy"), 0);
	on_look = NULL;
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(last_run.stop == NULL, 1);
	expect(last_run.gain, 3 * BLOCK);
	sleep_until(jiffies + HZ);
	expect_silence();
}

/* Stopped while blocks are looked at: the rest is looked at later */
void resumed_in_scan(void)
{
	unsigned int i;

	boot();
	lay_three();
	for (i = 8; i < 15; i++)
		lay_kernel(i, 500);
	lay(31, 3, ANON);
	on_look = busy_once;
	busy_at = 1;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(looks, 1);
	expect(strcmp(last_run.stop, "busy"), 0);
	expect(nr_moved, 0);
	on_look = NULL;
	/* Something was done: the shortest time */
	expect(next_timer(), jiffies + PERIOD);
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(looks, 1 + 3 * 2 + 1);
	expect(splits, 0);
	expect(last_run.migrated, 3);
	expect(last_run.gain, 3 * 512);
	/* With a gain the time is the shortest again */
	expect(next_timer(), jiffies + PERIOD);
}

void resumed_in_source(void)
{
	unsigned int i;

	boot();
	lay(0, 100, ANON);
	lay(1, 200, ANON);
	lay(2, 201, ANON);
	on_look = busy_once;
	busy_at = SCANNED + 1 + 2;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.migrated, 64);
	expect(last_run.gain, 0);
	expect(nr_batches, 2);
	expect(free_pages(), free_before);
	expect(next_timer(), jiffies + PERIOD);
	on_look = NULL;
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(last_run.stop == NULL, 1);
	expect(batches[2], 32);
	expect(batches[3], 4);
	for (i = 0; i < 100; i++)
		expect(moved[i].from, B(0) + i);
	for (i = 0; i < 100; i++)
		expect(moved[i].to, B(2) + 201 + i);
	expect(is_free(0), 1);
	expect(free_pages(), free_before);
}

/* What has become stranded since the plan was made is seen as well */
void stranded_while_stopped(void)
{
	unsigned int i;

	boot();
	lay_three();
	on_look = busy_once;
	busy_at = SCANNED + 1;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "busy"), 0);
	on_look = NULL;
	for (i = 8; i < 28; i++)
		lay(i, 1, ANON);
	while (next_timer() != ULONG_MAX || runs_started != runs_ended)
		sleep_until(jiffies + HZ);
	check_all();
	for (i = 0; i < BLOCKS; i++)
		if (lru_of(pfn_to_page(B(i))))
			expect(is_free(i), 0);
	expect(vm_events[IDLE_COMPACT_BLOCKS], 22);
}

/* What the thread held and has given back is room when it goes on */
void room_when_resumed(void)
{
	boot();
	bring_online(other, OTHER, END);
	lay_fixed(BLOCKS, 1);
	lay(0, 40, ANON);
	/* One free block of 64 */
	lay_fixed(2, 448);
	on_look = busy_once;
	busy_at = SCANNED + 1 + 1;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.migrated, 32);
	on_look = NULL;
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(last_run.migrated, 8);
	expect(last_run.gain, 512);
}

void frozen_in_run(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 8; i++)
		lay(i, 100, ANON);
	others_wait = true;
	start();
	sleep_until(NOW + IDLE_AFTER + 10);
	expect(runs_started, 1);
	expect(runs_ended, 0);
	freeze_thread();
	expect(runs_stopped, 1);
	expect(strcmp(last_run.stop, "freeze"), 0);
	expect(free_pages(), free_before);
	no_run_until(jiffies + 3600 * HZ);
	/* The timer has been there, and has left it to the thread */
	expect(next_timer(), ULONG_MAX);
	thaw_thread();
	next_run(jiffies);
	expect(last_run.resumed, 1);
	expect(last_run.stop == NULL, 1);
}

void frozen_before_run(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 10);
	freeze_thread();
	no_run_until(NOW + 10 * HZ);
	expect(nr_timer_calls, 5);
	thaw_thread();
	next_run(NOW + 10 * HZ);
}

void plan_has_no_memory(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 10);
	allocation_fails = true;
	next_run(NOW + IDLE_AFTER);
	expect(strcmp(last_run.stop, "memory"), 0);
	expect(looks, 0);
	expect(next_timer(), jiffies + 2 * PERIOD);
	allocation_fails = false;
	next_run(next_timer() + 4 * PERIOD);
	expect(last_run.resumed, 1);
	expect(last_run.gain, 1024);
}
