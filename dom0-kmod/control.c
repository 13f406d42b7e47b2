// SPDX-License-Identifier: GPL-2.0-only
/*
 * control.c - /dev/vimo: calls about the whole machine, and descriptors of
 * domains.
 */
#include "control.h"
#include "create.h"
#include "destroy.h"
#include "domain_file.h"
#include "hypercall.h"
#include "log.h"

#include <linux/file.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

static long control_info(void __user *user)
{
	struct hypercall_result version = { 0 };
	struct vimo_ioc_info info = { 0 };

	vimo_hypercall(VIMO_HC_VERSION, 0, 0, 0, 0, 0, &version);
	info.abi_version = version.x1;
	info.hypervisor_version = version.x2;
	info.module_version = VIMO_MODULE_VERSION;
	info.gic_version = vimo_info(VIMO_INFO_GIC_VERSION);
	info.pool_pages = vimo_info(VIMO_INFO_POOL_PAGES);
	info.free_pages = vimo_info(VIMO_INFO_FREE_PAGES);
	info.heap_pages = vimo_info(VIMO_INFO_HEAP_PAGES);
	info.heap_free = vimo_info(VIMO_INFO_HEAP_FREE);
	info.image_bytes = vimo_info(VIMO_INFO_IMAGE_BYTES);
	info.boot_id = vimo_info(VIMO_INFO_BOOT_ID);
	info.page_sizes = vimo_info(VIMO_INFO_PAGE_SIZES);
	info.cpus = vimo_info(VIMO_INFO_CPUS);
	info.max_vcpus = vimo_info(VIMO_INFO_MAX_VCPUS);
	info.max_domains = vimo_info(VIMO_INFO_MAX_DOMAINS);
	info.domains = vimo_domain_count();
	return copy_to_user(user, &info, sizeof(info)) ? -EFAULT : 0;
}

/* A descriptor that user space cannot use yet. On success the file has the reference. */
static int control_reserve_fd(struct domain *domain, struct file **file)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	*file = vimo_domain_file(domain);
	if (IS_ERR(*file)) {
		put_unused_fd(fd);
		return PTR_ERR(*file);
	}
	return fd;
}

static long control_create(void __user *user)
{
	struct vimo_ioc_create args;
	struct domain *domain;
	struct file *file;
	long err;

	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	domain = vimo_domain_create(args.vcpus, args.weight);
	if (IS_ERR(domain))
		return PTR_ERR(domain);
	args.domain = domain->id;
	args.fd = control_reserve_fd(domain, &file);
	if (args.fd < 0) {
		err = args.fd;
		vimo_domain_destroy(domain);
		vimo_domain_put(domain);
		return err;
	}
	if (copy_to_user(user, &args, sizeof(args))) {
		vimo_domain_destroy(domain);
		put_unused_fd(args.fd);
		fput(file);
		return -EFAULT;
	}
	fd_install(args.fd, file);
	return 0;
}

static long control_open(void __user *user)
{
	struct vimo_ioc_open args;
	struct domain *domain;
	struct file *file;

	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	domain = vimo_domain_get(args.domain);
	if (!domain)
		return -ENOENT;
	args.fd = control_reserve_fd(domain, &file);
	if (args.fd < 0) {
		vimo_domain_put(domain);
		return args.fd;
	}
	return vimo_publish_fd(args.fd, file, user, &args, sizeof(args));
}

static long control_next(void __user *user)
{
	struct vimo_ioc_next args;

	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	if (!vimo_domain_next(&args.domain))
		return -ENOENT;
	return copy_to_user(user, &args, sizeof(args)) ? -EFAULT : 0;
}

static long control_ioctl(struct file *file, unsigned int command, unsigned long user)
{
	void __user *args = (void __user *)user;

	switch (command) {
	case VIMO_IOC_INFO: return control_info(args);
	case VIMO_IOC_CREATE: return control_create(args);
	case VIMO_IOC_OPEN: return control_open(args);
	case VIMO_IOC_NEXT: return control_next(args);
	default: return -ENOTTY;
	}
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = vimo_log_open,
	.release = vimo_log_release,
	.read = vimo_log_read,
	.poll = vimo_log_poll,
	.unlocked_ioctl = control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice control_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vimo",
	.fops = &control_fops,
	.mode = 0600,
};

int vimo_control_init(void)
{
	return misc_register(&control_device);
}

void vimo_control_exit(void)
{
	misc_deregister(&control_device);
}
