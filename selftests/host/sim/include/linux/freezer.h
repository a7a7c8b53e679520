/* SPDX-License-Identifier: GPL-2.0 */
/* The freezer, of one thread, see idle_machine.c */
#ifndef _LINUX_FREEZER_H
#define _LINUX_FREEZER_H

#include <linux/sched.h>

void set_freezable(void);
bool freezing(struct task_struct *task);
/* Until @wq is woken, or as long as the thread is frozen */
void freezable_sleep_on(struct wait_queue_head *wq);
#define wait_event_freezable(wq, condition) \
	do { while (!(condition)) freezable_sleep_on(&(wq)); } while (0)

#endif
