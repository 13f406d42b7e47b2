// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dom0_fdt.c - edit dom0's device tree. No state.
 *
 * The pool is memory with a /reserved-memory node without no-map: Linux then
 * has struct pages for it and never allocates from it.
 */
#include "boot/dom0_fdt.h"
#include <libfdt.h>
#include <vimo/event.h>
#include "guest/vcpu.h"
#include "hw/fdt_reg.h"
#include "hw/gic_node.h"
#include "hw/psci.h"
#include "lib/string.h"

#define NAME_BYTES 40u
#define TRY(call)                      \
	do {                           \
		int error_ = (call);   \
		if (error_ < 0)        \
			return error_; \
	} while (0)

static void node_name(char *out, const char *prefix, uint64_t address)
{
	static const char digits[] = "0123456789abcdef";
	size_t at = strlen(prefix);
	int shift = 60;

	memcpy(out, prefix, at);
	while (shift && !(address >> shift & 15))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		out[at++] = digits[address >> shift & 15];
	out[at] = '\0';
}

static int find_or_add(void *fdt, int parent, const char *name)
{
	int node = fdt_subnode_offset(fdt, parent, name);

	return node == -FDT_ERR_NOTFOUND ? fdt_add_subnode(fdt, parent, name) : node;
}

static int append_cells(void *fdt, int node, const char *name, uint64_t value, int cells)
{
	if (cells < 1 || (cells == 1 && value >> 32))
		return -FDT_ERR_BADNCELLS;
	for (int i = cells; i-- > 0;)
		TRY(fdt_appendprop_u32(fdt, node, name, i < 2 ? (uint32_t)(value >> 32 * i) : 0));
	return 0;
}

#define PIECE_BYTES (2 * GIGA_SIZE) /* of a range whose size must fit one cell */

/* In the cells of the node's parent. */
static int append_reg(void *fdt, int parent, int node, const struct range *range)
{
	int address = fdt_address_cells(fdt, parent), size = fdt_size_cells(fdt, parent);
	uint64_t piece = size == 1 ? PIECE_BYTES : range->bytes;

	for (uint64_t at = range->base; at < range_end(range); at += piece) {
		TRY(append_cells(fdt, node, "reg", at, address));
		TRY(append_cells(fdt, node, "reg", MIN(piece, range_end(range) - at), size));
	}
	return 0;
}

/* All that describes memory goes; one node with every range comes. */
static int edit_memory(void *fdt, const struct dom0_fdt_plan *plan)
{
	char name[NAME_BYTES];
	int node;

	while ((node = fdt_node_offset_by_prop_value(fdt, -1, "device_type", "memory", 7)) >= 0)
		TRY(fdt_del_node(fdt, node));
	node_name(name, "memory@", plan->layout->ram.range[0].base);
	node = fdt_add_subnode(fdt, 0, name);
	TRY(node);
	TRY(fdt_setprop_string(fdt, node, "device_type", "memory"));
	for (unsigned int i = 0; i < plan->layout->ram.count; i++)
		TRY(append_reg(fdt, 0, node, &plan->layout->ram.range[i]));
	return 0;
}

/* Linux ignores all reservations whose cells differ from the root's, and those of a node without "ranges". */
static int open_reserved(void *fdt)
{
	int address = fdt_address_cells(fdt, 0), size = fdt_size_cells(fdt, 0);
	int node = fdt_path_offset(fdt, "/reserved-memory");

	if (node >= 0 && fdt_first_subnode(fdt, node) >= 0 &&
	    (fdt_address_cells(fdt, node) != address || fdt_size_cells(fdt, node) != size))
		return -FDT_ERR_BADNCELLS;
	node = find_or_add(fdt, 0, "reserved-memory");
	TRY(node);
	TRY(fdt_setprop_u32(fdt, node, "#address-cells", (uint32_t)address));
	TRY(fdt_setprop_u32(fdt, node, "#size-cells", (uint32_t)size));
	TRY(fdt_setprop(fdt, node, "ranges", NULL, 0));
	return node;
}

static int edit_reserved(void *fdt, const struct dom0_fdt_plan *plan)
{
	const struct range_list *other = &plan->layout->other;
	int parent = open_reserved(fdt);

	TRY(parent);
	for (unsigned int i = 0; i < other->count; i++) {
		char name[NAME_BYTES];
		int node;

		node_name(name, "vimo@", other->range[i].base);
		node = fdt_add_subnode(fdt, parent, name);
		TRY(node);
		TRY(append_reg(fdt, parent, node, &other->range[i]));
		parent = fdt_path_offset(fdt, "/reserved-memory");
	}
	return 0;
}

/* A CPU that has failed, or the list of which CPUs are near which. */
static bool names_others(const void *fdt, int node)
{
	const char *type = fdt_stringlist_get(fdt, node, "device_type", 0, NULL);

	return (type && strcmp(type, "cpu") == 0 && !fdt_is_cpu(fdt, node)) ||
	       strcmp(fdt_get_name(fdt, node, NULL), "cpu-map") == 0;
}

/* The n-th CPU node keeps vCPU n's affinity; further ones go. */
static int edit_cpus(void *fdt, const struct dom0_fdt_plan *plan)
{
	int parent = fdt_path_offset(fdt, "/cpus"), node, next;
	int cells = fdt_address_cells(fdt, parent);
	unsigned int count = 0;

	TRY(parent);
	for (node = fdt_first_subnode(fdt, parent); node >= 0; node = next) {
		bool cpu = fdt_is_cpu(fdt, node);

		if ((cpu && count >= plan->vcpus) || names_others(fdt, node)) {
			TRY(fdt_del_node(fdt, node));
			/* The next node moved to this offset. */
			next = fdt_first_subnode(fdt, parent);
			count = 0;
			continue;
		}
		next = fdt_next_subnode(fdt, node);
		if (!cpu)
			continue;
		TRY(fdt_setprop(fdt, node, "reg", NULL, 0));
		TRY(append_cells(fdt, node, "reg", vcpu_affinity(count), cells));
		TRY(fdt_setprop_string(fdt, node, "enable-method", "psci"));
		next = fdt_next_subnode(fdt, node);
		count++;
	}
	return count == plan->vcpus ? 0 : -FDT_ERR_NOTFOUND;
}

static int edit_psci(void *fdt, UNUSED const struct dom0_fdt_plan *plan)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
	int node = fdt_path_offset(fdt, "/psci");

	if (node >= 0)
		TRY(fdt_del_node(fdt, node));
	node = fdt_add_subnode(fdt, 0, "psci");
	TRY(node);
	TRY(fdt_setprop_string(fdt, node, "method", "hvc"));
	if (!plan->psci_0_1)
		return fdt_setprop(fdt, node, "compatible", compatible, sizeof(compatible));
	TRY(fdt_setprop_string(fdt, node, "compatible", "arm,psci"));
	TRY(fdt_setprop_u32(fdt, node, "cpu_suspend", PSCI_CPU_SUSPEND_64));
	TRY(fdt_setprop_u32(fdt, node, "cpu_off", PSCI_CPU_OFF));
	return fdt_setprop_u32(fdt, node, "cpu_on", PSCI_CPU_ON_64);
}

static int delete_all(void *fdt, const char *compatible)
{
	int node;

	while ((node = fdt_node_offset_by_compatible(fdt, -1, compatible)) >= 0)
		TRY(fdt_del_node(fdt, node));
	return 0;
}

static int edit_chosen(void *fdt, const struct dom0_fdt_plan *plan)
{
	const struct boot_module *kernel = &plan->layout->modules.kernel;
	int node;

	TRY(delete_all(fdt, "multiboot,module"));
	node = find_or_add(fdt, 0, "chosen");
	TRY(node);
	fdt_delprop(fdt, node, "bootargs");
	fdt_delprop(fdt, node, "linux,initrd-start");
	fdt_delprop(fdt, node, "linux,initrd-end");
	/* bootargs stand in the boot DTB, which is not the one being edited. */
	if (kernel->bootargs)
		TRY(fdt_setprop_string(fdt, node, "bootargs", kernel->bootargs));
	if (!plan->initrd.bytes)
		return 0;
	TRY(fdt_setprop_u64(fdt, node, "linux,initrd-start", plan->initrd.base));
	return fdt_setprop_u64(fdt, node, "linux,initrd-end", range_end(&plan->initrd));
}

/* Add to a big-endian number of cells; a carry out of it is an error. */
static int add_to_cells(fdt32_t *cells, int count, uint64_t number)
{
	for (int i = count; i-- > 0; number >>= 32) {
		number += fdt32_to_cpu(cells[i]);
		cells[i] = cpu_to_fdt32((uint32_t)number);
	}
	return number ? -FDT_ERR_BADVALUE : 0;
}

#define GIC_CELLS_MAX 8 /* of an entry of "reg": libfdt allows 4 + 4 */
#define GICC_BYTES (2 * PAGE_SIZE)

/* The CPU interface in an entry: gic_offset on, and its two pages only. */
static int narrow_entry(fdt32_t *entry, int address, int size, uint64_t offset)
{
	TRY(add_to_cells(entry, address, offset));
	memset(&entry[address], 0, (size_t)size * sizeof(*entry));
	return add_to_cells(&entry[address], size, GICC_BYTES);
}

/* Distributor, and CPU interface or one region of redistributors; the rest is EL2's. */
static int edit_gic(void *fdt, const struct dom0_fdt_plan *plan)
{
	int node = gic_node_find(fdt, NULL), bytes, parent, address, size, entry;
	const uint8_t *reg;
	fdt32_t kept[2 * GIC_CELLS_MAX];

	TRY(node);
	fdt_delprop(fdt, node, "interrupts");
	fdt_delprop(fdt, node, "#redistributor-regions");
	fdt_delprop(fdt, node, "redistributor-stride");
	parent = fdt_parent_offset(fdt, node);
	TRY(parent);
	address = fdt_address_cells(fdt, parent);
	size = fdt_size_cells(fdt, parent);
	entry = (address + size) * (int)sizeof(fdt32_t);
	reg = fdt_getprop(fdt, node, "reg", &bytes);
	if (!reg || address < 1 || size < 1 || bytes / entry <= (int)plan->gic_entry)
		return -FDT_ERR_BADVALUE;
	memcpy(kept, reg, (size_t)entry);
	memcpy(&kept[address + size], reg + (int)plan->gic_entry * entry, (size_t)entry);
	if (plan->gic_offset)
		TRY(narrow_entry(&kept[address + size], address, size, plan->gic_offset));
	return fdt_setprop(fdt, node, "reg", kept, 2 * entry);
}

static int drop_property(void *fdt, const char *name)
{
	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL))
		if (fdt_getprop(fdt, node, name, NULL))
			TRY(fdt_delprop(fdt, node, name));
	return 0;
}

const char *const dom0_fdt_smmus[] = { "arm,smmu-v3", "arm,smmu-v2", "arm,smmu-v1", "arm,mmu-500",
				       "arm,mmu-401", "arm,mmu-400", NULL };

/* "arm,armv8-pmuv3", "arm,cortex-a72-pmu" and alike: EL2 does not switch the PMU between domains. */
static bool is_pmu(const void *fdt, int node)
{
	const char *name = fdt_stringlist_get(fdt, node, "compatible", 0, NULL);
	size_t length = name ? strlen(name) : 0;

	if (length < 5 || strncmp(name, "arm,", 4) != 0)
		return false;
	return strcmp(name + length - 4, "-pmu") == 0 || strcmp(name, "arm,armv8-pmuv3") == 0;
}

static int delete_pmus(void *fdt)
{
	for (int node = 0; node >= 0;) {
		if (is_pmu(fdt, node)) {
			TRY(fdt_del_node(fdt, node));
			node = 0;
		} else {
			node = fdt_next_node(fdt, node, NULL);
		}
	}
	return 0;
}

/* EL2 drives no SMMU for dom0, and may drive no ITS; references to them go with them. */
static int edit_devices(void *fdt, const struct dom0_fdt_plan *plan)
{
	if (plan->gic_version == 3 && !plan->its) {
		TRY(delete_all(fdt, "arm,gic-v3-its"));
		TRY(drop_property(fdt, "msi-map"));
		TRY(drop_property(fdt, "msi-parent"));
	}
	for (const char *const *smmu = dom0_fdt_smmus; *smmu; smmu++)
		TRY(delete_all(fdt, *smmu));
	TRY(drop_property(fdt, "iommu-map"));
	TRY(drop_property(fdt, "iommus"));
	/* Their parameters are the firmware's; dom0's PSCI is EL2's. */
	TRY(drop_property(fdt, "cpu-idle-states"));
	/* Distances between CPUs of the board, which dom0's vCPUs are not. */
	TRY(drop_property(fdt, "numa-node-id"));
	return delete_pmus(fdt);
}

/* <PPI, number, flags>, and on a GICv3 that divides its PPIs between kinds of CPU a fourth cell: all of them. */
static int append_interrupt(void *fdt, int node, uint64_t cells, uint32_t flags)
{
	TRY(fdt_appendprop_u32(fdt, node, "interrupts", 1));
	TRY(fdt_appendprop_u32(fdt, node, "interrupts", VIMO_EVENT_INTID - 16));
	TRY(fdt_appendprop_u32(fdt, node, "interrupts", flags));
	return cells == 4 ? fdt_appendprop_u32(fdt, node, "interrupts", 0) : 0;
}

static int add_hypervisor(void *fdt, const struct dom0_fdt_plan *plan)
{
	int gic = gic_node_find(fdt, NULL), node;
	uint64_t cells;
	uint32_t phandle;

	TRY(gic);
	phandle = fdt_get_phandle(fdt, gic);
	if (!phandle || !fdt_number(fdt, gic, "#interrupt-cells", &cells) || (cells != 3 && cells != 4))
		return -FDT_ERR_BADVALUE;
	node = fdt_path_offset(fdt, "/hypervisor");
	if (node >= 0) /* of whatever runs below EL2 */
		TRY(fdt_del_node(fdt, node));
	node = fdt_add_subnode(fdt, 0, "hypervisor");
	TRY(node);
	TRY(fdt_setprop_string(fdt, node, "compatible", "vimo,vimo-s"));
	TRY(fdt_setprop_u32(fdt, node, "interrupt-parent", phandle));
	/* Edge; GICv2: the CPUs that have it. */
	TRY(append_interrupt(fdt, node, cells, 1u | (plan->gic_version == 2 ? ((1u << plan->vcpus) - 1) << 8 : 0)));
	for (unsigned int i = 0; i < plan->layout->pool.count; i++)
		TRY(append_reg(fdt, 0, node, &plan->layout->pool.range[i]));
	return 0;
}

struct step {
	const char *name;
	int (*edit)(void *fdt, const struct dom0_fdt_plan *plan);
};

static const struct step steps[] = {
	{ "memory", edit_memory },   { "reserved-memory", edit_reserved },
	{ "cpus", edit_cpus },       { "psci", edit_psci },
	{ "chosen", edit_chosen },   { "interrupt controller", edit_gic },
	{ "devices", edit_devices }, { "hypervisor", add_hypervisor },
};

int dom0_fdt_edit(void *fdt, const struct dom0_fdt_plan *plan, const char **what)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		*what = steps[i].name;
		TRY(steps[i].edit(fdt, plan));
	}
	return fdt_pack(fdt);
}
