/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * moderation.h - when a guest is interrupted for requests that have ended.
 *
 * A stream keeps the disk busy with many large requests. While there is enough
 * for the disk to do, the guest need not hear of each that ends: one interrupt for
 * many spares it, and EL2, the rest. Whatever somebody may wait for is told at
 * once: a small request, a flush, a failure; and nothing is held back for long.
 * Context: the queue's I/O thread.
 */
#ifndef BLOCK_MODERATION_H
#define BLOCK_MODERATION_H

#include "block/request.h"

/* More than the fastest disks move before a guest has answered an interrupt. */
#define MODERATION_ENOUGH (1u << 20)
#define MODERATION_LARGE (64u << 10)
#define MODERATION_NS 1000000u /* nothing is held back for longer */

struct moderation {
	uint64_t moving; /* bytes of the requests in flight */
	bool urgent;     /* one has ended that is not to be held back */
};

/** moderation_began() - a request was taken. Return: its bytes, for moderation_ended(). */
uint64_t moderation_began(struct moderation *moderation, const struct block_request *request);
/** moderation_ended() - it has a result; @bytes: as moderation_began() told. */
void moderation_ended(struct moderation *moderation, const struct block_request *request, uint64_t bytes);
/** moderation_expired() - what is held back has been for MODERATION_NS. */
void moderation_expired(struct moderation *moderation);
/**
 * moderation_holds() - asked when requests have ended.
 *
 * Return: whether the guest is not to be told yet. If it is, nothing is urgent any more.
 */
bool moderation_holds(struct moderation *moderation);

#endif
