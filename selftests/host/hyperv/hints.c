// SPDX-License-Identifier: GPL-2.0
/*
 * Hyper-V's balloon driver under hypervisors of all kinds: hypercalls byte by
 * byte, then named cases, each in a process of its own, then all at random.
 *
 * Whatever the host answers, no page in use is ever in a hint, nothing is lost,
 * a report is done when the host has done all of it, and the balloon goes on.
 * What a driver can do nothing about is a host that discards what it was not
 * told, or that takes no rep at all and says that it goes on.
 *
 * usage: hints [-s SEED] [-n OPERATIONS] [-c CASE]
 */
#include <unistd.h>

#include "buddy.h"
#include "channel.h"
#include "golden.h"
#include "hypervisor.h"
#include "kit.h"
#include "log.h"
#include "machine.h"
#include "model.h"
#include "page_reporting.h"
#include "random.h"
#include "series.h"
#include "shim-test.h"
#include "users.h"

#define SECTION			MAX_ORDER_NR_PAGES
/* At boot, 128 MiB: a report is 8 MiB at most. More comes in such pieces */
#define PAGES			(32 * SECTION)
#define MORE_START		PAGES
#define MORE_PAGES		(32 * SECTION)
/* What is in use beside, at most */
#define BLOCKS			12
/* Jiffies between two operations: nothing is returned while memory churns */
#define IDLENESS		300
/* A case that takes longer hangs, in seconds of CPU time */
#define CASE_LIMIT		120
#define RANDOM_LIMIT		1800

#define HINT_FAILED	"Cold memory discard hint failed"
#ifdef MAINLINE
#define WITHOUT_CHECK	"mainline's driver does not look"
#define WITHOUT_SUSPEND	NULL
#else
#define WITHOUT_CHECK	NULL
#define WITHOUT_SUSPEND	"the VMBus does not suspend on this base"
#endif

/* Of 2 MiB. The largest block of larger pages is more than a range of 4 KiB pages can be */
#if PAGE_SHIFT == 12
#define ORDER_2M	"9"
#define WITHOUT_SMALL	NULL
#else
#define ORDER_2M	"5"
#define WITHOUT_SMALL	"all blocks of pages of 64 KiB are large"
#endif
/* The driver says that it cannot take large pages back, and memory more on arm64 */
#define LINES_OF_PAGES	((PAGE_SHIFT != 12) + IS_ENABLED(CONFIG_ARM64))

int init_init_balloon_drv(void);
extern void **hyperv_pcpu_input_arg;

static struct zone *zone;

/* What cases leave behind for the process that started them */
static struct shared {
	unsigned long calls, large, small, good, failed, partial, discarded;
	unsigned long checks, goldens;
} *shared;

static void expect_param(const struct param *param, const char *value)
{
	char text[64];

	param->ops->get(text, &param->kp);
	text[strcspn(text, "\n")] = 0;
	if (strcmp(text, value))
		failed("a parameter is %s, not %s", text, value);
}

static void boot(void)
{
	unsigned long pfn;

	machine_start(1000, random_below);
	buddy_init(MORE_START + MORE_PAGES);
	model_start();
	zone = buddy_add_zone("Normal", 0, MORE_START + MORE_PAGES);
	for (pfn = 0; pfn < PAGES; pfn++)
		model_own(pfn);
	buddy_online(zone, 0, PAGES);
	for (pfn = 0; pfn < PAGES; pfn += SECTION)
		buddy_free(pfn_to_page(pfn), MAX_ORDER - 1);
	machine_check = model_look;
	hypervisor_start(random_below);
	if (init_page_reporting_init() || init_init_balloon_drv())
		failed("init");
	balloon_work_start();
	channel_start();
}

static struct page *kept;

/* One page in use: of all other blocks of orders below it there is one */
static void split_a_block(void)
{
	kept = buddy_alloc(zone, 0, MIGRATE_MOVABLE);
	model_write(page_to_pfn(kept), 1);
}

static void start_users(void)
{
	users_idle = IDLENESS;
	users_start(zone, BLOCKS, MAX_ORDER);
}

static void plug(void)
{
	int err;

	read_privileges();
	err = channel_plug();
	if (err)
		failed("the driver does not take the device: %d", err);
}

/* Afterwards no hypercall is made any more, and nothing is on its way */
static void unplug(void)
{
	unsigned long before;

	channel_unplug();
	before = nr_calls;
	if (reporting || registered || balloon_works())
		failed("something goes on without the device");
	expect_param(&param_backend, "none");
	sleep_until(jiffies + 100 * HZ);
	if (nr_calls != before || balloon_works() || registered)
		failed("something has gone on without the device");
}

static void expect_reports(unsigned long more)
{
	more += reports_good;
	await(reports_good >= more, 3000);
}

static void expect_no_hints(unsigned int seconds)
{
	unsigned long before = nr_hints;

	sleep_until(jiffies + seconds * HZ);
	if (nr_hints != before)
		failed("%lu hints too many", nr_hints - before);
}

/* Ballooning goes on, whatever became of reporting */
static void check_balloon(void)
{
	unsigned int done = dm.balloon_done, back = dm.unballoon_done;

	dm_balloon(2 * 512);
	await(dm.balloon_done > done && dm.ballooned == 2 * 512, 60);
	dm_unballoon();
	await(dm.unballoon_done > back, 60);
}

/* The rest of a case: the host takes everything, and all memory is its own */
static void finish(void)
{
	struct page *pages[PAGES / SECTION];
	unsigned int n = 0;

	users_stop();
	users_free();
	if (kept) {
		if (model_read(page_to_pfn(kept)) != 1)
			failed("page %lx was lost", page_to_pfn(kept));
		buddy_free(kept, 0);
	}
	hv.reps_at_once = 0;
	hv.fail_at = -1;
	if (registered) {
		/* All is reported in the end */
		await(!works_pending() && !balloon_works(), 600);
		model_check_rest();
	}
	check_balloon();
	unplug();
	drain_all_pages(NULL);
	for (n = 0; n < ARRAY_SIZE(pages); n++) {
		pages[n] = buddy_alloc(zone, MAX_ORDER - 1, MIGRATE_MOVABLE);
		if (!pages[n])
			failed("only %u blocks are left", n);
	}
	while (n--)
		buddy_free(pages[n], MAX_ORDER - 1);
	model_check();
}

static void begin(void)
{
	boot();
	plug();
	start_users();
}

/* Hypercalls, byte by byte */

static struct scatterlist golden_sg[512];

static void expect_call(const struct call *call, u64 control,
			const unsigned char *input, unsigned int bytes)
{
	unsigned int i;

	if (call->control != control)
		failed("control word %016llx, not %016llx",
		       (unsigned long long)call->control,
		       (unsigned long long)control);
	for (i = 0; i < bytes; i++)
		if (call->input[i] != input[i])
			failed("byte %u of the input is %02x, not %02x", i,
			       call->input[i], input[i]);
}

static const struct call *last_call(unsigned int before)
{
	return &calls[(nr_calls - 1 - before) % CALLS_KEPT];
}

/* The driver's report(), as the core would call it, with memory of any kind */
static int report(unsigned int n)
{
	int err;

	golden_sg[n - 1].end = true;
	err = driver_report(registered, golden_sg, n);
	golden_sg[n - 1].end = false;
	return err;
}

static void begin_golden(void)
{
	boot();
	plug();
	set_param(&param_enabled, "0");
	hv.golden = true;
}

static void add_range(unsigned int i, u64 start, unsigned int length)
{
	golden_sg[i].page = pfn_to_page(start >> PAGE_SHIFT);
	golden_sg[i].length = length;
}

static void check_golden(const struct golden *g)
{
	unsigned char input[8 * (1 + GOLDEN_RANGES)];
	unsigned int n = 0, bytes = 0;
	const char *hex;

	for (hex = g->input; *hex; hex += 2) {
		if (*hex == ' ')
			hex++;
		if (sscanf(hex, "%2hhx", &input[bytes++]) != 1)
			failed("%s: no bytes", g->input);
	}
	for (; n < GOLDEN_RANGES && g->ranges[n].length; n++)
		add_range(n, g->ranges[n].start, g->ranges[n].length);
	BUG_ON(bytes != 8 * (1 + n));
	if (report(n))
		failed("the report fails");
	expect_call(last_call(0), g->control, input, bytes);
}

/* The query, which has no input */
static void case_query(void)
{
	begin_golden();
	if (nr_queries != 1 || nr_calls != 1)
		failed("%lu queries in %lu calls", nr_queries, nr_calls);
	expect_call(&calls[0], 0x0000000000008001, NULL, 0);
}

/*
 * 511 = 0x1ff ranges fill the page: (4096 - 8) / 8. 2 MiB at each multiple of
 * 4 MiB; the last one at 510 * 4 MiB = 0x7f800000.
 */
static void case_full_page(void)
{
	static const unsigned char last[8] = {
		0x00, 0x08, 0x80, 0x7f, 0x00, 0x00, 0x00, 0x00
	};
	unsigned char input[INPUT_PAGE] = { 2 };
	unsigned int i;

	begin_golden();
	for (i = 0; i < 511; i++) {
		u64 start = i * 0x400000ull;
		unsigned int byte;

		add_range(i, start, 0x200000);
		for (byte = 0; byte < 8; byte++)
			input[8 + 8 * i + byte] = start >> 8 * byte;
		input[8 + 8 * i + 1] |= 0x08;
	}
	if (report(511))
		failed("the report fails");
	BUG_ON(memcmp(input + INPUT_PAGE - 8, last, 8));
	expect_call(last_call(0), 0x000001ff00008003, input, INPUT_PAGE);
}

/* Three ranges, two at once: the second call begins at rep 2 */
static void case_start_index(void)
{
	unsigned int i;

	begin_golden();
	hv.reps_at_once = 2;
	for (i = 0; i < 3; i++)
		add_range(i, i * 0x400000ull, 0x200000);
	if (report(3))
		failed("the report fails");
	expect_call(last_call(1), 0x0000000300008003, NULL, 0);
	expect_call(last_call(0), 0x0002000300008003, NULL, 0);
}

/* Paths */

static void case_reports(void)
{
	begin();
	expect_param(&param_backend, "hv_balloon");
	expect_param(&param_page_reporting_order, ORDER_2M);
	expect_reports(20);
	if (ranges_small)
		failed("%lu ranges are small", ranges_small);
	finish();
}

static void with_order(const char *order)
{
	boot();
	set_param(&param_page_reporting_order, order);
	plug();
	start_users();
	expect_param(&param_page_reporting_order, order);
	expect_reports(20);
	await(ranges_small && ranges_large, 3000);
	finish();
	expect_log("refuses", 0);
}

static void case_order_5(void)
{
	with_order("5");
}

static void case_order_0(void)
{
	with_order("0");
}

static void case_order_changes(void)
{
	unsigned int i;
	char order[8];

	begin();
	for (i = 0; i < 12; i++) {
		snprintf(order, sizeof(order), "%u", random_below(MAX_ORDER));
		set_param(&param_page_reporting_order, order);
		expect_reports(random_below(3));
		set_param(&param_enabled, "0");
		expect_no_hints(random_below(10));
		set_param(&param_enabled, "1");
	}
	finish();
}

static void case_partial(void)
{
	boot();
	set_param(&param_page_reporting_order, "3");
	plug();
	start_users();
	hv.reps_at_once = 1;
	/*
	 * Each is told again range by range, of which none is partial. Whoever
	 * is switched on anew has most to tell at once.
	 */
	while (reports_partial < 5) {
		expect_reports(5);
		set_param(&param_enabled, "0");
		set_param(&param_enabled, "1");
	}
	finish();
}

static void case_partial_then_error(void)
{
	boot();
	set_param(&param_page_reporting_order, "3");
	hv.reps_at_once = 1;
	hv.fail_at = 1;
	hv.fail_status = STATUS_NO_MEMORY;
	plug();
	start_users();
	/* One range is a report that is done, two are not */
	await(reports_failed >= 3 && reports_partial >= 3, 3000);
	hv.fail_at = -1;
	expect_reports(5);
	finish();
	expect_log(HINT_FAILED ": status 11", 1);
}

static void case_fails(void)
{
	boot();
	hv.fail_at = 0;
	hv.fail_status = STATUS_NO_MEMORY;
	plug();
	start_users();
	sleep_until(jiffies + 1000 * HZ);
	if (reports_good || !reports_failed)
		failed("%lu reports are done", reports_good);
	/* Less and less often, 1 to 64 s, unless there is nothing to report */
	if (reports_failed > 1000 / 20)
		failed("%lu attempts", reports_failed);
	expect_param(&param_backend, "hv_balloon");
	expect_log(HINT_FAILED, 1);
	hv.fail_at = -1;
	expect_reports(5);
	finish();
}

/* Only "invalid parameter" says that blocks are too small */
static void case_fails_small(void)
{
	boot();
	split_a_block();
	set_param(&param_page_reporting_order, "5");
	hv.fail_at = 0;
	hv.fail_status = STATUS_NO_MEMORY;
	plug();
	sleep_until(jiffies + 100 * HZ);
	start_users();
	expect_log("The host refuses", 0);
	expect_log(HINT_FAILED ": status 11", 1);
	expect_param(&param_page_reporting_order, "5");
	hv.fail_at = -1;
	await(ranges_small, 3000);
	finish();
}

static void refuses_small(const char *order)
{
	boot();
	set_param(&param_page_reporting_order, order);
	hv.takes_small = false;
	hv.reps_at_once = random_below(3);
	plug();
	start_users();
	expect_reports(10);
	finish();
	if (ranges_small)
		failed("%lu small ranges are taken", ranges_small);
	expect_log("The host refuses free blocks of less than 2 MiB", 1);
	expect_log(HINT_FAILED, 0);
	expect_log("hv_balloon reports free blocks of 2048 KiB", 1);
}

static void case_refuses_5(void)
{
	refuses_small("5");
}

/* A report is under way while another one's refusal is dealt with */
static void case_refuses_twice(void)
{
	boot();
	split_a_block();
	set_param(&param_page_reporting_order, "5");
	hv.takes_small = false;
	hv.delay = 5;
	plug();
	balloon_work_freeze();
	await(reports_failed, 60);
	await(reporting, 60);
	balloon_work_thaw();
	await(reports_failed == 2 && !balloon_works(), 60);
	expect_log("The host refuses", 1);
	start_users();
	expect_reports(2);
	finish();
}

static void case_refuses_0(void)
{
	refuses_small("0");
}

/* A smaller order is not tried again, until the device is new */
static void case_refuses_for_good(void)
{
	begin();
	hv.takes_small = false;
	expect_reports(2);
	set_param(&param_page_reporting_order, "4");
	await(log_count("The host refuses"), 3000);
	await(!balloon_works(), 60);
	expect_param(&param_page_reporting_order, ORDER_2M);
	set_param(&param_page_reporting_order, "3");
	expect_param(&param_page_reporting_order, ORDER_2M);
	expect_reports(2);
	expect_log("The host refuses", 1);
	unplug();
	hv.takes_small = true;
	plug();
	expect_param(&param_page_reporting_order, "3");
	await(ranges_small, 3000);
	finish();
}

/* "Invalid parameter" at 2 MiB is an error as any other */
static void case_refuses_large(void)
{
	boot();
	hv.fail_at = 0;
	hv.fail_status = STATUS_INVALID_PARAMETER;
	plug();
	start_users();
	sleep_until(jiffies + 1000 * HZ);
	if (reports_good || reports_failed > 1000 / 20)
		failed("%lu attempts", reports_failed);
	expect_log("The host refuses", 0);
	expect_log(HINT_FAILED ": status 5", 1);
	hv.fail_at = -1;
	expect_reports(5);
	finish();
}

/* Then at 2 MiB too: one fallback, one error */
static void case_refuses_all(void)
{
	boot();
	set_param(&param_page_reporting_order, "2");
	hv.fail_at = 0;
	hv.fail_status = STATUS_INVALID_PARAMETER;
	plug();
	start_users();
	sleep_until(jiffies + 1000 * HZ);
	expect_log("The host refuses", 1);
	expect_log(HINT_FAILED ": status 5", 1);
	if (reports_good || reports_failed > 1000 / 20)
		failed("%lu attempts", reports_failed);
	hv.fail_at = -1;
	expect_reports(5);
	finish();
}

/* Without the hint nothing is different from a driver that knows none */
static void expect_as_before(unsigned int queries, unsigned int more_lines)
{
	expect_param(&param_backend, "none");
	check_balloon();
	sleep_until(jiffies + 300 * HZ);
	if (nr_queries != queries || nr_calls != queries || balloon_works())
		failed("%lu hypercalls, %u works", nr_calls, balloon_works());
	expect_log("Using Dynamic Memory protocol version 2.0", 1);
	if (log_lines != 1 + LINES_OF_PAGES + more_lines)
		failed("%u lines are said", log_lines);
	finish();
}

static void case_no_privilege(void)
{
	boot();
	hv.privileges = ~PRIVILEGE_EXTENDED;
	plug();
	start_users();
	expect_as_before(0, 0);
}

static void case_no_capability(void)
{
	boot();
	hv.capabilities = ~CAPABILITY_DISCARD;
	plug();
	start_users();
	expect_as_before(1, 0);
}

static void case_query_fails(void)
{
	boot();
	hv.query_status = STATUS_INVALID_CODE;
	plug();
	start_users();
	expect_as_before(1, 1);
}

static void case_no_input_pages(void)
{
	boot();
	hyperv_pcpu_input_arg = NULL;
	plug();
	start_users();
	expect_as_before(1, 0);
}

static void case_no_input_page(void)
{
	boot();
	input_page(false);
	plug();
	start_users();
	expect_as_before(1, 0);
}

/* As on a CPU that goes offline: another one tries again */
static void case_input_page_goes(void)
{
	begin();
	expect_reports(2);
	input_page(false);
	set_param(&param_enabled, "0");
	set_param(&param_enabled, "1");
	await(reports_failed >= 2, 300);
	if (last_report >= 0)
		failed("a report without a page is done");
	expect_no_hints(100);
	input_page(true);
	expect_reports(2);
	finish();
	expect_log(HINT_FAILED, 0);
}

/* Others may be there first, or come later */
static int other_report(struct page_reporting_dev_info *prdev,
			struct scatterlist *sg, unsigned int nents)
{
	return -EIO;
}

static struct page_reporting_dev_info other = { .report = other_report };

static void other_comes(int want)
{
	int err;

	model_control_begin();
	err = __page_reporting_register(&other, "virtio_balloon");
	model_control_end();
	if (err != want)
		failed("the other backend gets %d", err);
}

static void case_other_first(void)
{
	boot();
	other_comes(0);
	plug();
	expect_param(&param_backend, "virtio_balloon");
	expect_log("page_reporting: hv_balloon is not needed", 1);
	check_balloon();
	expect_no_hints(300);
	/* It goes, and the other one stays */
	channel_unplug();
	expect_param(&param_backend, "virtio_balloon");
	model_control_begin();
	page_reporting_unregister(&other);
	model_control_end();
	plug();
	start_users();
	expect_reports(5);
	finish();
}

static void case_other_later(void)
{
	begin();
	expect_reports(2);
	other_comes(-EBUSY);
	expect_log("page_reporting: virtio_balloon is not needed", 1);
	model_control_begin();
	page_reporting_unregister(&other);
	model_control_end();
	expect_param(&param_backend, "hv_balloon");
	expect_reports(2);
	finish();
}

/* While the driver makes it 2 MiB, another one takes its place */
static void case_other_between(void)
{
	unsigned int i;

	boot();
	split_a_block();
	set_param(&param_page_reporting_order, "5");
	hv.takes_small = false;
	for (i = 0; i < 30; i++) {
		plug();
		await(reports_failed > i, 60);
		model_control_begin();
		__page_reporting_register(&other, "virtio_balloon");
		model_control_end();
		sleep_until(jiffies + random_below(10));
		channel_unplug();
		model_control_begin();
		page_reporting_unregister(&other);
		model_control_end();
		expect_param(&param_backend, "none");
	}
	hv.takes_small = true;
	plug();
	start_users();
	expect_reports(5);
	finish();
}

static void case_removed(void)
{
	unsigned int i;

	boot();
	hv.delay = 5;
	for (i = 0; i < 30; i++) {
		plug();
		await(reporting, 60);
		sleep_until(jiffies + random_below(4));
		unplug();
	}
	hv.delay = 0;
	plug();
	start_users();
	expect_reports(5);
	finish();
}

/* The fallback is pending, at work, or done */
static void case_removed_fallback(void)
{
	unsigned int i;

	boot();
	split_a_block();
	set_param(&param_page_reporting_order, "5");
	hv.takes_small = false;
	for (i = 0; i < 60; i++) {
		unsigned int said = log_count("The host refuses");
		bool frozen = !random_below(4);
		unsigned long turns;

		plug();
		if (frozen)
			balloon_work_freeze();
		await(balloon_works() || log_count("The host refuses") > said,
		      60);
		for (turns = random_below(12); turns; turns--)
			yield();
		unplug();
		if (frozen)
			balloon_work_thaw();
	}
	hv.takes_small = true;
	plug();
	start_users();
	expect_reports(5);
	finish();
}

/* It comes when the driver already waits for the report, to be removed */
static void case_refused_when_removed(void)
{
	unsigned int i;

	boot();
	split_a_block();
	set_param(&param_page_reporting_order, "5");
	hv.takes_small = false;
	hv.delay = 2 * HZ;
	for (i = 0; i < 30; i++) {
		plug();
		await(reporting, 60);
		sleep_until(jiffies + random_below(HZ));
		unplug();
	}
	hv.takes_small = true;
	hv.delay = 0;
	plug();
	start_users();
	expect_reports(5);
	finish();
}

static void fails_to_probe(int want)
{
	int err;

	read_privileges();
	err = channel_plug();
	if (err != want)
		failed("probing returns %d", err);
	if (nr_calls || registered || balloon_works())
		failed("something has been started");
	expect_param(&param_backend, "none");
}

static void case_probe_fails(void)
{
	boot();
	dm.open_fails = true;
	fails_to_probe(-EIO);
	dm.open_fails = false;
	dm.silent = true;
	fails_to_probe(-ETIMEDOUT);
	dm.silent = false;
	dm.refuses_capabilities = true;
	fails_to_probe(WITHOUT_CHECK ? -EPROTO : -ETIMEDOUT);
	dm.refuses_capabilities = false;
	dm.refuses_versions = true;
	fails_to_probe(WITHOUT_CHECK ? -EPROTO : -ETIMEDOUT);
	dm.refuses_versions = false;
	plug();
	start_users();
	expect_reports(5);
	finish();
}

static void case_no_memory(void)
{
	boot();
	read_privileges();
	/* The core's, for its ranges, which are the first after the answers */
	allocation_fails = true;
	if (WITHOUT_CHECK && channel_plug())
		failed("no memory to report with is no reason to fail");
	if (!WITHOUT_CHECK && channel_plug() != -ENOMEM)
		failed("probing goes on without a buffer");
	allocation_fails = false;
	expect_param(&param_backend, "none");
	if (WITHOUT_CHECK)
		channel_unplug();
	plug();
	start_users();
	expect_reports(5);
	finish();
}

/* Memory comes and goes beside reports */
static void case_balloon(void)
{
	unsigned int i;

	begin();
	hv.delay = 1;
	for (i = 0; i < 20; i++) {
		check_balloon();
		sleep_until(jiffies + random_below(3 * HZ));
	}
	expect_reports(5);
	finish();
	if (dm.statuses < 10)
		failed("%u statuses are told", dm.statuses);
}

static void case_hot_add(void)
{
	unsigned long before;

	begin();
	expect_reports(2);
	dm_hot_add(MORE_START, MORE_PAGES / 2);
	await(dm.hot_add_done == 1, 60);
	if (dm.hot_added != MORE_PAGES / 2)
		failed("%lu pages are added", dm.hot_added);
	before = model_pages_reported;
	await(model_pages_reported >= before + MORE_PAGES / 4, 600);
	finish();
}

static void case_poisoned(void)
{
	boot();
	page_poisoning = true;
	plug();
	start_users();
	expect_log("Free memory is poisoned, and so not reported", 1);
	expect_as_before(1, 1);
}

static void case_encrypted(void)
{
	boot();
	memory_encrypted = true;
	plug();
	start_users();
	expect_log("Free memory is encrypted, and so not reported", 1);
	expect_as_before(1, 1);
}

static void case_isolated(void)
{
	boot();
	hv.privileges |= PRIVILEGE_ISOLATION;
	plug();
	start_users();
	expect_log("Free memory is encrypted, and so not reported", 1);
	expect_as_before(1, 1);
}

static void freeze(void)
{
	work_freeze();
	balloon_work_freeze();
	if (channel_suspend())
		failed("the driver does not suspend");
}

static void thaw(void)
{
	if (channel_resume())
		failed("the driver does not resume");
	work_thaw();
	balloon_work_thaw();
}

static void case_frozen(void)
{
	unsigned int i, before;

	boot();
	split_a_block();
	set_param(&param_page_reporting_order, "5");
	hv.takes_small = false;
	hv.delay = 2;
	for (i = 0; i < 20; i++) {
		plug();
		before = reports_failed;
		if (i % 2) {
			sleep_until(jiffies + random_below(HZ));
		} else {
			/* What is at work comes to its end, and to a result */
			balloon_work_freeze();
			await(reports_failed > before, 60);
		}
		freeze();
		before = registrations;
		expect_no_hints(10);
		if (registrations != before)
			failed("registered while all is frozen");
		thaw();
		expect_reports(1);
		unplug();
	}
	plug();
	start_users();
	finish();
}

/* The boot kernel uses what has been reported, and the image knows nothing of it */
static void case_hibernated(void)
{
	unsigned int i;

	begin();
	for (i = 0; i < 10; i++) {
		expect_reports(3);
		freeze();
		if (registered || zone_page_state(zone, NR_FREE_REPORTED))
			failed("%lu pages are marked in the image",
			       zone_page_state(zone, NR_FREE_REPORTED));
		expect_no_hints(10);
		thaw();
		if (!registered)
			failed("nothing is reported any more");
	}
	finish();
}

static void case_resume_fails(void)
{
	begin();
	expect_reports(3);
	freeze();
	dm.refuses_versions = true;
	if (!channel_resume())
		failed("resumed without a version");
	work_thaw();
	balloon_work_thaw();
	expect_no_hints(100);
	expect_param(&param_backend, "none");
}

static void case_reboot(void)
{
	begin();
	hv.delay = 3;
	await(reporting, 60);
	model_control_begin();
	reboot_notifier->notifier_call(reboot_notifier, 0, NULL);
	model_control_end();
	if (reporting)
		failed("a report is under way in the kernel that comes next");
	expect_no_hints(300);
}

/* Everything at once */
static void case_random(void)
{
	unsigned long n;

	boot();
	plug();
	start_users();
	for (n = 0; n < wanted; n++) {
		char order[8];

		switch (random_below(12)) {
		case 0:
			hv.reps_at_once = random_below(4);
			break;
		case 1:
			hv.fail_at = random_below(6);
			hv.fail_status = random_below(2) ? STATUS_NO_MEMORY :
						     STATUS_INVALID_PARAMETER;
			break;
		case 2:
		case 3:
			hv.fail_at = -1;
			break;
		case 4:
			hv.takes_small = random_below(3);
			break;
		case 5:
			hv.delay = random_below(4);
			break;
		case 6:
			snprintf(order, sizeof(order), "%u",
				 random_below(MAX_ORDER));
			set_param(&param_page_reporting_order, order);
			break;
		case 7:
			unplug();
			/* Without one the driver would not register */
			input_page(true);
			plug();
			break;
		case 8:
			check_balloon();
			break;
		case 9:
			input_page(random_below(4));
			break;
		case 10:
			freeze();
			sleep_until(jiffies + random_below(HZ));
			thaw();
			break;
		default:
			expect_param(&param_backend, "hv_balloon");
		}
		model_check();
		await(!balloon_works(), 60);
		sleep_until(jiffies + random_below(5 * HZ));
		log_lines = 0;
	}
	input_page(true);
	hv.fail_at = -1;
	hv.takes_small = true;
	expect_reports(1);
	finish();
}

static const struct test_case tests[] = {
	{ "golden: the query", case_query },
	{ "golden: 511 ranges", case_full_page },
	{ "golden: a call goes on where the last one has stopped", case_start_index },
	{ "2 MiB and more", case_reports },
	{ "order 5", case_order_5, WITHOUT_SMALL },
	{ "order 0", case_order_0, WITHOUT_SMALL },
	{ "the order changes, and the switch", case_order_changes },
	{ "partial completion, then the rest", case_partial },
	{ "partial completion, then an error", case_partial_then_error },
	{ "the host always fails", case_fails },
	{ "the host always fails, with small blocks", case_fails_small, WITHOUT_SMALL },
	{ "order 5 is refused", case_refuses_5, WITHOUT_SMALL },
	{ "order 0 is refused", case_refuses_0, WITHOUT_SMALL },
	{ "order 5 is refused twice", case_refuses_twice, WITHOUT_SMALL },
	{ "what is refused stays refused", case_refuses_for_good, WITHOUT_SMALL },
	{ "2 MiB is refused", case_refuses_large },
	{ "all is refused", case_refuses_all, WITHOUT_SMALL },
	{ "no privilege", case_no_privilege },
	{ "no capability", case_no_capability },
	{ "the query fails", case_query_fails },
	{ "no input pages", case_no_input_pages, WITHOUT_CHECK },
	{ "no input page", case_no_input_page, WITHOUT_CHECK },
	{ "the input page goes, and comes", case_input_page_goes },
	{ "another backend is there", case_other_first },
	{ "another backend comes", case_other_later },
	{ "another backend comes while small blocks are given up", case_other_between, WITHOUT_SMALL },
	{ "removed with a report under way", case_removed },
	{ "removed while small blocks are given up", case_removed_fallback, WITHOUT_SMALL },
	{ "removed, and then refused", case_refused_when_removed },
	{ "probing fails", case_probe_fails },
	{ "no memory", case_no_memory },
	{ "ballooning beside reports", case_balloon },
	{ "hot-add beside reports", case_hot_add },
	{ "poisoned pages", case_poisoned },
	{ "encrypted memory", case_encrypted },
	{ "an isolated VM", case_isolated },
	{ "frozen with a report under way", case_frozen, WITHOUT_SMALL },
	{ "hibernated", case_hibernated, WITHOUT_SUSPEND },
	{ "resuming fails", case_resume_fails, WITHOUT_SUSPEND },
	{ "a reboot with a report under way", case_reboot },
	{ "at random", case_random },
};

static const struct golden *golden;

static const char *no_golden(const struct golden *g)
{
	unsigned int i;

	for (i = 0; i < GOLDEN_RANGES; i++)
		if ((g->ranges[i].start | g->ranges[i].length) % PAGE_SIZE)
			return "parts of a page";
	return NULL;
}

static void case_golden(void)
{
	begin_golden();
	check_golden(golden);
}

static void begin_case(unsigned int place)
{
	kit_steps("hypercall", &nr_calls);
	random_start(seed + place + 1);
}

static void end_case(void)
{
	shared->calls += nr_calls;
	shared->large += ranges_large;
	shared->small += ranges_small;
	shared->good += reports_good;
	shared->failed += reports_failed;
	shared->partial += reports_partial;
	shared->discarded += pages_discarded;
	shared->checks += model_checks;
	shared->goldens += hv.golden;
	fflush(stdout);
	/* Nothing is said about memory that contexts still refer to */
	_exit(0);
}

int main(int argc, char **argv)
{
	struct runner apart = { .begin = begin_case, .end = end_case };
	unsigned int i;
	int status;

	wanted = 300;
	kit_start(argc, argv, "s:n:c:",
		  "hints [-s SEED] [-n OPERATIONS] [-c CASE]");
	shared = kit_share(sizeof(*shared));
	apart.seconds = CASE_LIMIT;
	for (i = 0; i < nr_goldens; i++) {
		char name[80];
		const struct test_case test = { name, case_golden, no_golden(&goldens[i]) };

		golden = &goldens[i];
		snprintf(name, sizeof(name), "golden: %s", golden->name);
		run_case(&apart, &test);
	}
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (tests[i].run == case_random)
			apart.seconds = RANDOM_LIMIT;
		run_case(&apart, &tests[i]);
	}
	status = kit_end();
	printf("# figure: hyper-v hypercalls = %lu\n", shared->calls);
	printf("# figure: hyper-v golden calls = %lu\n", shared->goldens);
	printf("# figure: hyper-v reports done = %lu\n", shared->good);
	printf("# figure: hyper-v reports failed = %lu\n", shared->failed);
	printf("# figure: hyper-v partial completions = %lu\n", shared->partial);
	printf("# figure: hyper-v ranges of 2 MiB pages = %lu\n", shared->large);
	printf("# figure: hyper-v ranges of 4 KiB pages = %lu\n", shared->small);
	printf("# figure: hyper-v pages discarded = %lu\n", shared->discarded);
	printf("# figure: hyper-v checks of all pages = %lu\n", shared->checks);
	return status;
}
