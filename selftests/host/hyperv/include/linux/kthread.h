/* SPDX-License-Identifier: GPL-2.0 */
/* The one kernel thread of the balloon driver, see ../../shim.c */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/sched.h>

struct task_struct *kthread_run(int (*fn)(void *data), void *data,
				const char *name);
bool kthread_should_stop(void);
int kthread_stop(struct task_struct *task);

#endif
