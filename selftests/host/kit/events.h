/* SPDX-License-Identifier: GPL-2.0 */
/* The trace events of page reporting, in a test that is not about them */
#ifndef _EVENTS_H
#define _EVENTS_H

/* How many reports have failed, as the trace events say */
extern unsigned long events_of_failure;

#endif
