#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Suspend under load: to RAM, from which an alarm of the clock wakes it up, and
# to idle as far as pm_test goes: what is left is the wait for an interrupt
. "$(dirname "$0")/_lib.sh"
begin 240

alarm=/sys/class/rtc/rtc0/wakealarm
needs /sys/power/state 'no suspend in this kernel'

to_ram() { grep -q '\[deep\]' /sys/power/mem_sleep; }

# stages STATE: how far it can be tested. Without suspend to RAM, mem is freeze.
stages() {
	echo freezer devices platform
	[ "$1" != mem ] || ! to_ram || echo processors core
}

sleep_once() {
	if [ "$2" = none ]; then
		echo 0 > $alarm
		echo +2 > $alarm || return 1
	fi
	echo "$2" > /sys/power/pm_test && echo "$1" > /sys/power/state
}

# rounds_of STATE STAGE
rounds_of() {
	[ "$2" != none ] && n=1 || n=3
	for i in $(repeat "$n"); do
		await 20 something_reported || fail "round $i: no report" ||
			return 1
		sleep_once "$1" "$2" || fail "round $i: it failed" || return 1
		[ "$(reportable)" != 0 ] || fail "round $i: no backend" ||
			return 1
	done
}

needs /sys/power/pm_test 'no pm_test in this kernel'
at_exit 'echo none > /sys/power/pm_test'
delay=/sys/module/suspend/parameters/pm_test_delay
[ ! -w $delay ] || { restore $delay; echo 0 > $delay; }
[ ! -w $alarm ] || at_exit "echo 0 > $alarm"

check 'a load' start_load "$(mib_of 8)" "$(mib_of 4)"
for state in freeze mem; do
	grep -qw $state /sys/power/state || continue
	for stage in $(stages $state); do
		check "$state, up to $stage, and back" rounds_of $state "$stage"
	done
done
if [ -w $alarm ] && to_ram; then
	check 'suspended to RAM, and woken up' rounds_of mem none
	if [ "$rounds" -gt 100 ]; then
		echo 0 > $reporting/page_reporting_order
		check 'the same while all free pages are reported' \
			rounds_of mem none
	fi
else
	note 'no suspend to RAM, or no clock that ends it'
fi
load_is_right
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
