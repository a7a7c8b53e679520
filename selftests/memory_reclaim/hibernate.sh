#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Hibernation: an image is written to swap and read back, without a reboot
. "$(dirname "$0")/_lib.sh"
begin 180

needs /sys/power/disk 'no hibernation in this kernel'
grep -qw test_resume /sys/power/disk || skip 'no test_resume in this kernel'

there_and_back() {
	echo test_resume > /sys/power/disk && echo disk > /sys/power/state
}

swap_on_zram "$(mib_of 2)"
restore /sys/power/resume
cat /sys/block/zram0/dev > /sys/power/resume
at_exit 'echo shutdown > /sys/power/disk'

check 'a load' start_load "$(mib_of 8)" 0
check 'there is something to forget' await 20 something_reported
check 'there and back' there_and_back
load_is_right
check 'a backend is there' [ "$(reportable)" != 0 ]
check 'all memory can be used' start_load $(($(free_mib) * 3 / 4)) 0
load_is_right
check 'the gauges are what the free lists hold' gauges_are_exact
check 'memory that is freed is reported' freed_is_reported
