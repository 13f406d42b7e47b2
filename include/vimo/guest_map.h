/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-3-Clause */
/*
 * guest_map.h - the address map of a domU: QEMU's "virt" machine, with a whole
 * page for each virtio-mmio device. Interrupts are INTIDs (SPI n = 32 + n).
 */
#ifndef VIMO_GUEST_MAP_H
#define VIMO_GUEST_MAP_H

#define VIMO_GUEST_GICD_BASE 0x08000000ull
#define VIMO_GUEST_GICD_BYTES 0x00010000ull
#define VIMO_GUEST_GICC_BASE 0x08010000ull /* GICv2 */
#define VIMO_GUEST_GICC_BYTES 0x00002000ull
#define VIMO_GUEST_GICR_BASE 0x080a0000ull /* GICv3, 128 KiB for each vCPU */
#define VIMO_GUEST_GICR_STRIDE 0x00020000ull
#define VIMO_GUEST_SPIS 256u /* INTIDs 32..287 */

#define VIMO_GUEST_UART_BASE 0x09000000ull /* PL011, emulated at EL2 */
#define VIMO_GUEST_UART_INTID 33u
#define VIMO_GUEST_RTC_BASE 0x09010000ull /* PL031, emulated by vimo-dm */
#define VIMO_GUEST_RTC_INTID 34u
#define VIMO_GUEST_GPIO_BASE 0x09030000ull /* PL061, emulated by vimo-dm */
#define VIMO_GUEST_GPIO_INTID 39u
#define VIMO_GUEST_PVPANIC_BASE 0x09060000ull /* pvpanic, emulated by vimo-dm */

#define VIMO_GUEST_VIRTIO_BASE 0x0a000000ull
#define VIMO_GUEST_VIRTIO_STRIDE 0x1000ull
#define VIMO_GUEST_VIRTIO_COUNT 32u
#define VIMO_GUEST_VIRTIO_INTID 48u /* + slot */

#define VIMO_GUEST_RAM_BASE 0x40000000ull
#define VIMO_GUEST_RAM_MAX 0x4000000000ull /* 256 GiB */

/* PPIs, as INTIDs */
#define VIMO_GUEST_PPI_VTIMER 27u
#define VIMO_GUEST_PPI_PTIMER 30u

#endif
