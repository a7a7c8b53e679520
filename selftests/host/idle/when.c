// SPDX-License-Identifier: GPL-2.0
/*
 * When it runs: what starts the timer, how much must be stranded, the
 * threshold, how long it waits after a run, and that it is silent otherwise.
 */
#include "stage.h"

void nothing_stranded(void)
{
	boot();
	lay(0, 0, ANON);
	lay(1, 512, ANON);
	start();
	sleep_until(NOW + PERIOD - 1);
	expect(next_timer(), NOW + PERIOD);
	sleep_until(NOW + PERIOD + 1);
	expect(nr_timer_calls, 1);
	expect(static_key_enabled(&idle_compaction_active), 1);
	expect_silence();
	expect(runs_started, 0);
}

void stranded_amount(void)
{
	boot();
	strand(0, 500);
	strand(1, 500);
	strand(2, GAIN - 1001);
	start();
	sleep_until(NOW + PERIOD);
	expect_silence();
	expect(runs_started, 0);
	/* One more, and enough frees for a look */
	lru_release(at(B(2) + 1));
	normal->freed_pages = GAIN - 1;
	drain_all_pages(NULL);
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.stranded, GAIN);
	expect(last_run.gain, 0);
	expect(last_run.migrated, 0);
	expect(nr_moved, 0);
}

/* Of much memory 1/512, which is not looked at before a run has been */
void stranded_share(void)
{
	boot();
	empty->present_pages = 512UL * 2000 - normal->present_pages;
	strand(0, 500);
	strand(1, 500);
	strand(2, 500);
	strand(3, 499);
	start();
	sleep_until(NOW + PERIOD);
	expect_silence();
	expect(runs_started, 0);
	lru_release(at(B(2) + 1));
	drain_all_pages(NULL);
	idle_compaction_kick();
	empty->present_pages += 512;
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.stranded, 2000);
	/* By now the limit is 2001 more than the last run has left */
	strand(4, 500);
	strand(5, 500);
	strand(6, 500);
	strand(7, 500);
	no_run_until(jiffies + 10 * HZ);
	expect_silence();
	lru_release(at(B(2) + 2));
	drain_all_pages(NULL);
	idle_compaction_kick();
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.stranded, 4001);
}

void frees_are_counted(void)
{
	unsigned long pfn = OTHER, end;

	boot();
	bring_online(other, OTHER, OTHER + 4 * BLOCK);
	start();
	sleep_until(NOW + PERIOD);
	expect(next_timer(), ULONG_MAX);
	/* 1022 of them by twos, which do not lie on the list in front */
	for (end = pfn + GAIN - 2; pfn < end; pfn += 2)
		buddy_free(pfn_to_page(pfn), 1);
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 1);
	expect(next_timer(), ULONG_MAX);
	buddy_free(pfn_to_page(pfn++), 0);
	drain_all_pages(NULL);
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 1);
	buddy_free(pfn_to_page(pfn++), 0);
	drain_all_pages(NULL);
	expect(next_timer(), ULONG_MAX);
	sleep_until(jiffies + 1);
	expect(next_timer(), jiffies - 1 + PERIOD);
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 2);
	expect(other->freed_pages, 0);
	/* In another zone it is another count */
	for (end = pfn + GAIN - 2; pfn < end; pfn += 2)
		buddy_free(pfn_to_page(pfn), 1);
	buddy_free(pfn_to_page(START), 9);
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 2);
	expect(normal->freed_pages, 512);
	expect(other->freed_pages, GAIN - 2);
	expect_silence();
	/* A huge page that is not used any more is looked at at once */
	idle_compaction_kick();
	sleep_until(jiffies + HZ);
	expect(nr_timer_calls, 3);
	expect(normal->freed_pages, 0);
	expect(other->freed_pages, 0);
	expect_silence();
}

void threshold_values(void)
{
	static const struct {
		const char *text;
		int err;
	} values[] = {
		{ "86400", 0 }, { "86401", -EINVAL }, { "x", -EINVAL },
		{ "-1", -EINVAL }, { "4294967296", -ERANGE }, { "", -EINVAL },
		{ "0", 0 }, { "0", 0 }, { "1", 0 }, { "1\n", 0 }, { "0x10", 0 },
	};
	char text[16];
	unsigned int i;

	boot();
	for (i = 0; i < ARRAY_SIZE(values); i++)
		expect(try_param(&param_threshold, values[i].text),
		       values[i].err);
	/* Before the thread is there nothing is started */
	expect(static_key_enabled(&idle_compaction_active), 0);
	expect(next_timer(), ULONG_MAX);
	set_threshold_to(1);
	start();
	for (i = 0; i < ARRAY_SIZE(values); i++)
		expect(try_param(&param_threshold, values[i].text),
		       values[i].err);
	param_threshold.ops->get(text, &param_threshold.kp);
	expect(strcmp(text, "16\n"), 0);
	param_last_run.ops->get(text, &param_last_run.kp);
	expect(strcmp(text, "none\n"), 0);
	expect(try_param(&param_last_run, "done"), -EPERM);
}

/* The command line is read before there are timers */
void threshold_on_command_line(void)
{
	machine_start(NOW, no_chance);
	set_threshold_to(0);
	set_threshold_to(5);
	set_threshold_to(3);
	boot();
	lay_three();
	start();
	next_run(NOW + 375);
}

void threshold_off_at_boot(void)
{
	boot();
	set_threshold_to(0);
	lay_three();
	start();
	expect(static_key_enabled(&idle_compaction_active), 0);
	idle_compaction_kick();
	sleep_until(jiffies + HZ);
	expect_silence();
	set_threshold_to(3);
	expect(static_key_enabled(&idle_compaction_active), 1);
	/* Five times the quarter of three seconds */
	next_run(jiffies + 375);
}

void threshold_changes(void)
{
	boot();
	lay_three();
	set_threshold_to(86400);
	start();
	sleep_until(NOW + 10);
	expect(next_timer(), NOW + 86400 / 4 * HZ);
	sleep_until(NOW + HZ + 10);
	set_threshold_to(2);
	/* What has been seen until then counts no more */
	expect(next_timer(), NOW + HZ + 10 + 50);
	sleep_until(NOW + HZ + 10 + 4 * 50 + 10);
	set_threshold_to(2);
	next_run(NOW + HZ + 10 + 4 * 50 + 10 + 250);
}

void threshold_off_on(void)
{
	boot();
	lay_three();
	start();
	sleep_until(NOW + 60);
	set_threshold_to(0);
	expect(static_key_enabled(&idle_compaction_active), 0);
	expect_silence();
	expect(runs_started, 0);
	set_threshold_to(1);
	next_run(jiffies + IDLE_AFTER);
}

/* Each run finds more, and can do nothing about it */
void back_off(void)
{
	static const unsigned int delays[] = {
		50, 100, 200, 400, 800, 1600, 1600, 1600
	};
	unsigned long when = NOW + IDLE_AFTER;
	unsigned int i;

	boot();
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	start();
	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		next_run(when);
		expect(last_run.gain, 0);
		expect(last_run.stop == NULL, 1);
		expect(next_timer(), jiffies + delays[i]);
		when = jiffies + delays[i] + 4 * PERIOD;
		strand(3 + 3 * i, 511);
		strand(4 + 3 * i, 511);
		strand(5 + 3 * i, 511);
	}
	/* Something to gain at last; what follows is quick again */
	lay(28, 1, ANON);
	lay(29, 1, ANON);
	next_run(when);
	expect(last_run.gain, 1024);
	expect(next_timer(), jiffies + PERIOD);
	sleep_until(jiffies + HZ);
	expect_silence();
}

/* A long threshold is never undercut */
void back_off_and_threshold(void)
{
	boot();
	set_threshold_to(3);
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	start();
	next_run(NOW + 375);
	expect(next_timer(), jiffies + 75);
}

/* Less than the limit is no gain */
void small_gain(void)
{
	boot();
	lay(0, 1, ANON);
	strand(1, 511);
	strand(2, 511);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.gain, 512);
	expect(next_timer(), jiffies + 2 * PERIOD);
	sleep_until(jiffies + HZ);
	expect_silence();
}

/* What fails is tried again, at longer and longer intervals, then given up */
void failures(void)
{
	static const unsigned int delays[] = { 50, 100, 200, 400, 800, 1600 };
	unsigned long when = NOW + IDLE_AFTER;
	unsigned int i;

	boot();
	lay_three();
	/* One of the four serves as target */
	lay(3, 1, ANON);
	for (i = 0; i < 4; i++)
		at(B(i))->stuck = true;
	start();
	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		next_run(when);
		expect(last_run.failed, 3 * 511);
		expect(last_run.migrated, 0);
		expect(nr_batches, 3 * (i + 1));
		expect(next_timer(), jiffies + delays[i]);
		when = jiffies + delays[i] + 4 * PERIOD;
	}
	sleep_until(when);
	expect(runs_started, 6);
	expect_silence();
}

static void few_failures(unsigned int free, bool again)
{
	boot();
	strand(4, 511);
	strand(5, 511);
	strand(6, 511);
	lay(0, 112, MOVABLE);
	lay(1, 112, MOVABLE);
	lay(2, 512 - free, MOVABLE);
	at(B(0))->refuses = true;
	at(B(1))->refuses = true;
	at(B(2))->refuses = true;
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.failed, 800 + free);
	expect(nr_batches, 0);
	if (again) {
		next_run(jiffies + 2 * PERIOD + 4 * PERIOD);
		return;
	}
	sleep_until(jiffies + HZ);
	expect_silence();
}

void enough_failures(void)
{
	few_failures(224, true);
}

void too_few_failures(void)
{
	few_failures(223, false);
}

static bool said(void)
{
	bool is = !strcmp(last_log_line,
			  "WSL2: Performing memory compaction.\n");

	last_log_line[0] = '\0';
	return is;
}

/* At most once an hour */
void said_once_an_hour(void)
{
	unsigned long first, pages;

	boot();
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(said(), 1);
	first = jiffies;
	for (pages = 3; pages < 6; pages++)
		strand(pages, 511);
	next_run(next_timer() + 4 * PERIOD);
	expect(said(), 0);
	sleep_until(first + 3600 * HZ - IDLE_AFTER);
	for (; pages < 9; pages++)
		strand(pages, 511);
	next_run(first + 3600 * HZ);
	expect(said(), 0);
	sleep_until(first + 3600 * HZ + 60 * HZ);
	for (; pages < 12; pages++)
		strand(pages, 511);
	next_run(first + 3600 * HZ + 60 * HZ + IDLE_AFTER);
	expect(said(), 1);
}

void said_after_an_hour(void)
{
	unsigned int i;

	boot();
	strand(0, 511);
	strand(1, 511);
	strand(2, 511);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(said(), 1);
	sleep_until(NOW + IDLE_AFTER + 3600 * HZ + 1 - IDLE_AFTER);
	for (i = 3; i < 6; i++)
		strand(i, 511);
	next_run(NOW + IDLE_AFTER + 3600 * HZ + 1);
	expect(said(), 1);
}

/* What is used meanwhile is what the next gain is measured from */
void baseline_falls(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 4; i++)
		strand(i, 500);
	start();
	next_run(NOW + IDLE_AFTER);
	expect(last_run.stranded, 2000);
	sleep_until(jiffies + HZ);
	for (i = 0; i < 1000; i++)
		lru_use(buddy_alloc(normal, 0, MIGRATE_MOVABLE), KERNEL, 0,
			false);
	idle_compaction_kick();
	sleep_until(jiffies + HZ);
	for (i = 4; i < 6; i++)
		strand(i, 511);
	strand(6, 1);
	idle_compaction_kick();
	no_run_until(jiffies + 10 * HZ);
	expect_silence();
	strand(7, 1);
	idle_compaction_kick();
	next_run(jiffies + IDLE_AFTER);
	expect(last_run.stranded, 2024);
}

static bool freed_in_the_middle;

/* After the last look of the timer, and before the count of the zone is zero */
static void free_in_the_middle(void)
{
	model_look();
	if (freed_in_the_middle || normal->freed_pages || !other->freed_pages)
		return;
	freed_in_the_middle = true;
	buddy_free(pfn_to_page(OTHER), 1);
}

void freed_while_watch_is_left(void)
{
	boot();
	bring_online(other, OTHER, END);
	strand(0, 500);
	strand(1, 500);
	strand(2, GAIN - 1002);
	start();
	normal->freed_pages = 1;
	other->freed_pages = 1;
	machine_check = free_in_the_middle;
	next_run(NOW + PERIOD + IDLE_AFTER);
	expect(freed_in_the_middle, 1);
	expect(last_run.stranded, GAIN);
}

void no_thread(void)
{
	boot();
	allocation_fails = true;
	expect(init_idle_compaction_init(), -ENOMEM);
	allocation_fails = false;
	lay_three();
	expect(static_key_enabled(&idle_compaction_active), 0);
	set_threshold_to(0);
	set_threshold_to(1);
	expect(static_key_enabled(&idle_compaction_active), 0);
	expect_silence();
}
