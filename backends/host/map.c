// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * map.c - map the guest's RAM and shared pages.
 */
#include "host/map.h"

#include "device.h"

#include <vimo/guest_map.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

void *map_page(int domain, uint64_t offset, const char *what, struct error *err)
{
	void *page = mmap(NULL, VIMO_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, domain, (off_t)offset);

	if (page != MAP_FAILED)
		return page;
	error_set(err, ERROR_FAILED, "cannot map the %s at 0x%llx: %s", what, (unsigned long long)offset,
		  strerror(errno));
	return NULL;
}

int guest_memory_map(struct guest_memory *memory, int domain, struct error *err)
{
	struct vimo_ioc_domain_info info;
	void *base;

	if (domain_info(domain, &info, err))
		return -1;
	memory->ipa = VIMO_GUEST_RAM_BASE;
	memory->bytes = info.pages * VIMO_PAGE_SIZE;
	base = mmap(NULL, memory->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, domain,
		    (off_t)memory->ipa);
	if (base == MAP_FAILED)
		return error_set(err, ERROR_FAILED, "cannot map the guest's %llu MiB: %s",
				 (unsigned long long)(memory->bytes >> 20), strerror(errno));
	memory->base = base;
	return 0;
}
