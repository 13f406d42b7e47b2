// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vits_map.c - see vits_map.h. The physical ITS writes a device's table until
 * it has carried out the MAPD that ends it: only then is the memory given back.
 */
#include "guest/vits_map.h"
#include "guest/vlpi.h"
#include "hw/its_command.h"
#include "mem/heap.h"

static size_t table_pages(const struct vits *vits, unsigned int event_bits)
{
	return ALIGN_UP((uint64_t)vits->its->translation_bytes << event_bits, PAGE_SIZE) / PAGE_SIZE;
}

static struct vits_device *find_device(struct vits *vits, uint32_t id)
{
	for (unsigned int i = 0; i < VITS_DEVICES; i++)
		if (vits->device[i].event_bits && vits->device[i].id == id)
			return &vits->device[i];
	return NULL;
}

static struct vits_device *free_slot(struct vits *vits)
{
	for (unsigned int i = 0; i < VITS_DEVICES; i++)
		if (!vits->device[i].event_bits)
			return &vits->device[i];
	return NULL;
}

/* dom0's vCPUs stay on their CPUs (guest/runqueue.c). */
static unsigned int cpu_of(const struct vits *vits, uint32_t collection)
{
	uint8_t vcpu = vits->collection[collection];

	return vits->domain->vcpus[vcpu == VITS_UNMAPPED ? 0 : vcpu]->cpu->id;
}

/* False: the ITS has not carried it out. */
static bool run(const struct vits *vits, struct its_command command, unsigned int cpu)
{
	its_post(vits->its, command);
	return its_sync(vits->its, cpu);
}

static void free_tables(const struct vits *vits, struct vits_device *device)
{
	its_pages_free(device->table, table_pages(vits, device->event_bits));
	its_pages_free(device->lpis, 1);
}

enum vimo_status vits_map_device(struct vits *vits, uint32_t id, unsigned int event_bits)
{
	struct vits_device *device = free_slot(vits);
	enum vimo_status status = device ? its_make_room(vits->its, id) : VIMO_LIMIT;

	if (status)
		return status;
	*device = (struct vits_device){
		.id = id,
		.event_bits = (uint8_t)event_bits,
		.table = its_pages(table_pages(vits, event_bits), 1),
		.lpis = its_pages(1, 1),
	};
	if (!device->table || !device->lpis) {
		free_tables(vits, device);
		device->event_bits = 0;
		return VIMO_NO_MEMORY;
	}
	run(vits, its_mapd(id, device->table, event_bits), cpu_of(vits, 0));
	return VIMO_OK;
}

void vits_unmap_device(struct vits *vits, uint32_t id)
{
	struct vits_device *device = find_device(vits, id);

	if (!device)
		return;
	for (uint32_t event = 0; event < 1u << device->event_bits; event++) {
		struct vlpi *vlpi = vlpi_find(vits->domain, device->lpis[event]);

		if (vlpi)
			vlpi_unmap(vits->domain, vlpi);
	}
	if (run(vits, its_mapd(id, NULL, 0), cpu_of(vits, 0)))
		free_tables(vits, device);
	device->event_bits = 0;
}

void vits_map_collection(struct vits *vits, uint32_t collection, uint32_t vcpu)
{
	struct vlpi *vlpi;
	unsigned int cpu;

	if (vcpu == vits->collection[collection])
		return;
	vits->collection[collection] = (uint8_t)vcpu;
	cpu = cpu_of(vits, collection);
	run(vits, its_mapc(collection, its_target(vits->its, cpu), vcpu != VITS_UNMAPPED), cpu);
	if (vcpu == VITS_UNMAPPED)
		return;
	for (uint32_t intid = LPI_FIRST; (vlpi = vlpi_next(vits->domain, &intid)); intid++)
		if (vlpi->mapped && vlpi->its == vits->number && vlpi->collection == collection)
			vlpi_route(vits->domain, vlpi, vcpu);
}

struct vlpi *vits_find(struct vits *vits, uint32_t id, uint32_t event)
{
	const struct vits_device *device = find_device(vits, id);

	return device && !(event >> device->event_bits) ? vlpi_find(vits->domain, device->lpis[event]) : NULL;
}

enum vimo_status vits_map_event(struct vits *vits, uint32_t id, uint32_t event, uint32_t intid, uint32_t collection)
{
	struct vits_device *device = find_device(vits, id);
	uint8_t vcpu = vits->collection[collection];
	struct vlpi *old, *vlpi;

	if (!device || event >> device->event_bits)
		return VIMO_NOT_FOUND;
	if (intid - LPI_FIRST >= LPI_COUNT)
		return VIMO_INVALID;
	vlpi = vlpi_make(vits->domain, intid);
	if (!vlpi)
		return VIMO_NO_MEMORY;
	old = vits_find(vits, id, event);
	if (vlpi->mapped && vlpi != old)
		return VIMO_EXISTS;
	if (old)
		vits_unmap_event(vits, old);
	vlpi->device = id;
	vlpi->event = (uint16_t)event;
	vlpi->collection = (uint16_t)collection;
	vlpi->its = vits->number;
	device->lpis[event] = (uint16_t)intid;
	vlpi_map(vits->domain, vlpi, vcpu == VITS_UNMAPPED ? 0 : vcpu);
	run(vits, its_mapti(id, event, intid, collection), cpu_of(vits, collection));
	return VIMO_OK;
}

void vits_unmap_event(struct vits *vits, struct vlpi *vlpi)
{
	find_device(vits, vlpi->device)->lpis[vlpi->event] = 0;
	run(vits, its_event_command(ITS_DISCARD, vlpi->device, vlpi->event), cpu_of(vits, vlpi->collection));
	vlpi_unmap(vits->domain, vlpi);
}

void vits_clear_event(struct vits *vits, struct vlpi *vlpi)
{
	run(vits, its_event_command(ITS_CLEAR, vlpi->device, vlpi->event), cpu_of(vits, vlpi->collection));
	vlpi_set_pending(vits->domain, vlpi, false);
}

void vits_move_event(struct vits *vits, struct vlpi *vlpi, uint32_t collection)
{
	unsigned int old = cpu_of(vits, vlpi->collection);

	vlpi->collection = (uint16_t)collection;
	run(vits, its_movi(vlpi->device, vlpi->event, collection), old);
	vlpi_route(vits->domain, vlpi, vits->collection[collection]);
}

void vits_move_all(struct vits *vits, uint32_t from, uint32_t to)
{
	unsigned int old = vits->domain->vcpus[from]->cpu->id, new = vits->domain->vcpus[to]->cpu->id;
	struct vlpi *vlpi;

	if (old != new) {
		its_post(vits->its, its_movall(its_target(vits->its, old), its_target(vits->its, new)));
		its_sync(vits->its, old);
	}
	for (uint32_t intid = LPI_FIRST; (vlpi = vlpi_next(vits->domain, &intid)); intid++)
		if (vlpi->mapped && vlpi->virq.target == from)
			vlpi_route(vits->domain, vlpi, to);
}
