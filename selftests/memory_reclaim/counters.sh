#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Gauges and counters add up: with the free lists, by zone, and with each other
. "$(dirname "$0")/_lib.sh"
begin 60

# What /proc/zoneinfo says of all zones is what /proc/vmstat says, before it or
# after it: whoever reads this uses memory itself
same_in_zones() {
	awk '
		FNR == 1 { file++ }
		$1 ~ /^nr_free_(un)?reported$/ { n[file, $1] += $2 }
		function differs(name) {
			return (n[1, name] - n[2, name]) *
			       (n[3, name] - n[2, name]) > 0
		}
		END {
			exit differs("nr_free_reported") ||
			     differs("nr_free_unreported")
		}' /proc/vmstat /proc/zoneinfo /proc/vmstat
}

few=$(pages_in 32)
all_reported() {
	[ "$(counter nr_free_unreported)" -lt "$few" ] && something_reported
}

start() {
	pages=$(counter page_report_pages)
	batches=$(counter page_report_batches)
}
# Reports may go on: what is marked by now is counted by then
end() {
	marked=$(counter nr_free_reported)
	pages=$(($(counter page_report_pages) - pages))
	batches=$(($(counter page_report_batches) - batches))
	note "$pages pages in $batches reports, $marked are marked"
}
# In a small zone the unit is smaller, and any larger one is a multiple of it
whole_units() {
	unit=$(least_unit)
	[ $((pages % (1 << unit))) = 0 ]
}
no_empty_report() {
	[ $batches -gt 0 ] && [ $batches -le $((pages >> unit)) ]
}

# What is marked has been reported since, and little of it twice
marked_is_reported() {
	[ "$marked" -gt 0 ] && [ "$marked" -le $pages ] &&
		[ $((pages - marked)) -le $((marked / 4)) ]
}

[ ! -e $compaction/threshold ] || echo 0 > $compaction/threshold
fail=$(counter page_report_fail)
check 'the gauges are what the free lists hold' gauges_are_exact
check 'zones add up' await 10 same_in_zones

# What came free before this test is not counted with what is reported anew
check 'what is free is reported' await 20 all_reported
large=$(large_order)
for order in $large $((large - 4)) 0; do
	# Idle as it is, what is there is reported once, and the marks are new
	start
	echo "$order" > $reporting/page_reporting_order
	check "order $order: all is reported" await 20 all_reported
	end
	check "order $order: pages come in units" whole_units
	check "order $order: no report without a unit" no_empty_report
	check "order $order: what is marked was reported" marked_is_reported
	check "order $order: gauges are what free lists hold" gauges_are_exact
	check "order $order: zones add up" await 10 same_in_zones
done

size=$(mib_of 4)
check 'memory is taken' start_load "$size" 0
check 'the gauges are what the free lists hold' gauges_are_exact
start
load_is_right
check 'memory that was freed is reported' await 20 all_reported
end
# But for what all_reported() leaves to itself
taken=$(pages_in "$size")
check 'all of it' [ $pages -ge $((taken - few)) ]
check 'and not much else' [ $pages -le $((taken + 2 * few)) ]
check 'no report has failed' [ "$(counter page_report_fail)" = "$fail" ]
