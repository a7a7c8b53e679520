/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEMORY_RECLAIM_PROC_H
#define MEMORY_RECLAIM_PROC_H

#include <stdarg.h>
#include <stdio.h>

/*
 * add_counters - adds to numbers what the lines of a file say
 *
 * After the file's name come pairs, and then NULL: the format of a line, with
 * one %ld in it, and the number to which all that it finds is added. Returns in
 * how many lines something was found, 0 where the file cannot be read.
 */
__attribute__((sentinel))
static inline int add_counters(const char *file, ...)
{
	const char *format;
	char line[512];
	int found = 0;
	long *sum, n;
	va_list ap;
	FILE *f;

	f = fopen(file, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		va_start(ap, file);
		while ((format = va_arg(ap, const char *))) {
			sum = va_arg(ap, long *);
			if (sscanf(line, format, &n) != 1)
				continue;
			*sum += n;
			found++;
		}
		va_end(ap);
	}
	fclose(f);
	return found;
}

#endif
