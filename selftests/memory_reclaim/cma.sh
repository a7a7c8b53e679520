#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A contiguous area is to be had whole: what is being reported is waited for
. "$(dirname "$0")/_lib.sh"
begin 120

set -- /sys/kernel/debug/cma/*/alloc
[ -w "$1" ] || skip 'no contiguous memory, or no debugfs: boot with cma=64M'
area=${1%/alloc}
count=$(cat "$area/count")
used() { cat "$area/used"; }

# As soon as reports begin, which the area is a part of each time
take_and_give() {
	for i in $(repeat 10); do
		echo $((9 * (i % 2))) > $reporting/page_reporting_order
		until something_reported; do :; done
		echo "$count" > "$area/alloc" || fail "round $i: it fails" ||
			return 1
		[ "$(used)" = "$count" ] || fail "round $i: $(used) used" ||
			return 1
		echo "$count" > "$area/free"
	done
}

[ "$(used)" = 0 ] || skip 'some of the contiguous memory is in use'
at_exit "echo $count > $area/free"
check "$count pages, taken and given" take_and_give
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
