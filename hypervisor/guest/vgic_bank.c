// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_bank.c - banks of registers that the distributor and the redistributors
 * share (IHI 0048 4.3, IHI 0069 12.9). Lock: the domain's vgic lock, the caller's.
 */
#include "guest/vgic_bank.h"
#include "guest/vgic.h"
#include "guest/vgic_gather.h"
#include "guest/vgic_lr.h"
#include "guest/vgic_queue.h"
#include "guest/vgic_state.h"
#include "guest/vgic_timer.h"

struct bank {
	uint8_t bits; /* for each interrupt: 1, 2 or 8 */
	uint32_t (*get)(struct domain *domain, struct vcpu *vcpu, struct virq *virq);
	void (*set)(struct domain *domain, struct vcpu *vcpu, struct virq *virq, uint32_t value);
};

#define GETTER(name, expression)                                                                        \
	static uint32_t name(UNUSED struct domain *domain, UNUSED struct vcpu *vcpu, struct virq *virq) \
	{                                                                                               \
		return expression;                                                                      \
	}

GETTER(get_group, virq->group1)
GETTER(get_enabled, virq_is_enabled(domain, vcpu, virq))
GETTER(get_active, virq->lr ? !!(virq->shown & GIC_LR_ACTIVE) : virq->active)
GETTER(get_priority, virq->priority)
GETTER(get_config, virq->edge ? 2 : 0)

/* The state of an interrupt that another CPU holds is what it had at the gathering before (vgic_gather()). */
static uint32_t get_pending(UNUSED struct domain *domain, struct vcpu *vcpu, struct virq *virq)
{
	if (unlikely(virq->lr && virq->shown & GIC_LR_PENDING))
		return 1;
	if (virq->hw && virq->intid == TIMER_PPI_VIRTUAL && (vcpu_is_current(vcpu) || !vcpu_is_running(vcpu)))
		return (virq->latch && virq->soft) || vgic_timer_high(vcpu, vcpu_is_current(vcpu));
	return virq_is_pending(virq);
}

static void set_group(struct domain *domain, struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	virq_pull(virq);
	virq->group1 = value;
	virq_set_gate(virq);
	virq_update(domain, vcpu, virq);
}

static void set_enable(struct domain *domain, struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	if (value && !virq_is_enabled(domain, vcpu, virq))
		virq_enable(domain, vcpu, virq, true);
}

static void clear_enable(struct domain *domain, struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	if (value && virq_is_enabled(domain, vcpu, virq) && !(gic_info.version == 2 && virq->intid < 16))
		virq_enable(domain, vcpu, virq, false);
}

static void set_pending(struct domain *domain, struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	if (!value || (gic_info.version == 2 && virq->intid < 16))
		return;
	if (virq->hw && virq->intid >= 32) {
		/* The guest's EOI will deactivate the physical interrupt. */
		gic->set_pending(virq->hw_intid, true);
		return;
	}
	virq_pull(virq);
	virq->latch = virq->soft = true;
	if (virq->lr)
		virq->ask |= VIRQ_MAKE_PENDING;
	/* The guest's EOI will deactivate the timer's PPI. */
	if (virq->hw && vcpu_is_current(vcpu))
		gic->set_active(virq->hw_intid, true);
	virq_update(domain, vcpu, virq);
}

static void clear_pending(struct domain *domain, struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	bool was;

	if (!value || (gic_info.version == 2 && virq->intid < 16))
		return;
	virq_pull(virq);
	was = virq->latch;
	virq->latch = virq->soft = false;
	if (virq->hw && virq->intid >= 32)
		gic->set_pending(virq->hw_intid, false);
	if (virq->lr)
		virq->ask = (uint8_t)((virq->ask & ~VIRQ_MAKE_PENDING) | VIRQ_DROP_PENDING);
	else if (was && !virq->active)
		virq_finish_physical(vcpu, virq);
	virq_update(domain, vcpu, virq);
}

static void set_active(struct domain *domain, struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	if (!value)
		return;
	virq_pull(virq);
	virq->active = true;
	if (virq->lr)
		virq->ask = (uint8_t)((virq->ask & ~VIRQ_DROP_ACTIVE) | VIRQ_MAKE_ACTIVE);
	if (virq->hw && (virq->intid >= 32 || vcpu_is_current(vcpu)))
		gic->set_active(virq->hw_intid, true);
	virq_update(domain, vcpu, virq);
}

static void clear_active(struct domain *domain, struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	if (value)
		virq_deactivate(domain, vcpu, virq);
}

static void set_priority(UNUSED struct domain *domain, UNUSED struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	uint8_t priority = (uint8_t)(value & (0xff00u >> gic_info.priority_bits));

	if (virq->priority == priority)
		return;
	/*
	 * The queue is sorted by priority; an interrupt already in a list register keeps its old priority (4.3.11
	 * allows it).
	 */
	virq->priority = priority;
	if (virq->vcpu && !virq->lr) {
		struct vcpu *owner = virq->vcpu;

		vgic_queue_remove(virq);
		vgic_queue_add(owner, virq);
	}
}

static void set_config(struct domain *domain, UNUSED struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	if (virq->intid < 16)
		return;
	virq_pull(virq);
	virq->edge = value & 2;
	if (virq->hw && virq->intid >= 32)
		gic->set_edge(virq->hw_intid, virq->edge);
	virq_update(domain, vcpu, virq);
}

static uint32_t get_targets(struct domain *domain, struct vcpu *vcpu, struct virq *virq)
{
	/* With one CPU they are RAZ/WI (IHI 0048 B.b, 4.3.12). */
	if (gic_info.version == 3 || domain->vcpu_count == 1)
		return 0;
	return virq->intid < 32 ? 1u << vcpu->id : virq->targets & ((1u << domain->vcpu_count) - 1);
}

static void set_targets(struct domain *domain, UNUSED struct vcpu *vcpu, struct virq *virq, uint32_t value)
{
	uint32_t mask = value & ((1u << domain->vcpu_count) - 1);

	if (gic_info.version == 3 || virq->intid < 32 || domain->vcpu_count == 1)
		return;
	virq->targets = (uint8_t)mask;
	virq_route(domain, virq, mask ? (unsigned int)__builtin_ctz(mask) : domain->vcpu_count);
}

/* By offset / 0x80. */
static const struct bank banks[32] = {
	[0x01] = { 1, get_group, set_group },
	[0x02] = { 1, get_enabled, set_enable },
	[0x03] = { 1, get_enabled, clear_enable },
	[0x04] = { 1, get_pending, set_pending },
	[0x05] = { 1, get_pending, clear_pending },
	[0x06] = { 1, get_active, set_active },
	[0x07] = { 1, get_active, clear_active },
	[0x08 ... 0x0f] = { 8, get_priority, set_priority },
	[0x10 ... 0x17] = { 8, get_targets, set_targets },
	[0x18 ... 0x19] = { 2, get_config, set_config },
};
/* Offset where the registers of a bank's kind begin. */
static uint32_t bank_base(uint32_t offset)
{
	if (offset < 0x400)
		return offset & ~0x7fu;
	return offset < 0xc00 ? offset & ~0x3ffu : 0xc00;
}

/* The most read of all: one load. */
static bool read_enabled_word(const struct bank *bank, struct domain *domain, struct vcpu *owner, uint32_t first,
			      struct mmio_access *access)
{
	if (bank->get != get_enabled || access->write || access->width != 4)
		return false;
	if (first < 32)
		access->data = owner->vgic.enabled;
	else
		access->data = first / 32 < VGIC_BANKS ? domain->vgic.enabled[first / 32] : 0;
	return true;
}

static uint64_t read_bank(const struct bank *bank, struct domain *domain, struct vcpu *owner, struct virq *virq,
			  unsigned int count)
{
	uint64_t data = 0;

	for (unsigned int i = 0; i < count; i++)
		data |= (uint64_t)bank->get(domain, owner, virq + i) << i * bank->bits;
	return data;
}

static void write_bank(const struct bank *bank, struct domain *domain, struct vcpu *owner, struct virq *virq,
		       unsigned int count, uint64_t data)
{
	uint32_t mask = bank->bits == 8 ? 0xff : bank->bits == 2 ? 3 : 1;

	for (struct virq *end = virq + count; virq < end; virq++, data >>= bank->bits)
		bank->set(domain, owner, virq, (uint32_t)data & mask);
}

/* Most writes of priorities change nothing: one comparison for the whole word. */
static bool priorities_unchanged(const struct bank *bank, const struct virq *virq, const struct mmio_access *access)
{
	return bank->set == set_priority && access->width == 4 &&
	       access->data == (virq[0].priority | (uint32_t)virq[1].priority << 8 | (uint32_t)virq[2].priority << 16 |
				(uint32_t)virq[3].priority << 24);
}

void vgic_bank_access(struct vcpu *vcpu, struct vcpu *owner, uint32_t low, uint32_t high, struct mmio_access *access)
{
	uint32_t offset = (uint32_t)access->offset;
	const struct bank *bank = &banks[offset >> 7 & 31];
	struct domain *domain = vcpu->domain;
	struct virq *virq;
	unsigned int count;
	uint32_t first;

	if (!bank->bits || access->width > 4 || (access->width < 4 && bank->bits != 8))
		goto nothing;
	first = (offset - bank_base(offset)) * 8 / bank->bits;
	count = access->width * 8u / bank->bits;
	if (unlikely(first - low > high - low))
		goto nothing;
	if (read_enabled_word(bank, domain, owner, first, access))
		return;
	/*
	 * Neighbours are adjacent in memory; a register's interrupts all exist or none does (spi_count is a multiple of
	 * 32).
	 */
	virq = virq_find(domain, owner, first);
	if (!virq)
		goto nothing;
	if (access->write) {
		if (unlikely(!priorities_unchanged(bank, virq, access)))
			write_bank(bank, domain, owner, virq, count, access->data);
		return;
	}
	if (bank->get == get_pending || bank->get == get_active)
		vgic_gather(vcpu, virq, count);
	access->data = read_bank(bank, domain, owner, virq, count);
	return;
nothing:
	access->data = 0;
}

uint32_t vgic_id_register(uint32_t offset_in_page, uint32_t revision)
{
	/* PIDR4..7, PIDR0..3, CIDR0..3: JEP106 code of Arm, component class (IHI 0048 4.3.18, IHI 0069 12.9). */
	static const uint8_t ids[12] = { 0x04, 0, 0, 0, 0x92, 0xb4, 0x0b, 0, 0x0d, 0xf0, 0x05, 0xb1 };
	uint32_t n = (offset_in_page - 0xfd0) / 4;

	if (offset_in_page < 0xfd0 || offset_in_page & 3 || n >= sizeof(ids))
		return 0;
	return n == 6 ? ids[n] | revision << 4 : ids[n];
}
