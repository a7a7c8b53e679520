// SPDX-License-Identifier: GPL-2.0
/*
 * readback FILE MIB [w] - verifies (or with "w" writes) the pattern in the
 * first MIB of a file.
 */
#include <fcntl.h>
#include <unistd.h>
#include "guest.h"

#define WORDS	(MIB / sizeof(uint64_t))

int main(int argc, char **argv)
{
	static uint64_t buf[WORDS];
	uint64_t seed = 1;
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
	for (m = 0; m < mib; m++, seed += WORDS) {
		if (writing)
			write_pattern(buf, 0, WORDS, 1, seed);
		n = writing ? write(fd, buf, MIB) : read(fd, buf, MIB);
		if (n != (ssize_t)MIB) {
			perror(argv[1]);
			return 1;
		}
		if (!writing && check_pattern(buf, 0, WORDS, 1, seed) < WORDS) {
			printf("@bad %s: wrong data in MiB %zu\n", argv[1], m);
			return 1;
		}
	}
	if (!writing)
		printf("@data file_verified_MiB=%zu\n", mib);
	return 0;
}
