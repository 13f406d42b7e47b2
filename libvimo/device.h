/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device.h - ioctls of /dev/vimo. Functions return 0 or a descriptor, or -1 with @err set.
 */
#ifndef LIBVIMO_DEVICE_H
#define LIBVIMO_DEVICE_H

#include "error.h"

#include <vimo/domain.h>
#include <vimo/ioctl.h>

/** device_open() - open /dev/vimo and check its ABI. Return: descriptor or -1. */
int device_open(struct error *err);
int device_info(int device, struct vimo_ioc_info *info, struct error *err);
/** device_create() - create a domain. @weight: its share of the CPUs. Return: its descriptor or -1. */
int device_create(int device, uint32_t vcpus, uint32_t weight, uint32_t *domain, struct error *err);
/** device_open_domain() - open an existing domain. Return: its descriptor or -1. */
int device_open_domain(int device, uint32_t domain, struct error *err);
int domain_info(int domain, struct vimo_ioc_domain_info *info, struct error *err);
int domain_control(int domain, enum vimo_domain_op op, struct error *err);
int domain_populate(int domain, uint64_t ipa, uint64_t bytes, struct error *err);
int domain_entry(int domain, uint32_t vcpu, uint64_t pc, uint64_t x0, struct error *err);
/** domain_memory() - Return: a descriptor of the domain's memory, which can only be mapped, or -1. */
int domain_memory(int domain, struct error *err);
/** domain_destroy() - free the domain. The module frees memory in use when the last mapping ends. */
int domain_destroy(int domain, struct error *err);

#endif
