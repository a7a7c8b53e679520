#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Nearly all that is available is taken beside reports, and nobody is killed
. "$(dirname "$0")/_lib.sh"
begin 120

# What reports hold at most, 1/16 of what is free, is in this
available_mib() { echo $(($(meminfo MemAvailable) * 31 / 32 / 1024)); }

take_all() {
	for _ in $(repeat 4); do
		echo 9 > $reporting/page_reporting_order
		until something_reported; do :; done
		start_load "$(available_mib)" 0 || return 1
		end_load || return 1
	done
}

kills=$(counter oom_kill)
[ -n "$kills" ] || skip 'this kernel does not count kills'
[ ! -e $compaction/threshold ] || echo 0 > $compaction/threshold
leave_free "$(mib_of 4)"
check 'nearly all memory is taken' take_all
check 'nobody was killed' [ "$(counter oom_kill)" = "$kills" ]
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
