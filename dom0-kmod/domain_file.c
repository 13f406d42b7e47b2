// SPDX-License-Identifier: GPL-2.0-only
/*
 * domain_file.c - a domain's descriptor: ioctls, poll, close.
 *
 * Arguments are copied in before and out after a handler runs: no lock is held
 * while user memory is touched (domain.h).
 */
#include "domain_file.h"
#include "destroy.h"
#include "device.h"
#include "disk_file.h"
#include "eventfd.h"
#include "hypercall.h"
#include "ioreq.h"
#include "memory.h"
#include "memory_file.h"
#include "mmap.h"
#include "status.h"

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

union domain_args {
	struct vimo_ioc_domain_info info;
	struct vimo_ioc_range range;
	struct vimo_ioc_entry entry;
	struct vimo_ioc_device device;
	struct vimo_ioc_kick kick;
	struct vimo_ioc_call call;
	struct vimo_ioc_irq irq;
	u32 control;
	s32 fd;
};

static int domain_ioctl_info(struct domain *domain, union domain_args *args)
{
	struct hypercall_result state, size, time, counts, exits;
	int err = 0;

	/* A dying domain can be read, too: its id is its own until it is GONE. */
	down_read(&domain->sem);
	if (domain->phase == DOMAIN_GONE)
		err = -ENOENT;
	if (!err)
		err = vimo_errno(hc_domain_info(domain->id, VIMO_DOMAIN_INFO_STATE, &state));
	if (!err)
		err = vimo_errno(hc_domain_info(domain->id, VIMO_DOMAIN_INFO_SIZE, &size));
	if (!err)
		err = vimo_errno(hc_domain_info(domain->id, VIMO_DOMAIN_INFO_TIME, &time));
	if (!err)
		err = vimo_errno(hc_domain_info(domain->id, VIMO_DOMAIN_INFO_COUNTS, &counts));
	if (!err)
		err = vimo_errno(hc_domain_info(domain->id, VIMO_DOMAIN_INFO_EXITS, &exits));
	if (!err)
		args->info = (struct vimo_ioc_domain_info){
			.domain = domain->id,
			.state = domain->phase == DOMAIN_DYING ? VIMO_DOMAIN_DYING : state.x1,
			.reason = state.x2,
			.detail = state.x3,
			.vcpus = size.x1,
			.pages = size.x2,
			.granted_pages = size.x3,
			.cpu_time_ns = time.x1,
			.vcpus_online = time.x2,
			.exits = counts.x1,
			.injected = counts.x2,
			.switches = counts.x3,
			.waits = exits.x1,
			.interrupts = exits.x2,
			.devices = domain->device_count,
		};
	up_read(&domain->sem);
	return err;
}

static int domain_ioctl_control(struct domain *domain, union domain_args *args)
{
	int err = vimo_domain_enter(domain);

	if (err)
		return err;
	err = vimo_errno(hc_domain_control(domain->id, args->control));
	up_read(&domain->sem);
	return err;
}

static int domain_ioctl_destroy(struct domain *domain, union domain_args *args)
{
	return vimo_domain_destroy(domain);
}

static int domain_ioctl_populate(struct domain *domain, union domain_args *args)
{
	return vimo_memory_populate(domain, args->range.ipa, args->range.bytes);
}

static int domain_ioctl_entry(struct domain *domain, union domain_args *args)
{
	int err;

	if (args->entry.reserved)
		return -EINVAL;
	err = vimo_domain_enter(domain);
	if (err)
		return err;
	err = vimo_errno(vimo_hypercall(VIMO_HC_VCPU_ENTRY, domain->id, args->entry.vcpu, args->entry.pc,
					args->entry.x0, 0, NULL));
	up_read(&domain->sem);
	return err;
}

static int domain_ioctl_device(struct domain *domain, union domain_args *args)
{
	return vimo_device_add(domain, &args->device);
}

static int domain_ioctl_kick(struct domain *domain, union domain_args *args)
{
	return vimo_kick_bind(domain, &args->kick);
}

static int domain_ioctl_call(struct domain *domain, union domain_args *args)
{
	return vimo_call_bind(domain, &args->call);
}

static int domain_ioctl_irq(struct domain *domain, union domain_args *args)
{
	int err = vimo_domain_enter(domain);

	if (err)
		return err;
	err = vimo_errno(vimo_hypercall(VIMO_HC_IRQ_SET, domain->id, args->irq.intid, args->irq.level, 0, 0, NULL));
	up_read(&domain->sem);
	return err;
}

static int domain_ioctl_console_fd(struct domain *domain, union domain_args *args)
{
	return vimo_console_bind(domain, args->fd);
}

static int domain_ioctl_console_kick(struct domain *domain, union domain_args *args)
{
	int err = vimo_domain_enter(domain);

	if (err)
		return err;
	err = vimo_errno(vimo_hypercall(VIMO_HC_CONSOLE_KICK, domain->id, 0, 0, 0, 0, NULL));
	up_read(&domain->sem);
	return err;
}

struct domain_ioctl {
	unsigned int command;
	int (*handle)(struct domain *domain, union domain_args *args);
};

/* By number: 0x10 + index. */
static const struct domain_ioctl domain_ioctls[] = {
	{ VIMO_IOC_DOMAIN_INFO, domain_ioctl_info },
	{ VIMO_IOC_CONTROL, domain_ioctl_control },
	{ VIMO_IOC_DESTROY, domain_ioctl_destroy },
	{ VIMO_IOC_POPULATE, domain_ioctl_populate },
	{ VIMO_IOC_ENTRY, domain_ioctl_entry },
	{ VIMO_IOC_DEVICE, domain_ioctl_device },
	{ VIMO_IOC_KICK, domain_ioctl_kick },
	{ VIMO_IOC_CALL, domain_ioctl_call },
	{ VIMO_IOC_IRQ, domain_ioctl_irq },
	{}, /* VIMO_IOC_IOREQ: domain_ioctl_ioreq() */
	{ VIMO_IOC_CONSOLE_FD, domain_ioctl_console_fd },
	{ VIMO_IOC_CONSOLE_KICK, domain_ioctl_console_kick },
	{}, /* VIMO_IOC_MEMORY_FD: domain_ioctl_memory_fd() */
	{}, /* VIMO_IOC_DISK_FD: domain_ioctl_disk_fd() */
};

/* This runs once for each access that a guest waits for: it puts, clears and copies no more than needed. */
static long domain_ioctl_ioreq(struct domain *domain, struct vimo_ioc_ioreq __user *user)
{
	struct vimo_ioc_ioreq args;
	int err;

	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	err = vimo_ioreq_serve(domain, &args);
	/* Also on failure: "done" is how far the call came. */
	return copy_to_user(user, &args, sizeof(args)) ? -EFAULT : err;
}

/**
 * vimo_publish_fd() - give a caller its new descriptor: no thread can use the descriptor before the caller knows it.
 * @fd: reserved, for @file; both are let go on failure
 * @file: what it becomes
 * @user: where the caller reads the answer
 * @args: the answer, with the number of the descriptor
 * @bytes: its size
 *
 * Return: 0 or -EFAULT.
 */
long vimo_publish_fd(int fd, struct file *file, void __user *user, const void *args, size_t bytes)
{
	if (copy_to_user(user, args, bytes)) {
		put_unused_fd(fd);
		fput(file);
		return -EFAULT;
	}
	fd_install(fd, file);
	return 0;
}

static noinline long domain_ioctl_memory_fd(struct domain *domain, s32 __user *user)
{
	s32 fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;

	if (fd < 0)
		return fd;
	file = vimo_memory_file(domain);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	return vimo_publish_fd(fd, file, user, &fd, sizeof(fd));
}

static noinline long domain_ioctl_disk_fd(struct domain *domain, struct vimo_ioc_disk __user *user)
{
	struct vimo_ioc_disk args;
	struct file *image, *file;
	long err;

	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	image = fget(args.image);
	if (!image)
		return -EBADF;
	args.fd = get_unused_fd_flags(O_CLOEXEC);
	err = args.fd;
	if (err < 0)
		goto put_image;
	file = vimo_disk_file(domain, image, args.base);
	err = PTR_ERR_OR_ZERO(file);
	if (err)
		goto put_fd;
	return vimo_publish_fd(args.fd, file, user, &args, sizeof(args));

put_fd:
	put_unused_fd(args.fd);
put_image:
	fput(image);
	return err;
}

static noinline long domain_ioctl_other(struct domain *domain, unsigned int command, void __user *user)
{
	unsigned int index = _IOC_NR(command) - _IOC_NR(VIMO_IOC_DOMAIN_INFO);
	size_t bytes = _IOC_SIZE(command);
	union domain_args args;
	int err;

	if (index >= ARRAY_SIZE(domain_ioctls) || domain_ioctls[index].command != command)
		return -ENOTTY;
	if (_IOC_DIR(command) & _IOC_WRITE && copy_from_user(&args, user, bytes))
		return -EFAULT;
	index = array_index_nospec(index, ARRAY_SIZE(domain_ioctls));
	err = domain_ioctls[index].handle(domain, &args);
	if (!err && _IOC_DIR(command) & _IOC_READ && copy_to_user(user, &args, bytes))
		return -EFAULT;
	return err;
}

static long domain_ioctl(struct file *file, unsigned int command, unsigned long user)
{
	if (command == VIMO_IOC_IOREQ)
		return domain_ioctl_ioreq(file->private_data, (void __user *)user);
	if (command == VIMO_IOC_MEMORY_FD)
		return domain_ioctl_memory_fd(file->private_data, (void __user *)user);
	if (command == VIMO_IOC_DISK_FD)
		return domain_ioctl_disk_fd(file->private_data, (void __user *)user);
	return domain_ioctl_other(file->private_data, command, (void __user *)user);
}

static __poll_t domain_poll(struct file *file, poll_table *table)
{
	struct domain *domain = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &domain->ioreq.wait, table);
	if (vimo_ioreq_waits(domain))
		events |= EPOLLIN | EPOLLRDNORM;
	if (vimo_domain_enter(domain))
		return events | EPOLLPRI; /* going or gone */
	if (vimo_domain_stopped(domain))
		events |= EPOLLPRI;
	up_read(&domain->sem);
	return events;
}

/* At each close(), also when a process exits while others share the descriptor. */
static int domain_flush(struct file *file, fl_owner_t owner)
{
	vimo_ioreq_abandon(file->private_data, owner);
	return 0;
}

static int domain_release(struct inode *inode, struct file *file)
{
	vimo_domain_put(file->private_data);
	return 0;
}

static const struct file_operations domain_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = domain_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = domain_poll,
	.mmap = vimo_domain_mmap,
	.flush = domain_flush,
	.release = domain_release,
};

struct file *vimo_domain_file(struct domain *domain)
{
	struct file *file = anon_inode_getfile("[vimo-domain]", &domain_fops, domain, O_RDWR | O_CLOEXEC);

	if (IS_ERR(file))
		return file;
	/* All anonymous files share one inode, whose mapping cannot tell this domain's areas from others. */
	domain->mapping.host = file_inode(file); /* the same for each descriptor; it lasts as long as the kernel */
	file->f_mapping = &domain->mapping;
	return file;
}
