/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h - the hypervisor's own command line, /chosen/bootargs.
 */
#ifndef BOOT_OPTIONS_H
#define BOOT_OPTIONS_H

#include "lib/log.h"
#include "lib/types.h"

struct boot_options {
	uint64_t dom0_mem;       /* bytes; 0: not given */
	unsigned int dom0_vcpus; /* 0: not given */
	unsigned int cpus;       /* CPUs to use at most */
	unsigned int lrs;        /* list registers to use at most, for tests */
	enum log_level log_level;
	bool console;    /* write to the UART before dom0 runs */
	bool mixed_cpus; /* a guest may run on CPUs of different kinds */
};

/* dom0_mem=SIZE[K|M|G] dom0_vcpus=N maxcpus=N loglevel=0..3 console=none guest_cpus=any lrs=N; unknown words are
 * ignored. */
void boot_options_parse(const void *fdt, struct boot_options *options);

#endif
