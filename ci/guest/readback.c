// SPDX-License-Identifier: GPL-2.0
/*
 * readback FILE MIB [w] - verifies (or with "w" writes) the pattern in the
 * first MIB of a file.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "pattern.h"

#define WORDS	(MIB / sizeof(uint64_t))

static void make(uint64_t *buf, size_t mib)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		buf[i] = pattern(1, mib * WORDS + i);
}

int main(int argc, char **argv)
{
	static uint64_t want[WORDS], have[WORDS];
	size_t mib = argc >= 3 ? strtoul(argv[2], NULL, 10) : 0, m;
	int writing = argc == 4, fd;
	ssize_t n;

	if (!mib)
		return 2;
	fd = open(argv[1], writing ? O_WRONLY | O_CREAT : O_RDONLY, 0600);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	for (m = 0; m < mib; m++) {
		make(want, m);
		n = writing ? write(fd, want, MIB) : read(fd, have, MIB);
		if (n != (ssize_t)MIB) {
			perror(argv[1]);
			return 1;
		}
		if (!writing && memcmp(want, have, MIB)) {
			printf("@bad %s: wrong data in MiB %zu\n", argv[1], m);
			return 1;
		}
	}
	if (!writing)
		printf("@data file_verified_MiB=%zu\n", mib);
	return 0;
}
