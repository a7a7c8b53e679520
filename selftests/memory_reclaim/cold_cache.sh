#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Cold page cache: what goes, what stays, and what follows when it is read again
. "$(dirname "$0")/_lib.sh"
begin 180
needs $cold/after 'this kernel has no cold cache'

none_returned() { [ "$(counter cold_cache_returned)" = "$returned" ]; }
still_dirty() { [ "$(meminfo Dirty)" -ge 7000 ]; }
was_never_gone() { ! grep WRONG "$tmp/often"; }
age_is() { [ "$(cat $cold/age)" = "$1" ]; }
idle_goes() {
	said=$("$here/_idle" "$disk/idle" 3 $((40 * patience)) 2>&1)
	_status=$?
	note "$said"
	return $_status
}
# Whoever looks may be who stops it
has_ended() { grep -qx 'done\|rate\|busy\|budget' $cold/last_run; }

echo 0 > $cold/after
disk 256
hole once 64
hole mapped 72
hole often 1
hole idle 16
tmpfs=$tmp/tmpfs
mkdir "$tmpfs"
mount -t tmpfs none "$tmpfs"
at_exit "umount $tmpfs"
# Nothing is written to the disk by itself
restore /proc/sys/vm/dirty_writeback_centisecs
echo 0 > /proc/sys/vm/dirty_writeback_centisecs
cache write "$tmpfs/file" 8
cache write "$disk/dirty" 8
# As long as it is open, its inode stays, which knows of the pages returned
exec 7< "$disk/dirty"
at_exit 'exec 7<&-'

# Some page cache stays in any case: the mapped file is larger
check 'a file is mapped' holds map "$disk/mapped"
check 'a file is read each second' holds keep "$disk/often"

returned=$(counter cold_cache_returned) reported=$(counter page_report_pages)
cache read "$disk/once"
echo 3 > $cold/after
sleep 2
check 'after 3: nothing is returned in 2 s' none_returned
# It would go within 4 s more: this is to see that it does not
echo 0 > $cold/after
sleep 4
check 'from 3 to 0: nothing is returned' none_returned
check 'from 3 to 0: what was read stays' all_cached "$disk/once"
echo 3 > $cold/after
check 'from 0 to 3: what was read once goes' await_idle gone "$disk/once"
check 'what goes is counted' \
	at_least cold_cache_returned $((returned + $(pages_in 62)))
check 'it says how the run has ended' await 20 has_ended
check 'what goes is reported' \
	await_idle at_least page_report_pages $((reported + $(pages_in 32)))
check 'what is dirty stays' all_cached "$disk/dirty"
check 'what is dirty stays dirty' still_dirty

sync
check 'what is on the disk goes' await_idle gone "$disk/dirty"
refaulted=$(counter cold_cache_refaulted) backoff=$(counter cold_cache_backoff)
check 'it is as it was written' cache check "$disk/dirty"
check 'what is read again is counted' \
	at_least cold_cache_refaulted \
		$((refaulted + $(pages_in 8) * 31 / 32))
check 'it was too much: cold cache backs off' \
	await_idle at_least cold_cache_backoff $((backoff + 1))
check 'the age is doubled' age_is 6
echo 2 > $cold/after
check 'a new value forgets that' await_idle age_is 2

name='by page_idle: what went was idle, what is used stays'
if [ ! -w /sys/kernel/mm/page_idle/bitmap ]; then
	omit "$name" 'this kernel has no page_idle'
elif lru_is_multi_gen; then
	omit "$name" 'with the multi-gen LRU, page_idle sees no use'
else
	[ ! -e $compaction/threshold ] || echo 0 > $compaction/threshold
	echo 3 > $cold/after
	check "$name" idle_goes
fi

check 'what is read each second stays' all_cached "$disk/often"
check 'it was never gone' was_never_gone
check 'what is mapped stays' all_cached "$disk/mapped"
check 'tmpfs stays' all_cached "$tmpfs/file"
check 'and is as it was written' cache check "$tmpfs/file"
