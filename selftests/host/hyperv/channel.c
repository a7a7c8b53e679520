// SPDX-License-Identifier: GPL-2.0
/*
 * The VMBus with one device, dynamic memory, and the host at its other end: it
 * accepts what the driver offers, takes memory and gives it back.
 */
#include <linux/hyperv.h>

#include "buddy.h"
#include "channel.h"
#include "machine.h"
#include "model.h"

#define MAX_MESSAGES		16
#define MAX_RANGES		400

/* The messages, by number, and those of which more than the header is read */
enum {
	VERSION_REQUEST = 1,
	VERSION_RESPONSE,
	CAPABILITIES,
	CAPABILITIES_RESPONSE,
	STATUS,
	BALLOON_REQUEST,
	BALLOON_RESPONSE,
	UNBALLOON_REQUEST,
	UNBALLOON_RESPONSE,
	HOT_ADD_REQUEST,
	HOT_ADD_RESPONSE,
};

struct message {
	u16 type;
	u16 size;
	u32 id;
	union {
		u64 accepted;
		u32 words[1000];
		u64 range;
		struct {
			u32 more;	/* bit 0; above it how many ranges follow */
			u32 count;	/* or here */
			u64 ranges[400];
		};
	};
} __packed;

#define RANGE(pfn, pages)	((u64)(pfn) | (u64)(pages) << 40)
#define RANGE_START(r)		((r) & ((1ull << 40) - 1))
#define RANGE_PAGES(r)		((r) >> 40)

struct dm_host dm;

static struct hv_driver *driver;
static struct vmbus_channel channel;
static struct hv_device device = { .channel = &channel };
static void (*callback)(void *context);
static void *context;
static bool calling;
static struct wait_queue_head channel_wait, called;

static struct message queue[MAX_MESSAGES];
static unsigned int first, last;
static u64 taken[MAX_RANGES];
static unsigned int nr_taken;

static void send(struct message *m, u16 type, unsigned int size)
{
	m->type = type;
	m->size = size;
	BUG_ON(last - first == MAX_MESSAGES);
	queue[last++ % MAX_MESSAGES] = *m;
	wake_up_all(&channel_wait);
}

static void host_task(void)
{
	for (;;) {
		if (first == last || !callback) {
			sleep_on(&channel_wait, ULONG_MAX);
			continue;
		}
		calling = true;
		callback(context);
		calling = false;
		wake_up_all(&called);
		yield();
	}
}

void channel_start(void)
{
	task_start("host", host_task);
}

int vmbus_driver_register(struct hv_driver *hv_driver)
{
	driver = hv_driver;
	return 0;
}

int vmbus_open(struct vmbus_channel *ch, u32 send_size, u32 recv_size,
	       void *userdata, u32 userdata_len, void (*fn)(void *context),
	       void *data)
{
	if (dm.open_fails)
		return -EIO;
	BUG_ON(callback);
	first = last;
	callback = fn;
	context = data;
	return 0;
}

void vmbus_close(struct vmbus_channel *ch)
{
	callback = NULL;
	while (calling)
		sleep_on(&called, ULONG_MAX);
}

int vmbus_recvpacket(struct vmbus_channel *ch, void *buffer, u32 size,
		     u32 *len, u64 *id)
{
	*len = 0;
	if (first == last)
		return 0;
	*len = queue[first % MAX_MESSAGES].size;
	memcpy(buffer, &queue[first++ % MAX_MESSAGES],
	       min_t(u32, size, sizeof(struct message)));
	return 0;
}

static void take(const struct message *m)
{
	unsigned int i, n = m->count >> 1;

	for (i = 0; i < n; i++) {
		BUG_ON(nr_taken == MAX_RANGES);
		taken[nr_taken++] = m->ranges[i];
		dm.ballooned += RANGE_PAGES(m->ranges[i]);
	}
	if (!(m->count & 1))
		dm.balloon_done++;
}

int vmbus_sendpacket(struct vmbus_channel *ch, void *buffer, u32 len, u64 id,
		     int type, u32 flags)
{
	const struct message *m = buffer;
	struct message answer = { };

	/* The stock driver closes the channel before it stops its thread */
	if (!callback)
		return -ENODEV;
	if (len != m->size || type != VM_PKT_DATA_INBAND)
		failed("message %u of %u bytes, of type %d", m->type, len, type);
	dm.messages++;
	if (dm.silent)
		return 0;
	switch (m->type) {
	case VERSION_REQUEST:
		answer.accepted = !dm.refuses_versions;
		send(&answer, VERSION_RESPONSE, 16);
		break;
	case CAPABILITIES:
		answer.accepted = !dm.refuses_capabilities;
		send(&answer, CAPABILITIES_RESPONSE, 16);
		break;
	case STATUS:
		dm.statuses++;
		break;
	case BALLOON_RESPONSE:
		take(m);
		break;
	case UNBALLOON_RESPONSE:
		dm.unballoon_done++;
		break;
	case HOT_ADD_RESPONSE:
		dm.hot_added += m->words[0];
		dm.hot_add_done++;
		break;
	default:
		failed("message %u", m->type);
	}
	return 0;
}

void dm_balloon(unsigned int pages)
{
	struct message m = { .words = { pages } };

	send(&m, BALLOON_REQUEST, 16);
}

void dm_unballoon(void)
{
	struct message m = { .count = nr_taken };

	memcpy(m.ranges, taken, nr_taken * sizeof(taken[0]));
	nr_taken = 0;
	dm.ballooned = 0;
	send(&m, UNBALLOON_REQUEST, 16 + 8 * m.count);
}

void dm_hot_add(unsigned long pfn, unsigned long pages)
{
	struct message m = { .range = RANGE(pfn, pages) };

	send(&m, HOT_ADD_REQUEST, 16);
}

/* Of 6.1 only */
bool hv_is_hibernation_supported(void)
{
	return false;
}

int channel_plug(void)
{
	return driver->probe(&device, driver->id_table);
}

void channel_unplug(void)
{
	driver->remove(&device);
	if (callback)
		failed("the channel is left open");
}

int channel_suspend(void)
{
	return driver->suspend ? driver->suspend(&device) : 0;
}

int channel_resume(void)
{
	return driver->resume ? driver->resume(&device) : 0;
}
