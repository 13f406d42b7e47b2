// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stamp.c - note the counter in a file, then become another program.
 *
 *   stamp FILE PROGRAM [ARGUMENT...]
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	uint64_t now;
	int fd;

	if (argc < 3)
		return 2;
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return 1;
	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(now) : : "memory");
	dprintf(fd, "%016" PRIx64 "\n", now);
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
