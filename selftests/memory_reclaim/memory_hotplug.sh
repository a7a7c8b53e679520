#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Memory blocks go offline and come back, under load, and in the middle of a run
# of idle compaction
. "$(dirname "$0")/_lib.sh"
begin 300

memory=/sys/devices/system/memory
set -- $memory/memory*/state
[ -w "$1" ] || skip 'no memory hotplug'

# Its pages may be held for a moment by who reads or migrates them
set_state() { (echo "$2" > "$1/state") 2> /dev/null; }
is_set() { set_state "$1" "$2"; [ "$(cat "$1/state")" = "${2%_*}" ]; }

offline_and_online() {
	for i in $(repeat 4); do
		for block in $blocks; do
			await 30 is_set "$block" offline ||
				fail "$block stays online" || return 1
			await 10 is_set "$block" online_movable ||
				fail "$block stays offline" || return 1
		done
	done
	note "$i times: $(echo "$blocks" | wc -w) blocks"
}

all_online() {
	for block in $all; do
		is_set "$block" online_movable
	done
}

# offline_within SECONDS BLOCK: a signal ends what would last for ever
offline_within() {
	before=$(cut -d . -f 1 /proc/uptime)
	timeout "$1" sh -c "echo offline > $2/state" 2> "$tmp/said"
	took=$(($(cut -d . -f 1 /proc/uptime) - before))
	[ "$(cat "$2/state")" = offline ] ||
		fail "after $took s: $(cat "$tmp/said")"
}

# The run's pages are of the movable block that is left, which goes, and of the
# highest
beside_a_run() {
	for i in $(repeat 5); do
		echo > "$tracing/trace"
		start_load -g 4 96 0 || return 1
		timeout $((20 * patience)) head -n 1 "$tracing/trace_pipe" \
			> "$tmp/start"
		usleep $((i % 10 * 20000))
		offline_within $((3 * patience)) "$only" ||
			fail "round $i" || return 1
		end_load && is_set "$only" online_movable || return 1
	done
}

# Without what moves its pages it goes for sure, but for who looks at them
only_one_is_left() {
	for block in $all; do
		[ "$block" = "$only" ] || await 30 is_set "$block" offline ||
			fail "$block stays online" || return 1
	done
}

all=$(movable)
blocks=$(echo "$all" | head -n 3) only=${all%%"
"*}
[ -n "$blocks" ] || skip 'no memory block is movable: boot with movablecore='
at_exit all_online
# arm64 does not give up memory that was there when it booted
case $(sh -c "echo offline > $only/state" 2>&1) in
*'not permitted'*) skip 'memory of the boot cannot go offline here' ;;
esac
all_online
# set_tracing: where events can be read, nothing where they cannot
set_tracing() {
	for tracing in /sys/kernel/tracing /sys/kernel/debug/tracing ''; do
		[ ! -d "$tracing/events/idle_compaction" ] || break
	done
	[ -z "$tracing" ] || restore "$tracing/tracing_on"
	[ -z "$tracing" ] ||
		at_exit "echo 0 > $tracing/events/idle_compaction/enable"
}

check 'a load' start_load "$(mib_of 8)" "$(mib_of 4)"
check 'offline and online under load' offline_and_online
load_is_right
set_tracing
if [ "$rounds" -gt 100 ] && [ -e $compaction/threshold ] &&
	[ -n "$tracing" ]; then
	echo 1 > $compaction/threshold
	echo 1 > "$tracing/tracing_on"
	echo 1 > "$tracing/events/idle_compaction/idle_compaction_start/enable"
	check 'one movable block is left' only_one_is_left
	check 'offline beside a run of idle compaction' beside_a_run
	all_online
fi
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
