/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_guest.h - the modules beside guest/domain*.c, io/ and hypercall/ in a test:
 * vCPUs that only have a state, a vGIC that records its interrupts, a pool of
 * FAKE_RAM_BYTES, a dom0 with two vCPUs.
 */
#ifndef TESTS_FAKE_GUEST_H
#define TESTS_FAKE_GUEST_H

#include "fake_el2.h"
#include "guest/domain.h"
#include "hw/power.h"

/* The last interrupt given to the vGIC. */
struct fake_irq {
	unsigned int pulses, soon, later, levels;
	const struct domain *domain;
	const struct vcpu *vcpu;
	uint32_t intid;
	bool high;
};
extern struct fake_irq fake_irq;
extern uint64_t test_counter;
extern unsigned int fake_yields, fake_completions;
/* How often EL2 wrote the board's register. */
extern unsigned int fake_power[POWER_ACTIONS];
/* The firmware that EL2 calls; NULL: none. */
extern int64_t (*fake_psci)(uint64_t function, uint64_t a1);

extern const struct domain_hooks fake_no_io; /* hooks of domains without I/O */
void fake_guest_start(void);                 /* heap, stage 2, pool (scrubbed), dom0; domain_hooks are the test's */
void fake_guest_stop(void);
/* A domU in BUILDING, without the reference of its creator. */
struct domain *fake_domu(unsigned int vcpus);
/* Put the vCPU on a CPU, as the scheduler does. */
void fake_run(struct vcpu *vcpu);
/* Repeat DESTROY until it is done. Return: the last status. */
enum vimo_status fake_destroy(struct domain *domain);

#endif
