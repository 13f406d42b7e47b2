// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control.c - pause, unpause, power button.
 */
#include "guest/control.h"
#include "device.h"
#include "dm/request.h"
#include "guest/life.h"
#include "guest/problems.h"

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

int control_unpause(struct guest *guest, struct error *err)
{
	if (!life_expects(guest, EVENT_UNPAUSE))
		return error_set(err, ERROR_STATE, "%s is %s: only a paused guest can be unpaused", guest->config.name,
				 guest_state_name(guest->state));
	if (problems_mend(guest, err) || domain_control(guest->fd, VIMO_OP_UNPAUSE, err))
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
