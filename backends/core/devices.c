// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devices.c - connect device models to the domain: addresses, eventfds, loop.
 */
#include "core/dm.h"

#include "core/map.h"
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

static void eventfd_signal_one(int fd)
{
	const uint64_t one = 1;
	ssize_t written = write(fd, &one, sizeof(one)); /* EAGAIN: it is signalled already */

	(void)written;
}

static void eventfd_clear(int fd)
{
	uint64_t count;
	ssize_t got = read(fd, &count, sizeof(count));

	(void)got;
}

static void console_interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	const struct dm *dm = (const struct dm *)((const char *)device - offsetof(struct dm, console));

	eventfd_signal_one(bit == TRANSPORT_USED ? dm->console_used : dm->console_config);
}

static void console_run(void *context)
{
	struct dm *dm = context;

	if (console_work(&dm->console, &dm->console_hub))
		eventfd_signal_one(dm->console_kick); /* after the other events */
}

static void console_kicked(uv_poll_t *poll, int status, int events)
{
	struct dm *dm = poll->data;

	(void)status;
	(void)events;
	eventfd_clear(dm->console_kick);
	console_run(dm);
}

static uint64_t console_access(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value)
{
	struct virtio_device *device = context;

	if (!is_write)
		return 0; /* reads come from the page */
	pthread_mutex_lock(&device->lock);
	transport_write(device, offset, width, value);
	pthread_mutex_unlock(&device->lock);
	return 0;
}

/* The events of a device, bound to this process; a predecessor's went with it. */
static int console_bind(struct dm *dm, struct error *err)
{
	struct vimo_ioc_call used = { dm->console_ipa, TRANSPORT_USED, dm->console_used };
	struct vimo_ioc_call config = { dm->console_ipa, TRANSPORT_CONFIG, dm->console_config };

	if (ioctl(dm->domain, VIMO_IOC_CALL, &used) || ioctl(dm->domain, VIMO_IOC_CALL, &config))
		return failed(err, "console interrupt");
	for (uint32_t queue = 0; queue < CONSOLE_QUEUES; queue++) {
		struct vimo_ioc_kick kick = { dm->console_ipa, queue, dm->console_kick };

		if (ioctl(dm->domain, VIMO_IOC_KICK, &kick))
			return failed(err, "console doorbell");
	}
	return 0;
}

static int console_register(struct dm *dm, unsigned int slot, struct error *err)
{
	struct vimo_ioc_device device = {
		.ipa = VIMO_GUEST_VIRTIO_BASE + slot * VIMO_GUEST_VIRTIO_STRIDE,
		.doorbell = TRANSPORT_DOORBELL,
		.clear = TRANSPORT_CLEAR,
		.status = TRANSPORT_STATUS,
		.queues = CONSOLE_QUEUES,
		.intid = VIMO_GUEST_VIRTIO_INTID + slot,
	};

	dm->console_ipa = device.ipa;
	if (ioctl(dm->domain, VIMO_IOC_DEVICE, &device) && errno != EEXIST)
		return failed(err, "console: cannot add the device");
	dm->console.page = map_page(dm->domain, device.ipa, "console's registers", err);
	return dm->console.page ? 0 : -1;
}

int dm_add_console(struct dm *dm, unsigned int slot, struct error *err)
{
	struct ioreq_range range = { .access = console_access, .context = &dm->console };
	char log[PATH_MAX];

	dm->console.model = &console_model;
	dm->console.memory = &dm->memory;
	dm->console.state = &dm->state->device[slot];
	dm->console.interrupt = console_interrupt;
	pthread_mutex_init(&dm->console.lock, NULL);
	dm->console_kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	dm->console_used = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	dm->console_config = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (dm->console_kick < 0 || dm->console_used < 0 || dm->console_config < 0)
		return failed(err, "eventfd");
	if (console_register(dm, slot, err) || console_bind(dm, err))
		return -1;
	range.ipa = dm->console_ipa;
	ioreq_add(&dm->ioreq, &range);
	transport_init(&dm->console);
	dm->console_hub.input_came = console_run;
	dm->console_hub.context = dm;
	snprintf(log, sizeof(log), "%s/%s.console.log", dm->log_dir, dm->name);
	if (hub_open(&dm->console_hub, &dm->loop, dm_path(dm, "console.sock"), log, err))
		return -1;
	uv_poll_init(&dm->loop, &dm->console_poll, dm->console_kick);
	dm->console_poll.data = dm;
	uv_poll_start(&dm->console_poll, UV_READABLE, console_kicked);
	dm->has_console = true;
	return 0;
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
	power_line(timer->data, false);
}

void dm_power_button(struct dm *dm)
{
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
	if (dm->state->gpio.input) /* a predecessor died with its finger on the button */
		uv_timer_start(&dm->power_release, power_released, 100, 0);
	return dm->has_uart ? add_uart(dm, err) : 0;
}

void dm_close_devices(struct dm *dm)
{
	if (dm->has_console) {
		/* More than its queues hold; a guest that still runs cannot keep us. */
		console_work(&dm->console, &dm->console_hub);
		uv_poll_stop(&dm->console_poll);
		hub_close(&dm->console_hub);
		unlink(dm_path(dm, "console.sock"));
	}
	if (dm->has_uart) {
		uart_work(&dm->uart);
		uv_poll_stop(&dm->uart_poll);
		hub_close(&dm->uart.hub);
		unlink(dm_path(dm, "serial.sock"));
	}
	uv_timer_stop(&dm->power_release);
}
