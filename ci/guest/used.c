// SPDX-License-Identifier: GPL-2.0
/*
 * used MS - says how many MiB are in use, every MS milliseconds.
 *
 * It runs beside a guest that is to be idle: no fork, nothing but one system
 * call and one line a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long ms = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct sysinfo si;

	if (!ms)
		return 2;
	do {
		if (sysinfo(&si))
			return 1;
		dprintf(1, "@used %.2f\n",
			(double)(si.totalram - si.freeram) * si.mem_unit / 1048576);
	} while (!usleep(ms * 1000));
	return 1;
}
