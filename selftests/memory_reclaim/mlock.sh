#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Locked memory beside reports and compaction: in place, or moved, but never out
. "$(dirname "$0")/_lib.sh"
begin 120

locked() {
	awk -v kib=$((size * 1024)) '/^VmLck:/ && $2 >= kib { ok = 1 }
		END { exit !ok }' "/proc/$load/status"
}

size=$(mib_of 8)
unevictable=/proc/sys/vm/compact_unevictable_allowed
[ ! -w $unevictable ] || restore $unevictable
keep_reporting
check 'memory is locked' start_load -l "$size" "$(mib_of 4)"
for allowed in 0 1; do
	echo $allowed > $unevictable
	pages=$(counter page_report_pages)
	echo 1 > /proc/sys/vm/compact_memory
	check "compact_unevictable_allowed=$allowed: reports go on" \
		await 20 at_least page_report_pages $((pages + $(pages_in 16)))
	check "compact_unevictable_allowed=$allowed: it is still locked" locked
done
load_is_right
