// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exception.c - what an exception does: a synchronous exception within EXCEPTION() is recorded, an interrupt goes to
 * the case's handler, and any other exception ends the function that call_protected() began.
 */
#include "lib/guest.h"

struct frame {
	uint64_t x[31], elr, spsr, unused;
};
_Static_assert(sizeof(struct frame) == FRAME_BYTES, "vectors.S");
_Static_assert(__builtin_offsetof(struct cpu, stack) == CPU_STACK, "start.S");

#define SPSR_EL1H_MASKED 0x3c5
#define EC_INSTRUCTION_ABORT_LOWER 0x20u

extern const char abandoned[];
void exception_handle(struct frame *frame, unsigned int vector);

static void (*volatile handlers[INTERRUPT_KINDS])(void);

void on_interrupt(enum interrupt_kind kind, void (*handler)(void))
{
	handlers[kind] = handler;
}

void exception_begin(void)
{
	this_cpu()->exception.count = 0;
	this_cpu()->catching = 1;
	__asm__ volatile("" ::: "memory");
}

struct exception exception_end(void)
{
	/* An abort that is reported late is this operation's, too. */
	__asm__ volatile("dsb sy\n\tisb" ::: "memory");
	this_cpu()->catching = 0;
	return this_cpu()->exception;
}

static struct exception read_exception(const struct frame *frame, unsigned int vector)
{
	return (struct exception){ .esr = read_register(esr_el1),
				   .elr = frame->elr,
				   .far = read_register(far_el1),
				   .spsr = frame->spsr,
				   .vector = vector };
}

/* Where to go on after an exception that was recorded. */
static uint64_t resume_address(const struct frame *frame, uint64_t esr)
{
	unsigned int class = ESR_EC(esr);

	/* SVC has been executed already. */
	if (class == EC_SVC64)
		return frame->elr;
	/* A call went to a place without instructions. */
	if (class == EC_INSTRUCTION_ABORT_SAME || class == EC_PC_ALIGNMENT)
		return frame->x[30];
	return frame->elr + 4;
}

void exception_handle(struct frame *frame, unsigned int vector)
{
	struct cpu *cpu = this_cpu();
	unsigned int kind = vector & 3;

	if (kind && handlers[kind - 1]) {
		handlers[kind - 1]();
		return;
	}
	if (!kind && cpu->catching) {
		unsigned int count = cpu->exception.count;

		cpu->exception = read_exception(frame, vector);
		cpu->exception.count = count + 1;
		frame->elr = resume_address(frame, cpu->exception.esr);
		return;
	}
	if (!cpu->unexpected.count) {
		cpu->unexpected = read_exception(frame, vector);
		cpu->unexpected.count = 1;
	}
	cpu->catching = 0;
	frame->elr = (uint64_t)(uintptr_t)abandoned;
	frame->x[0] = cpu->resume;
	frame->spsr = SPSR_EL1H_MASKED;
}
