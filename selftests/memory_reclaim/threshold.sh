#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The threshold of idle compaction: never, at once, not before, and from now on
. "$(dirname "$0")/_lib.sh"
begin 240
needs $compaction/threshold 'this kernel has no idle compaction'

# Memory of which one page in 16 stays
scatter() {
	echo 0 > $compaction/threshold
	check 'memory is scattered' start_load -g 16 "$(mib_of 8)" 0
	runs=$(counter idle_compact_runs) blocks=$(counter idle_compact_blocks)
}

no_run() { [ "$(counter idle_compact_runs)" = "$runs" ]; }
# Half of what could be gained
gains() {
	await_idle at_least idle_compact_blocks $((blocks + $(mib_of 32))) ||
		fail "last run: $(cat $compaction/last_run), $(counter \
			idle_compact_runs) runs, $runs before"
}
# Whoever looks may be who stops it
has_ended() { grep -qx 'done\|busy\|budget' $compaction/last_run; }

scatter
sleep 4
check 'threshold 0: it never runs' no_run
reported=$(counter page_report_pages)
echo 1 > $compaction/threshold
check 'threshold 1: it gains blocks' gains
check 'threshold 1: it says how the run has ended' await 20 has_ended
check 'threshold 1: what it gains is reported' \
	await_idle at_least page_report_pages \
	$((reported + $(pages_in "$(mib_of 16)")))
load_is_right

scatter
echo 6 > $compaction/threshold
sleep 5
check 'threshold 6: it does not run in 5 s' no_run
check 'threshold 6: it gains blocks' gains
load_is_right

scatter
echo 86400 > $compaction/threshold
sleep 3
check 'threshold 86400: it does not run' no_run
echo 1 > $compaction/threshold
check 'from 86400 to 1: it does' gains
load_is_right

scatter
echo 1 > $compaction/threshold
echo 0 > $compaction/threshold
sleep 3
check 'from 1 to 0: it does not run' no_run
load_is_right
check 'the gauges are what the free lists hold' gauges_are_exact
