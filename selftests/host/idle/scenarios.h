/* SPDX-License-Identifier: GPL-2.0 */
/* Each scenario: a name, and a function of one of the files beside */
#ifndef _SCENARIOS_H
#define _SCENARIOS_H

/* In the order in which they run, as S(name, function) */
#define SCENARIOS(S)							\
	S("nothing stranded: no timer", nothing_stranded)		\
	S("4 MiB stranded start a run", stranded_amount)		\
	S("1/512 of all memory starts a run", stranded_share)		\
	S("4 MiB freed in a zone start the timer", frees_are_counted)	\
	S("idle: others use less than 1/16", idle_share)		\
	S("the same, time counted by ticks", idle_by_ticks)		\
	S("waiting for a disk is idle", idle_waits_for_disk)		\
	S("the same, time counted by ticks",				\
	  idle_waits_for_disk_by_ticks)					\
	S("a burst counts for a second", idle_after_burst)		\
	S("own time does not count", own_time)				\
	S("but others' does", own_time_is_not_all)			\
	S("reporting's time does not count", reporting_time)		\
	S("a CPU that goes is work", cpu_goes)				\
	S("a CPU that comes is work", cpu_comes)			\
	S("one CPU", one_cpu)						\
	S("threshold: values", threshold_values)			\
	S("threshold: on the command line", threshold_on_command_line)	\
	S("threshold: off when booted", threshold_off_at_boot)		\
	S("threshold: changes", threshold_changes)			\
	S("threshold: off and on", threshold_off_on)			\
	S("threshold: off in a run", off_after_run)			\
	S("blocks and pages are looked at in batches",			\
	  looks_and_batches)						\
	S("the cheapest into the fullest", cheapest_into_fullest)	\
	S("the fullest first, then downwards", fullest_downwards)	\
	S("the room beside the kernel's own is left", kernels_own_room)	\
	S("no room but beside the kernel's own",			\
	  no_room_but_the_kernels)					\
	S("the kernel's own since it was looked at",			\
	  kernels_own_since_scan)					\
	S("the kernel's own in a page block", kernels_own_page_block)	\
	S("rounds of the kernel's own, no compaction", rounds_without)	\
	S("rounds of the kernel's own", rounds_with)			\
	S("one eighth must be free", emptied_share)			\
	S("room for all", room_is_enough)				\
	S("room for all but one", room_is_not_enough)			\
	S("room for two blocks", room_is_left)				\
	S("room for two blocks but one page", room_is_used)		\
	S("room in hand", room_in_hand)					\
	S("room of another zone", room_of_another_zone)			\
	S("each kind of page", each_kind_of_page)			\
	S("unevictable pages, allowed", unevictable_moves)		\
	S("unevictable pages, not allowed", unevictable_stays)		\
	S("huge pages in use stay", huge_pages_stay)			\
	S("lists in front are drained", lists_in_front_are_drained)	\
	S("huge pages are split, four at a time", huge_pages_are_split)	\
	S("stopped while huge pages are split",				\
	  stopped_while_splitting)					\
	S("a pinned huge page is left", pinned_huge_page)		\
	S("pinned huge pages before others", pinned_huge_pages)		\
	S("huge pages with little unused stay", huge_pages_are_kept)	\
	S("busy for 50 ms", busy_window)				\
	S("a quarter of all CPU time", busy_share)			\
	S("own time does not stop a run", own_time_does_not_stop)	\
	S("stolen time is no work", stolen_time)			\
	S("the same, time counted by ticks", stolen_time_by_ticks)	\
	S("stolen time, and others work", stolen_time_is_not_all)	\
	S("clocks that go back", clocks_go_back)			\
	S("32 CPUs, 64 GiB, one of them in use", many_cpus)		\
	S("resumed, then silence", silence_after_resumed)		\
	S("a CPU goes in a run", cpu_goes_in_run)			\
	S("others come first", others_come_first)			\
	S("never idle: after ten times the threshold", never_idle)	\
	S("never idle, and patient again", patient_again)		\
	S("a longer threshold, more patience", patience_and_threshold)	\
	S("all CPUs busy: nothing", all_busy)				\
	S("one eighth must be left", spare_share)			\
	S("one of four CPUs is left", one_cpu_left)			\
	S("a disk leaves time, the host does not", what_is_left)	\
	S("tasks must wait: nothing", under_pressure)			\
	S("idle after pressure", idle_after_pressure)			\
	S("a budget of 1 %", budget_of_one_percent)			\
	S("a budget of 8 %", budget_of_eight_percent)			\
	S("what was used in excess is paid back", budget_paid_back)	\
	S("idle in the middle of a pass", idle_in_the_middle)		\
	S("others want the CPU", cpu_is_wanted)				\
	S("others want the CPU once", cpu_is_wanted_once)		\
	S("idle after others wanted the CPU", idle_after_refusals)	\
	S("a walk over huge pages in slices", long_walk)		\
	S("failures of all slices count", failed_in_slices)		\
	S("off between slices", off_between_slices)			\
	S("off in a walk over huge pages", off_in_a_walk)		\
	S("a new threshold in a run", threshold_changes_in_run)		\
	S("no memory, and never idle", no_memory_between_slices)	\
	S("pressure in a run", pressure_in_run)				\
	S("all CPUs busy in a run", busy_in_run)			\
	S("one CPU for another", cpus_change)				\
	S("the use of CPUs, at random", cpu_use_at_random)		\
	S("the use of CPUs, by ticks", cpu_use_at_random_by_ticks)	\
	S("resumed while blocks are looked at", resumed_in_scan)	\
	S("resumed in the middle of a block", resumed_in_source)	\
	S("stranded while a run is stopped", stranded_while_stopped)	\
	S("room when a run is resumed", room_when_resumed)		\
	S("frozen in a run", frozen_in_run)				\
	S("frozen before a run", frozen_before_run)			\
	S("back-off", back_off)						\
	S("back-off, long threshold", back_off_and_threshold)		\
	S("a small gain is none", small_gain)				\
	S("failures are tried again six times", failures)		\
	S("4 MiB of failures are tried again", enough_failures)		\
	S("less is not", too_few_failures)				\
	S("a block with a stuck page is filled",			\
	  stuck_page_is_a_target)					\
	S("no memory for a plan", plan_has_no_memory)			\
	S("blocks that have changed", changed_since_scan)		\
	S("targets that have been used", stale_targets)			\
	S("broken pages stay free", broken_pages)			\
	S("blocks that have been freed", freed_since_scan)		\
	S("halves of blocks", halves)					\
	S("a long list of single pages", long_list)			\
	S("free blocks cost a few looks", free_blocks_are_cheap)	\
	S("a huge page in a source", huge_in_source)			\
	S("a source is isolated", source_is_isolated)			\
	S("a source goes offline", source_goes)				\
	S("a target goes offline", target_goes)				\
	S("memory goes offline, 100 times", memory_goes_offline)	\
	S("isolated page blocks", isolated_blocks)			\
	S("CMA page blocks", cma_blocks)				\
	S("reserved page blocks", highatomic_blocks)			\
	S("unmovable page blocks", unmovable_blocks)			\
	S("just above the watermark", above_watermark)			\
	S("just below the watermark", below_watermark)			\
	S("odd zones", odd_zones)					\
	S("blocks of two zones, and with holes", mixed_blocks)		\
	S("two zones", two_zones)					\
	S("a zone with 15 pages stranded", zone_with_fifteen)		\
	S("a zone with 16 pages stranded", zone_with_sixteen)		\
	S("a zone of nine blocks", nine_blocks)				\
	S("units of two pages", units_of_two)				\
	S("units of sixteen pages", units_of_sixteen)			\
	S("units of 32 pages", units_of_32)				\
	S("units of two page blocks", units_of_two_page_blocks)		\
	S("freed while isolated", freed_while_isolated)			\
	S("pinned while isolated", pinned_while_isolated)		\
	S("said at most once an hour", said_once_an_hour)		\
	S("said after an hour", said_after_an_hour)			\
	S("the baseline falls", baseline_falls)				\
	S("freed while the watch is left", freed_while_watch_is_left)	\
	S("no thread", no_thread)

#define DECLARE_SCENARIO(name, function)	void function(void);
SCENARIOS(DECLARE_SCENARIO)

/* scenarios - each in a process of its own; returns the exit status */
int scenarios(void);

#endif
