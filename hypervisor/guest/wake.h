/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wake.h - how urgent an interrupt for a vCPU is that sleeps.
 */
#ifndef GUEST_WAKE_H
#define GUEST_WAKE_H

enum wake_when {
	WAKE_NOW,
	WAKE_LATER, /* once its CPU is free or its turn comes, without the credit of one that slept */
};

#endif
