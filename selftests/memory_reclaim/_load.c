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

#define PIECES		64
#define STEP_WORDS	64	/* one word of so many is looked at */

struct piece {
	unsigned long *mem;
	size_t pages;
	unsigned long seed;
};

static size_t page_size, page_words, pages_per_mib;
static unsigned long verified;
static sigset_t term;

/* Has SIGTERM come, or does it within @ns? */
static int asked_to_stop(long ns)
{
	const struct timespec wait = { .tv_nsec = ns };

	return sigtimedwait(&term, NULL, &wait) == SIGTERM;
}

static unsigned long long state;

/* Below @limit */
static size_t draw(size_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return limit ? state % limit : 0;
}

static unsigned long word(unsigned long seed, size_t i)
{
	return (seed + i) * 0x9e3779b1UL;
}

static void wrong(const char *what, size_t i, unsigned long want,
		  unsigned long have)
{
	printf("WRONG: %s, word %zu: %#lx instead of %#lx\n", what, i,
	       have, want);
	fflush(stdout);
	_exit(1);
}

/*
 * Fresh memory must read as zero. The first word is written unread, which
 * makes the page ours: to read it would map the zero page.
 */
static void fill(struct piece *p, size_t page)
{
	size_t first = page * page_words, i;

	for (i = first; i < first + page_words; i += STEP_WORDS) {
		if (i > first && p->mem[i])
			wrong("fresh memory", i, 0, p->mem[i]);
		p->mem[i] = word(p->seed, i);
	}
}

static void rewrite(struct piece *p, unsigned long seed)
{
	size_t i;

	for (i = 0; i < p->pages * page_words; i += STEP_WORDS)
		p->mem[i] = word(seed, i);
	p->seed = seed;
}

static void verify(const char *what, const struct piece *p, size_t every)
{
	size_t page, i;

	for (page = 0; page < p->pages; page += every)
		for (i = page * page_words; i < (page + 1) * page_words;
		     i += STEP_WORDS)
			if (p->mem[i] != word(p->seed, i))
				wrong(what, i, word(p->seed, i), p->mem[i]);
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

/* All but every Nth page of it goes, as long use of memory leaves it */
static void keep_every(struct piece *p, size_t every)
{
	size_t page;

	for (page = 0; page < p->pages; page += every)
		madvise(p->mem + (page + 1) * page_words,
			(every - 1) * page_size, MADV_DONTNEED);
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
	unsigned long seed = draw(-1UL);
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
	size_t every = 1, page, most;
	struct piece held;

	state = time(NULL) ^ (unsigned long long)getpid() << 32;
	while ((opt = getopt(argc, argv, "fg:ls:")) != -1) {
		switch (opt) {
		case 'f':
			forks = 1;
			break;
		case 'g':
			every = strtoul(optarg, NULL, 0);
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
	if (argc - optind != 2 || !every || !state)
		return 2;
	printf("seed %llu\n", state);
	page_size = sysconf(_SC_PAGESIZE);
	page_words = page_size / sizeof(*held.mem);
	pages_per_mib = (1UL << 20) / page_size;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);

	page = strtoul(argv[optind], NULL, 0) * pages_per_mib;
	most = strtoul(argv[optind + 1], NULL, 0) * pages_per_mib;
	if (take(&held, page + every) ||
	    (locked && mlock(held.mem, held.pages * page_size))) {
		printf("no memory to hold: %s\n", strerror(errno));
		return 2;
	}
	held.pages -= every;
	if (every > 1)
		madvise(held.mem, held.pages * page_size, MADV_NOHUGEPAGE);
	for (page = 0; page < held.pages && !stop; page++) {
		fill(&held, page);
		stop = asked_to_stop(0);
	}
	held.pages = page;
	if (every > 1)
		keep_every(&held, every);
	puts("held");
	fflush(stdout);

	while (!stop) {
		if (most)
			churn_once(most);
		if (forks)
			fork_once(&held);
		stop = asked_to_stop(most || forks ? 1000000 : 999999999);
	}
	verify("memory that was held", &held, every);
	printf("%lu MiB verified\n", verified / pages_per_mib);
	return 0;
}
