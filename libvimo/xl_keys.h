/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xl_keys.h - keys of xl.cfg(5) that guest.cfg does not have.
 */
#ifndef LIBVIMO_XL_KEYS_H
#define LIBVIMO_XL_KEYS_H

#define XL_KEYS 76u

/** A key of xl that ViMo-S does not have, and the remedy. */
struct foreign_key {
	const char *name;
	const char *advice;    /* NULL: ignored in xl's strings */
	const char *no_effect; /* why it changes nothing here; it gets a warning. NULL: an error */
};

extern const struct foreign_key xl_keys[XL_KEYS];

#endif
