/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every test program shares: its options, what it expects, how it runs
 * named cases, and how it prints results, which is TAP. The first thing that
 * does not hold ends the process: see failed() in <linux/kernel.h>.
 */
#ifndef _KIT_H
#define _KIT_H

#include <linux/sched.h>

/* What the command line says */
extern u64 seed;			/* -s, else the time */
extern unsigned long wanted;		/* -n; a program sets the default */
extern bool only_cases;			/* -S, or -c: nothing at random */

/**
 * kit_start - the first call of a program
 * @letters: the options that it has, as for getopt(), of "s:n:c:S"
 * @usage: how to call it
 *
 * With -c CASE all cases but this one are left out.
 */
void kit_start(int argc, char **argv, const char *letters, const char *usage);

/**
 * kit_steps - how far a program has come is told where something fails
 * @name: of what is counted
 * @count: where that is counted
 */
void kit_steps(const char *name, const unsigned long *count);

/** kit_share - zeroed memory that this process and its children share */
void *kit_share(size_t size);

/* Nobody is ever interrupted; whoever waits runs when all others do */
unsigned int no_chance(unsigned int n);

/* How many of these have been looked at */
extern unsigned long expectations;

#define kit_expect(a, op, b, text) do {					\
	long _l = (a), _r = (b);					\
									\
	expectations++;							\
	if (!(_l op _r))						\
		failed("%s:%d: %s is %ld, not " #op " %ld", __FILE__,	\
		       __LINE__, text, _l, _r);				\
} while (0)
/* expect - @a must be @b; expect_op - or above it, or below it ... */
#define expect(a, b)		kit_expect(a, ==, b, #a)
#define expect_op(a, op, b)	kit_expect(a, op, b, #a)

/* When the test last went on, in jiffies */
extern unsigned long progress;

/* await - let time pass until @condition holds */
#define await(condition, seconds) do {					\
	unsigned long _until = jiffies + (seconds) * HZ;		\
									\
	while (!(condition)) {						\
		if (jiffies > _until)					\
			failed("not within %u s: %s",			\
			       (unsigned int)(seconds), #condition);	\
		progress = jiffies;					\
		sleep_until(jiffies + 1);				\
	}								\
} while (0)

/**
 * struct test_case - one behaviour
 * @name: for -c, and for the line with the result
 * @run: what it does; it has passed when this returns
 * @skip: why it cannot be run here, or NULL
 * @hangs: why it may hang, which skips it then; NULL: it must not
 * @crashes: the same where it crashes; what failed() says is no crash
 */
struct test_case {
	const char *name;
	void (*run)(void);
	const char *skip;
	const char *hangs, *crashes;
};

/**
 * struct runner - how cases are run
 * @seconds: in a process of its own, which may use so much CPU time: for cases
 *	that start the machine. 0: one after the other in this process, which
 *	ends with the first one that fails
 * @begin: called before each, with its place among all cases, or NULL
 * @end: called after each that has come to its end, or NULL
 */
struct runner {
	unsigned int seconds;
	void (*begin)(unsigned int place);
	void (*end)(void);
};

void run_case(const struct runner *how, const struct test_case *test);
void run_cases(const struct runner *how, const struct test_case *tests,
	       unsigned int n);

/** skip_case - the case that runs is skipped, unless it fails later on */
void skip_case(const char *why);

/** kit_result - print a result; run_case() does so itself */
void kit_result(bool passed, const char *name);

/**
 * kit_end - print how many results there are
 *
 * Return: the exit status: 0 if all is well, and there was something to run.
 */
int kit_end(void);

#endif
