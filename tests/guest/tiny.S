/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tiny.S - the smallest guest: prints a line on its PL011, then does one thing.
 * -DDO=OFF, RESET, CRASH (its only vCPU off), PANIC (reported to pvpanic), WAIT,
 * COUNT (a line now and then) or FLOOD (lines without end).
 */
#define OFF 0x84000008 /* PSCI's function identifiers */
#define RESET 0x84000009
#define CRASH 0x84000002
#define WAIT 0
#define COUNT 1
#define FLOOD 2
#define PANIC 3

	.section .head, "ax"
	.globl start
start:
	b	1f
	.long	0
	.quad	0, 0x10000, 0xa, 0, 0, 0
	.ascii	"ARM\x64"
	.long	0
1:	mov	x20, #0x09000000	/* VIMO_GUEST_UART_BASE */
	adr	x0, hello
	bl	print
#if DO == PANIC
	mov	x0, #0x09060000		/* VIMO_GUEST_PVPANIC_BASE */
	ldrb	w1, [x0]
	tbz	w1, #0, 4f		/* the device does not take this event */
	mov	w1, #1
	strb	w1, [x0]
#elif DO > PANIC
	ldr	w0, =DO
	hvc	#0
#elif DO == COUNT || DO == FLOOD
2:
#if DO == COUNT
	mov	x1, #0x100000
3:	subs	x1, x1, #1
	b.ne	3b
#endif
	adr	x0, line
	bl	print
	b	2b
#endif
4:	wfi
	b	4b

print:	ldrb	w1, [x0], #1
	cbz	w1, 6f
5:	ldr	w2, [x20, #0x18]	/* UARTFR: wait while the FIFO is full */
	tbnz	w2, #5, 5b
	str	w1, [x20]
	b	print
6:	ret
	.ltorg
hello:	.asciz	"tiny guest\r\n"
line:	.asciz	"tiny guest has been here, and here is a line to say so\r\n"
