# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by run: which kernel boots for which scenario, in which order.  The
# arrays go together: plan[i] is "LABEL SCENARIO".
plan=() plan_image=() plan_append=() plan_balloon=()
reporting=free-page-reporting=on

# boots LABEL SCENARIO IMAGE [APPEND [BALLOON]], if that scenario was chosen
boots() {
	local one
	for one in "${chosen[@]:-$2}"; do
		[ "$one" = "$2" ] || continue
		plan+=("$1 $2")
		plan_image+=("$3")
		plan_append+=("${4:-}")
		plan_balloon+=("${5:-$reporting}")
	done
}

# plan_images [LABEL=]IMAGE...: every scenario with each
plan_images() {
	local image label scenario
	for scenario in "${scenarios[@]}"; do
		for image in "$@"; do
			label=kernel
			[[ $image != *=* ]] || label=${image%%=*}
			boots "$label" "$scenario" "${image#*=}"
		done
	done
}
