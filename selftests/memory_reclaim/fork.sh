#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Pages shared by fork, and copied on write, beside reports
. "$(dirname "$0")/_lib.sh"
begin 120

keep_reporting
check 'a load that forks' start_load -f "$(mib_of 16)" "$(mib_of 8)"
pages=$(counter page_report_pages)
check 'reports go on' \
	await 30 at_least page_report_pages \
		$((pages + $(pages_in 256) * rounds / 100))
load_is_right
