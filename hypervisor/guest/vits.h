/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vits.h - dom0's ITSs (Arm IHI 0069 H, 5 and 12.19), one for each physical ITS
 * and at the same address, since devices write there without EL2.
 *
 * dom0's queue is read by EL2; what a command asks for is checked, kept in
 * struct vits, and asked of the physical ITS. dom0's ITS needs none of dom0's
 * memory for devices and collections, and does not use its translation tables.
 *
 * Lock: its, one for all, before stage2 and vgic.
 */
#ifndef GUEST_VITS_H
#define GUEST_VITS_H

#include "guest/domain.h"

/* Boot: give dom0 what its_count() says, before it runs. */
enum vimo_status vits_init(struct domain *domain);

#endif
