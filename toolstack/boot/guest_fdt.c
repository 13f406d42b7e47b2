// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_fdt.c - the tree follows QEMU's "virt" machine (guest_map.h), so that
 * unmodified kernels find known devices. libfdt's sequential writer stays in error after a
 * failed step; the first error is kept and checked once at the end.
 */
#include "boot/guest_fdt.h"

#include <vimo/guest_map.h>

#include <libfdt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { PHANDLE_GIC = 1, PHANDLE_CLOCK, PHANDLE_GPIO };
enum { IRQ_SPI = 0, IRQ_PPI = 1, IRQ_EDGE = 1, IRQ_LEVEL = 4 };

struct tree {
	void *fdt;
	int error;
};

static void keep(struct tree *tree, int result)
{
	if (result && !tree->error)
		tree->error = result;
}

static void begin(struct tree *tree, const char *name)
{
	keep(tree, fdt_begin_node(tree->fdt, name));
}

static void end(struct tree *tree)
{
	keep(tree, fdt_end_node(tree->fdt));
}

static void bytes(struct tree *tree, const char *name, const void *value, size_t size)
{
	keep(tree, fdt_property(tree->fdt, name, value, size));
}

static void text(struct tree *tree, const char *name, const char *value)
{
	bytes(tree, name, value, strlen(value) + 1);
}

static void cells(struct tree *tree, const char *name, const uint32_t *values, size_t count)
{
	fdt32_t out[16] = { 0 };

	for (size_t n = 0; n < count; n++)
		out[n] = cpu_to_fdt32(values[n]);
	bytes(tree, name, out, count * sizeof(out[0]));
}

#define CELLS(tree, name, ...)                               \
	cells(tree, name, (const uint32_t[]){ __VA_ARGS__ }, \
	      sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))
#define PAIR(value) (uint32_t)((uint64_t)(value) >> 32), (uint32_t)(value)

static void begin_device(struct tree *tree, const char *kind, uint64_t base, uint64_t size)
{
	char name[64];

	snprintf(name, sizeof(name), "%s@%llx", kind, (unsigned long long)base);
	begin(tree, name);
	CELLS(tree, "reg", PAIR(base), PAIR(size));
}

static void chosen(struct tree *tree, const struct guest_config *config, const struct image_layout *layout)
{
	uint64_t initrd = VIMO_GUEST_RAM_BASE + layout->initrd;
	uint8_t seed[40];

	begin(tree, "chosen");
	text(tree, "bootargs", config->extra);
	text(tree, "stdout-path", "/pl011@9000000");
	if (layout->initrd_bytes) {
		CELLS(tree, "linux,initrd-start", PAIR(initrd));
		CELLS(tree, "linux,initrd-end", PAIR(initrd + layout->initrd_bytes));
	}
	if (getrandom(seed, sizeof(seed), 0) == sizeof(seed)) {
		bytes(tree, "kaslr-seed", seed, 8);
		bytes(tree, "rng-seed", seed + 8, 32);
	}
	end(tree);
}

static void cpus(struct tree *tree, uint32_t count)
{
	begin(tree, "cpus");
	CELLS(tree, "#address-cells", 1);
	CELLS(tree, "#size-cells", 0);
	for (uint32_t n = 0; n < count; n++) {
		char name[32];

		snprintf(name, sizeof(name), "cpu@%x", n);
		begin(tree, name);
		text(tree, "device_type", "cpu");
		text(tree, "compatible", "arm,armv8");
		text(tree, "enable-method", "psci");
		CELLS(tree, "reg", n); /* MPIDR: affinity 0 only, as EL2 numbers vCPUs */
		end(tree);
	}
	end(tree);
}

static void gic(struct tree *tree, uint32_t version, uint32_t vcpus)
{
	begin(tree, "interrupt-controller@8000000");
	if (version == 2) {
		text(tree, "compatible", "arm,cortex-a15-gic");
		CELLS(tree, "reg", PAIR(VIMO_GUEST_GICD_BASE), PAIR(VIMO_GUEST_GICD_BYTES), PAIR(VIMO_GUEST_GICC_BASE),
		      PAIR(VIMO_GUEST_GICC_BYTES));
	} else {
		text(tree, "compatible", "arm,gic-v3");
		CELLS(tree, "reg", PAIR(VIMO_GUEST_GICD_BASE), PAIR(VIMO_GUEST_GICD_BYTES), PAIR(VIMO_GUEST_GICR_BASE),
		      PAIR(vcpus * VIMO_GUEST_GICR_STRIDE));
		CELLS(tree, "#redistributor-regions", 1);
	}
	bytes(tree, "interrupt-controller", NULL, 0);
	CELLS(tree, "#interrupt-cells", 3);
	CELLS(tree, "#address-cells", 0);
	CELLS(tree, "phandle", PHANDLE_GIC);
	end(tree);
}

static void timer(struct tree *tree, uint32_t gic_version, uint32_t vcpus)
{
	/* For GICv2 the flags name the CPUs that have the PPI. */
	uint32_t flags = IRQ_LEVEL | (gic_version == 2 ? ((1u << vcpus) - 1) << 8 : 0);

	begin(tree, "timer");
	text(tree, "compatible", "arm,armv8-timer");
	bytes(tree, "always-on", NULL, 0);
	CELLS(tree, "interrupts", IRQ_PPI, 13, flags, IRQ_PPI, 14, flags, IRQ_PPI, 11, flags, IRQ_PPI, 10, flags);
	end(tree);
}

static void primecell(struct tree *tree, const char *kind, const char *compatible, size_t size, uint64_t base,
		      uint32_t intid)
{
	begin_device(tree, kind, base, 0x1000);
	bytes(tree, "compatible", compatible, size);
	CELLS(tree, "interrupts", IRQ_SPI, intid - 32, IRQ_LEVEL);
	if (!strcmp(kind, "pl011")) {
		CELLS(tree, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
		bytes(tree, "clock-names", "uartclk\0apb_pclk", 17);
	} else {
		CELLS(tree, "clocks", PHANDLE_CLOCK);
		text(tree, "clock-names", "apb_pclk");
	}
}

static void platform(struct tree *tree, uint32_t virtio_slots)
{
	begin(tree, "apb-pclk");
	text(tree, "compatible", "fixed-clock");
	CELLS(tree, "#clock-cells", 0);
	CELLS(tree, "clock-frequency", 24000000);
	CELLS(tree, "phandle", PHANDLE_CLOCK);
	end(tree);
	primecell(tree, "pl011", "arm,pl011\0arm,primecell", 24, VIMO_GUEST_UART_BASE, VIMO_GUEST_UART_INTID);
	end(tree);
	primecell(tree, "pl031", "arm,pl031\0arm,primecell", 24, VIMO_GUEST_RTC_BASE, VIMO_GUEST_RTC_INTID);
	end(tree);
	primecell(tree, "pl061", "arm,pl061\0arm,primecell", 24, VIMO_GUEST_GPIO_BASE, VIMO_GUEST_GPIO_INTID);
	bytes(tree, "gpio-controller", NULL, 0);
	CELLS(tree, "#gpio-cells", 2);
	CELLS(tree, "phandle", PHANDLE_GPIO);
	end(tree);
	begin_device(tree, "pvpanic", VIMO_GUEST_PVPANIC_BASE, 2);
	text(tree, "compatible", "qemu,pvpanic-mmio");
	end(tree);
	begin(tree, "gpio-keys");
	text(tree, "compatible", "gpio-keys");
	begin(tree, "poweroff");
	text(tree, "label", "GPIO Key Poweroff");
	CELLS(tree, "linux,code", 116);
	CELLS(tree, "gpios", PHANDLE_GPIO, 3, 0);
	end(tree);
	end(tree);
	for (uint32_t n = 0; n < virtio_slots; n++) {
		begin_device(tree, "virtio_mmio", VIMO_GUEST_VIRTIO_BASE + n * VIMO_GUEST_VIRTIO_STRIDE,
			     VIMO_GUEST_VIRTIO_STRIDE);
		text(tree, "compatible", "virtio,mmio");
		bytes(tree, "dma-coherent", NULL, 0);
		CELLS(tree, "interrupts", IRQ_SPI, VIMO_GUEST_VIRTIO_INTID + n - 32, IRQ_EDGE);
		end(tree);
	}
}

int guest_fdt_write(void *to, const struct guest_config *config, const struct image_layout *layout,
		    uint32_t gic_version, uint32_t virtio_slots, struct error *err)
{
	struct tree tree = { .fdt = to };

	keep(&tree, fdt_create(to, IMAGE_DTB_BYTES));
	keep(&tree, fdt_finish_reservemap(to));
	begin(&tree, "");
	text(&tree, "compatible", "linux,dummy-virt");
	text(&tree, "model", "ViMo-S guest");
	CELLS(&tree, "#address-cells", 2);
	CELLS(&tree, "#size-cells", 2);
	CELLS(&tree, "interrupt-parent", PHANDLE_GIC);
	chosen(&tree, config, layout);
	begin_device(&tree, "memory", VIMO_GUEST_RAM_BASE, config->memory_bytes);
	text(&tree, "device_type", "memory");
	end(&tree);
	begin(&tree, "psci");
	bytes(&tree, "compatible", "arm,psci-1.0\0arm,psci-0.2", 26);
	text(&tree, "method", "hvc");
	end(&tree);
	cpus(&tree, config->vcpus);
	gic(&tree, gic_version, config->vcpus);
	timer(&tree, gic_version, config->vcpus);
	platform(&tree, virtio_slots);
	end(&tree);
	keep(&tree, fdt_finish(to));
	if (tree.error)
		return error_set(err, ERROR_FAILED, "the guest's device tree could not be written: %s",
				 fdt_strerror(tree.error));
	return 0;
}
