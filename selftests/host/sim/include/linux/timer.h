/* SPDX-License-Identifier: GPL-2.0 */
/* Timers, which a task of their own runs, see idle_machine.c */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/sched.h>

struct timer_list {
	void (*function)(struct timer_list *timer);
	struct list_head entry;		/* of timers that are pending */
	unsigned long expires;
	bool pending;
};

#define DEFINE_TIMER(name, fn)	struct timer_list name = { .function = fn }
void mod_timer(struct timer_list *timer, unsigned long expires);
bool del_timer_sync(struct timer_list *timer);

#endif
