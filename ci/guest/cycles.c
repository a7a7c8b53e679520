// SPDX-License-Identifier: GPL-2.0
/*
 * cycles MIB SECONDS - takes MIB, writes to each page and frees it, again and again
 *
 * Says how often in 1000 s, and the least free memory that was seen meanwhile, in MiB,
 * which is looked at every 10 ms.
 */
#include <pthread.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "guest.h"

static unsigned long least = -1UL;
static volatile int over;

static void *look(void *unused)
{
	struct sysinfo si;

	while (!over) {
		if (!sysinfo(&si) && si.freeram * si.mem_unit < least)
			least = si.freeram * si.mem_unit;
		usleep(10000);
	}
	return unused;
}

int main(int argc, char **argv)
{
	unsigned long mib, cycles = 0;
	pthread_t looker;
	uint64_t start, end, *p;

	if (argc != 3)
		return 2;
	mib = strtoul(argv[1], NULL, 10);
	if (pthread_create(&looker, NULL, look, NULL))
		return 1;
	start = now();
	end = start + strtod(argv[2], NULL) * NSEC_PER_SEC;
	while (now() < end) {
		p = take(mib);
		write_pattern(p, 0, mib * MIB / sizeof(*p), PAGE_WORDS, 1);
		give(p, mib);
		cycles++;
	}
	printf("%.0f %lu\n", cycles * 1e3 * NSEC_PER_SEC / (now() - start), least / MIB);
	over = 1;
	return pthread_join(looker, NULL);
}
