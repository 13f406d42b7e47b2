// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slirp.c - start vimo-slirp, start it again, and give vimo-dm its new end.
 */
#include "helper/slirp.h"
#include "dm/request.h"
#include "cleanup.h"
#include "base/confine.h"
#include "forward.h"
#include "log.h"
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#ifndef VIMO_SLIRP_PATH
#define VIMO_SLIRP_PATH "/usr/libexec/vimo/vimo-slirp"
#endif
#define REFRESH_MS 5000
#define LIVED_MS 10000 /* long enough not to count as a failure */
#define LINES_LOGGED 20u
/* Frames of all connections at once: libslirp has some hundred KiB of each under way. */
#define SOCKET_BYTES (4 << 20)

static const char *program(void)
{
	const char *path = getenv("VIMO_SLIRP");

	return path && *path ? path : VIMO_SLIRP_PATH;
}

static void file_path(const struct slirp *slirp, const char *kind, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/guests/%s/slirp-%u.%s", store_root(), slirp->guest, slirp->vif.slot, kind);
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
	error_set(err, errno == EADDRINUSE ? ERROR_STATE : ERROR_FAILED, "hostfwd: dom0's %s port %u: %s",
		  forward->udp ? "udp" : "tcp", ntohs(forward->host.in.sin_port), strerror(errno));
	return error_about(err, "vif");
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

static struct slirp *slirp_new(const char *guest, const struct vif_config *vif, struct vif_taps *end, uv_loop_t *loop)
{
	struct slirp *slirp = calloc(1, sizeof(*slirp));

	if (!slirp)
		abort();
	snprintf(slirp->guest, sizeof(slirp->guest), "%s", guest);
	slirp->vif = *vif;
	slirp->end = end;
	file_path(slirp, "conf", slirp->resolver.path);
	slirp->process.pidfd = slirp->messages_fd = -1;
	slirp->loop = loop;
	return slirp;
}

static int make_sockets(int *ours, int *its)
{
	const int bytes = SOCKET_BYTES;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -1;
	for (unsigned int n = 0; n < 2; n++)
		if (setsockopt(ends[n], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)))
			setsockopt(ends[n], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	*ours = ends[0];
	*its = ends[1];
	return 0;
}

/* Its descriptors, in the order of struct confine's kept ones. */
enum { KEPT_SOCKET, KEPT_PID };

static pid_t run(struct slirp *slirp, int socket, int lock, int messages, struct error *err)
{
	char fd[12], mtu[12];
	const char *argv[] = { program(), "--fd", fd, "--mtu", mtu, slirp->vif.hostfwd, NULL, NULL };
	CLEANUP_FD int resolver = resolver_open(&slirp->resolver);
	struct confine confine = { .argv = argv,
				   .user = "vimo-slirp",
				   .network = true,
				   .kept_count = 2,
				   .kept = { [KEPT_SOCKET] = socket, [KEPT_PID] = lock },
				   .output_fd = -1,
				   .messages_fd = messages };

	snprintf(fd, sizeof(fd), "%d", CONFINE_FIRST + KEPT_SOCKET);
	snprintf(mtu, sizeof(mtu), "%u", slirp->vif.mtu);
	if (slirp->vif.host_loopback)
		argv[6] = "--host";
	if (resolver >= 0) {
		confine.file_count = 1;
		confine.file[0].fd = resolver;
		confine.file[0].at = "/etc/resolv.conf";
	}
	return confine_spawn(&confine, err);
}

static int begin(struct slirp *slirp, struct error *err)
{
	CLEANUP_FD int ours = -1, its = -1, lock = -1, messages = -1;
	char path[PATH_MAX];
	int said[2];
	pid_t pid;

	file_path(slirp, "pid", path);
	lock = helper_lock(path);
	if (lock < 0 || make_sockets(&ours, &its) || pipe2(said, O_CLOEXEC))
		return error_set(err, ERROR_RESOURCES, "cannot start vimo-slirp: %s", strerror(errno));
	slirp->messages_fd = said[0];
	messages = said[1];
	fcntl(said[0], F_SETFL, O_NONBLOCK);
	pid = run(slirp, its, lock, messages, err);
	if (pid >= 0 && helper_take(&slirp->process, pid, lock))
		pid = error_set(err, ERROR_RESOURCES, "cannot start vimo-slirp: %s", strerror(errno));
	if (pid < 0) {
		close(slirp->messages_fd);
		slirp->messages_fd = -1;
		return -1;
	}
	vif_close(slirp->end);
	slirp->end->fd[0] = ours;
	slirp->end->count = 1;
	ours = -1;
	slirp->lines = slirp->tries = 0;
	slirp->started_ms = uv_now(slirp->loop);
	return 0;
}

static void restart(void *arg);

static void unwatch(struct slirp *slirp)
{
	watch_end(&slirp->exit);
	watch_end(&slirp->messages);
	watch_end(&slirp->timer);
	dm_request_cancel(&slirp->asked);
	if (slirp->messages_fd >= 0)
		close(slirp->messages_fd);
	slirp->messages_fd = -1;
}

static bool read_messages(struct slirp *slirp)
{
	char text[512], *rest = text, *line;

	if (!helper_read(slirp->messages_fd, text, sizeof(text)))
		return false;
	while ((line = helper_line(&rest)))
		if (slirp->lines++ < LINES_LOGGED)
			log_warning("%s: network %s: %s", slirp->guest, slirp->vif.mac, line);
	return true;
}

static void on_message(void *arg)
{
	struct slirp *slirp = arg;

	if (read_messages(slirp))
		return;
	watch_end(&slirp->messages);
	close(slirp->messages_fd);
	slirp->messages_fd = -1;
}

/* vimo-dm may be dead: its next one finds a socket that ended, and is given the new one, too. */
static void on_exit_event(void *arg)
{
	struct slirp *slirp = arg;

	if (slirp->messages_fd >= 0)
		read_messages(slirp); /* its last words */
	log_warning("%s: network %s: vimo-slirp ended: starting another", slirp->guest, slirp->vif.mac);
	unwatch(slirp);
	helper_forget(&slirp->process);
	if (uv_now(slirp->loop) - slirp->started_ms > LIVED_MS)
		slirp->failures = 0;
	slirp->timer = watch_retry(slirp->loop, slirp->failures++, restart, slirp);
}

static void refresh(void *arg)
{
	struct slirp *slirp = arg;

	watch_end(&slirp->timer);
	resolver_refresh(&slirp->resolver);
	slirp->timer = watch_timer(slirp->loop, REFRESH_MS, refresh, slirp);
}

static void watch(struct slirp *slirp)
{
	slirp->exit = watch_fd(slirp->loop, slirp->process.pidfd, UV_READABLE, on_exit_event, slirp);
	if (slirp->messages_fd >= 0)
		slirp->messages = watch_fd(slirp->loop, slirp->messages_fd, UV_READABLE, on_message, slirp);
	refresh(slirp);
}

static void reconnect(void *arg);

static void on_reconnected(void *arg, int result, const struct error *err)
{
	struct slirp *slirp = arg;

	slirp->asked = NULL;
	if (!result) {
		log_info("%s: network %s: vimo-slirp is there again", slirp->guest, slirp->vif.mac);
		slirp->timer = watch_timer(slirp->loop, REFRESH_MS, refresh, slirp);
		return;
	}
	if (!slirp->tries)
		log_warning("%s: network %s: %s", slirp->guest, slirp->vif.mac, err->text);
	slirp->timer = watch_retry(slirp->loop, slirp->tries++, reconnect, slirp);
}

/* Until it works; one that has this end already takes it once more. */
static void reconnect(void *arg)
{
	struct slirp *slirp = arg;
	const struct fd_list fds = { .count = 1, .fd = { slirp->end->fd[0] } };
	struct error err;

	watch_end(&slirp->timer);
	slirp->asked = dm_reconnect(slirp->loop, slirp->guest, slirp->vif.slot, &fds, on_reconnected, slirp, &err);
	if (!slirp->asked)
		on_reconnected(slirp, -1, &err);
}

static void restart(void *arg)
{
	struct slirp *slirp = arg;
	struct error err;

	watch_end(&slirp->timer);
	if (begin(slirp, &err)) {
		log_error("%s: network %s: %s", slirp->guest, slirp->vif.mac, err.text);
		slirp->timer = watch_retry(slirp->loop, slirp->failures++, restart, slirp);
		return;
	}
	watch(slirp);
	reconnect(slirp);
}

/* One whose vimo-dm's end nobody has any more is of no use. */
static void stop(struct slirp *slirp)
{
	char path[PATH_MAX];

	unwatch(slirp);
	file_path(slirp, "pid", path);
	helper_stop(&slirp->process, false, path);
}

int slirp_start(struct slirp *slirp, struct error *err)
{
	stop(slirp);
	if (begin(slirp, err))
		return -1;
	watch(slirp);
	return 0;
}

static void slirp_adopt(struct slirp *slirp)
{
	char path[PATH_MAX], text[32];

	file_path(slirp, "pid", path);
	slirp->started_ms = uv_now(slirp->loop);
	if (helper_adopt(&slirp->process, path, text, sizeof(text)))
		watch(slirp);
	else
		restart(slirp);
}

void slirp_end(struct slirp **slirp)
{
	if (!*slirp)
		return;
	stop(*slirp);
	unlink((*slirp)->resolver.path);
	free(*slirp);
	*slirp = NULL;
}

void slirps_make(struct slirp **slirps, const struct guest_config *config, struct vif_taps *ends, uv_loop_t *loop)
{
	for (uint32_t n = 0; n < config->vif_count; n++) {
		const struct vif_config *vif = &config->vif[n];

		if (vif->backend == VIF_USER && !slirps[vif->slot])
			slirps[vif->slot] = slirp_new(config->name, vif, &ends[vif->slot], loop);
	}
}

void slirps_adopt(struct slirp **slirps)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		if (slirps[slot])
			slirp_adopt(slirps[slot]);
}

void slirps_end(struct slirp **slirps)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		slirp_end(&slirps[slot]);
}
