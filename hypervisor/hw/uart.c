// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uart.c - polled output on the board's console (PL011: Arm DDI 0183; Cadence
 * UART of Zynq UltraScale+: Xilinx UG1085), set up by the boot loader. Owner of
 * the choice and of whether EL2 may touch it now.
 */
#include "hw/uart.h"
#include <libfdt.h>
#include "hw/fdt_reg.h"
#include "hw/mmio_io.h"
#include "lib/string.h"
#include "mem/el2_map.h"

struct uart_kind {
	const char *compatible;
	uint32_t data, flags, full; /* register offsets, and the "full" bit in flags */
};

static const struct uart_kind kinds[] = {
	{ "arm,pl011", 0x00, 0x18, 1u << 5 },
	{ "cdns,uart-r1p12", 0x30, 0x2c, 1u << 4 },
	{ "xlnx,xuartps", 0x30, 0x2c, 1u << 4 },
};

static const struct uart_kind *kind;
static uint64_t base;
static bool enabled;

/* stdout-path may be an alias and may end in ":115200n8". */
static int stdout_node(const void *fdt)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	const char *path = chosen < 0 ? NULL : fdt_getprop(fdt, chosen, "stdout-path", NULL);
	const char *end;

	if (!path)
		return -1;
	end = strchr(path, ':');
	return fdt_path_offset_namelen(fdt, path, end ? (int)(end - path) : (int)strlen(path));
}

void uart_init(const void *fdt)
{
	int node = stdout_node(fdt);
	uint64_t bytes;

	for (size_t i = 0; node >= 0 && i < ARRAY_SIZE(kinds); i++) {
		if (fdt_node_check_compatible(fdt, node, kinds[i].compatible) != 0)
			continue;
		if (fdt_reg_entry(fdt, node, 0, &base, &bytes) &&
		    !el2_map(ALIGN_DOWN(base, PAGE_SIZE), PA(ALIGN_DOWN(base, PAGE_SIZE)), PAGE_SIZE, EL2_DEVICE))
			kind = &kinds[i];
		break;
	}
	enabled = kind != NULL;
}

void uart_enable(bool on)
{
	enabled = on && kind;
}

static void put_byte(char c)
{
	/* Bounded: a UART that stays full must not stop the machine. */
	for (unsigned int tries = 0; tries < 1000000; tries++)
		if (!(mmio_read32(base + kind->flags) & kind->full))
			break;
	mmio_write32(base + kind->data, (uint8_t)c);
}

void uart_write(const char *text, size_t bytes)
{
	if (!enabled)
		return;
	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '\n')
			put_byte('\r');
		put_byte(text[i]);
	}
}
