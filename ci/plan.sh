# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# Sourced by run: which kernels are built, and which boots for which scenario.
# Arrays of one name go together: plan[i] is "LABEL SCENARIO [STOCK]" and boots
# plan_image[i]; STOCK is the label whose figures of that scenario these are
# compared with.  build[i] is "BASE GROUPS LABEL FRAGMENT...", GROUPS "all" or
# what series-apply takes.
plan=() plan_image=() plan_append=() build=()
# Seconds that a boot takes on the machine of Documentation/results.md, for what is said
# of the time that is left
declare -A takes=([kernel]=270 [stress]=50 [cache]=75 [churn]=55 [scatter]=55 [build]=240 [speed]=200 [other]=60)
compiles=no	# whether a scenario wants what ci/buildimage makes
image=arch/x86/boot/bzImage

# boots LABEL SCENARIO STOCK IMAGE [APPEND], if that scenario was chosen
boots() {
	local one
	for one in "${chosen[@]}"; do
		[ "$one" = "$2" ] || continue
		plan+=("$1 $2${3:+ $3}")
		plan_image+=("$4")
		plan_append+=("${5:-}")
		[ "$2" != build ] || compiles=yes
	done
}

# counts SCENARIO: its clock is the instructions it executes, or one thread is all the
# VM has and times are not what it is for: another boot beside it changes no figure
counts() {
	case $1 in
	latency | cost | icount | quiet | ratchet | toggle) ;;
	*) return 1 ;;
	esac
}

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

# Without reporting a kernel has figures in these; nothing else is worth a boot of it
telling=(stress cache churn scatter build)

# The stock kernel, where it has not to be built
stock_image=""
# find_stock BASE: the distribution's own, unless what is measured needs the options of the
# patched one
find_stock() {
	local one dir status=0
	for one in "${chosen[@]}"; do
		case $one in build | cost | icount) return ;; esac
	done
	dir=$(within "$top/scripts/stock" "$1" 2>"$scratch/why") || status=$?
	case $status in
	0)
		stock_image=$dir/bzImage
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

# stock_boot, patched_boot BASE SCENARIO [-SUFFIX]: as it is, and with the series
stock_boot() { boots "stock${3:-}" "$2" "" "${stock_image:-$cache/build/$1-stock/$image}"; }
patched_boot() {
	local against=""
	if [ "$2" = icount ] || reports_itself "$1"; then
		against=stock${3:-}
	fi
	boots "patched${3:-}" "$2" "$against" "$cache/build/$1-patched/$image"
}

# plan_series BASE: all that its series is judged by
plan_series() {
	local at=$cache/build/$1 scenario
	build=("$1 01 stock guest" "$1 all patched guest memory_reclaim" "$1 all compiled-out guest off")
	find_stock "$1"
	if [ -n "$stock_image" ]; then
		# All of its boots first: they do not wait for the other kernel
		for scenario in "${telling[@]}"; do stock_boot "$1" "$scenario"; done
		for scenario in "${telling[@]}"; do patched_boot "$1" "$scenario"; done
	else
		for scenario in "${telling[@]}"; do
			stock_boot "$1" "$scenario"
			patched_boot "$1" "$scenario"
		done
	fi
	for scenario in churn-short churn-long churn-random churn-wide speed pinned thp light asked latency; do
		boots patched "$scenario" "" "$at-patched/$image"
	done
	boots stock cost "" "$at-stock/$image"
	boots by-hand cost "" "$at-patched/$image" idle_compaction.threshold=0
	boots patched cost "" "$at-patched/$image"
	boots stock icount "" "$at-stock/$image"
	boots compiled-out icount stock "$at-compiled-out/$image"
	boots key-off icount stock "$at-patched/$image" "page_reporting.enabled=0 idle_compaction.threshold=0"
	boots patched icount stock "$at-patched/$image"
	boots patched quiet "" "$at-patched/$image"
	boots patched toggle "" "$at-patched/$image"
	boots by-hand ratchet "" "$at-patched/$image" idle_compaction.threshold=0
	boots patched ratchet "" "$at-patched/$image"
}

# plan_compare BASE...: stock and patched kernels of all of them, side by side
plan_compare() {
	local base scenario
	for base in "$@"; do
		build+=("$base 01 stock guest" "$base all patched guest memory_reclaim")
	done
	for scenario in "${telling[@]}" churn-short churn-long churn-random speed pinned thp light icount; do
		for base in "$@"; do
			if reports_itself "$base" || [[ " ${telling[*]} icount " == *" $scenario "* ]]; then
				stock_boot "$base" "$scenario" "-$base"
				patched_boot "$base" "$scenario" "-$base"
			else
				boots "patched-$base" "$scenario" "" "$cache/build/$base-patched/$image"
			fi
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
			[ "$one" != "$cache/build/${words[0]}-${words[2]}/$image" ] || needed=yes
		done
		[ $needed = yes ] || unset "build[i]"
	done
}
