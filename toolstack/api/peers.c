// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * peers.c - count connections and bytes by user.
 */
#include "api/peers.h"

#include <stdlib.h>

static struct peer *find(const struct peers *peers, uid_t uid)
{
	struct peer *peer = peers->first;

	while (peer && peer->uid != uid)
		peer = peer->next;
	return peer;
}

struct peer *peers_add(struct peers *peers, uid_t uid)
{
	struct peer *peer = find(peers, uid);

	if (peers->connections >= peers->connections_max || (peer && peer->connections >= peers->user_connections_max))
		return NULL;
	if (!peer) {
		peer = calloc(1, sizeof(*peer));
		if (!peer)
			return NULL;
		peer->uid = uid;
		peer->next = peers->first;
		peers->first = peer;
	}
	peer->connections++;
	peer->references++;
	peers->connections++;
	return peer;
}

void peers_close(struct peers *peers, struct peer *peer)
{
	peers->connections--;
	peer->connections--;
}

void peers_remove(struct peers *peers, struct peer *peer)
{
	struct peer **at = &peers->first;

	if (--peer->references)
		return;
	while (*at != peer)
		at = &(*at)->next;
	*at = peer->next;
	free(peer);
}

bool peers_queue(const struct peers *peers, struct peer *peer, size_t bytes)
{
	if (bytes > peers->user_queued_max || peer->queued > peers->user_queued_max - bytes)
		return false;
	peer->queued += bytes;
	return true;
}

void peers_sent(struct peer *peer, size_t bytes)
{
	peer->queued -= bytes;
}

bool peers_keep(const struct peers *peers, struct peer *peer, size_t bytes)
{
	if (bytes > peers->user_partial_max || peer->partial > peers->user_partial_max - bytes)
		return false;
	peer->partial += bytes;
	return true;
}

void peers_kept(struct peer *peer, size_t bytes)
{
	peer->partial -= bytes;
}
