// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * power_button.c - press and release; the registers of the GPIO lines.
 */
#include "platform/power_button.h"

#include <string.h>
#include <sys/ioctl.h>
#include <vimo/domain.h>
#include <vimo/guest_map.h>
#include <vimo/hypercall.h>
#include <vimo/ioctl.h>

#define PRESS_MS 100 /* longer than any debouncing */

static void interrupt_locked(const struct power_button *button)
{
	struct vimo_ioc_irq irq = { VIMO_GUEST_GPIO_INTID,
				    pl061_interrupt(button->gpio) ? VIMO_IRQ_HIGH : VIMO_IRQ_LOW };

	ioctl(button->host->domain, VIMO_IOC_IRQ, &irq); /* fails when the guest is gone */
}

static uint64_t access_registers(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value)
{
	struct power_button *button = context;
	uint64_t data = 0;

	(void)width;
	pthread_mutex_lock(&button->lock);
	if (is_write) {
		pl061_write(button->gpio, offset, (uint32_t)value);
		interrupt_locked(button);
	} else {
		data = pl061_read(button->gpio, offset);
	}
	pthread_mutex_unlock(&button->lock);
	return data;
}

static void set_line(struct power_button *button, bool high)
{
	pthread_mutex_lock(&button->lock);
	pl061_set_input(button->gpio, PL061_POWER_LINE, high);
	interrupt_locked(button);
	pthread_mutex_unlock(&button->lock);
}

static void on_release(uv_timer_t *timer)
{
	struct power_button *button = timer->data;

	set_line(button, false);
	button->key(button->context, false);
}

void power_button_press(struct power_button *button)
{
	if (!button->key(button->context, true))
		set_line(button, true);
	uv_timer_start(&button->release, on_release, PRESS_MS, 0);
}

void power_button_open(struct power_button *button, const struct endpoint_host *host)
{
	struct ioreq_range range = { VIMO_GUEST_GPIO_BASE, access_registers, button };

	button->host = host;
	pthread_mutex_init(&button->lock, NULL);
	ioreq_add(host->ioreq, &range);
	uv_timer_init(host->loop, &button->release);
	button->release.data = button;
	/* The previous vimo-dm may have been killed while the button was pressed. */
	uv_timer_start(&button->release, on_release, PRESS_MS, 0);
}

void power_button_close(struct power_button *button)
{
	uv_timer_stop(&button->release);
}
