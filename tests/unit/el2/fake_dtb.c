// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake_dtb.c - see fake_dtb.h.
 */
#include "fake_dtb.h"
#include <stdio.h>
#include "fake_el2.h"

const struct fake_machine fake_virt = {
	.gic_version = 3,
	.cpus = 4,
	.ram = { { 0x40000000, 0x80000000 } },
	.kernel = { 0x4a000000, 0x1a00000 },
	.initrd = { 0x50000000, 0x123456 },
	.bootargs = "dom0_mem=512M",
};

static char buffer[FAKE_DTB_BYTES];

static int ok(int result)
{
	assert_true(result >= 0);
	return result;
}

static int add(int parent, const char *name)
{
	return ok(fdt_add_subnode(buffer, parent, name));
}

static int root(void)
{
	return 0;
}

static void reg(int node, uint64_t base, uint64_t bytes)
{
	ok(fdt_appendprop_u64(buffer, node, "reg", base));
	ok(fdt_appendprop_u64(buffer, node, "reg", bytes));
}

static void compatible(int node, const char *value)
{
	ok(fdt_setprop_string(buffer, node, "compatible", value));
}

static void cells(int node, uint32_t address, uint32_t size)
{
	ok(fdt_setprop_u32(buffer, node, "#address-cells", address));
	ok(fdt_setprop_u32(buffer, node, "#size-cells", size));
}

static void add_module(const struct fake_machine *machine, int chosen, uint64_t base, uint64_t bytes, const char *kind,
		       const char *bootargs)
{
	char name[40];
	int node;

	snprintf(name, sizeof(name), "module@%llx", (unsigned long long)base);
	node = add(chosen, name);
	ok(fdt_setprop_string(buffer, node, "compatible", kind));
	ok(fdt_appendprop_string(buffer, node, "compatible", "multiboot,module"));
	if (machine->chosen_cells == 1) {
		ok(fdt_appendprop_u32(buffer, node, "reg", (uint32_t)base));
		ok(fdt_appendprop_u32(buffer, node, "reg", (uint32_t)bytes));
	} else {
		reg(node, base, bytes);
	}
	if (bootargs)
		ok(fdt_setprop_string(buffer, node, "bootargs", bootargs));
}

static void add_chosen(const struct fake_machine *machine)
{
	int chosen = add(root(), "chosen");

	if (machine->chosen_cells)
		cells(chosen, machine->chosen_cells, machine->chosen_cells);
	ok(fdt_setprop_string(buffer, chosen, "stdout-path", "/pl011@9000000"));
	if (machine->bootargs)
		ok(fdt_setprop_string(buffer, chosen, "bootargs", machine->bootargs));
	if (machine->kernel.bytes)
		add_module(machine, chosen, machine->kernel.base, machine->kernel.bytes, "multiboot,kernel",
			   "console=ttyAMA0 root=/dev/vda");
	if (machine->initrd.bytes)
		add_module(machine, chosen, machine->initrd.base, machine->initrd.bytes, "multiboot,ramdisk", NULL);
}

static void add_memory(const struct fake_machine *machine)
{
	for (unsigned int i = 0; i < 3 && machine->ram[i].bytes; i++) {
		char name[40];
		int node;

		snprintf(name, sizeof(name), "memory@%llx", (unsigned long long)machine->ram[i].base);
		node = add(root(), name);
		ok(fdt_setprop_string(buffer, node, "device_type", "memory"));
		reg(node, machine->ram[i].base, machine->ram[i].bytes);
	}
	if (machine->reserved.bytes) {
		int parent = add(root(), "reserved-memory"), node;

		cells(parent, 2, 2);
		ok(fdt_setprop(buffer, parent, "ranges", NULL, 0));
		node = add(parent, "firmware@0");
		reg(node, machine->reserved.base, machine->reserved.bytes);
		ok(fdt_setprop(buffer, node, "no-map", NULL, 0));
	}
}

static void add_cpus(const struct fake_machine *machine)
{
	int parent = add(root(), "cpus");

	cells(parent, 1, 0);
	add(parent, "cpu-map");
	/* libfdt puts new nodes first: add the last CPU first. */
	for (unsigned int i = machine->cpus; i-- > 0;) {
		char name[16];
		int node;

		snprintf(name, sizeof(name), "cpu@%x", 0x100 * i);
		node = add(parent, name);
		ok(fdt_setprop_string(buffer, node, "device_type", "cpu"));
		ok(fdt_setprop_u32(buffer, node, "reg", 0x100 * i));
		ok(fdt_setprop_string(buffer, node, "enable-method", "spin-table"));
		ok(fdt_setprop_u32(buffer, node, "cpu-idle-states", 77));
	}
}

static void add_gic(const struct fake_machine *machine)
{
	int node = add(root(), "intc@8000000");

	cells(node, 2, 2);
	ok(fdt_setprop_u32(buffer, node, "phandle", 0x8001));
	ok(fdt_setprop_u32(buffer, node, "#interrupt-cells", 3));
	ok(fdt_setprop_u32(buffer, node, "interrupts", 9));
	reg(node, 0x8000000, 0x10000);
	if (machine->gic_version == 2) {
		compatible(node, "arm,cortex-a15-gic");
		reg(node, 0x8010000, 0x10000);
		reg(node, 0x8030000, 0x10000);
		reg(node, 0x8040000, 0x10000);
		return;
	}
	compatible(node, "arm,gic-v3");
	reg(node, 0x80a0000, 0xf60000);
	node = add(node, "its@8080000");
	compatible(node, "arm,gic-v3-its");
	ok(fdt_setprop_u32(buffer, node, "phandle", 0x8002));
	reg(node, 0x8080000, 0x20000);
}

static void add_devices(void)
{
	int node = add(root(), "pl011@9000000");

	compatible(node, "arm,pl011");
	reg(node, 0x9000000, 0x1000);
	node = add(root(), "smmuv3@9050000");
	compatible(node, "arm,smmu-v3");
	reg(node, 0x9050000, 0x20000);
	node = add(root(), "pcie@10000000");
	compatible(node, "pci-host-ecam-generic");
	ok(fdt_setprop_u32(buffer, node, "msi-map", 0));
	ok(fdt_setprop_u32(buffer, node, "iommu-map", 0));
	node = add(root(), "pmu");
	compatible(node, "arm,armv8-pmuv3");
	node = add(root(), "psci");
	compatible(node, "arm,psci-0.2");
	ok(fdt_setprop_string(buffer, node, "method", "smc"));
	ok(fdt_setprop_u32(buffer, node, "cpu_on", 1));
}

void *fake_dtb(const struct fake_machine *machine)
{
	ok(fdt_create_empty_tree(buffer, sizeof(buffer)));
	cells(0, 2, 2);
	ok(fdt_setprop_u32(buffer, 0, "interrupt-parent", 0x8001));
	add_devices();
	add_gic(machine);
	add_cpus(machine);
	add_memory(machine);
	add_chosen(machine);
	return buffer;
}
