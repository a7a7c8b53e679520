#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Cold page cache with the LRU that this system does not use: all once more
. "$(dirname "$0")/_lib.sh"
begin 320
needs $cold/after 'this kernel has no cold cache'
needs $lru_gen 'this kernel has one LRU only'

once_more() {
	env -u MEMORY_RECLAIM_LIMIT "$here/$1" > "$tmp/said" 2>&1
	_status=$?
	sed 's/^/# /' "$tmp/said"
	[ $_status = 0 ] || [ $_status = 4 ]
}

restore $lru_gen
if lru_is_multi_gen; then
	lru='classic LRU'
	echo n > $lru_gen
else
	lru='multi-gen LRU'
	echo y > $lru_gen
fi
for test in cold_cache.sh cold_memcg.sh; do
	check "$lru: $test" once_more $test
done
