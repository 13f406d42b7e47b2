/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * moderation.h - when a guest is interrupted for requests that have ended.
 *
 * A stream keeps the disk busy with many large requests. While the disk has enough
 * to do, one interrupt for many requests spares the guest and EL2 the other interrupts. A program may
 * wait for a small request, a flush or a failure: these interrupt the guest at
 * once. No interrupt is held back for longer than MODERATION_NS.
 * Context: the queue's I/O thread.
 */
#ifndef BLOCK_MODERATION_H
#define BLOCK_MODERATION_H

#include "block/request.h"

/* More than the fastest disks move before a guest has answered an interrupt. */
#define MODERATION_ENOUGH (1u << 20)
#define MODERATION_LARGE (64u << 10)
#define MODERATION_NS 1000000u /* the longest delay of an interrupt */

struct moderation {
	uint64_t moving; /* bytes of the requests in flight */
	bool urgent;     /* a request has ended for which the guest is interrupted at once */
};

/** moderation_began() - the queue took a request. Return: its bytes, for moderation_ended(). */
uint64_t moderation_began(struct moderation *moderation, const struct block_request *request);
/** moderation_ended() - the request has a result. @bytes: returned by moderation_began(). */
void moderation_ended(struct moderation *moderation, const struct block_request *request, uint64_t bytes);
/** moderation_expired() - an interrupt was held back for MODERATION_NS. */
void moderation_expired(struct moderation *moderation);
/**
 * moderation_holds() - called when requests have ended.
 *
 * Return: whether to hold the interrupt back. If not, no request counts as urgent any more.
 */
bool moderation_holds(struct moderation *moderation);

#endif
