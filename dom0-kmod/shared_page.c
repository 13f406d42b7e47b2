// SPDX-License-Identifier: GPL-2.0-only
/*
 * shared_page.c - pages that EL2 shares with dom0, in user space: requests,
 * console, each device's shadow page.
 *
 * The pages go back to EL2's heap when their domain is destroyed, so that no
 * transfer may hold one: they are mapped by number (VM_PFNMAP), and
 * get_user_pages() refuses such an area (EFAULT). DESTROY takes the mappings
 * away. A later access causes SIGBUS.
 *
 * Pages are mapped in faults, not in mmap(): an area is on the list that
 * unmap_mapping_range() walks before its first fault, not before mmap() has
 * returned. There is no access(): a debugger, too, is refused, since
 * generic_access_phys() would have to ioremap RAM.
 *
 * Context: as mmap.c.
 */
#include "shared_page.h"
#include "device.h"
#include "kernel.h"

#include <vimo/guest_map.h>

/* PA of the shared page under this offset; 0: there is none. */
static u64 shared_page_find_locked(struct domain *domain, u64 offset)
{
	struct guest_device *device;

	if (offset == VIMO_MMAP_IOREQ)
		return domain->ioreq_pa;
	if (offset == VIMO_MMAP_CONSOLE)
		return domain->console_pa;
	device = vimo_device_find_locked(domain, offset);
	return device ? device->pa : 0;
}

bool vimo_shared_page_exists_locked(struct domain *domain, u64 offset)
{
	return shared_page_find_locked(domain, offset);
}

static vm_fault_t shared_page_fault(struct vm_fault *vmf)
{
	struct domain *domain = vmf->vma->vm_private_data;
	vm_fault_t result = VM_FAULT_SIGBUS;
	u64 pa;

	if (vimo_domain_enter(domain))
		return VM_FAULT_SIGBUS;
	pa = shared_page_find_locked(domain, (u64)vmf->pgoff << PAGE_SHIFT);
	if (pa)
		result = vmf_insert_pfn(vmf->vma, vmf->address, PHYS_PFN(pa));
	up_read(&domain->sem);
	return result;
}

static const struct vm_operations_struct shared_page_ops = {
	.fault = shared_page_fault,
};

void vimo_shared_page_map(struct vm_area_struct *vma)
{
	vimo_vma_set_flags(vma, VM_IO | VM_PFNMAP, 0);
	vma->vm_ops = &shared_page_ops;
}

/**
 * vimo_shared_pages_unmap() - take the shared pages from all processes.
 * @domain: in phase DYING, so that no fault maps one again
 *
 * RAM under the other offsets stays mapped.
 */
void vimo_shared_pages_unmap(struct domain *domain)
{
	unmap_mapping_range(&domain->mapping, 0, VIMO_GUEST_RAM_BASE, 1); /* devices lie below RAM */
	unmap_mapping_range(&domain->mapping, VIMO_MMAP_IOREQ, PAGE_SIZE, 1);
	unmap_mapping_range(&domain->mapping, VIMO_MMAP_CONSOLE, PAGE_SIZE, 1);
}

/* dom0's kernel has a struct page for EL2's memory, with one reference from boot on, or has none. */
static bool shared_page_referenced(u64 pa)
{
	return pa && pfn_is_map_memory(PHYS_PFN(pa)) && page_count(pfn_to_page(PHYS_PFN(pa))) != 1;
}

/**
 * vimo_shared_pages_referenced() - whether a page that goes back to EL2 is in use.
 * @domain: in phase DYING
 *
 * No mapping gives such a reference. A module that takes one from the page's
 * number must still not find the page with its next owner.
 */
bool vimo_shared_pages_referenced(struct domain *domain)
{
	struct guest_device *device;

	list_for_each_entry(device, &domain->devices, node) {
		if (shared_page_referenced(device->pa))
			return true;
	}
	return shared_page_referenced(domain->ioreq_pa) || shared_page_referenced(domain->console_pa);
}
