/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * error.h - one error: a code that becomes the exit status, and a text that
 * says what happened, why, and what to do.
 */
#ifndef LIBVIMO_ERROR_H
#define LIBVIMO_ERROR_H

/* The values are vimoctl's exit codes. */
enum error_code {
	ERROR_NONE = 0,
	ERROR_FAILED = 1,
	ERROR_USAGE = 2,
	ERROR_NOT_FOUND = 3,
	ERROR_STATE = 4,
	ERROR_UNREACHABLE = 5,
	ERROR_RESOURCES = 6,
	/* On the socket only: vimoctl exits with ERROR_FAILED. */
	ERROR_NO_METHOD,
	ERROR_DENIED,
};

struct error {
	enum error_code code;
	char key[64]; /* the key of guest.cfg, parameter or method that it is about; may be empty */
	char text[1024];
};

/** error_set() - record an error about no key, as one printable line. Return: -1, so that callers can return it. */
int error_set(struct error *err, enum error_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** error_about() - name the key that the error just set is about. Return: -1. */
int error_about(struct error *err, const char *key);

/** error_name() - its name on the API socket ("io.vimo.NotFound"). */
const char *error_name(enum error_code code);

/** error_from_name() - the reverse; ERROR_FAILED for a stranger's name. */
enum error_code error_from_name(const char *name);

#endif
