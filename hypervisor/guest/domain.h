/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain.h - a guest as a whole, and the table of them.
 *
 * Lock: domain. The table of domains is domain.c's.
 */
#ifndef GUEST_DOMAIN_H
#define GUEST_DOMAIN_H

#include <vimo/domain.h>
#include "guest/mmio.h"
#include "guest/vcpu.h"
#include "guest/virq.h"
#include "lib/lock.h"
#include "lib/log.h"
#include "mem/stage2.h"

struct domain_io; /* io/: request page, devices, console, events */

struct domain {
	uint16_t id;
	uint64_t serial; /* never given out twice, unlike the id; dom0's is 0 */
	spinlock_t lock;
	enum vimo_domain_state state;
	enum vimo_stop_reason reason;
	uint64_t reason_detail;
	unsigned int vcpu_count;
	struct vcpu *vcpus[VIMO_VCPU_MAX];
	struct stage2 stage2;
	struct vgic vgic;
	struct mmio_table mmio;
	struct domain_io *io;
	uint64_t pages, granted;    /* of the pool */
	uint64_t released_to;       /* IPA below which destroy has freed all memory */
	uint64_t counter_offset;    /* CNTVOFF_EL2 */
	uint8_t last_vcpu[CPU_MAX]; /* vCPU id + 1 that last ran on each CPU; owner vcpu_switch.c */
	uint32_t references;        /* lookups in flight; lock: the table's */
	struct log_source log;      /* of the lines that it causes */
};

/* Calls to io/; set once at boot, so that guest/ needs nothing above it. */
struct domain_hooks {
	enum vimo_status (*created)(struct domain *domain); /* allocate domain->io, add emulated regions */
	void (*destroyed)(struct domain *domain);           /* undo of created, pages shared with dom0 unmapped */
	void (*state_changed)(struct domain *domain);       /* raise the STATE event */
};
extern struct domain_hooks domain_hooks;

#define DOMAIN_MAX_VCPUS 8u /* of a domU; dom0 has one for each CPU at most */

extern struct domain *dom0;

struct domain *domain_get(uint64_t id); /* NULL when there is none; takes a reference */
void domain_put(struct domain *domain);
struct domain *domain_next(uint64_t id); /* lowest id above, with a reference */

/* For domain_life.c. Lowest free id from first_id on, and a serial; false: none is free. */
bool domain_take_id(struct domain *domain, unsigned int first_id);
void domain_release_id(const struct domain *domain);
/* From here on others can look it up. */
void domain_publish(struct domain *domain);
/* Out of the table, if the caller's is the only reference. */
bool domain_unpublish(struct domain *domain);

#endif
