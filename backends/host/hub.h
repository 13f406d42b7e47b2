/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hub.h - one console of a guest: clients on a socket, a bounded log, and the
 * last output for later clients.
 *
 * The caller sets mark, on_input, context, status and log_bit before hub_open().
 *
 * Context: the event loop's thread. A client that does not read loses output;
 * the guest does not wait for it.
 */
#ifndef HOST_HUB_H
#define HOST_HUB_H

#include "error.h"

#include <stdbool.h>
#include <uv.h>

#define HUB_REPLAY 16384u
#define HUB_INPUT 4096u
#define HUB_CLIENTS 8u
#define HUB_QUEUE_MAX (256u * 1024u)
#define HUB_LOG_MAX (1024u * 1024u)

struct hub;
struct status;

/*
 * Position of the log when a piece of output was begun. It is in dm.state, so
 * that the next vimo-dm neither repeats nor loses the piece that this one wrote when
 * it was killed.
 */
struct hub_mark {
	uint64_t piece; /* number of the piece + 1; 0: none was begun */
	uint64_t log_at;
};

struct hub_client {
	uv_pipe_t pipe;
	struct hub *hub;
	bool used, open;
};

/** Descriptors of a hub, which vimod opened. */
struct hub_files {
	int listener; /* a stream socket that listens, not blocking */
	int log, old; /* readable; log appends; old gets the log's contents when the log is full */
};
#define HUB_FILES 3u /* in this order */

struct hub {
	struct hub_files files;
	uv_poll_t listener;
	struct hub_client client[HUB_CLIENTS];
	char input[HUB_INPUT]; /* from all clients, for the guest */
	size_t input_used;
	void (*on_input)(void *context);
	void *context;
	char replay[HUB_REPLAY];
	uint64_t output;   /* bytes ever */
	char log_name[96]; /* for messages */
	uint64_t log_bytes;
	struct hub_mark *mark;
	uint64_t logged;       /* bytes of the piece that the previous vimo-dm logged, and that are not skipped yet */
	uint64_t done;         /* bytes of the piece in the log now */
	struct status *status; /* gets log_bit while the log is not kept; NULL: none */
	unsigned int log_bit;  /* DM_LOG_* */
	bool log_failed;
	bool crowded; /* a client may wait to be accepted */
};

/**
 * hub_open() - accept clients, append to the log.
 * @files: the hub's if this succeeds
 * @guest, @kind: "console" or "serial": the log's name in messages
 *
 * Return: 0 or -1.
 */
int hub_open(struct hub *hub, uv_loop_t *loop, const struct hub_files *files, const char *guest, const char *kind,
	     struct error *err);
/**
 * hub_begin() - begin a piece of output, which hub_end() ends.
 * @piece: its place in the guest's ring: the next vimo-dm begins a piece again whose place has not moved on
 */
void hub_begin(struct hub *hub, uint32_t piece);
/** hub_end() - the place in the ring has moved on. */
void hub_end(struct hub *hub);
/** hub_write() - output of the guest, between hub_begin() and hub_end(). */
void hub_write(struct hub *hub, const void *data, size_t bytes);
/** hub_take() - move up to @bytes of input to @data; clients may send again. */
size_t hub_take(struct hub *hub, void *data, size_t bytes);
/** hub_close() - stop listening; close clients when they have read their output. */
void hub_close(struct hub *hub);

#endif
