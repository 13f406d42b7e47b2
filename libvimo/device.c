// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device.c - the meaning of ioctl errors to a user.
 */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define DEVICE_PATH "/dev/vimo"

/* Xen and KVM have a device-tree node of that name, too. */
static bool hypervisor_is_ours(void)
{
	char compatible[64] = "";
	int fd = open("/proc/device-tree/hypervisor/compatible", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, compatible, sizeof(compatible) - 1);

	if (fd >= 0)
		close(fd);
	return got > 0 && !strcmp(compatible, "vimo,vimo-s");
}

/* The device tree is readable without the module: it tells whether module or hypervisor is missing. */
static int error_no_device(struct error *err)
{
	if (!hypervisor_is_ours())
		return error_set(
			err, ERROR_FAILED,
			"dom0 was booted without ViMo-S: configure the boot loader to start vimo-s with dom0's kernel "
			"as its module");
	return error_set(err, ERROR_FAILED,
			 DEVICE_PATH
			 " is missing since module vimo is not loaded: run 'modprobe vimo', and see dmesg if it "
			 "fails");
}

/* The module loads only if the hypervisor has the same ABI version. */
static int error_old_part(const struct vimo_ioc_info *info, struct error *err)
{
	bool kernel_side = info->abi_version < VIMO_ABI_VERSION;

	return error_set(
		err, ERROR_FAILED,
		"hypervisor and module have ABI %u.%u, user space %u.%u, %s older: install all of one release and "
		"restart %s",
		info->abi_version >> 16, info->abi_version & 0xffff, VIMO_ABI_MAJOR, VIMO_ABI_MINOR,
		kernel_side ? "hypervisor and module are" : "vimod, vimo-dm and vimoctl are",
		kernel_side ? "the machine" : "vimod");
}

int device_open(struct error *err)
{
	int device = open(DEVICE_PATH, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	struct vimo_ioc_info info;

	if (device < 0 && (errno == ENOENT || errno == ENXIO || errno == ENODEV))
		return error_no_device(err);
	if (device < 0)
		return error_set(err, ERROR_FAILED, "cannot open " DEVICE_PATH " (%s): run the command as root",
				 strerror(errno));
	if (device_info(device, &info, err)) {
		close(device);
		return -1;
	}
	if (info.abi_version != VIMO_ABI_VERSION) {
		error_old_part(&info, err);
		close(device);
		return -1;
	}
	return device;
}

int device_info(int device, struct vimo_ioc_info *info, struct error *err)
{
	if (ioctl(device, VIMO_IOC_INFO, info) && errno == ENOTTY)
		return error_set(err, ERROR_FAILED,
				 "module vimo is of another release than vimod: install both of one release, then run "
				 "'modprobe -r vimo', 'modprobe vimo' and 'systemctl restart vimod'");
	if (ioctl(device, VIMO_IOC_INFO, info))
		return error_set(err, ERROR_FAILED, "cannot read the information of module vimo: %s", strerror(errno));
	return 0;
}

int device_create(int device, uint32_t vcpus, uint32_t weight, uint32_t *domain, struct error *err)
{
	struct vimo_ioc_create args = { .vcpus = vcpus, .weight = weight, .fd = -1 };

	if (!ioctl(device, VIMO_IOC_CREATE, &args)) {
		*domain = args.domain;
		return args.fd;
	}
	if (errno == ENOMEM)
		return error_set(err, ERROR_RESOURCES,
				 "the hypervisor has no memory left for another domain: destroy a guest");
	if (errno == ENOSPC)
		return error_set(err, ERROR_RESOURCES,
				 "the hypervisor has its maximum number of domains: destroy a guest");
	return error_set(err, ERROR_FAILED, "cannot create a domain with %u vCPUs: %s", vcpus, strerror(errno));
}

int device_open_domain(int device, uint32_t domain, struct error *err)
{
	struct vimo_ioc_open args = { .domain = domain, .fd = -1 };

	if (!ioctl(device, VIMO_IOC_OPEN, &args))
		return args.fd;
	return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_FAILED, "domain %u: %s", domain,
			 strerror(errno));
}

int domain_info(int domain, struct vimo_ioc_domain_info *info, struct error *err)
{
	if (ioctl(domain, VIMO_IOC_DOMAIN_INFO, info))
		return error_set(err, ERROR_FAILED, "cannot read the information of the domain: %s", strerror(errno));
	return 0;
}

int domain_control(int domain, enum vimo_domain_op op, struct error *err)
{
	static const char *const names[] = { "start", "pause", "unpause", "kill" };
	uint32_t value = op;

	if (!ioctl(domain, VIMO_IOC_CONTROL, &value))
		return 0;
	return error_set(err, errno == ESTALE ? ERROR_STATE : ERROR_FAILED, "cannot %s the guest: %s", names[op],
			 errno == ESTALE ? "its state has changed" : strerror(errno));
}

int domain_populate(int domain, uint64_t ipa, uint64_t bytes, struct error *err)
{
	struct vimo_ioc_range range = { ipa, bytes };

	if (!ioctl(domain, VIMO_IOC_POPULATE, &range))
		return 0;
	return error_set(err, errno == ENOMEM ? ERROR_RESOURCES : ERROR_FAILED,
			 "cannot allocate %llu MiB for the guest: %s", (unsigned long long)bytes >> 20,
			 strerror(errno));
}

int domain_entry(int domain, uint32_t vcpu, uint64_t pc, uint64_t x0, struct error *err)
{
	struct vimo_ioc_entry entry = { .vcpu = vcpu, .pc = pc, .x0 = x0 };

	if (!ioctl(domain, VIMO_IOC_ENTRY, &entry))
		return 0;
	return error_set(err, ERROR_FAILED, "cannot set the entry point of vCPU %u: %s", vcpu, strerror(errno));
}

int domain_memory(int domain, struct error *err)
{
	int32_t fd;

	if (!ioctl(domain, VIMO_IOC_MEMORY_FD, &fd))
		return fd;
	return error_set(err, ERROR_FAILED, "cannot share the guest's memory: %s", strerror(errno));
}

int domain_destroy(int domain, struct error *err)
{
	if (!ioctl(domain, VIMO_IOC_DESTROY) || errno == EBUSY)
		return 0;
	return error_set(err, ERROR_FAILED, "cannot destroy the domain: %s", strerror(errno));
}
