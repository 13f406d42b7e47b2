// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * registers.c - system registers that EL1 has, has not, or may not see: all encodings of MRS and MSR against the table
 * el1_registers.h.
 */
#include <stddef.h>
#include "el1_registers.h"
#include "lib/encoding.h"
#include "lib/guest.h"
#include "lib/psci.h"

CASE(registers, el2_register_is_undefined)
{
	expect("class of HCR_EL2", UNDEFINED("mrs x0, hcr_el2"), EC_UNKNOWN);
}

CASE(registers, absent_register_is_undefined)
{
	expect("class of S3_0_C15_C7_7", UNDEFINED("mrs x0, s3_0_c15_c7_7"), EC_UNKNOWN);
}

CASE(registers, pmu)
{
	expect_by_host("class of PMCR_EL0", UNDEFINED("mrs x0, pmcr_el0"),
		       (struct by_host){ .machine = EC_NONE, .vimo = EC_UNKNOWN }, "guests have no PMU");
}

static const struct row {
	uint32_t encoding;
	uint8_t kind, access;
	uint64_t mask;
} rows[] = {
#define ROW(name, op0, op1, crn, crm, op2, kind, access, mask) \
	{ ENCODING(op0, op1, crn, crm, op2), kind, access, mask },
	EL1_REGISTERS(ROW)
#undef ROW
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct row *find(uint32_t encoding)
{
	static const struct row id = { .kind = EL1_TRAPPED, .access = EL1_R };

	for (unsigned int i = 0; i < ROWS; i++)
		if (rows[i].encoding == encoding)
			return &rows[i];
	/* S3_0_C0_C1_0 to S3_0_C0_C7_7 */
	if (encoding >= ENCODING(3, 0, 0, 1, 0) && encoding <= ENCODING(3, 0, 0, 7, 7))
		return &id;
	return NULL;
}

/* S3_x_C11_*, S3_x_C15_*: the CPU's own. HCR_EL2.TIDCP traps them, which QEMU has from 8.1 on only. */
static int is_implementation_defined(uint32_t encoding)
{
	unsigned int crn = encoding >> 12 & 15;

	return encoding >> 19 == 3 && (crn == 11 || crn == 15);
}

/*
 * Fine-grained traps take SMPRI_EL1 and TPIDR2_EL0 of SME from guests. A CPU with SME has FEAT_FGT; QEMU has it
 * from 8.0 on only.
 */
static int needs_fine_traps(uint32_t encoding)
{
	return encoding == ENCODING(3, 0, 1, 2, 4) || encoding == ENCODING(3, 3, 13, 0, 5);
}

static unsigned int read_class(uint32_t encoding)
{
	return EXCEPTION_CLASS((void)encoding_read(encoding));
}

#define EC_SVE 0x19u
#define EC_SME 0x1du

/*
 * Reads of the ID space that are undefined may be of class 0x18 (FEAT_IDST). CPACR_EL1 traps registers of SVE and SME
 * to EL1 before EL2 can say that they do not exist.
 */
static int is_right_class(uint32_t encoding, unsigned int class)
{
	return class == EC_NONE || class == EC_UNKNOWN || class == EC_SVE || class == EC_SME ||
	       (class == EC_SYSREG && encoding >> 19 == 3 && !(encoding & ENCODING(0, 0, 15, 8, 0)));
}

static void allow_fp(void)
{
	write_register(cpacr_el1, read_register(cpacr_el1) | 3 << 20);
}

/* The first encoding whose read is neither what the table says nor what is allowed besides; ~0: none. */
CASE(registers, mrs_of_every_encoding)
{
	uint64_t missing = ~0ull, unlisted = ~0ull, wrong_class = ~0ull;

	allow_fp();
	for (uint32_t n = ENCODING_FIRST; n != ENCODING_END; n += ENCODING_STEP) {
		const struct row *row = find(n);
		unsigned int class;

		if (is_implementation_defined(n) || needs_fine_traps(n) || (row && row->access & EL1_QUIET))
			continue;
		class = read_class(n);
		if (!is_right_class(n, class) && wrong_class == ~0ull)
			wrong_class = n;
		if (row && row->access & EL1_R && !(row->access & EL1_OPTIONAL) && class != EC_NONE && missing == ~0ull)
			missing = n;
		if (!(row && row->access & EL1_R) && class == EC_NONE && unlisted == ~0ull)
			unlisted = n;
	}
	expect("first register that should be readable", missing, ~0ull);
	expect("first register whose exception is not of class 0", wrong_class, ~0ull);
	if (on_vimo) /* the machine itself has a PMU, pointer authentication, and more */
		expect("first readable register that is not in the table", unlisted, ~0ull);
}

CASE(registers, msr_of_every_encoding)
{
	uint64_t unlisted = ~0ull;

	if (!on_vimo) {
		skip("on the machine itself a write to a register of EL1 that is not in the table has effects");
		return;
	}
	for (uint32_t n = ENCODING_FIRST; n != ENCODING_END; n += ENCODING_STEP) {
		const struct row *row = find(n);

		unsigned int class;

		if (is_implementation_defined(n) || needs_fine_traps(n) || (row && row->access & EL1_W))
			continue;
		class = EXCEPTION_CLASS(encoding_write(n, 0));
		if ((class == EC_NONE || !is_right_class(n, class)) && unlisted == ~0ull)
			unlisted = n;
	}
	expect("first register that takes a write and is not in the table", unlisted, ~0ull);
}

/* The registers which this CPU may write without harm. */
struct side {
	uint64_t pattern;
	uint64_t old[ROWS], own[ROWS], later[ROWS];
	uint8_t exists[ROWS];
	unsigned int stage;
};
static struct side sides[2];

static void probe(struct side *side)
{
	allow_fp();
	for (unsigned int i = 0; i < ROWS; i++)
		side->exists[i] =
			rows[i].mask && (rows[i].access & EL1_RW) == EL1_RW && read_class(rows[i].encoding) == EC_NONE;
}

/* No exception is taken in between, which would change ESR_EL1 and its like. */
static void read_all(const struct side *side, uint64_t *values)
{
	for (unsigned int i = 0; i < ROWS; i++)
		if (side->exists[i])
			values[i] = encoding_read(rows[i].encoding);
}

static void write_own(struct side *side)
{
	read_all(side, side->old);
	for (unsigned int i = 0; i < ROWS; i++)
		if (side->exists[i])
			encoding_write(rows[i].encoding,
				       (side->old[i] & ~rows[i].mask) | (side->pattern & rows[i].mask));
	read_all(side, side->own);
}

static void restore(const struct side *side)
{
	for (unsigned int i = 0; i < ROWS; i++)
		if (side->exists[i])
			encoding_write(rows[i].encoding, side->old[i]);
}

static void set_stage(struct side *side, unsigned int stage)
{
	__atomic_store_n(&side->stage, stage, __ATOMIC_RELEASE);
}

static int reaches(const struct side *side, unsigned int stage)
{
	return wait_until(__atomic_load_n(&side->stage, __ATOMIC_ACQUIRE) >= stage);
}

/* Each CPU writes, waits until the other has written, and finds its own values. */
static void write_and_compare(struct side *side, const struct side *other)
{
	probe(side);
	write_own(side);
	set_stage(side, 1);
	reaches(other, 1);
	read_all(side, side->later);
	set_stage(side, 2);
	reaches(other, 2);
	restore(side);
}

static void other_cpu(void *argument)
{
	(void)argument;
	write_and_compare(&sides[1], &sides[0]);
}

static uint64_t first_changed(const struct side *side)
{
	for (unsigned int i = 0; i < ROWS; i++)
		if (side->exists[i] && side->own[i] != side->later[i])
			return rows[i].encoding;
	return ~0ull;
}

/* Two vCPUs share a CPU where there is only one; on others they at least do not share a register. */
CASE(registers, each_cpu_keeps_its_own)
{
	if (cpu_count < 2) {
		skip("needs two CPUs");
		return;
	}
	sides[0].pattern = 0xa5a5a5a5a5a5a5a5;
	sides[1].pattern = 0x5a5a5a5a5a5a5a5a;
	expect("CPU_ON", (uint64_t)cpu_start(1, other_cpu, NULL), PSCI_SUCCESS);
	write_and_compare(&sides[0], &sides[1]);
	expect_true("the other CPU ends", cpu_wait(1));
	expect_true("both have compared", sides[0].stage == 2 && sides[1].stage == 2);
	expect("first register of CPU 0 that CPU 1 changed", first_changed(&sides[0]), ~0ull);
	expect("first register of CPU 1 that CPU 0 changed", first_changed(&sides[1]), ~0ull);
}

/* ICC_SRE_EL1 is RAO/WI; the GIC's registers go on working after a write. */
CASE(registers, sre_stays)
{
	if (gic_version < 3) {
		skip("needs GICv3");
		return;
	}
	write_register(s3_0_c12_c12_5, 0);
	expect("ICC_SRE_EL1 after a write of 0", read_register(s3_0_c12_c12_5), 7);
	expect("class of ICC_PMR_EL1", UNDEFINED("mrs x0, s3_0_c4_c6_0"), EC_NONE);
}

/* Fields of ID registers that no guest sees; shared with tests/unit/el2/test_features.c in kind. */
CASE(registers, hidden_features)
{
	if (!on_vimo) {
		skip("the machine itself has more than a guest");
		return;
	}
	expect("EL2, EL3, RAS, SVE, SEL2, MPAM, AMU, RME", read_register(s3_0_c0_c4_0) & 0x00f0fffff000ff00, 0);
	expect("EL1 with AArch32", read_register(s3_0_c0_c4_0) >> 4 & 15, 1);
	expect("GIC's registers", read_register(s3_0_c0_c4_0) >> 24 & 15, gic_version == 3);
	expect("MTE, SME, NMI, GCS", read_register(s3_0_c0_c4_1) & 0xfffffff0ffffff00, 0);
	expect("trace, PMU, SPE, BRBE", read_register(s3_0_c0_c5_0) & 0xfffffe0ff0f00ff0 & ~0xf00000ull, 0);
	expect("breakpoints", read_register(s3_0_c0_c5_0) & 0xf0f000, 0x101000);
	expect("MMFR3", read_register(s3_0_c0_c7_3), 0);
	expect_true("PARange of 48 bits at most", (read_register(s3_0_c0_c7_0) & 15) <= 5);
}
