// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slirp.c - the command line of vimo-slirp, and its socket.
 */
#include "helper/slirp.h"
#include "alloc.h"
#include "cleanup.h"
#include "forward.h"
#include "host/resolver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef VIMO_SLIRP_PATH
#define VIMO_SLIRP_PATH "/usr/libexec/vimo/vimo-slirp"
#endif
/* Frames of all connections at once: libslirp has some hundred KiB of each under way. */
#define SOCKET_BYTES (4 << 20)

static const char *slirp_program(void)
{
	const char *path = getenv("VIMO_SLIRP");

	return path && *path ? path : VIMO_SLIRP_PATH;
}

static int try_port(const struct forward *forward, struct error *err)
{
	CLEANUP_FD int fd =
		socket(forward->host.any.sa_family, (forward->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	int on = 1;

	/* As libslirp does it. */
	if (fd >= 0 && !forward->udp)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd >= 0 && !bind(fd, &forward->host.any, forward_bytes(&forward->host)))
		return 0;
	return error_key(err, errno == EADDRINUSE ? ERROR_STATE : ERROR_FAILED, "vif", "hostfwd: dom0's %s port %u: %s",
			 forward->udp ? "udp" : "tcp", ntohs(forward->host.in.sin_port), strerror(errno));
}

int slirp_check(const struct vif_config *vif, struct error *err)
{
	const char *text = vif->hostfwd;
	struct forward forward;
	int taken;

	while ((taken = forward_next(&text, &forward, err)) > 0)
		if (try_port(&forward, err))
			return -1;
	return taken;
}

/* vimo-dm's end becomes the connection. Return: vimo-slirp's end. */
static int open_pair(struct helper *helper)
{
	const int bytes = SOCKET_BYTES;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -1;
	for (unsigned int n = 0; n < 2; n++)
		if (setsockopt(ends[n], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)))
			setsockopt(ends[n], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	helper->connection = ends[0];
	return ends[1];
}

static pid_t run(struct helper *helper, struct confine *confine, struct error *err)
{
	const struct vif_config *vif = &helper->config.vif;
	char fd[12], ready[12], mtu[12];
	const char *argv[10] = { slirp_program(), "--fd", fd, "--ready-fd", ready, "--mtu", mtu };
	CLEANUP_FD int resolver = resolver_open(helper->state);
	uint32_t count = 7;

	snprintf(fd, sizeof(fd), "%d", CONFINE_FIRST + KEPT_SOCKET);
	snprintf(ready, sizeof(ready), "%d", CONFINE_FIRST + KEPT_READY);
	snprintf(mtu, sizeof(mtu), "%u", vif->mtu);
	if (vif->host_loopback)
		argv[count++] = "--host";
	argv[count] = vif->hostfwd;
	confine->kind = CONFINE_NETWORK;
	confine->network = true;
	if (resolver >= 0) {
		confine->file_count = 1;
		confine->file[0].fd = resolver;
		confine->file[0].at = "/etc/resolv.conf";
	}
	return confine_spawn(confine, argv, err);
}

/* "error while loading shared libraries: libslirp.so.0: cannot open shared object file: No such file or directory" */
static const char *explain(const char *words, enum error_code *code, const char **advice)
{
	if (strstr(words, "libslirp.so"))
		*advice = "install libslirp0";
	if (strstr(words, strerror(EADDRINUSE))) {
		*code = ERROR_STATE;
		*advice = "end the program that has it, or choose another port";
	}
	return words;
}

static void refresh(struct helper *helper)
{
	resolver_refresh(helper->state);
}

static void clean(struct helper *helper)
{
	const struct resolver *resolver = helper->state;

	unlink(resolver->path);
}

static const struct helper_kind kind = {
	.key = "vif",
	.file = "slirp",
	.program = "vimo-slirp",
	.clients = CLIENT_KEPT,
	.reports_ready = true,
	.sound_ms = 10000,
	.lines = 20,
	.bytes = 128ull << 20,
	.open = open_pair,
	.run = run,
	.explain = explain,
	.refresh = refresh,
	.clean = clean,
};

struct helper *slirp_new(const char *guest, uid_t user, const struct vif_config *vif)
{
	const union helper_config config = { .vif = *vif };
	struct resolver *resolver = alloc_zeroed(sizeof(*resolver));
	struct helper *helper;
	char name[32];

	snprintf(name, sizeof(name), "network %s", vif->mac);
	helper = helper_new(&kind, guest, user, name, vif->slot, &config);
	helper_path(helper, "conf", resolver->path);
	helper->state = resolver;
	return helper;
}
