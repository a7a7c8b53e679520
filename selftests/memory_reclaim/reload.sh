#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The driver's module goes and comes back, again and again, under load
. "$(dirname "$0")/_lib.sh"
begin 240

grep -q '^virtio_balloon ' /proc/modules ||
	skip 'virtio_balloon is not a module'
modprobe -D virtio_balloon > /dev/null 2>&1 ||
	skip 'modprobe does not find virtio_balloon'
at_exit 'modprobe virtio_balloon'

reload() {
	for i in $(repeat 100); do
		rmmod virtio_balloon || return 1
		nothing_counted || fail "round $i: counted without a backend" ||
			return 1
		modprobe virtio_balloon || return 1
		# Now and then there are marks to be cleared
		[ $((i % 25)) != 1 ] || await 20 something_reported || return 1
	done
	note "$i times"
}

check 'a load' start_load "$(mib_of 8)" "$(mib_of 4)"
check 'unloaded and loaded under load' reload
load_is_right
check 'nothing is lost' [ "$(cat $reporting/quarantined)" = 0 ]
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
