// SPDX-License-Identifier: GPL-2.0
/*
 * churn -s SECONDS [-m MIB] [-p PERIOD_MS] [-r SEED -l MS] [-g] - takes memory,
 * fills and verifies it, and frees it again, over and over.
 *
 * -p 0: back to back.  Else the memory is held for the first half of the
 *       period and free for the second.
 * -r:   size and both halves are drawn anew for each cycle from SEED, the halves up to
 *       -l milliseconds.
 * -g:   marks each gap, for whoever wants to see what comes back in it.
 */
#include <unistd.h>
#include "../../selftests/memory_reclaim/_random.h"
#include "guest.h"

static uint64_t draw(uint64_t *state, uint64_t from, uint64_t to)
{
	return from + xorshift(state) % (to - from + 1);
}

int main(int argc, char **argv)
{
	uint64_t start, t, held, gap, busy = 0, end;
	double seconds = 0;
	size_t mib = 256, cycles = 0, total = 0;
	unsigned int period = 0, longest = 0;
	uint64_t state = 0, *p;
	bool gaps = false;
	int opt;

	while ((opt = getopt(argc, argv, "s:m:p:r:l:g")) != -1) {
		switch (opt) {
		case 's':
			seconds = strtod(optarg, NULL);
			break;
		case 'm':
			mib = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			period = strtoul(optarg, NULL, 10);
			break;
		case 'r':
			state = strtoull(optarg, NULL, 0);
			break;
		case 'l':
			longest = strtoul(optarg, NULL, 10);
			break;
		case 'g':
			gaps = true;
			break;
		default:
			return 2;
		}
	}
	if (seconds <= 0 || !mib)
		return 2;
	setlinebuf(stdout);
	held = gap = period * MSEC / 2;
	puts("@mark load");
	start = now();
	end = start + seconds * NSEC_PER_SEC;
	while (now() < end) {
		if (state) {
			mib = draw(&state, 32, 512);
			held = draw(&state, 0, longest) * MSEC;
			gap = draw(&state, 0, longest) * MSEC;
		}
		if (gaps)
			puts("@mark take");
		t = now();
		p = take(mib);
		fill(p, mib, total + 1);
		busy += now() - t;
		sleep_until(t + held);
		verify("churned memory", p, mib, total + 1);
		give(p, mib);
		cycles++;
		total += mib;
		if (gaps)
			puts("@mark gap");
		sleep_until(now() + gap);
	}
	t = now() - start;
	puts("@mark freed");
	printf("@data churn_cycles=%zu churn_MiB=%zu churn_s=%.3f fill_s=%.3f\n", cycles, total,
	       t / 1e9, busy / 1e9);
	return 0;
}
