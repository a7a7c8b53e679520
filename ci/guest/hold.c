// SPDX-License-Identifier: GPL-2.0
/*
 * hold MIB [SEED] - keeps memory through everything that others do, and finds it
 * unchanged when told to stop (SIGTERM).  What is in it depends on SEED.
 */
#include <signal.h>
#include "guest.h"

int main(int argc, char **argv)
{
	size_t mib = argc == 2 || argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	uint64_t seed = argc == 3 ? strtoull(argv[2], NULL, 10) << 40 : 0x5eed, *p;
	sigset_t term;
	int sig;

	if (!mib)
		return 2;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	setlinebuf(stdout);
	p = take(mib);
	fill(p, mib, seed);
	printf("@data holding_MiB=%zu\n", mib);
	sigwait(&term, &sig);
	verify("memory held throughout", p, mib, seed);
	printf("@data held_verified_MiB=%zu\n", mib);
	return 0;
}
