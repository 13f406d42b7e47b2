/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control.h - /dev/vimo: the control descriptor and EL2's log.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <linux/fs.h>
#include <linux/poll.h>

#define VIMO_MODULE_VERSION ((u64)VIMO_VERSION_MAJOR << 32 | (u64)VIMO_VERSION_MINOR << 16 | VIMO_VERSION_PATCH)

int vimo_control_init(void);
void vimo_control_exit(void);

int vimo_log_init(void);
void vimo_log_exit(void);
int vimo_log_open(struct inode *inode, struct file *file);
int vimo_log_release(struct inode *inode, struct file *file);
ssize_t vimo_log_read(struct file *file, char __user *to, size_t bytes, loff_t *pos);
__poll_t vimo_log_poll(struct file *file, poll_table *table);

#endif
