#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The driver is unbound and bound again, under load
. "$(dirname "$0")/_lib.sh"
begin 240

driver=/sys/bus/virtio/drivers/virtio_balloon
set -- $driver/virtio*
[ -e "$1" ] || skip 'the backend is not virtio_balloon'
device=${1##*/}
at_exit "[ -e $driver/$device ] || echo $device > $driver/bind"

backend_is() { [ "$(cat $reporting/backend)" = "$1" ]; }

# Now and then there are marks to be cleared
unbind_and_bind() {
	for i in $(repeat 20); do
		[ $((i % 5)) != 1 ] || await 20 something_reported || return 1
		echo "$device" > $driver/unbind || return 1
		backend_is none || fail "round $i: a backend" || return 1
		nothing_counted || fail "round $i: counted without a backend" ||
			return 1
		echo "$device" > $driver/bind || return 1
		backend_is virtio_balloon || fail "round $i: none" || return 1
		[ "$(reportable)" != 0 ] || fail "round $i: nothing counted" ||
			return 1
	done
}

check 'a load' start_load "$(mib_of 8)" "$(mib_of 4)"
check 'unbound and bound under load' unbind_and_bind
load_is_right
check 'nothing is lost' [ "$(cat $reporting/quarantined)" = 0 ]
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
