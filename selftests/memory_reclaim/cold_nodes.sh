#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Two nodes: what one has returned in vain makes only this one wait for longer
. "$(dirname "$0")/_lib.sh"
begin 120
needs $cold/after 'this kernel has no cold cache'
for tracing in /sys/kernel/tracing /sys/kernel/debug/tracing; do
	[ ! -d $tracing/events/cold_cache ] || break
done
event=$tracing/events/cold_cache/cold_cache_backoff/enable
needs "$event" 'no trace events'

nodes=/sys/devices/system/node
# With CPUs and memory
# shellcheck disable=SC2046 # a word each
set -- $(for node in "$nodes"/node[0-9]*; do
	! grep -q . "$node/cpulist" ||
		grep -q 'MemTotal: *0 ' "$node/meminfo" ||
		echo "${node##*node}"
done)
[ $# -ge 2 ] || skip 'this system has one node only'
one=$1 two=$2

# go_to NODE: all that we read from now on is there
go_to() {
	cpu=$(sed 's/[^0-9].*//' "$nodes/node$1/cpulist")
	taskset -p "$(printf %x $((1 << cpu)))" $$ > /dev/null
}
# In KiB
files_of() { awk '$3 == "FilePages:" { print $4 }' "$nodes/node$1/meminfo"; }
age_is() { [ "$(cat $cold/age)" = "$1" ]; }
only_one_backed_off() {
	grep cold_cache_backoff: "$tracing/trace" > "$tmp/events" &&
		! grep -v "nid=$one " "$tmp/events"
}

echo 0 > $cold/after
disk 256
hole again 16
hole other 16
for node in $one $two; do
	go_to "$node"
	# Some page cache of each node stays in any case: this is larger
	hole "mapped$node" 72
	before=$(files_of "$node")
	check "node $node: a file is mapped" holds map "$disk/mapped$node"
	check "node $node: it is there" \
		[ "$(files_of "$node")" -ge $((before + 70 * 1024)) ]
done

restore "$tracing/tracing_on"
at_exit "echo 0 > $event"
echo > "$tracing/trace"
echo 1 > "$tracing/tracing_on"
echo 1 > "$event"
echo 3 > $cold/after
go_to "$one"
cache read "$disk/again"
for age in 6 12; do
	check "node $one: what is cold goes" await_idle gone "$disk/again"
	cache read "$disk/again"
	check "node $one: read again, the age is $age" await_idle age_is $age
done
seconds() { cut -d . -f 1 /proc/uptime; }
begun=$(seconds)
cache read "$disk/again"
go_to "$two"
cache read "$disk/other"
check "node $two: the age is 3 still" await_idle gone "$disk/other"
name="node $one: nothing has gone meanwhile"
if [ $(($(seconds) - begun)) -lt 12 ]; then
	check "$name" all_cached "$disk/again"
else
	omit "$name" 'this machine is too slow to tell'
fi
check "node $one is the one that backed off" only_one_backed_off
