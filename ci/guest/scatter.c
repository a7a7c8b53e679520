// SPDX-License-Identifier: GPL-2.0
/*
 * scatter [-d DEVICE | -t] [-k] [-m] [-w HZ] MIB KEEP - takes memory, fills and verifies
 * it, frees all but one page in KEEP, closes descriptor 3 for whoever waits
 * for that, and finds the kept pages unchanged when told to stop (SIGTERM).
 *
 * -d: page cache of a block device instead of its own memory, with slab pages
 *     that stay in one page block of twenty.
 * -t: huge pages, of which the kernel has to split what is left.
 * -k: khugepaged may make huge pages again of what is left.
 * -m: so in a quarter of it only; in the others one in 4, three in 4 and all
 *     pages stay, in stretches of 16 MiB: what moves can be well chosen or not.
 * -w: a child wakes HZ times a second all the while, and does next to nothing.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../selftests/memory_reclaim/_proc.h"
#include "guest.h"
#include "page_flags.h"

#define PIN_MIB		40		/* one page block in twenty */
#define PIN_MESSAGES	8		/* objects in a slab of kmalloc-4k */
#define DATA_MIB	128UL		/* pattern on the device, holes behind it */
#define SEED		0x5ca77e4ULL
#define FREED_FD	3

static size_t pages, keep;
static bool mixed, refill;

static bool stays(size_t page)
{
	switch (mixed ? page * PAGE / (16 * MIB) % 4 : 0) {
	case 0:
		return page % keep == 0;
	case 1:
		return page % 4 == 0;
	case 2:
		return page % 4 != 0;
	default:
		return true;
	}
}

static size_t count_kept(void)
{
	size_t i, n = 0;

	for (i = 0; i < pages; i++)
		n += stays(i);
	return n;
}

/* Of the page blocks that hold its cache, how many hold slab too: these can never be free. */
static double pinned_pct(int fd)
{
	static uint8_t holds[1 << 16];
	uint64_t entry[BLOCK_PAGES];
	size_t i, j, cached = 0, pinned = 0;
	int map = open("/proc/self/pagemap", O_RDONLY);
	int flags = open("/proc/kpageflags", O_RDONLY);
	volatile char *p;

	if (map < 0 || flags < 0)
		fail("page flags");
	p = mmap(NULL, pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		fail("mmap");
	for (i = 0; i < pages; i++)
		(void)p[i * PAGE];
	for (i = 0; i < pages; i += BLOCK_PAGES) {
		if (pread(map, entry, sizeof(entry), ((size_t)p / PAGE + i) * sizeof(*entry)) !=
		    sizeof(entry))
			fail("pagemap");
		for (j = 0; j < BLOCK_PAGES; j++)
			holds[(entry[j] & ((1ULL << 55) - 1)) / BLOCK_PAGES % sizeof(holds)] = 1;
	}
	munmap((void *)p, pages * PAGE);
	for (i = 1; i < sizeof(holds); i++) {
		if (!holds[i])
			continue;
		if (pread(flags, entry, sizeof(entry), i * sizeof(entry)) != sizeof(entry))
			fail("kpageflags");
		cached++;
		pinned += any_page(entry, BLOCK_PAGES, FLAG(KPF_SLAB));
	}
	close(map);
	close(flags);
	return 100.0 * pinned / cached;
}

/* A slab page that stays: messages nobody reads, each an object of kmalloc-4k. */
static void pin(void)
{
	static const char message[3072];
	int pair[2], i;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		fail("socketpair");
	for (i = 0; i < PIN_MESSAGES; i++)
		if (send(pair[0], message, sizeof(message), MSG_DONTWAIT) != sizeof(message))
			fail("send");
}

/* Whether the pages of the device that are in memory are those to be kept. */
static bool exact(int fd)
{
	unsigned char *in = malloc(pages);
	size_t i;
	void *p = mmap(NULL, pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);

	if (!in || p == MAP_FAILED || mincore(p, pages * PAGE, in))
		fail("mincore");
	munmap(p, pages * PAGE);
	for (i = 0; i < pages && (in[i] & 1) == stays(i); i++)
		;
	free(in);
	return i == pages;
}

static int read_device(const char *name)
{
	static char buf[MIB];
	int fd = open(name, O_RDONLY);
	size_t m;

	if (fd < 0)
		fail(name);
	for (m = 0; m < pages * PAGE / MIB; m++) {
		if (read(fd, buf, MIB) != MIB)
			fail(name);
		if (m % PIN_MIB == PIN_MIB - 1)
			pin();
	}
	return fd;
}

/* A page on its way to a list is in use for a moment, and stays: hence again. */
static void drop_cache(int fd)
{
	int again = 3;
	size_t i, n;

	do {
		for (i = 0; (n = next_run(&i, pages, stays)); i += n)
			posix_fadvise(fd, i * PAGE, n * PAGE, POSIX_FADV_DONTNEED);
	} while (!exact(fd) && --again);
}

static void verify_cache(int fd)
{
	uint64_t page[PAGE_WORDS], want;
	size_t i, j, word;

	if (!exact(fd)) {
		puts("@bad scatter: the cache holds other pages than those that were kept");
		exit(1);
	}
	for (i = 0; i < pages; i++) {
		if (!stays(i))
			continue;
		if (pread(fd, page, PAGE, i * PAGE) != PAGE)
			fail("pread");
		for (j = 0; j < PAGE_WORDS; j++) {
			word = i * PAGE_WORDS + j;
			want = i * PAGE < DATA_MIB * MIB ? pattern(1, word) : 0;
			if (page[j] != want)
				bad("cached page", word, want, page[j]);
		}
	}
}

static long huge_mib(void)
{
	long kib = 0;

	add_counters("/proc/self/smaps", "AnonHugePages: %ld kB", &kib, NULL);
	return kib / 1024;
}

static uint64_t *take_aligned(size_t mib, bool huge)
{
	char *p = (char *)take(mib + 2);

	p += -(uintptr_t)p % (2 * MIB);
	madvise(p, mib * MIB, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return (uint64_t *)p;
}

static void drop_memory(uint64_t *p)
{
	/* khugepaged would fill the holes again. */
	madvise(p, pages * PAGE, refill ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	if (scatter(p, pages, PAGE, stays))
		fail("madvise");
}

/* Of what was freed a sample is read: it costs no memory, but time. */
static void verify_memory(const uint64_t *p, size_t mib)
{
	size_t i;

	for (i = 0; i < pages; i += 1021)
		if (!stays(i) && p[i * PAGE_WORDS])
			bad("freed page", i * PAGE_WORDS, 0, p[i * PAGE_WORDS]);
	verify_scattered(p, mib, LINE_WORDS, SEED, stays);
}

static pid_t wake(unsigned int hz)
{
	struct timespec ts = { .tv_sec = hz == 1, .tv_nsec = 1000000000 / hz % 1000000000 };
	volatile uint64_t *p;
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(FREED_FD);
	p = take(1);
	madvise((void *)p, MIB, MADV_NOHUGEPAGE);
	for (;;) {
		nanosleep(&ts, NULL);
		p[0]++;
		/* and one that has to be allocated */
		madvise((void *)(p + PAGE_WORDS), PAGE, MADV_DONTNEED);
		p[PAGE_WORDS]++;
		getppid();
	}
}

int main(int argc, char **argv)
{
	const char *device = NULL;
	unsigned int hz = 0;
	size_t mib;
	double kept;
	bool huge = false;
	uint64_t *p = NULL;
	pid_t child = 0;
	int opt, sig, fd = -1;
	sigset_t term;

	while ((opt = getopt(argc, argv, "d:kmtw:")) != -1) {
		switch (opt) {
		case 'd':
			device = optarg;
			break;
		case 'k':
			refill = true;
			break;
		case 'm':
			mixed = true;
			break;
		case 't':
			huge = true;
			break;
		case 'w':
			hz = strtoul(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 2 || (device && huge))
		return 2;
	mib = strtoul(argv[optind], NULL, 10);
	keep = strtoul(argv[optind + 1], NULL, 10);
	if (!mib || mib % 2 || keep < 2)
		return 2;
	pages = mib * MIB / PAGE;
	kept = count_kept() * PAGE / (double)MIB;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	setlinebuf(stdout);
	/* Before there is memory, which it would share. */
	if (hz)
		child = wake(hz);

	puts("@mark load");
	if (device) {
		fd = read_device(device);
		printf("@data pinned_blocks_pct=%.1f\n", pinned_pct(fd));
	} else {
		p = take_aligned(mib, huge);
		fill(p, mib, SEED);
		verify("filled memory", p, mib, SEED);
		if (huge)
			printf("@data huge_MiB=%ld\n", huge_mib());
	}
	puts("@mark held");
	sleep(1);
	if (device)
		drop_cache(fd);
	else
		drop_memory(p);
	printf("@data kept_MiB=%.1f\n", kept);
	puts("@mark freed");
	close(FREED_FD);
	sigwait(&term, &sig);

	if (device)
		verify_cache(fd);
	else
		verify_memory(p, mib);
	printf("@data scatter_verified_MiB=%.1f\n", kept);
	if (child) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return 0;
}
