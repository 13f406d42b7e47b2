// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap.c - guest RAM in user space; for shared pages see shared_page.c.
 *
 * RAM is mapped page by page as it is touched, as ordinary pages with a count:
 * direct I/O, io_uring, vhost and the like can pin them. Every area of RAM
 * counts in domain->mappings, which keeps the domain's memory from being freed.
 *
 * Offsets: of a domain's descriptor, guest physical addresses; of its memory's
 * descriptor, bytes of RAM.
 *
 * Context: mmap_lock is held, for writing in mmap(), for reading in a fault.
 */
#include "kernel.h"
#include "mmap.h"
#include "memory.h"
#include "shared_page.h"

#include <vimo/guest_map.h>

#include <linux/mm.h>
#include <linux/pagemap.h>

/*
 * Power of two. Reading costs 551 instructions a page with 16, 1,764 with 1 and 470 with 512, which may map many pages
 * that are never read.
 */
#define FAULT_AROUND_PAGES 16u

static void mmap_open(struct vm_area_struct *vma)
{
	struct domain *domain = vma->vm_private_data;

	atomic_inc(&domain->mappings); /* an area was split; its file holds the domain */
}

static void mmap_close(struct vm_area_struct *vma)
{
	struct domain *domain = vma->vm_private_data;

	atomic_dec(&domain->mappings);
}

/* Neighbours of a touched page will be touched next: kernels and rings are streams. */
static void mmap_around(struct vm_fault *vmf, u64 base, const struct extent *extent)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long window = FAULT_AROUND_PAGES * PAGE_SIZE;
	unsigned long start = max(vmf->address & ~(window - 1), vma->vm_start);
	unsigned long end = min((vmf->address & ~(window - 1)) + window, vma->vm_end);
	unsigned long address;

	for (address = start; address < end; address += PAGE_SIZE) {
		u64 ipa = base + ((u64)linear_page_index(vma, address) << PAGE_SHIFT);

		if (address == (vmf->address & PAGE_MASK) || ipa < extent->ipa || ipa - extent->ipa >= extent->bytes)
			continue;
		/* -EBUSY: it is mapped already. After any failure the page faults by itself later. */
		vm_insert_page(vma, address, pfn_to_page(PHYS_PFN(extent->pa + (ipa - extent->ipa))));
	}
}

/* base: guest physical address of offset 0. */
static vm_fault_t mmap_fault(struct vm_fault *vmf, u64 base)
{
	struct domain *domain = vmf->vma->vm_private_data;
	u64 ipa = base + ((u64)vmf->pgoff << PAGE_SHIFT);
	const struct extent *extent;

	if (vimo_domain_enter(domain))
		return VM_FAULT_SIGBUS;
	extent = vimo_memory_find_locked(domain, ipa);
	if (extent) {
		vmf->page = pfn_to_page(PHYS_PFN(extent->pa + (ipa - extent->ipa)));
		get_page(vmf->page);
		mmap_around(vmf, base, extent);
	}
	up_read(&domain->sem);
	return extent ? 0 : VM_FAULT_SIGBUS;
}

static vm_fault_t mmap_domain_fault(struct vm_fault *vmf)
{
	return mmap_fault(vmf, 0);
}

static vm_fault_t mmap_memory_fault(struct vm_fault *vmf)
{
	return mmap_fault(vmf, VIMO_GUEST_RAM_BASE);
}

static const struct vm_operations_struct domain_ops = {
	.open = mmap_open,
	.close = mmap_close,
	.fault = mmap_domain_fault,
};

static const struct vm_operations_struct memory_ops = {
	.open = mmap_open,
	.close = mmap_close,
	.fault = mmap_memory_fault,
};

static int mmap_ram_locked(struct domain *domain, struct vm_area_struct *vma, u64 ipa,
			   const struct vm_operations_struct *ops)
{
	if (!vimo_memory_covers_locked(domain, ipa, vma->vm_end - vma->vm_start))
		return -ENXIO;
	vimo_vma_set_flags(vma, VM_MIXEDMAP, 0); /* for vm_insert_page() in faults */
	vma->vm_ops = ops;
	atomic_inc(&domain->mappings);
	return 0;
}

static int mmap_domain_locked(struct domain *domain, struct vm_area_struct *vma)
{
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	u64 bytes = vma->vm_end - vma->vm_start;

	if (offset + bytes < offset)
		return -EINVAL;
	if (!vimo_shared_page_exists_locked(domain, offset))
		return mmap_ram_locked(domain, vma, offset, &domain_ops);
	if (bytes != PAGE_SIZE)
		return -EINVAL;
	vimo_shared_page_map(vma);
	return 0;
}

/* Only RAM: an offset that would wrap round to addresses below RAM is past its end. */
static int mmap_memory_locked(struct domain *domain, struct vm_area_struct *vma)
{
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	u64 bytes = vma->vm_end - vma->vm_start;

	if (bytes > VIMO_GUEST_RAM_MAX || offset > VIMO_GUEST_RAM_MAX - bytes)
		return -ENXIO;
	return mmap_ram_locked(domain, vma, VIMO_GUEST_RAM_BASE + offset, &memory_ops);
}

static int mmap_file(struct file *file, struct vm_area_struct *vma,
		     int (*map_locked)(struct domain *domain, struct vm_area_struct *vma))
{
	struct domain *domain = file->private_data;
	int err;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EACCES;
	err = vimo_domain_enter(domain);
	if (err)
		return err;
	vimo_vma_set_flags(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY, VM_MAYEXEC);
	vma->vm_private_data = domain;
	err = map_locked(domain, vma);
	up_read(&domain->sem);
	return err;
}

/**
 * vimo_domain_mmap() - see ioctl.h for the offsets.
 * @file: of the domain
 * @vma: the new area
 *
 * Return: 0, -EINVAL (private, size), -EACCES (executable), -ENXIO (no memory
 * there), -ESTALE or -ENOENT (the domain is going or gone).
 */
int vimo_domain_mmap(struct file *file, struct vm_area_struct *vma)
{
	return mmap_file(file, vma, mmap_domain_locked);
}

/* Of the memory's descriptor; returns the same. */
int vimo_memory_mmap(struct file *file, struct vm_area_struct *vma)
{
	return mmap_file(file, vma, mmap_memory_locked);
}
