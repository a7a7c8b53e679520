#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Memory is swapped out and in beside reports
. "$(dirname "$0")/_lib.sh"
begin 240
[ "$patience" = 1 ] || skip 'a debug kernel leaves no memory for zram'

swap_on_zram "$(mib_of 4)"
keep_reporting
leave_free "$(mib_of 8)"
out=$(counter pswpout) in=$(counter pswpin) pages=$(counter page_report_pages)
check 'more is used than there is' start_load "$(mib_of 6)" "$(mib_of 32)"
check 'reports go on' await 60 \
	at_least page_report_pages $((pages + $(pages_in 16)))
load_is_right
note "pages out: $(($(counter pswpout) - out)), in: $(($(counter pswpin) - in))"
check 'pages went out' [ "$(counter pswpout)" -gt "$out" ]
check 'pages came in' [ "$(counter pswpin)" -gt "$in" ]
