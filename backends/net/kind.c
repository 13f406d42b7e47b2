// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kind.c - a network device: its options and back end, and its removal.
 */
#include "net/net.h"
#include "json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MTU_MIN 68u /* 5.1.4.1 */
/* A driver fills its receive queue with up to a page for each place. A smaller guest has no memory for that. */
#define LARGE_QUEUES_BYTES (256ull << 20)

static const struct net_backend *const backends[] = { &net_vhost, &net_tap, &net_user, &net_vhost_user };

/* Descriptors stay open: removed() closes them, or the caller of add() does. */
static void net_free(struct net *net)
{
	for (unsigned int i = 0; i < net->pairs; i++)
		if (net->backend->close)
			net->backend->close(&net->pair[i]);
	watch_close(net->control);
	watch_close(net->broken);
	free(net);
}

static void removed(struct endpoint *endpoint)
{
	struct net *net = endpoint->context;
	int fds[2 * NET_PAIRS + 2] = { net->memory_fd, net->socket_fd };
	unsigned int count = 2;

	for (unsigned int i = 0; i < net->pairs; i++) {
		fds[count++] = net->pair[i].tap;
		fds[count++] = net->pair[i].vhost;
	}
	net_free(net);
	while (count--)
		if (fds[count] >= 0)
			close(fds[count]);
}

static int open_pairs(struct net *net, struct error *err)
{
	uv_loop_t *loop = net->endpoint->host->loop;

	net->control = watch_open(loop, net_serve_control, net, err);
	net->broken = watch_open(loop, net_find_broken, net, err);
	if (!net->control || !net->broken)
		return -1;
	for (unsigned int i = 0; i < net->pairs; i++)
		if ((net->backend->tap && net_tap_check(net->pair[i].tap, err)) ||
		    net->backend->open(&net->pair[i], err))
			return -1;
	return 0;
}

static int attach(struct net *net, struct error *err)
{
	struct endpoint *endpoint = net->endpoint;

	if (open_pairs(net, err))
		return -1;
	endpoint->context = net;
	endpoint->reconnect = net->backend->reconnect;
	endpoint->device.queues = 2 * net->pairs + 1;
	endpoint->device.features = net_features(net);
	if (net->backend->large_queues && endpoint->host->memory->bytes >= LARGE_QUEUES_BYTES)
		endpoint->device.queue_size_max = VIRTQUEUE_IN_ORDER_MAX;
	if (endpoint_attach(endpoint, &net_model, net_show_config, err))
		return -1;
	/* The previous vimo-dm may have shown that the link is down: the driver reads the status again. */
	pthread_mutex_lock(&endpoint->device.lock);
	transport_config_changed(&endpoint->device);
	pthread_mutex_unlock(&endpoint->device.lock);
	for (unsigned int i = 0; i < net->pairs; i++)
		if (net->backend->watch)
			net->backend->watch(&net->pair[i]);
	return 0;
}

static int parse_mac(struct net *net, const char *text, struct error *err)
{
	static const char form[] = "xx:xx:xx:xx:xx:xx";
	size_t n = 0;

	while (text && text[n] && (form[n] == 'x' ? isxdigit((unsigned char)text[n]) != 0 : text[n] == form[n]))
		n++;
	if (!text || form[n] || text[n])
		return error_set(err, ERROR_USAGE, "network: mac must be six bytes as in 52:54:00:12:34:56");
	for (unsigned int i = 0; i < sizeof(net->mac); i++)
		net->mac[i] = (uint8_t)strtoul(text + 3 * i, NULL, 16);
	return 0;
}

static int parse(struct net *net, const struct net_options *options, unsigned int fd_count, struct error *err)
{
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (options->backend && !strcmp(options->backend, backends[i]->name))
			net->backend = backends[i];
	if (!net->backend)
		return error_set(err, ERROR_USAGE, "network: backend must be vhost, tap, user or vhost-user");
	if (options->pairs < 1 || options->pairs > net->backend->pairs_max)
		return error_set(err, ERROR_USAGE, "network: 1 to %u pairs of queues", net->backend->pairs_max);
	if (net->backend->fds ? fd_count != options->pairs * net->backend->fds : fd_count < 1 || fd_count > 2)
		return error_set(err, ERROR_USAGE, "network: %u descriptors for %u pairs", fd_count, options->pairs);
	if (options->mtu && (options->mtu < MTU_MIN || options->mtu > UINT16_MAX))
		return error_set(err, ERROR_USAGE, "network: mtu must be %u to %u", MTU_MIN, UINT16_MAX);
	if (options->packed && !net->backend->packed)
		return error_set(err, ERROR_USAGE, "network: backend %s has no packed rings", options->backend);
	net->pairs = options->pairs;
	net->features = net->backend->features;
	net->mtu = (uint16_t)options->mtu;
	net->packed = options->packed;
	return parse_mac(net, options->mac, err);
}

static void set_pair(struct net *net, unsigned int index, const int *fds)
{
	const struct endpoint_host *host = net->endpoint->host;
	struct net_pair *pair = &net->pair[index];

	pair->net = net;
	pair->index = index;
	pair->tap = net->backend->fds ? fds[index * net->backend->fds] : -1;
	pair->vhost = net->backend->fds > 1 ? fds[index * net->backend->fds + 1] : -1;
	pair->thread = &host->io_threads[(net->endpoint->slot + index) % host->io_thread_count];
}

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	const struct net_options options = {
		.backend = json_string(spec->json, "backend"),
		.mac = json_string(spec->json, "mac"),
		.pairs = (unsigned int)json_number(spec->json, "pairs", 1),
		.mtu = (unsigned int)json_number(spec->json, "mtu", 0),
		.packed = json_flag(spec->json, "packed"),
	};
	struct net *net = calloc(1, sizeof(*net));

	if (!net)
		return error_set(err, ERROR_RESOURCES, "network: out of memory");
	net->endpoint = endpoint;
	if (parse(net, &options, spec->fd_count, err)) {
		free(net);
		return -1;
	}
	net->memory_fd = net->backend->fds ? -1 : spec->fds[0];
	net->socket_fd = net->backend->fds || spec->fd_count < 2 ? -1 : spec->fds[1];
	for (unsigned int i = 0; i < net->pairs; i++)
		set_pair(net, i, spec->fds);
	if (!attach(net, err))
		return 0;
	net_free(net);
	return -1;
}

const struct device_kind net_kind = {
	.type = "net",
	.fds_min = 1,
	.fds_max = 2 * NET_PAIRS,
	.add = add,
	.removed = removed,
};
