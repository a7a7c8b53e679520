# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# Sourced by run: which kernels are built, and which boots for which scenario.
# Arrays of one name go together: plan[i] is "LABEL SCENARIO [STOCK]" and boots
# plan_image[i]; STOCK is the label whose figures of that scenario these are
# compared with.  build[i] is "BASE GROUPS LABEL FRAGMENT...", GROUPS "all" or
# what series-apply takes.
plan=() plan_image=() plan_append=() build=()
compiles=no	# whether a scenario wants what ci/measure/buildimage makes
kernel_takes=270	# seconds to build one, for what is said of the time that is left

. "$top/ci/measure/about.sh"
read_scenarios

# those WORD VALUE: the scenarios of which that is said
those() {
	local one
	for one in "${scenarios[@]}"; do
		[ "${said["$one $1"]:-}" != "$2" ] || say "$one"
	done
}

# boots LABEL SCENARIO STOCK IMAGE [APPEND], if that scenario was chosen
boots() {
	local one
	for one in "${chosen[@]}"; do
		[ "$one" = "$2" ] || continue
		plan+=("$1 $2${3:+ $3}")
		plan_image+=("$4")
		plan_append+=("${5:-}")
		[ "${said["$2 disk"]:-}" != image ] || compiles=yes
	done
}

# merges LABEL: whether it is booted with the host's KSM on
merges() { [[ $1 == *+ksm ]]; }

# counts SCENARIO: its clock is the instructions it executes, or one thread is all the
# VM has and times are not what it is for: another boot beside it changes no figure
counts() { [ -n "${said["$1 clock"]:-}" ]; }

# plan_images [LABEL=]IMAGE...: every scenario with each, the first one being the
# stock kernel where instructions are counted
plan_images() {
	local one label scenario stock first=""
	for scenario in "${scenarios[@]}"; do
		for one in "$@"; do
			label=kernel stock=""
			[[ $one != *=* ]] || label=${one%%=*}
			: "${first:=$label}"
			[ "$scenario" != icount ] || [ "$label" = "$first" ] || stock=$first
			boots "$label" "$scenario" "$stock" "$(realpath "${one#*=}")"
		done
	done
}

# The stock kernel, where it has not to be built
stock_image=""
# find_stock BASE: the distribution's own, unless what is measured needs the options of the
# patched one
find_stock() {
	local one dir status=0
	for one in "${chosen[@]}"; do
		[ "${said["$one options"]:-}" != same ] || return 0
	done
	dir=$(within "$top/scripts/stock" "$1" 2>"$scratch/why") || status=$?
	case $status in
	0)
		stock_image=$dir/${kernel_image##*/}
		say "stock kernel: ${dir##*/stock-}"
		;;
	77) say "stock kernel: built here, for $(sed -n '$s/^stock: //p' "$scratch/why")" ;;
	*)
		cat "$scratch/why" >&2
		die "no stock kernel for $1"
		;;
	esac
}

reports_itself() { [ "$(base_says "$1" has_page_reporting)" = yes ]; }

# built_in BASE LABEL: where that kernel is built
built_in() { say "$cache/build/$1-$2${cross:+-$GUEST_ARCH}"; }

# boot BASE SCENARIO KERNEL[+ksm] [-SUFFIX]: of the kernels that README of scenarios/ names
boot() {
	local at append="" against="" compared kernel=${3%+ksm}
	compared=${said["$2 against"]:-}
	if [[ $kernel != @(stock|no-reporting|compact-30s|proactive|drops|gradual|damon|by-hand) ]] && [ "$compared" != never ]; then
		if [ "$compared" = always ] || { reports_itself "$1" && stands_beside "$2" stock; }; then
			against=stock${3#"$kernel"}${4:-}
		fi
	fi
	case $kernel in
	stock | no-reporting | compact-30s | proactive | gradual) at=stock ;;
	drops)
		if reports_itself "$1"; then
			at=stock
		else
			# There the stock kernel returns nothing that is dropped
			at=patched append="cold_cache.after=0 "
		fi
		;;
	damon | compiled-out) at=$kernel ;;
	*) at=patched ;;
	esac
	if [ "$at" = stock ] && [ -n "$stock_image" ]; then
		at=$stock_image
	else
		at=$(built_in "$1" "$at")/$kernel_image
	fi
	case $kernel in
	by-hand) append=idle_compaction.threshold=0 ;;
	key-off) append="page_reporting.enabled=0 idle_compaction.threshold=0" ;;
	no-reporting) append=initcall_blacklist=virtio_balloon_driver_init ;;
	compact-30s) append=compacts=30 ;;
	proactive) append=sysctl.vm.compaction_proactiveness=100 ;;
	drops | gradual | damon) append+=peer=$kernel ;;
	esac
	boots "$3${4:-}" "$2" "$against" "$at" "$append"
}

# stands_beside SCENARIO KERNEL: whether that kernel is booted for it, too
stands_beside() { [ "$compare" = yes ] || [[ " ${said["$1 boots"]} " == *" $2 "* ]]; }

# plan_series BASE: all that its series is judged by
plan_series() {
	local scenario kernel
	build=("$1 01 stock guest" "$1 all patched guest memory_reclaim" "$1 all compiled-out guest off"
		"$1 01 damon guest damon")
	find_stock "$1"
	# A stock kernel that is not built does not wait for the others
	[ -z "$stock_image" ] || for scenario in "${scenarios[@]}"; do
		! stands_beside "$scenario" stock || boot "$1" "$scenario" stock
	done
	for scenario in "${scenarios[@]}"; do
		for kernel in ${said["$scenario boots"]}; do
			case $kernel in
			stock) [ -z "$stock_image" ] || continue ;;
			# Kernels that have these have page reporting, too
			no-reporting* | proactive | gradual | damon) reports_itself "$1" || continue ;;
			esac
			boot "$1" "$scenario" "$kernel"
		done
	done
}

# plan_compare BASE...: stock and patched kernels of all of them, side by side
plan_compare() {
	local base scenario how
	for base in "$@"; do
		build+=("$base 01 stock guest" "$base all patched guest memory_reclaim")
	done
	for scenario in "${scenarios[@]}"; do
		how=${said["$scenario compare"]:-}
		[ -n "$how" ] || continue
		for base in "$@"; do
			# Without reporting a kernel has figures in these only; nothing else is worth a boot of it
			if [ "$how" = both ] || reports_itself "$base"; then
				boot "$base" "$scenario" stock "-$base"
			fi
			boot "$base" "$scenario" patched "-$base"
		done
	done
}

# leave_needed: of the kernels to be built those that something in the plan boots, or compiles
leave_needed() {
	local i one words needed
	for i in "${!build[@]}"; do
		read -ra words <<<"${build[i]}"
		needed=no
		[ $compiles = no ] || [ "${words[2]}" != stock ] || needed=yes
		for one in "${plan_image[@]}"; do
			[ "$one" != "$(built_in "${words[0]}" "${words[2]}")/$kernel_image" ] || needed=yes
		done
		[ $needed = yes ] || unset "build[i]"
	done
}
