/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-3-Clause */
/*
 * hypercall.h - hypercalls of EL2, besides PSCI and SMCCC discovery.
 *
 * SMCCC (Arm DEN 0028) fast HVC64 calls, immediate 0, owner 6 (vendor
 * specific hypervisor). x0 = function, x1.. = arguments; on return x0 = enum
 * vimo_status (sign extended), x1..x3 = results; x4..x17 are preserved.
 * The caller column of docs/abi.md names the permitted callers of each call;
 * another caller gets VIMO_DENIED, an unknown number SMCCC NOT_SUPPORTED.
 */
#ifndef VIMO_HYPERCALL_H
#define VIMO_HYPERCALL_H

#define VIMO_HC(nr) (0xc6000000u + (nr))

/* SMCCC "Call UID" of owner 6; the answer is the UUID below in w0..w3. */
#define VIMO_SMCCC_UID 0x8600ff01u
#define VIMO_UID_0 0x76694d6fu
#define VIMO_UID_1 0x48b51e53u
#define VIMO_UID_2 0xa7c94c0eu
#define VIMO_UID_3 0x5d2f6a91u

enum vimo_hypercall {
	VIMO_HC_VERSION = 0,        /* () -> x1 VIMO_ABI_VERSION, x2 release (major<<32|minor<<16|patch) */
	VIMO_HC_INFO = 1,           /* (enum vimo_info) -> x1 value */
	VIMO_HC_DOMAIN_CREATE = 2,  /* (vcpus, weight or 0) -> x1 domain id */
	VIMO_HC_DOMAIN_DESTROY = 3, /* (domain); VIMO_AGAIN until the last page is scrubbed */
	VIMO_HC_DOMAIN_INFO = 4,    /* (domain, enum vimo_domain_info) -> x1, x2, x3 */
	VIMO_HC_DOMAIN_CONTROL = 5, /* (domain, enum vimo_domain_op) */
	VIMO_HC_DOMAIN_NEXT = 6,    /* (domain) -> x1 next higher id; VIMO_NOT_FOUND at the end */
	VIMO_HC_VCPU_ENTRY = 7,     /* (domain, vcpu, pc, x0): entry point; before START only */
	VIMO_HC_MEM_POPULATE = 8,   /* (domain, ipa, bytes) -> x1 bytes done; VIMO_AGAIN if fewer */
	VIMO_HC_MEM_TRANSLATE = 9,  /* (domain, ipa) -> x1 pa, x2 contiguous bytes from ipa on */
	VIMO_HC_MEM_GRANT = 10,     /* (domain, ipa, bytes) -> x1 bytes done: mapped into dom0 at IPA = PA */
	VIMO_HC_MEM_REVOKE = 11,    /* (domain, ipa, bytes) -> x1 bytes done: undo of GRANT */
	VIMO_HC_DOMAIN_PAGE = 12,   /* (domain, enum vimo_page) -> x1 pa, mapped into dom0 */
	VIMO_HC_DEVICE_ADD = 13,    /* (domain, ipa, layout, interrupt, events) -> x1 pa of the shadow page */
	VIMO_HC_DEVICE_NOTIFY = 14, /* (domain, ipa, bits): set status bits, pulse the interrupt; VIMO_NOTIFY_LATER */
	VIMO_HC_IRQ_SET = 15,       /* (domain, intid, enum vimo_irq_level) */
	VIMO_HC_IOREQ_DONE = 16,    /* (domain, vcpu): the answer is in the request page */
	VIMO_HC_EVENT_BIND = 17,    /* (domain, enum vimo_event_source, index, event, dom0 vcpu) */
	VIMO_HC_EVENT_CONNECT = 18, /* (domain, port, target domain, target) */
	VIMO_HC_EVENT_SEND = 19,    /* (port of the caller); each domain may call it */
	VIMO_HC_CONSOLE_KICK = 20,  /* (domain): the PL011 ring has new input, or new room for output */
	VIMO_HC_COUNT
};

enum vimo_info {
	VIMO_INFO_POOL_PAGES = 0,  /* 4 KiB pages outside dom0 and EL2 */
	VIMO_INFO_FREE_PAGES = 1,  /* pool pages that do not belong to a domain */
	VIMO_INFO_CPUS = 2,        /* running physical CPUs */
	VIMO_INFO_GIC_VERSION = 3, /* 2 or 3: of the hardware and of guests */
	VIMO_INFO_MAX_VCPUS = 4,   /* per domain */
	VIMO_INFO_MAX_DOMAINS = 5,
	VIMO_INFO_LOG_PA = 6, /* struct vimo_log, readable by dom0 */
	VIMO_INFO_LOG_BYTES = 7,
	VIMO_INFO_EVENT_PA = 8,     /* struct vimo_event_page[dom0 vCPUs], writable by dom0 */
	VIMO_INFO_POOL_BASE = 9,    /* PA of the first pool page */
	VIMO_INFO_POOL_BYTES = 10,  /* bytes from the first to the last pool page, with holes */
	VIMO_INFO_HEAP_PAGES = 11,  /* pages of EL2's own heap */
	VIMO_INFO_HEAP_FREE = 12,   /* free pages of EL2's own heap */
	VIMO_INFO_IMAGE_BYTES = 13, /* EL2's image with bss and stacks */
	VIMO_INFO_BOOT_ID = 14,     /* a different number at each boot */
	VIMO_INFO_PAGE_SIZES = 15,  /* sizes of pages that guests can choose, in bytes, ORed: 4, 16, 64 KiB */
	VIMO_INFO_COUNT
};

enum vimo_irq_level {
	VIMO_IRQ_LOW = 0,
	VIMO_IRQ_HIGH = 1,
	VIMO_IRQ_PULSE = 2, /* one edge */
};

#endif
