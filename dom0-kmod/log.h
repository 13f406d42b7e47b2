/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - EL2's log.
 */
#ifndef LOG_H
#define LOG_H

#include <linux/fs.h>
#include <linux/poll.h>

int vimo_log_init(void);
void vimo_log_exit(void);
int vimo_log_open(struct inode *inode, struct file *file);
int vimo_log_release(struct inode *inode, struct file *file);
ssize_t vimo_log_read(struct file *file, char __user *to, size_t bytes, loff_t *pos);
__poll_t vimo_log_poll(struct file *file, poll_table *table);

#endif
