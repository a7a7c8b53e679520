#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The parameters: what is taken is read back, what is not is refused with EINVAL
. "$(dirname "$0")/_lib.sh"
begin 60

invalid='Invalid argument'
reads() { [ "$(cat "$1")" = "$2" ]; }
write() { (echo "$2" > "$1") 2>&1; }

# takes FILE VALUE [READ AS]
takes() {
	write "$1" "$2" > /dev/null && reads "$1" "${3:-$2}" && return
	note "$1: wrote $2, reads $(cat "$1")"
	return 1
}

# refuses FILE VALUE ERROR: and stays as it is
refuses() {
	before=$(cat "$1")
	said=$(write "$1" "$2") && { note "$1: $2 was taken"; return 1; }
	case $said in
	*"$3") reads "$1" "$before" ;;
	*) note "$1: $2: $said"; return 1 ;;
	esac
}

mode() { [ "$(stat -c %a "$1")" = "$2" ]; }

# A block is 1024 units at most, so the least order is 0 with pages of 4 KiB
# only; and a unit has 128 MiB at most
all_orders() {
	order=$(($(nr_orders) - 11)) most=$(($(large_order) + 6))
	while [ $order -lt "$(nr_orders)" ]; do
		[ $order -le $most ] && in_force=$order || in_force=$most
		takes $reporting/page_reporting_order $order "$in_force" ||
			return 1
		order=$((order + 1))
	done
}

restore $reporting/enabled
for value in 0 n N off; do
	check "enabled: $value is no" takes $reporting/enabled $value N
done
for value in 1 y Y on; do
	check "enabled: $value is yes" takes $reporting/enabled $value Y
done
check 'enabled: neither yes nor no' refuses $reporting/enabled 2 "$invalid"
check 'enabled: mode' mode $reporting/enabled 644

off_by_order() {
	takes $reporting/page_reporting_order "$(nr_orders)" && nothing_counted
}

default=$(cat $reporting/page_reporting_order)
check 'page_reporting_order: each order there is' all_orders
check 'page_reporting_order: larger than there is' off_by_order
check 'page_reporting_order: -1 is the default' takes \
	$reporting/page_reporting_order -1 "$default"
for value in -2 nine 9x ''; do
	check "page_reporting_order: '$value'" \
		refuses $reporting/page_reporting_order "$value" "$invalid"
done
check 'page_reporting_order: too large a number' \
	refuses $reporting/page_reporting_order 4294967296 'out of range'
check 'page_reporting_order: mode' mode $reporting/page_reporting_order 644

check 'backend: somebody reports' [ "$(cat $reporting/backend)" != none ]
check 'backend: mode' mode $reporting/backend 444
check 'backend: nobody sets it' \
	refuses $reporting/backend none 'ermission denied'

check 'quarantined: nothing' reads $reporting/quarantined 0
check 'quarantined: mode' mode $reporting/quarantined 444
check 'quarantined: nobody sets it' \
	refuses $reporting/quarantined 1 'ermission denied'

if [ -e $compaction/threshold ]; then
	for value in 0 1 86400; do
		check "threshold: $value" takes $compaction/threshold $value
	done
	for value in 86401 -1 often ''; do
		check "threshold: '$value'" \
			refuses $compaction/threshold "$value" "$invalid"
	done
	check 'threshold: too large a number' \
		refuses $compaction/threshold 4294967296 'out of range'
	check 'threshold: mode' mode $compaction/threshold 644
	check 'last_run: mode' mode $compaction/last_run 444
fi

if [ -e $cold/after ]; then
	for value in 0 1 86400; do
		check "after: $value" takes $cold/after $value
	done
	for value in 86401 -1 x ''; do
		check "after: '$value'" refuses $cold/after "$value" "$invalid"
	done
	check 'after: too large a number' \
		refuses $cold/after 4294967296 'out of range'
	check 'after: mode' mode $cold/after 644
	for name in age last_run; do
		check "cold cache, $name: mode" mode $cold/$name 444
		check "cold cache, $name: nobody sets it" \
			refuses $cold/$name 1 'ermission denied'
	done
fi
