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

static int append_reg(void *fdt, int node, const struct range *range)
{
	TRY(fdt_appendprop_u64(fdt, node, "reg", range->base));
	return fdt_appendprop_u64(fdt, node, "reg", range->bytes);
}

/* All that describes memory goes; one node with every range comes. Root cells are 2 and 2 on all arm64. */
static int edit_memory(void *fdt, const struct dom0_fdt_plan *plan)
{
	char name[NAME_BYTES];
	int node;

	while ((node = fdt_node_offset_by_prop_value(fdt, -1, "device_type", "memory", 7)) >= 0)
		TRY(fdt_del_node(fdt, node));
	if (fdt_address_cells(fdt, 0) != 2 || fdt_size_cells(fdt, 0) != 2)
		return -FDT_ERR_BADNCELLS;
	node_name(name, "memory@", plan->layout->ram.range[0].base);
	node = fdt_add_subnode(fdt, 0, name);
	TRY(node);
	TRY(fdt_setprop_string(fdt, node, "device_type", "memory"));
	for (unsigned int i = 0; i < plan->layout->ram.count; i++)
		TRY(append_reg(fdt, node, &plan->layout->ram.range[i]));
	return 0;
}

static int edit_reserved(void *fdt, const struct dom0_fdt_plan *plan)
{
	const struct range_list *other = &plan->layout->other;
	int parent = find_or_add(fdt, 0, "reserved-memory");

	TRY(parent);
	TRY(fdt_setprop_u32(fdt, parent, "#address-cells", 2));
	TRY(fdt_setprop_u32(fdt, parent, "#size-cells", 2));
	TRY(fdt_setprop(fdt, parent, "ranges", NULL, 0));
	for (unsigned int i = 0; i < other->count; i++) {
		char name[NAME_BYTES];
		int node;

		node_name(name, "vimo@", other->range[i].base);
		node = fdt_add_subnode(fdt, parent, name);
		TRY(node);
		TRY(append_reg(fdt, node, &other->range[i]));
		parent = fdt_path_offset(fdt, "/reserved-memory");
	}
	return 0;
}

/* The n-th CPU node keeps n as its affinity; further ones go. */
static int edit_cpus(void *fdt, const struct dom0_fdt_plan *plan)
{
	int parent = fdt_path_offset(fdt, "/cpus"), node, next;
	int cells = fdt_address_cells(fdt, parent);
	unsigned int count = 0;

	TRY(parent);
	for (node = fdt_first_subnode(fdt, parent); node >= 0; node = next) {
		const char *type = fdt_getprop(fdt, node, "device_type", NULL);
		bool cpu = type && strcmp(type, "cpu") == 0;

		if ((cpu && count >= plan->vcpus) || (!cpu && strcmp(fdt_get_name(fdt, node, NULL), "cpu-map") == 0)) {
			TRY(fdt_del_node(fdt, node));
			/* The next node moved to this offset. */
			next = fdt_first_subnode(fdt, parent);
			count = 0;
			continue;
		}
		next = fdt_next_subnode(fdt, node);
		if (!cpu)
			continue;
		TRY(cells == 2 ? fdt_setprop_u64(fdt, node, "reg", count) : fdt_setprop_u32(fdt, node, "reg", count));
		TRY(fdt_setprop_string(fdt, node, "enable-method", "psci"));
		next = fdt_next_subnode(fdt, node);
		count++;
	}
	return count == plan->vcpus ? 0 : -FDT_ERR_NOTFOUND;
}

static int edit_psci(void *fdt, const struct dom0_fdt_plan *plan)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
	int node = fdt_path_offset(fdt, "/psci");

	(void)plan;
	if (node >= 0)
		TRY(fdt_del_node(fdt, node));
	node = fdt_add_subnode(fdt, 0, "psci");
	TRY(node);
	TRY(fdt_setprop(fdt, node, "compatible", compatible, sizeof(compatible)));
	return fdt_setprop_string(fdt, node, "method", "hvc");
}

static int delete_modules(void *fdt, int chosen)
{
	for (int node = fdt_first_subnode(fdt, chosen); node >= 0;) {
		if (fdt_node_check_compatible(fdt, node, "multiboot,module") == 0) {
			TRY(fdt_del_node(fdt, node));
			node = fdt_first_subnode(fdt, chosen);
		} else {
			node = fdt_next_subnode(fdt, node);
		}
	}
	return 0;
}

static int edit_chosen(void *fdt, const struct dom0_fdt_plan *plan)
{
	const struct boot_module *kernel = &plan->layout->modules.kernel;
	int node = find_or_add(fdt, 0, "chosen");

	TRY(node);
	TRY(delete_modules(fdt, node));
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

static int find_gic(const void *fdt)
{
	static const char *const names[] = { "arm,gic-v3", "arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a7-gic" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int node = fdt_node_offset_by_compatible(fdt, -1, names[i]);

		if (node >= 0)
			return node;
	}
	return -FDT_ERR_NOTFOUND;
}

/* Distributor, and CPU interface or one region of redistributors; the rest is EL2's. */
static int edit_gic(void *fdt, const struct dom0_fdt_plan *plan)
{
	int node = find_gic(fdt), bytes, parent, entry;
	const uint8_t *reg;
	uint8_t kept[2][16]; /* two entries of at most 2 + 2 cells */

	TRY(node);
	fdt_delprop(fdt, node, "interrupts");
	fdt_delprop(fdt, node, "#redistributor-regions");
	fdt_delprop(fdt, node, "redistributor-stride");
	parent = fdt_parent_offset(fdt, node);
	TRY(parent);
	entry = (fdt_address_cells(fdt, parent) + fdt_size_cells(fdt, parent)) * (int)sizeof(fdt32_t);
	reg = fdt_getprop(fdt, node, "reg", &bytes);
	if (!reg || entry <= 0 || entry > (int)sizeof(kept[0]) || bytes / entry <= (int)plan->gic_entry)
		return -FDT_ERR_BADVALUE;
	memcpy(kept[0], reg, (size_t)entry);
	memcpy((uint8_t *)kept + entry, reg + (int)plan->gic_entry * entry, (size_t)entry);
	return fdt_setprop(fdt, node, "reg", kept, 2 * entry);
}

/* EL2 drives neither ITS nor SMMU for dom0; references to them go with them. */
static int delete_all(void *fdt, const char *compatible)
{
	int node;

	while ((node = fdt_node_offset_by_compatible(fdt, -1, compatible)) >= 0)
		TRY(fdt_del_node(fdt, node));
	return 0;
}

static int drop_property(void *fdt, const char *name)
{
	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL))
		if (fdt_getprop(fdt, node, name, NULL))
			TRY(fdt_delprop(fdt, node, name));
	return 0;
}

static int edit_devices(void *fdt, const struct dom0_fdt_plan *plan)
{
	static const char *const smmu[] = { "arm,smmu-v3", "arm,mmu-500", "arm,smmu-v2", "arm,smmu-v1" };

	if (plan->gic_version == 3) {
		TRY(delete_all(fdt, "arm,gic-v3-its"));
		TRY(drop_property(fdt, "msi-map"));
		TRY(drop_property(fdt, "msi-parent"));
	}
	for (size_t i = 0; i < ARRAY_SIZE(smmu); i++)
		TRY(delete_all(fdt, smmu[i]));
	TRY(drop_property(fdt, "iommu-map"));
	TRY(drop_property(fdt, "iommus"));
	/* Their parameters are the firmware's; dom0's PSCI is EL2's. */
	TRY(drop_property(fdt, "cpu-idle-states"));
	/* The PMU is not switched between domains. */
	TRY(delete_all(fdt, "arm,armv8-pmuv3"));
	return delete_all(fdt, "arm,cortex-a57-pmu");
}

static int add_hypervisor(void *fdt, const struct dom0_fdt_plan *plan)
{
	int gic = find_gic(fdt), node;
	uint32_t phandle;

	TRY(gic);
	phandle = fdt_get_phandle(fdt, gic);
	node = fdt_path_offset(fdt, "/hypervisor");
	if (node >= 0) /* of whatever runs below EL2 */
		TRY(fdt_del_node(fdt, node));
	node = fdt_add_subnode(fdt, 0, "hypervisor");
	TRY(node);
	TRY(fdt_setprop_string(fdt, node, "compatible", "vimo,vimo-s"));
	TRY(fdt_setprop_u32(fdt, node, "interrupt-parent", phandle));
	TRY(fdt_appendprop_u32(fdt, node, "interrupts", 1)); /* PPI */
	TRY(fdt_appendprop_u32(fdt, node, "interrupts", VIMO_EVENT_INTID - 16));
	TRY(fdt_appendprop_u32(fdt, node, "interrupts",
			       1u | (plan->gic_version == 2 ? ((1u << plan->vcpus) - 1) << 8 : 0)));
	for (unsigned int i = 0; i < plan->layout->pool.count; i++)
		TRY(append_reg(fdt, node, &plan->layout->pool.range[i]));
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
