// SPDX-License-Identifier: GPL-2.0
/*
 * When it runs: only if others leave CPU time, only while a backend reports,
 * not when it is switched off, and never without a reason.
 */
#include "random.h"
#include "stage.h"

void all_busy(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	load_all(WHOLE);
	sleep_until(jiffies + 3 * HOUR);
	expect(returned, 0);
	expect(runs_started, 0);
	/* Five looks in 33 seconds */
	expect_op(nr_timer_calls, <, 3 * 3600 * 5 / 33 + 100);
	load_all(0);
	sleep_until(jiffies + MINUTE);
	expect(file_cached(file), FLOOR);
}

/* All CPUs become busy in the middle of a run */
static void become_busy(struct file *file, unsigned long index)
{
	if (returned == MIB)
		load_all(WHOLE);
}

void busy_in_run(void)
{
	struct file *file;

	boot();
	step_cost = NSEC_PER_MSEC;
	file = new_file(GIB);
	file_read_all(file);
	others_wait = true;
	on_return = become_busy;
	sleep_until(jiffies + 11 * MINUTE);
	expect(ended_with("busy"), true);
	expect_op(returned, >=, MIB);
	expect_op(returned, <=, 20 * MIB);
	sleep_until(jiffies + HOUR);
	expect_op(returned, <=, 20 * MIB);
	load_all(0);
	others_wait = false;
	sleep_until(jiffies + MINUTE);
	expect(file_cached(file), FLOOR);
}

/* Half of all CPU time is used, for ever */
void never_idle(void)
{
	struct file *file;
	unsigned long read;

	boot();
	step_cost = 200 * NSEC_PER_USEC;
	file = new_file(2 * GIB);
	read = jiffies;
	file_read_all(file);
	load_all(WHOLE / 2);
	sleep_until(read + 660 * HZ);
	expect(file_cached(file), FLOOR);
	/* It was patient */
	expect_op(first_returned - read, >=, 624 * HZ);
}

/* The CPU time of the thread is in its budget: 8 % of all CPUs at most */
void keeps_budget(void)
{
	struct file *file;
	unsigned long began;
	u64 used;

	boot();
	step_cost = 5 * NSEC_PER_MSEC;
	file = new_file(2 * GIB);
	file_read_all(file);
	load_all(WHOLE / 2);
	await(returned, 700);
	began = jiffies;
	used = task_sched_runtime(kthread);
	await(file_cached(file) == FLOOR, 600);
	used = task_sched_runtime(kthread) - used;
	/* 4 CPUs; and the step in which it was used up */
	expect_op(used, <=, (jiffies - began) * 4 * WHOLE * 8 / 100 +
			    2 * step_cost);
	expect_op(used, >=, (jiffies - began) * 4 * WHOLE / 100);
	expect_op(runs_started, >, 10);
}

/* A task waits for the CPU whenever the thread has it */
void cpu_is_wanted(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	load_all(WHOLE / 2);
	others_wait = true;
	sleep_until(jiffies + 20 * MINUTE);
	expect_op(runs_started, >, 0);
	expect_op(runs_started, <, 120);
	expect(returned, 0);
	others_wait = false;
	sleep_until(jiffies + 2 * MINUTE);
	expect(file_cached(file), FLOOR);
}

void off(void)
{
	struct file *file;
	unsigned long then;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 9 * MINUTE);
	then = jiffies;
	set_after(0);
	expect(jiffies, then);
	expect(nr_timers_pending, 0);
	expect(static_key_enabled(&cold_cache_active), false);
	expect_silence(HZ);
	expect(returned, 0);
	/* On again: all pages count as just used */
	set_after(600);
	sleep_until(jiffies + 600 * HZ);
	expect(returned, 0);
	sleep_until(jiffies + MINUTE);
	expect(file_cached(file), FLOOR);
}

/* What has come into the page cache meanwhile is known afterwards */
void read_while_off(void)
{
	struct file *file;

	boot();
	sleep_until(jiffies + HOUR);
	set_after(0);
	file = new_file(GIB);
	file_read_all(file);
	sleep_until(jiffies + HOUR);
	set_after(600);
	sleep_until(jiffies + 660 * HZ);
	expect(file_cached(file), FLOOR);
}

/* Switched off in the middle of a run, in which the thread waits for the CPU */
void off_in_run(void)
{
	unsigned long before, then;

	boot_and_read(GIB);
	on_return = interrupt_run;
	await(others_wait, 700);
	before = returned;
	then = jiffies;
	set_after(0);
	expect(jiffies, then);
	sleep_until(jiffies + HZ);
	expect(ended_with("off"), true);
	expect(next_timer(), ULONG_MAX);
	/* Page reporting has something to do */
	expect_silence(10 * HZ);
	expect_op(returned, <=, before + 32);
}

/* The same while it has the CPU to itself */
static void switch_off(void)
{
	set_after(0);
}

static void switch_off_soon(struct file *file, unsigned long index)
{
	if (returned == MIB)
		task_start("off", switch_off);
}

void off_while_running(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	on_return = switch_off_soon;
	step_cost = NSEC_PER_MSEC;
	sleep_until(jiffies + 12 * MINUTE);
	expect_op(returned, >=, MIB);
	expect_op(last_returned - first_returned, <=, HZ);
	expect(next_timer(), ULONG_MAX);
	expect_silence(0);
	expect_op(file_cached(file), >, FLOOR);
}

void changed_in_run(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	on_return = interrupt_run;
	await(others_wait, 700);
	set_after(3600);
	others_wait = false;
	on_return = NULL;
	sleep_until(jiffies + 2 * HZ);
	returned = 0;
	expect(ended_with("changed"), true);
	sleep_until(jiffies + 3500 * HZ);
	expect(returned, 0);
	sleep_until(jiffies + 200 * HZ);
	expect(file_cached(file), FLOOR);
}

/* Off and on again before the thread has seen it */
void off_and_on_in_run(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	on_return = interrupt_run;
	await(others_wait, 700);
	set_after(0);
	set_after(300);
	others_wait = false;
	on_return = NULL;
	returned = 0;
	sleep_until(jiffies + 300 * HZ);
	expect(returned, 0);
	sleep_until(jiffies + MINUTE);
	expect(file_cached(file), FLOOR);
	expect_silence(HOUR);
}

void new_value(void)
{
	static const struct {
		const char *text;
		int err;
	} values[] = {
		{ "86401", -EINVAL }, { "x", -EINVAL }, { "-1", -EINVAL },
		{ "", -EINVAL }, { "4294967296", -ERANGE }, { "86400", 0 },
		{ "60\n", 0 },
	};
	struct file *file;
	unsigned long changed;
	unsigned int i;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 5 * MINUTE);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		expect(try_param(&param_after, values[i].text), values[i].err);
	expect(get_param(&param_after), 60);
	expect(age(), 60);
	set_after(60);
	changed = jiffies;
	sleep_until(changed + 60 * HZ);
	expect(returned, 0);
	sleep_until(changed + 75 * HZ);
	expect(file_cached(file), FLOOR);
	expect(try_param(&param_age, "1"), -EPERM);
	expect(try_param(&param_last_run, "done"), -EPERM);
}

/* What the command line says is known before there is a thread */
void set_before_start(void)
{
	struct file *file;
	unsigned long read;
	char text[16];

	boot_memory();
	set_after(0);
	set_after(30);
	start_thread();
	param_last_run.ops->get(text, &param_last_run.kp);
	expect(strcmp(text, "none\n"), 0);
	register_backend();
	file = new_file(GIB);
	read = jiffies;
	file_read_all(file);
	sleep_until(read + 45 * HZ);
	expect(file_cached(file), FLOOR);
}

void no_thread(void)
{
	boot_memory();
	allocation_fails = true;
	expect(init_cold_cache_init(), -ENOMEM);
	allocation_fails = false;
	register_backend();
	expect(static_key_enabled(&cold_cache_active), false);
	file_read_all(new_file(GIB));
	sleep_until(jiffies + HOUR);
	expect(returned, 0);
}

/* Nothing is returned that would not reach the host */
void no_backend(void)
{
	struct file *file;

	boot_memory();
	start_thread();
	file = new_file(GIB);
	file_read_all(file);
	expect(static_key_enabled(&cold_cache_active), false);
	expect_silence(1);
	expect(returned, 0);
	register_backend();
	sleep_until(jiffies + 600 * HZ);
	expect(returned, 0);
	sleep_until(jiffies + MINUTE);
	expect(file_cached(file), FLOOR);
}

/* In the middle of a run; and the next one begins anew */
void backend_goes(void)
{
	struct file *file;
	unsigned long before;

	file = boot_and_read(GIB);
	on_return = interrupt_run;
	await(others_wait, 700);
	before = returned;
	unregister_backend();
	others_wait = false;
	on_return = NULL;
	expect_silence(HZ);
	expect(ended_with("off"), true);
	expect_op(returned, <=, before + 32);
	check_all();
	returned = 0;
	register_backend();
	sleep_until(jiffies + 600 * HZ);
	expect(returned, 0);
	sleep_until(jiffies + MINUTE);
	expect(file_cached(file), FLOOR);
}

void reporting_off(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 5 * MINUTE);
	set_enabled(false);
	expect(static_key_enabled(&cold_cache_active), false);
	expect_silence(HZ);
	expect(returned, 0);
	/* Neither condition is enough */
	set_after(300);
	expect(static_key_enabled(&cold_cache_active), false);
	set_after(0);
	set_enabled(true);
	expect(static_key_enabled(&cold_cache_active), false);
	expect_silence(HOUR);
	set_after(600);
	sleep_until(jiffies + 660 * HZ);
	expect(file_cached(file), FLOOR);
}

/* The host does not answer: what is freed would not reach it */
void host_dead(void)
{
	struct file *file = boot_and_read(GIB), *other = new_file(256 * MIB);

	host_is_dead = true;
	file_read_all(other);
	sleep_until(jiffies + 5 * HZ);
	file_truncate(other);
	await(!static_key_enabled(&cold_cache_active), 10);
	expect_silence(HOUR);
	expect(returned, 0);
	revive_host();
	sleep_until(jiffies + 660 * HZ);
	expect(file_cached(file), FLOOR);
}

/* What was returned is free, and the host has it a few seconds later */
void host_has_it(void)
{
	struct file *file;
	unsigned long before;

	file = boot_and_read(3 * GIB);
	sleep_until(jiffies + MINUTE);
	before = model_pages_reported;
	await(returned, 600);
	await(file_cached(file) == FLOOR, 15);
	expect(NODE_DATA(0)->node_zones->pcp_count, 0);
	sleep_until(last_returned + 3 * HZ);
	/* But for what lies in blocks with others */
	expect_op(model_pages_reported - before, >=, 3 * GIB - FLOOR - 8 * MIB);
	check_all();
	model_check_rest();
}

/* Nothing has ever been read; or less than the floor */
void nothing_cold(void)
{
	boot();
	expect_silence(HOUR);
	file_read_all(new_file(FLOOR));
	expect_silence(HOUR);
	expect(returned, 0);
}

/* An hour in which all is cold that there is, and stays: no wake-up */
void idle_hour(void)
{
	struct file *file;
	unsigned long calls;

	file = boot_and_read(GIB);
	sleep_until(jiffies + 45 * MINUTE);
	expect(file_cached(file), FLOOR);
	calls = nr_timer_calls;
	expect(next_timer(), ULONG_MAX);
	expect_silence(0);
	expect(nr_timer_calls, calls);
	/* One page is used, and nothing else */
	file_read(file, file->pages - 1, 1);
	sleep_until(jiffies + HOUR);
	expect(next_timer(), ULONG_MAX);
	expect_op(nr_timer_calls, >, calls);
	expect_op(nr_timer_calls, <=, calls + 20);
}

static struct file *used_file;
static unsigned int nr_looks;

/* The stamps of all pages have been counted by then */
static void use_after_survey(void)
{
	if (nr_looks++ == 4)
		file_read_all(used_file);
}

/* A page is used while the watch ends: there is another watch */
void used_as_watch_ends(void)
{
	boot();
	used_file = new_file(FLOOR);
	file_read_all(used_file);
	on_look = use_after_survey;
	await(runs_ended, 700);
	expect_op(nr_looks, >, 4);
	sleep_until(jiffies + 1);
	expect_op(next_timer(), >, jiffies + 500 * HZ);
	expect_op(next_timer(), <, jiffies + 700 * HZ);
	expect_silence(HOUR);
}

static void change_value(void)
{
	set_after(50 - least_age[0] / HZ);
}

static void change_soon(struct file *file, unsigned long index)
{
	static const struct task_struct *task;

	if (!random_below(200) && (!task || task_done(task)))
		task = task_start("change", change_value);
}

/* A new value at any moment of a run, even while the thread waits for a lock */
void changed_at_any_moment(void)
{
	struct file *file;
	unsigned int i;

	random_start(1);
	machine_start(NOW, random_below);
	boot();
	mems_let_go = NULL;
	set_after(20);
	on_return = change_soon;
	for (i = 0; i < 100; i++) {
		file = new_file(512 * MIB);
		file_read_all(file);
		sleep_until(jiffies + MINUTE);
		file_truncate(file);
	}
	on_return = NULL;
	file_read_all(file);
	sleep_until(jiffies + 2 * HOUR);
	expect_op(cache_all(0), <=, FLOOR);
}

/* Switched off just when the timer is due */
void off_when_timer_is_due(void)
{
	unsigned int i;

	random_start(1);
	machine_start(NOW, random_below);
	boot();
	for (i = 0; i < 200; i++) {
		set_after(20);
		file_read_all(new_file(MIB));
		sleep_until(jiffies + 1);
		sleep_until(next_timer());
		set_after(0);
		expect(next_timer(), ULONG_MAX);
		sleep_until(jiffies + random_below(10));
		expect(next_timer(), ULONG_MAX);
	}
	set_after(20);
	sleep_until(jiffies + HOUR);
	expect_op(cache_all(0), <=, FLOOR);
}

void frozen(void)
{
	struct file *file;

	file = boot_and_read(GIB);
	on_return = interrupt_run;
	await(others_wait, 700);
	others_wait = false;
	on_return = NULL;
	freeze_thread();
	expect(ended_with("freeze"), true);
	returned = 0;
	sleep_until(jiffies + HOUR);
	expect(returned, 0);
	thaw_thread();
	sleep_until(jiffies + MINUTE);
	expect(last_run.resumed || runs_ended > 2, true);
	expect(file_cached(file), FLOOR);
}
