#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Huge pages at run time: just after memory is freed, and while it is reported
. "$(dirname "$0")/_lib.sh"
begin 240

pool=/proc/sys/vm/nr_hugepages
needs_huge_pages
restore $pool

# 7/8 of what there is in large blocks: no more than 1/16 is in the host's hands
fill_pool() {
	want=$(($(large_mib) * 7 / 16))
	echo $want > $pool
	have=$(cat $pool)
	echo 0 > $pool
	[ "$have" = $want ] || fail "$1: $have huge pages of $want"
}

just_freed() {
	for i in $(repeat 4); do
		start_load "$(mib_of 2)" 0 && end_load || return 1
		fill_pool "round $i" || return 1
	done
}

being_reported() {
	for i in $(repeat 8); do
		echo $((9 * (i % 2))) > $reporting/page_reporting_order
		until something_reported; do :; done
		fill_pool "round $i" || return 1
	done
}

echo 3 > /proc/sys/vm/drop_caches
echo 1 > /proc/sys/vm/compact_memory
check 'memory that has just been freed' just_freed
check 'memory that is being reported' being_reported
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
