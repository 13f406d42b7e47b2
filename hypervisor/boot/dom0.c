// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dom0.c - make dom0: memory, devices, interrupts, kernel, initrd, DTB.
 */
#include "boot/dom0.h"
#include <libfdt.h>
#include <vimo/guest_map.h>
#include "boot/dom0_fdt.h"
#include "boot/memory.h"
#include "cpu/cache.h"
#include "cpu/cpu.h"
#include "guest/dom0_map.h"
#include "guest/domain.h"
#include "guest/domain_life.h"
#include "guest/vgic_setup.h"
#include "guest/vits.h"
#include "hw/gic.h"
#include "hw/its.h"
#include "hw/power.h"
#include "hw/psci.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "mem/stage2_change.h"
#include "mem/window.h"

#define FDT_ROOM 0x4000u
#define FDT_SPOT BLOCK_SIZE /* size that Linux maps for its DTB */
#define DOM0_USUAL_VCPUS 4u
#define BELOW_4G (4 * GIGA_SIZE)

/* Linux Documentation/arm64/booting.rst */
struct image_header {
	uint32_t code[2];
	uint64_t text_offset, image_size, flags, reserved[3];
	uint32_t magic, pe;
};
#define IMAGE_MAGIC 0x644d5241u
static_assert(sizeof(struct image_header) == 64, "booting.rst");

struct placement {
	uint64_t entry;
	struct range kernel, initrd, fdt;
	struct range_list used; /* in dom0's memory, and the boot DTB until dom0's stands */
};

static void must(enum vimo_status status, const char *what)
{
	if (status)
		panic("dom0: cannot %s (%d)", what, status);
}

static void read_header(const struct boot_module *kernel, struct image_header *header)
{
	if (kernel->where.bytes < sizeof(*header))
		panic("dom0: the kernel module is too short: load an arm64 Image");
	phys_read(header, PA(kernel->where.base), sizeof(*header));
	if (header->magic != IMAGE_MAGIC)
		panic("dom0: the kernel module is not an arm64 Image: load the uncompressed Image");
	if (header->image_size < kernel->where.bytes)
		header->image_size = kernel->where.bytes;
	if (header->image_size > GIGA_SIZE || header->text_offset >= BLOCK_SIZE)
		panic("dom0: the kernel Image's header has an impossible size or offset");
}

/* Free space in dom0's memory that holds nothing still to be copied. */
static uint64_t find_place(struct placement *place, uint64_t bytes, bool highest)
{
	const struct memory_layout *layout = memory_layout();
	struct range_list avoid = place->used;
	uint64_t at;

	must(range_add(&avoid, layout->modules.kernel.where.base, layout->modules.kernel.where.bytes), "plan");
	must(range_add(&avoid, layout->modules.ramdisk.where.base, layout->modules.ramdisk.where.bytes), "plan");
	for (unsigned int i = 0; i < layout->reserved.count; i++)
		must(range_add(&avoid, layout->reserved.range[i].base, layout->reserved.range[i].bytes), "plan");
	at = range_find(&layout->dom0, &avoid, bytes, BLOCK_SIZE, BELOW_4G, highest);
	if (at == ~0ull)
		at = range_find(&layout->dom0, &avoid, bytes, BLOCK_SIZE, ~0ull, highest);
	if (at == ~0ull)
		panic("dom0: dom0_mem is too small for the kernel and initrd: set a larger dom0_mem");
	return at;
}

static void use(struct placement *place, const struct range *range)
{
	must(range_add(&place->used, range->base, range->bytes), "plan its memory");
}

static void place_kernel(struct placement *place, const struct boot_module *kernel)
{
	const struct memory_layout *layout = memory_layout();
	const struct range *initrd = &layout->modules.ramdisk.where;
	struct image_header header;
	uint64_t bytes, base;

	read_header(kernel, &header);
	bytes = header.text_offset + header.image_size;
	base = kernel->where.base - header.text_offset;
	/* The kernel stays where it lies, without a copy, if its BSS has room there. */
	if (!IS_ALIGNED(base, BLOCK_SIZE) || !range_contains(&layout->dom0, base, bytes) ||
	    range_overlaps(&layout->reserved, base, bytes) ||
	    (initrd->base < base + bytes && base < range_end(initrd))) {
		base = find_place(place, bytes, false);
		phys_copy(PA(base + header.text_offset), PA(kernel->where.base), kernel->where.bytes);
	} else {
		phys_clean(PA(kernel->where.base), kernel->where.bytes);
	}
	place->kernel = (struct range){ base, bytes };
	place->entry = base + header.text_offset;
	use(place, &place->kernel);
}

static void place_initrd(struct placement *place, const struct boot_module *ramdisk)
{
	place->initrd = ramdisk->where;
	if (!ramdisk->where.bytes)
		return;
	if (!range_contains(&memory_layout()->dom0, ramdisk->where.base, ramdisk->where.bytes)) {
		place->initrd.base = find_place(place, ramdisk->where.bytes, true);
		phys_copy(PA(place->initrd.base), PA(ramdisk->where.base), ramdisk->where.bytes);
	} else {
		phys_clean(PA(ramdisk->where.base), ramdisk->where.bytes);
	}
	use(place, &place->initrd);
}

static void place_fdt(struct placement *place, const void *boot_fdt, unsigned int vcpus)
{
	size_t bytes = ALIGN_UP(fdt_totalsize(boot_fdt) + FDT_ROOM, PAGE_SIZE);
	void *fdt = heap_alloc(bytes / PAGE_SIZE, 1);
	struct dom0_fdt_plan plan = {
		.layout = memory_layout(),
		.initrd = place->initrd,
		.vcpus = vcpus,
		.gic_version = gic_info.version,
		.gic_entry = gic_info.dom0_entry,
		.gic_offset = gic_info.dom0_offset,
		.psci_0_1 = psci_firmware_call(PSCI_VERSION, 0, 0, 0) < 0 && !power_can(POWER_OFF),
		.its = its_count() > 0,
	};
	const char *what = "header";
	int error;

	if (!fdt)
		panic("dom0: no memory for its device tree");
	error = fdt_open_into(boot_fdt, fdt, (int)bytes);
	if (!error)
		error = dom0_fdt_edit(fdt, &plan, &what);
	if (error)
		panic("dom0: device tree, %s: %s", what, fdt_strerror(error));
	if (fdt_totalsize(fdt) > FDT_SPOT)
		panic("dom0: its device tree is larger than 2 MiB");
	place->fdt = (struct range){ find_place(place, FDT_SPOT, true), FDT_SPOT };
	phys_write(PA(place->fdt.base), fdt, fdt_totalsize(fdt));
	heap_free(fdt, bytes / PAGE_SIZE);
}

static void map_list(const struct range_list *list, unsigned int prot, const char *what)
{
	for (unsigned int i = 0; i < list->count; i++) {
		const struct range *range = &list->range[i];

		must(stage2_map(&dom0->stage2, IPA(range->base), PA(range->base), range->bytes, prot), what);
	}
}

static void map_memory(const struct memory_layout *layout)
{
	/* Firmware's ranges that a driver may want (frame buffer, remote processor). */
	map_list(&layout->firmware, STAGE2_R | STAGE2_W, "map reserved memory");
	map_list(&layout->dom0, STAGE2_RWX, "map its memory");
	/* Reserved without no-map: Linux may lend it to programs while no driver needs it ("reusable"). */
	map_list(&layout->reusable, STAGE2_RWX, "map reusable memory");
}

static void exclude(uint64_t base, uint64_t bytes)
{
	uint64_t first = ALIGN_DOWN(base, PAGE_SIZE);

	must(dom0_map_exclude(first, ALIGN_UP(base + bytes, PAGE_SIZE) - first), "hide EL2's devices");
}

static void exclude_node(const void *fdt, int node)
{
	struct range range;

	for (unsigned int i = 0; fdt_reg(fdt, node, i, &range); i++)
		exclude(range.base, range.bytes);
}

static void exclude_compatible(const void *fdt, const char *compatible)
{
	for (int node = fdt_node_offset_by_compatible(fdt, -1, compatible); node >= 0;
	     node = fdt_node_offset_by_compatible(fdt, node, compatible))
		exclude_node(fdt, node);
}

/* Memory, the GIC and SMMUs are never mapped on first touch. */
static void hide_devices(const void *fdt, const struct memory_layout *layout)
{
	for (unsigned int i = 0; i < layout->ram.count; i++)
		exclude(layout->ram.range[i].base, layout->ram.range[i].bytes);
	exclude_node(fdt, (int)gic_info.fdt_node);
	exclude_compatible(fdt, "arm,gic-v3-its");
	for (const char *const *smmu = dom0_fdt_smmus; *smmu; smmu++)
		exclude_compatible(fdt, *smmu);
}

static void give_interrupts(void)
{
	const struct vgic_frames frames = { IPA(gic_info.gicd.v), IPA(gic_info.gicr.v), IPA(gic_info.gicc.v) };

	must(vgic_add_regions(dom0, &frames), "add its GIC");
	must(vits_init(dom0), "give it its ITSs");
	for (uint32_t intid = 32; intid < gic_info.irq_count; intid++)
		must(vgic_assign_physical(dom0, intid), "give it an interrupt");
	if (gic_info.version == 2)
		must(stage2_map(&dom0->stage2, IPA(gic_info.gicc.v), gic_info.gicv, PAGE_SIZE,
				STAGE2_R | STAGE2_W | STAGE2_DEVICE),
		     "map its GIC CPU interface");
}

static unsigned int vcpu_choice(const struct boot_options *options)
{
	unsigned int vcpus = MIN(options->dom0_vcpus ? options->dom0_vcpus : DOM0_USUAL_VCPUS, cpu_count);

	/* Its redistributors stand where a region of real ones does, and must not reach beyond. */
	return gic_info.version == 2 ?
		       vcpus :
		       MIN(vcpus, MAX(1u, (unsigned int)(gic_info.gicr_bytes / VIMO_GUEST_GICR_STRIDE)));
}

void dom0_build(const void *boot_fdt, const struct boot_options *options)
{
	const struct memory_layout *layout = memory_layout();
	unsigned int vcpus = vcpu_choice(options);
	const struct range dtb = { (uintptr_t)boot_fdt, fdt_totalsize(boot_fdt) };
	struct placement place = { 0 };

	use(&place, &dtb);
	must(domain_create_dom0(vcpus, &dom0), "create its domain");
	map_memory(layout);
	hide_devices(boot_fdt, layout);
	give_interrupts();
	place_kernel(&place, &layout->modules.kernel);
	place_initrd(&place, &layout->modules.ramdisk);
	place_fdt(&place, boot_fdt, vcpus);
	icache_flush(); /* stale lines must not stand for the kernel (booting.rst) */
	vcpu_reset(dom0->vcpus[0], place.entry, place.fdt.base);
	log_print(LOG_INFO, "dom0: %u vCPUs, kernel at %lx, initrd at %lx, device tree at %lx", vcpus,
		  (unsigned long)place.entry, (unsigned long)place.initrd.base, (unsigned long)place.fdt.base);
}
