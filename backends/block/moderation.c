// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * moderation.c - one interrupt for many large requests.
 */
#include "block/moderation.h"

static bool moves_data(const struct block_request *request)
{
	return request->action == BLOCK_READ || request->action == BLOCK_WRITE;
}

uint64_t moderation_began(struct moderation *moderation, const struct block_request *request)
{
	uint64_t bytes = moves_data(request) ? request->bytes : 0;

	moderation->moving += bytes;
	return bytes;
}

void moderation_ended(struct moderation *moderation, const struct block_request *request, uint64_t bytes)
{
	moderation->moving -= bytes;
	if (bytes < MODERATION_LARGE || request->result != VIRTIO_BLK_S_OK)
		moderation->urgent = true;
}

void moderation_expired(struct moderation *moderation)
{
	moderation->urgent = true;
}

bool moderation_holds(struct moderation *moderation)
{
	bool holds = !moderation->urgent && moderation->moving >= MODERATION_ENOUGH;

	if (!holds)
		moderation->urgent = false;
	return holds;
}
