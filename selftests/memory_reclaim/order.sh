#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Another order, through all there are, under load
. "$(dirname "$0")/_lib.sh"
begin 180

set_order() { echo "$1" > $reporting/page_reporting_order; }

# One after the other, so that what is under way is broken off
all_orders() {
	for _ in $(repeat 10); do
		for order in $(seq 0 $(($(nr_orders) - 1))); do
			set_order "$order" || return 1
		done
	done
}

# reports ORDER: and is not confused by what the order before has left
reports() {
	set_order "$1" && await 20 something_reported
}

check 'a load' start_load "$(mib_of 8)" "$(mib_of 4)"
check 'each order under load' all_orders
for order in 0 $(($(nr_orders) - 1)) 5 "$(large_order)"; do
	check "order $order: memory is reported" reports "$order"
done
load_is_right
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
