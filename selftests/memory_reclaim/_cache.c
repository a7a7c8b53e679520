// SPDX-License-Identifier: GPL-2.0
/*
 * _cache COMMAND FILE [MIB] - page cache of a file, for the tests
 *
 *	write	write a pattern to MIB of it
 *	check	read it; exit code 1 if it is not this pattern
 *	read	read it, whatever it is
 *	cached	print how many percent of it are in the page cache
 *	keep	read it each second until SIGTERM, say "held" after the first
 *		time; exit code 1 if a page was not in the page cache any more
 *	map	map it and use each page, say "held", wait for SIGTERM
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "_cached.h"
#include "_memory.h"
#include "_one_cpu.h"

#define MIB	(1024UL * 1024)
#define WORDS	(MIB / sizeof(uint64_t))

static uint64_t buf[WORDS];
static const char *path;
static size_t pages;
static sigset_t term;

static int failed(void)
{
	perror(path);
	return 2;
}

static int write_all(int fd, unsigned long mib)
{
	unsigned long m;

	for (m = 0; m < mib; m++) {
		write_pattern(buf, 0, WORDS, 1, m * WORDS);
		if (write(fd, buf, MIB) != MIB)
			return failed();
	}
	return 0;
}

static int read_all(int fd, bool check)
{
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, buf, MIB, at)) > 0) {
		size_t words = n / sizeof(*buf);

		if (check && check_pattern(buf, 0, words, 1,
					   at / sizeof(*buf)) < words) {
			printf("WRONG: %s, in MiB %lu\n", path, at / MIB);
			return 1;
		}
		at += n;
	}
	return n ? failed() : 0;
}

static int say_cached(int fd)
{
	long n = pages_cached(fd, pages);

	if (n < 0)
		return failed();
	printf("%lu\n", n * 100 / pages);
	return 0;
}

static int keep(int fd)
{
	const struct timespec second = { .tv_sec = 1 };
	long n;

	if (read_all(fd, false))
		return 2;
	puts("held");
	while (sigtimedwait(&term, NULL, &second) != SIGTERM) {
		n = pages_cached(fd, pages);
		if (n != (long)pages) {
			printf("WRONG: %ld of %zu pages are left\n", n, pages);
			return 1;
		}
		if (read_all(fd, false))
			return 2;
	}
	return 0;
}

static int map(int fd)
{
	size_t page_size = sysconf(_SC_PAGESIZE), i;
	unsigned int sum = 0;
	const char *mem;
	int sig;

	mem = mmap(NULL, pages * page_size, PROT_READ, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		return failed();
	/* khugepaged would unmap it, to have it mapped as huge pages later */
	madvise((void *)mem, pages * page_size, MADV_NOHUGEPAGE);
	for (i = 0; i < pages; i++)
		sum += mem[i * page_size];
	printf("held, sum %u\n", sum);
	return sigwait(&term, &sig) ? 2 : 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 2 ? argv[1] : "";
	bool writes = !strcmp(command, "write");
	struct stat st;
	int fd;

	if (argc != (writes ? 4 : 3))
		return 2;
	path = argv[2];
	setlinebuf(stdout);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	stay_on_one_cpu();

	fd = open(path, writes ? O_WRONLY | O_CREAT : O_RDONLY, 0600);
	if (fd < 0 || fstat(fd, &st))
		return failed();
	if (writes)
		return write_all(fd, strtoul(argv[3], NULL, 0));
	pages = st.st_size / sysconf(_SC_PAGESIZE);
	if (!pages)
		return 2;
	if (!strcmp(command, "check"))
		return read_all(fd, true);
	if (!strcmp(command, "read"))
		return read_all(fd, false);
	if (!strcmp(command, "cached"))
		return say_cached(fd);
	if (!strcmp(command, "keep"))
		return keep(fd);
	if (!strcmp(command, "map"))
		return map(fd);
	return 2;
}
