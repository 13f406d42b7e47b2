/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vcpu.h - one virtual CPU: registers, the reason of its wait, its place in a
 * queue.
 *
 * entry.S saves x0..x30 of the guest straight into x[]; the guest's other
 * registers stay in the hardware until the scheduler picks another vCPU.
 */
#ifndef GUEST_VCPU_H
#define GUEST_VCPU_H

#include "cpu/cpu.h"
#include "cpu/context.h"
#include "cpu/sysreg.h"
#include "guest/mmio.h"
#include "guest/patience.h"
#include "guest/virq.h"
#include "lib/types.h"

struct domain;

enum vcpu_state {
	VCPU_OFF,      /* PSCI: not on */
	VCPU_RUNNABLE, /* in its CPU's run queue */
	VCPU_RUNNING,  /* cpu->vcpu */
	VCPU_BLOCKED,  /* waits; see wait */
};

enum vcpu_wait { WAIT_NONE, WAIT_INTERRUPT, WAIT_IO, VCPU_WAITS };

struct vtimer {
	uint64_t ptimer_ctl, ptimer_cval; /* emulated CNTP */
	bool ptimer_line;                 /* level last given to the vGIC */
};

struct vcpu {
	uint64_t x[32];      /* first: entry.S; x[31] is XZR: always 0 */
	uint64_t pc, pstate; /* while not on a CPU */
	struct domain *domain;
	struct cpu *cpu; /* where it is queued or runs */
	uint32_t id;     /* in its domain; vcpu_affinity() */
	/* Scheduler; owner sched.c, lock: cpu's run queue */
	enum vcpu_state state;
	enum vcpu_wait wait;
	bool stopped;       /* domain paused, shut down or dying: must not run */
	bool off_requested; /* PSCI CPU_OFF: takes effect on exit */
	/*
	 * By enum vcpu_wait: woken while it ran, so its next such wait is over at once. A byte for each reason, written
	 * whole: any CPU sets it, with the run queue's lock; the CPU that runs the vCPU clears it, without.
	 */
	bool woken[VCPU_WAITS];
	bool yielded;
	uint32_t weight;
	uint64_t vruntime, run_start, cpu_time; /* counter ticks */
	uint8_t hurries;                        /* number of its next doorbells that wake dom0 at once */
	struct patience patience;
	uint64_t held;           /* credit that sched_wake_later() withholds, in vruntime */
	uint64_t timer_deadline; /* counter value at which it must wake, ~0 none */
	struct vcpu *next;       /* run queue */
	struct vcpu *sibling;    /* all vCPUs placed on its CPU */
	bool pinned;             /* never stolen by an idle CPU */
	uint8_t kind;            /* struct cpu's, of the CPUs it may run on; of no use when pinned */
	/* Its access to an emulated device; owner trap/abort.c, and io/ioreq.c while the device model answers it */
	struct mmio_pending {
		const struct mmio_region *region; /* found last: a hint */
		struct mmio_access access;
		uint32_t iss;      /* of its data abort */
		bool active, swap; /* the device model answers; bytes of a big-endian vCPU */
	} io;
	struct vtimer vtimer;
	uint64_t hcr;      /* HCR_VCPU bits: SError pending, caches may change; while not on a CPU */
	uint64_t clean_at; /* trap/cache_ops.c: IPA at which the cleaning goes on; 0: none is under way */
	uint64_t vdisr;    /* the virtual SError that its ESB deferred; while not on a CPU */
	struct vgic_vcpu vgic;
	struct cpu_context context; /* EL1 and FP/SIMD state while not on a CPU */
	uint64_t exits, injected, switches;
	uint64_t waits, interrupts; /* of the exits */
};

static inline bool vcpu_is_current(const struct vcpu *vcpu)
{
	return this_cpu()->vcpu == vcpu;
}
/* On a CPU this moment; any CPU asks. */
static inline bool vcpu_is_running(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->state, __ATOMIC_ACQUIRE) == VCPU_RUNNING;
}
/* Its load from a device gave this: to the register that the syndrome names. */
static inline void vcpu_loaded(struct vcpu *vcpu, uint64_t data)
{
	const struct mmio_pending *io = &vcpu->io;
	unsigned int reg = (unsigned int)ISS_SRT(io->iss), width = io->access.width;

	if (io->swap)
		data = mmio_swap(data, width);
	if (reg != 31)
		vcpu->x[reg] = mmio_extend(data, width, io->iss & ISS_SSE, io->iss & ISS_SF);
}
/*
 * Affinity of a vCPU as MPIDR_EL1 shows it: 16 to a group, since a CPU interface need not send SGIs to affinity 0 above
 * 15 (IHI 0069 H, ICC_CTLR_EL1.RSS).
 */
static inline uint64_t vcpu_affinity(uint32_t id)
{
	return (uint64_t)(id / 16) << 8 | id % 16;
}
/* The opposite; a number above each id for any other affinity. */
static inline uint64_t vcpu_of_affinity(uint64_t affinity)
{
	return affinity & ~0xf0full ? ~0ull : (affinity >> 8) * 16 + (affinity & 15);
}
/* Reset a vCPU: it starts at pc with x0, at EL1h, interrupts masked, MMU off. */
void vcpu_reset(struct vcpu *vcpu, uint64_t pc, uint64_t x0);
/* A vCPU in reset, OFF. The caller sets up its interrupts and places it on a CPU. NULL: no memory. */
struct vcpu *vcpu_create(struct domain *domain, unsigned int id);
void vcpu_free(struct vcpu *vcpu);
#endif
