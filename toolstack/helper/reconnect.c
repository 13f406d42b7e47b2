// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reconnect.c - a request to vimo-dm, or a timer for the next one.
 */
#include "helper/reconnect.h"
#include "log.h"

static void on_timer(void *arg)
{
	struct reconnect *reconnect = arg;

	watch_end(&reconnect->timer);
	reconnect->connect(reconnect->arg);
}

void reconnect_later(struct reconnect *reconnect)
{
	unsigned int failures = reconnect->base + reconnect->failures;

	watch_end(&reconnect->timer);
	reconnect->timer = watch_retry(reconnect->loop, failures < reconnect->limit ? failures : reconnect->limit,
				       on_timer, reconnect);
}

void reconnect_failed(struct reconnect *reconnect, const char *why)
{
	if (!reconnect->failures && !reconnect->quiet)
		log_warning("%s: %s: %s", reconnect->guest, reconnect->name, why);
	reconnect_later(reconnect);
	reconnect->failures++;
}

static void on_answer(void *arg, int result, const struct error *err)
{
	struct reconnect *reconnect = arg;

	reconnect->request = NULL;
	if (result) {
		reconnect_failed(reconnect, err->text);
		return;
	}
	reconnect->failures = 0;
	reconnect->connected(reconnect->arg);
}

void reconnect_offer(struct reconnect *reconnect, int fd)
{
	struct fd_list fds = { .count = 1, .fd = { fd } };
	struct error err;

	reconnect_end(reconnect);
	reconnect->request =
		dm_reconnect(reconnect->loop, reconnect->guest, reconnect->slot, &fds, on_answer, reconnect, &err);
	fd_list_close(&fds);
	if (!reconnect->request)
		reconnect_failed(reconnect, err.text);
}

bool reconnect_is_active(const struct reconnect *reconnect)
{
	return reconnect->request || reconnect->timer;
}

void reconnect_end(struct reconnect *reconnect)
{
	watch_end(&reconnect->timer);
	dm_request_cancel(&reconnect->request);
}
