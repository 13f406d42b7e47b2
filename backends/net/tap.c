// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tap.c - set up a tap's queue.
 */
#include "net/net.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/ioctl.h>

int net_tap_attach(int fd, bool attach)
{
	struct ifreq queue = { .ifr_flags = attach ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE };

	/* EINVAL: the queue is in that state already, or the tap has one queue only. */
	return ioctl(fd, TUNSETQUEUE, &queue) && errno != EINVAL ? -1 : 0;
}

int net_tap_check(int fd, struct error *err)
{
	struct ifreq interface = { 0 };
	int header = sizeof(struct virtio_net_hdr_v1), little = 1;

	if (net_tap_attach(fd, true) || ioctl(fd, TUNGETIFF, &interface))
		return error_errno(err, "network: the descriptor is not a tap");
	if (!(interface.ifr_flags & IFF_TAP) || !(interface.ifr_flags & IFF_VNET_HDR))
		return error_set(err, ERROR_USAGE, "network: %.16s is not a tap with IFF_VNET_HDR", interface.ifr_name);
	if (ioctl(fd, TUNSETVNETHDRSZ, &header) || ioctl(fd, TUNSETVNETLE, &little))
		return error_errno(err, "network: the header of the tap's packets");
	return 0;
}

/* Offloads depend on others (5.1.3.1). The tap would refuse all if one came without those it depends on. */
int net_tap_offloads(int fd, uint64_t features)
{
	static const struct {
		unsigned int feature, flag;
	} offloads[] = {
		{ VIRTIO_NET_F_GUEST_TSO4, TUN_F_TSO4 },
		{ VIRTIO_NET_F_GUEST_TSO6, TUN_F_TSO6 },
	};
	unsigned long flags = 0;

	for (size_t i = 0; i < sizeof(offloads) / sizeof(offloads[0]); i++)
		if (features >> offloads[i].feature & 1)
			flags |= offloads[i].flag;
	if (flags && features >> VIRTIO_NET_F_GUEST_ECN & 1)
		flags |= TUN_F_TSO_ECN;
	flags = features >> VIRTIO_NET_F_GUEST_CSUM & 1 ? flags | TUN_F_CSUM : 0;
	return ioctl(fd, TUNSETOFFLOAD, flags);
}
