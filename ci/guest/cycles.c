// SPDX-License-Identifier: GPL-2.0
/*
 * cycles MIB SECONDS - takes MIB, writes to each page and frees it, again and again
 *
 * Says how often, and the least MemFree that was seen meanwhile, which is looked at
 * every 10 ms.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static unsigned long least = -1UL;
static volatile int over;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void *look(void *unused)
{
	unsigned long kib;
	FILE *f;

	while (!over) {
		f = fopen("/proc/meminfo", "r");
		if (f && fscanf(f, "MemTotal: %*u kB MemFree: %lu", &kib) == 1 && kib < least)
			least = kib;
		if (f)
			fclose(f);
		usleep(10000);
	}
	return unused;
}

int main(int argc, char **argv)
{
	unsigned long size, i, cycles = 0;
	pthread_t looker;
	double start;
	char *mem;

	if (argc != 3)
		return 2;
	size = strtoul(argv[1], NULL, 10) << 20;
	if (pthread_create(&looker, NULL, look, NULL))
		return 1;
	start = now();
	while (now() < start + strtod(argv[2], NULL)) {
		mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (mem == MAP_FAILED)
			return 1;
		for (i = 0; i < size; i += 4096)
			mem[i] = 1;
		munmap(mem, size);
		cycles++;
	}
	printf("%.0f %lu\n", cycles * 1000 / (now() - start), least / 1024);
	over = 1;
	return pthread_join(looker, NULL);
}
