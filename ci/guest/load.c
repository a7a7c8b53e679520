// SPDX-License-Identifier: GPL-2.0
/*
 * load [-i] MS PERIOD CPU... - uses MS ms of CPU time in each PERIOD ms on each of
 * these CPUs, all the time if the two are the same, until told to stop (SIGTERM);
 * with -i only when no task of a usual class wants the CPU (SCHED_IDLE). Both times
 * may be fractions.
 *
 * Then it says how many rounds of work it has done in a second, the CPU time for a
 * round, all else included, how often its work was not done when the next was due,
 * and how late it was woken: the median and the longest.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "guest.h"

#define CPUS_MAX	64
#define WAKEUPS_MAX	65536
#define ROUND		4096		/* words */

/* Children share this with their parent */
static struct {
	volatile bool over;
	struct result {
		uint64_t rounds;
		uint64_t cpu;			/* ns */
		uint32_t wakeups;
		uint32_t missed;
		uint64_t late[WAKEUPS_MAX];	/* ns */
	} of[CPUS_MAX];
} *shared;

/* Some work on little memory, as a program does it that has nothing to wait for */
static void work_round(void)
{
	static uint64_t words[ROUND];
	unsigned int i;

	for (i = 1; i < ROUND; i++)
		words[i] = words[i - 1] * 0x9e3779b97f4a7c15ULL + words[i];
	words[0] += words[ROUND - 1];
}

static void work(unsigned int cpu, uint64_t use, uint64_t period, struct result *r)
{
	uint64_t due = now(), until;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity");
	while (!shared->over) {
		until = clock_ns(CLOCK_PROCESS_CPUTIME_ID) + use;
		while (!shared->over && clock_ns(CLOCK_PROCESS_CPUTIME_ID) < until) {
			work_round();
			r->rounds++;
		}
		due += period;
		if (use == period || now() >= due) {
			r->missed += use != period;
			due = now();
			continue;
		}
		sleep_until(due);
		if (!shared->over && r->wakeups < WAKEUPS_MAX)
			r->late[r->wakeups++] = now() - due;
	}
	r->cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

int main(int argc, char **argv)
{
	uint64_t use, period, *late, began = now(), rounds = 0, cpu = 0;
	size_t wakeups = 0, missed = 0;
	static const struct sched_param none;
	sigset_t term;
	int i, sig, n;

	if (argc > 1 && !strcmp(argv[1], "-i")) {
		if (sched_setscheduler(0, SCHED_IDLE, &none))
			fail("sched_setscheduler");
		argc--;
		argv++;
	}
	n = argc - 3;
	if (n < 1 || n > CPUS_MAX)
		return 2;
	use = strtod(argv[1], NULL) * MSEC;
	period = strtod(argv[2], NULL) * MSEC;
	if (!use || use > period)
		return 2;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	late = malloc(n * sizeof(shared->of->late));
	if (shared == MAP_FAILED || !late)
		fail("memory");
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);

	for (i = 0; i < n; i++) {
		switch (fork()) {
		case -1:
			fail("fork");
		case 0:
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			work(strtoul(argv[3 + i], NULL, 10), use, period, &shared->of[i]);
			_exit(0);
		}
	}
	sigwait(&term, &sig);
	shared->over = true;
	while (wait(NULL) > 0)
		;

	for (i = 0; i < n; i++) {
		rounds += shared->of[i].rounds;
		cpu += shared->of[i].cpu;
		missed += shared->of[i].missed;
		memcpy(late + wakeups, shared->of[i].late,
		       shared->of[i].wakeups * sizeof(*late));
		wakeups += shared->of[i].wakeups;
	}
	printf("@data load_rounds_per_s=%.1f", rounds * 1e9 / (now() - began));
	if (rounds)
		printf(" load_ns_per_round=%.1f", (double)cpu / rounds);
	if (wakeups) {
		sort(late, wakeups);
		printf(" load_missed=%zu load_late_median_ms=%.3f load_late_max_ms=%.3f",
		       missed, late[wakeups / 2] / 1e6, late[wakeups - 1] / 1e6);
	}
	putchar('\n');
	return 0;
}
