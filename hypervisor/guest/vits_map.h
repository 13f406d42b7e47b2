/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vits_map.h - devices, events and collections of dom0's ITSs, and the same in
 * the physical ones. A collection has the same number in both. Lock: its, the
 * caller's.
 */
#ifndef GUEST_VITS_MAP_H
#define GUEST_VITS_MAP_H

#include "guest/vits_state.h"

struct vlpi;

/* VIMO_LIMIT, VIMO_NO_MEMORY. The device is not mapped. */
enum vimo_status vits_map_device(struct vits *vits, uint32_t id, unsigned int event_bits);
/* With all its events; no effect when it is not mapped. */
void vits_unmap_device(struct vits *vits, uint32_t id);
/* vcpu: VITS_UNMAPPED for none. The collection is in range. */
void vits_map_collection(struct vits *vits, uint32_t collection, uint32_t vcpu);
/* What the event is mapped to, or NULL. */
struct vlpi *vits_find(struct vits *vits, uint32_t device, uint32_t event);
/* VIMO_NOT_FOUND (device, event), VIMO_INVALID (intid), VIMO_EXISTS, VIMO_NO_MEMORY. The collection is in range. */
enum vimo_status vits_map_event(struct vits *vits, uint32_t device, uint32_t event, uint32_t intid,
				uint32_t collection);
void vits_unmap_event(struct vits *vits, struct vlpi *vlpi);
void vits_clear_event(struct vits *vits, struct vlpi *vlpi);
/* Both the collection that it leaves and the other are mapped. */
void vits_move_event(struct vits *vits, struct vlpi *vlpi, uint32_t collection);
/* Interrupts of one vCPU go to another. */
void vits_move_all(struct vits *vits, uint32_t from, uint32_t to);

#endif
