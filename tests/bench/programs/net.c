// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net.c - what packets cost: round trips of one byte by UDP and by TCP, then a TCP
 * stream each way. A packet is what the guest's driver counts: of a stream it can
 * hold 64 KiB.
 *
 *   net serve COMMAND                   in dom0; COMMAND prints how often the guest exited, after "exits":
 *   net measure DOM0'S ADDRESS INTERFACE
 */
#define _GNU_SOURCE
#include <signal.h>

#include "measure.h"

#define TRIPS 100u
#define CHUNK (128u << 10)
#define STREAM (64u << 20)

static char buffer[CHUNK];
static struct exits exits;
static const char *interface;

static int64_t number_after(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	return found ? strtoll(found + strlen(key), NULL, 10) : 0;
}

static struct count guest_exits(const char *command)
{
	char text[4096];
	size_t got;
	FILE *info;

	info = popen(command, "r");
	expect(info != NULL, command);
	got = fread(text, 1, sizeof(text) - 1, info);
	pclose(info);
	text[got] = '\0';
	return (struct count){ number_after(text, "\"exits\":"), number_after(text, "\"waits\":"),
			       number_after(text, "\"interrupts\":") };
}

static void drain(int fd, uint64_t bytes)
{
	for (ssize_t got; bytes; bytes -= (uint64_t)got) {
		got = read(fd, buffer, bytes < CHUNK ? bytes : CHUNK);
		expect(got > 0, "read a stream");
	}
}

static void pour(int fd, uint64_t bytes)
{
	for (ssize_t put; bytes; bytes -= (uint64_t)put) {
		put = write(fd, buffer, bytes < CHUNK ? bytes : CHUNK);
		expect(put > 0, "write a stream");
	}
}

/* One connection, until its end. */
static void serve(int fd, const char *count_exits)
{
	char byte, service;
	struct count count;
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (read(fd, &service, 1) != 1)
		return;
	while (read(fd, &byte, 1) == 1) {
		switch (service) {
		case SERVICE_EXITS:
			count = guest_exits(count_exits);
			expect(write(fd, &count, sizeof(count)) == sizeof(count), "answer");
			break;
		case SERVICE_SINK:
			drain(fd, STREAM);
			/* fall through */
		case SERVICE_ECHO: expect(write(fd, &byte, 1) == 1, "answer"); break;
		case SERVICE_SOURCE: pour(fd, STREAM); break;
		default: return;
		}
	}
}

static void serve_udp(int fd)
{
	struct sockaddr_in from;
	socklen_t size;
	ssize_t got;
	char byte;

	for (;;) {
		size = sizeof(from);
		got = recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &size);
		if (got == 1)
			sendto(fd, &byte, 1, 0, (struct sockaddr *)&from, size);
	}
}

static int serve_all(const char *count_exits)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);

	expect(bind(tcp, (struct sockaddr *)&any, sizeof(any)) == 0 && listen(tcp, 8) == 0, "listen");
	expect(bind(udp, (struct sockaddr *)&any, sizeof(any)) == 0, "bind");
	signal(SIGCHLD, SIG_DFL);
	if (fork() == 0)
		serve_udp(udp);
	for (;;) {
		int fd = accept(tcp, NULL, NULL);

		expect(fd >= 0, "accept");
		if (fork() == 0) {
			serve(fd, count_exits);
			_exit(0);
		}
		close(fd);
	}
}

static double packets(void)
{
	static const char *const directions[] = { "rx", "tx" };
	unsigned long long sum = 0, value;
	char path[128];

	for (int n = 0; n < 2; n++) {
		FILE *file;

		snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s_packets", interface, directions[n]);
		file = fopen(path, "r");
		expect(file && fscanf(file, "%llu", &value) == 1, path);
		fclose(file);
		sum += value;
	}
	return (double)sum;
}

static double trips(int fd)
{
	double start = counter();
	char byte = 0;

	for (unsigned int n = 0; n < TRIPS; n++)
		expect(send(fd, &byte, 1, 0) == 1 && recv(fd, &byte, 1, 0) == 1, "round trip");
	return (counter() - start) / TRIPS;
}

static void round_trips(const char *name, int fd)
{
	double cost[BATCHES], sent;
	struct count before;
	char line[64];

	trips(fd); /* warms up code that is slow the first time */
	before = exits_now(&exits);
	sent = packets();
	for (int n = 0; n < BATCHES; n++)
		cost[n] = trips(fd);
	sent = packets() - sent;
	snprintf(line, sizeof(line), "net: %s", name);
	print_exits(&exits, before, line, sent);
	printf("%s %.1f\n", line, median(cost));
	close(fd);
}

static void stream(int fd, enum service service)
{
	char byte = 0;

	expect(write(fd, &byte, 1) == 1, "start a stream");
	if (service == SERVICE_SOURCE) {
		drain(fd, STREAM);
		return;
	}
	pour(fd, STREAM);
	expect(read(fd, &byte, 1) == 1, "end of a stream");
}

static void measure_stream(const char *name, const char *host, enum service service)
{
	int fd = tcp_to(host, service);
	double start, cost, sent;
	struct count before;
	char line[64];

	stream(fd, service); /* windows open */
	before = exits_now(&exits);
	sent = packets();
	start = counter();
	stream(fd, service);
	cost = counter() - start;
	sent = packets() - sent;
	snprintf(line, sizeof(line), "net: %s", name);
	print_exits(&exits, before, line, sent);
	printf("%s-kib %.2f\n", line, cost / (STREAM >> 10));
	printf("%s-packets %.0f\n", line, sent);
	close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address;
	int udp;

	if (argc > 2 && strcmp(argv[1], "serve") == 0)
		return serve_all(argv[2]);
	if (argc < 4 || strcmp(argv[1], "measure") != 0)
		return 2;
	interface = argv[3];
	exits = exits_open(argv[2]);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	address = address_of(argv[2]);
	expect(connect(udp, (struct sockaddr *)&address, sizeof(address)) == 0, "connect");
	round_trips("udp-trip", udp);
	round_trips("tcp-trip", tcp_to(argv[2], SERVICE_ECHO));
	printf("net: stream-kib %u\n", STREAM >> 10);
	measure_stream("tcp-send", argv[2], SERVICE_SINK);
	measure_stream("tcp-receive", argv[2], SERVICE_SOURCE);
	return 0;
}
