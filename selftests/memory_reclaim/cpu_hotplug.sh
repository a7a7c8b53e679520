#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# CPUs go offline and come back, under load, while there is something to report
. "$(dirname "$0")/_lib.sh"
begin 180

cpus=
for cpu in /sys/devices/system/cpu/cpu[0-9]*/online; do
	[ ! -w "$cpu" ] || [ "$(cat "$cpu")" != 1 ] || cpus="$cpus $cpu"
done
# The last one has to stay
[ "$(nproc)" -gt "$(echo "$cpus" | wc -w)" ] || cpus=${cpus#* }; cpus=${cpus#* }
[ -n "$cpus" ] || skip 'no CPU that can go offline'

offline_and_online() {
	for i in $(repeat 5); do
		echo $((9 * (i % 2))) > $reporting/page_reporting_order
		for cpu in $cpus; do
			echo 0 > "$cpu" || return 1
		done
		await 20 something_reported || return 1
		for cpu in $cpus; do
			echo 1 > "$cpu" || return 1
		done
	done
}

for cpu in $cpus; do
	restore "$cpu"
done
check 'a load' start_load "$(mib_of 8)" "$(mib_of 4)"
check 'offline and online under load' offline_and_online
load_is_right
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
