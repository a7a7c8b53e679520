/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks that use memory beside a test, and look whether it stays theirs */
#ifndef _USERS_H
#define _USERS_H

#include <linux/mm.h>

/* Jiffies between two operations of one of them, at most */
extern unsigned int users_idle;
/* What each looks at after an operation besides all pages, or NULL */
extern void (*users_check)(void);

/**
 * users_start - two tasks begin to take and free blocks
 * @zone: whence
 * @blocks: how many blocks they hold at most
 * @orders: the blocks are of orders below this
 */
void users_start(struct zone *zone, unsigned int blocks, unsigned int orders);

/* users_stop - they end, and keep what they hold */
void users_stop(void);

/* users_free - what they hold is theirs still, and is free then */
void users_free(void);

#endif
