// SPDX-License-Identifier: GPL-2.0
/*
 * Reports, and the hypercalls that they have to become, worked out by hand.
 *
 * The control word (TLFS, Hypercall Interface, Hypercall Inputs): code 0x8003
 * in bits 15-0, how many ranges there are in 43-32, nothing else.
 *
 * The input page, in little-endian qwords: type 2 in bits 1-0 of the first one,
 * then a range each (TLFS, Nested Virtualization, HV_GPA_PAGE_RANGE). Of 4 KiB
 * pages: pages after the first in bits 10-0, bit 11 clear, page number in
 * 63-12. Of 2 MiB pages: the same in 10-0, bit 11 (0x800) set, bits 20-12
 * clear, number of the 2 MiB page in 63-21. Either number, where it lies, is
 * the address again.
 */
#include "golden.h"

#define HINT		"0200000000000000 "

const struct golden goldens[] = {
	/* Large page 1: 1 << 21 | 0x800 = 0x200800 */
	{ "2 MiB", { { 0x200000, 0x200000 } },
	  0x0000000100008003, HINT "0008200000000000" },
	/* Large page 2 and one more: 2 << 21 | 0x800 | 1 = 0x400801 */
	{ "4 MiB", { { 0x400000, 0x400000 } },
	  0x0000000100008003, HINT "0108400000000000" },
	/* Page 0 of the large ones, all zero but the bit that says so */
	{ "2 MiB at address 0", { { 0, 0x200000 } },
	  0x0000000100008003, HINT "0008000000000000" },
	/* Large page 8 and three more: 8 << 21 | 0x800 | 3 = 0x1000803 */
	{ "8 MiB", { { 0x1000000, 0x800000 } },
	  0x0000000100008003, HINT "0308000100000000" },
	/* 2047 large pages: 0x7fe more, all of the 11 bits but one */
	{ "4 GiB but 2 MiB", { { 0x200000000, 0xffe00000 } },
	  0x0000000100008003, HINT "fe0f000002000000" },
	/* Large page 512 (1 GiB) and 2048 (4 GiB), as one qword each */
	{ "two blocks",
	  { { 0x40000000, 0x200000 }, { 0x100000000, 0x400000 } },
	  0x0000000200008003, HINT "0008004000000000 0108000001000000" },
	/* 2^52 - 2^21 = 0xfffffffe00000: the highest address of x86 */
	{ "the last 2 MiB of 52 bits", { { 0xfffffffe00000, 0x200000 } },
	  0x0000000100008003, HINT "0008e0ffffff0f00" },
	/* Page 0x12345, none after it: 0x12345 << 12 */
	{ "order 0", { { 0x12345000, 0x1000 } },
	  0x0000000100008003, HINT "0050341200000000" },
	/* 2^52 - 2^12 = 0xffffffffff000 */
	{ "the last 4 KiB of 52 bits", { { 0xffffffffff000, 0x1000 } },
	  0x0000000100008003, HINT "00f0ffffffff0f00" },
	/* 32 pages: 31 = 0x1f after the first */
	{ "order 5", { { 0x7e0000, 0x20000 } },
	  0x0000000100008003, HINT "1f007e0000000000" },
	/* 256 pages: 255 = 0xff after the first */
	{ "starts on 2 MiB and is shorter", { { 0x600000, 0x100000 } },
	  0x0000000100008003, HINT "ff00600000000000" },
	{ "ends on 2 MiB and is shorter", { { 0x700000, 0x100000 } },
	  0x0000000100008003, HINT "ff00700000000000" },
	/* 768 pages: 767 = 0x2ff after the first */
	{ "starts on 2 MiB and is longer", { { 0x800000, 0x300000 } },
	  0x0000000100008003, HINT "ff02800000000000" },
	/* 512 pages, and 9 MiB is no multiple of 2 MiB: 511 = 0x1ff */
	{ "2 MiB across two large pages", { { 0x900000, 0x200000 } },
	  0x0000000100008003, HINT "ff01900000000000" },
	/* 1023 pages from 0xc01000: 1022 = 0x3fe, and 0x1000 above it */
	{ "4 MiB but its first page", { { 0xc01000, 0x3ff000 } },
	  0x0000000100008003, HINT "fe13c00000000000" },
	/* A large one, eight small ones (7 more), two large ones */
	{ "large and small",
	  { { 0x40000000, 0x200000 }, { 0x8000, 0x8000 },
	    { 0x100000000, 0x400000 } },
	  0x0000000300008003,
	  HINT "0008004000000000 0780000000000000 0108000001000000" },
};

const unsigned int nr_goldens = ARRAY_SIZE(goldens);
