/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peers.h - what the users of dom0 take of one API socket: connections, bytes of answers that they have not
 * read, and of calls that they have not sent whole.
 */
#ifndef TOOLSTACK_API_PEERS_H
#define TOOLSTACK_API_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** A user with connections. */
struct peer {
	struct peer *next;
	uid_t uid;
	unsigned int connections; /* open */
	unsigned int references;  /* connections that are not freed yet */
	size_t queued;            /* bytes of answers */
	size_t partial;           /* bytes of calls */
};

/** All users of one socket. The limits are set once. */
struct peers {
	unsigned int connections_max;      /* of all users */
	unsigned int user_connections_max; /* of one user */
	size_t user_queued_max;            /* bytes, of one user */
	size_t user_partial_max;           /* bytes, of one user */
	struct peer *first;
	unsigned int connections;
};

/** peers_add() - one more connection of a user. Return: the user, or NULL when the user or all have too many. */
struct peer *peers_add(struct peers *peers, uid_t uid);
/** peers_close() - a connection less. */
void peers_close(struct peers *peers, struct peer *peer);
/** peers_remove() - a connection that was closed is freed, and the user with the last. */
void peers_remove(struct peers *peers, struct peer *peer);
/** peers_queue() - an answer of @bytes is to be sent. Return: false when the user has too many bytes waiting. */
bool peers_queue(const struct peers *peers, struct peer *peer, size_t bytes);
/** peers_sent() - it has been sent, or dropped. */
void peers_sent(struct peer *peer, size_t bytes);
/** peers_keep() - @bytes of a call that is not complete are to be kept. Return: false when the user has too many. */
bool peers_keep(const struct peers *peers, struct peer *peer, size_t bytes);
/** peers_kept() - they are not kept any more. */
void peers_kept(struct peer *peer, size_t bytes);

#endif
