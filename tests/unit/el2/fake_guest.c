// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake_guest.c - see fake_guest.h.
 */
#include "fake_guest.h"
#include <stdlib.h>
#include "guest/domain_life.h"
#include "guest/runqueue.h"
#include "guest/sched.h"
#include "guest/sched_wake.h"
#include "guest/vgic.h"
#include "guest/vgic_setup.h"
#include "hw/gic.h"
#include "hw/power.h"
#include "hw/psci.h"
#include "hw/timer.h"
#include "lib/log.h"
#include "mem/heap.h"
#include "mem/pool.h"
#include "mem/stage2.h"

#define HEAP_PAGES 1024u

struct fake_irq fake_irq;
struct gic_info gic_info = { .version = 3, .irq_count = 288 };
unsigned int cpu_count = 2;
uint64_t test_counter;
unsigned int fake_yields, fake_completions;
unsigned int fake_power[POWER_ACTIONS];
int64_t (*fake_psci)(uint64_t function, uint64_t a1);

void log_guest(struct log_source *source, const char *format, ...)
{
	(void)source;
	(void)format;
}

struct vimo_log *log_ring(void)
{
	static struct vimo_log log __attribute__((aligned(4096)));

	return &log;
}

enum vimo_status vgic_init(struct domain *domain, unsigned int spi_count)
{
	domain->vgic.spi_count = spi_count;
	return VIMO_OK;
}

void vgic_destroy(struct domain *domain)
{
	(void)domain;
}

enum vimo_status vgic_add_regions(struct domain *domain, const struct vgic_frames *frames)
{
	(void)domain;
	(void)frames;
	return VIMO_OK;
}

void vgic_pulse(struct domain *domain, struct vcpu *vcpu, uint32_t intid)
{
	fake_irq.pulses++;
	fake_irq.domain = domain;
	fake_irq.vcpu = vcpu;
	fake_irq.intid = intid;
}

void vgic_pulse_when(struct domain *domain, struct vcpu *vcpu, uint32_t intid, enum vgic_when when)
{
	fake_irq.later += when == VGIC_LATER;
	fake_irq.soon += when == VGIC_SOON;
	vgic_pulse(domain, vcpu, intid);
}

void vgic_set_level(struct domain *domain, struct vcpu *vcpu, uint32_t intid, bool high)
{
	fake_irq.levels++;
	fake_irq.domain = domain;
	fake_irq.vcpu = vcpu;
	fake_irq.intid = intid;
	fake_irq.high = high;
}

void vgic_vcpu_init(struct vcpu *vcpu)
{
	(void)vcpu;
}

void runqueue_place(struct vcpu *vcpu)
{
	(void)vcpu;
}

void runqueue_forget(struct vcpu *vcpu)
{
	assert_int_not_equal(vcpu->state, VCPU_RUNNING);
}

void sched_start(struct vcpu *vcpu)
{
	assert_int_equal(vcpu->state, VCPU_OFF);
	vcpu->state = VCPU_RUNNABLE;
}

void sched_wake(struct vcpu *vcpu, enum vcpu_wait reason)
{
	fake_completions += reason == WAIT_IO;
	vcpu->held = 0;
}

void sched_off(struct vcpu *vcpu)
{
	vcpu->state = VCPU_OFF;
}

void sched_stop(struct vcpu *vcpu)
{
	vcpu->stopped = true;
	if (vcpu->state == VCPU_RUNNING)
		vcpu->state = VCPU_RUNNABLE;
}

void sched_resume(struct vcpu *vcpu)
{
	vcpu->stopped = false;
}

void sched_yield(struct vcpu *vcpu)
{
	(void)vcpu;
	fake_yields++;
}

void sched_block(struct vcpu *vcpu, enum vcpu_wait reason)
{
	vcpu->wait = reason;
}

int64_t psci_firmware_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	(void)a2;
	(void)a3;
	return fake_psci ? fake_psci(function, a1) : PSCI_NOT_SUPPORTED;
}

void power_act(enum power_action action)
{
	fake_power[action]++;
}

uint64_t counter_to_ns(uint64_t ticks)
{
	return ticks * 16;
}

void fake_run(struct vcpu *vcpu)
{
	vcpu->state = VCPU_RUNNING;
}

static enum vimo_status created(struct domain *domain)
{
	(void)domain;
	return VIMO_OK;
}

static void ignored(struct domain *domain)
{
	(void)domain;
}

const struct domain_hooks fake_no_io = { created, ignored, ignored };

void fake_guest_start(void)
{
	fake_el2_start(HEAP_PAGES);
	fake_irq = (struct fake_irq){ 0 };
	fake_yields = fake_completions = 0;
	stage2_setup(48, false);
	assert_int_equal(pool_init(&(struct pool_bank){ FAKE_RAM_BASE, FAKE_RAM_BYTES }, 1), VIMO_OK);
	assert_int_equal(pool_add(PA(FAKE_RAM_BASE), FAKE_RAM_BYTES), VIMO_OK);
	while (pool_scrub(BLOCK_SIZE, NULL))
		;
	assert_int_equal(domain_create_dom0(2, &dom0), VIMO_OK);
}

/* dom0 lasts as long as the machine: empty the table by hand for the next test. */
void fake_guest_stop(void)
{
	struct domain *old = dom0, *domain;

	while ((domain = domain_next(0))) {
		domain_put(domain);
		assert_int_equal(fake_destroy(domain), VIMO_OK);
	}
	dom0 = NULL;
	for (unsigned int i = 0; i < old->vcpu_count; i++)
		old->vcpus[i]->state = VCPU_OFF;
	old->io = NULL;
	assert_int_equal(domain_destroy(old), VIMO_OK);
	fake_el2_stop();
}

struct domain *fake_domu(unsigned int vcpus)
{
	struct domain *domain = NULL;

	assert_int_equal(domain_create(vcpus, 0, &domain), VIMO_OK);
	assert_non_null(domain);
	domain_put(domain);
	return domain;
}

enum vimo_status fake_destroy(struct domain *domain)
{
	uint16_t id = domain->id;
	enum vimo_status status = VIMO_AGAIN;

	for (unsigned int i = 0; status == VIMO_AGAIN && i < 10000; i++) {
		domain = domain_get(id);
		assert_non_null(domain);
		status = domain_destroy(domain);
		if (status)
			domain_put(domain);
	}
	return status;
}
