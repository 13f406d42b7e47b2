/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dom0_read.h - tables that dom0 keeps in its memory and EL2 reads.
 */
#ifndef GUEST_DOM0_READ_H
#define GUEST_DOM0_READ_H

#include "guest/domain.h"

/*
 * Copy bytes that do not cross a page. VIMO_NOT_FOUND unless they are dom0's own RAM: not a device, which reads could
 * disturb, nor a guest's memory. Lock: stage2, taken inside.
 */
enum vimo_status dom0_read(uint64_t ipa, void *to, size_t bytes);

#endif
