// SPDX-License-Identifier: GPL-2.0
/*
 * integrity - memory that was reported and is taken again holds what is written
 *
 * All that is free is reported, taken in many ways and sizes, written and
 * verified; half of it is given back and reported while the rest must stay as
 * it is; taken again, verified, given back: again and again, until enough has
 * gone through reported memory. What a word should be follows from the seed,
 * the round, the piece of memory and the place in it, so that a page that is
 * lost, comes back late, or comes with what it once held is seen.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "_clock.h"
#include "_memory.h"
#include "_proc.h"

#define KSFT_FAIL	1
#define KSFT_SKIP	4

#define KIB		1024UL
#define MIB		(1024UL * KIB)
#define PAGE		(4 * KIB)
#define HUGE		(2 * MIB)
/* Those that are meant by default may have 32 or 512 MiB */
#define MAP_HUGETLB_2M	(MAP_HUGETLB | 21 << MAP_HUGE_SHIFT)

#define BUFFER		(64 * KIB)
#define PIPE		MIB

#define PIECES_MAX	1024
#define WORKERS_MAX	16
#define COMPLAINTS_MAX	8
#define PATIENCE_S	60	/* without anything new being reported */
#define OVERCOMMIT	"/sys/kernel/mm/hugepages/hugepages-2048kB/" \
			"nr_overcommit_hugepages"

struct piece {
	const struct kind *kind;
	size_t size;
	uint64_t seed;
	char *at;		/* of what is mapped */
	size_t mapped;
	int fd[2];		/* of what is not; the child's */
	pid_t child;
};

struct kind {
	const char *name;
	size_t most;		/* one piece, bytes */
	bool (*take)(struct piece *p);	/* and write */
	void (*verify)(struct piece *p);
	void (*drop)(struct piece *p);
};

/* Shared by all processes, each adds with atomic operations */
static struct {
	uint64_t verified;	/* bytes */
	uint64_t fresh;		/* lines that were not zero */
	uint64_t wrong;		/* lines that were not as written */
	uint64_t complaints;
	uint64_t by_kind[16];	/* bytes verified */
} *sum;

static long pages_per_mib;	/* of the kernel that runs here */
static uint64_t random_state;
static char buffer[BUFFER] __attribute__((aligned(64)));

__attribute__((format(printf, 2, 3), noreturn))
static void leave(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	_exit(status);
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static uint64_t draw(void)
{
	random_state += 0x9e3779b97f4a7c15ULL;
	return mix(random_state);
}

static void complain(const struct piece *p, const char *what, size_t word,
		     uint64_t want, uint64_t have)
{
	if (__sync_add_and_fetch(&sum->complaints, 1) > COMPLAINTS_MAX)
		return;
	printf("# %s: %s at byte %zu of %zu: %#llx, not %#llx\n", p->kind->name,
	       what, word * sizeof(want), p->size, (unsigned long long)have,
	       (unsigned long long)want);
	fflush(stdout);
}

static void fill_fresh(struct piece *p)
{
	uint64_t *at = (uint64_t *)p->at;
	size_t words = p->size / sizeof(*at), i = 0;
	uint64_t bad = 0;

	while ((i = write_fresh(at, i, words, LINE_WORDS, p->seed)) < words) {
		complain(p, "fresh memory", i, 0, at[i]);
		bad++;
		at[i] = 0;
	}
	__sync_add_and_fetch(&sum->fresh, bad);
}

/* @word is the place in the piece of what @to or @from begins with */
static void fill(void *to, size_t size, uint64_t seed, size_t word)
{
	write_pattern(to, 0, size / sizeof(uint64_t), LINE_WORDS, seed + word);
}

static void verify(struct piece *p, const void *from, size_t size,
		   uint64_t seed, size_t word)
{
	size_t words = size / sizeof(uint64_t), i = 0;
	const uint64_t *at = from;
	uint64_t bad = 0;

	seed += word;
	while ((i = check_pattern(at, i, words, LINE_WORDS, seed)) < words) {
		complain(p, "wrong data", word + i, pattern(seed, i), at[i]);
		bad++;
		i += LINE_WORDS;
	}
	__sync_add_and_fetch(&sum->wrong, bad);
	__sync_add_and_fetch(&sum->verified, size);
}

/* Memory that is mapped */

static bool map(struct piece *p, int flags, size_t align)
{
	p->mapped = p->size;
	if (align > PAGE && !(flags & MAP_HUGETLB))
		p->mapped += align;
	p->at = mmap(NULL, p->mapped, PROT_READ | PROT_WRITE,
		     MAP_ANONYMOUS | flags, -1, 0);
	return p->at != MAP_FAILED;
}

static void verify_mapped(struct piece *p)
{
	verify(p, p->at, p->size, p->seed, 0);
}

static void drop_mapped(struct piece *p)
{
	munmap(p->at, p->mapped);
}

static bool take_small(struct piece *p)
{
	if (!map(p, MAP_PRIVATE, PAGE))
		return false;
	/* Refused where the kernel knows no huge pages, which is as good */
	madvise(p->at, p->mapped, MADV_NOHUGEPAGE);
	fill_fresh(p);
	return true;
}

static bool take_thp(struct piece *p)
{
	p->size = (p->size + HUGE - 1) & ~(HUGE - 1);
	if (!map(p, MAP_PRIVATE, HUGE))
		return false;
	madvise(p->at, p->mapped, MADV_HUGEPAGE);
	fill_fresh(p);
	return true;
}

static bool take_hugetlb(struct piece *p)
{
	p->size = (p->size + HUGE - 1) & ~(HUGE - 1);
	if (!map(p, MAP_PRIVATE | MAP_HUGETLB_2M, HUGE))
		return false;
	fill_fresh(p);
	return true;
}

static bool take_shared(struct piece *p)
{
	if (!map(p, MAP_SHARED, PAGE))
		return false;
	fill_fresh(p);
	return true;
}

static bool take_locked(struct piece *p)
{
	if (!map(p, MAP_PRIVATE, PAGE))
		return false;
	if (mlock(p->at, p->mapped)) {
		drop_mapped(p);
		return false;
	}
	/* There already, so that the first word can be looked at, too */
	if (*(uint64_t *)p->at) {
		complain(p, "fresh memory", 0, 0, *(uint64_t *)p->at);
		__sync_add_and_fetch(&sum->fresh, 1);
	}
	fill_fresh(p);
	return true;
}

/*
 * A child keeps what was written first, the parent writes anew and so gets
 * pages of its own: each has its own to verify.
 */
#define OF_CHILD(seed)	(~(seed))

static bool take_cow(struct piece *p)
{
	char byte;
	int fd;

	if (!map(p, MAP_PRIVATE, PAGE))
		return false;
	if (pipe2(p->fd, O_CLOEXEC)) {
		drop_mapped(p);
		return false;
	}
	fill(p->at, p->size, OF_CHILD(p->seed), 0);
	p->child = fork();
	if (!p->child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* What it keeps open would not be given back */
		for (fd = 3; fd < sysconf(_SC_OPEN_MAX); fd++)
			if (fd != p->fd[0])
				close(fd);
		if (read(p->fd[0], &byte, 1) == 1)
			verify(p, p->at, p->size, OF_CHILD(p->seed), 0);
		_exit(0);
	}
	close(p->fd[0]);
	if (p->child < 0) {
		close(p->fd[1]);
		drop_mapped(p);
		return false;
	}
	fill(p->at, p->size, p->seed, 0);
	return true;
}

static void verify_cow(struct piece *p)
{
	int status;

	if (write(p->fd[1], "", 1) != 1 ||
	    waitpid(p->child, &status, 0) != p->child || status)
		leave(KSFT_FAIL, "# a child of a worker has died");
	close(p->fd[1]);
	verify_mapped(p);
}

/* Memory that only the kernel maps: page cache, and pipes, which cannot move */

static bool take_file(struct piece *p)
{
	size_t done;

	p->fd[0] = memfd_create("integrity", MFD_CLOEXEC);
	if (p->fd[0] < 0)
		return false;
	for (done = 0; done < p->size; done += BUFFER) {
		fill(buffer, BUFFER, p->seed, done / sizeof(uint64_t));
		if (write(p->fd[0], buffer, BUFFER) != (ssize_t)BUFFER)
			leave(KSFT_FAIL, "# write to a file: %s",
			      strerror(errno));
	}
	return true;
}

static void verify_file(struct piece *p)
{
	size_t done;

	for (done = 0; done < p->size; done += BUFFER) {
		if (pread(p->fd[0], buffer, BUFFER, done) != (ssize_t)BUFFER)
			leave(KSFT_FAIL, "# read of a file: %s",
			      strerror(errno));
		verify(p, buffer, BUFFER, p->seed, done / sizeof(uint64_t));
	}
}

static void drop_file(struct piece *p)
{
	close(p->fd[0]);
}

static bool take_pipe(struct piece *p)
{
	size_t done;

	if (pipe2(p->fd, O_CLOEXEC | O_NONBLOCK))
		return false;
	if (fcntl(p->fd[1], F_SETPIPE_SZ, PIPE) < (int)p->size) {
		close(p->fd[0]);
		close(p->fd[1]);
		return false;
	}
	for (done = 0; done < p->size; done += BUFFER) {
		fill(buffer, BUFFER, p->seed, done / sizeof(uint64_t));
		if (write(p->fd[1], buffer, BUFFER) != (ssize_t)BUFFER)
			leave(KSFT_FAIL, "# write to a pipe: %s",
			      strerror(errno));
	}
	return true;
}

/* What has been read is gone: only ever called right before it is dropped */
static void verify_pipe(struct piece *p)
{
	size_t done;

	for (done = 0; done < p->size; done += BUFFER) {
		if (read(p->fd[0], buffer, BUFFER) != (ssize_t)BUFFER)
			leave(KSFT_FAIL, "# read of a pipe: %s",
			      strerror(errno));
		verify(p, buffer, BUFFER, p->seed, done / sizeof(uint64_t));
	}
}

static void drop_pipe(struct piece *p)
{
	close(p->fd[0]);
	close(p->fd[1]);
}

static const struct kind kinds[] = {
	{ "4 KiB pages", 64 * MIB, take_small, verify_mapped, drop_mapped },
	{ "huge pages", 64 * MIB, take_thp, verify_mapped, drop_mapped },
	{ "hugetlb", 32 * MIB, take_hugetlb, verify_mapped, drop_mapped },
	{ "shared", 32 * MIB, take_shared, verify_mapped, drop_mapped },
	{ "locked", 16 * MIB, take_locked, verify_mapped, drop_mapped },
	{ "copy on write", 16 * MIB, take_cow, verify_cow, drop_mapped },
	{ "file", 32 * MIB, take_file, verify_file, drop_file },
	{ "pipe", PIPE, take_pipe, verify_pipe, drop_pipe },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

/* A worker: does what the main process says, and says when it is done */

static struct piece pieces[PIECES_MAX];
static unsigned int nr_pieces;

/* take - pieces of random kinds and sizes, @left bytes in all */
static void take(size_t left)
{
	while (left >= BUFFER && nr_pieces < PIECES_MAX) {
		struct piece *p = &pieces[nr_pieces];
		uint64_t size = BUFFER << draw() % 11;

		/* All orders of magnitude alike, not only powers of two */
		size += draw() % size;
		memset(p, 0, sizeof(*p));
		p->kind = &kinds[draw() % KINDS];
		p->seed = draw();
		if (p->kind->take == take_pipe)
			size = PIPE;
		if (size > p->kind->most)
			size = p->kind->most;
		if (size > left)
			size = left;
		p->size = size & ~(BUFFER - 1);
		if (!p->kind->take(p)) {
			p->kind = &kinds[0];
			p->size = size & ~(BUFFER - 1);
			if (!p->kind->take(p))
				leave(KSFT_FAIL, "# no memory");
		}
		/* A child is to share the piece it is for, and no other */
		if (p->at)
			madvise(p->at, p->mapped, MADV_DONTFORK);
		size = p->size * (p->child ? 2 : 1);
		left -= size < left ? size : left;
		nr_pieces++;
	}
}

/* give - verifies pieces and gives them back, about one in @of */
static void give(unsigned int of)
{
	unsigned int i = 0;

	while (i < nr_pieces) {
		struct piece *p = &pieces[i];

		if (draw() % of) {
			i++;
			continue;
		}
		p->kind->verify(p);
		__sync_add_and_fetch(&sum->by_kind[p->kind - kinds],
				     p->size * (p->child ? 2 : 1));
		p->kind->drop(p);
		*p = pieces[--nr_pieces];
	}
}

struct job {
	enum { TAKE, GIVE_HALF, GIVE_ALL } what;
	size_t bytes;
};

struct worker {
	pid_t pid;
	int jobs, answers;
};

static void work(int jobs, int answers)
{
	struct job job;

	while (read(jobs, &job, sizeof(job)) == (ssize_t)sizeof(job)) {
		switch (job.what) {
		case TAKE:
			take(job.bytes);
			break;
		case GIVE_HALF:
			give(2);
			break;
		case GIVE_ALL:
			give(1);
			break;
		}
		if (write(answers, "", 1) != 1)
			break;
	}
	_exit(0);
}

static struct worker workers[WORKERS_MAX];
static unsigned int nr_workers;

static void employ(unsigned int number, uint64_t seed)
{
	struct worker *w = &workers[number];
	int jobs[2], answers[2];

	fflush(stdout);
	if (pipe2(jobs, O_CLOEXEC) || pipe2(answers, O_CLOEXEC))
		leave(KSFT_FAIL, "# no pipe: %s", strerror(errno));
	w->pid = fork();
	if (w->pid < 0)
		leave(KSFT_FAIL, "# no process: %s", strerror(errno));
	if (!w->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Each ends when the main process closes its pipe */
		close(jobs[1]);
		close(answers[0]);
		while (number--) {
			close(workers[number].jobs);
			close(workers[number].answers);
		}
		random_state = mix(seed);
		work(jobs[0], answers[1]);
	}
	close(jobs[0]);
	close(answers[1]);
	w->jobs = jobs[1];
	w->answers = answers[0];
}

/* all - a job for each worker; back when all have done it */
static void all(struct job job)
{
	unsigned int i;
	char byte;

	job.bytes /= nr_workers;
	for (i = 0; i < nr_workers; i++)
		if (write(workers[i].jobs, &job, sizeof(job)) !=
		    (ssize_t)sizeof(job))
			leave(KSFT_FAIL, "# a worker has died");
	for (i = 0; i < nr_workers; i++)
		if (read(workers[i].answers, &byte, 1) != 1)
			leave(KSFT_FAIL, "# a worker has died");
}

struct vmstat {
	long free, reported, unreported, told;
	int found;		/* how many of these the kernel has */
};

static struct vmstat read_vmstat(void)
{
	struct vmstat v = { 0 };

	v.found = add_counters("/proc/vmstat",
			       "nr_free_pages %ld", &v.free,
			       "nr_free_reported %ld", &v.reported,
			       "nr_free_unreported %ld", &v.unreported,
			       "page_report_pages %ld", &v.told, NULL);
	if (!v.found)
		leave(KSFT_FAIL, "# /proc/vmstat: %s", strerror(errno));
	return v;
}

/*
 * await_reported - until next to nothing that could be reported is left, or,
 * unless @all of it matters, until some of it is on its way. What lies below
 * the watermarks never is reported.
 */
static bool await_reported(bool all, unsigned int patience)
{
	const struct timespec pause = { .tv_nsec = all ? 100000000 : 2000000 };
	struct vmstat v = read_vmstat();
	uint64_t since = now();
	long told = v.told;

	while (!v.reported ||
	       v.unreported > v.reported / 128 + 16 * pages_per_mib) {
		if (v.told != told) {
			if (!all)
				break;
			told = v.told;
			since = now();
		}
		if (now() - since > patience * NSEC_PER_SEC)
			return false;
		nanosleep(&pause, NULL);
		v = read_vmstat();
	}
	return true;
}

/*
 * one_round - takes, gives half, has it reported while the other half stays,
 * takes again, gives all. A half that is drawn does not wait for all reports,
 * but takes what is on its way. Adds to *through the pages that were reported
 * when they were taken; false if memory is not reported any more.
 */
static bool one_round(bool anyhow, long limit, unsigned long *through)
{
	struct vmstat before, after;
	long most;
	int half;

	for (half = 0; half < 2; half++) {
		if (!anyhow && !await_reported(draw() % 2, PATIENCE_S))
			return false;
		before = read_vmstat();
		/* Something must stay free, for whoever else needs it */
		most = before.free / pages_per_mib;
		most -= most / 8 + (most > 64 ? 32 : most / 2);
		if (most > limit / (half + 1))
			most = limit / (half + 1);
		most = most / 2 + draw() % (most / 2 + 1);
		all((struct job){ TAKE, most * MIB });
		most *= pages_per_mib;
		after = read_vmstat();
		/* Reports meanwhile make this less than it was, others more */
		if (before.reported - after.reported > most)
			*through += most;
		else if (after.reported < before.reported)
			*through += before.reported - after.reported;
		all((struct job){ half ? GIVE_ALL : GIVE_HALF, 0 });
	}
	return true;
}

static bool allow_hugetlb(const char *pages, char *before, size_t size)
{
	int fd = open(OVERCOMMIT, O_RDWR | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	if (before) {
		n = read(fd, before, size - 1);
		before[n > 0 ? n : 0] = '\0';
	}
	n = pwrite(fd, pages, strlen(pages), 0);
	close(fd);
	return n > 0;
}

static void say_usage(void)
{
	leave(KSFT_FAIL, "usage: integrity [-a] [-l MIB] [-m MIB] [-s SEED] [-w N]\n"
	      "  -a  where nothing is reported too: MIB is what is verified\n"
	      "  -l  hold no more than this at a time (all that is free)\n"
	      "  -m  stop when this much went through reported memory (1024)\n"
	      "  -s  of all that is drawn at random (1)\n"
	      "  -w  processes (one a CPU)");
}

int main(int argc, char **argv)
{
	const char *percent = getenv("MEMORY_RECLAIM_ROUNDS");
	unsigned long goal = 1024, limit = ~0UL / 2 / MIB, seed = 1;
	unsigned long round = 0, through = 0, done = 0, i;
	bool anyhow = false, stuck = false;
	char overcommit[32] = "";
	struct vmstat v;
	uint64_t start;
	long told;
	int opt;

	/* Where all is slow less is done, and less at a time */
	if (percent && strtoul(percent, NULL, 0) < 100) {
		goal = goal * strtoul(percent, NULL, 0) / 100;
		limit = 2 * goal;
	}
	pages_per_mib = MIB / sysconf(_SC_PAGESIZE);
	nr_workers = sysconf(_SC_NPROCESSORS_ONLN);
	while ((opt = getopt(argc, argv, "al:m:s:w:")) != -1) {
		switch (opt) {
		case 'a':
			anyhow = true;
			break;
		case 'l':
			limit = strtoul(optarg, NULL, 0);
			break;
		case 'm':
			goal = strtoul(optarg, NULL, 0);
			break;
		case 's':
			seed = strtoul(optarg, NULL, 0);
			break;
		case 'w':
			nr_workers = strtoul(optarg, NULL, 0);
			break;
		default:
			say_usage();
		}
	}
	if (nr_workers > WORKERS_MAX)
		nr_workers = WORKERS_MAX;
	if (optind != argc || !goal || !limit || !nr_workers)
		say_usage();

	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("TAP version 13");
	if (getuid())
		leave(KSFT_SKIP, "1..0 # SKIP not root");
	v = read_vmstat();
	if (v.found < 4)
		leave(KSFT_SKIP, "1..0 # SKIP this kernel reports nothing");
	if (!anyhow && !await_reported(true, 10))
		leave(KSFT_SKIP, "1..0 # SKIP nothing is reported");
	printf("1..3\n# seed %lu, %u workers\n", seed, nr_workers);

	sum = mmap(NULL, sizeof(*sum), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sum == MAP_FAILED)
		leave(KSFT_FAIL, "# no memory");
	allow_hugetlb("1000000", overcommit, sizeof(overcommit));
	random_state = mix(seed);
	start = now();
	told = v.told;
	for (i = 0; i < nr_workers; i++)
		employ(i, draw());

	while (done < goal && !stuck) {
		stuck = !one_round(anyhow, limit, &through);
		done = anyhow ? sum->verified / MIB : through / pages_per_mib;
		printf("# round %lu, %.0f s: %lu MiB done, %lu MiB verified, %lu wrong\n",
		       ++round, (now() - start) / 1e9, done,
		       (unsigned long)(sum->verified / MIB),
		       (unsigned long)(sum->wrong + sum->fresh));
	}
	if (stuck) {
		v = read_vmstat();
		printf("# nothing is reported, pages: %ld free, %ld reported, %ld unreported\n",
		       v.free, v.reported, v.unreported);
	}
	for (i = 0; i < nr_workers; i++) {
		close(workers[i].jobs);
		waitpid(workers[i].pid, NULL, 0);
	}
	if (*overcommit)
		allow_hugetlb(overcommit, NULL, 0);

	printf("%sok 1 - fresh memory reads as zero\n",
	       sum->fresh ? "not " : "");
	printf("%sok 2 - memory holds what was written\n",
	       sum->wrong ? "not " : "");
	printf("%sok 3 - %lu MiB have gone through reported memory%s\n",
	       stuck ? "not " : "", through / pages_per_mib,
	       anyhow ? " # SKIP not awaited" : "");
	for (i = 0; i < KINDS; i++)
		printf("# %s: %lu MiB verified\n", kinds[i].name,
		       (unsigned long)(sum->by_kind[i] / MIB));
	printf("# rounds=%lu seconds=%.0f through_MiB=%lu verified_MiB=%lu reported_MiB=%lu mismatches=%lu\n",
	       round, (now() - start) / 1e9, through / pages_per_mib,
	       (unsigned long)(sum->verified / MIB),
	       (unsigned long)(read_vmstat().told - told) / pages_per_mib,
	       (unsigned long)(sum->wrong + sum->fresh));
	return stuck || sum->fresh || sum->wrong ? KSFT_FAIL : 0;
}
