// SPDX-License-Identifier: GPL-2.0
/*
 * The hypercall interface, from the other side: takes the registers of a call
 * apart as the specification says, reads the input page, and tells the naive
 * model what it has been told. Whatever a guest must not do ends the test.
 *
 * The kernel's own code fills the registers, and calls hypercall_page below.
 */
#include <sys/mman.h>

#include "buddy.h"
#include "hypervisor.h"
#include "machine.h"
#include "model.h"

#include <asm/mshyperv.h>

/* TLFS, Hypercall Interface, Hypercall Inputs: fields of the control word */
#define CONTROL_CODE(c)		((c) & 0xffff)		/* 15-0 */
#define CONTROL_FAST(c)		((c) >> 16 & 1)		/* 16 */
#define CONTROL_VARHEAD(c)	((c) >> 17 & 0x3ff)	/* 26-17 */
#define CONTROL_NESTED(c)	((c) >> 31 & 1)		/* 31 */
#define CONTROL_REPS(c)		((c) >> 32 & 0xfff)	/* 43-32 */
#define CONTROL_START(c)	((c) >> 48 & 0xfff)	/* 59-48 */
/* RsvdZ: 30-27, 47-44, 63-60 */
#define CONTROL_RESERVED	0xf000f00078000000ull

/* TLFS, Hypercall Interface, Hypercall Outputs: status 15-0, reps done 43-32 */
#define RESULT(status, done)	((u64)(status) | (u64)(done) << 32)

/* TLFS, Nested Virtualization, HV_GPA_PAGE_RANGE */
#define RANGE_ADDITIONAL(r)	((r) & 0x7ff)		/* 10-0: pages after the first */
#define RANGE_LARGE(r)		((r) >> 11 & 1)		/* 11: they are large */
#define RANGE_PFN(r)		((r) >> 12)		/* 63-12, of a small one */
#define RANGE_1G(r)		((r) >> 12 & 1)		/* 12: large is 1 GiB */
#define RANGE_RESERVED(r)	((r) >> 13 & 0xff)	/* 20-13, of a large one */
#define RANGE_LARGE_PFN(r)	((r) >> 21)		/* 63-21, in 2 MiB even so */

/* Memory heat hint: the first qword of the input, type 1-0, reserved 63-2 */
#define HINT_COLD_DISCARD	2

/* TLFS: what a guest physical page is, whatever the guest's own pages are */
#define HOST_PAGE		4096

struct hypervisor hv;
struct call calls[CALLS_KEPT];
unsigned long nr_calls, nr_queries, nr_hints;
unsigned long ranges_large, ranges_small;
unsigned long reports_good, reports_failed, reports_partial;
unsigned long pages_discarded;
bool reporting;
struct page_reporting_dev_info *registered;
int (*driver_report)(struct page_reporting_dev_info *prdev,
		     struct scatterlist *sg, unsigned int nents);
int last_report;
unsigned int registrations;

void *hv_hypercall_pg;
void **hyperv_pcpu_input_arg;
u32 *hv_vp_index;
u32 hv_max_vp_index;

static unsigned int (*chance)(unsigned int n);
static void *page;		/* of the one CPU that makes hypercalls */
static void *this_cpus_page;
static struct task_struct *irqs_off;
static bool told;		/* in the report under way */
static unsigned int reps_done;	/* of the hint under way */

u64 hypercall(u64 control, u64 input, u64 output);

#ifdef __x86_64__
/*
 * TLFS, Hypercall Interface: the control word comes in RCX, the guest physical
 * addresses of input and output in RDX and R8, the result goes in RAX. All but
 * the volatile registers are kept.
 */
asm(".text\n"
    ".globl hypercall_page\n"
    "hypercall_page:\n"
    "	push %rbp\n"
    "	mov %rsp, %rbp\n"
    "	push %rsi\n"
    "	push %rdi\n"
    "	and $-16, %rsp\n"
    "	mov %rcx, %rdi\n"
    "	mov %rdx, %rsi\n"
    "	mov %r8, %rdx\n"
    "	call hypercall\n"
    "	mov -8(%rbp), %rsi\n"
    "	mov -16(%rbp), %rdi\n"
    "	leave\n"
    "	ret\n");
extern char hypercall_page[];
#else
/* TLFS, Hypercall Interface: HVC #0, this in X0, the rest in X1 to X3 */
#define HVC_FUNCTION		0x46000001

u64 model_hvc(u32 function, u64 control, u64 input, u64 output)
{
	if (function != HVC_FUNCTION)
		failed("HVC of function %x", function);
	return hypercall(control, input, output);
}
#endif

void hypervisor_start(unsigned int (*decide)(unsigned int n))
{
	chance = decide;
	hv = (struct hypervisor) {
		.privileges = PRIVILEGE_EXTENDED,
		.capabilities = CAPABILITY_DISCARD,
		.takes_small = true,
		.fail_at = -1,
	};
	/* What lies behind the page is nobody's */
	page = mmap(NULL, 2 * INPUT_PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || mprotect(page + INPUT_PAGE, INPUT_PAGE, PROT_NONE))
		failed("no input page");
	hyperv_pcpu_input_arg = &this_cpus_page;
	input_page(true);
#ifdef __x86_64__
	hv_hypercall_pg = hypercall_page;
#endif
}

void input_page(bool present)
{
	this_cpus_page = present ? page : NULL;
}

/* Of 6.1, which keeps by what the partition is isolated */
bool hv_is_isolation_supported(void)
{
	return hv.privileges & PRIVILEGE_ISOLATION;
}

#ifdef __x86_64__
u32 cpuid_eax(u32 leaf)
{
	return 0x55555555;
}

u32 cpuid_ebx(u32 leaf)
{
	return leaf == 0x40000003 ? hv.privileges : 0xaaaaaaaa;
}

u32 cpuid_ecx(u32 leaf)
{
	return 0x33333333;
}

u32 cpuid_edx(u32 leaf)
{
	return 0xcccccccc;
}
#else
/* TLFS, HV_REGISTER_NAME: 0x200 is what CPUID 0x40000003 is on x86 */
void hv_get_vpreg_128(u32 reg, struct hv_get_vp_registers_output *result)
{
	result->as32.a = 0x55555555;
	result->as32.b = reg == 0x200 ? hv.privileges : 0xaaaaaaaa;
	result->as32.c = 0x33333333;
	result->as32.d = 0xcccccccc;
}
#endif

/* With interrupts on, another hypercall may use the page at any time */
static void scribble(void)
{
	unsigned int i;

	for (i = 0; i < INPUT_PAGE; i++)
		((unsigned char *)page)[i] = chance(256);
}

void model_irq_off(void)
{
	BUG_ON(irqs_off);
	scribble();
	irqs_off = current;
}

void model_irq_on(void)
{
	BUG_ON(irqs_off != current);
	irqs_off = NULL;
	scribble();
}

void *model_this_cpu(void *variable)
{
	if (irqs_off != current)
		failed("which CPU is this, with interrupts on?");
	return variable;
}

/* Right for all that is mapped once; a stack need not be */
phys_addr_t model_virt_to_phys(const volatile void *p)
{
	const char *here = __builtin_frame_address(0);

	if (labs((const char *)p - here) < 64 << 10)
		failed("virt_to_phys() of something on the stack");
	return (phys_addr_t)(uintptr_t)p;
}

/* TLFS, Hypercall Interface, Alignment Requirements */
static void check_address(u64 address, unsigned int size)
{
	if (!address || address % 8 || address % INPUT_PAGE + size > INPUT_PAGE)
		failed("parameters at %llx, %u bytes",
		       (unsigned long long)address, size);
}

static u64 query_capabilities(u64 control, u64 output)
{
	nr_queries++;
	if (CONTROL_REPS(control) || CONTROL_START(control))
		failed("a simple hypercall with reps: %llx",
		       (unsigned long long)control);
	check_address(output, sizeof(u64));
	if (!hv.query_status)
		*(u64 *)(uintptr_t)output = hv.capabilities;
	return RESULT(hv.query_status, 0);
}

/* A range as pages of 4 KiB */
static void read_range(u64 range, unsigned long *pfn, unsigned long *pages)
{
	*pages = RANGE_ADDITIONAL(range) + 1;
	*pfn = RANGE_PFN(range);
	if (!RANGE_LARGE(range))
		return;
	if (RANGE_1G(range) || RANGE_RESERVED(range))
		failed("range %llx: not of 2 MiB pages",
		       (unsigned long long)range);
	*pages *= 512;
	*pfn = RANGE_LARGE_PFN(range) * 512;
}

/* The host may do something about the ranges from now on */
static void tell_model(const u64 *ranges, unsigned int reps)
{
	struct scatterlist sg[INPUT_PAGE / 8] = { };
	unsigned long pfn, pages;
	unsigned int i;

	if (!reporting || told)
		failed("a hint that the core does not know of");
	for (i = 0; i < reps; i++) {
		read_range(ranges[i], &pfn, &pages);
		if (pfn + pages > max_pfn * PAGE_SIZE / HOST_PAGE)
			failed("there is no memory at page %lx", pfn);
		if (pfn * HOST_PAGE % PAGE_SIZE)
			failed("a part of a page at page %lx", pfn);
		sg[i].page = pfn_to_page(pfn * HOST_PAGE / PAGE_SIZE);
		sg[i].length = pages * HOST_PAGE;
		sg[i].end = i == reps - 1;
	}
	told = true;
	model_told(sg, reps, registered->capacity ?: PAGE_REPORTING_CAPACITY);
}

static u16 do_rep(u64 range, unsigned int rep)
{
	unsigned long pfn, pages;

	if ((int)rep == hv.fail_at)
		return hv.fail_status;
	read_range(range, &pfn, &pages);
	if (!RANGE_LARGE(range) && !hv.takes_small)
		return STATUS_INVALID_PARAMETER;
	if (RANGE_LARGE(range))
		ranges_large++;
	else
		ranges_small++;
	pages_discarded += pages;
	if (!hv.golden)
		model_discard(chance);
	return STATUS_SUCCESS;
}

static u64 memory_heat_hint(u64 control, u64 input)
{
	const u64 *qwords = (const u64 *)(uintptr_t)input;
	unsigned int reps = CONTROL_REPS(control);
	unsigned int rep = CONTROL_START(control), done = 0;
	u16 status;

	nr_hints++;
	/* TLFS: the rep count must always be greater than the start index */
	if (rep >= reps)
		failed("rep %u of %u", rep, reps);
	check_address(input, 8 + 8 * reps);
	if (input != (uintptr_t)page || irqs_off != current)
		failed("the input is not in this CPU's page, with interrupts off");
	if (qwords[0] != HINT_COLD_DISCARD)
		failed("a hint of type %llx", (unsigned long long)qwords[0]);
	if (rep != reps_done)
		failed("it goes on at %u, and %u reps are done", rep, reps_done);
	if (!rep && !hv.golden)
		tell_model(qwords + 1, reps);

	for (; rep < reps; rep++, done++) {
		if (hv.reps_at_once && done == hv.reps_at_once) {
			/* TLFS: the total number of reps done, from the first */
			reports_partial++;
			reps_done = rep;
			return RESULT(STATUS_SUCCESS, rep);
		}
		/* Other CPUs go on meanwhile */
		if (hv.delay)
			sleep_until(jiffies + hv.delay);
		status = do_rep(qwords[1 + rep], rep);
		if (status) {
			reps_done = 0;
			return RESULT(status, rep);
		}
	}
	reps_done = 0;
	return RESULT(STATUS_SUCCESS, reps);
}

u64 hypercall(u64 control, u64 input, u64 output)
{
	struct call *call = &calls[nr_calls++ % CALLS_KEPT];

	call->control = control;
	if (input)
		memcpy(call->input, (void *)(uintptr_t)input, INPUT_PAGE);
	if (!(hv.privileges & PRIVILEGE_EXTENDED))
		failed("an extended hypercall without the privilege");
	if (control & CONTROL_RESERVED || CONTROL_FAST(control) ||
	    CONTROL_VARHEAD(control) || CONTROL_NESTED(control))
		failed("control word %llx", (unsigned long long)control);
	switch (CONTROL_CODE(control)) {
	case CALL_QUERY_CAPABILITIES:
		call->result = query_capabilities(control, output);
		break;
	case CALL_MEMORY_HEAT_HINT:
		call->result = memory_heat_hint(control, input);
		break;
	default:
		failed("hypercall %llx", (unsigned long long)control);
	}
	return call->result;
}

/* Between the core and the driver */

static int watched_report(struct page_reporting_dev_info *prdev,
			  struct scatterlist *sg, unsigned int nents)
{
	unsigned int hints = nr_hints;

	BUG_ON(in_critical_section() || reporting || prdev != registered);
	reporting = true;
	told = false;
	last_report = driver_report(prdev, sg, nents);
	reporting = false;
	if (irqs_off == current)
		failed("interrupts stay off");
	if (last_report == -EINPROGRESS || last_report > 0)
		failed("a report ends with %d", last_report);
	if (last_report) {
		reports_failed++;
	} else {
		if (nr_hints == hints ||
		    calls[(nr_calls - 1) % CALLS_KEPT].result !=
			    RESULT(STATUS_SUCCESS, nents))
			failed("a report is done that the host has not done");
		reports_good++;
	}
	if (told)
		model_answered(last_report);
	return last_report;
}

int __real___page_reporting_register(struct page_reporting_dev_info *prdev,
				     const char *name);
int __wrap___page_reporting_register(struct page_reporting_dev_info *prdev,
				     const char *name);

int __wrap___page_reporting_register(struct page_reporting_dev_info *prdev,
				     const char *name)
{
	int err;

	if (strcmp(name, "hv_balloon"))
		return __real___page_reporting_register(prdev, name);
	if (reporting && prdev == registered)
		failed("registered from inside of report()");
	if (prdev->report != watched_report)
		driver_report = prdev->report;
	prdev->report = watched_report;
	registered = prdev;
	registrations++;
	model_control_begin();
	err = __real___page_reporting_register(prdev, name);
	model_control_end();
	if (err)
		registered = NULL;
	return err;
}

void __real_page_reporting_unregister(struct page_reporting_dev_info *prdev);
void __wrap_page_reporting_unregister(struct page_reporting_dev_info *prdev);

void __wrap_page_reporting_unregister(struct page_reporting_dev_info *prdev)
{
	model_control_begin();
	__real_page_reporting_unregister(prdev);
	model_control_end();
	if (registered == prdev)
		registered = NULL;
}
