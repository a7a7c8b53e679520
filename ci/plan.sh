# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# Sourced by run: which kernels are built, and which boots for which scenario.
# Arrays of one name go together: plan[i] is "LABEL SCENARIO" and boots
# plan_image[i]; build[i] is "GROUPS LABEL FRAGMENT...", GROUPS "all" or what
# series-apply takes.
plan=() plan_image=() plan_append=() plan_balloon=() build=()
compiles=no	# whether a scenario wants what ci/buildimage makes
reporting=free-page-reporting=on
image=arch/x86/boot/bzImage

# boots LABEL SCENARIO IMAGE [APPEND [BALLOON]], if that scenario was chosen
boots() {
	local one
	for one in "${chosen[@]:-$2}"; do
		[ "$one" = "$2" ] || continue
		plan+=("$1 $2")
		plan_image+=("$3")
		plan_append+=("${4:-}")
		plan_balloon+=("${5:-$reporting}")
		[ "$2" != build ] || compiles=yes
	done
}

# plan_images [LABEL=]IMAGE...: every scenario with each
plan_images() {
	local one label scenario
	for scenario in "${scenarios[@]}"; do
		for one in "$@"; do
			label=kernel
			[[ $one != *=* ]] || label=${one%%=*}
			boots "$label" "$scenario" "$(realpath "${one#*=}")"
		done
	done
}

has_series() {
	compgen -G "$top/patches/$1/03*.patch" >/dev/null
}

# plan_series BASE: the base as it is against the base with the series
plan_series() {
	local at=$cache/build/$1 scenario
	build=("01 stock guest" "all patched guest memory_reclaim" "all compiled-out guest off")
	for scenario in stress cache churn scatter build; do
		boots stock "$scenario" "$at-stock/$image"
		boots patched "$scenario" "$at-patched/$image"
	done
	for scenario in churn-short churn-long churn-random churn-wide speed toggle pinned thp light quiet latency; do
		boots patched "$scenario" "$at-patched/$image"
	done
	boots stock cost "$at-stock/$image"
	boots by-hand cost "$at-patched/$image" idle_compaction.threshold=0
	boots patched cost "$at-patched/$image"
	boots stock icount "$at-stock/$image"
	boots compiled-out icount "$at-compiled-out/$image"
	boots key-off icount "$at-patched/$image" "page_reporting.enabled=0 idle_compaction.threshold=0"
	boots patched icount "$at-patched/$image"
}

# plan_mainline BASE: a base that reports by itself and has no series yet, its
# reporting against the same kernel without it
plan_mainline() {
	local at=$cache/build/$1-stock/$image scenario
	build=("01 stock guest")
	for scenario in stress cache churn scatter build; do
		boots off "$scenario" "$at" "" free-page-reporting=off
		boots mainline "$scenario" "$at"
	done
	for scenario in churn-short churn-long churn-random churn-wide speed pinned thp light; do
		boots mainline "$scenario" "$at"
	done
	boots off icount "$at" "" free-page-reporting=off
	boots mainline icount "$at"
}
