/* SPDX-License-Identifier: GPL-2.0 */
/* The one kernel thread, see idle_machine.c */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/sched.h>

#define ERR_PTR(err)		((void *)(long)(err))
#define PTR_ERR(ptr)		((int)(long)(ptr))
#define IS_ERR(ptr)		((unsigned long)(ptr) >= -4095UL)

struct task_struct *kthread_run(int (*fn)(void *data), void *data,
				const char *name);
#define kthread_should_stop()	false
void set_user_nice(struct task_struct *task, int nice);

void preempt_disable(void);
void preempt_enable(void);

#endif
