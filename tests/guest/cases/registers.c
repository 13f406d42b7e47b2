// SPDX-License-Identifier: GPL-2.0-or-later
/* registers.c - system registers that EL1 has, has not, or may not see. */
#include "lib/guest.h"

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
