/* SPDX-License-Identifier: GPL-2.0 */
/* The model of the hypervisor, old or new, good or bad, as tests see it */
#ifndef _HYPERVISOR_H
#define _HYPERVISOR_H

#include <linux/page_reporting.h>

/*
 * TLFS "Hypervisor Top-Level Functional Specification", as Microsoft publishes
 * it: "Hypercall Interface" for the control word, the result, alignment and
 * rep calls; "Feature and Interface Discovery" for CPUID; "Data Types" for
 * HV_STATUS; "Nested Virtualization" for HV_GPA_PAGE_RANGE. Of the two
 * extended hypercalls it has the call codes, and the output of the first. The
 * input of the second, and which capability it takes to discard, Microsoft has
 * told by its patches to Linux only: "x86/Hyper-V: Support for free page
 * reporting".
 */
#define CALL_QUERY_CAPABILITIES	0x8001	/* HvExtCallQueryCapabilities: simple */
#define CALL_MEMORY_HEAT_HINT	0x8003	/* HvExtCallMemoryHeatHint: rep */

/* Data Types, HV_STATUS */
#define STATUS_SUCCESS		0x0000
#define STATUS_INVALID_CODE	0x0002
#define STATUS_INVALID_INPUT	0x0003	/* the control word is malformed */
#define STATUS_INVALID_PARAMETER	0x0005
#define STATUS_ACCESS_DENIED	0x0006
#define STATUS_NO_MEMORY	0x000b

/* HvCallFeatures: CPUID 0x40000003 EBX, bit 20: EnableExtendedHypercalls */
#define PRIVILEGE_EXTENDED	(1u << 20)
/* Bit 22: Isolation */
#define PRIVILEGE_ISOLATION	(1u << 22)
/* Bit 8: the memory heat hint takes "cold, discard" */
#define CAPABILITY_DISCARD	(1ull << 8)

#define INPUT_PAGE		4096

/* One invocation of a hypercall, as it was made */
struct call {
	u64 control;
	unsigned char input[INPUT_PAGE];
	u64 result;
};

/**
 * struct hypervisor - what it is like
 * @privileges: CPUID 0x40000003 EBX
 * @capabilities: what HvExtCallQueryCapabilities answers
 * @query_status: or why it fails
 * @takes_small: ranges of 4 KiB pages are none too small
 * @reps_at_once: after so many reps it gives control back; 0: it does them all
 * @fail_at: the rep that fails with @fail_status, from the first call; -1: none
 * @delay: jiffies that a rep takes
 * @golden: ranges are of no memory of the model's, and are only noted
 */
struct hypervisor {
	u32 privileges;
	u64 capabilities;
	u16 query_status;
	bool takes_small;
	unsigned int reps_at_once;
	int fail_at;
	u16 fail_status;
	unsigned long delay;
	bool golden;
};

extern struct hypervisor hv;

/* What calls there were; the last ones are kept */
#define CALLS_KEPT		32
extern struct call calls[CALLS_KEPT];
extern unsigned long nr_calls, nr_queries, nr_hints;
/* Ranges by kind, and reports by how they ended */
extern unsigned long ranges_large, ranges_small;
extern unsigned long reports_good, reports_failed, reports_partial;
extern unsigned long pages_discarded;
/* A report is under way */
extern bool reporting;
/* The driver's own, while it is registered; its report() and what it answered */
extern struct page_reporting_dev_info *registered;
extern int (*driver_report)(struct page_reporting_dev_info *prdev,
			    struct scatterlist *sg, unsigned int nents);
extern int last_report;
extern unsigned int registrations;

/**
 * hypervisor_start - a new hypervisor offers everything
 * @chance: decides what is left open
 */
void hypervisor_start(unsigned int (*chance)(unsigned int n));

/* input_page - whether this CPU has a page for the input of hypercalls */
void input_page(bool present);

/* What of the kernel proper the test takes, see Makefile */
void read_privileges(void);

#endif
