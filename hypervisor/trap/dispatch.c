// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dispatch.c - choose a handler for a guest exit by exception class.
 * Context: exiting CPU, interrupts masked, no locks held.
 */
#include "trap/dispatch.h"
#include "cpu/sysreg.h"
#include "guest/domain.h"
#include "guest/inject.h"
#include "guest/sched.h"
#include "guest/vcpu_switch.h"
#include "guest/vgic_lr.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "trap/aarch32.h"
#include "trap/abort.h"
#include "trap/irq.h"
#include "trap/smccc.h"
#include "trap/sysreg.h"

#define ISS_CONDITION (0x1full << 20) /* CV, COND */
#define ISS_ALWAYS (0x1eull << 20)
static enum trap_result trap_wfx(struct vcpu *vcpu, uint64_t esr)
{
	if (unlikely((esr & ISS_CONDITION) != ISS_ALWAYS) && !aarch32_condition_holds(esr, read_sysreg(spsr_el2)))
		return TRAP_NEXT;
	vcpu->waits++;
	if (esr & 1)
		sched_yield(vcpu);
	else
		sched_block(vcpu, WAIT_INTERRUPT);
	return TRAP_NEXT;
}

static const trap_handler handlers[ESR_EC_COUNT] = {
	[ESR_EC_WFX] = trap_wfx,
	[ESR_EC_HVC64] = trap_hvc,
	[ESR_EC_SMC64] = trap_smc,
	[ESR_EC_SYS64] = trap_sysreg,
	[ESR_EC_IABT_LOW] = trap_instruction_abort,
	[ESR_EC_DABT_LOW] = trap_data_abort,
};

#define ESR_EC_CONDITION_END 0x10u
#define SPSR_SS BIT(21)
#define SPSR_M32 BIT(4)

/* A 32-bit EL0 may have used a 16-bit instruction, in an IT block; a single step is over. */
static NOINLINE void next_of_state(uint64_t esr, uint64_t spsr)
{
	write_sysreg(read_sysreg(elr_el2) + (esr & ESR_IL ? 4 : 2), elr_el2);
	write_sysreg((spsr & SPSR_M32 ? aarch32_advance(spsr) : spsr) & ~SPSR_SS, spsr_el2);
}

/* Move PC past the trapped instruction. */
static ALWAYS_INLINE void next_instruction(uint64_t esr)
{
	uint64_t spsr = read_sysreg(spsr_el2);

	if (unlikely(spsr & (SPSR_SS | SPSR_M32)))
		next_of_state(esr, spsr);
	else
		write_sysreg(read_sysreg(elr_el2) + 4, elr_el2);
}

/* A 32-bit instruction without a handler is UNDEFINED only if its condition holds. */
static NOINLINE void undefined(struct vcpu *vcpu, uint64_t esr)
{
	uint64_t spsr = read_sysreg(spsr_el2);

	if ((spsr & SPSR_M32) && ESR_EC(esr) && ESR_EC(esr) < ESR_EC_CONDITION_END &&
	    !aarch32_condition_holds(esr, spsr))
		next_instruction(esr);
	else
		inject_undefined(vcpu);
}

static NOINLINE struct vcpu *catch_up(struct cpu *cpu)
{
	do {
		if (cpu->work)
			sched_run();
		if (cpu->vcpu->vgic.dirty)
			vgic_flush(cpu->vcpu);
	} while (cpu->work);
	return cpu->vcpu;
}

static inline struct vcpu *before_return(struct vcpu *vcpu)
{
	struct cpu *cpu = this_cpu();

	return unlikely(cpu->work | vcpu->vgic.dirty) ? catch_up(cpu) : vcpu;
}

struct vcpu *trap_sync(struct vcpu *vcpu)
{
	uint64_t esr = read_sysreg(esr_el2);
	trap_handler handle = handlers[ESR_EC(esr)];
	enum trap_result result = handle ? handle(vcpu, esr) : TRAP_UNDEFINED;

	vcpu->exits++;
	if (likely(result == TRAP_NEXT))
		next_instruction(esr);
	else if (unlikely(result == TRAP_UNDEFINED))
		undefined(vcpu, esr);
	return before_return(vcpu);
}

struct vcpu *trap_irq(struct vcpu *vcpu)
{
	vcpu->exits++;
	vcpu->interrupts++;
	irq_handle();
	return before_return(vcpu);
}

struct vcpu *trap_fiq(struct vcpu *vcpu)
{
	vcpu->exits++;
	fiq_handle();
	return before_return(vcpu);
}

/* An SError interrupted this vCPU, dom0's or a guest's: HCR_EL2.AMO routes it here (DDI 0487 J.a, D1.3.5). */
struct vcpu *trap_serror(struct vcpu *vcpu)
{
	vcpu->exits++;
	vcpu_serror(vcpu, read_sysreg(esr_el2), read_sysreg(elr_el2));
	return before_return(vcpu);
}

_Noreturn void trap_el2(unsigned int vector, const uint64_t *x)
{
	if (panic_hook)
		panic_hook();
	for (unsigned int i = 0; i < 32; i += 4)
		log_print(LOG_ERROR, "x%u: %lx %lx %lx %lx", i, (unsigned long)x[i], (unsigned long)x[i + 1],
			  (unsigned long)x[i + 2], (unsigned long)x[i + 3]);
	panic("exception at EL2: vector %u ESR %lx ELR %lx FAR %lx SPSR %lx", vector,
	      (unsigned long)read_sysreg(esr_el2), (unsigned long)read_sysreg(elr_el2),
	      (unsigned long)read_sysreg(far_el2), (unsigned long)read_sysreg(spsr_el2));
}
