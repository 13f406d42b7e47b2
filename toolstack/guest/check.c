// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check.c - check devices and their files.
 */
#include "guest/check.h"
#include "base/fd_list.h"
#include "base/user.h"
#include "helper/folder.h"
#include "helper/slirp.h"
#include "helper/storage.h"
#include "helper/switches.h"
#include "host/channel.h"
#include "host/disk.h"
#include "host/vif.h"
#include "host/vsock.h"

#include <unistd.h>

int check_vif(const struct vif_config *vif, struct error *err)
{
	int fd;

	switch (vif->backend) {
	case VIF_USER: return slirp_check(vif, err);
	case VIF_VHOST_USER:
		fd = switch_connect(vif, err);
		if (fd >= 0)
			close(fd);
		return fd < 0 ? -1 : 0;
	default: return vif_check(vif, err);
	}
}

int check_devices(const struct guest_config *config, struct error *err)
{
	int result = channels_check(config, err);

	if (!result && config->vsock_cid) {
		int fd = vsock_open(config->vsock_cid, err);

		if (fd < 0)
			return -1;
		close(fd);
	}
	for (uint32_t n = 0; n < config->vif_count && !result; n++)
		result = check_vif(&config->vif[n], err);
	return result;
}

int check_files(struct guest_config *config, struct error *err)
{
	struct fd_list fds = { 0 };
	int result = 0;

	/* All at once: two disks may be the same image. */
	for (uint32_t n = 0; n < config->disk_count && !result; n++) {
		struct disk_config *disk = &config->disk[n];
		bool direct;
		int fd = disk->format == FORMAT_NBD ? -1 : disk_open(disk, &direct, err);

		if (fd >= 0)
			fd_list_add(&fds, fd);
		if (fd < 0 && disk->format != FORMAT_NBD)
			result = -1;
		else if (disk->format != FORMAT_RAW)
			result = storage_check(disk, USER_CHECK, err);
	}
	for (uint32_t n = 0; n < config->fs_count && !result; n++)
		result = folder_check(&config->fs[n], err);
	fd_list_close(&fds);
	return result;
}
