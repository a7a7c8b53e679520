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
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../selftests/memory_reclaim/_proc.h"
#include "guest.h"
#include "page_flags.h"

#define FILES		6000
#define TAKEN_MIB	512
#define KEEP		16
#define SEED		0x7a7c4e7ULL
#define REST_S		5		/* nothing moves in three of these */
#define EVERY		10		/* rounds, for a word about them */

/* What the kernel takes in one piece of a message this long is an order-7 block */
#define MESSAGE		(468 * 1024)
#define QUEUE		8
#define PAIRS		512

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

static long moved(void)
{
	long n = 0;

	add_counters("/proc/vmstat", "idle_compact_migrated %ld", &n, NULL);
	return n;
}

static void rest(void)
{
	long last = moved(), n;
	int rests = 0;

	while (rests < 3) {
		sleep(REST_S);
		n = moved();
		rests = n == last ? rests + 1 : 0;
		last = n;
	}
}

static bool stays(size_t page)
{
	return page % KEEP == 0;
}

/* One word in each page was written */
static void end(uint64_t *p)
{
	verify_scattered(p, TAKEN_MIB, PAGE_WORDS, SEED, stays);
	give(p, TAKEN_MIB);
}

/* Page blocks that hold slab or page tables: what else is the kernel's is not told apart */
static unsigned int slab_blocks(void)
{
	static uint64_t flags[BLOCK_PAGES];
	int fd = open("/proc/kpageflags", O_RDONLY);
	unsigned int n = 0;

	if (fd < 0)
		fail("/proc/kpageflags");
	/* What is there from the start is not for anybody to place */
	while (read(fd, flags, sizeof(flags)) == sizeof(flags))
		n += any_page(flags, BLOCK_PAGES, FLAG(KPF_SLAB) | FLAG(KPF_PGTABLE)) &&
		     !any_page(flags, BLOCK_PAGES, FLAG(KPF_NOPAGE) | FLAG(KPF_RESERVED));
	close(fd);
	return n;
}

/*
 * Page blocks of which the kernel says that they are for pages that cannot move: the first
 * number of each zone. Where it counts free pages there is a word in its place.
 */
static long typed_blocks(void)
{
	long n = 0;

	add_counters("/proc/pagetypeinfo", "Node %*u, zone %*s %ld", &n, NULL);
	return n;
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
	if (!n)
		fail("large buffers");
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
		p = take_scattered(TAKEN_MIB, PAGE_WORDS, SEED, stays);
		rest();
		if (i % EVERY && i != rounds)
			continue;
		printf("@data ratchet_%d_blocks=%u ratchet_%d_typed_blocks=%ld\n",
		       i, slab_blocks(), i, typed_blocks());
	}
	end(p);
	rest();
	printf("@data ratchet_blocks=%u ratchet_typed_blocks=%ld ratchet_moved=%ld\n",
	       slab_blocks(), typed_blocks(), moved());
	printf("@data ratchet_large_buffers=%u\n", large_buffers());
	return 0;
}
