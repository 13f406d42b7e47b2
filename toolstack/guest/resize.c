// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resize.c - grow an image in a thread, then tell vimo-dm, or start the storage daemon again.
 */
#include "guest/resize.h"
#include "alloc.h"
#include "base/user.h"
#include "container.h"
#include "dm/request.h"
#include "guest/hotplug.h"
#include "guest/hotplug_disk.h"
#include "guest/work.h"
#include "helper/supervisor.h"
#include "host/change.h"
#include "host/disk.h"

#include <stdlib.h>
#include <string.h>

struct resize {
	struct work work;
	struct disk_config disk;
	struct helper *helper; /* NULL: vimo-dm has the image itself */
	int64_t bytes;         /* wanted, then reached; -1: err */
	struct error err;
	resize_fn done;
	void *arg;
};

static struct resize *resize_of(struct work *work)
{
	return container_of(work, struct resize, work);
}

static void finish(struct resize *resize)
{
	resize->done(resize->arg, resize->bytes, resize->bytes < 0 ? &resize->err : NULL);
	free(resize);
}

static void grow(struct work *work)
{
	struct resize *resize = resize_of(work);
	const struct guest *guest = work->guest;
	struct error err;

	if (!resize->helper) {
		resize->bytes = disk_grow(&resize->disk, guest->config.uuid, resize->bytes, &resize->err);
		return;
	}
	helper_stop(resize->helper);
	resize->bytes = change_grow(&resize->disk, user_of(guest->domain), resize->bytes, &resize->err);
	if (helper_start(resize->helper, &err))
		log_error("%s: %s", guest->config.name, err.text); /* the supervisor tries again */
}

static void on_grown(struct work *work)
{
	struct resize *resize = resize_of(work);
	struct guest *guest = work->guest;

	if (resize->helper && guest_is_up(guest))
		supervisor_watch(resize->helper, guest->guests->loop);
	else if (resize->bytes >= 0 && guest_is_up(guest) &&
		 dm_grow(guest->config.name, resize->disk.slot, &resize->err))
		resize->bytes = -1;
	finish(resize);
	guest_post(guest, &(struct guest_event){ .kind = EVENT_CHANGED });
}

void resize_disk(struct guest *guest, const char *vdev, int64_t bytes, resize_fn done, void *arg)
{
	struct resize *resize = alloc_zeroed(sizeof(*resize));
	const struct disk_config *disk = hotplug_find_disk(guest, vdev, &resize->err);

	resize->done = done;
	resize->arg = arg;
	resize->bytes = disk ? bytes : -1;
	if (!disk) {
		resize->work.guest = guest;
		finish(resize);
		return;
	}
	resize->disk = *disk;
	resize->helper = guest->helpers[disk->slot];
	if (resize->helper)
		supervisor_unwatch(resize->helper);
	work_start(&resize->work, guest->guests->loop, guest, grow, on_grown);
}
