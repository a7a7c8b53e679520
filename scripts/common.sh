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

# tree_version TREE: what its Makefile says, VERSION.PATCHLEVEL.SUBLEVEL
tree_version() {
	awk '$1 == "VERSION" { v = $3 } $1 == "PATCHLEVEL" { p = $3 }
	     $1 == "SUBLEVEL" { print v "." p "." $3; exit }' "$1/Makefile"
}

# base_says BASE NAME: what NAME is set to in patches/BASE/base
base_says() { sed -n "s/^$2=//p" "$top/patches/$1/base"; }

# all_bases: the folders in patches/, in the order in which they are preferred
all_bases() {
	local base
	for base in "$top"/patches/*/base; do
		base=${base%/base}
		printf '%s %s\n' "$(base_says "${base##*/}" rank)" "${base##*/}"
	done | sort -n | cut -d ' ' -f 2
}

# base_of TREE: the base that is of its series of kernels; nothing where none is
base_of() {
	local v base
	v=$(tree_version "$1" 2> /dev/null) || return 0
	for base in $(all_bases); do
		[ "$(base_says "$base" series)" != "${v%.*}" ] || say "$base"
	done
}

# own_tree BASE: LINUX, unless that is a tree of another base. Of several bases the
# others then come from where they always do.
own_tree() {
	local of=''
	[ -z "${LINUX:-}" ] || of=$(base_of "$LINUX")
	[ "${of:-$1}" != "$1" ] || say "${LINUX:-}"
}

# use_arch ARCH: what is built and booted from here on, and by whatever is started from here:
# cross is empty where it is this machine's own. guest_run runs a program of it here.
use_arch() {
	case $1 in
	x86)
		cross='' debian=amd64 kernel_image=arch/x86/boot/bzImage qemu=${QEMU:-qemu-system-x86_64}
		guest_cc=${CC:-gcc} guest_busybox=$(command -v busybox || true) guest_run=''
		;;
	arm64)
		cross=aarch64-linux-gnu- debian=arm64 kernel_image=arch/arm64/boot/Image
		qemu=${QEMU:-qemu-system-aarch64}
		guest_cc=${cross}gcc guest_busybox=$cache/busybox-arm64 guest_run=qemu-aarch64
		;;
	*) die "no architecture '$1', there are x86 and arm64" ;;
	esac
	export GUEST_ARCH=$1
}
use_arch "${GUEST_ARCH:-x86}"

# apt_of COMMAND...: apt-get or apt-cache, for packages of the guest's architecture, and of
# the later releases of Debian that the variable suites names. Where that is not what this
# machine's apt has, apt has lists of its own for it in the cache, and the machine's
# architectures and sources stay as they are.
apt_of() {
	local command=$1 state=$cache/apt-$debian suite
	shift
	if [ -z "$cross${suites:-}" ]; then
		"$command" "$@"
		return
	fi
	set -- -o APT::Architecture="$debian" -o APT::Architectures="$debian" -o APT::Sandbox::User= "$@"
	if [ -n "${suites:-}" ]; then
		state+=-${suites// /-}
		set -- -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=- "$@"
	fi
	mkdir -p "$state/lists/partial" "$state/archives/partial"
	: >> "$state/status"
	[ -z "${suites:-}" ] || [ -s "$state/sources.list" ] ||
		for suite in $suites; do
			say "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(debian_mirror) $suite main"
		done > "$state/sources.list"
	"$command" -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state" "$@"
}

# debian_mirror: where this machine's apt has Debian from
debian_mirror() {
	# shellcheck disable=SC2016 # apt fills them in
	apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
		awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }'
}

# config_fragments BASE NAME...: the files that these fragments are, a line each. The last
# one wins.
config_fragments() {
	local base=$1 name file
	shift
	for name in "$@" "$base"; do
		if [ -f "$name" ]; then
			say "$name"
			continue
		fi
		name=$top/kernel-config/${name%.config}
		for file in "$name.config" "$name-$base.config" "$name-$GUEST_ARCH.config" "$name-$base-$GUEST_ARCH.config"; do
			[ ! -f "$file" ] || say "$file"
		done
	done
}

# ccache_gcc: CC for make. ccache takes the headers of a file from the compiler's own list,
# so it runs no preprocessor before the compiler. But it does not see then what .incbin
# reads, so ccache gets no assembler source.
export CCACHE_DEPEND=1
# shellcheck disable=SC2016 # make expands it, for each file
ccache_gcc() { say '$(if $(filter %.S,$<),,ccache) '"${cross}gcc"; }
