// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kind.c - a socket device: its options, and its removal.
 */
#include "vsock/vsock.h"

#include "host/vhost.h"
#include "json.h"

#include <linux/virtio_vsock.h>
#include <stdlib.h>
#include <unistd.h>

/* The descriptor stays open: removed() closes it, or the caller of add() does. */
static void vsock_free(struct vsock *vsock)
{
	watch_close(vsock->events);
	watch_close(vsock->broken);
	free(vsock);
}

static void removed(struct endpoint *endpoint)
{
	struct vsock *vsock = endpoint->context;

	close(vsock->vhost);
	vsock_free(vsock);
}

static int attach(struct vsock *vsock, struct error *err)
{
	struct endpoint *endpoint = vsock->endpoint;
	uint64_t known;

	if (vhost_open(vsock->vhost, endpoint->host->memory, VHOST_RING_FEATURES, &known, err))
		return -1;
	vsock->events = watch_open(endpoint->host->loop, vsock_serve_events, vsock, err);
	vsock->broken = watch_open(endpoint->host->loop, vsock_find_broken, vsock, err);
	if (!vsock->events || !vsock->broken)
		return -1;
	endpoint->context = vsock;
	endpoint->device.queues = VSOCK_QUEUES;
	endpoint->device.features = known & 1ull << VIRTIO_VSOCK_F_SEQPACKET;
	return endpoint_attach(endpoint, &vsock_model, vsock_show_config, err);
}

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	int64_t cid = json_number(spec->json, "cid", 0);
	struct vsock *vsock;

	if (cid < VSOCK_CID_FIRST || cid > VSOCK_CID_LAST)
		return error_set(err, ERROR_USAGE, "vsock: cid must be %u to %u", VSOCK_CID_FIRST, VSOCK_CID_LAST);
	vsock = calloc(1, sizeof(*vsock));
	if (!vsock)
		return error_set(err, ERROR_RESOURCES, "vsock: out of memory");
	vsock->endpoint = endpoint;
	vsock->vhost = spec->fds[0];
	vsock->cid = (uint32_t)cid;
	if (!attach(vsock, err))
		return 0;
	vsock_free(vsock);
	return -1;
}

const struct device_kind vsock_kind = {
	.type = "vsock",
	.fds_min = 1,
	.fds_max = 1,
	.add = add,
	.removed = removed,
};
