/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * container.h - the structure around a member.
 */
#ifndef LIBVIMO_CONTAINER_H
#define LIBVIMO_CONTAINER_H

#include <assert.h>
#include <stddef.h>

/**
 * container_of() - the @type whose @member is at @pointer.
 *
 * The compiler refuses a @pointer to anything but the type of @member. A qualifier (const) of @pointer is lost.
 * @pointer is evaluated once and must not be NULL.
 */
#define container_of(pointer, type, member)                                                                  \
	({                                                                                                   \
		static_assert(__builtin_types_compatible_p(__typeof__(*(pointer)),                           \
							   __typeof__(((type *)(void *)(pointer))->member)), \
			      "container_of: the pointer is not to " #member);                               \
		(type *)(void *)((char *)(pointer)-offsetof(type, member));                                  \
	})

#endif
