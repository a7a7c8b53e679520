/* SPDX-License-Identifier: GPL-2.0 */
/* The host's side of dynamic memory, and the log, as tests see them */
#ifndef _CHANNEL_H
#define _CHANNEL_H

#include <linux/sched.h>

/**
 * struct dm_host - what the host does about the driver's messages
 * @open_fails: the channel cannot be opened
 * @refuses_versions: all of them
 * @refuses_capabilities: those that the driver has
 * @silent: it never answers
 */
struct dm_host {
	bool open_fails;
	bool refuses_versions;
	bool refuses_capabilities;
	bool silent;

	/* private */
	unsigned long ballooned;	/* pages */
	unsigned int messages, statuses;
	unsigned int balloon_done, unballoon_done, hot_add_done;
	unsigned long hot_added;	/* pages that the guest says it has added */
};

extern struct dm_host dm;

/** channel_start - add the task that delivers the host's messages */
void channel_start(void);

/** channel_plug - the device appears; returns what probing it returns */
int channel_plug(void);

/** channel_unplug - the device is removed */
void channel_unplug(void);

/** channel_suspend, channel_resume - where the driver can, else 0 */
int channel_suspend(void);
int channel_resume(void);

/* The host asks for memory, in pages, gives all of it back, and adds some */
void dm_balloon(unsigned int pages);
void dm_unballoon(void);
void dm_hot_add(unsigned long pfn, unsigned long pages);

#endif
