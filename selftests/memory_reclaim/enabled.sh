#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# enabled=0 stops reports and clears marks, enabled=1 reports all; under load
. "$(dirname "$0")/_lib.sh"
begin 180

half_reported() {
	at_least nr_free_reported "$(pages_in $(($(free_mib) / 2)))"
}

switch_under_load() {
	for i in $(repeat 20); do
		echo 0 > $reporting/enabled
		nothing_counted || fail "round $i: counted while it is off" ||
			return 1
		echo 1 > $reporting/enabled
		[ "$(reportable)" != 0 ] || fail "round $i: nothing counted" ||
			return 1
	done
}

restore $reporting/enabled
check 'it is on, and reports' await 20 something_reported
echo 0 > $reporting/enabled
before=$(counter page_report_pages)
check 'off: nothing is counted' nothing_counted
# A mark that is left makes a bad page of it
check 'off: all memory can be used' start_load $(($(free_mib) * 7 / 8)) 0
load_is_right
# Reports would come within 2.3 s: this is to see that none does
sleep 3
check 'off: nothing is reported' [ "$(counter page_report_pages)" = "$before" ]
check 'off: nothing is counted' nothing_counted
echo 1 > $reporting/enabled
check 'on: what is free is reported' await 20 half_reported
check 'on: the gauges are what the free lists hold' gauges_are_exact

check 'a load' start_load "$(mib_of 8)" "$(mib_of 4)"
check 'off and on under load' switch_under_load
load_is_right
check 'what is free is reported' await 20 half_reported
check 'the gauges are what the free lists hold' gauges_are_exact
