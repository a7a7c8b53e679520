// SPDX-License-Identifier: GPL-2.0
/*
 * burst NAME ZERO EQUAL OWN SEED - takes so many MiB that are zero, that are the same in each
 * guest, and that depend on SEED; holds them for a second, and frees them.  Says how long it
 * took to take them.
 */
#include <unistd.h>
#include "guest.h"

/* The same in each guest, and nowhere else */
#define EQUAL_SEED	(1ULL << 56)

int main(int argc, char **argv)
{
	uint64_t own_seed, began, *zero, *equal, *own;
	size_t zeroes, equals, owns, i;

	if (argc != 6)
		return 2;
	zeroes = strtoul(argv[2], NULL, 10);
	equals = strtoul(argv[3], NULL, 10);
	owns = strtoul(argv[4], NULL, 10);
	own_seed = strtoull(argv[5], NULL, 10) << 48;
	if (!zeroes || !equals || !owns || !own_seed)
		return 2;
	setlinebuf(stdout);
	puts("@mark load");
	began = now();
	zero = take(zeroes);
	equal = take(equals);
	own = take(owns);
	for (i = 0; i < zeroes * MIB / sizeof(*zero); i += PAGE_WORDS)
		((volatile uint64_t *)zero)[i] = 0;
	fill(equal, equals, EQUAL_SEED);
	fill(own, owns, own_seed);
	printf("@data %s_s=%.3f\n", argv[1], (now() - began) / 1e9);
	puts("@mark held");
	sleep(1);
	verify("memory that is equal in all guests", equal, equals, EQUAL_SEED);
	verify("memory of this guest alone", own, owns, own_seed);
	give(zero, zeroes);
	give(equal, equals);
	give(own, owns);
	puts("@mark freed");
	return 0;
}
