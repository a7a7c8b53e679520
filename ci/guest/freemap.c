// SPDX-License-Identifier: GPL-2.0
/*
 * freemap - a byte for each page of memory, from the first one that there is: 1 where it is
 * free, else 0.
 */
#include <stdio.h>
#include "page_flags.h"

int main(void)
{
	FILE *f = fopen("/proc/kpageflags", "re");
	static uint64_t flags[1024];
	bool begun = false;
	size_t i, n;

	if (!f) {
		perror("/proc/kpageflags");
		return 1;
	}
	while ((n = fread(flags, sizeof(*flags), sizeof(flags) / sizeof(*flags), f)))
		for (i = 0; i < n; i++) {
			begun |= !(flags[i] & FLAG(KPF_NOPAGE));
			if (begun)
				putchar(!!(flags[i] & FLAG(KPF_BUDDY)));
		}
	return ferror(f) || fflush(stdout) ? 1 : 0;
}
