/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link.h - the connection to virtiofsd: its answers to the guest's requests, and requests of vimo-dm itself.
 * The daemon is not trusted: each answer is copied, then checked. Context: the device's thread.
 */
#ifndef FS_LINK_H
#define FS_LINK_H

#include "fs/context.h"

/** fs_connect() - set up the vhost-user device at fs->socket. Return: 0 or -1. */
int fs_connect(struct fs *fs, struct error *err);
/** fs_take_answers() - take all answers that the daemon has put into its ring. Return: false: disconnect. */
bool fs_take_answers(struct fs *fs);
/** fs_send_forgets() - send noted forgets, as many as the ring has room for. */
void fs_send_forgets(struct fs *fs);
/**
 * fs_ask() - send a request of vimo-dm itself and wait for the answer.
 * @node: the daemon's number
 * @answer: gets @answer_bytes, what follows the answer's header
 *
 * Answers to the guest are taken meanwhile: the table may change.
 *
 * Return: 0, a negative errno of the daemon, or 1: the daemon is gone.
 */
int fs_ask(struct fs *fs, uint32_t opcode, uint64_t node, const void *arguments, size_t bytes, void *answer,
	   size_t answer_bytes);
/** fs_look_up() - FUSE_LOOKUP by fs_ask(). The daemon counts the lookup: fs_return_look_up() gives it back. */
int fs_look_up(struct fs *fs, uint64_t parent, const char *name, struct fuse_entry_out *entry);
/** fs_return_look_up() - have the daemon forget one lookup of @entry. */
void fs_return_look_up(struct fs *fs, const struct fuse_entry_out *entry);

#endif
