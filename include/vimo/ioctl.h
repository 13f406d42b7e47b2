/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-3-Clause */
/*
 * ioctl.h - /dev/vimo, the interface of vimo.ko to user space.
 *
 * open("/dev/vimo") gives a control descriptor; CREATE and OPEN give a domain
 * descriptor (close-on-exec). read() on the control descriptor returns EL2's
 * log text from the oldest byte in the ring, then 0 at its end (poll: POLLIN
 * while there is more).
 *
 * A domain descriptor:
 *   poll(): POLLIN while an I/O request waits, POLLPRI while the domain's state
 *           is SHUTDOWN or DYING.
 *   mmap(): offset = guest physical address of RAM or of a device's shadow
 *           page, or VIMO_MMAP_IOREQ / VIMO_MMAP_CONSOLE. MAP_SHARED only.
 *
 * A memory descriptor, from MEMORY_FD, is close-on-exec and supports lseek() and
 * mmap() of RAM only: offset 0 is VIMO_GUEST_RAM_BASE.
 *
 * A disk descriptor, from DISK_FD, is close-on-exec; it reads and writes an image.
 *
 * A domain lives until DESTROY, also without open descriptors. DESTROY returns
 * -EBUSY while RAM is still referenced (a mapping, DMA in flight): the domain is
 * then DYING, and the module continues by itself. Mappings of the other pages
 * end with the first DESTROY (SIGBUS); such pages cannot be pinned (EFAULT).
 *
 * Errors are errno values; status.c in the module is the only translation:
 * INVALID EINVAL, DENIED EPERM, NOT_FOUND ENOENT, EXISTS EEXIST, NO_MEMORY
 * ENOMEM, STATE ESTALE, BUSY EBUSY, AGAIN EAGAIN, LIMIT ENOSPC, UNSUPPORTED
 * EOPNOTSUPP.
 */
#ifndef VIMO_IOCTL_H
#define VIMO_IOCTL_H

#ifdef __KERNEL__
#include <linux/ioctl.h>
#else
#include <sys/ioctl.h>
#endif

#include "abi.h"

#define VIMO_MMAP_IOREQ (1ull << 44)
#define VIMO_MMAP_CONSOLE ((1ull << 44) + VIMO_PAGE_SIZE)

struct vimo_ioc_info {
	uint32_t abi_version; /* of EL2 and module: the module loads only if they are equal */
	uint32_t gic_version;
	uint64_t hypervisor_version; /* major<<32 | minor<<16 | patch */
	uint64_t module_version;
	uint64_t pool_pages;
	uint64_t free_pages;
	uint64_t heap_pages;
	uint64_t heap_free;
	uint64_t image_bytes;
	uint64_t boot_id;
	uint32_t cpus;
	uint32_t max_vcpus;
	uint32_t max_domains;
	uint32_t domains;    /* domains of the module, without dom0 */
	uint64_t page_sizes; /* VIMO_INFO_PAGE_SIZES; 0: unknown */
	uint64_t reserved[5];
};

struct vimo_ioc_create {
	uint32_t vcpus;  /* in */
	uint32_t weight; /* in: scheduler weight, 0 = default 256 */
	uint32_t domain; /* out */
	int32_t fd;      /* out */
};

struct vimo_ioc_open {
	uint32_t domain; /* in */
	int32_t fd;      /* out */
};

struct vimo_ioc_next {
	uint32_t domain; /* in: the previous id (0 to begin); out: the next id; ENOENT at the end */
};

struct vimo_ioc_domain_info {
	uint32_t domain;
	uint32_t state;  /* enum vimo_domain_state */
	uint32_t reason; /* enum vimo_stop_reason */
	uint32_t vcpus;
	uint32_t vcpus_online;
	uint32_t devices;
	uint64_t detail;
	uint64_t pages;
	uint64_t granted_pages;
	uint64_t cpu_time_ns;
	uint64_t exits;
	uint64_t injected;
	uint64_t switches;
	uint64_t waits;      /* exits by WFI and WFE */
	uint64_t interrupts; /* exits by physical interrupts */
	uint64_t reserved[3];
};

struct vimo_ioc_range {
	uint64_t ipa;   /* page aligned */
	uint64_t bytes; /* multiple of the page size */
};

struct vimo_ioc_entry {
	uint32_t vcpu;
	uint32_t reserved; /* zero */
	uint64_t pc;
	uint64_t x0;
};

/* An existing device gets this number of queues, and the call fails with EEXIST. */
struct vimo_ioc_device {
	uint64_t ipa; /* page aligned */
	uint16_t doorbell;
	uint16_t clear;
	uint16_t status;
	uint16_t queues; /* 1..VIMO_DEVICE_QUEUES */
	uint32_t intid;
	uint32_t reserved; /* zero */
};

/* fd is an eventfd; -1 removes the binding. */
struct vimo_ioc_kick {
	uint64_t ipa; /* of the device */
	uint32_t queue;
	int32_t fd; /* signalled by the doorbell of queue */
};

struct vimo_ioc_call {
	uint64_t ipa;  /* of the device */
	uint32_t bits; /* OR-ed into the status word before the interrupt; VIMO_NOTIFY_LATER */
	int32_t fd;    /* each signal interrupts the guest */
};

struct vimo_ioc_irq {
	uint32_t intid;
	uint32_t level; /* enum vimo_irq_level */
};

/* A descriptor that moves data between an image and the guest's RAM, as if the RAM were mapped at base. */
struct vimo_ioc_disk {
	uint64_t base;
	int32_t image; /* in */
	int32_t fd;    /* out */
};

#define VIMO_IOREQ_NONE 0xffffffffu

/* Finish a request and wait for the next one, in one call. */
struct vimo_ioc_ioreq {
	uint32_t done;  /* in: vCPU whose slot is DONE, or VIMO_IOREQ_NONE */
	uint32_t flags; /* in: VIMO_IOREQ_NOWAIT: EAGAIN instead of waiting */
	uint32_t vcpu;  /* out: vCPU whose slot is PENDING */
	uint32_t reserved;
};
#define VIMO_IOREQ_NOWAIT 1u

#define VIMO_IOC_INFO _IOR('V', 0x00, struct vimo_ioc_info)
#define VIMO_IOC_CREATE _IOWR('V', 0x01, struct vimo_ioc_create)
#define VIMO_IOC_OPEN _IOWR('V', 0x02, struct vimo_ioc_open)
#define VIMO_IOC_NEXT _IOWR('V', 0x03, struct vimo_ioc_next)

#define VIMO_IOC_DOMAIN_INFO _IOR('V', 0x10, struct vimo_ioc_domain_info)
#define VIMO_IOC_CONTROL _IOW('V', 0x11, uint32_t) /* enum vimo_domain_op */
#define VIMO_IOC_DESTROY _IO('V', 0x12)
#define VIMO_IOC_POPULATE _IOW('V', 0x13, struct vimo_ioc_range)
#define VIMO_IOC_ENTRY _IOW('V', 0x14, struct vimo_ioc_entry)
#define VIMO_IOC_DEVICE _IOW('V', 0x15, struct vimo_ioc_device)
#define VIMO_IOC_KICK _IOW('V', 0x16, struct vimo_ioc_kick)
#define VIMO_IOC_CALL _IOW('V', 0x17, struct vimo_ioc_call)
#define VIMO_IOC_IRQ _IOW('V', 0x18, struct vimo_ioc_irq)
#define VIMO_IOC_IOREQ _IOWR('V', 0x19, struct vimo_ioc_ioreq)
#define VIMO_IOC_CONSOLE_FD _IOW('V', 0x1a, int32_t) /* eventfd: PL011 ring has output or room */
#define VIMO_IOC_CONSOLE_KICK _IO('V', 0x1b)         /* the ring has new input */
#define VIMO_IOC_MEMORY_FD _IOR('V', 0x1c, int32_t)  /* descriptor of RAM, for mmap() only */
#define VIMO_IOC_DISK_FD _IOWR('V', 0x1d, struct vimo_ioc_disk)

static_assert(sizeof(struct vimo_ioc_info) == 136, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_create) == 16, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_domain_info) == 120, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_range) == 16, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_entry) == 24, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_device) == 24, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_kick) == 16, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_call) == 16, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_irq) == 8, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_disk) == 16, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioc_ioreq) == 16, "see docs/abi.md");

#endif
