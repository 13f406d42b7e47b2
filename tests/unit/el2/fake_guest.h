/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_guest.h - what guest/domain.c, io/ and hypercall/ find beside them in a
 * test: vCPUs that only have a state, a vGIC that notes what it was told, a
 * pool of FAKE_RAM_BYTES, a dom0 with two vCPUs.
 */
#ifndef TESTS_FAKE_GUEST_H
#define TESTS_FAKE_GUEST_H

#include "fake_el2.h"
#include "guest/domain.h"

/* Last interrupt given to the vGIC. */
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

void fake_guest_start(void); /* heap, stage 2, pool (scrubbed), dom0; domain_hooks are the test's */
void fake_guest_stop(void);
/* A domU in BUILDING, without the reference of its creator. */
struct domain *fake_domu(unsigned int vcpus);
/* The vCPU is on a CPU, as the scheduler would have it. */
void fake_run(struct vcpu *vcpu);
/* Step DESTROY to its end; returns the last status. */
enum vimo_status fake_destroy(struct domain *domain);

#endif
