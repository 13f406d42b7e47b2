// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eventfds.c - a guest of a few instructions and all wires between it and dom0:
 * doorbell to eventfd, also of a device whose queues change, eventfd to interrupt
 * status, I/O requests (also one whose device model is killed), the UART's ring, power-off.
 * arm64 only.
 *
 * Prints OK and exits 0, or prints what went wrong.
 */
#define _GNU_SOURCE
#include "testdomain.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#define DEVICE VIMO_GUEST_VIRTIO_BASE
#define DOORBELL 0x50
#define STATUS 0x60
#define CLEAR 0x64
#define OTHER 0x70
#define RAM_BYTES 0x400000u
#define ANSWER 0x1234abcdu

/*
 * The guest, MMU off, x0 = DEVICE. Rings queue 1; waits for a status bit, which
 * it clears; prints '!' on the UART; reads the RTC, which is answered with ANSWER;
 * writes that plus 1 to OTHER (a read there would not leave the guest); rings queue 2; powers off.
 */
extern const uint8_t guest_code[], guest_code_end[];
asm(".pushsection .rodata\n"
    "	.globl	guest_code, guest_code_end\n"
    ".balign 8\n"
    "guest_code:\n"
    "	mov	w1, #1\n"
    "	str	w1, [x0, #0x50]\n"
    "1:	ldr	w2, [x0, #0x60]\n"
    "	cbz	w2, 1b\n"
    "	str	w2, [x0, #0x64]\n"
    "	mov	x3, #0x09000000\n"
    "	mov	w4, #0x21\n"
    "	str	w4, [x3]\n"
    "	mov	x6, #0x09010000\n"
    "	ldr	w5, [x6]\n"
    "	add	w5, w5, #1\n"
    "	str	w5, [x0, #0x70]\n"
    "	mov	w1, #2\n"
    "	str	w1, [x0, #0x50]\n"
    "	mov	w0, #0x8\n"
    "	movk	w0, #0x8400, lsl #16\n"
    "	hvc	#0\n"
    "2:	b	2b\n"
    "guest_code_end:\n"
    ".popsection\n");

static int kick[3], call_fd, console_fd;

static void load_guest(struct testdomain *domain)
{
	testdomain_load(domain, guest_code, guest_code_end - guest_code, DEVICE);
}

static struct vimo_ioc_device device = { .ipa = DEVICE,
					 .doorbell = DOORBELL,
					 .clear = CLEAR,
					 .status = STATUS,
					 .queues = 3,
					 .intid = VIMO_GUEST_VIRTIO_INTID };

/* The device has queues 0 .. count - 1 and no more; the first three get new eventfds. */
static void bind_kicks(struct testdomain *domain, uint32_t count)
{
	struct vimo_ioc_kick bind = { .ipa = DEVICE };
	uint64_t signals;

	for (bind.queue = 0; bind.queue < 3; bind.queue++) {
		kick[bind.queue] = bind.fd = eventfd(0, EFD_NONBLOCK);
		CHECK(ioctl(domain->fd, VIMO_IOC_KICK, &bind) == 0);
		/* The one signal that a new binding gives. */
		CHECK(read(bind.fd, &signals, sizeof(signals)) == sizeof(signals) && signals == 1);
	}
	bind.queue = count - 1;
	bind.fd = -1;
	CHECK(count == 3 || ioctl(domain->fd, VIMO_IOC_KICK, &bind) == 0);
	bind.queue = count;
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_KICK, &bind), EINVAL);
}

static void add_device(struct testdomain *domain)
{
	struct vimo_ioc_call call = { .ipa = DEVICE, .bits = 1 };

	CHECK(ioctl(domain->fd, VIMO_IOC_DEVICE, &device) == 0);
	bind_kicks(domain, device.queues);
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_DEVICE, &device), EEXIST); /* and changes nothing */

	call.fd = call_fd = eventfd(0, EFD_NONBLOCK);
	CHECK(ioctl(domain->fd, VIMO_IOC_CALL, &call) == 0);
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_CALL, &call), EEXIST);
	console_fd = eventfd(0, 0);
	CHECK(ioctl(domain->fd, VIMO_IOC_CONSOLE_FD, &console_fd) == 0);
}

static uint64_t wait_signal(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	uint64_t count;

	CHECK(poll(&wait, 1, PATIENCE_MS) == 1);
	CHECK(read(fd, &count, sizeof(count)) == sizeof(count));
	return count;
}

static void test_kick_and_call(struct testdomain *domain)
{
	volatile uint32_t *shadow = testdomain_map(domain, DEVICE, 4096);
	uint64_t one = 1;
	int tries;

	CHECK(wait_signal(kick[1]) == 1);
	CHECK(shadow[STATUS / 4] == 0);
	CHECK(write(call_fd, &one, sizeof(one)) == sizeof(one));
	CHECK_ERRNO(read(call_fd, &one, sizeof(one)), EAGAIN); /* consumed */
	for (tries = 0; shadow[STATUS / 4] && tries < TRIES; tries++)
		usleep(10000);
	CHECK(shadow[STATUS / 4] == 0); /* the guest saw it and cleared it */
	CHECK(munmap((void *)shadow, 4096) == 0);
}

static void test_console(struct testdomain *domain)
{
	struct vimo_console_page *page = testdomain_map(domain, VIMO_MMAP_CONSOLE, 4096);
	int tries;

	for (tries = 0; tries < 10 && page->out_head == page->out_tail; tries++)
		wait_signal(console_fd);
	CHECK(page->out_head == 1 && page->out[0] == '!');
	page->out_tail = 1;
	CHECK(munmap(page, 4096) == 0);
}

/* The number of queues changes while the guest runs: new events, new kicks, the same call. */
static void test_new_queues(struct testdomain *domain)
{
	volatile uint32_t *shadow = testdomain_map(domain, DEVICE, 4096);
	struct vimo_ioc_kick bind = { .ipa = DEVICE, .queue = 2, .fd = -1 };
	uint64_t one = 1;
	int i, old[3];

	memcpy(old, kick, sizeof(old));
	device.queues = 2;
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_DEVICE, &device), EEXIST);
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_KICK, &bind), EINVAL);
	device.queues = VIMO_DEVICE_QUEUES;
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_DEVICE, &device), EEXIST);
	bind_kicks(domain, device.queues);
	for (i = 0; i < 3; i++) {
		CHECK_ERRNO(read(old[i], &one, sizeof(one)), EAGAIN);
		close(old[i]);
	}

	CHECK(shadow[STATUS / 4] == 0); /* the page is the same ... */
	CHECK(write(call_fd, &one, sizeof(one)) == sizeof(one));
	CHECK(shadow[STATUS / 4] == 1); /* ... and so is the call, bits and all */
	CHECK(munmap((void *)shadow, 4096) == 0);
}

/* A binding ends with the last descriptor of its eventfd. */
static void test_hangup(struct testdomain *domain)
{
	struct vimo_ioc_call call = { .ipa = DEVICE, .bits = 2, .fd = eventfd(0, 0) };
	int tries = 0;

	CHECK(ioctl(domain->fd, VIMO_IOC_CALL, &call) == 0);
	close(call.fd);
	call.fd = -1;
	while (ioctl(domain->fd, VIMO_IOC_CALL, &call) == 0 && tries++ < TRIES) {
		call.fd = eventfd(0, 0); /* taken away before it was closed; bind it again */
		CHECK(ioctl(domain->fd, VIMO_IOC_CALL, &call) == 0);
		close(call.fd);
		call.fd = -1;
		usleep(20000);
	}
	CHECK(tries < TRIES && errno == ENOENT);
}

static void wait_request(struct testdomain *domain, uint32_t done)
{
	struct vimo_ioc_ioreq args = { .done = done };

	CHECK(ioctl(domain->fd, VIMO_IOC_IOREQ, &args) == 0);
	CHECK(args.vcpu == 0 && args.done == VIMO_IOREQ_NONE);
}

/* A device model takes the request and is killed with it. */
static void test_abandoned_request(struct testdomain *domain)
{
	struct vimo_ioc_ioreq none = { .done = VIMO_IOREQ_NONE, .flags = VIMO_IOREQ_NOWAIT };
	int ready[2], status;
	pid_t child;
	char byte;

	CHECK(pipe(ready) == 0);
	child = fork();
	CHECK(child >= 0);
	if (!child) {
		wait_request(domain, VIMO_IOREQ_NONE);
		CHECK(write(ready[1], "", 1) == 1);
		pause();
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_IOREQ, &none), EAGAIN);
	none.done = 0; /* not ours */
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_IOREQ, &none), EINVAL);
	CHECK(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child);
}

static void test_requests(struct testdomain *domain)
{
	struct vimo_ioreq_page *page = testdomain_map(domain, VIMO_MMAP_IOREQ, 4096);
	struct pollfd wait = { .fd = domain->fd, .events = POLLIN };
	struct vimo_ioc_ioreq last = { .done = 0 };
	struct vimo_ioreq request;

	CHECK(poll(&wait, 1, PATIENCE_MS) == 1 && wait.revents == POLLIN);
	wait_request(domain, VIMO_IOREQ_NONE);
	request = page->slot[0];
	CHECK(request.ipa == VIMO_GUEST_RTC_BASE && request.width == 4 && !request.is_write);
	page->slot[0].data = ANSWER;
	__atomic_store_n(&page->slot[0].state, VIMO_IOREQ_DONE, __ATOMIC_RELEASE);

	wait_request(domain, 0);
	request = page->slot[0];
	CHECK(request.ipa == DEVICE + OTHER && request.is_write);
	CHECK(request.data == ANSWER + 1);
	__atomic_store_n(&page->slot[0].state, VIMO_IOREQ_DONE, __ATOMIC_RELEASE);

	/* No next request comes: the guest powers off during the wait. */
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_IOREQ, &last), ESTALE);
	CHECK(last.done == VIMO_IOREQ_NONE);
	CHECK(munmap(page, 4096) == 0);
}

static void test_power_off(struct testdomain *domain)
{
	struct pollfd wait = { .fd = domain->fd, .events = POLLPRI };
	struct vimo_ioc_domain_info info;

	CHECK(wait_signal(kick[2]) == 1);
	CHECK(poll(&wait, 1, PATIENCE_MS) == 1 && wait.revents == POLLPRI);
	CHECK(ioctl(domain->fd, VIMO_IOC_DOMAIN_INFO, &info) == 0);
	CHECK(info.state == VIMO_DOMAIN_SHUTDOWN && info.reason == VIMO_STOP_POWEROFF);
	CHECK(info.devices == 1 && info.vcpus == 1);
	CHECK_ERRNO(read(kick[0], &info, 8), EAGAIN); /* queue 0 did not ring */
}

int main(void)
{
	uint32_t start = VIMO_OP_START;
	struct testdomain domain;

	testdomain_create(&domain, 1);
	testdomain_populate(&domain, RAM_BYTES);
	load_guest(&domain);
	add_device(&domain);
	CHECK(ioctl(domain.fd, VIMO_IOC_CONTROL, &start) == 0);

	test_kick_and_call(&domain);
	test_console(&domain);
	test_new_queues(&domain);
	test_hangup(&domain);
	test_abandoned_request(&domain);
	test_requests(&domain);
	test_power_off(&domain);

	testdomain_destroy(&domain);
	printf("OK\n");
	return 0;
}
