// SPDX-License-Identifier: GPL-2.0-only
/*
 * log.c - read() on /dev/vimo: EL2's log ring as text.
 *
 * EL2 may write during a read. Bytes are copied to a buffer of the reader first
 * and kept only if EL2's head shows that it did not overwrite them meanwhile.
 */
#include "log.h"
#include "hypercall.h"

#include <vimo/device.h>

#include <linux/io.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

struct log_reader {
	struct mutex lock;
	u64 seen; /* bytes since boot that were read or lost */
	u8 text[1024];
};

static const struct vimo_log *log;

int vimo_log_init(void)
{
	phys_addr_t pa = vimo_info(VIMO_INFO_LOG_PA);
	u64 bytes = vimo_info(VIMO_INFO_LOG_BYTES);

	if (!pa || bytes != sizeof(*log)) {
		pr_err("vimo: the hypervisor's log has %llu bytes at %pa, expected %zu\n", bytes, &pa, sizeof(*log));
		return -ENXIO;
	}
	log = memremap(pa, sizeof(*log), MEMREMAP_WB);
	return log ? 0 : -ENOMEM;
}

void vimo_log_exit(void)
{
	memunmap((void *)log);
}

int vimo_log_open(struct inode *inode, struct file *file)
{
	struct log_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	file->private_data = reader;
	return stream_open(inode, file);
}

int vimo_log_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

/* Fill reader->text; 0 at the log's end. reader->lock is held. */
static size_t log_fetch(struct log_reader *reader, size_t bytes)
{
	for (;;) {
		u64 head = smp_load_acquire(&log->head);
		size_t i;

		if (head - reader->seen > VIMO_LOG_TEXT)
			reader->seen = head - min_t(u64, head, VIMO_LOG_TEXT);
		bytes = min_t(u64, bytes, head - reader->seen);
		for (i = 0; i < bytes; i++)
			reader->text[i] = READ_ONCE(log->text[(reader->seen + i) % VIMO_LOG_TEXT]);
		smp_rmb(); /* text before the second look at head */
		if (READ_ONCE(log->head) - reader->seen <= VIMO_LOG_TEXT)
			return bytes;
	}
}

ssize_t vimo_log_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct log_reader *reader = file->private_data;
	size_t done = 0, left = 0;

	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	while (done < bytes && !left) {
		size_t part = log_fetch(reader, min(bytes - done, sizeof(reader->text)));

		if (!part)
			break;
		left = copy_to_user(to + done, reader->text, part);
		reader->seen += part - left;
		done += part - left;
		cond_resched();
	}
	mutex_unlock(&reader->lock);
	return !done && left ? -EFAULT : (ssize_t)done;
}

/* EL2 does not announce new lines: a follower polls with a timeout. */
__poll_t vimo_log_poll(struct file *file, poll_table *table)
{
	struct log_reader *reader = file->private_data;

	return READ_ONCE(log->head) != READ_ONCE(reader->seen) ? EPOLLIN | EPOLLRDNORM : 0;
}
