// SPDX-License-Identifier: GPL-2.0
/*
 * crowd SECONDS CSV... - how much memory a host needs for many guests like those
 * that were measured, which need not be on it together.
 *
 * CSV is the host memory of a guest in the scenario "density", as ci/vm/watch
 * writes it: it peaks from the phase "load" on, and rests from "watched" to
 * "over". Each guest of the crowd does the same once in SECONDS, whenever it
 * likes, and holds as much before its peak as it does after it.
 *
 * Prints how many guests there are, and MiB for each of them that a host must
 * have so that all together need more in one of 1000 moments only.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUESTS_MAX	10000
#define MOMENTS		10000
#define PROMISE		(MOMENTS * 999 / 1000)
/* A curve is looked at so often in SECONDS */
#define STEPS		4096

struct curve {
	float mib[STEPS];
};

static struct curve *curves;
static unsigned int nr_curves;
static double sums[MOMENTS];

static void die(const char *what, const char *name)
{
	fprintf(stderr, "crowd: %s: %s\n", name, what);
	exit(2);
}

/* The phases of a curve begin with the load. What is after SECONDS is at rest */
static void read_curve(struct curve *c, const char *name, double seconds)
{
	double t, mib, begun = -1, rested = -1, rest = 0;
	char line[256], phase[64];
	unsigned int step = 0, i;
	FILE *f = fopen(name, "r");

	if (!f)
		die("cannot be read", name);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lf,%lf,%*f,%63s", &t, &mib, phase) != 3)
			continue;
		if (begun < 0 && !strcmp(phase, "load"))
			begun = t;
		if (begun < 0)
			continue;
		if (rested < 0 && !strcmp(phase, "watched"))
			rested = t;
		if (!strcmp(phase, "over"))
			break;
		while (step < STEPS && step * seconds / STEPS < t - begun)
			c->mib[step++] = rest;
		rest = mib;
	}
	fclose(f);
	if (rested < 0)
		die("no guest that had its peak, and came to rest", name);
	if (rested - begun > seconds)
		die("it does not come to rest within SECONDS", name);
	while (step < STEPS)
		c->mib[step++] = rest;
	for (i = 0; i < STEPS; i++)
		if (c->mib[i] < rest)
			c->mib[i] = rest;
}

/* xorshift64*: the same crowd each time */
static uint32_t draw(uint32_t below)
{
	static uint64_t state = 1;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return ((state * 0x2545f4914f6cdd1dULL >> 32) * below) >> 32;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double needed(unsigned int guests)
{
	unsigned int i, j;

	for (i = 0; i < MOMENTS; i++) {
		sums[i] = 0;
		for (j = 0; j < guests; j++)
			sums[i] += curves[draw(nr_curves)].mib[draw(STEPS)];
	}
	qsort(sums, MOMENTS, sizeof(sums[0]), compare);
	return sums[PROMISE] / guests;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 0;
	unsigned int guests, i;

	if (argc < 3 || seconds <= 0) {
		fprintf(stderr, "usage: crowd SECONDS CSV...\n");
		return 2;
	}
	nr_curves = argc - 2;
	curves = calloc(nr_curves, sizeof(curves[0]));
	if (!curves)
		die("no memory", "curves");
	for (i = 0; i < nr_curves; i++)
		read_curve(&curves[i], argv[i + 2], seconds);
	for (guests = 1; guests <= GUESTS_MAX; guests *= 10)
		printf("%u %.0f\n", guests, needed(guests));
	return 0;
}
