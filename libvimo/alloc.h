/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alloc.h - memory for small things without which a program cannot go on.
 */
#ifndef LIBVIMO_ALLOC_H
#define LIBVIMO_ALLOC_H

#include <stdlib.h>

/** alloc_zeroed() - zeroed memory, to be freed by free(). Without memory the program aborts: it is started again. */
static inline void *alloc_zeroed(size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (!memory)
		abort();
	return memory;
}

#endif
