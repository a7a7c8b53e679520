// SPDX-License-Identifier: GPL-2.0
/* Systems that are never idle: runs with a budget, on a CPU that nobody wants */
#include "random.h"
#include "stage.h"

#include "cpu_use.h"

/* Ten times the threshold */
#define PATIENCE		(10 * HZ)
/* Of one CPU, in a jiffy */
#define PERCENT			(WHOLE / 100)

static void load_each(u64 busy)
{
	unsigned int i;

	for (i = 0; i < nr_cpu_ids; i++)
		cpu_load(i, busy, 0);
}

/* An eighth of memory and less is stranded: 1 % is what may be used */
static void with_much_memory(void)
{
	empty->present_pages = 1UL << 18;
}

/* A quarter of each CPU is used: after the time of patience, and then silence */
void never_idle(void)
{
	boot();
	lay_three();
	load_each(25 * PERCENT);
	start();
	next_run(NOW + PATIENCE);
	expect(last_run.stop == NULL, 1);
	expect(last_run.gain, 1024);
	sleep_until(jiffies + HZ);
	expect_silence();
	expect(runs_started, 1);
}

/* A second time it is as patient as the first time */
void patient_again(void)
{
	unsigned long then;
	unsigned int i;

	boot();
	lay_three();
	load_each(25 * PERCENT);
	start();
	next_run(NOW + PATIENCE);
	sleep_until(NOW + 2 * PATIENCE);
	for (i = 8; i < 12; i++)
		lay(i, 1, ANON);
	idle_compaction_kick();
	then = jiffies;
	next_run(then + PATIENCE);
	expect(last_run.stop == NULL, 1);
}

void patience_and_threshold(void)
{
	boot();
	lay_three();
	set_threshold_to(8);
	load_each(25 * PERCENT);
	start();
	next_run(NOW + 8 * PATIENCE);
}

/* Others use all of each CPU */
void all_busy(void)
{
	boot();
	lay_three();
	load_each(WHOLE);
	start();
	no_run_until(NOW + 3600 * HZ);
	expect(nr_moved, 0);
	/* A quarter of the last second is left */
	load_each(0);
	next_run(NOW + 3600 * HZ + PERIOD);
	expect(last_run.stop == NULL, 1);
}

/* One eighth of all CPU time must be left */
void spare_share(void)
{
	boot();
	lay_three();
	load_each(WHOLE);
	cpu_load(2, WHOLE / 2 + NSEC_PER_USEC, 0);
	start();
	no_run_until(NOW + 60 * HZ);
	cpu_load(2, WHOLE / 2, 0);
	next_run(NOW + 60 * HZ + 4 * PERIOD);
	expect(last_run.stop == NULL, 1);
}

/* A compiler on three of the four */
void one_cpu_left(void)
{
	boot();
	lay_three();
	load_each(WHOLE);
	cpu_load(3, 0, 0);
	start();
	next_run(NOW + PATIENCE);
	expect(last_run.gain, 1024);
}

/* Waiting for a disk leaves the CPU to others, the host's time does not */
void what_is_left(void)
{
	boot();
	lay_three();
	load_each(20 * PERCENT);
	cpu_load(0, 20 * PERCENT, 80 * PERCENT);
	cpu_steal(1, 80 * PERCENT);
	cpu_steal(2, 80 * PERCENT);
	cpu_steal(3, 80 * PERCENT);
	start();
	next_run(NOW + PATIENCE);
	cpu_load(0, 60 * PERCENT, 40 * PERCENT);
	lay(8, 1, ANON);
	lay(9, 1, ANON);
	lay(10, 1, ANON);
	idle_compaction_kick();
	no_run_until(jiffies + 60 * HZ);
}

/* Tasks wait for a CPU or for memory */
void under_pressure(void)
{
	boot();
	lay_three();
	load_each(25 * PERCENT);
	pressure = 10;
	start();
	no_run_until(NOW + 60 * HZ);
	pressure = 9;
	next_run(NOW + 60 * HZ + PERIOD);
}

/* Idleness counts, whatever the pressure has been */
void idle_after_pressure(void)
{
	boot();
	lay_three();
	pressure = 100;
	start();
	next_run(NOW + IDLE_AFTER);
}

static void another_run(void)
{
	unsigned long before = runs_ended, until = jiffies + 60 * HZ;

	while (runs_ended == before && jiffies < until)
		sleep_until(jiffies + 1);
	expect(runs_ended, before + 1);
	check_all();
}

static u64 step;

static void use_step(unsigned int n)
{
	task_use_cpu(kthread, step);
}

static void lay_many(void)
{
	unsigned int i;

	for (i = 0; i < 32; i++)
		lay(i, 100, ANON);
}

/* Runs until all is done, and checks what they use; returns how many */
static unsigned int runs_within(unsigned int percent)
{
	u64 used = task_sched_runtime(kthread), most;
	unsigned int n = 0;

	next_run(NOW + PATIENCE);
	for (; last_run.stop; n++) {
		expect(strcmp(last_run.stop, "budget"), 0);
		another_run();
	}
	used = task_sched_runtime(kthread) - used;
	most = (jiffies - NOW - PATIENCE + HZ) * WHOLE * nr_cpu_ids *
	       percent / 100;
	if (used > most + step)
		failed("%llu us were used, of %llu",
		       (unsigned long long)used / 1000,
		       (unsigned long long)most / 1000);
	/* And it does use it. The share falls with what is left to gain */
	if (used < most / percent / 2)
		failed("only %llu us were used, of %llu",
		       (unsigned long long)used / 1000,
		       (unsigned long long)most / 1000);
	return n;
}

/* Steps of one millisecond each, and of 200: a budget below 0 is paid back */
static void budget(u64 each, unsigned int percent, unsigned int most_runs)
{
	boot();
	lay_many();
	if (percent == 1)
		with_much_memory();
	load_each(25 * PERCENT);
	step = each;
	on_look = use_step;
	start();
	expect_op(runs_within(percent), <=, most_runs);
	expect(last_run.resumed, 1);
	expect(free_pages(), free_before);
	expect_op(vm_events[IDLE_COMPACT_BLOCKS], >, 20);
	sleep_until(jiffies + HZ);
	expect_silence();
}

void budget_of_one_percent(void)
{
	budget(NSEC_PER_MSEC, 1, 20);
}

void budget_of_eight_percent(void)
{
	/* With 1 % it would be one for each of the 130 looks */
	budget(10 * NSEC_PER_MSEC, 8, 60);
}

void budget_paid_back(void)
{
	budget(200 * NSEC_PER_MSEC, 1, 200);
}

/* It runs on its budget, and then the others stop */
void idle_in_the_middle(void)
{
	boot();
	lay_many();
	with_much_memory();
	load_each(25 * PERCENT);
	step = NSEC_PER_MSEC;
	on_look = use_step;
	start();
	next_run(NOW + PATIENCE);
	expect(strcmp(last_run.stop, "budget"), 0);
	load_each(0);
	while (last_run.stop)
		next_run(next_timer());
	expect_op(last_run.ended, <, NOW + PATIENCE + 5 * PERIOD);
	expect_op(looks, >, 50);
}

/* Somebody else wants the CPU whenever it comes: 1, 2, 4, 8 and 16 jiffies */
void cpu_is_wanted(void)
{
	unsigned int i;

	boot();
	lay_three();
	load_each(25 * PERCENT);
	others_wait = true;
	start();
	next_run(NOW + PATIENCE);
	expect(strcmp(last_run.stop, "busy"), 0);
	expect(last_run.ended, last_run.at + 31);
	expect(looks, 6);
	expect(nr_moved, 0);
	expect(splits, 0);
	/* It comes less and less often, at most every 16 seconds */
	for (i = 2; i <= 64; i *= 2)
		next_run(jiffies + i * HZ / 4);
	next_run(jiffies + 16 * HZ);
	others_wait = false;
	next_run(jiffies + 16 * HZ);
	expect(last_run.stop == NULL, 1);
	expect(last_run.gain, 1024);
}

/* When the system is idle at last, it does not wait for that */
void idle_after_refusals(void)
{
	unsigned int i;

	boot();
	lay_three();
	load_each(25 * PERCENT);
	others_wait = true;
	start();
	next_run(NOW + PATIENCE);
	for (i = 2; i <= 64; i *= 2)
		next_run(jiffies + i * HZ / 4);
	others_wait = false;
	load_each(0);
	next_run(jiffies + 4 * PERIOD);
	expect(last_run.stop == NULL, 1);
}

static void wanted_once(unsigned int n)
{
	others_wait = n == 3;
}

/* It is in the way once: it waits, and goes on */
void cpu_is_wanted_once(void)
{
	boot();
	lay_three();
	load_each(25 * PERCENT);
	on_look = wanted_once;
	start();
	next_run(NOW + PATIENCE);
	expect(last_run.stop == NULL, 1);
	expect(last_run.ended, last_run.at + 1);
}

/* Each run sees four of the huge pages: all are seen, and then there is a plan */
void long_walk(void)
{
	unsigned int i;

	boot();
	with_much_memory();
	for (i = 0; i < 30; i++)
		lru_defer(lru_use(pfn_to_page(B(i)), HUGE, 9, false),
			  i < 20 ? 511 : 1);
	load_each(25 * PERCENT);
	step = 20 * NSEC_PER_MSEC;
	on_look = use_step;
	start();
	next_run(NOW + PATIENCE);
	expect(strcmp(last_run.stop, "budget"), 0);
	expect(last_run.resumed, 0);
	another_run();
	expect(last_run.resumed, 1);
	/* More of them while the walk has stopped: the next pass sees these */
	for (i = 30; i < 32; i++)
		lru_defer(lru_use(pfn_to_page(B(i)), HUGE, 9, false), 1);
	bring_online(other, OTHER, END);
	for (i = 32; i < 36; i++)
		lru_defer(lru_use(pfn_to_page(B(i)), HUGE, 9, false), 1);
	while (last_run.stop)
		another_run();
	expect(lru_split, 10);
	another_run();
	while (last_run.stop)
		another_run();
	expect(lru_split, 16);
	expect_op(vm_events[IDLE_COMPACT_BLOCKS], >=, 14);
	sleep_until(jiffies + HZ);
	expect_silence();
}

/* What has failed in earlier runs of a pass counts, too */
void failed_in_slices(void)
{
	unsigned int i;

	boot();
	with_much_memory();
	for (i = 0; i < 8; i++) {
		lay(i, 1, ANON);
		at(B(i))->stuck = true;
	}
	load_each(25 * PERCENT);
	step = 15 * NSEC_PER_MSEC;
	on_look = use_step;
	start();
	next_run(NOW + PATIENCE);
	while (last_run.stop)
		another_run();
	expect_op(last_run.failed, <, GAIN);
	/* It is patient before it tries again, five times, and then gives up */
	for (i = 1; i < 6; i++) {
		no_run_until(jiffies + PATIENCE - 1);
		do {
			another_run();
		} while (last_run.stop);
	}
	sleep_until(jiffies + HZ);
	expect_silence();
}

/* Switched off in the middle of a pass: the next one begins anew */
void off_between_slices(void)
{
	boot();
	lay_many();
	with_much_memory();
	load_each(25 * PERCENT);
	step = 4 * NSEC_PER_MSEC;
	on_look = use_step;
	start();
	next_run(NOW + PATIENCE);
	expect(strcmp(last_run.stop, "budget"), 0);
	set_threshold_to(0);
	expect_silence();
	set_threshold_to(1);
	on_look = NULL;
	next_run(jiffies + PATIENCE);
	expect(last_run.resumed, 0);
	expect(last_run.stop == NULL, 1);
	expect(free_pages(), free_before);
}

/* The same in the middle of a walk over huge pages */
void off_in_a_walk(void)
{
	unsigned int i;

	boot();
	with_much_memory();
	for (i = 0; i < 30; i++)
		lru_defer(lru_use(pfn_to_page(B(i)), HUGE, 9, false), 1);
	load_each(25 * PERCENT);
	step = 20 * NSEC_PER_MSEC;
	on_look = use_step;
	start();
	next_run(NOW + PATIENCE);
	expect_op(lru_split, <, 30);
	set_threshold_to(0);
	set_threshold_to(1);
	on_look = NULL;
	next_run(jiffies + PATIENCE);
	expect(last_run.resumed, 0);
	expect(last_run.stop == NULL, 1);
	expect(lru_split, 30);
}

static unsigned int changed_to;

static void change_threshold(unsigned int n)
{
	if (n == 2)
		set_threshold_to(changed_to);
	task_use_cpu(kthread, step);
}

/* A new threshold in a run: what was seen, and the patience, are of the old one */
void threshold_changes_in_run(void)
{
	unsigned long then;

	boot();
	lay_many();
	with_much_memory();
	load_each(25 * PERCENT);
	step = 5 * NSEC_PER_MSEC;
	on_look = change_threshold;
	changed_to = 8;
	start();
	next_run(NOW + PATIENCE);
	expect(strcmp(last_run.stop, "budget"), 0);
	on_look = use_step;
	then = jiffies;
	load_each(0);
	/* Five looks, two seconds apart */
	next_run(then + 10 * HZ);
}

static void no_more_memory(unsigned int n)
{
	if (n == 2)
		allocation_fails = true;
}

/* Memory is short in the second zone: it is tried less and less often */
void no_memory_between_slices(void)
{
	unsigned int i;

	boot();
	lay_three();
	bring_online(other, OTHER, END);
	lay(BLOCKS, 1, ANON);
	lay(BLOCKS + 1, 1, ANON);
	load_each(25 * PERCENT);
	on_look = no_more_memory;
	start();
	next_run(NOW + PATIENCE);
	for (i = 2; i <= 16; i *= 2) {
		expect_op(looks, >, 1);
		expect(strcmp(last_run.stop, "memory"), 0);
		allocation_fails = false;
		next_run(jiffies + i * HZ / 4);
	}
	on_look = NULL;
	allocation_fails = false;
	next_run(jiffies + 8 * HZ);
	expect(last_run.stop == NULL, 1);
}

/* Each look takes 50 ms; something in the second one stops the run at look @n */
static void stopped_at_look(void (*something)(unsigned int n), unsigned int n)
{
	boot();
	lay_many();
	load_each(25 * PERCENT);
	on_look = something;
	start();
	next_run(NOW + PATIENCE);
	expect(strcmp(last_run.stop, "busy"), 0);
	expect(looks, n);
}

static void pressed(unsigned int n)
{
	if (n == 2)
		pressure = 50;
	jiffies += 5;
}

void pressure_in_run(void)
{
	stopped_at_look(pressed, 2);
}

static void all_cpus_busy(unsigned int n)
{
	if (n == 2)
		load_each(WHOLE);
	jiffies += 5;
}

void busy_in_run(void)
{
	stopped_at_look(all_cpus_busy, 3);
}

/* One CPU goes and another comes: their times do not add up */
void cpus_change(void)
{
	boot();
	cpu_set_online(3, false);
	lay_three();
	load_each(WHOLE);
	/* The one that comes has been idle for an hour more */
	cpu_clock_back(3, -3600 * NSEC_PER_SEC, 0);
	start();
	sleep_until(NOW + 4 * PERIOD + 1);
	cpu_set_online(2, false);
	cpu_set_online(3, true);
	no_run_until(NOW + 60 * HZ);
}

/* Which verdict others' use makes true, unless it is too close to say */
static bool expected(u64 all, u64 others, u64 left, enum cpu_use *use)
{
	s64 from_idle = others * 16 - all, from_spare = left * 8 - all;
	s64 close = 256 * 16 * 10 * NSEC_PER_USEC;

	if ((from_idle < close && from_idle > -close) ||
	    (from_spare < close && from_spare > -close))
		return false;
	*use = from_idle < 0 ? CPUS_IDLE :
	       from_spare < 0 || pressure >= 10 ? CPUS_BUSY : CPUS_SPARE;
	return true;
}

/* Loads of a few CPUs or of many, light or heavy */
static void random_loads(unsigned int n, u64 *busy, u64 *left)
{
	unsigned int light = random_below(20) + 1, i;

	*busy = 0;
	*left = 0;
	for (i = 0; i < n; i++) {
		u64 steal = random_below(3) ? 0 : random_below(WHOLE);
		u64 b = random_below(light) ? 0 : random_below(WHOLE - steal);
		u64 io = random_below(3) ? 0 :
			 random_below(WHOLE - steal - b);

		cpu_load(i, 0, 0);
		cpu_steal(i, 0);
		cpu_load(i, b, io);
		cpu_steal(i, steal);
		*busy += b;
		*left += WHOLE - steal - b;
	}
}

/* Some of 256 CPUs, all kinds of time, and clocks that go back */
void cpu_use_at_random(void)
{
	static struct cpu_user user;
	unsigned int trial, n = 256, told = 0, i;

	nr_cpu_ids = 256;
	random_start(seed);
	boot();
	init_cpu_use_init();
	cpu_use_add(&user, current);
	/* Clocks can go back that far */
	for (i = 0; i < nr_cpu_ids; i++)
		cpu_clock_back(i, -3600 * NSEC_PER_SEC, -3600 * NSEC_PER_SEC);
	for (trial = 0; trial < 3000; trial++) {
		unsigned long interval = 1 + random_below(100);
		unsigned int cpus = 1 + random_below(trial % 2 ? 256 : 4);
		enum cpu_use use, truth;
		u64 busy, left, own, time;
		bool back = !random_below(4), changes = !random_below(8);

		for (; n > cpus; n--)
			cpu_set_online(n - 1, false);
		for (; n < cpus; n++)
			cpu_set_online(n, true);
		random_loads(n, &busy, &left);
		pressure = random_below(4) ? 0 : random_below(100);
		cpu_use_forget(&user);
		for (i = 0; i < CPU_USE_SAMPLES; i++) {
			expect(cpu_use_look(&user), CPUS_BUSY);
			sleep_until(jiffies + interval);
		}
		/* A CPU goes, and another comes or not: that is work */
		if (changes && n > 1) {
			cpu_set_online(n - 1, false);
			if (n < 256 && random_below(2))
				cpu_set_online(n, true);
			expect(cpu_use_look(&user), CPUS_BUSY);
			if (n < 256)
				cpu_set_online(n, false);
			cpu_set_online(n - 1, true);
			continue;
		}
		time = CPU_USE_SAMPLES * interval;
		/* Some of the CPU time has been this thread's */
		own = random_below(2) ? 0 : busy * time / 2;
		own = min_t(u64, own, time * WHOLE);
		task_use_cpu(current, own);
		if (back)
			cpu_clock_back(random_below(n),
				       random_below(NSEC_PER_SEC),
				       random_below(NSEC_PER_SEC));
		use = cpu_use_look(&user);
		if (!expected(n * time * WHOLE, busy * time - own,
			      left * time + own, &truth))
			continue;
		/* A clock that goes back makes CPUs look busier at worst */
		if (back ? use > truth : use != truth)
			failed("trial %u: %u CPUs are %d, not %d", trial, n,
			       use, truth);
		told |= 1 << use;
	}
	/* Each verdict has been there */
	expect(told, 7);
}

void cpu_use_at_random_by_ticks(void)
{
	no_nohz = true;
	cpu_use_at_random();
}
