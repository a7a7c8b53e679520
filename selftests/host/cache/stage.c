// SPDX-License-Identifier: GPL-2.0
/* The machine, the memory and the runs of scenarios */
#include "stage.h"

#include <trace/events/cold_cache.h>

/* In a step: 256 pages, and of those that are locked one more look */
#define MOST_READ		(256 + 32)

struct run last_run;
unsigned long runs_started, runs_ended;
unsigned int ages[MAX_NUMNODES];
unsigned int steps_back, steps_forward;
bool others_wait;
u64 step_cost;
void (*on_look)(void);
bool host_is_dead;

static unsigned int after = 600;
static bool enabled = true, registered;
/* Pages that all runs have returned; how often the thread has slept */
static unsigned long told, nr_sleeps;

/*
 * If cold cache is on: all page cache counts as just used, and no node has made
 * a mistake. If it is off, a run in progress ends as it began.
 */
static void count_anew(void)
{
	int nid;

	if (!after || !enabled || !registered)
		return;
	for_each_online_node(nid) {
		ages[nid] = after;
		least_age[nid] = (unsigned long)after * HZ;
	}
	counted_since = jiffies;
}

static void check_step(void)
{
	if (current != kthread)
		return;
	if (mems_pages_read() > MOST_READ)
		failed("%lu pages are looked at in a step", mems_pages_read());
	if (pages_held())
		failed("%d pages are held after a step", pages_held());
}

static void check_holds_nothing(void)
{
	nr_sleeps++;
	if (mems_held() || mutexes_held() || pages_held())
		failed("the thread may sleep, and holds a lock or a page");
}

void trace_cold_cache_start(bool resumed)
{
	BUG_ON(current != kthread || runs_started != runs_ended);
	runs_started++;
	last_run = (struct run) { .at = jiffies, .resumed = resumed };
}

/* The parameter says the same as the trace event */
static void check_last_run(const char *why)
{
	char text[64];

	param_last_run.ops->get(text, &param_last_run.kp);
	if (strncmp(text, why, strlen(why)) || strcmp(text + strlen(why), "\n"))
		failed("a run that ends with \"%s\" reads as %s", why, text);
}

void trace_cold_cache_end(const char *why, unsigned long cold,
			  unsigned long pages, unsigned long kept,
			  unsigned int msecs)
{
	BUG_ON(current != kthread);
	runs_ended++;
	last_run.ended = jiffies;
	last_run.why = why;
	last_run.cold = cold;
	last_run.returned = pages;
	last_run.kept = kept;
	last_run.msecs = msecs;
	told += pages;
	if (told != vm_events[COLD_CACHE_RETURNED])
		failed("%lu pages were returned, counted are %lu", told,
		       vm_events[COLD_CACHE_RETURNED]);
	if (msecs != (last_run.ended - last_run.at) * MSEC_PER_SEC / HZ)
		failed("a run of %lu jiffies is one of %u ms",
		       last_run.ended - last_run.at, msecs);
	check_last_run(why);
	check_holds_nothing();
}

/* At the greatest age, a step back is none, and not counted */
void trace_cold_cache_backoff(int nid, unsigned int new_age,
			      unsigned long pages, unsigned long refaulted)
{
	BUG_ON(current != kthread);
	if (new_age > ages[nid])
		steps_back++;
	else if (new_age < ages[nid])
		steps_forward++;
	expect(vm_events[COLD_CACHE_BACKOFF], steps_back);
	ages[nid] = new_age;
	least_age[nid] = (unsigned long)new_age * HZ;
}

static bool look(void)
{
	task_use_cpu(kthread, step_cost);
	if (on_look)
		on_look();
	return !others_wait;
}

struct zone *add_node(int nid, unsigned long pfn, unsigned long end)
{
	return buddy_add_zone_to(nid, "Normal", pfn, end - pfn);
}

/*
 * The lowest section last, so it is the first one to be used. What is less than
 * a section at the end stays in use.
 */
void bring_online(struct zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned long p;

	for (p = pfn; p < end; p++) {
		model_own(p);
		pfn_to_page(p)->_mapcount.v = -1;
	}
	buddy_online(zone, pfn, end - pfn);
	for (p = round_down(end, SECTION); p > pfn; p -= SECTION)
		buddy_free(pfn_to_page(p - SECTION), MAX_ORDER - 1);
}

void load_all(u64 busy)
{
	int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		cpu_load(cpu, busy, 0);
}

void boot_machine(unsigned long pages)
{
	machine_start(NOW, no_chance);
	timers_start();
	buddy_init(pages);
	model_start();
	cache_start();
	super_start();
	machine_check = model_look;
	load_all(0);
	if (init_page_reporting_init())
		failed("init");
}

void boot_memory(void)
{
	boot_machine(NODE_1_END);
	bring_online(add_node(0, 0, NODE_0_END), 0, NODE_0_END);
	bring_online(add_node(1, NODE_1, NODE_1_END), NODE_1, NODE_1_END);
}

void start_thread(void)
{
	int err = init_cpu_use_init() ?: init_cold_cache_init();

	if (err)
		failed("init: %d", err);
	thread_looks = look;
	thread_sleeps = check_holds_nothing;
	mems_let_go = check_step;
	/* To the nanosecond: nothing but what a scenario says */
	task_use_cpu(kthread, 0);
}

void boot(void)
{
	boot_memory();
	start_thread();
	register_backend();
	sleep_until(jiffies + 1);
}

struct file *boot_and_read(unsigned long size)
{
	struct file *file;

	boot();
	file = new_file(size);
	file_read_all(file);
	return file;
}

static unsigned int all(unsigned int n)
{
	return 0;
}

static int report(struct page_reporting_dev_info *dev, struct scatterlist *sg,
		  unsigned int nents)
{
	model_told(sg, nents, PAGE_REPORTING_CAPACITY);
	if (host_is_dead) {
		model_answered(-EINPROGRESS);
		return -EINPROGRESS;
	}
	model_discard(all);
	model_answered(0);
	return 0;
}

static struct page_reporting_dev_info prdev;

void register_backend(void)
{
	prdev = (struct page_reporting_dev_info) { .report = report };
	model_control_begin();
	if (page_reporting_register(&prdev))
		failed("register");
	model_control_end();
	registered = true;
	count_anew();
}

void revive_host(void)
{
	host_is_dead = false;
	model_reset();
	model_control_begin();
	page_reporting_release(&prdev);
	model_control_end();
	count_anew();
}

void unregister_backend(void)
{
	model_control_begin();
	page_reporting_unregister(&prdev);
	model_control_end();
	registered = false;
}

void set_after(unsigned int seconds)
{
	char text[16];

	sprintf(text, "%u", seconds);
	set_param(&param_after, text);
	if (seconds == after)
		return;
	after = seconds;
	count_anew();
}

void set_enabled(bool on)
{
	set_param(&param_enabled, on ? "1" : "0");
	if (on == enabled)
		return;
	enabled = on;
	count_anew();
}

void set_order(unsigned int order)
{
	char text[16];

	sprintf(text, "%u", order);
	set_param(&param_page_reporting_order, text);
	count_anew();
}

unsigned int age(void)
{
	return get_param(&param_age);
}

void interrupt_run(struct file *file, unsigned long index)
{
	if (returned == MIB)
		others_wait = true;
}

struct file *new_file(unsigned long pages)
{
	return file_new(0, cgroup_root(), pages);
}

void file_read_all(struct file *file)
{
	file_read(file, 0, file->pages);
}

void use_until(unsigned long until, struct file *file, unsigned long every)
{
	while (jiffies + every <= until) {
		sleep_until(jiffies + every);
		file_read_all(file);
	}
	sleep_until(until);
}

bool ended_with(const char *why)
{
	return last_run.why && !strcmp(last_run.why, why);
}

void expect_silence(unsigned long within)
{
	unsigned long runs, sleeps;

	sleep_until(jiffies + within);
	runs = runs_started;
	sleeps = nr_sleeps;
	machine_silence(0);
	expect(runs_started, runs);
	expect(nr_sleeps, sleeps);
	check_all();
}

void check_all(void)
{
	model_check();
}
