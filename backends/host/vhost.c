// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost.c - give the kernel memory and queues.
 */
#include "host/vhost.h"

#include <errno.h>
#include <linux/vhost.h>
#include <string.h>
#include <sys/ioctl.h>

int vhost_open(int fd, const struct guest_memory *memory, uint64_t needed, uint64_t *known, struct error *err)
{
	union {
		struct vhost_memory table;
		char bytes[sizeof(struct vhost_memory) + sizeof(struct vhost_memory_region)];
	} map = { .table.nregions = 1 };
	uint64_t all = 0;

	map.table.regions[0].guest_phys_addr = memory->ipa;
	map.table.regions[0].memory_size = memory->bytes;
	map.table.regions[0].userspace_addr = (uintptr_t)memory->base;
	if (ioctl(fd, VHOST_SET_OWNER))
		return error_errno(err, "vhost: %s",
				   errno == EBUSY ? "another process has this descriptor" : "set owner");
	if (ioctl(fd, VHOST_GET_FEATURES, &all))
		return error_errno(err, "vhost: get features");
	if (needed & ~all)
		return error_set(err, ERROR_FAILED, "vhost: dom0's kernel does not know the features 0x%llx",
				 (unsigned long long)(needed & ~all));
	if (known)
		*known = all;
	return ioctl(fd, VHOST_SET_MEM_TABLE, &map.table) ? error_errno(err, "vhost: the guest's memory") : 0;
}

int vhost_set_features(int fd, uint64_t features)
{
	return ioctl(fd, VHOST_SET_FEATURES, &features);
}

/*
 * The kernel gives buffers back in the order it took them, and has none when it
 * is stopped or its process ends: only an experimental way to transmit, which is
 * off, would leave any (drivers/vhost/net.c, experimental_zcopytx). So the queue
 * goes on from the used index, after a stop and after a kill of the previous vimo-dm.
 */
static int set_place(int fd, unsigned int index, const struct virtqueue *queue)
{
	struct vhost_vring_state base = { index, split_used_index(queue) };
	struct vhost_vring_state size = { index, queue->size };

	return ioctl(fd, VHOST_SET_VRING_NUM, &size) || ioctl(fd, VHOST_SET_VRING_BASE, &base) ? -1 : 0;
}

int vhost_set_queue(int fd, unsigned int index, const struct virtqueue *queue, const struct vhost_wires *wires)
{
	struct vhost_vring_addr addresses = {
		.index = index,
		.desc_user_addr = (uintptr_t)queue->split.desc,
		.avail_user_addr = (uintptr_t)queue->split.avail,
		.used_user_addr = (uintptr_t)queue->split.used,
	};
	struct vhost_vring_file call = { index, wires->call };
	struct vhost_vring_file error = { index, wires->error };
	struct vhost_vring_file kick = { index, wires->kick };

	if (set_place(fd, index, queue) || ioctl(fd, VHOST_SET_VRING_ADDR, &addresses))
		return -1;
	if (ioctl(fd, VHOST_SET_VRING_CALL, &call) || ioctl(fd, VHOST_SET_VRING_ERR, &error))
		return -1;
	return ioctl(fd, VHOST_SET_VRING_KICK, &kick) ? -1 : 0;
}
