/* SPDX-License-Identifier: GPL-2.0 */
/* What virtio, its ring and the balloon need of a kernel, beyond ../sim/include */
#ifndef _SHIM_H
#define _SHIM_H

#include <linux/types.h>
#include <linux/mm.h>
#include <uapi/linux/virtio_ring.h>

/* The language */
#define __force
#define __exit
#define likely(x)		(x)
#define unlikely(x)		(x)
#define uninitialized_var(x)	x
#define typecheck(type, x)	1
#define data_race(x)		(x)
#define might_sleep()		BUG_ON(in_critical_section())
#define BUG()			failed("%s:%d", __FILE__, __LINE__)
#define BUILD_BUG_ON(c)		BUG_ON(c)
#define WARN_ON(c)		({ bool _c = (c); BUG_ON(_c); _c; })
#define panic(...)		failed(__VA_ARGS__)
#define container_of_const	container_of
#define ALIGN(x, a)		round_up(x, (typeof(x))(a))
#define PAGE_ALIGN(x)		ALIGN(x, PAGE_SIZE)

/* 1 where CONFIG_X is defined to be 1, 0 where it is not defined */
#define IS_ENABLED(option)	ENABLED(option)
#define ENABLED(value)		ENABLED_ARGS(VALUE_##value)
#define ENABLED_ARGS(args)	SECOND(args, 0, 0)
#define SECOND(a, b, ...)	b
#define VALUE_1			0, 1

/* Of queues that this device does not have */
struct completion {
	unsigned int done;
};

bool in_critical_section(void);
void sleep_until(unsigned long when);

#define IS_ERR(p)		((unsigned long)(p) >= -4095UL)
#define PTR_ERR(p)		((long)(p))
#define ERR_PTR(err)		((void *)(long)(err))

static inline bool test_and_clear_bit(int n, unsigned long *word)
{
	bool was = *word & BIT(n);

	*word &= ~BIT(n);
	return was;
}

static inline bool set_own_bit(int n, unsigned long *word)
{
	bool was = *word & BIT(n);

	*word |= BIT(n);
	return was;
}

/* Those of a driver are no cache line that the allocator waits for */
#define test_and_set_bit(n, word)	set_own_bit(n, word)
#define clear_bit(n, word)	((void)(*(word) &= ~BIT(n)))

#ifndef is_power_of_2
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))
#endif

/* Words as they lie in memory: both sides are little-endian here */
#define le16_to_cpu(x)		(x)
#define le32_to_cpu(x)		(x)
#define le64_to_cpu(x)		(x)
#define cpu_to_le16(x)		(x)
#define cpu_to_le32(x)		(x)
#define cpu_to_le64(x)		(x)
#define be16_to_cpu(x)		__builtin_bswap16(x)
#define be32_to_cpu(x)		__builtin_bswap32(x)
#define be64_to_cpu(x)		__builtin_bswap64(x)
#define cpu_to_be16(x)		__builtin_bswap16(x)
#define cpu_to_be32(x)		__builtin_bswap32(x)
#define cpu_to_be64(x)		__builtin_bswap64(x)

/*
 * A barrier is where the other side's view matters: the host reads what the
 * guest has written so far, and writes what it likes.
 */
void host_barrier(void);
#define mb()			host_barrier()
#define virt_mb()		host_barrier()
#define virt_rmb()		host_barrier()
#define virt_wmb()		host_barrier()
#define dma_rmb()		host_barrier()
#define dma_wmb()		host_barrier()
#define virt_store_mb(var, value) \
	do { WRITE_ONCE(var, value); host_barrier(); } while (0)

/* Modules, logs */
#define EXPORT_SYMBOL(name)
#define MODULE_LICENSE(x)
#define MODULE_DESCRIPTION(x)
#define MODULE_DEVICE_TABLE(type, table)
#define THIS_MODULE		NULL
#define KBUILD_MODNAME		"virtio_balloon"
#define core_initcall(fn)	int init_##fn(void) { return fn(); }
#define module_exit(fn)
#define module_driver(driver, add, remove) \
	int init_##driver(void) { return add(&(driver)); }
#define pr_debug(...)		do { } while (0)
#define dev_err(dev, ...)	log_line(__VA_ARGS__)
#define dev_warn(dev, ...)	log_line(__VA_ARGS__)
#define dev_info(dev, ...)	log_line(__VA_ARGS__)
#define dev_info_ratelimited(dev, ...)	log_line(__VA_ARGS__)

/* Devices and their one bus, with one driver, see shim.c */
struct attribute {
	int unused;
};

struct attribute_group;
struct device;

struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr,
			char *buf);
};

#define DEVICE_ATTR_RO(name) \
	struct device_attribute dev_attr_##name = { .show = name##_show }
#define ATTRIBUTE_GROUPS(name) \
	static const struct attribute_group *name##_groups[] = { NULL }

struct kobj_uevent_env;
#define add_uevent_var(env, ...)	0

struct device_driver;

struct bus_type {
	const char *name;
	int (*match)(struct device *dev, struct device_driver *driver);
	const struct attribute_group **dev_groups;
	int (*uevent)(struct device *dev, struct kobj_uevent_env *env);
	int (*probe)(struct device *dev);
	void (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
	const struct cpumask *(*irq_get_affinity)(struct device *dev,
						  unsigned int irq);
	int (*num_vf)(struct device *dev);
};

struct device_driver {
	const char *name;
	void *owner;
	struct bus_type *bus;
};

struct device {
	struct device *parent;
	struct bus_type *bus;
	struct device_driver *driver;
	void *of_node;
	bool awake;
};

#define bus_register(bus)	0
#define bus_unregister(bus)	do { } while (0)
int driver_register(struct device_driver *driver);
#define driver_unregister(driver)	do { } while (0)
#define device_initialize(dev)	do { } while (0)
int device_add(struct device *dev);
void device_unregister(struct device *dev);
#define dev_set_name(...)	0
#define dev_num_vf(dev)		0

static inline int ida_first(struct ida *ida)
{
	unsigned int id = 0;

	while (ida->set[id])
		id++;
	return ida_alloc_range(ida, id, id, GFP_KERNEL);
}

#define ida_simple_get(ida, ...)	ida_first(ida)
#define ida_alloc(ida, gfp)	ida_first(ida)
#define ida_simple_remove(ida, id)	ida_free(ida, id)
#define ida_destroy(ida)	do { } while (0)

struct device_node;
#define dev_of_node(dev)	((struct device_node *)NULL)
#define of_get_available_child_count(np)	0
#define of_get_next_available_child(np, prev)	((struct device_node *)NULL)
#define of_device_is_compatible(np, name)	0
#define of_node_put(np)		do { } while (0)

struct virtio_device_id {
	u32 device;
	u32 vendor;
};

#define VIRTIO_DEV_ANY_ID	0xffffffffu

struct irq_affinity;
struct cpumask;
typedef int irqreturn_t;
#define IRQ_NONE		0
#define IRQ_HANDLED		1

/* Locks and waits */
#define spin_lock_init(lock)	((void)((lock)->owner = NULL))
#define spin_lock(lock)		spin_lock_irq(lock)
#define spin_unlock(lock)	spin_unlock_irq(lock)
#define mutex_init(mutex)	((void)((mutex)->owner = NULL))
#define mutex_destroy(mutex)	do { } while (0)
#define init_waitqueue_head(wq)	((void)((wq)->woken = 0))
#define wait_event(wq, condition) \
	do { while (!(condition)) sleep_on(&(wq), ULONG_MAX); } while (0)
#define msleep(ms)		sleep_until(jiffies + msecs_to_jiffies(ms))
#define synchronize_rcu()	do { } while (0)

/* Works of one kind; all but the core's own, which machine.c does */
#define WQ_FREEZABLE		0
#define WQ_CPU_INTENSIVE	0
#define INIT_WORK(work, fn)	((void)((work)->func = (fn)))
#define alloc_workqueue(...)	((struct workqueue_struct *)1)
#define destroy_workqueue(wq)	do { } while (0)
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);

/* Memory of the kernel's own */
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;

#define __GFP_HIGHMEM		0u
#define __GFP_ZERO		0u
#define __GFP_NOMEMALLOC	0u
#define kmalloc(size, gfp)	(allocation_fails ? NULL : malloc(size))
#define kmalloc_array(n, size, gfp)	kmalloc((n) * (size), gfp)
/* From 7.0 on, all may leave out the gfp */
#define kmalloc_objs(type, n, ...)	kmalloc((n) * sizeof(type), )
#define kmalloc_obj(type, ...)	kmalloc_objs(type, 1)
#define kzalloc_obj(type, ...)	kzalloc(sizeof(type), )
#define DMA_ATTR_DEBUGGING_IGNORE_CACHELINES	0
void *alloc_pages_exact(size_t size, gfp_t gfp);
#define free_pages_exact(p, size)	free(p)
#define virt_to_phys(p)		((phys_addr_t)(uintptr_t)(p))

/* A buffer is pages of the model's, or memory of this program at its address */
static inline void sg_init_one(struct scatterlist *sg, void *buf,
			       unsigned int length)
{
	*sg = (struct scatterlist) { .buf = buf, .length = length, .end = true };
}

static inline struct scatterlist *sg_next(struct scatterlist *sg)
{
	return sg->end ? NULL : sg + 1;
}

#define sg_phys(sg) \
	((sg)->buf ? virt_to_phys((sg)->buf) : \
		     (phys_addr_t)page_to_pfn((sg)->page) << PAGE_SHIFT)

/* There is no IOMMU: nothing of this is called */
enum dma_data_direction {
	DMA_BIDIRECTIONAL,
	DMA_TO_DEVICE,
	DMA_FROM_DEVICE,
};

#define sg_dma_address(sg)	(BUG(), (dma_addr_t)0)
#define DMA_MAPPING_ERROR	(~(dma_addr_t)0)
#define xen_domain()		false
#define kmsan_handle_dma(...)	do { } while (0)
#define dma_map_page(...)	(BUG(), (dma_addr_t)0)
#define dma_map_single(...)	(BUG(), (dma_addr_t)0)
#define dma_map_single_attrs(...)	(BUG(), (dma_addr_t)0)
#define dma_map_page_attrs(...)	(BUG(), (dma_addr_t)0)
#define dma_unmap_page(...)	BUG()
#define dma_unmap_page_attrs(...)	BUG()
#define dma_unmap_single(...)	BUG()
#define dma_unmap_single_attrs(...)	BUG()
#define dma_mapping_error(...)	(BUG(), 0)
#define dma_alloc_coherent(...)	(BUG(), NULL)
#define dma_free_coherent(...)	BUG()
#define dma_max_mapping_size(dev)	SIZE_MAX
#define dma_need_sync(...)	false
#define is_vmalloc_addr(p)	false
#define dev_WARN_ONCE(dev, condition, ...)	(condition)
#define virt_to_page(p)		(BUG(), (struct page *)NULL)
#define offset_in_page(p)	(BUG(), 0UL)
#define dma_sync_single_range_for_cpu(...)	BUG()
#define dma_sync_single_range_for_device(...)	BUG()

/* Wakeup events are for suspend while the system runs. Here, it is frozen */
#define device_set_wakeup_capable(dev, capable)	do { } while (0)
#define pm_stay_awake(dev)	((dev)->awake = true)
#define pm_relax(dev)		((dev)->awake = false)

/* What the balloon asks about memory, and the pages in it */
extern bool page_poisoning, init_on_free;
extern u8 page_poison;
#define PAGE_POISON		page_poison
#define page_poisoning_enabled()	page_poisoning
#define page_poisoning_enabled_static()	page_poisoning
#define want_init_on_free()	init_on_free
#define all_vm_events(events)	memset(events, 0, sizeof(events))
#define si_mem_available()	0L
#define global_node_page_state(item)	0UL
#define adjust_managed_page_count(page, n)	do { } while (0)

/* The core is the first to ask for it */
int model_register_oom_notifier(struct notifier_block *nb);
#define register_oom_notifier(nb)	model_register_oom_notifier(nb)
#define unregister_oom_notifier(nb)	((void)(balloon_oom = NULL))
extern struct notifier_block *balloon_oom;

struct shrink_control {
	unsigned long nr_to_scan;
};

struct shrinker {
	unsigned long (*scan_objects)(struct shrinker *shrinker,
				      struct shrink_control *sc);
	unsigned long (*count_objects)(struct shrinker *shrinker,
				       struct shrink_control *sc);
	int seeks;
	void *private_data;
};

/* 6.12 allocates it, others have it in the driver */
struct shrinker *shrinker_alloc(unsigned int flags, const char *name);
#define shrinker_register(s)	((void)(balloon_shrinker = (s)))
#define shrinker_free(s)	(balloon_shrinker = NULL, free(s))
#define DEFAULT_SEEKS		2
#define register_shrinker(s, ...)	(balloon_shrinker = (s), 0)
#define unregister_shrinker(s)	((void)(balloon_shrinker = NULL))
extern struct shrinker *balloon_shrinker;

struct balloon_dev_info {
	struct list_head pages;
	bool adjust_managed_page_count;
};

struct page *balloon_page_alloc(void);
void put_page(struct page *page);

static inline void balloon_devinfo_init(struct balloon_dev_info *balloon)
{
	INIT_LIST_HEAD(&balloon->pages);
}

static inline void balloon_page_push(struct list_head *pages, struct page *page)
{
	list_add(&page->lru, pages);
}

static inline struct page *balloon_page_pop(struct list_head *pages)
{
	struct page *page = list_first_entry_or_null(pages, struct page, lru);

	if (page)
		list_del(&page->lru);
	return page;
}

#define balloon_page_enqueue(b, page)	balloon_page_push(&(b)->pages, page)
#define balloon_page_dequeue(b)		balloon_page_pop(&(b)->pages)

/* The host never asks for hints: the memory for them is none */
#define alloc_pages(gfp, order)	((struct page *)NULL)
#define free_pages(address, order)	do { } while (0)
#define __free_pages(page, order)	do { } while (0)
#define page_address(page)	((void *)(page))

#endif
