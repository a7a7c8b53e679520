// SPDX-License-Identifier: GPL-2.0
/*
 * Idle compaction, one behaviour at a time, with exact results: when it runs,
 * what it moves where, when it stops, and that it does nothing where nothing
 * is to be gained.
 */
#include "kit.h"
#include "scenarios.h"

#define TIME_LIMIT		20	/* seconds of CPU time, for each */

#define TEST_CASE(name, function)	{ name, function },

static const struct test_case list[] = { SCENARIOS(TEST_CASE) };

int scenarios(void)
{
	const struct runner apart = { .seconds = TIME_LIMIT };

	run_cases(&apart, list, ARRAY_SIZE(list));
	printf("# figure: host idle scenarios = %zu\n", ARRAY_SIZE(list));
	return kit_end();
}
