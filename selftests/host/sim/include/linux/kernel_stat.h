/* SPDX-License-Identifier: GPL-2.0 */
/* CPUs and their time, see idle_machine.c */
#ifndef _LINUX_KERNEL_STAT_H
#define _LINUX_KERNEL_STAT_H

#include <linux/sched.h>

#define NR_CPUS			256
enum cpu_usage_stat { CPUTIME_IDLE, CPUTIME_IOWAIT, CPUTIME_STEAL, NR_STATS };

struct kernel_cpustat {
	u64 cpustat[NR_STATS];
};

bool cpu_online(int cpu);
unsigned int num_online_cpus(void);

enum { CPUHP_AP_ONLINE_DYN };
int cpuhp_setup_state_nocalls(int state, const char *name,
			      int (*comes)(unsigned int cpu),
			      int (*goes)(unsigned int cpu));
#define for_each_online_cpu(cpu) \
	for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++) if (cpu_online(cpu))

/* Either these two tell idle time, or the first returns -1 and the third does */
u64 get_cpu_idle_time_us(int cpu, u64 *last_update);
u64 get_cpu_iowait_time_us(int cpu, u64 *last_update);
struct kernel_cpustat kcpustat_cpu(int cpu);

/* Is nobody else waiting for this CPU? A test decides */
bool single_task_running(void);
/* In percent of the time somebody has waited for a CPU or for memory */
unsigned int pressure_percent(void);

#endif
