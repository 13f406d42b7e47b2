/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * error.h - an error: a code, which becomes the exit status, and a text: the object, what is wrong, and the remedy.
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
	ERROR_NO_INTERFACE,
	ERROR_NO_METHOD,
	ERROR_NOT_IMPLEMENTED,
	ERROR_DENIED,
	ERROR_NO_MORE,
	ERROR_BEHIND,
};

struct error {
	enum error_code code;
	char key[64]; /* the key of guest.cfg, parameter or method that is wrong; may be empty */
	char text[1024];
};

/** error_set() - set an error without a key, as one printable line. Return: -1, so that callers can return it. */
int error_set(struct error *err, enum error_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** error_errno() - set ERROR_FAILED with "@format: meaning of errno". Return: -1. */
int error_errno(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** error_key() - error_set() and error_about(): an error about @key. Return: -1. */
int error_key(struct error *err, enum error_code code, const char *key, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** error_about() - set the key of an error that has been set. Return: -1. */
int error_about(struct error *err, const char *key);

/** error_name() - the name of @code on the API socket, without its interface ("NotFound"). */
const char *error_name(enum error_code code);

/** error_member() - the parameter of the error @code of org.varlink.service that has struct error's key: "" if it has
 * none, NULL: another interface declares the error. */
const char *error_member(enum error_code code);

/** error_from_name() - the code of @name, with its interface; ERROR_FAILED if @name is unknown. */
enum error_code error_from_name(const char *name);

#endif
