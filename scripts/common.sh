# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by the scripts here and in ci/: the few names they all share.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/memory-reclaim

say() { printf '%s\n' "$*"; }

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# need_space MIB DIR: DIR may not exist yet, its nearest parent then counts
need_space() {
	local dir=$2 free
	while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
	free=$(df -Pm "$dir" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$1" ] ||
		die "$dir has $free MiB free and $1 are needed: make room there"
}

# tree_version TREE: what its Makefile says, as 4.19.79
tree_version() {
	awk '$1 == "VERSION" { v = $3 } $1 == "PATCHLEVEL" { p = $3 }
	     $1 == "SUBLEVEL" { print v "." p "." $3; exit }' "$1/Makefile"
}

# base_of TREE: the folder in patches/ made for its series of kernels
base_of() {
	local v
	v=$(tree_version "$1")
	printf 'v%s\n' "${v%.*}"
}
