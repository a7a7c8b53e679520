// SPDX-License-Identifier: GPL-2.0
/*
 * The kit's own test. Half of the cases must fail: ci/checks/host compares
 * what is printed with selftest.expected. Without it nobody would notice a kit
 * that lets faults pass.
 */
#include <signal.h>

#include "kit.h"
#include "machine.h"

static void nothing(void)
{
}

static void fails(void)
{
	failed("it %s", "fails");
}

static void expects(void)
{
	expect(1 + 1, 2);
	expect(expectations, 1);
	expect(1 + 1, 3);
}

static void expects_more(void)
{
	expect_op(2, >, 1);
	expect_op(1, >, 1);
}

static void awaits(void)
{
	machine_start(1000, no_chance);
	await(jiffies == 1000 + HZ, 1);
	await(jiffies == 0, 1);
}

static void skips(void)
{
	skip_case("it says so");
}

static void skips_and_fails(void)
{
	skip_case("it says so");
	fails();
}

static void hangs(void)
{
	for (;;)
		;
}

static void crashes(void)
{
	raise(SIGSEGV);
}

static void exits(void)
{
	exit(3);
}

#define KNOWN			.hangs = "it hangs", .crashes = "it crashes"

static const struct test_case tests_apart[] = {
	{ "passes", nothing },
	{ "fails", fails },
	{ "expects", expects },
	{ "expects more", expects_more },
	{ "awaits", awaits },
	{ "cannot be run", fails, .skip = "why" },
	{ "skips itself", skips },
	{ "skips itself and fails", skips_and_fails },
	{ "hangs", hangs },
	{ "crashes", crashes },
	{ "ends with a status", exits },
	{ "may hang", hangs, KNOWN },
	{ "may crash", crashes, KNOWN },
	{ "may crash, and fails", fails, KNOWN },
	{ "may crash, and passes", nothing, KNOWN },
};

static const struct test_case tests_here[] = {
	{ "passes here", nothing },
	{ "skips itself here", skips },
	{ "fails here", fails },
	{ "is not reached", nothing },
};

static unsigned long begun;

static void begin(unsigned int place)
{
	begun = place + 1;
	kit_steps("place", &begun);
}

static void end(void)
{
	printf("# %lu ends\n", begun);
}

int main(int argc, char **argv)
{
	const struct runner apart = { 1, begin, end }, here = { 0, begin, end };

	kit_start(argc, argv, "s:c:", "selftest [-s SEED] [-c CASE]");
	run_cases(&apart, tests_apart, ARRAY_SIZE(tests_apart));
	/* Without the case that ends this process there is a status */
	if (only_cases)
		return kit_end();
	run_cases(&here, tests_here, ARRAY_SIZE(tests_here));
	return kit_end();
}
