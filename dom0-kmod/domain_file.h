/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domain_file.h - a domain's descriptor.
 */
#ifndef DOMAIN_FILE_H
#define DOMAIN_FILE_H

#include "domain.h"

long vimo_publish_fd(int fd, struct file *file, void __user *user, const void *args, size_t bytes);
struct file *vimo_domain_file(struct domain *domain); /* takes over the reference on success */

#endif
