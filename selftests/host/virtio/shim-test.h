/* SPDX-License-Identifier: GPL-2.0 */
/* What a test does to the shims */
#ifndef _SHIM_TEST_H
#define _SHIM_TEST_H

/** balloon_work_start - add the task that does the balloon's works */
void balloon_work_start(void);

/** balloon_work_freeze - keep works from starting, wait for what is at work */
void balloon_work_freeze(void);
void balloon_work_thaw(void);

/** balloon_works - how many works are pending or at work */
unsigned int balloon_works(void);

/** memory_is_short - ask the balloon for memory, the way that its base does */
void memory_is_short(void);

#endif
