/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peers.h - what the users of dom0 take of one API socket: connections, and bytes of answers that they have not read.
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
	unsigned int connections;
	size_t queued; /* bytes */
};

/** All users of one socket. The limits are set once. */
struct peers {
	unsigned int connections_max;      /* of all users */
	unsigned int user_connections_max; /* of one user */
	size_t user_queued_max;            /* bytes, of one user */
	struct peer *first;
	unsigned int connections;
};

/** peers_add() - one more connection of a user. Return: the user, or NULL when the user or all have too many. */
struct peer *peers_add(struct peers *peers, uid_t uid);
/** peers_remove() - a connection less; the user is freed with the last. */
void peers_remove(struct peers *peers, struct peer *peer);
/** peers_queue() - an answer of @bytes is to be sent. Return: false when the user has too many bytes waiting. */
bool peers_queue(const struct peers *peers, struct peer *peer, size_t bytes);
/** peers_sent() - it has been sent, or dropped. */
void peers_sent(struct peer *peer, size_t bytes);

#endif
