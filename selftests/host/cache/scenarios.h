/* SPDX-License-Identifier: GPL-2.0 */
/* Each scenario: a name, and a function of one of the files beside */
#ifndef _SCENARIOS_H
#define _SCENARIOS_H

/* In the order in which they run, as S(name, function) */
#define SCENARIOS(S)							\
	S("what is cold goes", cold_goes)				\
	S("read slowly", slowly_read)					\
	S("the hot set stays", hot_stays)				\
	S("used each nine minutes", seldom_used)			\
	S("written each nine minutes", seldom_written)			\
	S("deactivated pages", deactivated)				\
	S("migrated pages", migrated)					\
	S("pages that are migrated often", migrated_often)		\
	S("migrated to where no page was used", migrated_far)		\
	S("the oldest first", oldest_first)				\
	S("the rate", rate)						\
	S("stamps wrap", stamps_wrap)					\
	S("a job each 20 minutes", job)					\
	S("a job beside a stream", job_and_stream)			\
	S("a job on a system that is never idle", job_never_idle)	\
	S("a storm doubles the age", storm)				\
	S("storms double it again", storms_double)			\
	S("a long storm is one step", long_storm)			\
	S("too few mistakes", too_few)					\
	S("just enough mistakes", just_enough)				\
	S("a step forward too early", relapse)				\
	S("late is no mistake", late_is_no_mistake)			\
	S("mistakes long after others", long_ago)			\
	S("a few mistakes", few_mistakes)				\
	S("more mistakes", more_mistakes)				\
	S("quiet for long enough", recovers)				\
	S("quiet without evidence", no_evidence)			\
	S("two nodes", two_nodes)					\
	S("read again after a smaller value", changed_to_less)		\
	S("read again after a greater value", changed_to_more)		\
	S("a new value after a storm", changed_after_storm)		\
	S("a storm after a new value", storm_after_new_value)		\
	S("a storm after a step forward", storm_after_step_forward)	\
	S("all CPUs busy: nothing", all_busy)				\
	S("all CPUs busy in a run", busy_in_run)			\
	S("never idle", never_idle)					\
	S("never idle: a budget", keeps_budget)				\
	S("others want the CPU", cpu_is_wanted)				\
	S("off", off)							\
	S("read while it is off", read_while_off)			\
	S("off in a run", off_in_run)					\
	S("off while it has the CPU", off_while_running)		\
	S("off and on in a run", off_and_on_in_run)			\
	S("changed in a run", changed_in_run)				\
	S("a new value", new_value)					\
	S("set on the command line", set_before_start)			\
	S("no thread", no_thread)					\
	S("no backend: nothing", no_backend)				\
	S("the backend goes in a run", backend_goes)			\
	S("reporting is switched off", reporting_off)			\
	S("the host is dead", host_dead)				\
	S("the host has what was returned", host_has_it)		\
	S("nothing cold: no timer", nothing_cold)			\
	S("an idle hour: no wake-up", idle_hour)			\
	S("used as the watch ends", used_as_watch_ends)			\
	S("changed at any moment", changed_at_any_moment)		\
	S("off when the timer is due", off_when_timer_is_due)		\
	S("frozen in a run", frozen)					\
	S("stuck pages", stuck)						\
	S("large pages that are stuck", large_and_stuck)		\
	S("pages that are written", written)				\
	S("memory that is not of files", not_of_files)			\
	S("pages that wait for an LRU list", waiting_pages)		\
	S("nothing cold: no CPU is disturbed", no_drain_in_vain)	\
	S("used in the last moment", used_at_last)			\
	S("locked by others", locked_by_others)				\
	S("off within a step", off_within_a_step)			\
	S("used while it was stuck", used_while_stuck)			\
	S("memory.low", memory_low)					\
	S("no cgroups", without_cgroups)				\
	S("memory goes offline", goes_offline)				\
	S("memory comes online", comes_online)				\
	S("no memory", no_memory)					\
	S("no memory for nodes", no_memory_for_nodes)			\
	S("dentries and inodes", slabs)					\
	S("dentries and inodes: nothing was returned", slabs_of_nothing) \
	S("dentries and inodes in use", slabs_in_use)			\
	S("dentries and inodes of cgroups", slabs_of_cgroups)		\
	S("dentries and inodes of a removed cgroup", slabs_of_removed)	\
	S("dentries and inodes that are shared", slabs_that_are_shared)	\
	S("dentries and inodes are wanted", slabs_without_pressure)	\
	S("dentries and inodes, never idle", slabs_never_idle)		\
	S("off in a step over inodes", off_in_slabs)

#define DECLARE_SCENARIO(name, function)	void function(void);
SCENARIOS(DECLARE_SCENARIO)

#endif
