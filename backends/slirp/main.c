// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - the loop of vimo-slirp. It ends when vimo-dm and vimod have closed the other end of the socket.
 */
#include "slirp/slirp.h"

#include "forward.h"
#include "log.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <arpa/inet.h>
#include <unistd.h>

#define TIMERS 4u
#define TURN 64u /* frames of the guest in one turn */
#define FILES 1024u
#define POLLS FILES /* the limit of open descriptors, and of poll() */
#define MTU_USUAL 1500u
#define MTU_MIN 68u

struct timer {
	bool used;
	SlirpTimerId id;
	void *context;
	int64_t expires_ms; /* -1: not set */
};

struct net {
	Slirp *slirp;
	struct frames frames;
	struct timer timer[TIMERS];
	struct pollfd poll[POLLS];
	nfds_t polls;
	uint8_t frame[FRAME_MTU_MAX + 128];
};

static struct net net;

static int64_t clock_ns(void *opaque)
{
	struct timespec now;

	(void)opaque;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static ssize_t send_packet(const void *data, size_t bytes, void *opaque)
{
	(void)opaque;
	frames_send(&net.frames, data, bytes);
	return (ssize_t)bytes;
}

/* Errors of a guest are not logged: a guest can cause them without end. */
static void ignore_error(const char *message, void *opaque)
{
	(void)message;
	(void)opaque;
}

static void *timer_new(SlirpTimerId id, void *context, void *opaque)
{
	(void)opaque;
	for (unsigned int i = 0; i < TIMERS; i++)
		if (!net.timer[i].used) {
			net.timer[i] = (struct timer){ true, id, context, -1 };
			return &net.timer[i];
		}
	return NULL;
}

static void timer_free(void *timer, void *opaque)
{
	(void)opaque;
	if (timer)
		((struct timer *)timer)->used = false;
}

static void timer_mod(void *timer, int64_t expires_ms, void *opaque)
{
	(void)opaque;
	if (timer)
		((struct timer *)timer)->expires_ms = expires_ms;
}

/* Each turn gets all descriptors anew. */
static void no_descriptor(int fd, void *opaque)
{
	(void)fd;
	(void)opaque;
}

static void no_notice(void *opaque)
{
	(void)opaque;
}

static const SlirpCb callbacks = {
	.send_packet = send_packet,
	.guest_error = ignore_error,
	.clock_get_ns = clock_ns,
	.timer_new_opaque = timer_new,
	.timer_free = timer_free,
	.timer_mod = timer_mod,
	.register_poll_fd = no_descriptor,
	.unregister_poll_fd = no_descriptor,
	.notify = no_notice,
};

static const struct {
	int slirp;
	short poll;
} events[] = {
	{ SLIRP_POLL_IN, POLLIN },   { SLIRP_POLL_OUT, POLLOUT }, { SLIRP_POLL_PRI, POLLPRI },
	{ SLIRP_POLL_ERR, POLLERR }, { SLIRP_POLL_HUP, POLLHUP },
};
#define EVENTS (sizeof(events) / sizeof(events[0]))

static int add_poll(int fd, int wait_for, void *opaque)
{
	(void)opaque;
	if (net.polls == POLLS)
		return -1;
	net.poll[net.polls] = (struct pollfd){ .fd = fd };
	for (size_t i = 0; i < EVENTS; i++)
		if (wait_for & events[i].slirp)
			net.poll[net.polls].events |= events[i].poll;
	return (int)net.polls++;
}

static int get_events(int index, void *opaque)
{
	int happened = 0;

	(void)opaque;
	for (size_t i = 0; i < EVENTS && index >= 0; i++)
		if (net.poll[index].revents & events[i].poll)
			happened |= events[i].slirp;
	return happened;
}

static void run_timers(void)
{
	int64_t now = clock_ns(NULL) / 1000000;

	for (unsigned int i = 0; i < TIMERS; i++) {
		struct timer *timer = &net.timer[i];

		if (!timer->used || timer->expires_ms < 0 || timer->expires_ms > now)
			continue;
		timer->expires_ms = -1;
		slirp_handle_timer(net.slirp, timer->id, timer->context);
	}
}

static uint32_t until_timer(uint32_t most)
{
	int64_t now = clock_ns(NULL) / 1000000;

	for (unsigned int i = 0; i < TIMERS; i++) {
		const struct timer *timer = &net.timer[i];
		int64_t left = timer->expires_ms > now ? timer->expires_ms - now : 0;

		if (timer->used && timer->expires_ms >= 0 && left < most)
			most = (uint32_t)left;
	}
	return most;
}

static void take_frames(void)
{
	ssize_t bytes;

	for (unsigned int n = 0; n < TURN; n++) {
		bytes = frames_receive(&net.frames, net.frame, sizeof(net.frame));
		if (bytes < 0)
			return;
		if (bytes)
			slirp_input(net.slirp, net.frame, (int)bytes);
	}
}

/* One turn. Return: false when the other end is closed, or poll() fails. */
static bool turn(void)
{
	uint32_t timeout = UINT32_MAX;
	/* While the socket to the guest is full, no data for the guest are read. */
	bool full = !frames_flush(&net.frames);
	int ready;

	net.poll[0] = (struct pollfd){ .fd = net.frames.fd, .events = full ? POLLIN | POLLOUT : POLLIN };
	net.polls = 1;
	if (!full)
		slirp_pollfds_fill(net.slirp, &timeout, add_poll, NULL);
	timeout = until_timer(timeout);
	ready = poll(net.poll, net.polls, timeout > INT32_MAX ? -1 : (int)timeout);
	if (ready < 0 && errno != EINTR) {
		log_error("poll: %s", strerror(errno));
		return false; /* vimod starts the next vimo-slirp */
	}
	if (ready > 0 && net.poll[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		return false;
	run_timers();
	/* The guest's frames come first: packets wait for its ARP answer for a second only. */
	if (ready > 0 && net.poll[0].revents & POLLIN)
		take_frames();
	if (!full)
		slirp_pollfds_poll(net.slirp, ready < 0, get_events, NULL);
	return true;
}

static void set_addresses(SlirpConfig *config)
{
	inet_pton(AF_INET, "10.0.2.0", &config->vnetwork);
	inet_pton(AF_INET, "255.255.255.0", &config->vnetmask);
	inet_pton(AF_INET, "10.0.2.2", &config->vhost);
	inet_pton(AF_INET, "10.0.2.3", &config->vnameserver);
	inet_pton(AF_INET, FORWARD_GUEST, &config->vdhcp_start);
	inet_pton(AF_INET6, "fec0::", &config->vprefix_addr6);
	inet_pton(AF_INET6, "fec0::2", &config->vhost6);
	inet_pton(AF_INET6, "fec0::3", &config->vnameserver6);
}

static int add_forward(const struct forward *forward, const char *text, struct error *err)
{
	int flags = forward->udp ? SLIRP_HOSTFWD_UDP : 0;

	if (forward->host.any.sa_family == AF_INET6)
		flags |= SLIRP_HOSTFWD_V6ONLY;
	if (slirp_add_hostxfwd(net.slirp, &forward->host.any, forward_bytes(&forward->host), &forward->guest.any,
			       forward_bytes(&forward->guest), flags))
		return error_set(err, ERROR_FAILED, "hostfwd \"%s\": %s", text, strerror(errno));
	return 0;
}

static int begin(const SlirpConfig *config, char *const *words, struct error *err)
{
	const struct rlimit files = { FILES, FILES };

	setrlimit(RLIMIT_NOFILE, &files);
	net.frames.mtu = config->if_mtu;
	net.slirp = slirp_new(config, &callbacks, NULL);
	if (!net.slirp)
		return error_set(err, ERROR_FAILED, "libslirp refuses an MTU of %zu", config->if_mtu);
	for (; *words; words++) {
		const char *text = *words;
		struct forward forward;
		int taken;

		while ((taken = forward_next(&text, &forward, err)) > 0)
			if (add_forward(&forward, *words, err))
				return -1;
		if (taken < 0)
			return -1;
	}
	return filter_enter(err);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "fd", required_argument, NULL, 'f' },
						 { "mtu", required_argument, NULL, 'm' },
						 { "ready-fd", required_argument, NULL, 'r' },
						 { "host", no_argument, NULL, 'h' },
						 { NULL, 0, NULL, 0 } };
	SlirpConfig config = { .version = 4,
			       .in_enabled = true,
			       .in6_enabled = true,
			       .vprefix_len = 64,
			       .if_mtu = MTU_USUAL,
			       .disable_host_loopback = true };
	struct error err = { 0 };
	int option, ready = -1;

	net.frames.fd = -1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'f': net.frames.fd = (int)strtol(optarg, NULL, 10); break;
		case 'm': config.if_mtu = strtoul(optarg, NULL, 10); break;
		case 'r': ready = (int)strtol(optarg, NULL, 10); break;
		case 'h': config.disable_host_loopback = false; break;
		default: net.frames.fd = -1; optind = argc;
		}
	}
	if (net.frames.fd < 0 || config.if_mtu < MTU_MIN || config.if_mtu > FRAME_MTU_MAX) {
		fprintf(stderr, "usage: vimo-slirp --fd FD [--ready-fd FD] [--mtu BYTES] [--host] [FORWARD...]\n"
				"vimod starts vimo-slirp for vif = ( { backend = \"user\"; } ).\n");
		return ERROR_USAGE;
	}
	config.if_mru = config.if_mtu;
	set_addresses(&config);
	signal(SIGPIPE, SIG_IGN);
	if (begin(&config, argv + optind, &err)) {
		log_error("%s", err.text);
		return ERROR_FAILED;
	}
	/* Until now vimod waits: a create fails with the line that begin() reported. */
	if (ready >= 0 && write(ready, "READY\n", 6) == 6)
		close(ready);
	while (turn())
		;
	return 0;
}
