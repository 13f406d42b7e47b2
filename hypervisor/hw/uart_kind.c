// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uart_kind.c - the console of a device tree, and how each kind of UART sends a byte. No state.
 */
#include "hw/uart_kind.h"
#include <libfdt.h>
#include "hw/fdt_reg.h"
#include "lib/string.h"

/* A byte may go when this bit of the status register is set, or when it is clear. */
#define SET(bit) (uint32_t) BIT(bit), (uint32_t)BIT(bit)
#define CLEAR(bit) (uint32_t) BIT(bit), 0
/* An initializer, not a block. */
/* clang-format off */
#define NOTHING { { 0, 0 } }
/* clang-format on */

static const struct uart_kind kinds[] = {
	/* Arm DDI 0183 G, 3.3: UARTDR, UARTFR.TXFF */
	{ "arm,pl011", 0x00, 0x18, CLEAR(5), 0, 4, NOTHING },
	{ "arm,sbsa-uart", 0x00, 0x18, CLEAR(5), 0, 4, NOTHING },
	/* Zynq UltraScale+, Xilinx UG1087, UART: FIFO, Channel_sts.TFUL */
	{ "cdns,uart-r1p12", 0x30, 0x2c, CLEAR(4), 0, 4, NOTHING },
	{ "cdns,uart-r1p8", 0x30, 0x2c, CLEAR(4), 0, 4, NOTHING },
	{ "xlnx,xuartps", 0x30, 0x2c, CLEAR(4), 0, 4, NOTHING },
	/* 8250 and its descendants: THR, LSR.THRE. Those with fixed registers come before the plain ones. */
	{ "brcm,bcm2835-aux-uart", 0, 5, SET(5), 2, 4, NOTHING },
	{ "snps,dw-apb-uart", 0, 5, SET(5), 2, 4, NOTHING },
	{ "brcm,bcm7271-uart", 0, 5, SET(5), 2, 4, NOTHING },
	{ "nvidia,tegra20-uart", 0, 5, SET(5), 2, 4, NOTHING },
	{ "mediatek,mt6577-uart", 0, 5, SET(5), 2, 4, NOTHING },
	{ "ti,am654-uart", 0, 5, SET(5), 2, 4, NOTHING },
	{ "ns16550a", 0, 5, SET(5), 0, 1, NOTHING },
	{ "ns16550", 0, 5, SET(5), 0, 1, NOTHING },
	{ "ns8250", 0, 5, SET(5), 0, 1, NOTHING },
	/* i.MX 8M reference manual, UART: UTXD, UTS.TXFULL; i.MX 8, LPUART: DATA, STAT.TDRE */
	{ "fsl,imx6q-uart", 0x40, 0xb4, CLEAR(4), 0, 4, NOTHING },
	{ "fsl,imx7ulp-lpuart", 0x1c, 0x14, SET(23), 0, 4, NOTHING },
	/* Amlogic S905 datasheet, UART: WFIFO, STATUS, transmit FIFO full */
	{ "amlogic,meson-gx-uart", 0x00, 0x0c, CLEAR(21), 0, 4, NOTHING },
	{ "amlogic,meson-ao-uart", 0x00, 0x0c, CLEAR(21), 0, 4, NOTHING },
	/* Exynos UART: UTXH, UFSTAT, transmit FIFO full */
	{ "samsung,exynos4210-uart", 0x20, 0x18, CLEAR(24), 0, 4, NOTHING },
	/* Qualcomm GENI (binding qcom,geni-se): idle command engine; length 1, command "start transmission", FIFO */
	{ "qcom,geni-debug-uart", 0x700, 0x40, CLEAR(0), 0, 4, { { 0x270, 1 }, { 0x600, BIT(27) } } },
};

/* stdout-path may be an alias and may end in ":115200n8". */
static int stdout_node(const void *fdt)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	const char *path = chosen < 0 ? NULL : fdt_stringlist_get(fdt, chosen, "stdout-path", 0, NULL);
	const char *end;

	if (!path)
		return -FDT_ERR_NOTFOUND;
	end = strchr(path, ':');
	return fdt_path_offset_namelen(fdt, path, end ? (int)(end - path) : (int)strlen(path));
}

static bool read_layout(const void *fdt, int node, struct uart *uart)
{
	uint64_t shift = uart->kind->shift, width = uart->kind->width;

	fdt_number(fdt, node, "reg-shift", &shift);
	fdt_number(fdt, node, "reg-io-width", &width);
	uart->shift = (unsigned int)shift;
	uart->width = (unsigned int)width;
	return shift <= 4 && (width == 1 || width == 4);
}

bool uart_find(const void *fdt, struct uart *uart)
{
	int node = stdout_node(fdt);
	uint64_t bytes;

	for (size_t i = 0; node >= 0 && i < ARRAY_SIZE(kinds); i++) {
		if (fdt_node_check_compatible(fdt, node, kinds[i].compatible) != 0)
			continue;
		uart->kind = &kinds[i];
		return read_layout(fdt, node, uart) && fdt_reg_entry(fdt, node, 0, &uart->base, &bytes) &&
		       IS_ALIGNED(uart->base, uart->width) && uart->base + UART_BYTES > uart->base;
	}
	return false;
}
