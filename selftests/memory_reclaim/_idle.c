// SPDX-License-Identifier: GPL-2.0
/*
 * _idle FILE SECONDS LIMIT - is what leaves the page cache idle, by page_idle?
 *
 * Reads FILE, marks all of its pages in /sys/kernel/mm/page_idle/bitmap, reads
 * the first quarter again each second, and looks at the marks until nothing
 * but this quarter is in the page cache, and 4 times SECONDS have passed. Who
 * uses a page takes its mark away, and we mark it again. Pages must not be
 * migrated.
 *
 * Exit code 1: a page has gone that was used within SECONDS, or after LIMIT
 * seconds not all have gone. 3: page_idle sees no use, as with the multi-gen
 * LRU.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "_cached.h"
#include "_clock.h"
#include "_one_cpu.h"

#define LOOK		(NSEC_PER_SEC / 2)
#define PFN_MASK	((1ULL << 55) - 1)
#define PRESENT		0x8000000000000000ULL
#define COMPOUND_TAIL	0x10000ULL

static struct watched {
	uint64_t pfn;
	/* Not used since: when the look before its last use began */
	uint64_t used;
	bool cached, marked;
} *watched;
static unsigned char *in;
static size_t pages, hot, left;
static uint64_t last_look, least = UINT64_MAX;
static const char *path;
static int fd, bitmap;

__attribute__((noreturn))
static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void *allocate(size_t size)
{
	void *p = calloc(pages, size);

	if (!p)
		fail("calloc");
	return p;
}

static void read_pages(size_t n)
{
	static char buf[1024 * 1024];
	size_t size = n * sysconf(_SC_PAGESIZE), at, most;
	ssize_t done;

	for (at = 0; at < size; at += done) {
		most = size - at < sizeof(buf) ? size - at : sizeof(buf);
		done = pread(fd, buf, most, at);
		if (done <= 0)
			fail(path);
	}
}

/* The entry of a page in a file of /proc */
static uint64_t entry_of(int proc, const char *name, uint64_t page)
{
	uint64_t entry;

	if (pread(proc, &entry, sizeof(entry), page * sizeof(entry)) !=
	    sizeof(entry))
		fail(name);
	return entry;
}

/*
 * A page that is mapped has an entry in pagemap. Only the first page of a large
 * folio can be marked: it stands for all of them.
 */
static void find_pages(void)
{
	size_t page_size = sysconf(_SC_PAGESIZE), i;
	char *mem;
	uint64_t entry, pfn, head = 0;
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	int flags = open("/proc/kpageflags", O_RDONLY);

	mem = mmap(NULL, pages * page_size, PROT_READ,
		   MAP_SHARED | MAP_POPULATE, fd, 0);
	if (pagemap < 0 || flags < 0 || mem == MAP_FAILED)
		fail("/proc/self/pagemap");
	for (i = 0; i < pages; i++) {
		entry = entry_of(pagemap, "/proc/self/pagemap",
				 (uintptr_t)mem / page_size + i);
		if (!(entry & PRESENT))
			fail("/proc/self/pagemap");
		pfn = entry & PFN_MASK;
		if (!(entry_of(flags, "/proc/kpageflags", pfn) & COMPOUND_TAIL))
			head = pfn;
		watched[i].pfn = head;
		watched[i].used = last_look;
		watched[i].cached = true;
	}
	munmap(mem, pages * page_size);
	close(pagemap);
	close(flags);
}

static void mark(const struct watched *w)
{
	uint64_t bit = 1ULL << w->pfn % 64;

	if (pwrite(bitmap, &bit, sizeof(bit), w->pfn / 64 * sizeof(bit)) < 0)
		fail("page_idle");
}

/* Of pages that were in the page cache at the last look. Returns how many */
static size_t read_marks(void)
{
	uint64_t word = 0, at = UINT64_MAX;
	size_t n = 0, i;

	for (i = 0; i < pages; i++) {
		struct watched *w = &watched[i];

		if (!w->cached)
			continue;
		if (w->pfn / 64 != at) {
			at = w->pfn / 64;
			if (pread(bitmap, &word, sizeof(word),
				  at * sizeof(word)) < 0)
				fail("page_idle");
		}
		w->marked = word >> w->pfn % 64 & 1;
		n += w->marked;
	}
	return n;
}

/* As a side effect, our own pages that wait for a place on the LRU get it */
static void read_cached(void)
{
	if (!look_at_cached(fd, pages, in))
		fail("mincore");
}

static void mark_all(void)
{
	int tries = 50;
	size_t i;

	do {
		if (!tries--) {
			printf("not all pages can be marked\n");
			exit(1);
		}
		read_cached();
		for (i = 0; i < pages; i++)
			mark(&watched[i]);
	} while (read_marks() < pages);
}

/* Does a use take the mark away? */
static bool uses_are_seen(void)
{
	size_t n = 0, i;

	read_pages(hot);
	read_marks();
	for (i = 0; i < hot; i++)
		n += watched[i].marked;
	return n <= hot / 100;
}

static void look(void)
{
	uint64_t began = now(), idle;
	size_t i;

	/* A page that is gone afterwards may have lost its mark before */
	read_marks();
	read_cached();
	for (i = 0, left = 0; i < pages; i++) {
		struct watched *w = &watched[i];

		if (!w->cached)
			continue;
		w->cached = in[i] & 1;
		if (w->cached) {
			left++;
			if (!w->marked) {
				w->used = last_look;
				mark(w);
			}
			continue;
		}
		idle = now() - w->used;
		if (idle < least)
			least = idle;
	}
	last_look = began;
}

int main(int argc, char **argv)
{
	uint64_t begun, next_read, seconds, limit;
	struct stat st;

	if (argc != 4)
		return 2;
	path = argv[1];
	seconds = strtoul(argv[2], NULL, 0) * NSEC_PER_SEC;
	limit = strtoul(argv[3], NULL, 0) * NSEC_PER_SEC;
	stay_on_one_cpu();
	fd = open(path, O_RDONLY);
	bitmap = open("/sys/kernel/mm/page_idle/bitmap", O_RDWR);
	if (fd < 0 || bitmap < 0 || fstat(fd, &st))
		fail(fd < 0 ? path : "page_idle");
	pages = st.st_size / sysconf(_SC_PAGESIZE);
	hot = pages / 4;
	watched = allocate(sizeof(*watched));
	in = allocate(1);

	read_pages(pages);
	last_look = now();
	find_pages();
	mark_all();
	if (!uses_are_seen()) {
		printf("page_idle sees no use\n");
		return 3;
	}
	begun = now();
	next_read = begun;
	do {
		if (now() >= next_read) {
			read_pages(hot);
			next_read += NSEC_PER_SEC;
		}
		usleep(LOOK / 1000);
		look();
	} while (least >= seconds && now() - begun < limit &&
		 (left > hot || now() - begun < 4 * seconds));
	printf("%zu of %zu pages have gone, idle for %.1f s at least\n",
	       pages - left, pages,
	       left < pages ? (double)least / NSEC_PER_SEC : 0);
	return least < seconds || left > hot;
}
