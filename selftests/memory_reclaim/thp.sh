#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Huge pages at faults: blocks that are being reported make none of them fail
. "$(dirname "$0")/_lib.sh"
begin 240

thp=/sys/kernel/mm/transparent_hugepage
needs $thp/enabled 'no transparent huge pages'
[ "$(cat $thp/hpage_pmd_size)" = $((2 << 20)) ] ||
	skip 'huge pages are not of 2 MiB'
restore_thp=$(sed 's/.*\[\(.*\)\].*/\1/' $thp/enabled)
at_exit "echo $restore_thp > $thp/enabled"
echo always > $thp/enabled

# 7/8 of what there is in large blocks, just when it is being reported
take_huge_pages() {
	for i in $(repeat 4); do
		echo $((9 * (i % 2))) > $reporting/page_reporting_order
		until something_reported; do :; done
		size=$(($(large_mib) * 7 / 8))
		alloc=$(counter thp_fault_alloc)
		none=$(counter thp_fault_fallback)
		start_load $size 0 || return 1
		alloc=$(($(counter thp_fault_alloc) - alloc))
		none=$(($(counter thp_fault_fallback) - none))
		end_load || return 1
		note "round $i: $size MiB, $alloc huge pages, $none times none"
		[ $none = 0 ] && [ $alloc -ge $((size / 2 - 2)) ] || return 1
	done
}

echo 3 > /proc/sys/vm/drop_caches
echo 1 > /proc/sys/vm/compact_memory
check 'huge pages beside reports' take_huge_pages
check 'the gauges are what the free lists hold' gauges_are_exact
