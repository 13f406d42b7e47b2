// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - find out what the host is, run the cases, and power off; or reset if a case was BAD.
 *
 * "groups=NAME,NAME" on the command line of the device tree chooses groups; without it all run.
 */
#include <vimo/hypercall.h>
#include "lib/gic.h"
#include "lib/psci.h"
#include "lib/report.h"

#define FDT_MAGIC 0xedfe0dd0u /* as a little-endian CPU reads it */
#define FDT_LIMIT (2u << 20)

int on_vimo;
unsigned int gic_version, cpu_count;

extern const struct test_case cases_start[], cases_end[];
void guest_main(const uint8_t *fdt);

/* The length of @word if @text begins with it. */
static unsigned int begins(const char *text, const char *word)
{
	unsigned int i = 0;

	while (word[i] && text[i] == word[i])
		i++;
	return word[i] ? 0 : i;
}

/* The text after the first @word in the device tree. */
static const char *fdt_after(const uint8_t *fdt, const char *word)
{
	uint32_t bytes;

	if (*(const uint32_t *)fdt != FDT_MAGIC)
		return 0;
	bytes = __builtin_bswap32(((const uint32_t *)fdt)[1]);
	for (uint32_t i = 0; i < bytes && i < FDT_LIMIT; i++) {
		unsigned int length = begins((const char *)fdt + i, word);

		if (length)
			return (const char *)fdt + i + length;
	}
	return 0;
}

/* @list: names with commas, up to a space or the end */
static int is_listed(const char *list, const char *name)
{
	while (*list && *list != ' ') {
		unsigned int length = begins(list, name);

		if (length && (!list[length] || list[length] == ',' || list[length] == ' '))
			return 1;
		while (*list && *list != ' ' && *list++ != ',')
			;
	}
	return 0;
}

static void find_host(const uint8_t *fdt)
{
	uint64_t x[8] = { VIMO_SMCCC_UID };

	EXCEPTION(hvc(x));
	on_vimo = x[0] == VIMO_UID_0 && x[1] == VIMO_UID_1 && x[2] == VIMO_UID_2 && x[3] == VIMO_UID_3;
	gic_version = fdt_after(fdt, "arm,gic-v3") ? 3 : 2;
	while (cpu_count < MAX_CPUS && (int32_t)call(PSCI_AFFINITY_INFO, cpu_count, 0, 0) != PSCI_INVALID_PARAMETERS)
		cpu_count++;
	print(on_vimo ? "bare: on ViMo-S, GICv" : "bare: on the machine itself, GICv");
	print(gic_version == 3 ? "3" : "2");
	print(", CPUs ");
	print_hex(cpu_count);
	print("\r\n");
}

static void run_case(void *argument)
{
	gic_reset();
	((const struct test_case *)argument)->run();
}

/* 1 if it was BAD. */
static int run(const struct test_case *test)
{
	for (unsigned int kind = 0; kind < INTERRUPT_KINDS; kind++)
		on_interrupt(kind, 0);
	report_begin(test);
	call_protected(run_case, (void *)test, &cpus[0].resume);
	interrupts_off();
	write_register(vbar_el1, vectors);
	mmu_set(1);
	for (unsigned int i = 0; i < cpu_count; i++) {
		if (i && call(PSCI_AFFINITY_INFO, i, 0, 0) != AFFINITY_OFF && !cpu_wait(i))
			expect("a CPU that is still on", i, 0);
		if (cpus[i].unexpected.count)
			report_unexpected(&cpus[i]);
		cpus[i].unexpected.count = 0;
	}
	return report_end();
}

void guest_main(const uint8_t *fdt)
{
	const char *groups = fdt_after(fdt, "groups=");
	unsigned int count = 0, bad = 0;

	find_host(fdt);
	for (const struct test_case *test = cases_start; test < cases_end; test++) {
		if (groups && !is_listed(groups, test->group))
			continue;
		count++;
		bad += (unsigned int)run(test);
	}
	print("bare: cases ");
	print_hex(count);
	print(", BAD ");
	print_hex(bad);
	print("\r\n");
	call(bad || !count ? PSCI_SYSTEM_RESET : PSCI_SYSTEM_OFF, 0, 0, 0);
}
