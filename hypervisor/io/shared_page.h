/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shared_page.h - pages of the heap that dom0 may use, too.
 */
#ifndef IO_SHARED_PAGE_H
#define IO_SHARED_PAGE_H

#include "mem/stage2.h"

/* At IPA = PA, for dom0 with prot (STAGE2_*); NULL: no memory. */
void *io_shared_page(unsigned int prot);
/* Unmaps it from dom0 first; NULL: no effect. */
void io_shared_page_free(void *page);

#endif
