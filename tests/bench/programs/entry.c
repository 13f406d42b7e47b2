// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * entry.c - an arm64 Image that prints when it was entered. Its first instruction
 * reads the counter. Alone it powers off then. With a kernel 2 MiB behind it
 * (tests/bench/images.py puts it there) it prints its device tree, so that bare
 * Linux can be given the same one, waits for a time that it also prints, and
 * enters the kernel with all as it was.
 *
 * Runs with the MMU off at EL1: aligned accesses only.
 */
#include <stdint.h>

#define UART 0x09000000ul
#define UART_FR 0x18ul
#define UART_FULL 0x20u
#define PSCI_SYSTEM_OFF 0x84000008ul
#define DTB_LINE 64u
#define WAIT_TICKS 0x100000ul /* dom0 stores the output, and sleeps again */

#pragma GCC visibility push(hidden)
extern const uint32_t kernel_follows; /* written into the file */
extern const char kernel[];           /* place, by entry.lds */
#pragma GCC visibility pop

static uint64_t counter(void)
{
	uint64_t value;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value) : : "memory");
	return value;
}

static void put(char c)
{
	while (*(volatile uint32_t *)(UART + UART_FR) & UART_FULL)
		;
	*(volatile uint32_t *)UART = (uint8_t)c;
}

static void put_text(const char *text)
{
	while (*text)
		put(*text++);
}

static void put_hex(uint64_t value, unsigned int digits)
{
	while (digits--)
		put("0123456789abcdef"[value >> digits * 4 & 15]);
}

static void put_tree(const uint8_t *tree)
{
	uint32_t bytes = (uint32_t)tree[4] << 24 | tree[5] << 16 | tree[6] << 8 | tree[7];

	for (uint32_t n = 0; n < bytes; n++) {
		if (n % DTB_LINE == 0)
			put_text(n ? "\ndtb " : "dtb ");
		put_hex(tree[n], 2);
	}
	put('\n');
}

/* Called by the header with the counter at entry. Return: where to go on. */
const void *entered(const uint8_t *tree, uint64_t entry)
{
	register uint64_t function __asm__("x0") = PSCI_SYSTEM_OFF;
	uint64_t start;

	put_text("bench: entry ");
	put_hex(entry, 16);
	put('\n');
	if (!kernel_follows)
		__asm__ volatile("hvc #0" : "+r"(function) : : "memory");
	put_tree(tree);
	start = counter() + WAIT_TICKS;
	put_text("bench: kernel-entry ");
	put_hex(start, 16);
	put('\n');
	while (counter() < start)
		;
	return kernel;
}

__asm__(".section .head, \"ax\"\n"
	"	.global _start, kernel_follows, kernel\n"
	"_start:	mrs	x19, cntpct_el0\n" /* code0 */
	"	b	1f\n"
	"	.quad	0\n"           /* text_offset */
	"	.quad	0x200000\n"    /* image_size, rewritten in the file */
	"	.quad	0xa\n"         /* little endian, 4 KiB, anywhere */
	"kernel_follows: .long 0, 0\n" /* res2 */
	"	.quad	0, 0\n"
	"	.ascii	\"ARM\\x64\"\n"
	"	.long	0\n"
	"1:	adrp	x1, stack_end\n"
	"	add	sp, x1, :lo12:stack_end\n"
	"	mov	x20, x0\n"
	"	mov	x1, x19\n"
	"	bl	entered\n"
	"	mov	x4, x0\n"
	"	mov	x0, x20\n"
	"	mov	x1, xzr\n"
	"	mov	x2, xzr\n"
	"	mov	x3, xzr\n"
	"	br	x4\n"
	"	.bss\n"
	"	.balign 16\n"
	"	.skip 1024\n"
	"stack_end:\n"
	"	.previous\n");
