#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A memory cgroup at its limit: who keeps within lives, who does not dies alone
. "$(dirname "$0")/_lib.sh"
begin 120

event() { awk -v name="$1" '$1 == name { print $2 }' "$cgroup/memory.events"; }
in_cgroup() {
	(echo 0 > "$cgroup/cgroup.procs" && exec "$here/_load" "$@") \
		> "$tmp/load" 2>&1 &
	load=$!
}
killed() { wait "$load"; status=$?; load=; [ $status = 137 ]; }

# What the kernel says of a kill that is wanted is not for the console
restore /proc/sys/kernel/printk
echo 1 > /proc/sys/kernel/printk
size=$(mib_of 8)
kills=$(counter oom_kill)
keep_reporting

new_cgroup within
echo "${size}M" > "$cgroup/memory.max"
pages=$(counter page_report_pages)
in_cgroup $((size / 2)) $((size / 4))
check 'memory is taken within the limit' await 60 grep -q held "$tmp/load"
check 'reports go on' await 20 \
	at_least page_report_pages $((pages + $(pages_in 16)))
load_is_right
check 'nobody was killed there' [ "$(event oom_kill)" = 0 ]

new_cgroup beyond
echo "${size}M" > "$cgroup/memory.max"
[ ! -e "$cgroup/memory.swap.max" ] || echo 0 > "$cgroup/memory.swap.max"
in_cgroup $((size * 2)) 0
check 'who goes beyond the limit is killed' killed
check 'once' [ "$(event oom_kill)" = 1 ]
check 'and nobody else' [ "$(counter oom_kill)" -le $((kills + 1)) ]
check 'what it had is reported' freed_is_reported
