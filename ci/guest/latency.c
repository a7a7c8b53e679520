// SPDX-License-Identifier: GPL-2.0
/*
 * latency PID PREFIX - how long a foreground task waits in the middle of idle
 * compaction, whose thread PID is: until it has the CPU when its sleep is over,
 * at a single access to memory that is being moved, and for a fork: the call,
 * and all of it until the child has been reaped.  The same while the thread
 * does nothing says what is not due to it.
 *
 * Memory is scattered anew whenever nothing moves any more.  Of each kept page
 * the first word of a line must stay, and its second word counts the accesses.
 */
#include <fcntl.h>
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
#define SLEEP		(12 * MSEC)	/* long enough for the thread to take the CPU again */
#define AT_REST		(20000 * MSEC)	/* the thread has not run: there is nothing to move */

enum { IDLE, MIDDLE, STATES, UNSURE = STATES };
enum { FAULT, FORK, CALL, WAKEUP, KINDS };

static struct {
	size_t n;
	uint64_t ns[2 * SAMPLES];
} samples[STATES][KINDS];

static const char * const kinds[] = { "fault", "fork", "fork_call", "wakeup" };
static clockid_t mover_clock;
static int mover_stat;
static uint64_t latest;	/* wake-up, whatever the thread did in that sleep */

static void advise(uint64_t *p, size_t bytes, int advice)
{
	if (madvise(p, bytes, advice))
		fail("madvise");
}

/* It wants to run. If it has run lately, it did not leave the CPU by itself. */
static bool mover_is_runnable(void)
{
	char line[512], *name_ends;
	ssize_t n = pread(mover_stat, line, sizeof(line) - 1, 0);

	if (n <= 0)
		fail("stat of the thread");
	line[n] = '\0';
	name_ends = strrchr(line, ')');
	return name_ends && name_ends[1] == ' ' && name_ends[2] == 'R';
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
	return wanted(MIDDLE) == KINDS && wanted(IDLE) == KINDS;
}

/* Samples from memory that is scattered, until nothing moves any more. */
static void one_round(uint64_t *p)
{
	uint64_t due, late, took, call, before, touched = 0, moved = now();
	static size_t phase;
	size_t part = 0;
	bool runnable;
	int state, kind;

	advise(p, TOTAL_MIB * MIB, MADV_DONTFORK);
	advise(p, PART, MADV_DOFORK);
	do {
		before = clock_ns(mover_clock);
		/* at any distance from the timer tick, and from what went before */
		phase = (phase + 31) % 73;
		due = now() + SLEEP + phase * MSEC / 7;
		sleep_until(due);
		late = now() - due;

		runnable = mover_is_runnable();
		if (clock_ns(mover_clock) == before)
			state = runnable ? UNSURE : IDLE;
		else
			state = runnable ? MIDDLE : UNSURE;
		if (state != IDLE && late > latest)
			latest = late;
		kind = state == UNSURE ? KINDS : wanted(state);
		if (kind == FAULT) {
			add(state, FAULT, touch(p));
			touched++;
		} else if (kind == FORK) {
			took = fork_child(&call);
			add(state, FORK, took);
			add(state, CALL, call);
			advise(p + part * PART / sizeof(*p), PART, MADV_DONTFORK);
			part = (part + 1) % PARTS;
			advise(p + part * PART / sizeof(*p), PART, MADV_DOFORK);
		}
		if (kind != KINDS)
			add(state, WAKEUP, late);
		if (state != IDLE || kind != KINDS)
			moved = now();
	} while (!enough() && now() - moved < AT_REST);
	verify_kept(p, touched);
}

static double longest_ms(int state, int kind)
{
	return samples[state][kind].ns[samples[state][kind].n - 1] / 1e6;
}

static void report(const char *prefix, int state)
{
	const char *idle = state == IDLE ? "_idle" : "";
	int kind;

	for (kind = 0; kind < KINDS; kind++) {
		const uint64_t *ns = samples[state][kind].ns;
		size_t n = samples[state][kind].n;

		printf("@data %s_%s%s_max_ms=%.3f %s_%s%s_median_ms=%.3f\n",
		       prefix, kinds[kind], idle, longest_ms(state, kind),
		       prefix, kinds[kind], idle, ns[n / 2] / 1e6);
	}
}

int main(int argc, char **argv)
{
	int state, kind, round;
	const char *prefix;
	char path[64];
	uint64_t *p;
	size_t n;

	if (argc != 3)
		return 2;
	prefix = argv[2];
	errno = clock_getcpuclockid(atoi(argv[1]), &mover_clock);
	if (errno)
		fail(argv[1]);
	snprintf(path, sizeof(path), "/proc/%d/stat", atoi(argv[1]));
	mover_stat = open(path, O_RDONLY);
	if (mover_stat < 0)
		fail(path);
	setlinebuf(stdout);
	prctl(PR_SET_TIMERSLACK, 1);

	for (round = 0; round < ROUNDS_MAX && !enough(); round++) {
		p = take_scattered(TOTAL_MIB, LINE_WORDS, SEED, stays);
		one_round(p);
		give(p, TOTAL_MIB);
	}
	printf("@data %s_verified_MiB=%lu\n", prefix, round * TOTAL_MIB / KEEP);
	/* FORK comes last of a pair. */
	n = samples[IDLE][FORK].n;
	if (n > samples[MIDDLE][FORK].n)
		n = samples[MIDDLE][FORK].n;
	printf("@data %s_samples=%zu %s_rounds=%d\n", prefix, n, prefix, round);
	printf("@data %s_wakeup_latest_ms=%.3f\n", prefix, latest / 1e6);
	if (!enough())
		return 0;
	for (state = 0; state < STATES; state++)
		for (kind = 0; kind < KINDS; kind++)
			sort(samples[state][kind].ns, samples[state][kind].n);
	for (state = 0; state < STATES; state++)
		report(prefix, state);
	for (kind = 0; kind < KINDS; kind++)
		printf("@data %s_%s_more_ms=%.3f\n", prefix, kinds[kind],
		       longest_ms(MIDDLE, kind) - longest_ms(IDLE, kind));
	return 0;
}
