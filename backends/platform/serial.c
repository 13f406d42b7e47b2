// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serial.c - connect the PL011's rings to a hub.
 */
#include "platform/serial.h"
#include "dm_files.h"

#include "host/map.h"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <vimo/ioctl.h>

static void on_input(void *context)
{
	uart_work(context);
}

static void on_output(uv_poll_t *poll, int status, int events)
{
	struct serial *serial = poll->data;
	eventfd_t count;

	(void)status;
	(void)events;
	eventfd_read(serial->event, &count);
	uart_work(&serial->uart);
}

int serial_open(struct serial *serial, const struct endpoint_host *host, struct hub_mark *mark,
		const struct hub_files *files, struct error *err)
{
	int32_t event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct uart *uart = &serial->uart;

	serial->event = event;
	uart->domain = host->domain;
	uart->page = map_page(host->domain, VIMO_MMAP_CONSOLE, "serial port's ring", err);
	if (!uart->page)
		return -1;
	uart->hub.mark = mark;
	uart->hub.on_input = on_input;
	uart->hub.context = uart;
	uart->hub.status = host->status;
	uart->hub.log_bit = DM_LOG_SERIAL;
	if (hub_open(&uart->hub, host->loop, files, host->name, "serial", err))
		return -1;
	if (event < 0 || ioctl(host->domain, VIMO_IOC_CONSOLE_FD, &event))
		return error_errno(err, "serial port's event");
	uv_poll_init(host->loop, &serial->poll, event);
	serial->poll.data = serial;
	uv_poll_start(&serial->poll, UV_READABLE, on_output);
	return 0;
}

void serial_close(struct serial *serial)
{
	uart_work(&serial->uart);
	uv_poll_stop(&serial->poll);
	hub_close(&serial->uart.hub);
}
