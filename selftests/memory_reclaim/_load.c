// SPDX-License-Identifier: GPL-2.0
/*
 * _load [-f] [-g N] [-l] [-s SEED] HELD CHURN - memory in use for the tests
 *
 * Fills HELD MiB, says "held", then takes, writes, verifies and frees up to
 * CHURN MiB in random sizes until it gets SIGTERM. All is verified at the end.
 * Exit code 0: every word was what it should be; 1: one was not.
 *
 *	-f	fork again and again: parent and child verify and rewrite HELD
 *	-g N	keep but every Nth page of HELD, which are no huge pages
 *	-l	lock HELD
 *	-s SEED	draw the same numbers as a run that has printed SEED
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "_memory.h"
#include "_random.h"

#define PIECES		64
#define STEP_WORDS	64	/* one word of so many is looked at */

struct piece {
	uint64_t *mem;
	size_t pages;
	uint64_t seed;
};

static size_t page_size, page_words, pages_per_mib;
static size_t keep = 1;		/* one page in so many of HELD */
static unsigned long verified;
static sigset_t term;

/* Has SIGTERM come, or does it within @ns? */
static int asked_to_stop(long ns)
{
	const struct timespec wait = { .tv_nsec = ns };

	return sigtimedwait(&term, NULL, &wait) == SIGTERM;
}

static uint64_t state;

/* Below @limit */
static size_t draw(size_t limit)
{
	uint64_t n = xorshift(&state);

	return limit ? n % limit : 0;
}

static void wrong(const char *what, size_t i, unsigned long long want,
		  unsigned long long have)
{
	printf("WRONG: %s, word %zu: %#llx instead of %#llx\n", what, i,
	       have, want);
	fflush(stdout);
	_exit(1);
}

static void fill(struct piece *p, size_t page)
{
	size_t end = (page + 1) * page_words, i;

	i = write_fresh(p->mem, page * page_words, end, STEP_WORDS, p->seed);
	if (i < end)
		wrong("fresh memory", i, 0, p->mem[i]);
}

static void rewrite(struct piece *p, uint64_t seed)
{
	write_pattern(p->mem, 0, p->pages * page_words, STEP_WORDS, seed);
	p->seed = seed;
}

static void verify(const char *what, const struct piece *p, size_t every)
{
	size_t page, end, i;

	for (page = 0; page < p->pages; page += every) {
		end = (page + 1) * page_words;
		i = check_pattern(p->mem, page * page_words, end, STEP_WORDS,
				  p->seed);
		if (i < end)
			wrong(what, i, pattern(p->seed, i), p->mem[i]);
	}
	verified += p->pages / every;
}

static int take(struct piece *p, size_t pages)
{
	p->mem = mmap(NULL, pages * page_size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p->mem == MAP_FAILED)
		return -1;
	p->pages = pages;
	p->seed = state;
	return 0;
}

static void give(struct piece *p)
{
	munmap(p->mem, p->pages * page_size);
	p->pages = 0;
}

static bool stays(size_t page)
{
	return page % keep == 0;
}

static void churn_once(size_t most)
{
	static struct piece piece[PIECES];
	static size_t taken, ceiling, steps;
	struct piece *p = &piece[draw(PIECES)];
	size_t page, pages;

	/* At times nearly all of it is free, for long enough to be reported */
	if (!(steps++ % 256))
		ceiling = draw(most);

	if (p->pages) {
		verify("memory in churn", p, 1);
		if (!draw(4)) {
			rewrite(p, state);
			return;
		}
		taken -= p->pages;
		give(p);
		return;
	}

	pages = 1 + draw(1UL << draw(14));
	if (taken + pages > ceiling || take(p, pages))
		return;
	if (draw(2))
		madvise(p->mem, pages * page_size, MADV_NOHUGEPAGE);
	for (page = 0; page < pages; page++)
		fill(p, page);
	taken += pages;
}

/* Either side writes what it shares with the other, and finds its own */
static void fork_once(struct piece *p)
{
	uint64_t seed = draw(-1UL);
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return;
	if (!pid) {
		verify("what the parent has left", p, 1);
		rewrite(p, ~seed);
		verify("what the child has written", p, 1);
		_exit(0);
	}
	rewrite(p, seed);
	if (waitpid(pid, &status, 0) != pid || status)
		_exit(1);
	verify("what the parent has written", p, 1);
}

int main(int argc, char **argv)
{
	int opt, forks = 0, locked = 0, stop = 0;
	size_t page, most;
	struct piece held;

	state = time(NULL) ^ (uint64_t)getpid() << 32;
	while ((opt = getopt(argc, argv, "fg:ls:")) != -1) {
		switch (opt) {
		case 'f':
			forks = 1;
			break;
		case 'g':
			keep = strtoul(optarg, NULL, 0);
			break;
		case 'l':
			locked = 1;
			break;
		case 's':
			state = strtoull(optarg, NULL, 0);
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 2 || !keep || !state)
		return 2;
	printf("seed %llu\n", (unsigned long long)state);
	page_size = sysconf(_SC_PAGESIZE);
	page_words = page_size / sizeof(*held.mem);
	pages_per_mib = (1UL << 20) / page_size;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);

	page = strtoul(argv[optind], NULL, 0) * pages_per_mib;
	most = strtoul(argv[optind + 1], NULL, 0) * pages_per_mib;
	if (take(&held, page) ||
	    (locked && mlock(held.mem, held.pages * page_size))) {
		printf("no memory to hold: %s\n", strerror(errno));
		return 2;
	}
	if (keep > 1)
		madvise(held.mem, held.pages * page_size, MADV_NOHUGEPAGE);
	for (page = 0; page < held.pages && !stop; page++) {
		fill(&held, page);
		stop = asked_to_stop(0);
	}
	held.pages = page;
	scatter(held.mem, held.pages, page_size, stays);
	puts("held");
	fflush(stdout);

	while (!stop) {
		if (most)
			churn_once(most);
		if (forks)
			fork_once(&held);
		stop = asked_to_stop(most || forks ? 1000000 : 999999999);
	}
	verify("memory that was held", &held, keep);
	printf("%lu MiB verified\n", verified / pages_per_mib);
	return 0;
}
