// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vgic.c - virtual interrupts from source to EOI, on both GIC versions.
 * The physical GIC is a model: list registers of two CPUs, and the active bits
 * behind them.
 */
#include "fake_el2.h"
#include "fake_sysreg.h"
#include <stdlib.h>
#include <string.h>
#include "guest/domain.h"
#include "guest/sched_wake.h"
#include "guest/vgic.h"
#include "guest/vgic_lr.h"
#include "cpu/wait.h"
#include "guest/vgic_setup.h"
#include "hw/timer.h"
#include "mem/heap.h"

#define GICD 0x08000000ull
#define GICR 0x080a0000ull
#define GICC 0x08010000ull
#define CTLR 0x000u
#define ISENABLER 0x100u
#define ICENABLER 0x180u
#define ISPENDR 0x200u
#define ICPENDR 0x280u
#define ISACTIVER 0x300u
#define ICACTIVER 0x380u
#define IPRIORITYR 0x400u
#define ITARGETSR 0x800u
#define ICFGR 0xc00u
#define SGIR 0xf00u
#define SGI_FRAME 0x10000u
#define SPI 40u
#define HW_SPI 50u
#define LRS 16u
#define NONE 1023u

struct gic_info gic_info;
const struct gic_ops *gic;
struct cpu cpus[CPU_MAX];
unsigned int cpu_count = 2;

static struct gic_lr lrs[2][LRS];
static bool active[1024], physical_pending[1024], physical_enabled[1024];
static unsigned int overflow, ended_elsewhere; /* GIC_OVERFLOW_*; EOIcount */
static uint8_t running[16];
static unsigned int running_count;
static void (*answers)(void);
uint64_t test_counter;
static unsigned int kicks, wakes, wakes_later, wakes_soon, target_cpu;
static struct domain *domain;
static size_t heap_before;

static struct gic_lr *lr_here(void)
{
	return lrs[this_cpu()->id];
}

static void fake_lr_write(unsigned int n, struct gic_lr lr)
{
	assert_true(n < gic_info.lr_count);
	lr_here()[n] = lr;
}

static struct gic_lr fake_lr_read(unsigned int n)
{
	assert_true(n < gic_info.lr_count);
	return lr_here()[n];
}

static uint64_t fake_lr_empty(void)
{
	uint64_t empty = 0;

	/* A list register that asked for maintenance does not count as empty (IHI 0069, ICH_ELRSR_EL2). */
	for (unsigned int n = 0; n < gic_info.lr_count; n++)
		if (!(lr_here()[n].state & (GIC_LR_PENDING | GIC_LR_ACTIVE)) && !lr_here()[n].eoi_maintenance)
			empty |= BIT(n);
	return empty;
}

static void fake_enable(uint32_t intid)
{
	physical_enabled[intid] = true;
}
static void fake_disable(uint32_t intid)
{
	physical_enabled[intid] = false;
}
static void fake_deactivate(uint32_t intid)
{
	active[intid] = false;
}
static void fake_set_active(uint32_t intid, bool on)
{
	active[intid] = on;
}
static void fake_set_pending(uint32_t intid, bool on)
{
	physical_pending[intid] = on;
}
static void fake_set_target(uint32_t intid, unsigned int cpu)
{
	(void)intid;
	target_cpu = cpu;
}
static void fake_set_edge(uint32_t intid, bool edge)
{
	(void)intid;
	(void)edge;
}
static void fake_set_overflow(unsigned int what)
{
	overflow = what;
	ended_elsewhere = 0;
}
static unsigned int fake_eoi_count(void)
{
	unsigned int count = ended_elsewhere;

	ended_elsewhere = 0;
	return count;
}
static void fake_save(struct gic_vcpu_state *state)
{
	(void)state;
	overflow = ended_elsewhere = 0;
}
static void fake_restore(const struct gic_vcpu_state *state)
{
	(void)state;
}

static const struct gic_ops fake_ops = {
	.lr_write = fake_lr_write,
	.lr_read = fake_lr_read,
	.lr_empty = fake_lr_empty,
	.enable = fake_enable,
	.disable = fake_disable,
	.deactivate = fake_deactivate,
	.set_active = fake_set_active,
	.set_pending = fake_set_pending,
	.set_target = fake_set_target,
	.set_edge = fake_set_edge,
	.set_overflow = fake_set_overflow,
	.eoi_count = fake_eoi_count,
	.save = fake_save,
	.restore = fake_restore,
};

void sched_wake(struct vcpu *vcpu, enum vcpu_wait reason)
{
	(void)vcpu;
	assert_int_equal(reason, WAIT_INTERRUPT);
	wakes++;
}

void sched_wake_later(struct vcpu *vcpu, bool soon)
{
	(void)vcpu;
	wakes_later++;
	wakes_soon += soon;
}

void sched_kick(struct cpu *cpu)
{
	(void)cpu;
	kicks++;
}

/* Another CPU does what it is asked to. */
void cpu_relax(void)
{
	assert_non_null(answers);
	answers();
}

static void on_cpu(unsigned int cpu)
{
	test_this_cpu = &cpus[cpu];
}

static void run(unsigned int cpu, unsigned int id)
{
	on_cpu(cpu);
	cpus[cpu].vcpu = domain->vcpus[id];
	domain->vcpus[id]->cpu = &cpus[cpu];
	domain->vcpus[id]->state = VCPU_RUNNING;
	vgic_load(domain->vcpus[id]);
}

static void stop(unsigned int cpu)
{
	struct vcpu *vcpu = cpus[cpu].vcpu;

	on_cpu(cpu);
	vgic_put(vcpu);
	vcpu->state = VCPU_BLOCKED;
	cpus[cpu].vcpu = NULL;
}

/* What the guest's CPU does before its next instruction. */
static void enter(void)
{
	if (this_cpu()->vcpu->vgic.dirty)
		vgic_flush(this_cpu()->vcpu);
}

/* The guest reads IAR; nothing is masked by what is active. */
static uint32_t take(void)
{
	struct gic_lr *best = NULL;

	enter();
	for (unsigned int n = 0; n < gic_info.lr_count; n++) {
		struct gic_lr *lr = &lr_here()[n];

		if (lr->state & GIC_LR_PENDING && (!best || lr->priority < best->priority))
			best = lr;
	}
	if (!best)
		return NONE;
	best->state = (uint8_t)((best->state & ~GIC_LR_PENDING) | GIC_LR_ACTIVE);
	return best->intid | (uint32_t)best->source << 10;
}

static bool maintenance_is_due(void)
{
	bool none_pending = true;

	for (unsigned int n = 0; n < gic_info.lr_count; n++)
		none_pending = none_pending && !(lr_here()[n].state & GIC_LR_PENDING);
	return (overflow & GIC_OVERFLOW_PENDING && none_pending) || (overflow & GIC_OVERFLOW_ACTIVE && ended_elsewhere);
}

/* The guest writes EOIR; it must find the interrupt with the source it took. */
static void finish(uint32_t iar)
{
	bool maintenance = false;
	unsigned int found = 0;

	enter();
	for (unsigned int n = 0; n < gic_info.lr_count; n++) {
		struct gic_lr *lr = &lr_here()[n];

		if (!(lr->state & GIC_LR_ACTIVE) || (lr->intid | (uint32_t)lr->source << 10) != iar)
			continue;
		found++;
		lr->state &= (uint8_t)~GIC_LR_ACTIVE;
		if (lr->state & GIC_LR_HW)
			active[lr->hw_intid] = false;
		else if (!(lr->state & GIC_LR_PENDING))
			maintenance = lr->eoi_maintenance;
	}
	if (overflow & GIC_OVERFLOW_ACTIVE && !found)
		ended_elsewhere++;
	else
		assert_int_equal(found, 1);
	/* Asserted as long as its cause is: a handler that does not end it hangs the CPU. */
	for (unsigned int i = 0; maintenance || maintenance_is_due(); i++) {
		assert_true(i < 3);
		maintenance = false;
		vgic_flush(this_cpu()->vcpu);
	}
	enter();
}

static uint8_t domain_priority(uint32_t intid)
{
	return virq_find(domain, this_cpu()->vcpu, intid)->priority;
}

/* The same with active priorities: the stack of those that preempted each other. */
static uint32_t preempt(void)
{
	uint32_t iar;

	enter();
	for (unsigned int n = 0; n < gic_info.lr_count; n++) {
		struct gic_lr *lr = &lr_here()[n];
		bool urgent = !running_count || lr->priority < running[running_count - 1];

		if (!(lr->state & GIC_LR_PENDING) || !urgent)
			continue;
		iar = take();
		assert_true(running_count < ARRAY_SIZE(running));
		running[running_count++] = domain_priority(iar & 0x3ff);
		while (maintenance_is_due())
			vgic_flush(this_cpu()->vcpu);
		return iar;
	}
	return NONE;
}

/* EOIR with EOImode = 0: the most urgent one. */
static void end_urgent(uint32_t iar)
{
	assert_true(running_count > 0);
	running_count--;
	finish(iar);
}

static uint64_t access_at(uint64_t address, unsigned int width, bool write, uint64_t data)
{
	const struct mmio_region *region = mmio_find(&domain->mmio, address);
	struct mmio_access access = { .data = data, .width = (uint8_t)width, .write = write };

	assert_non_null(region);
	access.offset = address - region->base;
	assert_int_equal(region->access(this_cpu()->vcpu, region->context, &access), MMIO_DONE);
	assert_false(domain->vgic.lock.held);
	return access.data;
}

static uint32_t get(uint64_t offset)
{
	return (uint32_t)access_at(GICD + offset, 4, false, 0);
}

static void put(uint64_t offset, uint32_t value)
{
	access_at(GICD + offset, 4, true, value);
}

static uint64_t private_bank(unsigned int id)
{
	return gic_info.version == 3 ? GICR + id * 0x20000ull + SGI_FRAME : GICD;
}

static void put_private(unsigned int id, uint64_t offset, uint32_t value)
{
	access_at(private_bank(id) + offset, 4, true, value);
}

static void enable_all(void)
{
	put(CTLR, 3);
	put(ISENABLER + 4, ~0u);
	put_private(0, ISENABLER, ~0u);
}

static int start_version(unsigned int version)
{
	fake_el2_start(256);
	heap_before = heap_free_pages();
	gic = &fake_ops;
	gic_info = (struct gic_info){ .version = version, .irq_count = 96, .lr_count = 4, .priority_bits = 5 };
	memset(lrs, 0, sizeof(lrs));
	memset(active, 0, sizeof(active));
	memset(physical_pending, 0, sizeof(physical_pending));
	memset(physical_enabled, 0, sizeof(physical_enabled));
	memset(cpus, 0, sizeof(cpus));
	cpus[1].id = 1;
	kicks = wakes = target_cpu = 0;
	overflow = ended_elsewhere = running_count = 0;
	test_counter = 1000;
	fake_sysreg_set("cntv_ctl_el0", 0);
	answers = NULL;
	domain = calloc(1, sizeof(*domain));
	assert_non_null(domain);
	domain->vcpu_count = 2;
	for (unsigned int i = 0; i < 2; i++) {
		domain->vcpus[i] = calloc(1, sizeof(struct vcpu));
		assert_non_null(domain->vcpus[i]);
		domain->vcpus[i]->domain = domain;
		domain->vcpus[i]->id = i;
		domain->vcpus[i]->cpu = &cpus[i];
		vgic_vcpu_init(domain->vcpus[i]);
	}
	assert_int_equal(vgic_init(domain, 64), VIMO_OK);
	assert_int_equal(vgic_add_regions(domain, &(struct vgic_frames){ { GICD }, { GICR }, { GICC } }), VIMO_OK);
	assert_int_equal(vgic_assign_physical(domain, HW_SPI), VIMO_OK);
	run(0, 0);
	return 0;
}

static int start_v2(void **state)
{
	(void)state;
	return start_version(2);
}

static int start_v3(void **state)
{
	(void)state;
	return start_version(3);
}

static int end(void **state)
{
	struct cpu *first = &cpus[0];

	(void)state;
	vgic_destroy(domain);
	assert_int_equal(heap_free_pages(), heap_before);
	for (unsigned int i = 0; i < 2; i++)
		free(domain->vcpus[i]);
	free(domain);
	test_this_cpu = first;
	fake_el2_stop();
	return 0;
}

static void pulse_reaches_the_guest_once(void **state)
{
	(void)state;
	enable_all();
	vgic_pulse(domain, NULL, SPI);
	assert_int_equal(take(), SPI);
	assert_int_equal(take(), NONE);
	finish(SPI);
	assert_int_equal(take(), NONE);
}

static void disabled_waits_until_it_is_enabled(void **state)
{
	(void)state;
	put(CTLR, 3);
	vgic_pulse(domain, NULL, SPI);
	assert_int_equal(take(), NONE);
	put(ISENABLER + 4, 1u << (SPI - 32));
	assert_int_equal(get(ISENABLER + 4), 1u << (SPI - 32));
	assert_int_equal(take(), SPI);
	finish(SPI);
}

static void distributor_off_holds_private_and_shared(void **state)
{
	(void)state;
	enable_all();
	put(CTLR, 0);
	vgic_pulse(domain, NULL, SPI);
	vgic_pulse(domain, domain->vcpus[0], 31);
	assert_int_equal(take(), NONE);
	put(CTLR, 3);
	assert_int_not_equal(take(), NONE);
	assert_int_not_equal(take(), NONE);
	assert_int_equal(take(), NONE);
}

static void distributor_off_takes_back_what_was_given(void **state)
{
	(void)state;
	enable_all();
	vgic_pulse(domain, NULL, SPI);
	put(CTLR, 0);
	assert_int_equal(take(), NONE);
	put(CTLR, 3);
	assert_int_equal(take(), SPI);
	finish(SPI);
}

static void more_urgent_goes_first_and_none_is_lost(void **state)
{
	uint32_t last = 0;

	(void)state;
	enable_all();
	for (unsigned int i = 0; i < 8; i++)
		access_at(GICD + IPRIORITYR + SPI + i, 1, true, (8 - i) * 8);
	for (unsigned int i = 0; i < 8; i++)
		vgic_pulse(domain, NULL, SPI + i);
	enter();
	assert_int_equal(overflow, GIC_OVERFLOW_PENDING);
	for (unsigned int i = 0; i < 8; i++) {
		uint32_t iar = take();

		assert_int_not_equal(iar, NONE);
		last |= 1u << (iar - SPI);
		finish(iar);
	}
	assert_int_equal(last, 0xff);
	assert_int_equal(overflow, 0);
	assert_int_equal(take(), NONE);
}

static void level_comes_again_while_the_line_is_high(void **state)
{
	(void)state;
	enable_all();
	vgic_set_level(domain, NULL, SPI, true);
	assert_int_equal(take(), SPI);
	finish(SPI);
	assert_int_equal(take(), SPI);
	vgic_set_level(domain, NULL, SPI, false);
	finish(SPI);
	assert_int_equal(take(), NONE);
}

static void level_that_fell_is_not_delivered(void **state)
{
	(void)state;
	enable_all();
	vgic_set_level(domain, NULL, SPI, true);
	vgic_set_level(domain, NULL, SPI, false);
	assert_int_equal(take(), NONE);
}

static void pending_by_software_survives_a_fold(void **state)
{
	uint32_t bit = 1u << (SPI - 32);

	(void)state;
	enable_all();
	put(ISPENDR + 4, bit);
	assert_int_equal(get(ISPENDR + 4), bit);
	stop(0);
	run(0, 0);
	assert_int_equal(take(), SPI);
	assert_int_equal(get(ISPENDR + 4), 0);
	assert_int_equal(get(ISACTIVER + 4), bit);
	finish(SPI);
	assert_int_equal(take(), NONE);
	put(ISPENDR + 4, bit);
	put(ICPENDR + 4, bit);
	assert_int_equal(take(), NONE);
}

static void active_moves_with_its_vcpu(void **state)
{
	(void)state;
	enable_all();
	vgic_pulse(domain, NULL, SPI);
	assert_int_equal(take(), SPI);
	stop(0);
	run(1, 0);
	assert_int_equal(get(ISACTIVER + 4), 1u << (SPI - 32));
	enter();
	finish(SPI);
	assert_int_equal(get(ISACTIVER + 4), 0);
}

static void hardware_interrupt_is_finished_by_the_guest(void **state)
{
	(void)state;
	enable_all();
	assert_true(physical_enabled[HW_SPI]);
	active[HW_SPI] = true;
	vgic_physical(domain, HW_SPI);
	assert_int_equal(take(), HW_SPI);
	assert_true(active[HW_SPI]);
	finish(HW_SPI);
	assert_false(active[HW_SPI]);
	put(ICENABLER + 4, 1u << (HW_SPI - 32));
	assert_false(physical_enabled[HW_SPI]);
}

static void cleared_hardware_interrupt_can_fire_again(void **state)
{
	uint32_t bit = 1u << (HW_SPI - 32);

	(void)state;
	enable_all();
	active[HW_SPI] = true;
	vgic_physical(domain, HW_SPI);
	put(ICPENDR + 4, bit);
	assert_false(active[HW_SPI]);
	assert_int_equal(take(), NONE);
	active[HW_SPI] = true;
	vgic_physical(domain, HW_SPI);
	assert_int_equal(take(), HW_SPI);
	put(ICACTIVER + 4, bit);
	assert_false(active[HW_SPI]);
	put(ISPENDR + 4, bit);
	assert_true(physical_pending[HW_SPI]);
}

static void interrupt_without_an_owner_is_shut_off(void **state)
{
	(void)state;
	active[SPI] = physical_enabled[SPI] = true;
	vgic_physical(domain, SPI);
	assert_false(active[SPI]);
	assert_false(physical_enabled[SPI]);
}

/* Level-sensitive SPIs SPI, SPI + 1, ... of falling priority, each taken while those before are active. */
#define DEPTH 12u

static void nest(unsigned int lr_count, bool with_hw)
{
	uint32_t order[DEPTH];

	gic_info.lr_count = lr_count;
	enable_all();
	for (unsigned int i = 0; i < DEPTH; i++) {
		order[i] = with_hw && i == 3 ? HW_SPI : SPI + i + (SPI + i >= HW_SPI);
		access_at(GICD + IPRIORITYR + order[i], 1, true, (DEPTH - i) * 16);
	}
	for (unsigned int i = 0; i < DEPTH; i++) {
		if (order[i] == HW_SPI) {
			active[HW_SPI] = true;
			vgic_physical(domain, HW_SPI);
		} else {
			vgic_pulse(domain, NULL, order[i]);
		}
		assert_int_equal(preempt(), order[i]);
		assert_int_equal(preempt(), NONE);
	}
	for (unsigned int i = 0; i < DEPTH; i++)
		assert_true(get(ISACTIVER + 4) & 1u << (order[i] - 32));
	stop(0);
	run(1, 0);
	for (unsigned int i = DEPTH; i-- > 0;) {
		assert_true(get(ISACTIVER + 4) & 1u << (order[i] - 32));
		end_urgent(order[i]);
		assert_false(get(ISACTIVER + 4) & 1u << (order[i] - 32));
		assert_int_equal(preempt(), NONE);
	}
	assert_int_equal(get(ISACTIVER + 4), 0);
	assert_false(active[HW_SPI]);
	assert_int_equal(overflow, 0);
	vgic_pulse(domain, NULL, order[0]);
	assert_int_equal(preempt(), order[0]);
	end_urgent(order[0]);
}

static void twelve_nest_in_four_list_registers(void **state)
{
	(void)state;
	nest(4, true);
}

static void twelve_nest_in_one_list_register(void **state)
{
	(void)state;
	nest(1, true);
}

static void twelve_nest_in_sixteen_list_registers(void **state)
{
	(void)state;
	nest(LRS, false);
}

/* EOImode = 1: the guest deactivates in any order. */
static void deactivation_beyond_list_registers_names_its_interrupt(void **state)
{
	(void)state;
	gic_info.lr_count = 1;
	enable_all();
	for (unsigned int i = 0; i < 3; i++) {
		access_at(GICD + IPRIORITYR + SPI + i, 1, true, (3 - i) * 16);
		vgic_pulse(domain, NULL, SPI + i);
		assert_int_equal(preempt(), SPI + i);
	}
	vgic_pulse(domain, NULL, SPI);
	enter();
	assert_true(overflow & GIC_OVERFLOW_ACTIVE);
	/* Not the most urgent one. */
	if (gic_info.version == 2)
		access_at(GICC + 0x1000, 4, true, SPI + 1);
	else
		vgic_dir(domain->vcpus[0], SPI + 1);
	enter();
	assert_int_equal(get(ISACTIVER + 4), 5u << (SPI - 32));
	assert_int_equal(get(ISPENDR + 4), 1u << (SPI - 32));
	vgic_dir(domain->vcpus[0], SPI + 2);
	vgic_dir(domain->vcpus[0], SPI);
	vgic_dir(domain->vcpus[0], 1023); /* no such interrupt */
	enter();
	assert_int_equal(get(ISACTIVER + 4), 0);
	assert_int_equal(take(), SPI);
	vgic_dir(domain->vcpus[0], SPI);
	enter();
	assert_int_equal(overflow, 0);
}

static void pending_beyond_one_list_register_comes_in_turn(void **state)
{
	(void)state;
	gic_info.lr_count = 1;
	enable_all();
	for (unsigned int i = 0; i < 4; i++) {
		access_at(GICD + IPRIORITYR + SPI + i, 1, true, i * 16);
		vgic_pulse(domain, NULL, SPI + i);
	}
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(preempt(), SPI + i);
		assert_int_equal(preempt(), NONE);
		end_urgent(SPI + i);
	}
	assert_int_equal(preempt(), NONE);
	assert_int_equal(overflow, 0);
}

#define TIMER_DUE (TIMER_ENABLE | TIMER_ISTATUS)

static void fire_timer(void)
{
	fake_sysreg_set("cntv_ctl_el0", TIMER_DUE);
	active[27] = true;
	vgic_vtimer(domain->vcpus[0]);
}

static uint32_t timer_pending(void)
{
	return (uint32_t)access_at(private_bank(0) + ISPENDR, 4, false, 0) & 1u << 27;
}

static void timer_that_fell_is_not_pending(void **state)
{
	static const uint64_t fallen[] = { 0, TIMER_ENABLE, TIMER_DUE | TIMER_IMASK };

	(void)state;
	enable_all();
	for (unsigned int i = 0; i < ARRAY_SIZE(fallen); i++) {
		fire_timer();
		assert_true(timer_pending());
		fake_sysreg_set("cntv_ctl_el0", fallen[i]);
		assert_false(timer_pending());
		/* It can fire again. */
		assert_false(active[27]);
		assert_int_equal(take(), NONE);
	}
	fire_timer();
	assert_int_equal(take(), 27);
	fake_sysreg_set("cntv_ctl_el0", 0);
	assert_true(active[27]);
	finish(27);
	assert_false(active[27]);
}

static void timer_follows_its_line_while_it_is_active(void **state)
{
	(void)state;
	enable_all();
	fire_timer();
	assert_int_equal(take(), 27);
	assert_true(timer_pending()); /* the line is high until the guest sets the timer */
	fake_sysreg_set("cntv_ctl_el0", TIMER_ENABLE);
	assert_false(timer_pending());
	finish(27);
}

static void timer_that_fell_does_not_end_a_wait(void **state)
{
	(void)state;
	enable_all();
	fire_timer();
	assert_true(vgic_has_pending(domain->vcpus[0]));
	fake_sysreg_set("cntv_ctl_el0", 0);
	assert_false(vgic_has_pending(domain->vcpus[0]));
	assert_false(active[27]);
}

static void timer_that_fell_is_dropped_at_a_switch(void **state)
{
	struct vcpu *vcpu = domain->vcpus[0];

	(void)state;
	enable_all();
	fire_timer();
	vcpu->context.cntv_ctl = TIMER_ENABLE;
	vcpu->context.cntv_cval = test_counter + 1;
	stop(0);
	run(0, 0);
	fake_sysreg_set("cntv_ctl_el0", TIMER_ENABLE);
	assert_int_equal(take(), NONE);
	/* Still due: kept. */
	fire_timer();
	vcpu->context.cntv_cval = test_counter;
	stop(0);
	run(0, 0);
	assert_true(active[27]);
	assert_int_equal(take(), 27);
	finish(27);
}

static void timer_pended_by_software_stays(void **state)
{
	(void)state;
	enable_all();
	put_private(0, ISPENDR, 1u << 27);
	assert_true(active[27]);
	assert_true(timer_pending());
	assert_int_equal(take(), 27);
	assert_false(timer_pending());
	finish(27);
	put_private(0, ISPENDR, 1u << 27);
	put_private(0, ICPENDR, 1u << 27);
	assert_false(timer_pending());
	assert_int_equal(take(), NONE);
}

static void timer_leaves_the_cpu_with_its_vcpu(void **state)
{
	(void)state;
	enable_all();
	fire_timer();
	domain->vcpus[0]->context.cntv_ctl = TIMER_ENABLE;
	stop(0);
	assert_false(active[27]);
	run(0, 0);
	assert_true(active[27]);
	assert_int_equal(take(), 27);
	stop(0);
	assert_false(active[27]);
	run(0, 0);
	assert_true(active[27]);
	finish(27);
	assert_false(active[27]);
	stop(0);
	run(0, 0);
	assert_false(active[27]);
}

static void cleared_timer_can_fire_again(void **state)
{
	(void)state;
	enable_all();
	active[27] = true;
	vgic_vtimer(domain->vcpus[0]);
	put_private(0, ICPENDR, 1u << 27);
	assert_false(active[27]);
	assert_int_equal(take(), NONE);
}

/* vCPU 0 runs on CPU 0 with SPI in a list register; vCPU 1 goes on on CPU 1. */
static void give_and_leave(uint32_t intid)
{
	enable_all();
	run(1, 1);
	on_cpu(0);
	vgic_pulse(domain, NULL, intid);
	enter();
	on_cpu(1);
	kicks = wakes = 0;
}

static void pending_elsewhere_is_cleared(void **state)
{
	(void)state;
	give_and_leave(SPI);
	put(ICPENDR + 4, 1u << (SPI - 32));
	assert_int_equal(kicks, 1);
	on_cpu(0);
	assert_int_equal(take(), NONE);
}

static void active_elsewhere_is_cleared(void **state)
{
	(void)state;
	give_and_leave(SPI);
	on_cpu(0);
	assert_int_equal(take(), SPI);
	on_cpu(1);
	put(ICACTIVER + 4, 1u << (SPI - 32));
	on_cpu(0);
	enter();
	assert_int_equal(get(ISACTIVER + 4), 0);
}

/* vCPU 0 goes on and exits for the kick; then the CPU that waits sees it. */
static void other_cpu_exits(void)
{
	on_cpu(0);
	enter();
	on_cpu(1);
}

static void state_of_another_cpu_is_read_from_there(void **state)
{
	uint32_t bit = 1u << (SPI - 32);

	(void)state;
	give_and_leave(SPI);
	answers = other_cpu_exits;
	assert_int_equal(get(ISPENDR + 4), bit);
	assert_int_equal(get(ISACTIVER + 4), 0);
	assert_int_equal(kicks, 2);
	on_cpu(0);
	assert_int_equal(take(), SPI);
	on_cpu(1);
	assert_int_equal(get(ISPENDR + 4), 0);
	assert_int_equal(get(ISACTIVER + 4), bit);
	put(ISPENDR + 4, bit);
	assert_int_equal(get(ISPENDR + 4), bit);
	put(ICPENDR + 4, bit);
	assert_int_equal(get(ISPENDR + 4), 0);
	on_cpu(0);
	finish(SPI);
	on_cpu(1);
	assert_int_equal(get(ISACTIVER + 4), 0);
}

static void two_that_read_each_other_both_go_on(void **state)
{
	(void)state;
	give_and_leave(SPI);
	put_private(1, ISENABLER, ~0u);
	if (gic_info.version == 2)
		access_at(GICD + ITARGETSR + SPI + 1, 1, true, 2);
	else
		access_at(GICD + 0x6000 + (SPI + 1) * 8, 8, true, 1);
	vgic_pulse(domain, NULL, SPI + 1); /* in a list register of CPU 1 */
	/* CPU 0 waits for CPU 1 already, which now reads and waits for CPU 0: its own list registers are given back. */
	domain->vcpus[1]->vgic.show = true;
	answers = other_cpu_exits;
	assert_int_equal(get(ISPENDR + 4), 3u << (SPI - 32));
	assert_false(domain->vcpus[1]->vgic.show);
}

static void routed_to_no_vcpu_stays_pending(void **state)
{
	uint32_t bit = 1u << (SPI - 32);

	(void)state;
	enable_all();
	run(1, 1);
	on_cpu(0);
	if (gic_info.version == 2)
		access_at(GICD + ITARGETSR + SPI, 1, true, 0);
	else
		access_at(GICD + 0x6000 + SPI * 8, 8, true, 0x100);
	vgic_pulse(domain, NULL, SPI);
	assert_int_equal(take(), NONE);
	assert_false(vgic_has_pending(domain->vcpus[0]));
	assert_int_equal(get(ISPENDR + 4), bit);
	if (gic_info.version == 2)
		access_at(GICD + ITARGETSR + SPI, 1, true, 2);
	else
		access_at(GICD + 0x6000 + SPI * 8, 8, true, 1);
	assert_int_equal(take(), NONE);
	on_cpu(1);
	assert_int_equal(take(), SPI);
	finish(SPI);
	/* Out of the list register again, too. */
	vgic_pulse(domain, NULL, SPI);
	if (gic_info.version == 2)
		access_at(GICD + ITARGETSR + SPI, 1, true, 0);
	else
		access_at(GICD + 0x6000 + SPI * 8, 8, true, 2);
	assert_int_equal(take(), NONE);
	assert_int_equal(get(ISPENDR + 4), bit);
}

static void pending_follows_its_route(void **state)
{
	(void)state;
	give_and_leave(SPI);
	if (gic_info.version == 2)
		access_at(GICD + ITARGETSR + SPI, 1, true, 2);
	else
		access_at(GICD + 0x6000 + SPI * 8, 8, true, 1);
	on_cpu(0);
	assert_int_equal(take(), NONE);
	assert_true(wakes > 0);
	on_cpu(1);
	assert_int_equal(take(), SPI);
	finish(SPI);
}

static void another_vcpu_is_woken(void **state)
{
	(void)state;
	enable_all();
	put_private(1, ISENABLER, ~0u);
	wakes = 0;
	vgic_pulse(domain, domain->vcpus[1], 31);
	if (gic_info.version == 3) {
		assert_int_equal(wakes, 1);
		assert_true(vgic_has_pending(domain->vcpus[1]));
	}
	assert_false(vgic_has_pending(domain->vcpus[0]));
	vgic_pulse(domain, NULL, SPI);
	assert_true(vgic_has_pending(domain->vcpus[0]));
	assert_int_equal(take(), SPI);
	assert_false(vgic_has_pending(domain->vcpus[0]));
	finish(SPI);
}

static void one_for_later_does_not_hurry_until_another_comes(void **state)
{
	(void)state;
	enable_all();
	this_cpu()->vcpu = domain->vcpus[1];
	wakes = wakes_later = wakes_soon = 0;
	vgic_pulse_when(domain, NULL, SPI, VGIC_LATER);
	assert_int_equal(wakes, 0);
	assert_int_equal(wakes_later, 1);
	vgic_pulse(domain, NULL, SPI);
	assert_int_equal(wakes, 1);
	assert_int_equal(wakes_later, 1);
	vgic_pulse_when(domain, NULL, SPI, VGIC_SOON);
	assert_int_equal(wakes, 1);
	assert_int_equal(wakes_later, 2);
	assert_int_equal(wakes_soon, 1);
	this_cpu()->vcpu = domain->vcpus[0];
	assert_int_equal(take(), SPI);
	finish(SPI);
}

/* 16 vCPUs have one affinity 1. */
static void sgi_v3_reaches_the_second_sixteen(void **state)
{
	struct vcpu *last;

	(void)state;
	for (unsigned int i = 2; i < 20; i++) {
		domain->vcpus[i] = calloc(1, sizeof(struct vcpu));
		assert_non_null(domain->vcpus[i]);
		domain->vcpus[i]->domain = domain;
		domain->vcpus[i]->id = i;
		domain->vcpus[i]->cpu = &cpus[1];
		vgic_vcpu_init(domain->vcpus[i]);
		assert_int_equal(vcpu_of_affinity(vcpu_affinity(i)), i);
	}
	domain->vcpu_count = 20;
	last = domain->vcpus[19];
	vgic_sgi1r(domain->vcpus[0], 5ull << 24 | 1ull << 16 | BIT(3));
	vgic_sgi1r(last, 6ull << 24 | 1ull << 16 | BIT(3));
	vgic_sgi1r(last, 7ull << 24 | 4ull << 16 | BIT(3)); /* vCPUs from 64 on */
	vgic_sgi1r(last, 8ull << 24 | 1ull << 16 | BIT(4)); /* vCPU 20 */
	assert_true(last->vgic.private[5].latch);
	assert_true(last->vgic.private[6].latch);
	for (unsigned int i = 0; i < 20; i++)
		for (unsigned int n = 0; n < 16; n++)
			assert_int_equal(domain->vcpus[i]->vgic.private[n].latch, i == 19 && (n == 5 || n == 6));
	assert_true(vcpu_of_affinity(0x10) > 64 && vcpu_of_affinity(1ull << 32) > 64);
	domain->vcpu_count = 2;
	for (unsigned int i = 2; i < 20; i++)
		free(domain->vcpus[i]);
}

static void sgi_v3_goes_where_it_is_sent(void **state)
{
	(void)state;
	enable_all();
	put_private(1, ISENABLER, ~0u);
	vgic_sgi1r(domain->vcpus[0], 5ull << 24 | 1);
	assert_int_equal(take(), 5);
	finish(5);
	vgic_sgi1r(domain->vcpus[0], BIT(40) | 6ull << 24); /* all others */
	assert_int_equal(take(), NONE);
	vgic_sgi1r(domain->vcpus[0], ~0ull & ~BIT(40));            /* no such affinity */
	vgic_sgi1r(domain->vcpus[0], 1ull << 44 | 7ull << 24 | 1); /* a range that has none */
	assert_int_equal(take(), NONE);
	run(1, 1);
	assert_int_equal(take(), 6);
	finish(6);
	assert_int_equal(take(), NONE);
}

/* With one Security state (IHI 0069 H, 12.1.10). */
static void sgi_v3_of_group_0_is_of_group_0(void **state)
{
	(void)state;
	enable_all();
	put_private(0, 0x080, ~(1u << 4)); /* GICR_IGROUPR0: SGI 4 is of group 0 */
	vgic_sgi0r(domain->vcpus[0], 3ull << 24 | 1);
	assert_int_equal(take(), NONE);
	vgic_sgi0r(domain->vcpus[0], 4ull << 24 | 1);
	enter();
	assert_int_equal(lr_here()[0].state & GIC_LR_GROUP1, 0);
	assert_int_equal(take(), 4);
	finish(4);
	vgic_sgi1r(domain->vcpus[0], 4ull << 24 | 1);
	assert_int_equal(take(), 4);
	finish(4);
	vgic_sgi1r(domain->vcpus[0], 3ull << 24 | 1);
	enter();
	assert_int_equal(lr_here()[0].state & GIC_LR_GROUP1, GIC_LR_GROUP1);
	assert_int_equal(take(), 3);
	finish(3);
}

static void sgi_v2_keeps_its_senders_apart(void **state)
{
	(void)state;
	put(CTLR, 1);
	put(SGIR, 2u << 24 | 3); /* to itself */
	assert_int_equal(take(), 3);
	run(1, 1);
	put(SGIR, 1u << 16 | 3);
	put(SGIR, 1u << 16 | 3); /* twice from one sender is once */
	on_cpu(0);
	assert_int_equal(take(), NONE); /* the first is still active */
	finish(3);
	assert_int_equal(take(), 3 | 1 << 10);
	finish(3 | 1 << 10);
	assert_int_equal(take(), NONE);
	put(0xf20, 0x3); /* SPENDSGIR: SGI 0 from both */
	assert_int_equal(get(0xf20) & 0xff, 0x3);
	put(0xf10, 0x1);
	assert_int_equal(take(), 1 << 10);
	finish(1 << 10);
}

static void registers_hold_what_they_have(void **state)
{
	(void)state;
	put(IPRIORITYR + 40, 0xffffffff);
	assert_int_equal(get(IPRIORITYR + 40), 0xf8f8f8f8);
	put(ICFGR + 8, 0xffffffff);
	assert_int_equal(get(ICFGR + 8), 0xaaaaaaaa);
	assert_int_equal(access_at(private_bank(0) + ICFGR, 4, false, 0), 0xaaaaaaaa);
	/* Beyond the last SPI, wrong width, unknown: zero. */
	put(ISENABLER + 0x7c, ~0u);
	assert_int_equal(get(ISENABLER + 0x7c), 0);
	assert_int_equal(access_at(GICD + ISENABLER + 4, 1, false, 0), 0);
	assert_int_equal(access_at(GICD + 4, 2, false, 0), 0);
	assert_int_equal(get(0xe00), 0);
	if (gic_info.version == 2) {
		assert_int_equal(get(4), 2 | 1 << 5);
		assert_int_equal(get(0xfe8), 0x2b);
		assert_int_equal(get(ITARGETSR), 0x01010101);
	} else {
		assert_int_equal(get(4), 2 | 9 << 19);
		assert_int_equal(get(0xffe8), 0x3b);
		assert_int_equal(get(CTLR) & 0x50, 0x50);
		assert_int_equal(get(ISENABLER), 0);
	}
}

static void redistributor_is_its_vcpus_alone(void **state)
{
	uint64_t second = GICR + 0x20000;

	(void)state;
	assert_int_equal(access_at(second + 8, 8, false, 0), 1ull << 32 | 1 << 8 | 1 << 4);
	assert_int_equal(access_at(second + 12, 4, false, 0), 1);
	assert_int_equal(access_at(GICR + 0xffe8, 4, false, 0), 0x3b);
	assert_int_equal(access_at(GICR + 0x14, 4, false, 0), 6);
	access_at(GICR + 0x14, 4, true, 0);
	assert_int_equal(access_at(GICR + 0x14, 4, false, 0), 0);
	access_at(second + SGI_FRAME + ISENABLER, 4, true, 0xff0000);
	assert_int_equal(access_at(GICR + SGI_FRAME + ISENABLER, 4, false, 0), 0);
	assert_int_equal(access_at(second + SGI_FRAME + ISENABLER, 4, false, 0), 0xff0000);
	/* Where the distributor has SPIs there is nothing. */
	access_at(GICR + SGI_FRAME + ISENABLER + 4, 4, true, ~0u);
	access_at(GICR + SGI_FRAME + IPRIORITYR + 0x20, 4, true, ~0u);
	assert_int_equal(get(ISENABLER + 4), 0);
	assert_int_equal(get(IPRIORITYR + 0x20), 0);
}

static void any_access_is_harmless(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned int i = 0; i < 200000; i++) {
		unsigned int width = 1u << (i & 3);
		uint64_t base = gic_info.version == 3 && seed & 1 ? GICR : GICD;
		uint64_t offset;

		seed = seed * 1664525 + 1013904223;
		offset = seed >> 8 & (base == GICR ? 0x3ffff : gic_info.version == 3 ? 0xffff : 0xfff);
		if (seed & 2) /* most of the registers */
			offset &= base == GICR ? 0x30fff : 0x0fff;
		access_at(base + (offset & ~(uint64_t)(width - 1)), width, seed & 4, (uint64_t)seed << 32 | ~seed);
		if (!(seed & 0x70))
			vgic_physical(domain, HW_SPI);
		if (!(seed & 0x700))
			(seed & 1 ? vgic_sgi1r : vgic_sgi0r)(domain->vcpus[0], (uint64_t)seed << 20 | seed);
		if (!(seed & 0x7000)) {
			uint32_t iar = take();

			if (iar != NONE && seed & 0x8000)
				finish(iar);
		}
		if (!(seed & 0x70000)) {
			stop(0);
			run(0, 0);
		}
	}
}

static void too_many_vcpus_for_v2(void **state)
{
	struct domain other = { .vcpu_count = 9 };

	(void)state;
	assert_int_equal(vgic_init(&other, 32), VIMO_LIMIT);
}

#define BOTH(test)                                       \
	{ #test " (v2)", test, start_v2, end, NULL },    \
	{                                                \
#test " (v3)", test, start_v3, end, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(pulse_reaches_the_guest_once),
		BOTH(disabled_waits_until_it_is_enabled),
		BOTH(distributor_off_holds_private_and_shared),
		BOTH(distributor_off_takes_back_what_was_given),
		BOTH(more_urgent_goes_first_and_none_is_lost),
		BOTH(level_comes_again_while_the_line_is_high),
		BOTH(level_that_fell_is_not_delivered),
		BOTH(pending_by_software_survives_a_fold),
		BOTH(active_moves_with_its_vcpu),
		BOTH(hardware_interrupt_is_finished_by_the_guest),
		BOTH(cleared_hardware_interrupt_can_fire_again),
		BOTH(interrupt_without_an_owner_is_shut_off),
		BOTH(twelve_nest_in_four_list_registers),
		BOTH(twelve_nest_in_one_list_register),
		BOTH(twelve_nest_in_sixteen_list_registers),
		BOTH(deactivation_beyond_list_registers_names_its_interrupt),
		BOTH(pending_beyond_one_list_register_comes_in_turn),
		BOTH(timer_that_fell_is_not_pending),
		BOTH(timer_follows_its_line_while_it_is_active),
		BOTH(timer_that_fell_does_not_end_a_wait),
		BOTH(timer_that_fell_is_dropped_at_a_switch),
		BOTH(timer_pended_by_software_stays),
		BOTH(state_of_another_cpu_is_read_from_there),
		BOTH(two_that_read_each_other_both_go_on),
		BOTH(routed_to_no_vcpu_stays_pending),
		cmocka_unit_test_setup_teardown(sgi_v3_of_group_0_is_of_group_0, start_v3, end),
		BOTH(timer_leaves_the_cpu_with_its_vcpu),
		BOTH(cleared_timer_can_fire_again),
		BOTH(pending_elsewhere_is_cleared),
		BOTH(active_elsewhere_is_cleared),
		BOTH(pending_follows_its_route),
		BOTH(another_vcpu_is_woken),
		BOTH(one_for_later_does_not_hurry_until_another_comes),
		cmocka_unit_test_setup_teardown(sgi_v3_goes_where_it_is_sent, start_v3, end),
		cmocka_unit_test_setup_teardown(sgi_v3_reaches_the_second_sixteen, start_v3, end),
		cmocka_unit_test_setup_teardown(sgi_v2_keeps_its_senders_apart, start_v2, end),
		BOTH(registers_hold_what_they_have),
		cmocka_unit_test_setup_teardown(redistributor_is_its_vcpus_alone, start_v3, end),
		BOTH(any_access_is_harmless),
		cmocka_unit_test_setup_teardown(too_many_vcpus_for_v2, start_v2, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
