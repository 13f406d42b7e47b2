// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capacity.c - compare a configuration with what the hypervisor has left.
 */
#include "guest/capacity.h"
#include "device.h"

int capacity_check(int device, const struct guest_config *config, struct vimo_ioc_info *info, struct error *err)
{
	if (device_info(device, info, err))
		return -1;
	if (config->vcpus > info->max_vcpus || (info->gic_version == 2 && config->vcpus > 8)) {
		error_set(err, ERROR_RESOURCES, "vcpus = %u is too many for this machine: set vcpus to at most %u",
			  config->vcpus, info->gic_version == 2 && info->max_vcpus > 8 ? 8 : info->max_vcpus);
		return error_about(err, "vcpus");
	}
	if (config->memory_bytes / VIMO_PAGE_SIZE > info->free_pages) {
		error_set(err, ERROR_RESOURCES,
			  "memory = %llu is more than the %llu MiB that are free: set memory to that or less, or "
			  "destroy a guest",
			  (unsigned long long)config->memory_bytes >> 20, (unsigned long long)(info->free_pages >> 8));
		return error_about(err, "memory");
	}
	return 0;
}
