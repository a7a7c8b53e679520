// SPDX-License-Identifier: GPL-2.0
/*
 * stress WORKERS MIB - processes that fill memory, hold it together for a
 * second, and are killed.  Says "held" and, when the last one is gone, "freed".
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "guest.h"

static void work(size_t mib, uint64_t seed, int ready)
{
	uint64_t *p = take(mib);

	fill(p, mib, seed);
	verify("filled memory", p, mib, seed);
	if (write(ready, "", 1) != 1)
		exit(1);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int workers = argc == 3 ? atoi(argv[1]) : 0, ready[2], status, i;
	pid_t pid[64];
	char byte;

	if (workers < 1 || workers > 64 || pipe(ready))
		return 2;
	setlinebuf(stdout);
	puts("@mark load");
	for (i = 0; i < workers; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			return 1;
		if (!pid[i]) {
			close(ready[0]);
			work(strtoul(argv[2], NULL, 10), (uint64_t)(i + 1) << 40, ready[1]);
		}
	}
	close(ready[1]);
	for (i = 0; i < workers; i++)
		if (read(ready[0], &byte, 1) != 1) {
			puts("@bad a worker ended before its memory was filled");
			return 1;
		}
	puts("@mark held");
	sleep(1);
	for (i = 0; i < workers; i++)
		kill(pid[i], SIGKILL);
	for (i = 0; i < workers; i++)
		waitpid(pid[i], &status, 0);
	puts("@mark freed");
	return 0;
}
