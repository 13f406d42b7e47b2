/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-3-Clause */
/*
 * abi.h - version of the contract between EL2, vimo.ko and user space.
 *
 * Every component compares the whole word at start, and refuses to work with
 * another version: a mixed installation fails with a message (docs/abi.md).
 */
#ifndef VIMO_ABI_H
#define VIMO_ABI_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/types.h>
#else
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#endif

#define VIMO_ABI_MAJOR 1u
#define VIMO_ABI_MINOR 3u
#define VIMO_ABI_VERSION ((VIMO_ABI_MAJOR << 16) | VIMO_ABI_MINOR)

#define VIMO_PAGE_SHIFT 12
#define VIMO_PAGE_SIZE 4096ull

/* Limits that the ABI allows; EL2 may offer less (VIMO_INFO_MAX_VCPUS). */
#define VIMO_DOMAIN_MAX 256u /* domain ids are 0..255; 0 is dom0 */
#define VIMO_VCPU_MAX 64u
#define VIMO_DOM0 0u

#endif
