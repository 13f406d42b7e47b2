// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - a guest's devices: a shadow page and an event for each queue.
 */
#include "device.h"
#include "hypercall.h"
#include "status.h"

#include <linux/mm.h>
#include <linux/slab.h>

struct guest_device *vimo_device_find_locked(struct domain *domain, u64 ipa)
{
	struct guest_device *device;

	lockdep_assert_held(&domain->sem);
	list_for_each_entry(device, &domain->devices, node) {
		if (device->ipa == ipa)
			return device;
	}
	return NULL;
}

static struct guest_device *device_alloc(const struct vimo_ioc_device *args)
{
	struct guest_device *device;
	unsigned int queue;
	int first;

	device = kzalloc(struct_size(device, kick, args->queues), GFP_KERNEL_ACCOUNT);
	if (!device)
		return ERR_PTR(-ENOMEM);
	first = vimo_event_reserve(args->queues);
	if (first < 0) {
		kfree(device);
		return ERR_PTR(first);
	}
	device->ipa = args->ipa;
	device->queues = args->queues;
	device->first_event = first;
	for (queue = 0; queue < args->queues; queue++)
		vimo_signal_init(&device->kick[queue]);
	return device;
}

/* The device's events fire no more, its eventfds are dropped; free it after a grace period. */
static void device_release(struct guest_device *device)
{
	unsigned int queue;

	vimo_event_release(device->first_event, device->queues);
	for (queue = 0; queue < device->queues; queue++)
		vimo_signal_bind(&device->kick[queue], NULL);
}

/* EL2 raises the new events from here on, and the old ones at most for a doorbell under way. */
static void device_publish_locked(struct domain *domain, struct guest_device *device, struct guest_device *old)
{
	unsigned int queue;

	lockdep_assert_held_write(&domain->sem);
	for (queue = 0; queue < device->queues; queue++)
		vimo_event_publish(device->first_event + queue, &device->kick[queue].event);
	if (old) {
		list_replace(&old->node, &device->node);
		device_release(old);
		kfree_rcu(old, rcu);
	} else {
		list_add_tail(&device->node, &domain->devices);
		domain->device_count++;
	}
}

/* *kept: the domain has the device now, also when the caller gets an error. */
static int device_add_locked(struct domain *domain, struct guest_device *device, const struct vimo_ioc_device *args,
			     bool *kept)
{
	struct guest_device *old = vimo_device_find_locked(domain, args->ipa);
	struct hypercall_result result;
	int err;

	if (old && old->queues == args->queues)
		return -EEXIST;
	if (!old && domain->device_count == VIMO_DEVICE_MAX)
		return -ENOSPC;
	err = vimo_errno(vimo_hypercall(VIMO_HC_DEVICE_ADD, domain->id, args->ipa,
					VIMO_DEVICE_LAYOUT(args->doorbell, args->clear, args->status), args->intid,
					VIMO_DEVICE_EVENTS(device->first_event, args->queues, domain->cpu), &result));
	/* EL2 knew the device, perhaps of an adopted domain, and sends its events here from now on. */
	if (err && !(err == -EEXIST && (old || domain->adopted)))
		return err;
	device->pa = result.x1;
	device_publish_locked(domain, device, old);
	*kept = true;
	return err;
}

static bool device_args_valid(const struct vimo_ioc_device *args)
{
	return !args->reserved && PAGE_ALIGNED(args->ipa) && args->ipa < VIMO_MMAP_IOREQ && args->queues &&
	       args->queues <= VIMO_DEVICE_QUEUES;
}

/**
 * vimo_device_add() - VIMO_IOC_DEVICE; EL2 checks offsets, interrupt and address.
 * @domain: where it is added
 * @args: from user space, unchecked
 *
 * A device that is there already keeps its page, layout, interrupt and calls.
 * With the same number of queues it keeps its kicks, too; with another it gets
 * new events, and nothing is bound to them yet.
 *
 * Return: 0, -EEXIST (it was there, and has args->queues queues now), or
 * nothing has changed: -EINVAL, -ENOSPC (devices or events), -ENOMEM, -ESTALE.
 */
int vimo_device_add(struct domain *domain, const struct vimo_ioc_device *args)
{
	struct guest_device *device;
	bool kept = false;
	int err;

	if (!device_args_valid(args))
		return -EINVAL;
	device = device_alloc(args);
	if (IS_ERR(device))
		return PTR_ERR(device);
	err = vimo_domain_enter_write(domain);
	if (!err) {
		err = device_add_locked(domain, device, args, &kept);
		up_write(&domain->sem);
	}
	if (!kept) {
		vimo_event_release(device->first_event, device->queues);
		kfree(device); /* was never published */
	}
	return err;
}

void vimo_devices_release_locked(struct domain *domain)
{
	struct guest_device *device;

	lockdep_assert_held_write(&domain->sem);
	list_for_each_entry(device, &domain->devices, node)
		device_release(device);
	domain->device_count = 0;
}

void vimo_devices_free(struct domain *domain)
{
	struct guest_device *device, *next;

	list_for_each_entry_safe(device, next, &domain->devices, node) {
		list_del(&device->node);
		kfree_rcu(device, rcu);
	}
}
