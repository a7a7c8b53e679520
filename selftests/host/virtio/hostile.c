// SPDX-License-Identifier: GPL-2.0
/*
 * The balloon driver against hosts that are slow, dead, mistaken or hostile:
 * named cases, each in a process of its own, then hosts at random.
 *
 * Whatever the host does to the ring, the guest goes on, within the limit of a
 * report; what the host may still discard is used by nobody; what is lost is
 * counted; the balloon goes on; and all is back after an answer, or a reset.
 *
 * No driver can prevent, and nothing here counts as a failure, that a host
 * - reads and changes memory, or discards what it has said to be done with: an
 *   index ahead of its entries says so of reports that are yet to come;
 * - keeps inflating, deflating and a reset waiting for ever: so these are asked
 *   only of devices that answer them;
 * - breaks the ring: the report in flight is lost, and later ones are refused;
 * - makes the stock ring walk descriptors in circles or out of the ring: such
 *   cases run, and are skipped with what was seen.
 *
 * usage: hostile [-s SEED] [-n RING-OPERATIONS] [-c CASE]
 */
#include <unistd.h>

#include "buddy.h"
#include "device.h"
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
#define PAGES			(24 * SECTION)
/* What is in use beside, at most */
#define BLOCKS			16
#define REPORT_LIMIT		(30 * HZ)
/* Whoever waits longer than this waits for ever, in jiffies */
#define PATIENCE		(3600 * HZ)
/* A case that takes longer hangs, in seconds of CPU time */
#define CASE_LIMIT		60
#define STOCK_LIMIT		2
#define RANDOM_LIMIT		1800

#define USUAL			(F_STATS | F_REPORTING | F_VERSION_1)

int init_virtio_init(void);
int init_virtio_balloon_driver(void);

static struct host *const h = &hosts[0];
static struct zone *zone;

/* What cases leave behind for the process that started them */
static struct shared {
	unsigned long ring_operations, good, lost, late, failed, checks;
	unsigned long longest_report, longest_unplug, longest_freeze;
} *shared;

static unsigned long quarantined(void)
{
	return get_param(&param_quarantined);
}

static bool resetting;			/* what is lost may come back */

static void check_quarantine(void)
{
	unsigned int tries = 0;

	/* It is said a moment after it is so, and takes another to be read */
	while (!resetting && !releasing && quarantined() != model_lost()) {
		if (tries++ == 10)
			failed("%lu pages are said to be in quarantine, %lu are",
			       quarantined(), model_lost());
		sleep_until(jiffies + 1);
	}
	if (jiffies > progress + PATIENCE)
		failed("nothing goes on since jiffy %lu", progress);
}

static void boot(void)
{
	unsigned long pfn;

	machine_start(1000, random_below);
	buddy_init(PAGES);
	model_start();
	zone = buddy_add_zone("Normal", 0, PAGES);
	for (pfn = 0; pfn < PAGES; pfn++)
		model_own(pfn);
	buddy_online(zone, 0, PAGES);
	for (pfn = 0; pfn < PAGES; pfn += SECTION)
		buddy_free(pfn_to_page(pfn), MAX_ORDER - 1);
	machine_check = model_look;
	if (init_page_reporting_init() || init_virtio_init() ||
	    init_virtio_balloon_driver())
		failed("init");
	balloon_work_start();
	host_start(random_below);
	users_check = check_quarantine;
	users_start(zone, BLOCKS, MAX_ORDER - 1);
}

/* A report, the reset, and what the balloon holds, in three steps at most */
static void unplug(void)
{
	unsigned long start = jiffies;

	resetting = true;
	host_unplug(h);
	resetting = false;
	shared->longest_unplug = max(shared->longest_unplug, jiffies - start);
	if (jiffies - start > REPORT_LIMIT + h->reset_delay + 3 * h->delay + HZ)
		failed("removing the device took %lu jiffies", jiffies - start);
	if (model_lost() || quarantined())
		failed("after a reset %lu pages are lost, %lu said to be",
		       model_lost(), quarantined());
}

static void freeze(void)
{
	unsigned long start;

	/* Works are frozen first. A pass of the core may be more than one report */
	work_freeze();
	balloon_work_freeze();
	start = jiffies;
	resetting = true;
	host_freeze(h);
	resetting = false;
	shared->longest_freeze = max(shared->longest_freeze, jiffies - start);
	if (jiffies - start > h->reset_delay + 3 * h->delay + HZ)
		failed("freezing took %lu jiffies", jiffies - start);
	if (model_lost() || quarantined())
		failed("%lu pages are lost, and the device is reset",
		       model_lost());
}

static int thaw(void)
{
	int err = host_restore(h);

	work_thaw();
	balloon_work_thaw();
	return err;
}

static void restore(void)
{
	if (thaw())
		failed("restoring failed");
}

static void plug(void)
{
	if (!host_plug(h))
		failed("the driver does not take the device");
}

static void expect_reports(unsigned long more)
{
	more += reports_good;
	await(reports_good >= more, 300);
}

static void expect_no_reports(unsigned int seconds)
{
	unsigned long before = reports_good + reports_lost;

	sleep_until(jiffies + seconds * HZ);
	if (reports_good + reports_lost != before)
		failed("%lu reports too many",
		       reports_good + reports_lost - before);
}

/* The balloon takes memory, and gives it back, whatever became of reporting */
static void check_balloon(void)
{
	host_ask(h, 40);
	await(host_got(h) == 40 && host_pages() == 40, 60);
	host_ask(h, 3);
	await(host_got(h) == 3 && host_pages() == 3, 60);
	host_ask(h, 0);
	await(!host_got(h) && !host_pages(), 60);
}

static void expect_lost(void)
{
	await(reports_lost == 1, 60);
	await(quarantined() && quarantined() == model_lost(), 1);
	set_param(&param_enabled, "0");
	set_param(&param_enabled, "1");
	expect_no_reports(200);
	if (!model_lost())
		failed("the quarantine is over before the reset");
	check_balloon();
}

static void use_all_memory(void)
{
	struct page *pages[PAGES];
	unsigned int n = 0;

	while ((pages[n] = buddy_alloc(zone, 0, MIGRATE_MOVABLE)))
		n++;
	if (!n)
		failed("there is no memory");
	while (n--)
		buddy_free(pages[n], 0);
	drain_all_pages(NULL);
}

/* Each case ends so: what was lost is back, and a good host is reported to */
static void finish(void)
{
	unplug();
	use_all_memory();
	host_offer(h, USUAL, 32);
	plug();
	expect_reports(3);
	check_balloon();
	unplug();
	users_stop();
	model_check();
	if (works_pending() || static_key_enabled(&page_reporting_active))
		failed("something goes on without a device");
}

static void begin(u64 features, unsigned int size)
{
	boot();
	host_offer(h, features, size);
}

/* What a host does about a report */

static void use_and_publish(struct queue *q, u32 id, u32 len)
{
	host_use(q, id, len);
	host_publish(q, q->used);
}

static void answer_empty(struct host *host, struct queue *q)
{
	model_discard(random_below);
	use_and_publish(q, q->head, 0);
	host_interrupt(host, q);
}

static void answer_huge(struct host *host, struct queue *q)
{
	model_discard(random_below);
	use_and_publish(q, q->head, ~0U);
	host_interrupt(host, q);
}

static void answer_silently(struct host *host, struct queue *q)
{
	model_discard(random_below);
	use_and_publish(q, q->head, 0);
}

static void answer_out_of_range(struct host *host, struct queue *q)
{
	use_and_publish(q, q->ring.num, 0);
	host_interrupt(host, q);
}

static void answer_far_out(struct host *host, struct queue *q)
{
	use_and_publish(q, 0xfffffff0, 0);
	host_interrupt(host, q);
}

static void answer_no_head(struct host *host, struct queue *q)
{
	use_and_publish(q, (q->head + 1) % q->ring.num, 0);
	host_interrupt(host, q);
}

static void answer_twice(struct host *host, struct queue *q)
{
	host_use(q, q->head, 0);
	host_answer(host, q);
}

static void answer_ahead(struct host *host, struct queue *q)
{
	host_use(q, q->head, 0);
	q->used += 5;
	host_publish(q, q->used);
	host_interrupt(host, q);
}

static void answer_back(struct host *host, struct queue *q)
{
	host_publish(q, q->used - 1);
	host_interrupt(host, q);
}

static void answer_far_ahead(struct host *host, struct queue *q)
{
	host_publish(q, q->used + q->ring.num + 1);
	host_interrupt(host, q);
}

/* It never answers, and says so all the time */
static void only_interrupt(struct host *host, struct queue *q)
{
	host_interrupt(host, q);
	q->due = jiffies + 1;
}

static void never_answer(struct host *host, struct queue *q)
{
}

static void interrupt_then_answer(struct host *host, struct queue *q)
{
	if (random_below(50)) {
		host_interrupt(host, q);
		q->due = jiffies + 1;
	} else {
		host_answer(host, q);
	}
}

/* The host stands still for that long, and then goes on */
static unsigned long stands_still;
static struct queue *still;
static void (*answer_in_the_end)(struct host *host, struct queue *q);

static void answer_late(struct host *host, struct queue *q)
{
	if (!stands_still) {
		host_answer(host, q);
		return;
	}
	if (still != q) {
		still = q;
		q->due = jiffies + stands_still;
		return;
	}
	still = NULL;
	answer_in_the_end(host, q);
}

static void break_device(struct host *host, struct queue *q)
{
	virtio_break_device(&host->vdev);
	host_interrupt(host, q);
}

static void overwrite_table(struct queue *q, u16 set, u16 clear)
{
	unsigned int i;

	for (i = 0; i < q->ring.num; i++) {
		struct vring_desc *d = &q->ring.desc[i];

		d->addr = ~0ULL;
		d->len = ~0U;
		d->flags = (d->flags | set) & ~clear;
		host_scribble(q);
	}
}

static void overwrite_addresses(struct host *host, struct queue *q)
{
	overwrite_table(q, 0, 0);
	host_answer(host, q);
}

static void overwrite_indirect(struct host *host, struct queue *q)
{
	overwrite_table(q, VRING_DESC_F_INDIRECT, VRING_DESC_F_WRITE);
	host_answer(host, q);
}

static void overwrite_ends(struct host *host, struct queue *q)
{
	overwrite_table(q, 0, VRING_DESC_F_NEXT);
	host_answer(host, q);
}

static void overwrite_next(struct host *host, struct queue *q)
{
	overwrite_table(q, VRING_DESC_F_NEXT, 0);
	host_answer(host, q);
}

static void point_all(struct queue *q, u16 to)
{
	unsigned int i;

	for (i = 0; i < q->ring.num; i++) {
		q->ring.desc[i].next = to;
		host_scribble(q);
	}
}

/*
 * Begins with a chain of several descriptors: there the stock ring of 4.19 hangs.
 * With a chain of one it would first use descriptors twice, and lose ranges.
 */
static void overwrite_cycle(struct host *host, struct queue *q)
{
	static bool begun;

	if (q->ring.desc[q->head].flags & VRING_DESC_F_NEXT)
		begun = true;
	if (begun)
		point_all(q, q->head);
	host_answer(host, q);
}

static void overwrite_outside(struct host *host, struct queue *q)
{
	point_all(q, 0xfff0);
	host_answer(host, q);
}

static void overwrite_avail(struct host *host, struct queue *q)
{
	struct vring_avail *avail = q->ring.avail;
	unsigned int i;

	for (i = 0; i < q->ring.num; i++)
		avail->ring[i] = 0xffff;
	avail->flags = 0xffff;
	/* Anything but what looks like one more buffer */
	avail->idx = q->added + 1000;
	host_scribble(q);
	host_answer(host, q);
}

/* Between the guest's look at the index and its look at the entry */
static void change_entry(struct host *host)
{
	struct queue *q = host_queue(host, REPORTING);

	if (!q->vq || q->head < 0 || q->used == q->taken)
		return;
	q->ring.used->ring[q->taken % q->ring.num].id = 0x80000000;
	host_scribble(q);
}

static void take_index_back(struct host *host)
{
	struct queue *q = host_queue(host, REPORTING);

	if (!q->vq || q->head < 0 || q->used == q->taken)
		return;
	host_publish(q, q->taken);
}

/* The named cases */

static void reports_go_on(void (*report)(struct host *, struct queue *),
			  u64 features, unsigned int size)
{
	begin(features, size);
	h->report = report;
	plug();
	expect_reports(20);
	if (reports_lost)
		failed("%lu reports are lost", reports_lost);
	check_balloon();
	finish();
}

static void report_is_lost(void (*report)(struct host *, struct queue *))
{
	begin(USUAL, 32);
	h->report = report;
	plug();
	expect_lost();
	finish();
}

static void case_good(void)
{
	reports_go_on(NULL, USUAL, 32);
}

static void case_good_events(void)
{
	reports_go_on(NULL, USUAL | F_EVENT_IDX, 32);
}

static void case_good_legacy(void)
{
	reports_go_on(NULL, F_STATS | F_REPORTING, 32);
}

static void case_indirect_offered(void)
{
	reports_go_on(NULL, USUAL | F_INDIRECT | F_IOMMU, 32);
}

static void case_polls(void)
{
	begin(USUAL, 32);
	h->no_kick = true;
	plug();
	expect_reports(20);
	check_balloon();
	finish();
}

static void case_polls_events(void)
{
	begin(USUAL | F_EVENT_IDX, 32);
	h->no_kick = true;
	plug();
	expect_reports(20);
	check_balloon();
	finish();
}

static void case_late(void)
{
	begin(USUAL, 32);
	h->delay = 29 * HZ;
	plug();
	expect_reports(5);
	if (reports_lost)
		failed("a report is lost that was answered in time");
	h->delay = 0;
	check_balloon();
	finish();
}

static void case_silent(void)
{
	begin(USUAL, 32);
	h->report = answer_silently;
	plug();
	expect_reports(3);
	if (reports_lost || longest_report != REPORT_LIMIT)
		failed("%lu reports are lost, the longest took %lu",
		       reports_lost, longest_report);
	finish();
}

static void case_needless_interrupts(void)
{
	reports_go_on(interrupt_then_answer, USUAL, 32);
}

static void case_length_0(void)
{
	reports_go_on(answer_empty, USUAL, 32);
}

static void case_length_huge(void)
{
	reports_go_on(answer_huge, USUAL, 32);
}

static void case_out_of_range(void)
{
	report_is_lost(answer_out_of_range);
	if (longest_report > HZ)
		failed("a broken ring is noticed after %lu jiffies",
		       longest_report);
}

static void case_far_out(void)
{
	report_is_lost(answer_far_out);
}

static void case_no_head(void)
{
	report_is_lost(answer_no_head);
}

/* The second entry is taken for the answer to the next report: the host's lie */
static void case_twice(void)
{
	begin(USUAL, 32);
	h->report = answer_twice;
	plug();
	expect_reports(2);
	check_balloon();
	finish();
}

static void case_ahead(void)
{
	begin(USUAL, 32);
	h->report = answer_ahead;
	plug();
	expect_reports(2);
	check_balloon();
	finish();
}

static void settle(void (*report)(struct host *, struct queue *))
{
	begin(USUAL, 32);
	h->report = report;
	plug();
	await(reports_good + reports_lost > 1, 120);
	check_balloon();
	finish();
}

static void case_back(void)
{
	settle(answer_back);
}

static void case_far_ahead(void)
{
	settle(answer_far_ahead);
}

/* Nothing is out, and an entry is there: the guest does not look until it is */
static void case_before_avail(void)
{
	begin(USUAL, 32);
	plug();
	host_use(host_queue(h, REPORTING), 0, 0);
	host_publish(host_queue(h, REPORTING), 1);
	host_interrupt(h, host_queue(h, REPORTING));
	expect_reports(2);
	check_balloon();
	finish();
}

static void case_before_avail_bad(void)
{
	begin(USUAL, 32);
	plug();
	host_use(host_queue(h, REPORTING), 77, 0);
	host_publish(host_queue(h, REPORTING), 1);
	host_interrupt(h, host_queue(h, REPORTING));
	h->report = never_answer;
	expect_lost();
	finish();
}

static void case_changed_entry(void)
{
	begin(USUAL, 32);
	h->at_barrier = change_entry;
	plug();
	expect_lost();
	finish();
}

static void case_index_taken_back(void)
{
	begin(USUAL, 32);
	h->at_barrier = take_index_back;
	plug();
	await(reports_good + reports_lost, 60);
	check_balloon();
	finish();
}

static void case_addresses(void)
{
	reports_go_on(overwrite_addresses, USUAL, 32);
}

static void case_indirect(void)
{
	reports_go_on(overwrite_indirect, USUAL, 32);
}

/* Reports of many ranges, chains of as many descriptors: so many are answered */
static void long_chains(void (*report)(struct host *, struct queue *),
			unsigned long enough)
{
	begin(USUAL, 32);
	set_param(&param_page_reporting_order, "0");
	users_idle = 10;
	h->report = report;
	plug();
	await(reports_good > enough || reports_failed, 60000);
	check_balloon();
	finish();
}

/*
 * Descriptors of chains that end early are never free again: no room, in time.
 * Until then, reports of one range still find room.
 */
static void case_ends(void)
{
	long_chains(overwrite_ends, 100000);
	if (!reports_failed)
		failed("there is room after %lu reports", reports_good);
}

static void case_next(void)
{
	long_chains(overwrite_next, 1000);
}

static void case_cycle(void)
{
	long_chains(overwrite_cycle, 1000);
}

static void case_outside(void)
{
	long_chains(overwrite_outside, 1000);
}

static void case_avail(void)
{
	reports_go_on(overwrite_avail, USUAL, 32);
}

static void case_never(void)
{
	report_is_lost(never_answer);
	if (longest_report != REPORT_LIMIT)
		failed("a dead host is given up after %lu jiffies",
		       longest_report);
}

static void case_only_interrupts(void)
{
	report_is_lost(only_interrupt);
}

static void begin_late(unsigned long seconds,
		       void (*in_the_end)(struct host *, struct queue *))
{
	begin(USUAL, 32);
	h->report = answer_late;
	stands_still = seconds * HZ;
	answer_in_the_end = in_the_end;
	plug();
}

static void expect_set_aside(void)
{
	await(reports_lost == 1, 60);
	await(quarantined() && quarantined() == model_lost(), 1);
}

/* What was set aside is back, and reporting goes on by itself */
static void expect_recovery(unsigned int seconds)
{
	await(!model_lost() && !quarantined(), seconds);
	if (reports_late != 1)
		failed("%lu late answers are taken", reports_late);
	expect_log("is answered after all", 1);
	stands_still = 0;
	expect_reports(5);
	check_balloon();
}

/* The core is asked, and the host has not answered: see device.c */
static void late_by(unsigned long seconds)
{
	begin_late(seconds, host_answer);
	expect_set_aside();
	if (seconds > 60)
		expect_no_reports(seconds - 50);
	expect_recovery(seconds);
	finish();
}

static void case_late_31(void)
{
	late_by(31);
}

static void case_late_hour(void)
{
	late_by(3600);
}

/* Just when the driver gives up, a jiffy before that, and a jiffy after it */
static void case_late_by_little(void)
{
	unsigned int i;

	begin_late(0, host_answer);
	for (i = 0; i < 200; i++) {
		unsigned long ended = reports_good + reports_lost;

		stands_still = REPORT_LIMIT - 1 + random_below(3);
		await(reports_good + reports_lost > ended, 300);
		stands_still = 0;
		await(!model_lost() && !quarantined(), 5);
	}
	if (reports_late != reports_lost || reports_lost < 10)
		failed("%lu reports are lost, %lu answers late", reports_lost,
		       reports_late);
	finish();
}

static void answer_at_log(const char *text)
{
	if (!strstr(text, "no answer on the free page reporting queue"))
		return;
	on_log = NULL;
	host_answer(h, host_queue(h, REPORTING));
}

/* The driver has looked for the last time, and does not know yet that it has */
static void case_late_by_nothing(void)
{
	begin(USUAL, 32);
	h->report = never_answer;
	on_log = answer_at_log;
	plug();
	await(reports_lost == 1, 60);
	h->report = NULL;
	expect_recovery(1);
	finish();
}

static void case_late_always(void)
{
	begin_late(35, host_answer);
	await(reports_late >= 10, 3000);
	if (reports_good)
		failed("%lu reports are answered in time", reports_good);
	stands_still = 0;
	expect_reports(5);
	check_balloon();
	finish();
}

/* Whatever it says beside, it has said that it is done */
static void late_and(void (*in_the_end)(struct host *, struct queue *))
{
	begin_late(33, in_the_end);
	expect_set_aside();
	await(!model_lost() && !quarantined(), 60);
	stands_still = 0;
	/* Its lie may break the ring, and then the queue is of no use */
	await(reports_good > 3 || reports_failed, 300);
	check_balloon();
	finish();
}

static void case_late_huge(void)
{
	late_and(answer_huge);
}

static void case_late_twice(void)
{
	late_and(answer_twice);
}

static void case_late_ahead(void)
{
	late_and(answer_ahead);
}

/* It is no answer: all stays where it is until the reset */
static void late_but(void (*in_the_end)(struct host *, struct queue *))
{
	begin_late(33, in_the_end);
	expect_set_aside();
	expect_no_reports(200);
	if (!model_lost() || quarantined() != model_lost() || reports_late)
		failed("%lu pages are lost, %lu said to be", model_lost(),
		       quarantined());
	check_balloon();
	finish();
}

static void case_late_out_of_range(void)
{
	late_but(answer_out_of_range);
}

static void case_late_no_head(void)
{
	late_but(answer_no_head);
}

static void case_late_breaks(void)
{
	begin_late(33, break_device);
	expect_set_aside();
	expect_no_reports(200);
	finish();
}

/* Switched off and on meanwhile: on has to wait for the answer */
static void case_late_switched(void)
{
	begin_late(100, host_answer);
	expect_set_aside();
	set_param(&param_enabled, "0");
	set_param(&param_enabled, "1");
	set_param(&param_page_reporting_order, "2");
	expect_no_reports(40);
	expect_recovery(60);
	finish();
}

static void case_late_switched_off(void)
{
	begin_late(60, host_answer);
	expect_set_aside();
	set_param(&param_enabled, "0");
	await(!model_lost() && !quarantined(), 60);
	expect_no_reports(100);
	set_param(&param_enabled, "1");
	stands_still = 0;
	expect_reports(5);
	finish();
}

/* The answer, or the work that it is for, meets the end of the queue */
static void case_late_removed(void)
{
	unsigned int i;

	boot();
	for (i = 0; i < 30; i++) {
		unsigned long lost = reports_lost;

		host_offer(h, USUAL, 32);
		h->report = answer_late;
		stands_still = 40 * HZ;
		answer_in_the_end = host_answer;
		plug();
		await(reports_lost > lost, 60);
		sleep_until(host_queue(h, REPORTING)->due - 3 + random_below(6));
		still = NULL;
		unplug();
	}
	host_offer(h, USUAL, 32);
	plug();
	finish();
}

static void case_late_frozen(void)
{
	unsigned int i;

	begin_late(40, host_answer);
	for (i = 0; i < 20; i++) {
		unsigned long lost = reports_lost;

		stands_still = 40 * HZ;
		await(reports_lost > lost, 120);
		sleep_until(host_queue(h, REPORTING)->due - 3 + random_below(6));
		work_freeze();
		balloon_work_freeze();
		sleep_until(jiffies + random_below(5));
		freeze();
		still = NULL;
		stands_still = 0;
		restore();
		expect_reports(10);
		check_balloon();
	}
	finish();
}

/* It reads the queue that the specification numbers 4; the guest's is 3 */
static void case_another_queue(void)
{
	begin(USUAL, 32);
	h->queues[h->nr_queues++] = (struct queue) {
		.role = HINT, .size = 32, .head = -1,
	};
	h->report = never_answer;
	plug();
	expect_lost();
	if (model_lost() > MAX_ORDER_NR_PAGES)
		failed("%lu pages are lost to a queue that nobody reads",
		       model_lost());
	finish();
}

static void case_kick_fails(void)
{
	begin(USUAL, 32);
	h->kick_fails = true;
	h->report = never_answer;
	plug();
	expect_lost();
	if (longest_report > HZ)
		failed("a failing kick is noticed after %lu jiffies",
		       longest_report);
	finish();
}

/* A ring that is broken has no interrupts any more: the limit ends the wait */
static void case_broken_in_flight(void)
{
	begin(USUAL, 32);
	h->report = break_device;
	plug();
	await(reports_lost, 60);
	expect_no_reports(100);
	finish();
}

static void case_broken_before(void)
{
	begin(USUAL, 32);
	plug();
	virtio_break_device(&h->vdev);
	await(reports_failed > 3, 300);
	if (reports_good || reports_lost || quarantined())
		failed("%lu good reports, %lu lost", reports_good,
		       reports_lost);
	finish();
}

static void await_flight(void)
{
	await(host_queue(h, REPORTING)->told &&
	      host_queue(h, REPORTING)->head >= 0, 60);
}

static void case_removed(void)
{
	begin(USUAL, 32);
	h->delay = 5 * HZ;
	plug();
	await_flight();
	finish();
	if (reports_lost)
		failed("a report is lost that was answered");
}

static void case_removed_dead(void)
{
	begin(USUAL, 32);
	h->report = never_answer;
	plug();
	await_flight();
	finish();
	if (reports_lost != 1)
		failed("%lu reports are lost", reports_lost);
}

/* What is queued at the end waits, as works do while all is frozen */
static void case_removed_dead_frozen(void)
{
	begin(USUAL, 32);
	h->report = never_answer;
	plug();
	await_flight();
	balloon_work_freeze();
	unplug();
	balloon_work_thaw();
	host_offer(h, USUAL, 32);
	plug();
	finish();
}

static void case_pulled_out(void)
{
	begin(USUAL, 32);
	h->delay = 2 * HZ;
	plug();
	await_flight();
	h->gone = true;
	virtio_break_device(&h->vdev);
	finish();
	if (reports_lost != 1)
		failed("%lu reports are lost", reports_lost);
}

static void case_slow_reset(void)
{
	begin(USUAL, 32);
	h->report = never_answer;
	h->reset_delay = 10 * HZ;
	plug();
	expect_lost();
	finish();
}

static void case_freeze(void)
{
	begin(USUAL, 32);
	h->delay = 5 * HZ;
	plug();
	await_flight();
	freeze();
	sleep_until(jiffies + 100 * HZ);
	restore();
	h->delay = 0;
	expect_reports(5);
	check_balloon();
	finish();
}

static void case_freeze_dead(void)
{
	begin(USUAL, 32);
	h->report = never_answer;
	plug();
	await_flight();
	freeze();
	if (reports_lost != 1)
		failed("%lu reports are lost", reports_lost);
	h->report = NULL;
	restore();
	expect_reports(5);
	check_balloon();
	finish();
}

static void case_freeze_full(void)
{
	begin(USUAL, 32);
	plug();
	host_ask(h, 100);
	await(host_got(h) == 100, 60);
	freeze();
	if (host_got(h) || host_pages())
		failed("%u pages are in the balloon", host_got(h));
	restore();
	await(host_got(h) == 100, 60);
	expect_reports(3);
	host_ask(h, 0);
	await(!host_got(h), 60);
	finish();
}

static void case_restore_fails(void)
{
	begin(USUAL, 32);
	h->report = never_answer;
	plug();
	expect_lost();
	freeze();
	host_queue(h, DEFLATE)->size = 0;
	if (!thaw())
		failed("restored without a queue");
	expect_no_reports(60);
	finish();
}

/* Each of the driver's works is asked for when works are frozen already */
static void ask_for_works(void)
{
	host_ask(h, 50);
	host_answer(h, host_queue(h, STATS));
	if (h->vdev.features & F_HINT)
		host_hints(h);
}

static void freeze_with_works(void)
{
	work_freeze();
	balloon_work_freeze();
	ask_for_works();
	freeze();
	memory_is_short();
}

static void case_freeze_works(void)
{
	unsigned int i;

	begin(USUAL | F_HINT | F_DEFLATE, 32);
	plug();
	for (i = 0; i < 20; i++) {
		u16 added;

		freeze_with_works();
		sleep_until(jiffies + random_below(100));
		restore();
		await(host_got(h) == 50 && host_pages() == 50, 60);
		expect_reports(1);
		host_ask(h, 0);
		await(!host_got(h), 60);
		if (!(h->vdev.features & F_HINT))
			continue;
		added = host_queue(h, HINT)->added;
		host_hints(h);
		await(host_queue(h, HINT)->added != added, 1);
	}
	finish();
}

static void case_restore_fails_works(void)
{
	begin(USUAL | F_HINT | F_DEFLATE, 32);
	plug();
	expect_reports(3);
	freeze_with_works();
	host_queue(h, DEFLATE)->size = 0;
	if (!thaw())
		failed("restored without a queue");
	ask_for_works();
	memory_is_short();
	expect_no_reports(60);
	finish();
}

/* Removed, and frozen, in the middle of all that it does */
static void case_short(void)
{
	unsigned int i;

	begin(USUAL | F_HINT | F_DEFLATE, 32);
	plug();
	for (i = 0; i < 50; i++) {
		ask_for_works();
		sleep_until(jiffies + random_below(20));
		memory_is_short();
		if (i % 3 == 0) {
			freeze();
			memory_is_short();
			restore();
		} else if (i % 3 == 1) {
			unplug();
			memory_is_short();
			host_offer(h, USUAL | F_HINT | F_DEFLATE, 32);
			plug();
		}
	}
	host_ask(h, 0);
	await(!host_got(h), 60);
	expect_reports(3);
	finish();
}

/* Mainline's driver wants all queues that it knows of, and so does that of 6.1 */
static void fails_without_queue(void)
{
#ifdef HOLES_HAVE_NO_NUMBER
	skip_case("this base's driver fails, as mainline's does, where a queue is missing");
	finish();
#else
	failed("the driver fails for want of a queue");
#endif
}

static void case_restore_without(void)
{
	begin(USUAL, 32);
	plug();
	expect_reports(3);
	freeze();
	host_queue(h, REPORTING)->size = 0;
	if (thaw()) {
		fails_without_queue();
		return;
	}
	expect_no_reports(60);
	check_balloon();
	finish();
}

static void case_no_queue(void)
{
	begin(USUAL, 32);
	host_queue(h, REPORTING)->size = 0;
	if (!host_plug(h)) {
		fails_without_queue();
		return;
	}
	expect_no_reports(60);
	check_balloon();
	finish();
}

static void case_no_memory(void)
{
	begin(USUAL, 32);
	register_fails = true;
	plug();
	register_fails = false;
	expect_no_reports(60);
	check_balloon();
	freeze();
	restore();
	expect_reports(3);
	finish();
}

static void case_second(void)
{
	struct host *other = &hosts[1];

	begin(USUAL, 32);
	plug();
	expect_reports(3);
	host_offer(other, USUAL, 32);
	if (!host_plug(other))
		failed("the driver does not take the other device");
	expect_reports(3);
	if (host_queue(other, REPORTING)->added)
		failed("two devices are reported to");
	host_unplug(other);
	expect_reports(3);
	check_balloon();
	finish();
}

/* All that can be offered, one after the other, with and without poison */
static void offers(u64 always, u64 never)
{
	static const u64 bits[] = { F_STATS, F_HINT, F_POISON, F_REPORTING, F_VERSION_1 };
	unsigned int set, i;

	boot();
	for (set = 0; set < 2 << ARRAY_SIZE(bits); set++) {
		u64 features = 0;
		bool reports;

		page_poisoning = set & 1;
		for (i = 0; i < ARRAY_SIZE(bits); i++)
			if (set & (2 << i))
				features |= bits[i];
		if ((features & always) != always || (features & never))
			continue;
		reports = (features & F_REPORTING) &&
			  (!page_poisoning || (features & F_POISON));
		host_offer(h, features, 32);
		plug();
		if (!(h->vdev.features & F_REPORTING) == reports)
			failed("features %llx of %llx, poison %d",
			       (unsigned long long)h->vdev.features,
			       (unsigned long long)features, page_poisoning);
		if (reports)
			expect_reports(2);
		else
			expect_no_reports(10);
		check_balloon();
		unplug();
	}
	page_poisoning = false;
	host_offer(h, USUAL, 32);
	plug();
	finish();
}

static void case_offers(void)
{
	offers(0, F_STATS | F_HINT);
}

static void case_offers_stats(void)
{
	offers(F_STATS, F_HINT);
}

static void case_offers_hint(void)
{
	offers(F_HINT, F_STATS);
}

static void case_offers_both(void)
{
	offers(F_STATS | F_HINT, 0);
}

static void case_poison(void)
{
	begin(USUAL | F_POISON, 32);
	page_poisoning = true;
	plug();
	expect_reports(3);
	freeze();
	h->config.poison_val = 0;
	restore();
	expect_reports(3);
	page_poisoning = false;
	finish();
}

static void case_poison_refused(void)
{
	begin(USUAL, 32);
	page_poisoning = true;
	plug();
	expect_no_reports(60);
	check_balloon();
	expect_log("free memory is poisoned, and so not reported", 1);
	page_poisoning = false;
	finish();
}

/* Not offered is not declined */
static void case_poison_unasked(void)
{
	begin(F_STATS | F_VERSION_1, 32);
	page_poisoning = true;
	plug();
	expect_no_reports(10);
	expect_log("poison", 0);
	page_poisoning = false;
	finish();
}

static bool told_of_poison;

static void filled_with_zeroes(u64 features)
{
	begin(features, 32);
	plug();
	expect_reports(3);
	expect_log("poison", 0);
	told_of_poison = h->vdev.features & F_POISON;
	freeze();
	h->config.poison_val = 0x55;
	restore();
	expect_reports(3);
	check_balloon();
	finish();
}

static void case_zeroes(void)
{
	init_on_free = true;
	filled_with_zeroes(USUAL);
}

static void case_zeroes_told(void)
{
	init_on_free = true;
	filled_with_zeroes(USUAL | F_POISON);
#ifdef HOLES_HAVE_NO_NUMBER
	if (!told_of_poison)
		failed("the host offers to be told of the zeroes, and is not");
#endif
}

static void case_poison_0(void)
{
#ifdef HOLES_HAVE_NO_NUMBER
	skip_case("poison is never 0 on this base");
#else
	page_poisoning = true;
	page_poison = 0;
	filled_with_zeroes(USUAL);
#endif
}

static void case_poison_0_told(void)
{
#ifdef HOLES_HAVE_NO_NUMBER
	skip_case("poison is never 0 on this base");
#else
	page_poisoning = true;
	page_poison = 0;
	filled_with_zeroes(USUAL | F_POISON);
#endif
}

static void case_encrypted(void)
{
	begin(USUAL, 32);
	memory_encrypted = true;
	plug();
	expect_no_reports(60);
	expect_log("free memory is encrypted, and so not reported", 1);
	expect_log("no free page reporting", 0);
	check_balloon();
	memory_encrypted = false;
	finish();
}

static void small_ring(unsigned int size)
{
	begin(USUAL, size);
	set_param(&param_page_reporting_order, "0");
	users_idle = 10;
	plug();
	expect_reports(100);
	check_balloon();
	finish();
}

static void case_ring_1(void)
{
	small_ring(1);
}

static void case_ring_2(void)
{
	small_ring(2);
}

static void case_ring_16(void)
{
	small_ring(16);
}

static void case_ring_1024(void)
{
	small_ring(1024);
}

static void case_balloon_beside(void)
{
	unsigned int i;

	begin(USUAL, 32);
	h->delay = HZ / 10;
	plug();
	for (i = 0; i < 50; i++) {
		unsigned int pages = random_below(300);

		host_ask(h, pages);
		await(host_got(h) == pages && host_pages() == pages, 60);
		sleep_until(jiffies + random_below(300));
	}
	if (reports_good < 20 || reports_lost)
		failed("%lu good reports, %lu lost", reports_good,
		       reports_lost);
	host_ask(h, 0);
	await(!host_got(h), 60);
	finish();
}

/* More than there is: it is given what there is, and takes no for an answer */
static void case_too_much(void)
{
	begin(USUAL, 32);
	plug();
	host_ask(h, 0xffffffff);
	sleep_until(jiffies + 20 * HZ);
	if (host_got(h) < PAGES / 2)
		failed("the balloon has %u pages", host_got(h));
	host_ask(h, 0);
	await(!host_got(h), 60);
	expect_reports(3);
	finish();
}

static void case_stats(void)
{
	struct queue *q;
	unsigned int i;

	begin(USUAL, 32);
	h->report = never_answer;
	plug();
	q = host_queue(h, STATS);
	for (i = 0; i < 100; i++) {
		u16 added = q->added;

		host_answer(h, q);
		await(q->added == (u16)(added + 1), 1);
		host_interrupt(h, q);
	}
	expect_lost();
	finish();
}

static void case_switched(void)
{
	unsigned int i;

	begin(USUAL, 32);
	h->delay = HZ;
	plug();
	for (i = 0; i < 20; i++) {
		await_flight();
		set_param(&param_enabled, "0");
		if (host_queue(h, REPORTING)->head >= 0)
			failed("off, and a report is out");
		set_param(&param_page_reporting_order, i & 1 ? "2" : "4");
		set_param(&param_enabled, "1");
	}
	finish();
}

static void case_switched_dead(void)
{
	unsigned long start;

	begin(USUAL, 32);
	h->report = never_answer;
	plug();
	await_flight();
	start = jiffies;
	set_param(&param_enabled, "0");
	if (jiffies - start > REPORT_LIMIT)
		failed("switching off took %lu jiffies", jiffies - start);
	expect_lost();
	finish();
}

static void case_reboot(void)
{
	unsigned long start;

	begin(USUAL, 32);
	h->report = never_answer;
	plug();
	await_flight();
	start = jiffies;
	model_control_begin();
	reboot_notifier->notifier_call(reboot_notifier, 0, NULL);
	model_control_end();
	if (jiffies - start > REPORT_LIMIT)
		failed("rebooting took %lu jiffies", jiffies - start);
	if (reports_lost != 1 || static_key_enabled(&page_reporting_active))
		failed("reporting goes on");
	set_param(&param_enabled, "1");
	finish();
}

static void case_oom(void)
{
	unsigned long start, freed = 0;

	begin(USUAL, 32);
	h->report = never_answer;
	plug();
	await_flight();
	start = jiffies;
	oom_notifier->notifier_call(oom_notifier, 0, &freed);
	page_reporting_wait(0, max_pfn);
	if (jiffies - start > 2 * HZ || freed)
		failed("waited for %lu jiffies, for %lu pages",
		       jiffies - start, freed);
	expect_lost();
	finish();
}

/* Hosts at random */


static void random_scribble(struct queue *q)
{
	struct vring_desc *d = &q->ring.desc[random_below(q->ring.num)];

	switch (random_below(6)) {
	case 0:
		d->addr = (u64)random_below(INT_MAX) << random_below(32);
		break;
	case 1:
		d->len = random_below(INT_MAX);
		break;
	case 2:
		d->flags |= VRING_DESC_F_INDIRECT;
		break;
	case 3:
		d->flags &= ~random_below(8);
		break;
	case 4:
		q->ring.avail->ring[random_below(q->ring.num)] = random_below(65536);
		break;
	case 5:
		q->ring.avail->flags = random_below(65536);
		break;
	}
	host_scribble(q);
}

static void random_report(struct host *host, struct queue *q)
{
	static void (*const honest[])(struct host *, struct queue *) = {
		host_answer, host_answer, answer_empty, answer_huge,
	};
	static void (*const hostile[])(struct host *, struct queue *) = {
		answer_silently, answer_out_of_range, answer_far_out,
		answer_no_head, answer_twice, answer_ahead, answer_back,
		answer_far_ahead, never_answer, overwrite_addresses,
		overwrite_indirect, overwrite_ends, overwrite_avail,
	};

	if (!random_below(16)) {
		unsigned int n = random_below(20);

		while (n--)
			random_scribble(q);
	}
	if (!random_below(8)) {
		q->due = jiffies + (random_below(64) ? random_below(50) : random_below(6000));
		host_interrupt(host, q);
	} else if (!random_below(128)) {
		hostile[random_below(ARRAY_SIZE(hostile))](host, q);
	} else {
		honest[random_below(ARRAY_SIZE(honest))](host, q);
	}
}

static void random_barrier(struct host *host)
{
	struct queue *q = host_queue(host, REPORTING);

	if (!q || !q->vq || random_below(64))
		return;
	switch (random_below(128)) {
	case 0:
		q->ring.used->ring[random_below(q->ring.num)].id = random_below(2 * q->ring.num);
		host_scribble(q);
		break;
	case 1:
		host_publish(q, q->used + random_below(3) - 1);
		break;
	case 2 ... 100:
		q->ring.used->ring[random_below(q->ring.num)].len = random_below(INT_MAX);
		host_scribble(q);
		break;
	}
}

/*
 * One thing that happens to a device. One that dies is asked for nothing: the
 * wait for it has no end.
 */
static void random_event(bool asks)
{
	struct queue *q;

	switch (random_below(16)) {
	case 0 ... 3:
		if (asks)
			host_ask(h, random_below(200));
		if (h->vdev.features & F_HINT)
			host_hints(h);
		break;
	case 4 ... 6:
		q = host_queue(h, STATS);
		if (q && q->head >= 0)
			host_answer(h, q);
		break;
	case 7 ... 9:
		host_interrupt(h, &h->queues[random_below(h->nr_queues)]);
		break;
	case 10:
		set_param(&param_enabled, random_below(4) ? "1" : "0");
		break;
	case 11:
		set_param(&param_page_reporting_order,
			  (const char *[]) { "0", "1", "3", "5" }[random_below(4)]);
		break;
	case 12:
		if (random_below(4))
			break;
		freeze();
		sleep_until(jiffies + random_below(1000));
		restore();
		break;
	case 13:
		if (!asks && !random_below(8))
			virtio_break_device(&h->vdev);
		break;
	case 14:
		if (!asks && !random_below(8))
			h->gone = true;
		break;
	case 15:
		h->kick_fails |= !random_below(16);
		if (asks)
			memory_is_short();
		break;
	}
}

static void random_hosts(void)
{
	static const u64 bits[] = { F_STATS, F_HINT, F_POISON, F_EVENT_IDX,
		F_INDIRECT, F_VERSION_1, F_DEFLATE,
	};

	boot();
	users_idle = 30;
	while (ring_operations < wanted) {
		u64 features = random_below(16) ? F_REPORTING : 0;
		unsigned int i, events = random_below(60);
		bool asks = random_below(2);

		for (i = 0; i < ARRAY_SIZE(bits); i++)
			if (random_below(2))
				features |= bits[i];
		progress = jiffies;
		log_lines = 0;
		page_poisoning = !random_below(4);
		/* With hints, one entry of their ring is set aside */
		host_offer(h, features, 2U << random_below(7));
		h->delay = random_below(4) ? random_below(5) : random_below(500);
		h->reset_delay = random_below(4) ? 0 : random_below(200);
		h->no_kick = !random_below(8);
		h->report = random_report;
		h->at_barrier = random_below(2) ? random_barrier : NULL;
		register_fails = !random_below(32);
		plug();
		register_fails = false;
		while (events-- && !h->gone) {
			sleep_until(jiffies + 1 + random_below(200));
			progress = jiffies;
			random_event(asks);
		}
		set_param(&param_enabled, "1");
		unplug();
	}
	page_poisoning = false;
	host_offer(h, USUAL, 32);
	plug();
	finish();
}

/* What the stock ring does, where it does not hold */
#define STOCK(what) \
	.hangs = what ": it hangs", \
	.crashes = what ": it reads and writes outside of it"

static const struct test_case tests[] = {
	{ "a good host", case_good },
	{ "a good host, with EVENT_IDX", case_good_events },
	{ "a good host of before VIRTIO 1", case_good_legacy },
	{ "indirect descriptors and an IOMMU are offered", case_indirect_offered },
	{ "a host that polls", case_polls },
	{ "a host that polls, with EVENT_IDX", case_polls_events },
	{ "an answer after 29 s", case_late },
	{ "an answer without an interrupt", case_silent },
	{ "needless interrupts", case_needless_interrupts },
	{ "length 0", case_length_0 },
	{ "length 2^32 - 1", case_length_huge },
	{ "an id out of range by one", case_out_of_range },
	{ "an id far out of range", case_far_out },
	{ "an id that is no head", case_no_head },
	{ "the same buffer twice", case_twice },
	{ "the used index jumps ahead", case_ahead },
	{ "the used index jumps ahead by more than the ring", case_far_ahead },
	{ "the used index goes back", case_back },
	{ "a used entry before there is a buffer", case_before_avail },
	{ "a bad used entry before there is a buffer", case_before_avail_bad },
	{ "a used entry changes while it is read", case_changed_entry },
	{ "the used index is taken back while it is read", case_index_taken_back },
	{ "addresses and lengths overwritten", case_addresses },
	{ "INDIRECT set in the table", case_indirect },
	{ "NEXT cleared in the table", case_ends },
	{ "the avail ring overwritten", case_avail },
	{ "NEXT set in the table", case_next,
	  STOCK("the stock ring follows the NEXT flags that the host can write") },
	{ "a cycle in the table", case_cycle,
	  STOCK("the stock ring of 4.19 follows the table that the host can write") },
	{ "the table leads out of the ring", case_outside,
	  STOCK("the stock ring of 4.19 follows the table that the host can write") },
	{ "no answer", case_never },
	{ "no answer, but interrupts", case_only_interrupts },
	{ "an answer after 31 s", case_late_31 },
	{ "an answer after an hour", case_late_hour },
	{ "an answer when the driver gives up", case_late_by_little },
	{ "an answer when the driver has just given up", case_late_by_nothing },
	{ "each answer is late", case_late_always },
	{ "a late answer of length 2^32 - 1", case_late_huge },
	{ "a late answer, twice", case_late_twice },
	{ "a late answer, and the used index jumps ahead", case_late_ahead },
	{ "a late answer with an id out of range", case_late_out_of_range },
	{ "a late answer with an id that is no head", case_late_no_head },
	{ "the device breaks, with a report that is late", case_late_breaks },
	{ "a late answer, switched off and on before", case_late_switched },
	{ "a late answer, and reporting is off", case_late_switched_off },
	{ "a late answer when the device is removed", case_late_removed },
	{ "a late answer when the device is frozen", case_late_frozen },
	{ "a reporting queue that nobody reads", case_another_queue },
	{ "a kick that fails", case_kick_fails },
	{ "the device breaks, with a report in flight", case_broken_in_flight },
	{ "the device is broken before the first report", case_broken_before },
	{ "removed with a report in flight", case_removed },
	{ "removed with a report in flight that is not answered", case_removed_dead },
	{ "removed with a report that is given up, and works frozen", case_removed_dead_frozen },
	{ "pulled out with a report in flight", case_pulled_out },
	{ "a host that discards until the reset is done", case_slow_reset },
	{ "freeze and restore with a report in flight", case_freeze },
	{ "freeze and restore of a dead host", case_freeze_dead },
	{ "freeze and restore of a full balloon", case_freeze_full },
	{ "freeze and restore with works that wait", case_freeze_works },
	{ "restoring fails", case_restore_fails },
	{ "restoring fails, with works that wait", case_restore_fails_works },
	{ "frozen, removed, and short of memory", case_short },
	{ "restoring without a reporting queue", case_restore_without },
	{ "no reporting queue", case_no_queue },
	{ "no memory to report with", case_no_memory },
	{ "a second balloon", case_second },
	{ "offers: no statistics, no hints", case_offers },
	{ "offers: statistics", case_offers_stats },
	{ "offers: hints", case_offers_hint },
	{ "offers: statistics and hints", case_offers_both },
	{ "poison_val is set before DRIVER_OK", case_poison },
	{ "poison, and no PAGE_POISON", case_poison_refused },
	{ "poison, and no reporting", case_poison_unasked },
	{ "poison that is 0, and no PAGE_POISON", case_poison_0 },
	{ "poison that is 0, and PAGE_POISON", case_poison_0_told },
	{ "zeroes at free, and no PAGE_POISON", case_zeroes },
	{ "zeroes at free, and PAGE_POISON", case_zeroes_told },
	{ "encrypted memory", case_encrypted },
	{ "a ring of 1", case_ring_1 },
	{ "a ring of 2", case_ring_2 },
	{ "a ring of 16", case_ring_16 },
	{ "a ring of 1024", case_ring_1024 },
	{ "the balloon inflates and deflates meanwhile", case_balloon_beside },
	{ "a host that asks for more than there is", case_too_much },
	{ "statistics beside a dead reporting queue", case_stats },
	{ "switched off and on with a report in flight", case_switched },
	{ "switched off with a report that is not answered", case_switched_dead },
	{ "a reboot with a report that is not answered", case_reboot },
	{ "out of memory with a report that is not answered", case_oom },
	{ "hosts at random", random_hosts },
};

static void begin_case(unsigned int place)
{
	kit_steps("ring operation", &ring_operations);
	random_start(seed * ARRAY_SIZE(tests) + place);
}

static void end_case(void)
{
	shared->ring_operations += ring_operations;
	shared->good += reports_good;
	shared->lost += reports_lost;
	shared->late += reports_late;
	shared->failed += reports_failed;
	shared->checks += model_checks;
	shared->longest_report = max(shared->longest_report, longest_report);
	fflush(stdout);
	/* Nothing is said about memory that contexts still refer to */
	_exit(0);
}

static unsigned int limit_of(const struct test_case *t)
{
	if (t->crashes)
		return STOCK_LIMIT;
	return t->run == random_hosts ? RANDOM_LIMIT : CASE_LIMIT;
}

int main(int argc, char **argv)
{
	struct runner apart = { .begin = begin_case, .end = end_case };
	unsigned int i;
	int status;

	wanted = 1000000;
	kit_start(argc, argv, "s:n:c:",
		  "hostile [-s SEED] [-n RING-OPERATIONS] [-c CASE]");
	shared = kit_share(sizeof(*shared));
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		apart.seconds = limit_of(&tests[i]);
		run_case(&apart, &tests[i]);
	}
	status = kit_end();
	printf("# figure: hostile ring operations = %lu\n", shared->ring_operations);
	printf("# figure: hostile reports answered = %lu\n", shared->good);
	printf("# figure: hostile reports lost = %lu\n", shared->lost);
	printf("# figure: hostile reports answered too late = %lu\n", shared->late);
	printf("# figure: hostile reports refused by the ring = %lu\n", shared->failed);
	printf("# figure: hostile checks of all pages = %lu\n", shared->checks);
	printf("# figure: hostile longest report = %lu ms\n", shared->longest_report * 1000 / HZ);
	printf("# figure: hostile longest removal = %lu ms\n", shared->longest_unplug * 1000 / HZ);
	printf("# figure: hostile longest freeze = %lu ms\n", shared->longest_freeze * 1000 / HZ);
	return status;
}
