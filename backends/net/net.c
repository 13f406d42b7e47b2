// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net.c - make a network device, and take it away.
 */
#include "net/net.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MTU_MIN 68u /* 5.1.4.1 */

static const struct net_backend *const backends[] = { &net_vhost, &net_tap };

struct net_watch {
	uv_poll_t poll;
	int fd;
	struct net *net;
	void (*came)(struct net *net);
};

int net_watch_fd(const struct net_watch *watch)
{
	return watch->fd;
}

static void watch_came(uv_poll_t *poll, int status, int events)
{
	struct net_watch *watch = poll->data;
	uint64_t count;
	ssize_t got = read(watch->fd, &count, sizeof(count));

	(void)got;
	(void)status;
	(void)events;
	watch->came(watch->net);
}

static struct net_watch *watch_open(struct net *net, void (*came)(struct net *net), struct error *err)
{
	struct net_watch *watch = calloc(1, sizeof(*watch));

	if (!watch) {
		error_set(err, ERROR_RESOURCES, "network: no memory");
		return NULL;
	}
	watch->net = net;
	watch->came = came;
	watch->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (watch->fd < 0) {
		error_set(err, ERROR_RESOURCES, "network: eventfd: %s", strerror(errno));
		free(watch);
		return NULL;
	}
	uv_poll_init(net->endpoint->host->loop, &watch->poll, watch->fd);
	watch->poll.data = watch;
	uv_poll_start(&watch->poll, UV_READABLE, watch_came);
	uv_unref((uv_handle_t *)&watch->poll); /* the loop does not go on for it */
	return watch;
}

static void watch_closed(uv_handle_t *handle)
{
	struct net_watch *watch = handle->data;

	close(watch->fd);
	free(watch);
}

static void watch_close(struct net_watch *watch)
{
	if (watch)
		uv_close((uv_handle_t *)&watch->poll, watch_closed);
}

/* Descriptors are closed by who owns them. */
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
	int fds[2 * NET_PAIRS];
	unsigned int count = 0;

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
	net->control = watch_open(net, net_serve_control, err);
	net->broken = watch_open(net, net_find_broken, err);
	if (!net->control || !net->broken)
		return -1;
	for (unsigned int i = 0; i < net->pairs; i++)
		if (net_tap_check(net->pair[i].tap, err) || net->backend->open(&net->pair[i], err))
			return -1;
	return 0;
}

static int attach(struct net *net, struct error *err)
{
	struct endpoint *endpoint = net->endpoint;

	if (open_pairs(net, err))
		return -1;
	endpoint->context = net;
	endpoint->removed = removed;
	endpoint->device.queues = 2 * net->pairs + 1;
	endpoint->device.features = net_features(net);
	if (endpoint_attach(endpoint, &net_model, net_show_config, err))
		return -1;
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
		return error_set(err, ERROR_USAGE, "network: backend must be vhost or tap");
	if (options->pairs < 1 || options->pairs > NET_PAIRS)
		return error_set(err, ERROR_USAGE, "network: 1 to %u pairs of queues", NET_PAIRS);
	if (fd_count != options->pairs * net->backend->fds)
		return error_set(err, ERROR_USAGE, "network: %u descriptors for %u pairs", fd_count, options->pairs);
	if (options->mtu && (options->mtu < MTU_MIN || options->mtu > UINT16_MAX))
		return error_set(err, ERROR_USAGE, "network: mtu must be %u to %u", MTU_MIN, UINT16_MAX);
	net->pairs = options->pairs;
	net->mtu = (uint16_t)options->mtu;
	return parse_mac(net, options->mac, err);
}

static void set_pair(struct net *net, unsigned int index, const int *fds, const struct net_options *options)
{
	struct net_pair *pair = &net->pair[index];

	pair->net = net;
	pair->index = index;
	pair->tap = fds[index * net->backend->fds];
	pair->vhost = net->backend->fds > 1 ? fds[index * net->backend->fds + 1] : -1;
	pair->thread = &options->threads[(net->endpoint->slot + index) % options->thread_count];
}

int net_add(struct endpoint *endpoint, const int *fds, unsigned int fd_count, const struct net_options *options,
	    struct error *err)
{
	struct net *net = calloc(1, sizeof(*net));

	if (!net)
		return error_set(err, ERROR_RESOURCES, "network: no memory");
	net->endpoint = endpoint;
	if (parse(net, options, fd_count, err)) {
		free(net);
		return -1;
	}
	for (unsigned int i = 0; i < net->pairs; i++)
		set_pair(net, i, fds, options);
	if (!attach(net, err))
		return 0;
	net_free(net);
	return -1;
}
