// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vif.c - taps and bridges, by the ioctls of any socket.
 */
#include "host/vif.h"
#include "cleanup.h"
#include "host/shape.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define TUN_PATH "/dev/net/tun"
#define VHOST_PATH "/dev/vhost-net"
#define HEADER_BYTES 12 /* struct virtio_net_hdr_v1 */

static int vif_fail(enum error_code code, struct error *err, const char *what, const char *name, const char *why)
{
	return error_key(err, code, "vif", "%s %s: %s", what, name, why);
}

static int open_socket(struct error *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 ? fd : vif_fail(ERROR_RESOURCES, err, "vif", "socket", strerror(errno));
}

static struct ifreq request(const char *name)
{
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return request;
}

static int error_bridge(const char *bridge, int code, struct error *err)
{
	switch (code) {
	case ENOPKG: /* module bridge is not loaded */
	case ENODEV:
		return vif_fail(ERROR_FAILED, err, "bridge", bridge,
				"it does not exist: make it with ip link add NAME type bridge");
	case EOPNOTSUPP:
		return vif_fail(ERROR_FAILED, err, "bridge", bridge,
				"it is an interface, but not a bridge: give a bridge");
	case EPERM:
		return vif_fail(ERROR_FAILED, err, "bridge", bridge, "vimod has no right to use it: run vimod as root");
	default: return vif_fail(ERROR_FAILED, err, "bridge", bridge, strerror(code));
	}
}

/* Port 0 is not an interface: the answer tells a bridge from others and changes nothing. */
static int check_bridge(int control, const char *bridge, struct error *err)
{
	struct ifreq port = request(bridge);

	if (!ioctl(control, SIOCBRADDIF, &port) || errno == EINVAL)
		return 0;
	return error_bridge(bridge, errno, err);
}

static int open_tun(struct error *err)
{
	int fd = open(TUN_PATH, O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
		return vif_fail(ERROR_FAILED, err, "vif", TUN_PATH, "module tun is not loaded: run modprobe tun");
	return vif_fail(ERROR_FAILED, err, "vif", TUN_PATH, strerror(errno));
}

static int error_in_use(const char *name, struct error *err)
{
	return vif_fail(ERROR_STATE, err, "interface", name, "another interface has this name: choose another vifname");
}

int vif_check(const struct vif_config *vif, struct error *err)
{
	CLEANUP_FD int control = open_socket(err), tun = -1;
	struct ifreq interface = request(vif->vifname);

	if (control < 0 || check_bridge(control, vif->bridge, err))
		return -1;
	tun = open_tun(err);
	if (tun < 0)
		return -1;
	if (*vif->vifname && !ioctl(control, SIOCGIFINDEX, &interface))
		return error_in_use(vif->vifname, err);
	return 0;
}

void vif_name(const struct vif_config *vif, uint32_t domain, char *name)
{
	if (*vif->vifname)
		strcpy(name, vif->vifname);
	else
		snprintf(name, IFNAMSIZ, "vif%u.%u", domain, vif->slot);
}

static int open_queue(const char *name, uint32_t queue, uint32_t queues, struct error *err)
{
	struct ifreq tap = request(name);
	int header = HEADER_BYTES;
	int fd = open_tun(err);

	if (fd < 0)
		return -1;
	tap.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	if (queues > 1)
		tap.ifr_flags |= IFF_MULTI_QUEUE;
	if (!queue) /* a new interface, not an existing one */
		tap.ifr_flags = (short)(tap.ifr_flags | IFF_TUN_EXCL);
	if (!ioctl(fd, TUNSETIFF, &tap) && !ioctl(fd, TUNSETVNETHDRSZ, &header))
		return fd;
	if (errno == EBUSY || errno == EEXIST)
		error_in_use(name, err);
	else
		vif_fail(ERROR_FAILED, err, "interface", name, strerror(errno));
	close(fd);
	return -1;
}

/* The guest's address with the first byte fe: a bridge takes the lowest address of its ports. */
static int set_address(int control, const char *name, const char *mac)
{
	struct ifreq interface = request(name);

	interface.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	config_mac(mac, (unsigned char *)interface.ifr_hwaddr.sa_data);
	interface.ifr_hwaddr.sa_data[0] = (char)0xfe;
	return ioctl(control, SIOCSIFHWADDR, &interface);
}

static int set_mtu(int control, const char *name, struct vif_config *vif)
{
	struct ifreq interface = request(vif->bridge);

	if (!vif->mtu && ioctl(control, SIOCGIFMTU, &interface))
		return -1;
	if (!vif->mtu)
		vif->mtu = (uint32_t)interface.ifr_mtu;
	interface = request(name);
	interface.ifr_mtu = (int)vif->mtu;
	return ioctl(control, SIOCSIFMTU, &interface);
}

/* The limits of a checked configuration. */
static int limit(int index, const char *name, const struct vif_config *vif, struct error *err)
{
	struct rate rate;

	if (*vif->rate && (rate_parse(vif->rate, &rate, err) || shape_sent(index, name, &rate, err)))
		return -1;
	if (*vif->receive_rate &&
	    (rate_parse(vif->receive_rate, &rate, err) || shape_received(index, name, &rate, err)))
		return -1;
	return 0;
}

static int set_up(int control, const char *name, struct vif_config *vif, struct error *err)
{
	struct ifreq interface = request(name), port = request(vif->bridge);

	if (set_address(control, name, vif->mac))
		return vif_fail(ERROR_FAILED, err, "interface", name, strerror(errno));
	if (set_mtu(control, name, vif))
		return vif_fail(ERROR_FAILED, err, "mtu of", name, strerror(errno));
	if (ioctl(control, SIOCGIFINDEX, &interface))
		return vif_fail(ERROR_FAILED, err, "interface", name, strerror(errno));
	if (limit(interface.ifr_ifindex, name, vif, err))
		return -1;
	port.ifr_ifindex = interface.ifr_ifindex;
	if (ioctl(control, SIOCBRADDIF, &port))
		return error_bridge(vif->bridge, errno, err);
	if (ioctl(control, SIOCGIFFLAGS, &interface))
		return vif_fail(ERROR_FAILED, err, "interface", name, strerror(errno));
	interface.ifr_flags |= IFF_UP;
	if (ioctl(control, SIOCSIFFLAGS, &interface))
		return vif_fail(ERROR_FAILED, err, "interface", name, strerror(errno));
	return 0;
}

int vif_open(struct vif_config *vif, const char *name, struct vif_taps *taps, struct error *err)
{
	CLEANUP_FD int control = open_socket(err);

	*taps = (struct vif_taps){ 0 };
	if (control < 0 || check_bridge(control, vif->bridge, err))
		return -1;
	while (taps->count < vif->queues) {
		int fd = open_queue(name, taps->count, vif->queues, err);

		if (fd < 0)
			break;
		taps->fd[taps->count++] = fd;
	}
	if (taps->count == vif->queues && !set_up(control, name, vif, err))
		return 0;
	vif_close(taps);
	return -1;
}

void vif_close(struct vif_taps *taps)
{
	while (taps->count)
		close(taps->fd[--taps->count]);
}

/* A queue that the guest's driver does not use has no interface either. Then the interface is found by its name. */
bool vif_is_lost(const struct vif_taps *taps, const char *name)
{
	struct ifreq interface = { 0 };

	return taps->count && ioctl(taps->fd[0], TUNGETIFF, &interface) && errno == EBADFD && !if_nametoindex(name);
}

static uint64_t read_counter(const char *name, const char *counter)
{
	char path[96], text[24];
	CLEANUP_FD int fd = -1;
	ssize_t got;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", name, counter);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (got <= 0)
		return 0;
	text[got] = '\0';
	return strtoull(text, NULL, 10);
}

/* What the tap receives, the guest has sent. */
void vif_count(const char *name, struct vif_counters *counters)
{
	counters->received_bytes += read_counter(name, "tx_bytes");
	counters->received_packets += read_counter(name, "tx_packets");
	counters->sent_bytes += read_counter(name, "rx_bytes");
	counters->sent_packets += read_counter(name, "rx_packets");
}

int vif_vhost(void)
{
	return open(VHOST_PATH, O_RDWR | O_CLOEXEC);
}
