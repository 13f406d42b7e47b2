/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * credentials.h - the user and the program at the other end of an API socket's connection.
 */
#ifndef TOOLSTACK_API_CREDENTIALS_H
#define TOOLSTACK_API_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/** credentials_read() - the process that connected. Return: 0, or -1 with errno. */
int credentials_read(int fd, struct ucred *peer);
/** credentials_trusted() - root, the user of vimod, and members of group vimo are trusted. */
bool credentials_trusted(int fd, const struct ucred *peer);
/** credentials_text() - a text that tells user and process, and how a client of libvimo calls itself. */
void credentials_text(int fd, char *text, size_t bytes);

#endif
