/* SPDX-License-Identifier: GPL-2.0 */
/* The VMBus: one channel of one device, see ../../channel.c */
#ifndef _LINUX_HYPERV_H
#define _LINUX_HYPERV_H

#if __has_include(<asm/hyperv-tlfs.h>)
#include <asm/hyperv-tlfs.h>
#else
#include <hyperv/hvhdk.h>
#endif

#define VM_PKT_DATA_INBAND	6
#define VMBUS_RING_SIZE(size)	(size)

struct vmbus_channel {
	unsigned int max_pkt_size;
	int callback_event;		/* a tasklet */
};

struct hv_device {
	struct vmbus_channel *channel;
	void *drvdata;
};

struct hv_vmbus_device_id {
	int guid;
};

#define HV_DM_GUID		1

struct hv_driver {
	const char *name;
	const struct hv_vmbus_device_id *id_table;
	int (*probe)(struct hv_device *dev, const struct hv_vmbus_device_id *id);
	int (*remove)(struct hv_device *dev);
	int (*suspend)(struct hv_device *dev);
	int (*resume)(struct hv_device *dev);
	struct {
		int probe_type;
	} driver;
};

#define PROBE_PREFER_ASYNCHRONOUS	1

int vmbus_driver_register(struct hv_driver *driver);
int vmbus_open(struct vmbus_channel *channel, u32 send_size, u32 recv_size,
	       void *userdata, u32 userdata_len,
	       void (*callback)(void *context), void *context);
void vmbus_close(struct vmbus_channel *channel);
int vmbus_sendpacket(struct vmbus_channel *channel, void *buffer, u32 len,
		     u64 id, int type, u32 flags);
int vmbus_recvpacket(struct vmbus_channel *channel, void *buffer, u32 size,
		     u32 *len, u64 *id);

#define hv_set_drvdata(dev, data)	((void)((dev)->drvdata = (data)))
#define hv_get_drvdata(dev)		((dev)->drvdata)

/* Of 6.1 only */
#define tasklet_disable(tasklet)	do { } while (0)
#define tasklet_enable(tasklet)		do { } while (0)
/* The host's pages have 4 KiB, whatever the guest's have */
#define NR_HV_HYP_PAGES_IN_PAGE		(PAGE_SIZE / 4096)
#define page_to_hvpfn(page)		(page_to_pfn(page) * NR_HV_HYP_PAGES_IN_PAGE)

#endif
