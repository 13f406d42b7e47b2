/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain.h - a guest as a whole.
 *
 * Life: create -> (populate, devices, entry) -> start -> ... -> destroy.
 * Lock: domain. The table of domains is domain.c's.
 */
#ifndef GUEST_DOMAIN_H
#define GUEST_DOMAIN_H

#include <vimo/domain.h>
#include "guest/mmio.h"
#include "guest/vcpu.h"
#include "guest/vgic.h"
#include "lib/lock.h"
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
	uint8_t last_vcpu[CPU_MAX]; /* vCPU id + 1 that last ran on each CPU; owner vcpu.c */
	uint32_t references;        /* lookups in flight; lock: the table's */
};

/* What io/ wants to know; set once at boot so that guest/ needs nothing above it. */
struct domain_hooks {
	enum vimo_status (*created)(struct domain *domain); /* allocate domain->io, add emulated regions */
	void (*destroyed)(struct domain *domain);           /* undo of created, pages shared with dom0 unmapped */
	void (*state_changed)(struct domain *domain);       /* raise the STATE event */
};
extern struct domain_hooks domain_hooks;

#define DOMAIN_MAX_VCPUS 8u

enum vimo_status domain_create(unsigned int vcpus, uint32_t weight, struct domain **out);
/* dom0 itself: id 0, platform vGIC bases from gic_info, no pool memory. */
enum vimo_status domain_create_dom0(unsigned int vcpus, struct domain **out);
struct domain *domain_get(uint64_t id); /* NULL when there is none; takes a reference */
void domain_put(struct domain *domain);
struct domain *domain_next(uint64_t id); /* lowest id above, with a reference */
enum vimo_status domain_start(struct domain *domain);
enum vimo_status domain_pause(struct domain *domain); /* returns when no vCPU runs */
enum vimo_status domain_unpause(struct domain *domain);
enum vimo_status domain_kill(struct domain *domain); /* likewise; VIMO_STATE when DYING */
/* It stops by itself or by force; from any CPU, also from one of its own vCPUs. */
void domain_shutdown(struct domain *domain, enum vimo_stop_reason reason, uint64_t detail);
/*
 * Bounded step: VIMO_AGAIN until done, VIMO_BUSY while pages are granted to dom0. dom0 itself: VIMO_DENIED.
 * After VIMO_OK the domain has gone, and the caller's reference with it.
 */
enum vimo_status domain_destroy(struct domain *domain);
enum vimo_status domain_populate(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done);
enum vimo_status domain_grant(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done);
enum vimo_status domain_revoke(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done);
/* Part of destroy: give pages back to the pool and scrub; VIMO_AGAIN until none is left. */
enum vimo_status domain_release_step(struct domain *domain);
bool domain_is_running(const struct domain *domain); /* a vCPU is on a CPU this moment */
extern struct domain *dom0;

#endif
