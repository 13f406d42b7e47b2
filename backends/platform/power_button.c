// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * platform.c - what is no VirtIO device: clock, power button, serial port.
 */
#include "dm/dm.h"

#include "host/map.h"
#include "platform/pl031.h"

#include <vimo/domain.h>
#include <vimo/hypercall.h>
#include <vimo/ioctl.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

static int failed(struct error *err, const char *what)
{
	return error_set(err, ERROR_FAILED, "%s: %s", what, strerror(errno));
}

static void eventfd_clear(int fd)
{
	uint64_t count;
	ssize_t got = read(fd, &count, sizeof(count));

	(void)got;
}

static uint64_t rtc_access(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value)
{
	(void)context;
	(void)width;
	(void)value;
	return is_write ? 0 : pl031_read(offset, (uint64_t)time(NULL));
}

static void gpio_interrupt_locked(const struct dm *dm)
{
	struct vimo_ioc_irq irq = { VIMO_GUEST_GPIO_INTID,
				    pl061_interrupt(&dm->state->gpio) ? VIMO_IRQ_HIGH : VIMO_IRQ_LOW };

	ioctl(dm->domain, VIMO_IOC_IRQ, &irq); /* fails when the guest is gone */
}

static uint64_t gpio_access(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value)
{
	struct dm *dm = context;
	uint64_t data = 0;

	(void)width;
	pthread_mutex_lock(&dm->gpio_lock);
	if (is_write) {
		pl061_write(&dm->state->gpio, offset, (uint32_t)value);
		gpio_interrupt_locked(dm);
	} else {
		data = pl061_read(&dm->state->gpio, offset);
	}
	pthread_mutex_unlock(&dm->gpio_lock);
	return data;
}

static void power_line(struct dm *dm, bool high)
{
	pthread_mutex_lock(&dm->gpio_lock);
	pl061_set_input(&dm->state->gpio, PL061_POWER_LINE, high);
	gpio_interrupt_locked(dm);
	pthread_mutex_unlock(&dm->gpio_lock);
}

static void power_released(uv_timer_t *timer)
{
	struct dm *dm = timer->data;

	power_line(dm, false);
	if (dm->has_input)
		input_power_key(&dm->input, false);
}

/* One button, not two: a guest that drives the VirtIO one does not see the line move. */
void dm_power_button(struct dm *dm)
{
	if (!dm->has_input || !input_power_key(&dm->input, true))
		power_line(dm, true);
	uv_timer_start(&dm->power_release, power_released, 100, 0); /* longer than any debouncing */
}

static void uart_run(void *context)
{
	uart_work(context);
}

static void uart_signalled(uv_poll_t *poll, int status, int events)
{
	struct dm *dm = poll->data;

	(void)status;
	(void)events;
	eventfd_clear(dm->uart_event);
	uart_work(&dm->uart);
}

static int add_uart(struct dm *dm, struct error *err)
{
	char log[PATH_MAX];
	int32_t event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	dm->uart_event = event;
	dm->uart.domain = dm->domain;
	dm->uart.page = map_page(dm->domain, VIMO_MMAP_CONSOLE, "serial port's ring", err);
	if (!dm->uart.page)
		return -1;
	dm->uart.hub.mark = &dm->state->serial;
	dm->uart.hub.input_came = uart_run;
	dm->uart.hub.context = &dm->uart;
	snprintf(log, sizeof(log), "%s/%s.serial.log", dm->log_dir, dm->name);
	if (hub_open(&dm->uart.hub, &dm->loop, dm_path(dm, "serial.sock"), log, err))
		return -1;
	if (event < 0 || ioctl(dm->domain, VIMO_IOC_CONSOLE_FD, &event))
		return failed(err, "serial port's event");
	uv_poll_init(&dm->loop, &dm->uart_poll, event);
	dm->uart_poll.data = dm;
	uv_poll_start(&dm->uart_poll, UV_READABLE, uart_signalled);
	return 0;
}

int dm_add_platform(struct dm *dm, struct error *err)
{
	struct ioreq_range rtc = { VIMO_GUEST_RTC_BASE, rtc_access, dm };
	struct ioreq_range gpio = { VIMO_GUEST_GPIO_BASE, gpio_access, dm };

	pthread_mutex_init(&dm->gpio_lock, NULL);
	ioreq_add(&dm->ioreq, &rtc);
	ioreq_add(&dm->ioreq, &gpio);
	uv_timer_init(&dm->loop, &dm->power_release);
	dm->power_release.data = dm;
	/* A predecessor may have died with its finger on the button. */
	if (dm->state->gpio.input || dm->has_input)
		uv_timer_start(&dm->power_release, power_released, 100, 0);
	return dm->has_uart ? add_uart(dm, err) : 0;
}

void dm_close_platform(struct dm *dm)
{
	if (dm->has_uart) {
		uart_work(&dm->uart);
		uv_poll_stop(&dm->uart_poll);
		hub_close(&dm->uart.hub);
		unlink(dm_path(dm, "serial.sock"));
	}
	uv_timer_stop(&dm->power_release);
}
