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
extern const char abandoned[];
void exception_handle(struct frame *frame, unsigned int vector);
_Noreturn void el0_enter(uint64_t elr, uint64_t spsr, uint64_t x0);

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
				   .x0 = frame->x[0],
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

struct el0 {
	uint64_t elr, spsr, x0;
};

static void enter(void *argument)
{
	const struct el0 *el0 = argument;

	el0_enter(el0->elr, el0->spsr, el0->x0);
}

struct exception el0_run(const void *code, uint64_t x0, uint64_t spsr)
{
	struct el0 el0 = { (uint64_t)(uintptr_t)code + EL0_ALIAS, spsr, x0 };
	uint64_t resume = this_cpu()->resume;

	exception_begin();
	call_protected(enter, &el0, &this_cpu()->resume);
	this_cpu()->resume = resume;
	return exception_end();
}

/* Not back to where the exception was, but to call_protected()'s caller. */
static void abandon(struct frame *frame, struct cpu *cpu)
{
	frame->elr = (uint64_t)(uintptr_t)abandoned;
	frame->x[0] = cpu->resume;
	frame->spsr = SPSR_EL1H_MASKED;
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
		if (vector >= VECTOR_SYNC_LOWER64)
			abandon(frame, cpu);
		return;
	}
	if (!cpu->unexpected.count) {
		cpu->unexpected = read_exception(frame, vector);
		cpu->unexpected.count = 1;
	}
	cpu->catching = 0;
	abandon(frame, cpu);
}
