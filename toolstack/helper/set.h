/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * set.h - all helpers of a guest, by slot; NULL for a slot without a helper.
 */
#ifndef TOOLSTACK_HELPER_SET_H
#define TOOLSTACK_HELPER_SET_H

#include "helper/helper.h"

/**
 * helpers_start() - start all helpers of the configuration, and wait until they serve. Blocks; any thread.
 * @user: the guest's
 *
 * Return: 0, or -1 with the helper's own words in @err; some helpers may run.
 */
int helpers_start(struct helper **helpers, const struct guest_config *config, uid_t user, struct error *err);
/** helpers_adopt() - take over the helpers of a running guest; helpers_watch() starts helpers that have ended. */
void helpers_adopt(struct helper **helpers, const struct guest_config *config, uid_t user);
/** helpers_watch() / helpers_unwatch() - supervise all helpers, or none. Event loop only. */
void helpers_watch(struct helper **helpers, uv_loop_t *loop);
void helpers_unwatch(struct helper **helpers);
/** helpers_connected() - a vimo-dm was started with a connection to each. */
void helpers_connected(struct helper **helpers);
/** helpers_stop() - end all helpers, remove files that the guest left, and free them. Not watched. Blocks; any thread.
 */
void helpers_stop(struct helper **helpers);
/** helpers_stop_one() - the same for one helper; @helper may be NULL. */
void helpers_stop_one(struct helper *helper);

#endif
