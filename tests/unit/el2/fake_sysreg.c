// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake_sysreg.c - see fake_sysreg.h.
 */
#include "fake_sysreg.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "el1_registers.h"

#define REGISTERS 512u
#define NAME_BYTES 32u

static struct fake_register {
	char name[NAME_BYTES];
	uint64_t value;
	bool known;
	unsigned int reads, writes;
} registers[REGISTERS];
static unsigned int register_count;

uint64_t fake_sysreg_unknown;
void (*fake_sysreg_on_write)(const char *name, uint64_t value);

static const struct alias {
	const char *name;
	unsigned int op0, op1, crn, crm, op2;
} aliases[] = {
#define ROW(name, op0, op1, crn, crm, op2, kind, access, mask) { #name, op0, op1, crn, crm, op2 },
	EL1_REGISTERS(ROW)
#undef ROW
		{ "id_aa64pfr0_el1", 3, 0, 0, 4, 0 },
	{ "id_aa64pfr1_el1", 3, 0, 0, 4, 1 },
	{ "id_aa64dfr0_el1", 3, 0, 0, 5, 0 },
	{ "id_aa64dfr1_el1", 3, 0, 0, 5, 1 },
	{ "id_aa64isar0_el1", 3, 0, 0, 6, 0 },
	{ "id_aa64isar1_el1", 3, 0, 0, 6, 1 },
	{ "id_aa64isar2_el1", 3, 0, 0, 6, 2 },
	{ "id_aa64mmfr0_el1", 3, 0, 0, 7, 0 },
	{ "id_aa64mmfr1_el1", 3, 0, 0, 7, 1 },
	{ "id_aa64mmfr2_el1", 3, 0, 0, 7, 2 },
	{ "id_aa64mmfr3_el1", 3, 0, 0, 7, 3 },
	{ "sp_el1", 3, 4, 4, 1, 0 },
	{ "pmcr_el0", 3, 3, 9, 12, 0 },
};

/* S<op0>_<op1>_C<n>_C<m>_<op2>, or the name in lower case where it is not in the table. */
static void canonical(char out[NAME_BYTES], const char *name)
{
	char lower[NAME_BYTES];
	size_t length = 0;

	for (; name[length] && length < NAME_BYTES - 1; length++)
		lower[length] = (char)tolower((unsigned char)name[length]);
	lower[length] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		const struct alias *a = &aliases[i];

		if (strcmp(a->name, lower) == 0) {
			snprintf(lower, sizeof(lower), "s%u_%u_c%u_c%u_%u", a->op0, a->op1, a->crn, a->crm, a->op2);
			break;
		}
	}
	memcpy(out, lower, NAME_BYTES);
}

static struct fake_register *find(const char *name)
{
	char key[NAME_BYTES] = { 0 };

	canonical(key, name);
	for (unsigned int i = 0; i < register_count; i++)
		if (strcmp(registers[i].name, key) == 0)
			return &registers[i];
	assert_true(register_count < REGISTERS);
	memcpy(registers[register_count].name, key, NAME_BYTES);
	return &registers[register_count++];
}

void fake_sysreg_reset(void)
{
	memset(registers, 0, sizeof(registers));
	register_count = 0;
	fake_sysreg_unknown = 0;
	fake_sysreg_on_write = NULL;
}

uint64_t fake_sysreg_get(const char *name)
{
	const struct fake_register *reg = find(name);

	return reg->known ? reg->value : fake_sysreg_unknown;
}

void fake_sysreg_set(const char *name, uint64_t value)
{
	struct fake_register *reg = find(name);

	reg->value = value;
	reg->known = true;
}

unsigned int fake_sysreg_reads(const char *name)
{
	return find(name)->reads;
}

unsigned int fake_sysreg_writes(const char *name)
{
	return find(name)->writes;
}

uint64_t fake_sysreg_read(const char *name)
{
	find(name)->reads++;
	return fake_sysreg_get(name);
}

void fake_sysreg_write(const char *name, uint64_t value)
{
	struct fake_register *reg = find(name);

	reg->writes++;
	if (fake_sysreg_on_write)
		fake_sysreg_on_write(reg->name, value);
	fake_sysreg_set(name, value);
}
