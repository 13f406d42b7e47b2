/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - what can be checked before a guest's devices are opened. Nothing is kept open.
 */
#ifndef TOOLSTACK_GUEST_CHECK_H
#define TOOLSTACK_GUEST_CHECK_H

#include "config/config.h"

/** check_vif() - bridge, ports or switch of one network. Return: 0 or -1. */
int check_vif(const struct vif_config *vif, struct error *err);
/** check_devices() - all devices whose check does not block. Return: 0 or -1. */
int check_devices(const struct guest_config *config, struct error *err);
/**
 * check_files() - images and folders exist and can be opened.
 * @config: disks get the paths of backing files that vimod.conf allows
 *
 * Blocks; any thread. Return: 0 or -1.
 */
int check_files(struct guest_config *config, struct error *err);

#endif
