// SPDX-License-Identifier: GPL-2.0
/*
 * latency PID - how long a foreground task waits in the middle of a pass of
 * idle compaction, whose thread PID is: until it has the CPU when its sleep is
 * over, at a single access to memory that is being moved, and for a fork: the
 * call, and all of it until the child has been reaped.  The same when no pass
 * is under way says what is not due to it.
 *
 * Memory is scattered anew whenever nothing moves any more.  Of each kept page
 * the first word of a line must stay, and its second word counts the accesses.
 */
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "guest.h"

#define TOTAL_MIB	1024UL
#define PAGES		(TOTAL_MIB * MIB / PAGE)
#define KEEP		4		/* one page in so many stays */
#define HOLE		256		/* behind one in so many of these a page is allocated */
#define PART		(128 * MIB)	/* what a child gets: fork's own cost is that of its size */
#define PARTS		(TOTAL_MIB * MIB / PART)
#define SEED		0x1a7e4c9ULL
#define SAMPLES		100
#define ROUNDS_MAX	60
#define SLEEP		(12 * MSEC)	/* long enough for a pass to have half of the CPU */
#define AT_REST		(5000 * MSEC)	/* without a pass: there is nothing to move */

enum { IDLE, PASS, STATES, UNSURE = STATES };
enum { FAULT, FORK, CALL, WAKEUP, KINDS };

static struct {
	size_t n;
	uint64_t ns[2 * SAMPLES];
} samples[STATES][KINDS];

static const char * const kinds[] = { "fault", "fork", "fork_call", "wakeup" };
static clockid_t mover_clock;

static void advise(uint64_t *p, size_t bytes, int advice)
{
	if (madvise(p, bytes, advice))
		fail("madvise");
}

static bool stays(size_t page)
{
	return page % KEEP == 0;
}

static void verify_kept(const uint64_t *p, uint64_t touched)
{
	size_t word;

	verify_scattered(p, TOTAL_MIB, LINE_WORDS, SEED, stays);
	for (word = 1; word < PAGES * PAGE_WORDS; word += KEEP * PAGE_WORDS)
		if (p[word] != touched)
			bad("count of accesses", word, touched, p[word]);
}

/* The longest access: to each page kept, after a fork with a fault, and to some that are freed. */
static uint64_t touch(volatile uint64_t *p)
{
	uint64_t longest = 0, from, to = now();
	size_t i;

	for (i = 0; i < PAGES; i += KEEP) {
		from = to;
		p[i * PAGE_WORDS + 1]++;
		to = now();
		if (to - from > longest)
			longest = to - from;
	}
	for (i = 1; i < PAGES; i += KEEP * HOLE) {
		from = now();
		p[i * PAGE_WORDS] = 1;
		to = now();
		if (to - from > longest)
			longest = to - from;
	}
	for (i = 1; i < PAGES; i += KEEP * HOLE)
		advise((uint64_t *)p + i * PAGE_WORDS, PAGE, MADV_DONTNEED);
	return longest;
}

/* All of it, and the call alone. */
static uint64_t fork_child(uint64_t *call)
{
	uint64_t from = now();
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (!pid)
		_exit(0);
	*call = now() - from;
	if (waitpid(pid, NULL, 0) != pid)
		fail("waitpid");
	return now() - from;
}

/* Fault and fork in turn, none when there are enough of both. */
static int wanted(int state)
{
	int kind = samples[state][FORK].n < samples[state][FAULT].n ? FORK : FAULT;

	return samples[state][kind].n < SAMPLES ? kind : KINDS;
}

static void add(int state, int kind, uint64_t ns)
{
	samples[state][kind].ns[samples[state][kind].n++] = ns;
}

static bool enough(void)
{
	return wanted(PASS) == KINDS && wanted(IDLE) == KINDS;
}

/*
 * Samples from memory that is scattered, until nothing moves any more.  One
 * counts for a pass if its thread ran for most of the sleep before it and went
 * on in the sleep after it, for none if it did not run in either.
 */
static void one_round(uint64_t *p)
{
	struct { int state, kind; uint64_t late, took, call; } last = { UNSURE, KINDS, 0, 0, 0 };
	uint64_t due, late, before, ran, asleep, touched = 0, moved = now();
	static size_t phase;
	size_t part = 0;

	advise(p, TOTAL_MIB * MIB, MADV_DONTFORK);
	advise(p, PART, MADV_DOFORK);
	do {
		before = clock_ns(mover_clock);
		/* at any distance from the timer tick, and from what went before */
		phase = (phase + 31) % 73;
		asleep = SLEEP + phase * MSEC / 7;
		due = now() + asleep;
		sleep_until(due);
		late = now() - due;
		ran = clock_ns(mover_clock) - before;

		if (last.kind != KINDS && last.state == (ran ? PASS : IDLE)) {
			add(last.state, last.kind, last.took);
			add(last.state, WAKEUP, last.late);
			if (last.kind == FORK)
				add(last.state, CALL, last.call);
		}
		last.late = late;
		last.state = ran > asleep / 2 ? PASS : ran ? UNSURE : IDLE;
		last.kind = last.state == UNSURE ? KINDS : wanted(last.state);
		if (last.kind == FAULT) {
			last.took = touch(p);
			touched++;
		} else if (last.kind == FORK) {
			last.took = fork_child(&last.call);
			advise(p + part * PART / sizeof(*p), PART, MADV_DONTFORK);
			part = (part + 1) % PARTS;
			advise(p + part * PART / sizeof(*p), PART, MADV_DOFORK);
		}
		if (ran || last.kind != KINDS)
			moved = now();
	} while (!enough() && now() - moved < AT_REST);
	verify_kept(p, touched);
}

static void report(int state, int kind)
{
	const uint64_t *ns = samples[state][kind].ns;
	const char *idle = state == IDLE ? "_idle" : "";
	size_t n = samples[state][kind].n;

	if (!n)
		return;
	sort(samples[state][kind].ns, n);
	printf("@data latency_%s%s_max_ms=%.3f latency_%s%s_median_ms=%.3f\n",
	       kinds[kind], idle, ns[n - 1] / 1e6, kinds[kind], idle, ns[n / 2] / 1e6);
}

int main(int argc, char **argv)
{
	int state, kind, round;
	uint64_t *p;

	if (argc != 2)
		return 2;
	errno = clock_getcpuclockid(atoi(argv[1]), &mover_clock);
	if (errno)
		fail(argv[1]);
	setlinebuf(stdout);
	prctl(PR_SET_TIMERSLACK, 1);

	for (round = 0; round < ROUNDS_MAX && !enough(); round++) {
		p = take_scattered(TOTAL_MIB, LINE_WORDS, SEED, stays);
		one_round(p);
		give(p, TOTAL_MIB);
	}
	printf("@data latency_verified_MiB=%lu\n", round * TOTAL_MIB / KEEP);
	/* FORK comes last of a pair. */
	printf("@data latency_samples=%zu latency_rounds=%d\n", samples[PASS][FORK].n, round);
	for (state = PASS; state >= IDLE; state--)
		for (kind = 0; kind < KINDS; kind++)
			report(state, kind);
	return 0;
}
