# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2016
# Sourced by _lib.sh: what /proc says of counters and free lists

# counter NAME: of /proc/vmstat, nothing where the kernel has none
counter() { sed -n "s/^$1 //p" /proc/vmstat; }
reportable() {
	awk '/^nr_free_(un)?reported / { n += $2 }
		END { print n + 0 }' /proc/vmstat
}

# meminfo NAME: in KiB
meminfo() { awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo; }
free_mib() { echo $(($(meminfo MemFree) / 1024)); }

# Size of a page
page_kib() {
	awk '$1 == "KernelPageSize:" { print $2; exit }' /proc/self/smaps
}

# pages_in MIB
pages_in() { echo $(($1 * 1024 / $(page_kib))); }

# Order of 2 MiB
large_order() {
	_pages=$(pages_in 2) _order=0
	while [ $((1 << _order)) -lt "$_pages" ]; do
		_order=$((_order + 1))
	done
	echo $_order
}

# How many orders there are: buddyinfo has a column for each
nr_orders() { awk 'NR == 1 { print NF - 4 }' /proc/buddyinfo; }

# For awk: how many pages a line of buddyinfo has in blocks of an order and more
awk_listed='
	function listed(order,   i, size, pages) {
		size = 1
		for (i = 5; i <= NF; i++) {
			if (i >= 5 + order)
				pages += $i * size
			size *= 2
		}
		return pages + 0
	}'

# listed_mib ORDER: what is free, and how much of it in blocks of ORDER and more
listed_mib() {
	awk -v order="$1" -v mib=$((1024 / $(page_kib))) "$awk_listed"'
		{ all += listed(0); large += listed(order) }
		END { printf "%.1f %.1f\n", all / mib, large / mib }' \
		/proc/buddyinfo
}

# units_of_zones: of each zone that has memory the order of its unit. In a small
# zone that is smaller.
units_of_zones() {
	_order=$(cat /sys/module/page_reporting/parameters/page_reporting_order)
	awk -v order="$_order" '
		/^Node/ { zone = $2 $4 }
		$1 == "present" && $2 {
			pages = 2
			for (unit = 0; unit < order; unit++) {
				if (pages > int($2 / 64))
					break
				pages *= 2
			}
			print zone, unit
		}' /proc/zoneinfo
}

# by_zone: what the gauges count, what lies in free blocks large enough, and
# once more what they count: whoever reads this uses memory itself
by_zone() {
	units_of_zones | awk "$awk_listed"'
		FNR == 1 { file++ }
		file == 1 { unit[$1] = $2 }
		file != 1 && /^Node/ { zone = $2 $4 }
		file != 1 && /nr_free_(un)?reported/ { n[file, zone] += $2 }
		file == 3 {
			zones[zone]
			n[3, zone] += listed(unit[zone])
		}
		END {
			for (z in zones)
				print z, n[2, z] + 0, n[3, z] + 0, n[4, z] + 0
		}' - /proc/zoneinfo /proc/buddyinfo /proc/zoneinfo
}
same_by_zone() {
	by_zone | awk '
		($2 - $3) * ($4 - $3) > 0 { wrong = 1 }
		END { exit wrong || !NR }'
}
