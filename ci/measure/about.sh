# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# Sourced after scripts/common.sh: reads what "about" says of a scenario. README of
# scenarios/ explains the words. report.py is the other reader, and needs the same words.
declare -A said=()	# said["SCENARIO WORD"]; rows and ratios are for report.py alone
scenarios=()		# all of them, in their order
about_words=(does order when boots compare against options chart cpus mib guests budget limit disk clock takes row ratios ratio)

# read_about SCENARIO
read_about() {
	local file=ci/measure/scenarios/$1/about word value number=0
	while read -r word value || [ -n "$word" ]; do
		number=$((number + 1))
		case $word in
		'' | '#'*) continue ;;
		esac
		[[ " ${about_words[*]} " = *" $word "* ]] || die "$file:$number: unknown word '$word'"
		[ -n "$value" ] || die "$file:$number: '$word' has no value"
		case $word in
		row | ratio) continue ;;
		order | cpus | mib | guests | budget | limit | takes)
			[[ $value =~ ^[1-9][0-9]*$ ]] || die "$file:$number: '$word' must be a positive number, not '$value'"
			;;
		esac
		[ -z "${said["$1 $word"]:-}" ] || die "$file:$number: a second '$word'"
		said["$1 $word"]=$value
	done <"$top/$file"
	for word in does order; do
		[ -n "${said["$1 $word"]:-}" ] || die "$file: no '$word'"
	done
}

# read_scenarios: "about" of each
read_scenarios() {
	local file one
	for file in "$top"/ci/measure/scenarios/*/about; do
		one=${file%/about} one=${one##*/}
		read_about "$one"
		scenarios+=("$one")
	done
	mapfile -t scenarios < <(for one in "${scenarios[@]}"; do say "${said["$one order"]} $one"; done | sort -n | cut -d ' ' -f 2)
}
