/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backing.h - which files an image may be based on. A guest can write its image's header, and so choose the names.
 */
#ifndef TOOLSTACK_HOST_BACKING_H
#define TOOLSTACK_HOST_BACKING_H

#include "config/config.h"

/**
 * backing_find() - find a file that the disk's key "backing" names, or that lies in a directory of vimod.conf's
 * backing_directories.
 * @disk: target is the file that an image names; backing gets the file's path if a directory allowed it
 * @image: the image that names it, for the error
 *
 * Blocks as open() does; any thread. Return: a descriptor (O_PATH) of the very file that was checked, or -1.
 */
int backing_find(struct disk_config *disk, const char *image, struct error *err);

#endif
