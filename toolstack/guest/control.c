// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control.c - pause, unpause, power button, keys.
 */
#include "guest/control.h"
#include "device.h"
#include "dm/request.h"
#include "guest/life.h"
#include "guest/problems.h"

#include <string.h>

int control_pause(struct guest *guest, struct error *err)
{
	if (!life_expects(guest, EVENT_PAUSE))
		return error_set(err, ERROR_STATE, "%s is %s: only a running guest can be paused", guest->config.name,
				 guest_state_name(guest->state));
	if (domain_control(guest->fd, VIMO_OP_PAUSE, err))
		return -1;
	guest_post(guest, &(struct guest_event){ .kind = EVENT_PAUSE });
	return 0;
}

/* A guest that was created paused has not started. */
static enum vimo_domain_op way_to_run(const struct guest *guest)
{
	struct vimo_ioc_domain_info info;
	struct error ignored;

	return !domain_info(guest->fd, &info, &ignored) && info.state == VIMO_DOMAIN_BUILDING ? VIMO_OP_START :
												VIMO_OP_UNPAUSE;
}

int control_unpause(struct guest *guest, struct error *err)
{
	if (!life_expects(guest, EVENT_UNPAUSE))
		return error_set(err, ERROR_STATE, "%s is %s: only a paused guest can be unpaused", guest->config.name,
				 guest_state_name(guest->state));
	if (problems_mend(guest, err) || domain_control(guest->fd, way_to_run(guest), err))
		return -1;
	guest_post(guest, &(struct guest_event){ .kind = EVENT_UNPAUSE });
	return 0;
}

int control_power_button(struct guest *guest, bool reboot, struct error *err)
{
	if (guest->state != GUEST_RUNNING)
		return error_set(err, ERROR_STATE, "%s is %s and cannot shut down: run 'vimoctl %s %s'",
				 guest->config.name, guest_state_name(guest->state),
				 guest->state == GUEST_PAUSED ? "unpause" : "destroy", guest->config.name);
	if (dm_power_button(guest->config.name, err))
		return -1;
	guest->reboot = reboot;
	return 0;
}

int control_trigger(struct guest *guest, const char *event, const char *key, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	if (key && strcmp(event, "sysrq"))
		return error_key(err, ERROR_USAGE, "key", "only sysrq takes a key");
	if (!strcmp(event, "sysrq") && (!key || strlen(key) != 1 || !strchr(letters, *key)))
		return error_key(err, ERROR_USAGE, "key", "sysrq takes a letter a to z or a digit");
	if (!strcmp(event, "power"))
		return control_power_button(guest, false, err);
	if (guest->state != GUEST_RUNNING)
		return error_set(err, ERROR_STATE, "%s is %s and takes no keys: run 'vimoctl info %s'",
				 guest->config.name, guest_state_name(guest->state), guest->config.name);
	return dm_trigger(guest->config.name, event, key, err);
}
