/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_dtb.h - device trees of machines as boot loaders describe them.
 */
#ifndef TESTS_FAKE_DTB_H
#define TESTS_FAKE_DTB_H

#include <libfdt.h>
#include <stdint.h>

#define FAKE_DTB_BYTES 16384

struct fake_machine {
	unsigned int gic_version, cpus;
	struct {
		uint64_t base, bytes;
	} ram[3]; /* bytes 0: none */
	struct {
		uint64_t base, bytes;
	} kernel, initrd, reserved;
	const char *bootargs;
	unsigned int chosen_cells; /* 0: /chosen has no #cells properties, as from QEMU */
};

/* 2 GiB at 1 GiB, 4 CPUs, kernel and initrd where QEMU users put them. */
extern const struct fake_machine fake_virt;
/* Static buffer; every libfdt error fails the test. */
void *fake_dtb(const struct fake_machine *machine);

#endif
