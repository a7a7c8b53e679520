#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Page cache of a cgroup: cold cache leaves what memory.low protects
. "$(dirname "$0")/_lib.sh"
begin 120
needs $cold/after 'this kernel has no cold cache'
echo 0 > $cold/after
disk 256
new_cgroup low
echo 64M > "$cgroup/memory.low"
hole mapped 72
hole often 1
hole low 16
hole once 16
hole later 16

read_in_cgroup() {
	(echo 0 > "$cgroup/cgroup.procs" && exec "$here/_cache" read "$1")
}

# Some page cache stays in any case: the mapped file is larger
check 'a file is mapped' holds map "$disk/mapped"
# What could not go is looked at again when others are
check 'a file is read each second' holds keep "$disk/often"
check 'a file is read in a cgroup' read_in_cgroup "$disk/low"
echo 3 > $cold/after
# When the second one has gone, cold cache has looked at all others, too
for file in once later; do
	cache read "$disk/$file"
	check "no cgroup: $file goes" await_idle gone "$disk/$file"
done
check 'below memory.low: it stays' all_cached "$disk/low"
echo 0 > "$cgroup/memory.low"
check 'no memory.low: it goes' await_idle gone "$disk/low"
