#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Memory blocks go offline and come back, under load
. "$(dirname "$0")/_lib.sh"
begin 240

memory=/sys/devices/system/memory
set -- $memory/memory*/state
[ -w "$1" ] || skip 'no memory hotplug'

# Only in this zone a block can always go, and must come back to where it was
movable() {
	for block in "$memory"/memory*; do
		[ "$(cat "$block/state")" = online ] &&
			grep -q '^Movable' "$block/valid_zones" && echo "$block"
	done
}

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
	for block in $blocks; do
		is_set "$block" online_movable
	done
}

# The highest may hold what was allocated when memory was not yet in zones
blocks=$(movable | head -n 3)
[ -n "$blocks" ] || skip 'no memory block is movable: boot with movablecore='
at_exit all_online
check 'a load' start_load "$(mib_of 8)" "$(mib_of 4)"
check 'offline and online under load' offline_and_online
load_is_right
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
