// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vsockcheck.c - one end of connections between a guest and dom0: sockets and channels.
 *
 *   vsockcheck TYPE serve PORT             send everything back, to all clients
 *   vsockcheck TYPE echo CID PORT BYTES    send so many, and get the same back
 *   vsockcheck TYPE hold CID PORT          be connected until the other end closes, and print how
 *
 * TYPE is stream or seqpacket. For channels, which have a device in the guest and a Unix socket in dom0:
 *
 *   vsockcheck file serve DEVICE           send everything back
 *   vsockcheck file pour DEVICE BYTES      write so many
 *   vsockcheck unix echo|hold PATH [BYTES] as above
 *   vsockcheck unix drain PATH BYTES       be connected; after a line of input read what is poured, all or so many
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#define PIECE 4000u

static int type = SOCK_STREAM;

static void die(const char *what)
{
	printf("vsockcheck: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool write_all(int fd, const void *data, size_t bytes)
{
	for (size_t sent = 0; sent < bytes;) {
		ssize_t step = write(fd, (const char *)data + sent, bytes - sent);

		if (step < 0)
			return false;
		sent += (size_t)step;
	}
	return true;
}

/* Returns when the other end has closed. */
static void give_back(int fd)
{
	char data[PIECE];
	ssize_t got;

	while ((got = read(fd, data, sizeof(data))) > 0)
		if (!write_all(fd, data, (size_t)got))
			return;
}

static int open_device(const char *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		die(path);
	return fd;
}

/* One client after the other; the device stays open. */
static void serve_device(const char *path)
{
	int fd = open_device(path);

	printf("serving\n");
	fflush(stdout);
	for (;; usleep(20000))
		give_back(fd);
}

static void serve(unsigned int port)
{
	struct sockaddr_vm address = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = port };
	int listener = socket(AF_VSOCK, type, 0);

	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 8))
		die("listen");
	printf("serving\n");
	fflush(stdout);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			die("accept");
		if (!fork()) {
			give_back(fd);
			_exit(0);
		}
		close(fd);
	}
}

static int connect_to(unsigned int cid, unsigned int port)
{
	struct sockaddr_vm address = { .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port };
	int fd = socket(AF_VSOCK, type, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("connect");
	return fd;
}

static int connect_path(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("connect");
	return fd;
}

/* Never the same for long, and not a multiple of any piece. */
static unsigned char pattern(size_t at)
{
	return (unsigned char)(at * 31 + at / 251);
}

static size_t send_some(int fd, size_t sent, size_t all)
{
	unsigned char data[PIECE];
	size_t bytes = all - sent < sizeof(data) ? all - sent : sizeof(data);
	ssize_t step;

	for (size_t n = 0; n < bytes; n++)
		data[n] = pattern(sent + n);
	step = send(fd, data, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (step < 0 && errno != EAGAIN)
		die("send");
	return step < 0 ? 0 : (size_t)step;
}

static size_t receive_some(int fd, size_t at)
{
	unsigned char data[PIECE];
	ssize_t got = recv(fd, data, sizeof(data), 0);

	if (!got)
		errno = EPIPE;
	if (got <= 0)
		die("receive");
	for (ssize_t n = 0; n < got; n++)
		if (data[n] != pattern(at + (size_t)n)) {
			printf("vsockcheck: byte %zu is another\n", at + (size_t)n);
			exit(1);
		}
	return (size_t)got;
}

static void echo(int fd, size_t all)
{
	size_t sent = 0, received = 0;

	while (received < all) {
		/* A message that does not fit is torn by the kernel: one at a time. */
		bool more = sent < all && (type == SOCK_STREAM || sent == received);
		struct pollfd poller = { fd, (short)(POLLIN | (more ? POLLOUT : 0)), 0 };

		if (poll(&poller, 1, -1) < 0)
			die("poll");
		if (poller.revents & POLLOUT)
			sent += send_some(fd, sent, all);
		if (poller.revents & ~POLLOUT)
			received += receive_some(fd, received);
	}
	printf("echoed %zu\n", received);
}

/* Data that an earlier client did not read comes first: skip all up to our mark. */
static void synchronize(int fd)
{
	char mark[32], window[32] = "";

	snprintf(mark, sizeof(mark), "%015lld%015d\n", (long long)time(NULL), getpid());
	if (!write_all(fd, mark, sizeof(mark)))
		die("mark");
	while (memcmp(window, mark, sizeof(mark))) {
		memmove(window, window + 1, sizeof(window) - 1);
		if (read(fd, window + sizeof(window) - 1, 1) != 1)
			die("mark");
	}
}

static void echo_channel(const char *path, size_t bytes)
{
	int fd = connect_path(path);

	synchronize(fd);
	echo(fd, bytes);
}

static void pour(int fd, size_t all)
{
	unsigned char data[PIECE];

	for (size_t at = 0; at < all; at += sizeof(data)) {
		for (size_t n = 0; n < sizeof(data); n++)
			data[n] = pattern(at + n);
		if (!write_all(fd, data, all - at < sizeof(data) ? all - at : sizeof(data)))
			die("write");
	}
	printf("poured %zu\n", all);
}

static void drain(int fd, size_t all)
{
	size_t at = 0;

	printf("connected\n");
	fflush(stdout);
	getchar();
	while (at < all)
		at += receive_some(fd, at);
	printf("drained %zu\n", at);
}

static void hold(int fd)
{
	char byte = 'x';

	if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) != 1)
		die("first byte");
	printf("holding\n");
	fflush(stdout);
	if (recv(fd, &byte, 1, 0) < 0)
		printf("over: %s\n", strerror(errno));
	else
		printf("over: no error\n");
}

static bool channel(int argc, char **argv)
{
	bool device = argc > 3 && !strcmp(argv[1], "file"), client = argc > 3 && !strcmp(argv[1], "unix");
	size_t bytes = argc > 4 ? (size_t)atol(argv[4]) : 0;

	if (device && !strcmp(argv[2], "serve"))
		serve_device(argv[3]);
	else if (device && !strcmp(argv[2], "pour"))
		pour(open_device(argv[3]), bytes);
	else if (client && !strcmp(argv[2], "echo"))
		echo_channel(argv[3], bytes);
	else if (client && !strcmp(argv[2], "hold"))
		hold(connect_path(argv[3]));
	else if (client && !strcmp(argv[2], "drain"))
		drain(connect_path(argv[3]), bytes);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (channel(argc, argv))
		return 0;
	if (argc > 1 && !strcmp(argv[1], "seqpacket"))
		type = SOCK_SEQPACKET;
	if (argc == 4 && !strcmp(argv[2], "serve"))
		serve((unsigned int)atoi(argv[3]));
	else if (argc == 6 && !strcmp(argv[2], "echo"))
		echo(connect_to((unsigned int)atoi(argv[3]), (unsigned int)atoi(argv[4])), (size_t)atol(argv[5]));
	else if (argc == 5 && !strcmp(argv[2], "hold"))
		hold(connect_to((unsigned int)atoi(argv[3]), (unsigned int)atoi(argv[4])));
	else
		return 2;
	return 0;
}
