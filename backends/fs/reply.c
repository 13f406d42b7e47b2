// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reply.c - replies written into the guest's chains.
 */
#include "fs/reply.h"

#include "fs/answer.h"
#include "fs/forget.h"

#include <string.h>

void fs_give_back(struct fs *fs, unsigned int queue, uint16_t head, uint32_t bytes)
{
	struct virtio_device *device = fs_device(fs);

	pthread_mutex_lock(&device->lock);
	virtqueue_push(&device->queue[queue], head, bytes);
	if (!--fs->busy && device->draining)
		pthread_cond_broadcast(&device->idle);
	pthread_mutex_unlock(&device->lock);
}

void fs_reply(struct fs *fs, unsigned int index)
{
	struct fs_slot *slot = &fs->slot[index];
	const struct fuse_out_header *header = (const struct fuse_out_header *)(const void *)fs->answer;
	bool in_place = slot->request.operation && slot->request.operation->reply == FS_DATA;

	virtqueue_fill(&slot->chain, fs->answer, in_place ? sizeof(*header) : header->len);
	slot->used = false;
	fs_give_back(fs, slot->queue, slot->chain.head, header->len);
}

void fs_reply_error(struct fs *fs, unsigned int index, int error)
{
	const struct fuse_out_header header = { .len = sizeof(header),
						.error = -error,
						.unique = fs->slot[index].request.header.unique };

	memcpy(fs->answer, &header, sizeof(header));
	fs_reply(fs, index);
}

void fs_reply_own(struct fs *fs, unsigned int index, const void *answer, size_t bytes)
{
	struct fuse_forget_one gone = { 0 };

	memcpy(fs->answer, answer, bytes);
	fs_decode(&fs->nodes, &fs->slot[index].request, fs->answer, &gone);
	fs_note_forget(fs, &gone);
	fs_reply(fs, index);
}
