// SPDX-License-Identifier: GPL-2.0
/*
 * Cold cache, one behaviour at a time. What must never happen is looked at
 * wherever a page is returned: see sim/cache.c.
 */
#include "kit.h"
#include "scenarios.h"

#define TIME_LIMIT		60	/* seconds of CPU time, for each */

#define TEST_CASE(name, function)	{ name, function },

static const struct test_case list[] = { SCENARIOS(TEST_CASE) };

int main(int argc, char **argv)
{
	const struct runner apart = { .seconds = TIME_LIMIT };

	kit_start(argc, argv, "c:", "scenarios [-c CASE]");
	run_cases(&apart, list, ARRAY_SIZE(list));
	printf("# figure: host cache scenarios = %zu\n", ARRAY_SIZE(list));
	return kit_end();
}
