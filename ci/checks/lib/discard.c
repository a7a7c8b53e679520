// SPDX-License-Identifier: GPL-2.0
/*
 * discard [FILE] - what it costs a host to drop blocks of a guest's memory as QEMU does, and
 * to give them again.  For each kind of memory and size of block a line: kind, KiB, CPU ns
 * for a MiB that is dropped, CPU ns for a MiB that is touched again, percent that is in huge
 * pages before and after.  Then every other block is dropped, and a line says: half, kind,
 * KiB, MiB that the process has lost, and MiB that are no longer charged to the group whose
 * bytes are in FILE.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define TOTAL	(256UL << 20)
#define HUGE	(2UL << 20)
#define PAGE	4096UL

enum kind { ANONYMOUS, THP, SHARED, HUGETLB, KINDS };

static const char *const names[KINDS] = { "anonymous", "THP", "memfd", "hugetlbfs" };

struct memory {
	enum kind kind;
	char *start;
	int fd;
};

/* Of this thread: others use the CPUs of the machine, too */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* A field of the mapping in /proc/self/smaps, in KiB */
static unsigned long field(const struct memory *m, const char *name)
{
	char line[512], at[32];
	unsigned long kib = 0;
	bool on = false;
	FILE *f = fopen("/proc/self/smaps", "r");

	snprintf(at, sizeof(at), "%lx-", (unsigned long)m->start);
	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, at, strlen(at)))
			on = true;
		if (on && !strncmp(line, name, strlen(name))) {
			kib = strtoul(line + strlen(name), NULL, 10);
			break;
		}
	}
	if (f)
		fclose(f);
	return kib;
}

static bool take(struct memory *m)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	char *p;

	m->fd = -1;
	if (m->kind == SHARED || m->kind == HUGETLB) {
		m->fd = memfd_create("discard", m->kind == HUGETLB ? MFD_HUGETLB | MFD_HUGE_2MB : 0);
		if (m->fd < 0 || ftruncate(m->fd, TOTAL))
			return false;
		flags = MAP_SHARED;
	}
	/* One huge page more, to begin at one */
	p = mmap(NULL, TOTAL + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return false;
	m->start = (char *)(((unsigned long)p + HUGE - 1) & -HUGE);
	p = mmap(m->start, TOTAL, PROT_READ | PROT_WRITE, flags | MAP_FIXED, m->fd, 0);
	if (p == MAP_FAILED)
		return false;
	if (m->kind == ANONYMOUS || m->kind == THP)
		madvise(p, TOTAL, m->kind == THP ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return true;
}

/* As ram_block_discard_range(): a hole in the file, and the mapping of base pages dropped */
static bool drop(const struct memory *m, unsigned long offset, unsigned long len)
{
	bool ok = true;

	if (m->fd >= 0)
		ok = !fallocate(m->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, len);
	if (m->kind != HUGETLB)
		ok = ok && !madvise(m->start + offset, len, MADV_DONTNEED);
	return ok;
}

static double touch(const struct memory *m)
{
	double begun = now();
	unsigned long at;

	for (at = 0; at < TOTAL; at += PAGE)
		m->start[at] = 1;
	return now() - begun;
}

static unsigned long in_huge_pages(const struct memory *m)
{
	return field(m, "AnonHugePages:") * 100 / (TOTAL >> 10);
}

static bool measure(enum kind kind, unsigned long block)
{
	struct memory m = { .kind = kind };
	unsigned long at, huge;
	double dropped, touched;
	bool ok = true;

	if (!take(&m)) {
		printf("%s %lu none\n", names[kind], block >> 10);
		return true;
	}
	touch(&m);
	huge = in_huge_pages(&m);
	dropped = now();
	for (at = 0; at < TOTAL; at += block)
		ok = drop(&m, at, block) && ok;
	dropped = now() - dropped;
	for (at = 0; at < TOTAL; at += PAGE)
		ok = ok && !m.start[at];
	for (at = 0; at < TOTAL; at += block)
		ok = drop(&m, at, block) && ok;
	touched = touch(&m);
	printf("%s %lu %.0f %.0f %lu %lu\n", names[kind], block >> 10, dropped / (TOTAL >> 20),
	       touched / (TOTAL >> 20), huge, in_huge_pages(&m));
	munmap(m.start, TOTAL);
	if (m.fd >= 0)
		close(m.fd);
	return ok;
}

static long charged(const char *file)
{
	long long bytes = 0;
	FILE *f = fopen(file, "r");

	if (!f || fscanf(f, "%lld", &bytes) != 1)
		bytes = 0;
	if (f)
		fclose(f);
	return bytes >> 20;
}

static void halve(enum kind kind, unsigned long block, const char *file)
{
	struct memory m = { .kind = kind };
	long resident, host;
	unsigned long at;

	if (!take(&m))
		return;
	touch(&m);
	resident = field(&m, "Rss:");
	host = charged(file);
	for (at = 0; at < TOTAL; at += 2 * block)
		drop(&m, at, block);
	printf("half %s %lu %ld %ld\n", names[kind], block >> 10, (resident - (long)field(&m, "Rss:")) >> 10,
	       host - charged(file));
	munmap(m.start, TOTAL);
}

int main(int argc, char **argv)
{
	static const unsigned long blocks[] = { PAGE, 128UL << 10, HUGE };
	enum kind kind;
	unsigned int i;
	bool ok = true;

	for (kind = ANONYMOUS; kind < KINDS; kind++)
		for (i = 0; i < 3; i++)
			if (kind != HUGETLB || blocks[i] == HUGE)
				ok = measure(kind, blocks[i]) && ok;
	for (i = 0; argc > 1 && i < 3; i++) {
		halve(ANONYMOUS, blocks[i], argv[1]);
		halve(THP, blocks[i], argv[1]);
	}
	return !ok;
}
