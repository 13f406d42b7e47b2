/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serial.h - the guest's serial port.
 *
 * Context: the event loop's thread.
 */
#ifndef PLATFORM_SERIAL_H
#define PLATFORM_SERIAL_H

#include "host/endpoint.h"
#include "platform/uart.h"

struct serial {
	struct uart uart;
	int event; /* EL2 signals it for output, and for input that was taken */
	uv_poll_t poll;
};

/** serial_open() - add it to the guest. @mark: of its log; outlives vimo-dm. Return: 0 or -1. */
int serial_open(struct serial *serial, const struct endpoint_host *host, struct hub_mark *mark,
		const struct hub_files *files, struct error *err);
/** serial_close() - move the last output; no more events. */
void serial_close(struct serial *serial);

#endif
