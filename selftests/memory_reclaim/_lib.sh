# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
# Sourced by the tests: TAP, what is restored, what is read and awaited.
# MEMORY_RECLAIM_ROUNDS is how often what is repeated is repeated, in percent.

reporting=/sys/module/page_reporting/parameters
compaction=/sys/module/idle_compaction/parameters
cold=/sys/module/cold_cache/parameters
rounds=${MEMORY_RECLAIM_ROUNDS:-100}
# Where less is asked for all is slow
[ "$rounds" -lt 100 ] && patience=5 || patience=1
here=$(cd "$(dirname "$0")" && pwd)
nr_tests=0 nr_failed=0 undo=:
. "$here/_proc.sh"

# begin SECONDS: it may take so long, times patience, and needs page reporting
begin() {
	if [ -z "$MEMORY_RECLAIM_LIMIT" ]; then
		limit=$(($1 * patience))
		[ "$rounds" -le 100 ] || limit=$((limit * rounds / 100))
		export MEMORY_RECLAIM_LIMIT=$limit
		exec timeout "$MEMORY_RECLAIM_LIMIT" "$0"
	fi
	[ "$(id -u)" = 0 ] || skip 'not root'
	[ -e $reporting/enabled ] || skip 'this kernel has no page reporting'
	[ "$(cat $reporting/enabled)" = Y ] || skip 'page reporting is off'
	tmp=$(mktemp -d) || exit 1
	trap finish EXIT
	trap 'not_ok "done within $MEMORY_RECLAIM_LIMIT s"; exit 1' TERM INT
	[ -n "$KSFT_TAP_LEVEL" ] || echo 'TAP version 13'
	[ "$(reportable)" != 0 ] || skip 'no backend has registered'
	restore $reporting/page_reporting_order
	[ ! -e $compaction/threshold ] || restore $compaction/threshold
	[ ! -e $cold/after ] || restore $cold/after
}

skip() {
	echo "1..0 # SKIP $*"
	exit 4
}

# needs FILE WHY: what cannot be written to is not there
needs() { [ -w "$1" ] || skip "$2"; }

# The commands of at_exit are done in reverse, whatever ends the test
at_exit() { undo="$1; $undo"; }
restore() { at_exit "echo '$(cat "$1")' > $1"; }

finish() {
	status=$?
	trap - EXIT
	trap '' TERM INT
	[ -z "$load" ] || { kill "$load" && wait "$load"; } 2> /dev/null
	eval "$undo" 2> /dev/null
	rm -rf "$tmp"
	[ $status = 4 ] && exit 4
	echo "1..$nr_tests"
	[ $status = 0 ] && [ $nr_failed = 0 ] && [ $nr_tests != 0 ] || exit 1
	exit 0
}

ok() {
	nr_tests=$((nr_tests + 1))
	echo "ok $nr_tests - $*"
}

not_ok() {
	nr_tests=$((nr_tests + 1)) nr_failed=$((nr_failed + 1))
	echo "not ok $nr_tests - $*"
}

# omit NAME WHY: a result that this kernel cannot give
omit() { ok "$1 # SKIP $2"; }

note() { echo "# $*"; }

# fail WORD...: why, in place of a result
fail() {
	note "$*"
	return 1
}

# check NAME COMMAND...
check() {
	_name=$1
	shift
	if "$@"; then ok "$_name"; else not_ok "$_name"; fi
}

# await SECONDS COMMAND...: until it is true
await() {
	looks=$(($1 * 5 * patience))
	shift
	until "$@"; do
		looks=$((looks - 1))
		[ $looks -gt 0 ] || return 1
		sleep 0.2
	done
}

# repeat N: so often, of 100, but once at least
repeat() {
	n=$(($1 * rounds / 100))
	[ $n -gt 0 ] || n=1
	seq $n
}

# await_idle COMMAND...: the same; so rarely looked at that the system is idle
# meanwhile
await_idle() {
	for _ in $(seq 40); do
		! "$@" || return 0
		sleep "$patience"
	done
	fail "never: $*"
}

at_least() { [ "$(counter "$1")" -ge "$2" ]; }
nothing_counted() { [ "$(reportable)" = 0 ]; }
something_reported() { [ "$(counter nr_free_reported)" != 0 ]; }

# mib_of N: an Nth of all memory
mib_of() { echo $(($(meminfo MemTotal) / 1024 / $1)); }

least_unit() { units_of_zones | sort -nk 2 | awk '{ print $2; exit }'; }

# Where nobody uses memory they must come to agree
gauges_are_exact() {
	await 10 same_by_zone ||
		fail "zone, counted, listed, counted: $(by_zone | tr '\n' ';')"
}

# start_load OPTION... HELD CHURN: as _load.c says; HELD is filled then
start_load() {
	: > "$tmp/load"
	"$here/_load" "$@" > "$tmp/load" 2>&1 &
	load=$!
	await 60 grep -q held "$tmp/load" ||
		fail "_load $*: $(tail -n 1 "$tmp/load")"
}

# end_load: all its memory was right, and is free
end_load() {
	kill "$load" 2> /dev/null
	wait "$load"
	status=$?
	load=''
	note "_load: $(tr '\n' ' ' < "$tmp/load")"
	return $status
}

load_is_right() { check 'memory in use is what was written' end_load; }

# Memory in use is freed, and the host is told
freed_is_reported() {
	size=$(mib_of 16)
	start_load "$size" 0
	goal=$(($(counter page_report_pages) + $(pages_in "$size") / 2))
	end_load && await 20 at_least page_report_pages $goal
}

# Changes the order again and again, so that all free memory is reported anew
keep_reporting() {
	(
		trap 'exit 0' TERM
		while :; do
			for order in 0 9 5; do
				echo $order > $reporting/page_reporting_order
				await 60 something_reported
			done
		done
	) &
	at_exit "kill $!; wait $!"
}

# movable: the memory blocks that can always go, and come back to their zone.
# The highest may hold what was allocated when memory was not yet in zones.
movable() {
	for block in /sys/devices/system/memory/memory*; do
		[ "$(cat "$block/state")" = online ] &&
			grep -q '^Movable' "$block/valid_zones" && echo "$block"
	done 2> /dev/null | sort -V | sed '$d'
}

# Memory in free blocks of 2 MiB and more
large_mib() {
	listed_mib "$(large_order)" | { read -r _ mib; echo "${mib%.*}"; }
}

# zram MIB: zram0 is so large
zram() {
	[ -w /sys/block/zram0/disksize ] || modprobe zram 2> /dev/null ||
		skip 'no zram'
	[ "$(cat /sys/block/zram0/disksize)" = 0 ] || skip 'zram0 is in use'
	at_exit 'echo 1 > /sys/block/zram0/reset'
	echo "$1M" > /sys/block/zram0/disksize
}

# swap_on_zram MIB
swap_on_zram() {
	zram "$1"
	mkswap /dev/zram0 > /dev/null
	swapon /dev/zram0 || skip 'zram0 cannot be used for swap'
	at_exit 'swapoff /dev/zram0'
}

# disk MIB: an empty file system, in $disk
disk() {
	zram "$1"
	disk=$tmp/disk
	mkdir "$disk"
	{
		mke2fs -b 4096 /dev/zram0 &&
			mount -t ext4 -o noatime /dev/zram0 "$disk"
	} > /dev/null 2>&1 || skip 'no file system on zram0'
	at_exit "umount $disk"
}

# hole FILE MIB: it takes no memory of zram, and can be read
hole() { truncate -s "$2M" "$disk/$1"; }

# Page cache of a file, as _cache.c says
cache() { "$here/_cache" "$@"; }
gone() { [ "$(cache cached "$1")" = 0 ]; }
all_cached() {
	percent=$(cache cached "$1")
	[ "$percent" = 100 ] || fail "$1: $percent % are left"
}

# holds COMMAND FILE: from now on, and what it says is in $tmp/FILE
holds() {
	said=$tmp/${2##*/}
	: > "$said"
	"$here/_cache" "$1" "$2" > "$said" 2>&1 &
	at_exit "kill $!; wait $!"
	await 60 grep -q held "$said" || fail "_cache $*: $(cat "$said")"
}

# Is the multi-gen LRU the one that is in use?
lru_gen=/sys/kernel/mm/lru_gen/enabled
lru_is_multi_gen() { grep -q '[13579bdf]$' $lru_gen 2> /dev/null; }

# needs_huge_pages: of 2 MiB, and their number can be set
needs_huge_pages() {
	needs /proc/sys/vm/nr_hugepages 'no huge pages'
	grep -q '^Hugepagesize: *2048 kB' /proc/meminfo ||
		skip 'huge pages are not of 2 MiB'
}

# leave_free MIB: what else is free becomes huge pages that nobody uses
leave_free() {
	needs_huge_pages
	restore /proc/sys/vm/nr_hugepages
	echo 3 > /proc/sys/vm/drop_caches
	echo 1 > /proc/sys/vm/compact_memory
	echo $((($(free_mib) - $1) / 2)) > /proc/sys/vm/nr_hugepages
	note "$(free_mib) MiB are free"
}

# new_cgroup NAME: a memory cgroup, in $cgroup
new_cgroup() {
	if [ ! -d "$tmp/cgroup" ]; then
		mkdir "$tmp/cgroup"
		mount -t cgroup2 none "$tmp/cgroup" 2> /dev/null ||
			skip 'no cgroup v2'
		at_exit "umount $tmp/cgroup"
		grep -qw memory "$tmp/cgroup/cgroup.controllers" ||
			skip 'no memory controller in cgroup v2'
		echo +memory > "$tmp/cgroup/cgroup.subtree_control"
	fi
	cgroup=$tmp/cgroup/memory_reclaim_$1
	mkdir "$cgroup" || return 1
	at_exit "rmdir $cgroup"
}
