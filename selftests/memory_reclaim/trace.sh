#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Trace events: their form, and their sums
. "$(dirname "$0")/_lib.sh"
begin 240

for tracing in /sys/kernel/tracing /sys/kernel/debug/tracing; do
	[ ! -d $tracing/events/page_reporting ] || break
done
needs "$tracing/events/page_reporting/enable" 'no trace events'
groups=page_reporting
[ ! -d "$tracing/events/idle_compaction" ] || groups="$groups idle_compaction"
if [ -e $cold/after ]; then
	groups="$groups cold_cache"
	echo 0 > $cold/after
	disk 256
	# More than what stays in any case
	hole file 128
fi

switch_events() {
	for group in $groups; do
		echo "$1" > "$tracing/events/$group/enable"
	done
}

# are EVENT PATTERN: each line of an event, and one at least
are() {
	grep " $1: " "$tmp/trace" > "$tmp/event" || fail "no $1" || return 1
	! grep -vE " $1: $2\$" "$tmp/event"
}

# adds_up COUNTER EVENT [FIELD]: of the events, or how many they are
adds_up() {
	grew=$(($(counter "$1") - $(sed -n "s/^$1 //p" "$tmp/before")))
	sum=$(awk -v event="$2:" -v field="${3:-}=" '
		index($0, " " event " ") {
			if (field == "=") n++
			for (i = 1; i <= NF; i++)
				if (index($i, field) == 1)
					n += substr($i, length(field) + 1)
		}
		END { print n + 0 }' "$tmp/trace")
	[ "$grew" = "$sum" ] || fail "$1 grew by $grew, events say $sum"
}

counters() { grep -E '^(page_report|idle_compact|cold_cache)' /proc/vmstat; }

# Nothing moves, and nothing is waiting
quiet() {
	before=$(counters)
	sleep 2.5
	[ "$before" = "$(counters)" ]
}

[ ! -e $compaction/threshold ] || echo 0 > $compaction/threshold
restore "$tracing/tracing_on"
at_exit "switch_events 0"
check 'it is quiet' await 60 quiet
counters > "$tmp/before"
echo > "$tracing/trace"
echo 1 > "$tracing/tracing_on"
switch_events 1

check 'memory that is freed is reported' freed_is_reported
if [ -e $compaction/threshold ]; then
	check 'memory is scattered' start_load -g 16 "$(mib_of 8)" 0
	echo 1 > $compaction/threshold
	sleep 5
	load_is_right
	echo 0 > $compaction/threshold
fi
if [ -e $cold/after ]; then
	goal=$(($(counter cold_cache_returned) + $(pages_in 32)))
	cache read "$disk/file"
	echo 1 > $cold/after
	check 'what is cold is returned' \
		await_idle at_least cold_cache_returned $goal
	echo 0 > $cold/after
fi
check 'it is quiet again' await 60 quiet
switch_events 0
grep -v '^#' "$tracing/trace" > "$tmp/trace"

number='[0-9]+' left='unreported=[0-9]+'
check 'page_reporting_wake' are page_reporting_wake "$left"
check 'page_reporting_sleep' are page_reporting_sleep "$left msecs=$number"
check 'page_reporting_batch' are page_reporting_batch \
	"nid=$number zone=[A-Za-z0-9]+ pages=[1-9][0-9]* ranges=[1-9][0-9]?"
check 'pages' adds_up page_report_pages page_reporting_batch pages
check 'reports' adds_up page_report_batches page_reporting_batch
check 'failures' adds_up page_report_fail page_reporting_fail
if [ -e $compaction/threshold ]; then
	check 'idle_compaction_start' are idle_compaction_start \
		"stranded=$number resumed=[01]"
	check 'idle_compaction_end' are idle_compaction_end \
		"gain=$number migrated=$number failed=$number msecs=$number"
	check 'runs' adds_up idle_compact_runs idle_compaction_start
	check 'aborts' adds_up idle_compact_abort idle_compaction_abort
	grep -q idle_compaction_abort "$tmp/trace" ||
		check 'pages moved' adds_up \
			idle_compact_migrated idle_compaction_end migrated
fi
if [ -e $cold/after ]; then
	check 'cold_cache_start' are cold_cache_start "resumed=[01]"
	check 'cold_cache_end' are cold_cache_end "why=[a-z]+ cold=$number \
returned=$number kept=$number msecs=$number"
	check 'pages returned' adds_up \
		cold_cache_returned cold_cache_end returned
fi
