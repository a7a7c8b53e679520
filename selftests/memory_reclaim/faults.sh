#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Allocations fail: the backend comes and goes, or not; compaction goes on
. "$(dirname "$0")/_lib.sh"
begin 240

debug=/sys/kernel/debug
needs /proc/self/make-it-fail 'no fault injection'
needs $debug/failslab/probability 'no failslab, or no debugfs'
needs $debug/fail_page_alloc/probability 'no fail_page_alloc'
driver=/sys/bus/virtio/drivers/virtio_balloon
set -- $driver/virtio*
[ -e "$1" ] || skip 'the backend is not virtio_balloon'
device=${1##*/}

bound() { [ -e $driver/"$device" ]; }
at_exit "bound || echo $device > $driver/bind"

# inject PERCENT: in tasks that are to fail
inject() {
	for what in failslab fail_page_alloc; do
		echo Y > $debug/$what/task-filter
		echo N > $debug/$what/ignore-gfp-wait
		echo -1 > $debug/$what/times
		echo 1 > $debug/$what/interval
		echo 0 > $debug/$what/verbose
		echo "$1" > $debug/$what/probability
	done
	echo 0 > $debug/fail_page_alloc/min-order
	# A page fault of its own would have the task killed
	echo Y > $debug/fail_page_alloc/ignore-gfp-highmem
}
at_exit 'inject 0'

attach() { echo "$device" > "$1"; }
# failing FILE: attach in a task of its own. It has faulted in what it needs
# before, and as deep a stack, for a page fault that fails wakes the OOM killer.
failing() {
	(
		echo 0 > /proc/self/make-it-fail && attach /dev/full
		echo 1 > /proc/self/make-it-fail && attach "$1"
		status=$?
		echo 0 > /proc/self/make-it-fail
		exit $status
	) 2> /dev/null
}

# A probe that failed may have left the device's queues enabled, and then none
# succeeds until it is reset, as it is when its bus finds it anew. It has
# another name then.
revive() {
	inject 0
	parent=$(readlink -f "/sys/bus/virtio/devices/$device/..")
	bus=$(readlink -f "$parent/driver")
	echo "${parent##*/}" > "$bus/unbind"
	echo "${parent##*/}" > "$bus/bind"
	set -- "$parent"/virtio*
	device=${1##*/}
	bound
}

# The more often, the less: else none would ever be bound
bind_and_unbind() {
	failed=0 succeeded=0
	for i in $(repeat 50); do
		inject $((20 / (1 + i % 10)))
		bound || failing $driver/bind
		if bound; then
			succeeded=$((succeeded + 1))
			failing $driver/unbind
			# Who does it may have failed before it came to that
			! bound || attach $driver/unbind
		else
			failed=$((failed + 1))
			revive || fail 'it cannot be revived' || return 1
			attach $driver/unbind
		fi
		! bound || fail 'it cannot be unbound' || return 1
		nothing_counted || fail "round $i: counted without a backend" ||
			return 1
	done
	inject 0
	note "bound $succeeded times, not bound $failed times"
	attach $driver/bind && [ "$(reportable)" != 0 ]
}

# Of those that report and compact, in all they do
workers() {
	for comm in /proc/[0-9]*/comm; do
		! grep -qE '^(kworker/[0-9]+:|kidlecompactd)' "$comm" ||
			echo "$1" > "${comm%comm}make-it-fail"
	done 2> /dev/null
}

check 'bound and unbound' bind_and_unbind
at_exit 'workers 0'
workers 1
inject 10
check 'memory that is freed is reported' freed_is_reported
if [ -e $compaction/threshold ]; then
	echo 1 > $compaction/threshold
	check 'memory is scattered' start_load -g 16 "$(mib_of 8)" 0
	blocks=$(($(counter idle_compact_blocks) + $(mib_of 32)))
	check 'blocks are gained' \
		await_idle at_least idle_compact_blocks $blocks
	load_is_right
fi
inject 0
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
