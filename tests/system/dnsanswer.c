// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dnsanswer.c - a name server on a loopback address that answers each question with 10.0.2.2.
 *   dnsanswer ADDRESS
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER 12u

/* A pointer to the question's name; type A, class IN, 60 s, four bytes. */
static const uint8_t answer[] = { 0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 2, 2 };

/* The answer to one question. Return: the length, or 0. */
static size_t answer_to(uint8_t *packet, size_t bytes)
{
	size_t end = HEADER;

	while (end < bytes && packet[end])
		end += packet[end] + 1u;
	end += 5; /* the name's last byte, type and class */
	if (end > bytes)
		return 0;
	packet[2] = 0x81; /* a response, recursion desired */
	packet[3] = 0x80; /* and available */
	memset(packet + 6, 0, 6);
	if (packet[end - 3] != 1) /* others than A: nothing */
		return end;
	packet[7] = 1;
	memcpy(packet + end, answer, sizeof(answer));
	return end + sizeof(answer);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(53) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint8_t packet[1024 + sizeof(answer)];

	if (argc != 2 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) || daemon(0, 0)) {
		perror("dnsanswer");
		return 1;
	}
	for (;;) {
		struct sockaddr_in from;
		socklen_t length = sizeof(from);
		ssize_t got = recvfrom(fd, packet, 1024, 0, (struct sockaddr *)&from, &length);
		size_t bytes = got > 0 ? answer_to(packet, (size_t)got) : 0;

		if (bytes)
			sendto(fd, packet, bytes, 0, (struct sockaddr *)&from, length);
	}
}
