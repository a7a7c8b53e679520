/* SPDX-License-Identifier: GPL-2.0 */
/* What the balloon driver and two headers of Hyper-V need of a kernel, beyond ../sim/include */
#ifndef _SHIM_H
#define _SHIM_H

#include <linux/types.h>
#include <linux/mm.h>

/* The language */
#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))
#define __percpu
#define __force
#define likely(x)		(x)
#define unlikely(x)		(x)
#define BUG()			failed("%s:%d", __FILE__, __LINE__)
#define BUILD_BUG_ON(c)		((void)sizeof(char[1 - 2 * !!(c)]))
#define WARN_ON(c)		({ bool _c = (c); BUG_ON(_c); _c; })
#define spin_is_locked(lock)	((lock)->owner)
#define GENMASK_ULL(h, l)	((~0ULL >> (63 - (h))) & (~0ULL << (l)))
#define U64_MAX			UINT64_MAX
#define S_IRUGO			0444
#define S_IWUSR			0200
typedef u64 phys_addr_t;

/* 1 where CONFIG_X is defined to be 1, 0 where it is not defined */
#define IS_ENABLED(option)	ENABLED(option)
#define ENABLED(value)		ENABLED_ARGS(VALUE_##value)
#define ENABLED_ARGS(args)	SECOND(args, 0, 0)
#define SECOND(a, b, ...)	b
#define VALUE_1			0, 1

#define static_assert(c, ...)	_Static_assert(c, #c)
#define DECLARE_FLEX_ARRAY(type, name) \
	struct { struct { } before_##name; type name[]; }
#define __TRAILING_OVERLAP(type, name, array, attributes, members) \
	union { type name; struct { char before_##array[offsetof(type, array)]; members } attributes; }

#define IS_ERR(p)		((unsigned long)(p) >= -4095UL)
#define PTR_ERR(p)		((long)(p))
#define SZ_4K			4096u
#ifndef SZ_1M
#define SZ_1M			(1u << 20)
#endif

#ifndef ALIGN
#define ALIGN(x, a)		(((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#endif
#define ALIGN_DOWN(x, a)	((x) & ~((typeof(x))(a) - 1))
#define umin(a, b)		min((u64)(a), (u64)(b))

#define atomic_inc_return(a)	(++(a)->v)
#define cmpxchg(p, old, new)	(*(p) == (old) ? (*(p) = (new), (old)) : *(p))
#define mb()			do { } while (0)

/* Modules, parameters, logs */
#define KBUILD_MODNAME		"hv_balloon"
#define EXPORT_SYMBOL_GPL(name)
#define MODULE_LICENSE(x)
#define MODULE_DESCRIPTION(x)
#define MODULE_DEVICE_TABLE(type, table)
#define module_init(fn)		int init_##fn(void) { return fn(); }
extern const struct kernel_param_ops param_ops_bool, param_ops_uint;
#undef pr_info
#undef pr_err
#undef pr_warn
#define pr_info(text, ...)	log_line(pr_fmt(text), ##__VA_ARGS__)
#define pr_err			pr_info
#define pr_warn			pr_info
#define pr_warn_ratelimited	pr_info
#define pr_debug(...)		do { } while (0)
#define pr_err_once(...) \
	do { static bool _said; if (!_said) pr_err(__VA_ARGS__); _said = true; } while (0)

#define TP_PROTO(...)		__VA_ARGS__
#define TRACE_EVENT(event, proto, ...)	static inline void trace_##event(proto) { }

struct pt_regs;
struct device;

/* How the CPU makes a hypercall. x86: by a page, registers that are not used */
#ifdef __x86_64__
#define CALL_NOSPEC		"call *%[thunk_target]\n"
#define THUNK_TARGET(address)	[thunk_target] "r" (address)
#define ASM_CALL_CONSTRAINT	"+r" (current_stack_pointer)
/* From 6.18 on, by a function that is chosen once */
#define DECLARE_STATIC_CALL(name, function)	u64 function(u64 control, u64 in, u64 out)
#define static_call_mod(name)	hv_std_hypercall
#define STATIC_CALL_TRAMP_STR(name)	"hypercall_page"
struct fxregs_state {
	u32 unused[128];
};
register unsigned long current_stack_pointer asm("rsp");
#else
/* arm64: a function of the hypervisor's, numbered as Arm's SMC Calling Convention has it */
#define ARM_SMCCC_STD_CALL	0u
#define ARM_SMCCC_SMC_64	1u
#define ARM_SMCCC_OWNER_VENDOR_HYP	6u
#define ARM_SMCCC_CALL_VAL(type, width, owner, number) \
	((type) << 31 | (width) << 30 | (owner) << 24 | (number))
struct arm_smccc_res {
	unsigned long a0;
};

#define arm_smccc_1_1_hvc(function, control, input, output, res) \
	((void)((res)->a0 = model_hvc(function, control, input, output)))
u64 model_hvc(u32 function, u64 control, u64 input, u64 output);
#endif
#define virt_to_phys(p)		model_virt_to_phys(p)
phys_addr_t model_virt_to_phys(const volatile void *p);
#define rdmsrl(msr, value)	((void)((value) = 0))
#define wrmsrl(msr, value)	((void)(value))
#define touch_nmi_watchdog()	do { } while (0)
#define DECLARE_STATIC_KEY_TRUE(name)	extern struct static_key_false name
u32 cpuid_eax(u32 leaf);
u32 cpuid_ebx(u32 leaf);
u32 cpuid_ecx(u32 leaf);
u32 cpuid_edx(u32 leaf);

/* Interrupts make hypercalls too: what they write is written when they are on */
void model_irq_off(void);
void model_irq_on(void);
void *model_this_cpu(void *variable);
#define local_irq_save(flags)	((flags) = 0, model_irq_off())
#define local_irq_restore(flags)	((void)(flags), model_irq_on())
#define this_cpu_ptr(variable)	((typeof(variable))model_this_cpu(variable))
#define get_cpu()		model_irq_off()
#define put_cpu()		model_irq_on()
#define preemptible()		false
#define smp_processor_id()	0
struct cpumask;
#define for_each_cpu(cpu, mask)	for ((cpu) = 0; (cpu) < 1; (cpu)++)

/* Locks, waits, works */
#define spin_lock_init(lock)	((void)((lock)->owner = NULL))

/* 6.12: locked until the end of the block. There is only this kind */
static inline spinlock_t *guard_lock(spinlock_t *lock)
{
	unsigned long flags;

	spin_lock_irqsave(lock, flags);
	(void)flags;
	return lock;
}

static inline void guard_unlock(spinlock_t **lock)
{
	unsigned long flags = 0;

	spin_unlock_irqrestore(*lock, flags);
	(void)flags;
}

#define GUARDED(name)		spinlock_t *name __attribute__((cleanup(guard_unlock), unused))
#define guard(kind)		GUARDED(_guard) = guard_lock
#define scoped_guard(kind, lock) \
	for (bool _once = true; _once; ) \
		for (GUARDED(_guard) = guard_lock(lock); _once; _once = false)

struct completion {
	unsigned int done;
	struct wait_queue_head wq;
};

#define init_completion(c)	((void)((c)->done = 0, (c)->wq.woken = 0))
#define reinit_completion(c)	((void)((c)->done = 0))
#define complete(c)		((void)((c)->done++, wake_up_all(&(c)->wq)))
#define wait_for_completion_timeout(c, timeout) \
	wait_event_timeout((c)->wq, (c)->done && ((c)->done--, true), timeout)
#define wait_for_completion_interruptible_timeout wait_for_completion_timeout
#define time_after(a, b)	((long)((b) - (a)) < 0)
void sleep_until(unsigned long when);
#define msleep(ms)		sleep_until(jiffies + msecs_to_jiffies(ms))

#define system_wq		((struct workqueue_struct *)1)
#define INIT_WORK(work, fn)	((void)((work)->func = (fn)))
#define DECLARE_WORK(name, fn)	struct work_struct name = { .func = (fn) }
#define schedule_work(work)	queue_work(system_wq, work)
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);

/* Memory */
#define __GFP_NOMEMALLOC	0u
#define GFP_HIGHUSER		0u
#define kmalloc(size, gfp)	(allocation_fails ? NULL : malloc(size))
#define GFP_ATOMIC		0u
#define PFN_PHYS(pfn)		((phys_addr_t)(pfn) << PAGE_SHIFT)
#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define sg_phys(sg)		page_to_phys(sg_page(sg))
#define for_each_sg(list, sg, n, i) \
	for ((i) = 0, (sg) = (list); (i) < (n); (i)++, (sg)++)

extern bool page_poisoning;
#define PAGE_POISON		0xaa
#define page_poisoning_enabled()	page_poisoning
#define page_poisoning_enabled_static()	page_poisoning

struct page *model_alloc_pages(unsigned int order);
void model_free_page(struct page *page);
#define alloc_pages(gfp, order)	model_alloc_pages(order)
#define split_page(page, order)	do { } while (0)
#define __free_page(page)	model_free_page(page)
#define adjust_managed_page_count(page, n)	do { } while (0)
#define kzalloc_obj(type, ...)	kzalloc(sizeof(type), )
#define vm_memory_committed()	0UL
#define si_mem_available()	((long)zone_page_state(zones[0], NR_FREE_PAGES))
#ifdef TOTALRAM_PAGES_IS_A_FUNCTION
#define totalram_pages()	(zones[0]->present_pages)
#else
#define totalram_pages		(zones[0]->present_pages)
#endif

/* Memory that comes while the system runs, see shim.c */
#define MHP_MERGE_RESOURCE	0
#define memhp_auto_online	true
#define memory_add_physaddr_to_nid(address)	0
#define add_memory(nid, start, size, ...)	model_add_memory(start, size)
int model_add_memory(phys_addr_t start, u64 size);
void model_online_page(void (*fn)(struct page *page, unsigned int order));
#define memory_block_size_bytes()	(128UL << 20)
#define set_online_page_callback(fn)	model_online_page((void *)(fn))
#define restore_online_page_callback(fn)	model_online_page(NULL)
extern struct notifier_block *balloon_notifier;
#define register_memory_notifier(nb)	((void)(balloon_notifier = (nb)))
#define unregister_memory_notifier(nb)	((void)(balloon_notifier = NULL))
#define online_section_nr(nr)	false
#define __online_page_set_limits(page)	do { } while (0)
#define __online_page_increment_counters(page)	do { } while (0)
#define __online_page_free(page)	model_free_page(page)
#define generic_online_page(page, order)	model_free_page(page)
#define PageOffline(page)	false
#define __SetPageOffline(page)	do { } while (0)
#define __ClearPageOffline(page)	do { } while (0)

#endif
