# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by the checks: what they share.
# shellcheck source=scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../../scripts/common.sh"

work=${TEST_WORK:-$cache/test}
scratch=$(mktemp -d)
trap 'no_huge_pages; rm -rf "$scratch"' EXIT

# use_kind KIND: what follows is for a kernel of that kind, see ci/checks/kernel
use_kind() { [[ $1 != arm64* ]] || use_arch arm64; }

# refuses STATUS PATTERN COMMAND...: it must end so, in one line that says why
refuses() {
	local status=0 want=$1 pattern=$2
	shift 2
	"$@" > "$scratch/said" 2>&1 < /dev/null || status=$?
	cat "$scratch/said"
	[ "$status" = "$want" ] || die "exit status $status, not $want, of: $*"
	[ "$(wc -l < "$scratch/said")" = 1 ] || die "not one line said by: $*"
	grep -qE "$pattern" "$scratch/said" || die "no word of '$pattern' from: $*"
}

# small_tree VERSION DIR: the least that passes for a kernel tree
small_tree() {
	local v p s
	IFS=. read -r v p s <<< "$1"
	mkdir -p "$2/mm"
	: > "$2/Kconfig"
	printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = %s\n' "$v" "$p" "$s" > "$2/Makefile"
}

# guest_image DEST OUT INIT [FILE...]: an initramfs of INIT, the modules that are in OUT,
# and FILEs, as ci/vm/initramfs takes them
guest_image() {
	local dest=$1 out=$2 init=$3 name modules=()
	shift 3
	# 4.19 says kernel/x/y.ko there, 6.1 x/y.o
	[ ! -f "$out/modules.order" ] || while IFS= read -r name; do
		name=${name#kernel/}
		modules+=("$out/${name%.*}.ko")
	done < "$out/modules.order"
	"$top/ci/vm/initramfs" "$dest" "$init" "${modules[@]}" "$@"
}

# huge_pages COUNT: as many are free from here to no_huge_pages, or to the end. One check
# at a time. False where they cannot be had.
huge_pool=/proc/sys/vm/nr_hugepages huge_before=''
huge_free() { awk '$1 == "HugePages_Free:" { print $2 }' /proc/meminfo; }
huge_pages() {
	mkdir -p "$cache"
	exec 8> "$cache/lock-huge-pages"
	flock 8
	huge_before=$(cat $huge_pool)
	[ "$(huge_free)" -ge "$1" ] || { echo $((huge_before + $1 - $(huge_free))) > $huge_pool; } 2> /dev/null || true
	[ "$(huge_free)" -ge "$1" ] || { no_huge_pages; return 1; }
}
no_huge_pages() {
	[ -n "$huge_before" ] || return 0
	{ echo "$huge_before" > $huge_pool; } 2> /dev/null || true
	huge_before=''
	exec 8>&-
}

number=0
result() {
	number=$((number + 1))
	say "$1 $number - $2"
}

# adopt WHAT PROGRAM...: its TAP lines go on in ours, figures and all
adopt() {
	local what=$1 log=$scratch/log status=0 bad=0
	shift
	timeout 600 "$@" > "$log" 2>&1 || status=$?
	while IFS= read -r line; do
		case $line in
		'ok '*) result ok "$what: ${line#* - }" ;;
		'not ok '*)
			bad=$((bad + 1))
			result 'not ok' "$what: ${line#* - }"
			;;
		'# figure: '*) say "$line" ;;
		esac
	done < "$log"
	[ $status = 0 ] || [ $bad != 0 ] ||
		result 'not ok' "$what: exit status $status: $(sed -n '/^ok \|^#\|^==/!{p;q}' "$log")"
	[ $status = 0 ] || sed '/^ok /d; s/^/# /' "$log" | tail -n 40
}
