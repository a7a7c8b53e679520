/* SPDX-License-Identifier: GPL-2.0 */
/* What kernel code takes for granted: types, words, errors, numbers, module glue */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;
typedef unsigned int gfp_t;

#define U32_MAX			UINT32_MAX

#define __init
#define __maybe_unused		__attribute__((unused))
#define EXPORT_SYMBOL_GPL(name)

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define BITS_TO_LONGS(n)	(((n) + 63) / 64)
#define bitmap_zero(words, n)	memset(words, 0, BITS_TO_LONGS(n) * 8)
#define __set_bit(n, words)	((words)[(n) / 64] |= BIT((n) % 64))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile typeof(x) *)&(x) = (v))
#define smp_store_release(p, v)	WRITE_ONCE(*(p), v)
#define xchg(p, v)		__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define cmpxchg(p, old, new)	__sync_val_compare_and_swap(p, old, new)
#define __aligned(x)		__attribute__((aligned(x)))
#define smp_load_acquire(p)	READ_ONCE(*(p))

#define min(a, b)	({ typeof(a) _a = (a); typeof(b) _b = (b); \
			   _a < _b ? _a : _b; })
#define max(a, b)	({ typeof(a) _x = (a); typeof(b) _y = (b); \
			   _x > _y ? _x : _y; })
#define min3(a, b, c)		min(min(a, b), c)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define clamp_t(type, v, lo, hi)	min_t(type, max_t(type, v, lo), hi)
#define round_down(x, y)	((x) & ~((typeof(x))(y) - 1))
#define round_up(x, y)		((((x) - 1) | ((typeof(x))(y) - 1)) + 1)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define IS_ALIGNED(n, a)	(!((n) & ((typeof(n))(a) - 1)))
#define mult_frac(x, n, d)	((x) / (d) * (n) + (x) % (d) * (n) / (d))
#define div_u64(a, b)		((u64)(a) / (b))
#define ilog2(n)		(63 - __builtin_clzll(n))
#define roundup_pow_of_two(n)	((n) < 2 ? 1UL : 2UL << ilog2((n) - 1))

#define SZ_256K			(256UL << 10)
#define SZ_2M			(2UL << 20)
#define SZ_4M			(4UL << 20)
#define SZ_8M			(8UL << 20)
#define SZ_64M			(64UL << 20)
#define SZ_128M			(128UL << 20)
#define SZ_1G			(1UL << 30)

/**
 * failed - end the test: a property does not hold
 * @format: what was seen, as for printf()
 *
 * Says the seed and the step, so that it can be seen again.
 */
void failed(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

#define BUG_ON(condition) \
	do { if (condition) failed("%s:%d: %s", __FILE__, __LINE__, #condition); } while (0)
#define WARN_ON_ONCE(condition)	({ BUG_ON(condition); false; })

/* The log, of which machine.c keeps the last line */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define pr_info(...)		log_line(__VA_ARGS__)
#define pr_warn(...)		log_line(__VA_ARGS__)
#define pr_err(...)		log_line(__VA_ARGS__)

/* One task runs at a time, and others only where machine.c says */
typedef struct { s64 v; } atomic64_t;
typedef struct { long v; } atomic_long_t;
typedef struct { int v; } atomic_t;
#define ATOMIC_INIT(n)		{ n }
#define atomic_read(a)		((a)->v)
#define atomic_inc(a)		atomic_change(a, (a)->v++)
#define atomic_long_read(a)	((a)->v)
#define atomic64_read(a)	((a)->v)
/* A plain store, and so no atomic change: whoever makes it keeps others out */
#define atomic_long_set(a, n)	((void)((a)->v = (n), seen_set(a)))
#define atomic64_add(n, a)	atomic_change(a, (a)->v += (n))
#define atomic_long_add(n, a)	atomic_change(a, (a)->v += (n))
#define atomic_long_sub(n, a)	atomic_change(a, (a)->v -= (n))
#define atomic_long_xchg(a, n) \
	({ long _old = (a)->v; atomic_change(a, (a)->v = (n)); _old; })
#define atomic_long_inc(a)	atomic_long_add(1, a)
#define atomic_long_dec(a)	atomic_long_sub(1, a)

/* What is changed, if it is a zone's own, belongs to who holds its lock; see buddy.c */
void seen_atomic(const void *what);
void seen_set(const void *what);
#define atomic_change(a, change)	((void)((change), seen_atomic(a)))

static inline bool test_and_set_bit(int n, unsigned long *word)
{
	bool was = *word & BIT(n);

	seen_atomic(word);
	*word |= BIT(n);
	return was;
}

static inline void clear_bit(int n, unsigned long *word)
{
	seen_atomic(word);
	*word &= ~BIT(n);
}

#define smp_mb__after_atomic()	do { } while (0)

/* Parameters: a test gets at them as param_NAME, and reads them as text */
struct kernel_param {
	void *arg;
	struct module *mod;
};

struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buf, const struct kernel_param *kp);
};

struct param {
	const struct kernel_param_ops *ops;
	struct kernel_param kp;
};

#define KERNEL_PARAM_OPS_FL_NOARG	BIT(0)
int param_get_bool(char *buf, const struct kernel_param *kp);
int param_get_uint(char *buf, const struct kernel_param *kp);
int param_get_ulong(char *buf, const struct kernel_param *kp);
int kstrtobool(const char *text, bool *value);
int kstrtouint(const char *text, unsigned int base, unsigned int *value);
int kstrtoint(const char *text, unsigned int base, int *value);

/* Whoever writes or reads one holds the lock of all of them, see machine.c */
void param_lock(void);
void param_unlock(void);
#define kernel_param_lock(module)	((void)(module), param_lock())
#define kernel_param_unlock(module)	((void)(module), param_unlock())

#define module_param_cb(name, operations, data, mode)			\
static int locked_set_##name(const char *val,				\
			     const struct kernel_param *kp)		\
{									\
	int err;							\
									\
	param_lock();							\
	err = (operations)->set(val, kp);				\
	param_unlock();							\
	return err;							\
}									\
static int locked_get_##name(char *buf, const struct kernel_param *kp)	\
{									\
	int err;							\
									\
	param_lock();							\
	err = (operations)->get(buf, kp);				\
	param_unlock();							\
	return err;							\
}									\
static const struct kernel_param_ops locked_ops_##name = {		\
	.set = locked_set_##name,					\
	.get = locked_get_##name,					\
};									\
const struct param param_##name = { &locked_ops_##name, { data } }
#define module_param(name, type, mode) \
	module_param_cb(name, &param_ops_##type, &name, mode)
#define MODULE_PARM_DESC(name, text)	_Static_assert(sizeof(text) > 1, #name)

/* What runs at boot: a test calls init_NAME() */
#define subsys_initcall(fn)	int init_##fn(void) { return fn(); }

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action,
			     void *data);
	struct notifier_block *next;
	int priority;
};

/* A chain that its user protects */
struct raw_notifier_head {
	struct notifier_block *head;
};

#define RAW_NOTIFIER_HEAD(name)	struct raw_notifier_head name
int raw_notifier_chain_register(struct raw_notifier_head *chain,
				struct notifier_block *nb);
int raw_notifier_call_chain(struct raw_notifier_head *chain,
			    unsigned long action, void *data);

#define NOTIFY_DONE		0
#define NOTIFY_OK		1
#define NOTIFY_STOP_MASK	0x8000
#define NOTIFY_BAD		(NOTIFY_STOP_MASK | 2)
#define notifier_from_errno(err) \
	((err) ? NOTIFY_STOP_MASK | (NOTIFY_OK - (err)) : NOTIFY_OK)
#define notifier_to_errno(n) \
	(((n) & ~NOTIFY_STOP_MASK) > NOTIFY_OK ? NOTIFY_OK - ((n) & ~NOTIFY_STOP_MASK) : 0)

extern struct notifier_block *oom_notifier, *reboot_notifier;

static inline int register_oom_notifier(struct notifier_block *nb)
{
	oom_notifier = nb;
	return 0;
}

static inline int register_reboot_notifier(struct notifier_block *nb)
{
	reboot_notifier = nb;
	return 0;
}

/* One for each that is asked for, see memory_notify() */
void add_memory_notifier(struct notifier_block *nb);
#define hotplug_memory_notifier(fn, priority) \
	do { static struct notifier_block _nb = { fn }; add_memory_notifier(&_nb); } while (0)

extern struct notifier_block *restored_notifier;

static inline void register_restored_notifier(struct notifier_block *nb)
{
	restored_notifier = nb;
}

/* Memory: the next allocations fail while the test says so */
extern bool allocation_fails;
#define GFP_KERNEL		0u
#define __GFP_MOVABLE		0u
#define __GFP_NORETRY		0u
#define __GFP_NOWARN		0u
#define GFP_NOWAIT		0u
#define kcalloc(n, size, gfp)	(allocation_fails ? NULL : calloc(n, size))
#define kzalloc(size, gfp)	kcalloc(1, size, gfp)
#define kvzalloc(size, gfp)	kcalloc(1, size, gfp)
#define kfree(p)		free(p)

static inline void memset16(u16 *p, u16 value, size_t n)
{
	while (n--)
		*p++ = value;
}

static inline unsigned long find_next_bit(const unsigned long *words,
					  unsigned long n, unsigned long i)
{
	unsigned long word;

	for (; i < n; i = (i | 63) + 1) {
		word = words[i / 64] >> i % 64;
		if (word)
			return min(n, i + __builtin_ctzl(word));
	}
	return n;
}

/* Large memory, of which the most at a time is counted */
void *vmalloc_if_there_is(size_t size);
void vfree(const void *p);

bool printk_timed_ratelimit(unsigned long *last, unsigned int interval_msecs);

#endif
