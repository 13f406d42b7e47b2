// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vits.c - the registers of dom0's ITSs, and dom0's command queue. Owner of the
 * lock.
 */
#include "guest/vits.h"
#include "guest/dom0_read.h"
#include "guest/vgic_bank.h"
#include "guest/vits_command.h"
#include "guest/vlpi.h"
#include "hw/its_regs.h"
#include "mem/heap.h"

#define VITS_PAGES (ALIGN_UP(sizeof(struct vits), PAGE_SIZE) / PAGE_SIZE)
#define CBASER_BITS (BASER_VALID | MASK(61, 59) | MASK(55, 53) | MASK(51, 16) | MASK(11, 10) | MASK(7, 0))
#define CWRITER_OFFSET MASK(19, 5)
/* Commands of one exit: interrupts and other vCPUs are not kept waiting. */
#define BATCH 16u

static spinlock_t its_lock;

static uint64_t typer(const struct vits *vits)
{
	/* Translation tables of a byte an event; all collections without memory of dom0's (12.19.13). */
	return TYPER_PHYSICAL | (uint64_t)(vits->its->event_bits - 1) << 8 |
	       (uint64_t)(vits->its->device_bits - 1) << 13 | (uint64_t)vits->its->collections << 24;
}

static uint32_t queue_bytes(const struct vits *vits)
{
	return ((uint32_t)FIELD(vits->cbaser, 7, 0) + 1) * (uint32_t)PAGE_SIZE;
}

/* One batch, at most to the end of a page. False: commands remain. */
static bool run_queue_locked(struct vits *vits)
{
	struct its_command batch[BATCH];
	uint32_t end = vits->writer > vits->reader ? vits->writer : queue_bytes(vits);
	uint32_t bytes = MIN(end - vits->reader, (uint32_t)MIN(sizeof(batch), PAGE_SIZE - vits->reader % PAGE_SIZE));

	if (!vits->enabled || !(vits->cbaser & BASER_VALID) || vits->reader == vits->writer)
		return true;
	if (dom0_read((vits->cbaser & MASK(51, 16)) + vits->reader, batch, bytes)) {
		log_guest(&vits->domain->log, "ITS: the command queue at %lx is not in dom0's memory",
			  (unsigned long)(vits->cbaser & MASK(51, 16)));
		vits->reader = vits->writer;
		return true;
	}
	for (unsigned int i = 0; i < bytes / sizeof(batch[0]); i++) {
		bool long_one = vits_command(vits, &batch[i]);

		vits->reader = (vits->reader + (uint32_t)sizeof(batch[0])) % queue_bytes(vits);
		if (long_one)
			break;
	}
	return vits->reader == vits->writer;
}

static void write_control(struct vits *vits, uint64_t value)
{
	if (vits->enabled == (value & CTLR_ENABLED))
		return;
	vits->enabled = value & CTLR_ENABLED;
	its_enable(vits->its, vits->enabled);
}

static void write_base(struct vits *vits, const struct mmio_access *access)
{
	if (vits->enabled) /* UNPREDICTABLE then (12.19.2) */
		return;
	vits->cbaser = mmio_merge(vits->cbaser, access) & CBASER_BITS;
	vits->reader = vits->writer = 0;
}

static void write_writer(struct vits *vits, const struct mmio_access *access)
{
	uint64_t offset = mmio_merge(vits->writer, access) & CWRITER_OFFSET;

	if (offset < queue_bytes(vits))
		vits->writer = (uint32_t)offset;
	else
		log_guest(&vits->domain->log, "ITS: GITS_CWRITER %lx is beyond the queue", (unsigned long)offset);
}

static enum mmio_result write_locked(struct vits *vits, const struct mmio_access *access)
{
	switch (access->offset & ~(access->width == 4 ? 4ull : 0ull)) {
	case GITS_CTLR:
		if (access->width == 4 && access->offset == GITS_CTLR)
			write_control(vits, access->data);
		break;
	case GITS_CBASER: write_base(vits, access); break;
	case GITS_CWRITER: write_writer(vits, access); break;
	default: return MMIO_DONE;
	}
	/* The vCPU writes again until its commands are done, and takes interrupts between. */
	return run_queue_locked(vits) ? MMIO_DONE : MMIO_AGAIN;
}

static uint64_t read_locked(const struct vits *vits, uint64_t offset)
{
	switch (offset) {
	case GITS_CTLR: return (vits->enabled ? CTLR_ENABLED : CTLR_QUIESCENT) | (uint64_t)IIDR_VIMO << 32;
	case GITS_TYPER: return typer(vits);
	case GITS_CBASER: return vits->cbaser;
	case GITS_CWRITER: return vits->writer;
	case GITS_CREADR: return vits->reader;
	default: return 0; /* no GITS_BASER<n> */
	}
}

static enum mmio_result vits_access(UNUSED struct vcpu *vcpu, void *context, struct mmio_access *access)
{
	struct vits *vits = context;
	enum mmio_result result = MMIO_DONE;
	uint64_t data = 0;

	/* GITS_TRANSLATER is for devices: a CPU's write has no DeviceID (12.19.12). */
	if (access->offset >= ITS_FRAME || access->width < 4) {
		access->data = 0;
		return MMIO_DONE;
	}
	spin_lock(&its_lock);
	if (access->write)
		result = write_locked(vits, access);
	else if (access->offset >= GITS_IDS)
		data = vgic_id_register((uint32_t)access->offset - GITS_IDS, 3);
	else
		data = mmio_part(read_locked(vits, access->offset & ~7ull), access);
	spin_unlock(&its_lock);
	if (!access->write)
		access->data = data;
	return result;
}

static enum vimo_status add(struct domain *domain, unsigned int n)
{
	struct vits *vits = heap_alloc(VITS_PAGES, 1);
	struct mmio_region region = { its_get(n)->base, ITS_BYTES, vits_access, vits };

	if (!vits)
		return VIMO_NO_MEMORY;
	vits->domain = domain;
	vits->its = its_get(n);
	vits->number = (uint8_t)n;
	for (unsigned int i = 0; i < ITS_COLLECTIONS; i++)
		vits->collection[i] = VITS_UNMAPPED;
	return mmio_add(&domain->mmio, &region);
}

enum vimo_status vits_init(struct domain *domain)
{
	enum vimo_status status = its_count() ? vlpi_init(domain) : VIMO_OK;

	for (unsigned int n = 0; !status && n < its_count(); n++)
		status = add(domain, n);
	return status;
}
