/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure.h - what disk.c and net.c share: the counter, batches, and dom0's count
 * of the guest's exits, which "net serve" in dom0 asks vimoctl for.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7000
#define BATCHES 15

/* The first byte of a connection to "net serve" is its purpose. */
enum service { SERVICE_EXITS = 'x', SERVICE_ECHO = 'e', SERVICE_SINK = 's', SERVICE_SOURCE = 'r' };

static inline void expect(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

/* In instructions: QEMU's counter runs at 62.5 MHz, one instruction a nanosecond. */
static inline double counter(void)
{
	uint64_t value, frequency;

	__asm__ volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(value) : : "memory");
	__asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
	return (double)value * 1e9 / (double)frequency;
}

static inline struct sockaddr_in address_of(const char *host)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	expect(inet_pton(AF_INET, host, &address.sin_addr) == 1, host);
	return address;
}

static inline int tcp_to(const char *host, enum service service)
{
	struct sockaddr_in address = address_of(host);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	char byte = (char)service;

	expect(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	expect(write(fd, &byte, 1) == 1, "write");
	return fd;
}

/* Of a guest: all exits, and those that none of its own devices caused. */
struct count {
	int64_t exits, waits, interrupts;
};

struct exits {
	int fd;              /* connection to dom0; -1: exits are not counted */
	struct count asking; /* exits that two requests in a row cause */
};

static inline struct count count_since(struct count now, struct count before)
{
	return (struct count){ now.exits - before.exits, now.waits - before.waits, now.interrupts - before.interrupts };
}

static inline struct count exits_now(const struct exits *exits)
{
	struct count count = { 0 };
	char byte = 0;

	if (exits->fd < 0)
		return count;
	expect(write(exits->fd, &byte, 1) == 1, "ask for exits");
	expect(recv(exits->fd, &count, sizeof(count), MSG_WAITALL) == sizeof(count), "exits from dom0");
	return count;
}

/* host: dom0, NULL in dom0 itself. */
static inline struct exits exits_open(const char *host)
{
	struct exits exits = { .fd = host ? tcp_to(host, SERVICE_EXITS) : -1 };
	struct count before;

	exits_now(&exits);
	before = exits_now(&exits);
	exits.asking = count_since(exits_now(&exits), before);
	return exits;
}

/* Since @before, for each of @events: those for the devices, and all. */
static inline void print_exits(const struct exits *exits, struct count before, const char *name, double events)
{
	struct count count;

	if (exits->fd < 0)
		return;
	count = count_since(count_since(exits_now(exits), before), exits->asking);
	printf("%s-exits %.3f\n", name, (double)(count.exits - count.waits - count.interrupts) / events);
	printf("%s-all-exits %.3f\n", name, (double)count.exits / events);
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* A tick in between changes one batch. */
static inline double median(double *values)
{
	qsort(values, BATCHES, sizeof(values[0]), compare_numbers);
	return values[BATCHES / 2];
}

#endif
