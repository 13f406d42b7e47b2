// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vits.c - dom0's ITS: its registers, hostile queues, and what comes of its
 * commands. The physical ITS is a model that carries out EL2's commands and fails
 * the test for a command that a real ITS may not survive; LPIs have no active state.
 */
#include "fake_el2.h"
#include <stdlib.h>
#include <string.h>
#include "guest/domain.h"
#include "guest/sched_wake.h"
#include "guest/vgic.h"
#include "guest/vgic_lr.h"
#include "guest/vgic_setup.h"
#include "guest/vits.h"
#include "guest/vits_state.h"
#include "guest/vlpi.h"
#include "hw/its_command.h"
#include "hw/its_regs.h"
#include "mem/heap.h"
#include "mem/stage2_change.h"

#define GICD 0x08000000ull
#define GICR 0x080a0000ull
#define ITS 0x08080000ull
#define LRS 4u
#define NONE 1023u
#define QUEUE (FAKE_RAM_BASE + 0x10000)
#define QUEUE_PAGES 2u
#define QUEUE_BYTES (QUEUE_PAGES * PAGE_SIZE)
#define CONFIG (FAKE_RAM_BASE + 0x20000)
#define NOT_DOM0S (FAKE_RAM_BASE + BLOCK_SIZE)    /* a guest's page that dom0 may read and write */
#define UNMAPPED (FAKE_RAM_BASE + 2 * BLOCK_SIZE) /* EL2's */
#define DEVICE 0x18u
#define EVENTS 8u
#define EVENT_BITS 3u
#define MODEL_DEVICES 256u

struct gic_info gic_info;
const struct gic_ops *gic;
struct cpu cpus[CPU_MAX];
unsigned int cpu_count = 2;
struct domain *dom0;

static struct gic_lr lrs[2][LRS];
static unsigned int log_lines, kicks, commands;
static size_t pages_used;

/* The physical ITS */
static struct its its;
static bool its_on;
static struct {
	const uint8_t *table;
	unsigned int events;
	uint32_t intid[1 << ITS_EVENT_BITS];
	uint32_t collection[1 << ITS_EVENT_BITS];
} model[MODEL_DEVICES];
static uint64_t model_collection[ITS_COLLECTIONS]; /* target + 1, 0: not mapped */

unsigned int its_count(void)
{
	return 1;
}

struct its *its_get(unsigned int n)
{
	assert_int_equal(n, 0);
	return &its;
}

void its_enable(struct its *which, bool on)
{
	assert_ptr_equal(which, &its);
	its_on = on;
}

enum vimo_status its_make_room(struct its *which, uint32_t device)
{
	return device >> which->device_bits ? VIMO_LIMIT : VIMO_OK;
}

void *its_pages(size_t count, size_t align)
{
	void *pages = count <= ITS_PAGES_MAX - pages_used ? heap_alloc(count, align) : NULL;

	pages_used += pages ? count : 0;
	return pages;
}

void its_pages_free(void *pages, size_t count)
{
	pages_used -= pages ? count : 0;
	heap_free(pages, count);
}

uint64_t its_target(const struct its *which, unsigned int cpu)
{
	(void)which;
	return (uint64_t)cpu << 16;
}

bool its_sync(struct its *which, unsigned int cpu)
{
	assert_true(cpu < 2);
	return !which->dead;
}

static void model_mapd(const struct its_command *command, uint32_t device)
{
	const uint8_t *table = (const uint8_t *)(uintptr_t)(command->word[2] & MASK(51, 8));

	memset(&model[device], 0, sizeof(model[device]));
	if (!(command->word[2] & ITS_VALID))
		return;
	model[device].table = table;
	model[device].events = 2u << FIELD(command->word[1], 4, 0);
	assert_true(model[device].events <= 1u << its.event_bits);
	/* The table is EL2's, and whole: touch each entry. */
	for (unsigned int i = 0; i < model[device].events * its.translation_bytes; i++)
		assert_int_equal(table[i], 0);
}

void its_post(struct its *which, struct its_command command)
{
	uint32_t device = (uint32_t)(command.word[0] >> 32), event = (uint32_t)command.word[1];
	uint32_t collection = (uint32_t)command.word[2] & 0xffff, opcode = command.word[0] & 0xff;

	if (which->dead)
		return;
	commands++;
	assert_true(its_on);
	if (opcode == ITS_MAPC) {
		assert_true(collection < its.collections);
		model_collection[collection] = command.word[2] & ITS_VALID ? FIELD(command.word[2], 50, 16) + 1 : 0;
		return;
	}
	if (opcode == ITS_MOVALL)
		return;
	assert_true(device < MODEL_DEVICES);
	if (opcode == ITS_MAPD) {
		model_mapd(&command, device);
		return;
	}
	assert_true(event < model[device].events);
	assert_true(opcode == ITS_MAPTI || model[device].intid[event]);
	switch (opcode) {
	case ITS_MAPTI:
		model[device].intid[event] = (uint32_t)(command.word[1] >> 32);
		assert_in_range(model[device].intid[event], LPI_FIRST, LPI_FIRST + LPI_COUNT - 1);
		__attribute__((fallthrough));
	case ITS_MOVI:
		assert_true(collection < its.collections);
		model[device].collection[event] = collection;
		break;
	case ITS_DISCARD: model[device].intid[event] = 0; break;
	case ITS_CLEAR: break;
	default: fail_msg("command %x", opcode);
	}
}

/* A device writes an event: the CPU where it arrives, or ~0. */
static unsigned int device_writes(uint32_t device, uint32_t event)
{
	uint32_t intid = its_on && event < model[device].events ? model[device].intid[event] : 0;
	uint64_t target = intid ? model_collection[model[device].collection[event]] : 0;

	if (!target)
		return ~0u;
	test_this_cpu = &cpus[target - 1];
	vlpi_physical(dom0, intid);
	test_this_cpu = &cpus[0];
	return (unsigned int)target - 1;
}

static void fake_lr_write(unsigned int n, struct gic_lr lr)
{
	if (lr.intid >= LPI_FIRST)
		assert_int_equal(lr.state & (GIC_LR_ACTIVE | GIC_LR_HW), 0);
	lrs[this_cpu()->id][n] = lr;
}

static struct gic_lr fake_lr_read(unsigned int n)
{
	return lrs[this_cpu()->id][n];
}

static uint64_t fake_lr_empty(void)
{
	uint64_t empty = 0;

	for (unsigned int n = 0; n < LRS; n++)
		if (!lrs[this_cpu()->id][n].state)
			empty |= BIT(n);
	return empty;
}

static void fake_set_overflow(unsigned int what)
{
	(void)what;
}
static unsigned int fake_eoi_count(void)
{
	return 0;
}
static void fake_state_save(struct gic_vcpu_state *state)
{
	(void)state;
}
static void fake_state_restore(const struct gic_vcpu_state *state)
{
	(void)state;
}
static void fake_set_active(uint32_t intid, bool on)
{
	(void)intid;
	(void)on;
}

uint64_t test_counter;

void cpu_relax(void)
{
	fail();
}

static const struct gic_ops fake_ops = {
	.lr_write = fake_lr_write,
	.lr_read = fake_lr_read,
	.lr_empty = fake_lr_empty,
	.set_overflow = fake_set_overflow,
	.eoi_count = fake_eoi_count,
	.set_active = fake_set_active,
	.save = fake_state_save,
	.restore = fake_state_restore,
};

void log_guest(struct log_source *source, const char *format, ...)
{
	(void)source;
	(void)format;
	log_lines++;
}

void sched_wake(struct vcpu *vcpu, enum vcpu_wait reason)
{
	(void)vcpu;
	(void)reason;
}
void sched_wake_later(struct vcpu *vcpu, bool soon)
{
	(void)vcpu;
	(void)soon;
}
void sched_kick(struct cpu *cpu)
{
	(void)cpu;
	kicks++;
}

/* The vCPU of a CPU reads IAR: an LPI leaves its list register then (IHI 0069 H, 4.2.2 and 12.4.6). */
static uint32_t take(unsigned int cpu)
{
	struct gic_lr *best = NULL;

	test_this_cpu = &cpus[cpu];
	vgic_flush(dom0->vcpus[cpu]);
	test_this_cpu = &cpus[0];
	for (unsigned int n = 0; n < LRS; n++)
		if (lrs[cpu][n].state & GIC_LR_PENDING && (!best || lrs[cpu][n].priority < best->priority))
			best = &lrs[cpu][n];
	if (!best)
		return NONE;
	best->state = 0;
	return best->intid;
}

static enum mmio_result access_at(uint64_t address, unsigned int width, bool write, uint64_t *data)
{
	const struct mmio_region *region = mmio_find(&dom0->mmio, address);
	struct mmio_access access = { .data = *data, .width = (uint8_t)width, .write = write };
	enum mmio_result result;

	assert_non_null(region);
	access.offset = address - region->base;
	result = region->access(dom0->vcpus[0], region->context, &access);
	assert_false(dom0->vgic.lock.held);
	*data = access.data;
	return result;
}

static uint64_t get(uint64_t address, unsigned int width)
{
	uint64_t data = 0;

	assert_int_equal(access_at(address, width, false, &data), MMIO_DONE);
	return data;
}

static void put(uint64_t address, unsigned int width, uint64_t value)
{
	enum mmio_result result;
	unsigned int times = 0;

	do {
		uint64_t data = value;

		result = access_at(address, width, true, &data);
		assert_true(times++ < 10000);
	} while (result == MMIO_AGAIN);
	assert_int_equal(result, MMIO_DONE);
}

static void queue(struct its_command command)
{
	uint64_t at = get(ITS + GITS_CWRITER, 8);

	memcpy(fake_ram(QUEUE + at), &command, sizeof(command));
	put(ITS + GITS_CWRITER, 8, (at + sizeof(command)) % QUEUE_BYTES);
	assert_int_equal(get(ITS + GITS_CREADR, 8), get(ITS + GITS_CWRITER, 8));
}

static void refused(struct its_command command)
{
	unsigned int lines = log_lines, posted = commands;

	queue(command);
	assert_int_equal(log_lines, lines + 1);
	assert_int_equal(commands, posted);
}

static void accepted(struct its_command command)
{
	unsigned int lines = log_lines;

	queue(command);
	assert_int_equal(log_lines, lines);
}

/* dom0's MAPD names a table of its own, which EL2 does not look at. */
static struct its_command mapd(uint32_t device, unsigned int bits)
{
	return its_mapd(device, (void *)(uintptr_t)UNMAPPED, bits);
}

static struct its_command with_collection(enum its_opcode opcode, uint32_t collection)
{
	return (struct its_command){ { opcode, 0, collection } };
}

static void configure(uint32_t intid, uint8_t byte)
{
	*fake_ram(CONFIG + intid - LPI_FIRST) = byte;
}

static void reset_machine(void)
{
	memset(lrs, 0, sizeof(lrs));
	memset(cpus, 0, sizeof(cpus));
	memset(model, 0, sizeof(model));
	memset(model_collection, 0, sizeof(model_collection));
	cpus[1].id = 1;
	its_on = false;
	log_lines = kicks = commands = 0;
	pages_used = 0;
	its = (struct its){
		.base = ITS, .translation_bytes = 12, .device_bits = 16, .event_bits = 5, .collections = 16
	};
	test_this_cpu = &cpus[0];
	gic = &fake_ops;
	gic_info = (struct gic_info){ .version = 3, .irq_count = 96, .lr_count = LRS, .priority_bits = 5 };
}

static void make_dom0(void)
{
	dom0 = calloc(1, sizeof(*dom0));
	assert_non_null(dom0);
	dom0->vcpu_count = 2;
	for (unsigned int i = 0; i < 2; i++) {
		struct vcpu *vcpu = calloc(1, sizeof(struct vcpu));

		assert_non_null(vcpu);
		dom0->vcpus[i] = vcpu;
		vcpu->domain = dom0;
		vcpu->id = i;
		vcpu->cpu = &cpus[i];
		vcpu->state = VCPU_RUNNING;
		cpus[i].vcpu = vcpu;
		vgic_vcpu_init(vcpu);
	}
	stage2_setup(40, false);
	assert_int_equal(stage2_init(&dom0->stage2, 0), VIMO_OK);
	assert_int_equal(stage2_map(&dom0->stage2, IPA(FAKE_RAM_BASE), PA(FAKE_RAM_BASE), BLOCK_SIZE, STAGE2_RWX),
			 VIMO_OK);
	assert_int_equal(stage2_map(&dom0->stage2, IPA(NOT_DOM0S), PA(NOT_DOM0S), BLOCK_SIZE, STAGE2_R | STAGE2_W),
			 VIMO_OK);
	assert_int_equal(vgic_init(dom0, 64), VIMO_OK);
	assert_int_equal(vgic_add_regions(dom0, &(struct vgic_frames){ { GICD }, { GICR }, { 0 } }), VIMO_OK);
	assert_int_equal(vits_init(dom0), VIMO_OK);
}

/* What Linux does until its first MAPD. */
static int start(void **state)
{
	(void)state;
	fake_el2_start(1024);
	reset_machine();
	make_dom0();
	memset(fake_ram(CONFIG), 0xa2, LPI_COUNT);
	put(GICD, 4, 2); /* group 1 on */
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t gicr = GICR + i * 0x20000ull;

		put(gicr + GICR_PROPBASER, 8, CONFIG | (LPI_ID_BITS - 1));
		put(gicr + GICR_PENDBASER, 8, LPI_PENDING_ZERO | UNMAPPED);
		put(gicr + GICR_CTLR, 4, GICR_CTLR_LPIS);
	}
	put(ITS + GITS_CBASER, 8, BASER_VALID | QUEUE | (QUEUE_PAGES - 1));
	put(ITS + GITS_CWRITER, 8, 0);
	put(ITS + GITS_CTLR, 4, CTLR_ENABLED);
	accepted(its_mapc(0, 0, true));
	accepted(its_mapc(1, 1 << 16, true));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	vgic_destroy(dom0);
	stage2_destroy(&dom0->stage2);
	for (unsigned int i = 0; i < 2; i++)
		free(dom0->vcpus[i]);
	free(dom0);
	fake_el2_stop();
	return 0;
}

/* One device whose event 0 is LPI 8192, enabled, on vCPU 0. */
static void map_one(void)
{
	configure(LPI_FIRST, 0xa0 | 1);
	accepted(mapd(DEVICE, EVENT_BITS));
	accepted(its_mapti(DEVICE, 0, LPI_FIRST, 0));
}

static void registers_show_what_there_is(void **state)
{
	uint64_t typer = get(ITS + GITS_TYPER, 8);

	(void)state;
	assert_int_equal(typer & (TYPER_PHYSICAL | TYPER_PTA | TYPER_CIL | 2), TYPER_PHYSICAL);
	assert_int_equal(FIELD(typer, 17, 13), 15);
	assert_int_equal(FIELD(typer, 12, 8), 4);
	assert_int_equal(FIELD(typer, 31, 24), 16);
	assert_int_equal(get(ITS + GITS_TYPER, 4), (uint32_t)typer);
	assert_int_equal(get(ITS + GITS_TYPER + 4, 4), typer >> 32);
	assert_int_equal(get(ITS + 0xffe8, 4) & 0xf0, 0x30);
	assert_int_equal(get(ITS + GITS_CTLR, 4), CTLR_ENABLED);
	for (unsigned int n = 0; n < GITS_BASERS; n++) {
		put(ITS + GITS_BASER + n * 8, 8, ~0ull);
		assert_int_equal(get(ITS + GITS_BASER + n * 8, 8), 0);
	}
	assert_int_equal(get(GICD + 4, 4) >> 17 & 1, 1);
	assert_int_equal(get(GICD + 4, 4) >> 19 & 31, 13);
	assert_int_equal(get(GICR + GICR_TYPER, 8) & GICR_TYPER_PLPIS, 1);
	assert_int_equal(get(GICR + GICR_CTLR, 4), GICR_CTLR_LPIS);
	assert_int_equal(get(GICR + GICR_PENDBASER, 8), UNMAPPED);
	/* Tables do not change while they are used. */
	put(GICR + GICR_PROPBASER, 8, UNMAPPED);
	assert_int_equal(get(GICR + GICR_PROPBASER, 8), CONFIG | 13);
	put(ITS + GITS_CBASER, 8, 0);
	assert_int_equal(get(ITS + GITS_CBASER, 8), BASER_VALID | QUEUE | 1);
	/* A CPU's write to GITS_TRANSLATER is dropped. */
	put(ITS + ITS_FRAME + 0x40, 4, 0);
}

static void halves_of_registers_are_written_apart(void **state)
{
	(void)state;
	put(ITS + GITS_CTLR, 4, 0);
	assert_false(its_on);
	assert_int_equal(get(ITS + GITS_CTLR, 4), CTLR_QUIESCENT);
	put(ITS + GITS_CBASER, 4, QUEUE | 3);
	put(ITS + GITS_CBASER + 4, 4, BASER_VALID >> 32);
	assert_int_equal(get(ITS + GITS_CBASER, 8), BASER_VALID | QUEUE | 3);
	assert_int_equal(get(ITS + GITS_CBASER + 4, 4), BASER_VALID >> 32);
	put(ITS + GITS_CWRITER, 4, 64);
	put(ITS + GITS_CWRITER + 4, 4, ~0u);
	assert_int_equal(get(ITS + GITS_CWRITER, 4), 64);
}

static void an_event_reaches_its_vcpu(void **state)
{
	(void)state;
	map_one();
	assert_int_equal(device_writes(DEVICE, 0), 0);
	assert_int_equal(take(1), NONE);
	assert_int_equal(take(0), LPI_FIRST);
	assert_int_equal(take(0), NONE);
	/* Without an active state the next one is there before the EOI of the first. */
	device_writes(DEVICE, 0);
	device_writes(DEVICE, 0);
	assert_int_equal(take(0), LPI_FIRST);
	assert_int_equal(take(0), NONE);
}

static void an_event_moves_with_what_is_pending(void **state)
{
	(void)state;
	map_one();
	device_writes(DEVICE, 0);
	accepted(its_movi(DEVICE, 0, 1));
	assert_int_equal(take(0), NONE);
	assert_int_equal(take(1), LPI_FIRST);
	assert_int_equal(device_writes(DEVICE, 0), 1);
	assert_int_equal(take(1), LPI_FIRST);
	/* A collection that moves takes its events along; the other CPU is kicked for what it last had. */
	accepted(its_mapc(1, 0, true));
	assert_int_equal(device_writes(DEVICE, 0), 0);
	assert_true(kicks > 0);
	assert_int_equal(take(1), NONE);
	assert_int_equal(take(0), LPI_FIRST);
	accepted(its_movall(0, 1 << 16));
	assert_int_equal(device_writes(DEVICE, 0), 0);
	assert_int_equal(take(0), NONE);
	assert_int_equal(take(1), LPI_FIRST);
}

static void masks_and_priorities_are_read_at_inv(void **state)
{
	(void)state;
	map_one();
	configure(LPI_FIRST, 0x80);
	accepted(its_event_command(ITS_INV, DEVICE, 0));
	device_writes(DEVICE, 0);
	assert_int_equal(take(0), NONE);
	configure(LPI_FIRST, 0x80 | 1);
	assert_int_equal(take(0), NONE);
	accepted(its_event_command(ITS_INV, DEVICE, 0));
	assert_int_equal(take(0), LPI_FIRST);
	/* INVALL: for a collection. */
	accepted(its_mapti(DEVICE, 1, LPI_FIRST + 70, 1));
	accepted(its_mapti(DEVICE, 2, LPI_FIRST + 1, 0));
	device_writes(DEVICE, 1);
	device_writes(DEVICE, 2);
	configure(LPI_FIRST + 70, 0x41);
	configure(LPI_FIRST + 1, 0x41);
	device_writes(DEVICE, 0);
	accepted(with_collection(ITS_INVALL, 0));
	assert_int_equal(take(0), LPI_FIRST + 1);
	assert_int_equal(take(0), LPI_FIRST);
	assert_int_equal(take(1), NONE);
	accepted(with_collection(ITS_INVALL, 1));
	assert_int_equal(take(1), LPI_FIRST + 70);
}

static void int_clear_and_discard(void **state)
{
	(void)state;
	map_one();
	accepted(its_event_command(ITS_INT, DEVICE, 0));
	assert_int_equal(take(0), LPI_FIRST);
	accepted(its_event_command(ITS_INT, DEVICE, 0));
	accepted(its_event_command(ITS_CLEAR, DEVICE, 0));
	assert_int_equal(take(0), NONE);
	accepted(its_event_command(ITS_INT, DEVICE, 0));
	accepted(its_event_command(ITS_DISCARD, DEVICE, 0));
	assert_int_equal(take(0), NONE);
	assert_int_equal(device_writes(DEVICE, 0), ~0u);
	refused(its_event_command(ITS_DISCARD, DEVICE, 0));
	refused(its_event_command(ITS_INT, DEVICE, 0));
	/* Pending in the hardware when it was unmapped. */
	vlpi_physical(dom0, LPI_FIRST);
	assert_int_equal(take(0), NONE);
	/* Never mapped at all, or not there. */
	vlpi_physical(dom0, LPI_FIRST + 4000);
	vlpi_physical(dom0, ~0u);
	/* The number is free again. */
	accepted(its_mapti(DEVICE, 5, LPI_FIRST, 1));
	assert_int_equal(device_writes(DEVICE, 5), 1);
	assert_int_equal(take(1), LPI_FIRST);
}

static void a_device_ends_with_its_events(void **state)
{
	size_t pages;

	(void)state;
	pages = pages_used;
	map_one();
	device_writes(DEVICE, 0);
	accepted(its_mapd(DEVICE, NULL, 0));
	assert_int_equal(take(0), NONE);
	assert_int_equal(pages_used, pages);
	accepted(its_mapd(DEVICE, NULL, 0));
	refused(its_mapti(DEVICE, 0, LPI_FIRST, 0));
	/* MAPD of a mapped device: a new table. */
	map_one();
	accepted(mapd(DEVICE, 1));
	assert_int_equal(device_writes(DEVICE, 0), ~0u);
	refused(its_mapti(DEVICE, 2, LPI_FIRST, 0));
	accepted(its_mapti(DEVICE, 1, LPI_FIRST, 0));
}

static void numbers_out_of_range_are_refused(void **state)
{
	(void)state;
	map_one();
	refused(mapd(1 << 16, 1));
	refused(mapd(~0u, 1));
	refused(mapd(1, 6));
	refused(mapd(1, 32));
	refused(its_mapti(DEVICE, EVENTS, LPI_FIRST + 1, 0));
	refused(its_mapti(DEVICE, ~0u, LPI_FIRST + 1, 0));
	refused(its_mapti(DEVICE + 1, 0, LPI_FIRST + 1, 0));
	refused(its_mapti(DEVICE, 1, 0, 0));
	refused(its_mapti(DEVICE, 1, 40, 0)); /* an SPI, which dom0's other interrupts are */
	refused(its_mapti(DEVICE, 1, LPI_FIRST - 1, 0));
	refused(its_mapti(DEVICE, 1, LPI_FIRST + LPI_COUNT, 0));
	refused(its_mapti(DEVICE, 1, ~0u, 0));
	refused(its_mapti(DEVICE, 1, LPI_FIRST, 0)); /* event 0's */
	refused(its_mapti(DEVICE, 1, LPI_FIRST + 1, 16));
	refused(its_mapti(DEVICE, 1, LPI_FIRST + 1, 0xffff));
	refused(its_event_command(ITS_MAPI, DEVICE, 1));
	refused(its_mapc(16, 0, true));
	refused(its_mapc(0xffff, 0, false));
	refused(its_mapc(2, 2 << 16, true));
	refused(its_mapc(2, 0xffffffffull << 16, true));
	refused(its_movi(DEVICE, 0, 2));
	refused(its_movi(DEVICE, 0, 0xffff));
	refused(its_movi(DEVICE, 1, 1));
	refused(its_event_command(ITS_INV, DEVICE, 1));
	refused(its_event_command(ITS_INV, ~0u, ~0u));
	refused(with_collection(ITS_INVALL, 2));
	refused(with_collection(ITS_INVALL, 0xffff));
	refused(its_movall(0, 2 << 16));
	refused(with_collection(ITS_SYNC, 2 << 16));
	refused((struct its_command){ { 0 } });
	refused((struct its_command){ { 0xff } });
	refused((struct its_command){ { 0x29, 0, ~0ull } }); /* VMAPP */
	assert_int_equal(device_writes(DEVICE, 0), 0);
	assert_int_equal(take(0), LPI_FIRST);
}

static void a_collection_that_ends_drops_its_events(void **state)
{
	(void)state;
	map_one();
	accepted(its_mapc(0, 0, false));
	assert_int_equal(device_writes(DEVICE, 0), ~0u);
	refused(its_event_command(ITS_INT, DEVICE, 0));
	refused(its_event_command(ITS_CLEAR, DEVICE, 0));
	refused(its_movi(DEVICE, 0, 1));
	/* An event may be mapped before its collection is. */
	configure(LPI_FIRST + 9, 0xa1);
	accepted(its_mapti(DEVICE, 3, LPI_FIRST + 9, 0));
	accepted(its_mapc(0, 1 << 16, true));
	assert_int_equal(device_writes(DEVICE, 3), 1);
	assert_int_equal(take(1), LPI_FIRST + 9);
}

static void devices_and_tables_are_bounded(void **state)
{
	size_t free_pages = heap_free_pages();
	unsigned int mapped = 0;

	(void)state;
	for (uint32_t device = 0; device < MODEL_DEVICES; device++) {
		unsigned int lines = log_lines;

		queue(mapd(device, 5));
		mapped += log_lines == lines;
	}
	assert_int_equal(mapped, VITS_DEVICES);
	assert_true(pages_used <= ITS_PAGES_MAX);
	for (uint32_t device = 0; device < MODEL_DEVICES; device++)
		accepted(its_mapd(device, NULL, 0));
	assert_int_equal(pages_used, 0);
	assert_int_equal(heap_free_pages(), free_pages);
}

static void no_memory_is_refused(void **state)
{
	(void)state;
	map_one();
	while (heap_page())
		;
	refused(mapd(1, 1));
	refused(its_mapti(DEVICE, 1, LPI_FIRST + 1000, 0));
	accepted(its_mapti(DEVICE, 1, LPI_FIRST + 1, 0));
}

static void a_queue_goes_round(void **state)
{
	(void)state;
	map_one();
	for (unsigned int i = 0; i < 3 * QUEUE_BYTES / 32; i++)
		accepted(its_event_command(ITS_INV, DEVICE, 0));
	/* A whole turn but one at once. */
	for (unsigned int i = 0; i < QUEUE_BYTES / 32; i++) {
		struct its_command command = its_event_command(ITS_INT, DEVICE, 0);

		memcpy(fake_ram(QUEUE + i * 32), &command, sizeof(command));
	}
	put(ITS + GITS_CWRITER, 8, (get(ITS + GITS_CREADR, 8) + QUEUE_BYTES - 32) % QUEUE_BYTES);
	assert_int_equal(get(ITS + GITS_CREADR, 8), get(ITS + GITS_CWRITER, 8));
	assert_int_equal(take(0), LPI_FIRST);
}

static void a_long_queue_lets_interrupts_in(void **state)
{
	uint64_t data = 64 * 32;
	unsigned int exits = 1;
	struct its_command invall = with_collection(ITS_INVALL, 0);

	(void)state;
	map_one();
	put(ITS + GITS_CTLR, 4, 0);
	put(ITS + GITS_CBASER, 8, BASER_VALID | QUEUE | 1);
	for (unsigned int i = 0; i < 64; i++)
		memcpy(fake_ram(QUEUE + i * 32), &invall, sizeof(invall));
	put(ITS + GITS_CTLR, 4, CTLR_ENABLED);
	while (access_at(ITS + GITS_CWRITER, 8, true, &data) == MMIO_AGAIN) {
		data = 64 * 32;
		exits++;
	}
	assert_int_equal(exits, 64);
}

static void a_queue_elsewhere_is_not_read(void **state)
{
	static const uint64_t bases[] = { NOT_DOM0S, UNMAPPED, ITS, 0, MASK(51, 16) };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		unsigned int lines = log_lines;

		put(ITS + GITS_CTLR, 4, 0);
		put(ITS + GITS_CBASER, 8, BASER_VALID | bases[i] | 0xff);
		put(ITS + GITS_CTLR, 4, CTLR_ENABLED);
		put(ITS + GITS_CWRITER, 8, 32);
		assert_int_equal(log_lines, lines + 1);
		assert_int_equal(get(ITS + GITS_CREADR, 8), 32);
	}
	/* CWRITER beyond the queue is ignored. */
	put(ITS + GITS_CTLR, 4, 0);
	put(ITS + GITS_CBASER, 8, BASER_VALID | QUEUE);
	put(ITS + GITS_CTLR, 4, CTLR_ENABLED);
	put(ITS + GITS_CWRITER, 8, 0x1000);
	put(ITS + GITS_CWRITER, 8, ~0ull);
	assert_int_equal(get(ITS + GITS_CWRITER, 8), 0);
	/* Not valid: nothing is read. */
	put(ITS + GITS_CTLR, 4, 0);
	put(ITS + GITS_CBASER, 8, QUEUE);
	put(ITS + GITS_CTLR, 4, CTLR_ENABLED);
	put(ITS + GITS_CWRITER, 8, 32);
	assert_int_equal(get(ITS + GITS_CREADR, 8), 0);
}

static void a_configuration_elsewhere_is_off(void **state)
{
	(void)state;
	dom0->vcpus[0]->vgic.lpis_enabled = false;
	put(GICR + GICR_PROPBASER, 8, NOT_DOM0S | 13);
	put(GICR + GICR_CTLR, 4, GICR_CTLR_LPIS);
	memset(fake_ram(NOT_DOM0S), 0xa1, LPI_COUNT);
	accepted(mapd(DEVICE, EVENT_BITS));
	accepted(its_mapti(DEVICE, 0, LPI_FIRST, 0));
	device_writes(DEVICE, 0);
	accepted(with_collection(ITS_INVALL, 0));
	assert_int_equal(take(0), NONE);
	/* A table of fewer LPIs than that. */
	dom0->vcpus[0]->vgic.lpis_enabled = false;
	put(GICR + GICR_PROPBASER, 8, CONFIG | 12);
	put(GICR + GICR_CTLR, 4, GICR_CTLR_LPIS);
	configure(LPI_FIRST, 0xa1);
	accepted(its_event_command(ITS_INV, DEVICE, 0));
	assert_int_equal(take(0), NONE);
}

static void lpis_wait_until_a_redistributor_takes_them(void **state)
{
	(void)state;
	dom0->vcpus[0]->vgic.lpis_enabled = false;
	map_one();
	device_writes(DEVICE, 0);
	assert_int_equal(take(0), NONE);
	put(GICR + GICR_CTLR, 4, GICR_CTLR_LPIS);
	assert_int_equal(take(0), LPI_FIRST);
	/* It stays on. */
	put(GICR + GICR_CTLR, 4, 0);
	assert_int_equal(get(GICR + GICR_CTLR, 4), GICR_CTLR_LPIS);
}

static void a_dead_its_keeps_its_tables(void **state)
{
	size_t used;

	(void)state;
	map_one();
	used = pages_used;
	its.dead = true;
	accepted(its_mapd(DEVICE, NULL, 0));
	/* It may still write them. */
	assert_int_equal(pages_used, used);
}

static void any_commands_are_harmless(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned int i = 0; i < 60000; i++) {
		static const uint8_t opcodes[] = { 1, 3, 4, 5, 8, 9, 10, 10, 10, 11, 12, 13, 14, 15, 2, 0x29 };
		struct its_command command;

		for (unsigned int w = 0; w < 4; w++)
			command.word[w] = seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		/* Mostly near what is there. */
		command.word[0] = opcodes[seed >> 60] | (command.word[0] >> 59) << 32;
		command.word[1] = (command.word[1] & 0x3f) | (LPI_FIRST + (command.word[1] >> 57)) << 32;
		command.word[2] = (command.word[2] & (ITS_VALID | 0x30013)) | (command.word[2] >> 40 & 7 ? 0 : 0xfff);
		command.word[3] &= 0x3ffff;
		queue(command);
		if (!(i % 3))
			device_writes(seed >> 50 & 31, seed >> 40 & 7);
		if (!(i % 5))
			take(seed >> 33 & 1);
	}
	assert_true(pages_used <= ITS_PAGES_MAX);
	for (uint32_t device = 0; device < MODEL_DEVICES; device++)
		queue(its_mapd(device, NULL, 0));
	assert_int_equal(pages_used, 0);
	for (unsigned int cpu = 0; cpu < 2; cpu++)
		assert_int_equal(take(cpu), NONE);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registers_show_what_there_is),
		TEST(halves_of_registers_are_written_apart),
		TEST(an_event_reaches_its_vcpu),
		TEST(an_event_moves_with_what_is_pending),
		TEST(masks_and_priorities_are_read_at_inv),
		TEST(int_clear_and_discard),
		TEST(a_device_ends_with_its_events),
		TEST(numbers_out_of_range_are_refused),
		TEST(a_collection_that_ends_drops_its_events),
		TEST(devices_and_tables_are_bounded),
		TEST(no_memory_is_refused),
		TEST(a_queue_goes_round),
		TEST(a_long_queue_lets_interrupts_in),
		TEST(a_queue_elsewhere_is_not_read),
		TEST(a_configuration_elsewhere_is_off),
		TEST(lpis_wait_until_a_redistributor_takes_them),
		TEST(a_dead_its_keeps_its_tables),
		TEST(any_commands_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
