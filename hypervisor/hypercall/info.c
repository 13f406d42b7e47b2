// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * info.c - version, size and limits of this hypervisor.
 */
#include "hypercall/hypercall.h"
#include "cpu/cpu.h"
#include "cpu/features.h"
#include "hw/gic.h"
#include "hw/timer.h"
#include "io/event.h"
#include "lib/log.h"
#include "mem/heap.h"
#include "mem/pool.h"
#include "mem/pool_bank.h"

#define RELEASE ((uint64_t)VIMO_RELEASE_MAJOR << 32 | (uint64_t)VIMO_RELEASE_MINOR << 16 | VIMO_RELEASE_PATCH)

extern uint8_t __image_start[], __image_end[];

enum vimo_status hc_version(UNUSED struct vcpu *vcpu, uint64_t *x)
{
	x[1] = VIMO_ABI_VERSION;
	x[2] = RELEASE;
	return VIMO_OK;
}

static uint64_t boot_id(void)
{
	static uint64_t id;

	/* The counter at the first call: two boots agree in every tick with a probability of 2^-40. */
	if (!id)
		id = (counter_now() * 0x9e3779b97f4a7c15ull) | 1;
	return id;
}

/* TGran4 and TGran64 are below 0 without that size, TGran16 is 0 (DDI 0487 J.a, D19.2, ID_AA64MMFR0_EL1). */
static uint64_t page_sizes(void)
{
	uint64_t mmfr0 = features_id_register(7, 0);

	return (FIELD(mmfr0, 31, 28) < 8 ? 4096 : 0) | (FIELD(mmfr0, 23, 20) ? 16384 : 0) |
	       (FIELD(mmfr0, 27, 24) < 8 ? 65536 : 0);
}

enum vimo_status hc_info(UNUSED struct vcpu *vcpu, uint64_t *x)
{
	pa_t base;
	size_t bytes;

	pool_bank_span(&base, &bytes);
	switch (x[1]) {
	case VIMO_INFO_POOL_PAGES: x[1] = pool_total_pages(); break;
	case VIMO_INFO_FREE_PAGES: x[1] = pool_spare_pages(); break;
	case VIMO_INFO_CPUS: x[1] = cpu_count; break;
	case VIMO_INFO_GIC_VERSION: x[1] = gic_info.version; break;
	case VIMO_INFO_MAX_VCPUS: x[1] = DOMAIN_MAX_VCPUS; break;
	case VIMO_INFO_MAX_DOMAINS: x[1] = VIMO_DOMAIN_MAX; break;
	case VIMO_INFO_LOG_PA: x[1] = (uintptr_t)log_ring(); break;
	case VIMO_INFO_LOG_BYTES: x[1] = VIMO_LOG_BYTES; break;
	case VIMO_INFO_EVENT_PA: x[1] = event_pages().v; break;
	case VIMO_INFO_POOL_BASE: x[1] = base.v; break;
	case VIMO_INFO_POOL_BYTES: x[1] = bytes; break;
	case VIMO_INFO_HEAP_PAGES: x[1] = heap_total_pages(); break;
	case VIMO_INFO_HEAP_FREE: x[1] = heap_free_pages(); break;
	case VIMO_INFO_IMAGE_BYTES: x[1] = (uintptr_t)__image_end - (uintptr_t)__image_start; break;
	case VIMO_INFO_BOOT_ID: x[1] = boot_id(); break;
	case VIMO_INFO_PAGE_SIZES: x[1] = page_sizes(); break;
	default: return VIMO_INVALID;
	}
	return VIMO_OK;
}
