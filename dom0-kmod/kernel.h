/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel.h - what differs between the kernels that this module is built for: Linux 6.1 to 6.12.
 */
#ifndef VIMO_KERNEL_H
#define VIMO_KERNEL_H

#include <linux/eventfd.h>
#include <linux/mm.h>
#include <linux/uio.h>
#include <linux/version.h>

/** vimo_eventfd_signal() - add 1 to an eventfd's count; any context. */
static inline void vimo_eventfd_signal(struct eventfd_ctx *ctx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

static inline void vimo_vma_set_flags(struct vm_area_struct *vma, unsigned long set, unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

/** vimo_iov_base() - where the first piece of an iterator over struct iovec begins. */
static inline void __user *vimo_iov_base(const struct iov_iter *iter)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return iter_iov(iter)->iov_base;
#else
	return iter->iov->iov_base;
#endif
}

#endif
