/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * set.h - all helpers of a guest, by slot; NULL for a slot without a helper.
 */
#ifndef TOOLSTACK_HELPER_SET_H
#define TOOLSTACK_HELPER_SET_H

#include "helper/helper.h"

/** helpers_start() - start all that the configuration needs, and wait until they serve. Blocks; any thread.
 *
 * Return: 0, or -1: some may run.
 */
int helpers_start(struct helper **helpers, const struct guest_config *config, struct error *err);
/** helpers_adopt() - take over those of a guest that runs; helpers_watch() starts those that have ended. */
void helpers_adopt(struct helper **helpers, const struct guest_config *config);
/** helpers_watch() / helpers_unwatch() - supervise all, or let all end. Event loop only. */
void helpers_watch(struct helper **helpers, uv_loop_t *loop);
void helpers_unwatch(struct helper **helpers);
/** helpers_connected() - a vimo-dm was started with a connection to each. */
void helpers_connected(struct helper **helpers);
/** helpers_stop() - end all, with what guests left, and free them. They are not watched. Blocks; any thread. */
void helpers_stop(struct helper **helpers);
/** helpers_stop_one() - the same for one helper; @helper may be NULL. */
void helpers_stop_one(struct helper *helper);

#endif
