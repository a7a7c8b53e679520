// SPDX-License-Identifier: GPL-2.0
/*
 * ratchet ROUNDS DIR - how many page blocks hold pages that cannot move, after rounds
 * that each leave room among such pages, and scattered memory that moves there or not.
 *
 * A round: 6,000 new files in DIR, which stand for inodes in slab, while those of the
 * round before last go; 512 MiB of which one page in 16 stays until the files of the
 * next round are there; and idleness until nothing has moved for a while. After the
 * last one: how many buffers of 512 KiB in one piece the kernel can still give (a ring
 * for packets, or the messages of a shared folder, are such), as messages nobody reads.
 */
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "pattern.h"

#define PAGE		4096UL
#define BLOCK_PAGES	512UL		/* of a page block: 2 MiB */
#define FILES		6000
#define TAKEN_MIB	512
#define KEEP		16
#define REST_S		5		/* nothing moves in three of these */
#define EVERY		10		/* rounds, for a word about them */

/* What the kernel takes in one piece of a message this long is an order-7 block */
#define MESSAGE		(468 * 1024)
#define QUEUE		8
#define PAIRS		512

/* For the kernel's own tools only, and so in no header. */
#define PAGE_RESERVED	32

#define FLAG(f)		(1ULL << (f))

static void files_of(const char *dir, int round, bool make)
{
	char name[256];
	int i, fd;

	snprintf(name, sizeof(name), "%s/%d", dir, round);
	if (make && mkdir(name, 0700))
		fail(name);
	for (i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "%s/%d/%d", dir, round, i);
		fd = make ? open(name, O_CREAT | O_WRONLY, 0600) : unlink(name);
		if (fd < 0)
			fail(name);
		if (make)
			close(fd);
	}
	snprintf(name, sizeof(name), "%s/%d", dir, round);
	if (!make && rmdir(name))
		fail(name);
}

static unsigned long moved(void)
{
	FILE *f = fopen("/proc/vmstat", "r");
	unsigned long n = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "idle_compact_migrated %lu", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

static void rest(void)
{
	unsigned long last = moved(), now;
	int rests = 0;

	while (rests < 3) {
		sleep(REST_S);
		now = moved();
		rests = now == last ? rests + 1 : 0;
		last = now;
	}
}

static uint64_t *scatter(void)
{
	size_t i, pages = TAKEN_MIB * MIB / PAGE;
	uint64_t *p = take(TAKEN_MIB);

	/* Huge pages would be split, which is another matter */
	madvise(p, TAKEN_MIB * MIB, MADV_NOHUGEPAGE);
	for (i = 0; i < pages; i++)
		p[i * PAGE / sizeof(*p)] = i + 1;
	for (i = 0; i < pages; i += KEEP)
		madvise((char *)p + (i + 1) * PAGE, (KEEP - 1) * PAGE, MADV_DONTNEED);
	return p;
}

static void end(uint64_t *p)
{
	size_t i;

	for (i = 0; i < TAKEN_MIB * MIB / PAGE; i += KEEP)
		if (p[i * PAGE / sizeof(*p)] != i + 1)
			bad("kept page", i, i + 1, p[i * PAGE / sizeof(*p)]);
	munmap(p, TAKEN_MIB * MIB);
}

/* Page blocks that hold slab or page tables: what else is the kernel's is not told apart */
static unsigned int slab_blocks(void)
{
	static uint64_t flags[BLOCK_PAGES];
	int fd = open("/proc/kpageflags", O_RDONLY);
	bool is_slab, boot;
	unsigned int n = 0;
	size_t i;

	if (fd < 0)
		fail("/proc/kpageflags");
	while (read(fd, flags, sizeof(flags)) == sizeof(flags)) {
		is_slab = false;
		boot = false;
		for (i = 0; i < BLOCK_PAGES; i++) {
			boot |= !!(flags[i] & (FLAG(KPF_NOPAGE) | FLAG(PAGE_RESERVED)));
			is_slab |= !!(flags[i] & (FLAG(KPF_SLAB) | FLAG(KPF_PGTABLE)));
		}
		/* What is there from the start is not for anybody to place */
		n += is_slab && !boot;
	}
	close(fd);
	return n;
}

/* Page blocks of which the kernel says that they are for pages that cannot move */
static unsigned int typed_blocks(void)
{
	FILE *f = fopen("/proc/pagetypeinfo", "r");
	unsigned int n, sum = 0;
	bool counts = false;
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		counts |= !strncmp(line, "Number of blocks", 16);
		if (counts && sscanf(line, "Node %*u, zone %*s %u", &n) == 1)
			sum += n;
	}
	if (f)
		fclose(f);
	return sum;
}

static unsigned int large_buffers(void)
{
	struct rlimit files = { 2 * PAIRS + 64, 2 * PAIRS + 64 };
	static char message[MESSAGE];
	int pair[2], size = 1 << 30, i;
	unsigned int n = 0;

	setrlimit(RLIMIT_NOFILE, &files);
	for (i = 0; i < PAIRS * QUEUE; i++) {
		if (i % QUEUE == 0 &&
		    (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) ||
		     setsockopt(pair[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size))))
			break;
		if (send(pair[0], message, sizeof(message), MSG_DONTWAIT) != sizeof(message))
			break;
		n++;
	}
	return n;
}

int main(int argc, char **argv)
{
	int rounds = argc == 3 ? atoi(argv[1]) : 0, i;
	uint64_t *p = NULL;

	if (rounds < 1)
		return 2;
	setlinebuf(stdout);
	for (i = 1; i <= rounds; i++) {
		files_of(argv[2], i, true);
		if (i > 2)
			files_of(argv[2], i - 2, false);
		if (p)
			end(p);
		p = scatter();
		rest();
		if (i % EVERY && i != rounds)
			continue;
		printf("@data ratchet_%d_blocks=%u ratchet_%d_typed_blocks=%u\n",
		       i, slab_blocks(), i, typed_blocks());
	}
	end(p);
	rest();
	printf("@data ratchet_blocks=%u ratchet_typed_blocks=%u ratchet_moved=%lu\n",
	       slab_blocks(), typed_blocks(), moved());
	printf("@data ratchet_large_buffers=%u\n", large_buffers());
	return 0;
}
