#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A host that does not answer, or late: without bus mastering a device on PCI
# sees neither its queues nor memory
. "$(dirname "$0")/_lib.sh"
begin 400
[ "$rounds" -gt 100 ] || skip 'only in the long mode: it waits for a minute'

driver=/sys/bus/virtio/drivers/virtio_balloon
set -- $driver/virtio*
[ -e "$1" ] || skip 'the backend is not virtio_balloon'
device=${1##*/}
pci=$(readlink -f "$1/..")
needs "$pci/config" 'the balloon is not on PCI'

# answers yes|no: bit 2 of the command
answers() {
	[ "$1" = yes ] && command='\007' || command='\003'
	printf %b "$command" |
		dd of="$pci/config" bs=1 seek=4 conv=notrunc 2> /dev/null
}

quarantined() { cat $reporting/quarantined; }
is_quarantined() { [ "$(quarantined)" != 0 ]; }
is_back() { [ "$(quarantined)" = 0 ]; }
held() { [ "$(free_mib)" -lt $((free - 4)) ]; }

# The host is told something, and says nothing
is_told() {
	start_load "$(mib_of 4)" 0 || return 1
	answers no
	end_load || return 1
	free=$(free_mib)
	await 30 held || fail "$(free_mib) MiB are free, and were $free"
}

# In ms
uptime() { awk '{ print int($1 * 1000) }' /proc/uptime; }

# takes MS COMMAND...: no longer than that, once in three times
takes() {
	limit=$1 took=
	shift
	for _ in 1 2 3; do
		start=$(uptime)
		timeout 5 "$@" > /dev/null || return 1
		took="$took $(($(uptime) - start))"
		[ "${took##* }" -gt "$limit" ] || return 0
	done
	fail "$*: $took ms"
}

read_all() {
	for file in "$reporting"/* "$compaction"/*; do
		[ -e "$file" ] || continue
		takes $((100 * patience)) cat "$file" || fail "$file" ||
			return 1
	done
}

cpu=/sys/devices/system/cpu/cpu1/online
off_and_on() { takes "$1" sh -c "echo 0 > $cpu && echo 1 > $cpu"; }

# A write to a parameter ends when the host is not waited for any more
set_enabled() {
	(echo "$1" > $reporting/enabled) &
	writer=$!
	sleep 0.5
}

online_again() {
	for block in $blocks; do
		[ "$(cat "$block/state")" = online ] ||
			echo online_movable > "$block/state"
	done
}

# Refused at once, where the host has some of it. 4.19 warns of pages that are
# not on their LRU list yet: compaction sends them there.
goes_or_is_refused() {
	refused=0
	for block in $blocks; do
		said=$(timeout $((3 * patience)) sh -c \
			"echo 1 > /proc/sys/vm/compact_memory
			echo offline > $block/state" 2>&1)
		case $(cat "$block/state")$said in
		offline) ;;
		online*' busy') refused=$((refused + 1)) ;;
		*) fail "$block: '$said'"; return 1 ;;
		esac
	done
	note "$refused of $(echo "$blocks" | wc -w) blocks are refused"
}
goes() { goes_or_is_refused && [ $refused = 0 ]; }

in_time() { timeout $((5 * patience)) sh -c "echo $device > $driver/$1"; }

at_exit "[ -e $driver/$device ] || echo $device > $driver/bind"
at_exit 'answers yes'
restore $reporting/enabled
[ ! -e $compaction/threshold ] || echo 0 > $compaction/threshold
blocks=$(movable)
at_exit online_again

if [ -w $cpu ]; then
	restore $cpu
	start=$(uptime)
	off_and_on 60000
	limit=$((2 * ($(uptime) - start) + 100 * patience))
fi
check 'a report is not answered' is_told
set_enabled 0
check 'parameters are read at once' read_all
[ ! -w $cpu ] || check 'a CPU goes and comes' off_and_on "$limit"
check 'what is not answered is quarantined' await 60 is_quarantined
wait "$writer"
note "$(quarantined) pages"
[ -z "$blocks" ] || check 'offline, or refused at once' goes_or_is_refused
online_again
answers yes
check 'unbound at once' in_time unbind
check 'after a reset nothing is quarantined' is_back
[ -z "$blocks" ] || check 'all goes offline then' goes
online_again
check 'bound again' in_time bind
echo 1 > $reporting/enabled
check 'memory that is freed is reported' freed_is_reported

# Only a transitional device can be told by hand to look at its queues: 3 is
# that of reports, or 4 where the host can ask for hints
if [ "$(cat "$pci/device")" = 0x1002 ]; then
	check 'a report is not answered' is_told
	check 'what is not answered is quarantined' await 60 is_quarantined
	answers yes
	for queue in '\003' '\004'; do
		printf %b "$queue\\000" |
			dd of="$pci/resource0" bs=2 seek=8 conv=notrunc
	done 2> /dev/null
	check 'a late answer is taken' await 10 is_back
	check 'memory that is freed is reported' freed_is_reported
fi
check 'the gauges are what the free lists hold' gauges_are_exact
