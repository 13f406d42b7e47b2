// SPDX-License-Identifier: GPL-2.0-only
/*
 * hypercall.c - the only HVC in dom0.
 *
 * SMCCC 1.1 (Arm DEN 0028): EL2 may change x0..x3 and nothing else.
 */
#include "hypercall.h"

#include <linux/arm-smccc.h>
#include <linux/of.h>

int vimo_hypercall(enum vimo_hypercall nr, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, struct hypercall_result *result)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc((u64)VIMO_HC(nr), a1, a2, a3, a4, a5, &res);
	if (result) {
		result->x1 = res.a1;
		result->x2 = res.a2;
		result->x3 = res.a3;
	}
	return (int)res.a0;
}

u64 vimo_info(enum vimo_info what)
{
	struct hypercall_result result;

	if (vimo_hypercall(VIMO_HC_INFO, what, 0, 0, 0, 0, &result) != VIMO_OK)
		return 0;
	return result.x1;
}

/**
 * vimo_hypervisor_present() - whether ViMo-S answers at EL2.
 *
 * The device tree comes first: an HVC without a hypervisor is an undefined
 * instruction, and only EL2 adds the node.
 */
bool vimo_hypervisor_present(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "vimo,vimo-s");
	struct arm_smccc_res res;

	if (!node)
		return false;
	of_node_put(node);

	arm_smccc_1_1_hvc(VIMO_SMCCC_UID, &res);
	return lower_32_bits(res.a0) == VIMO_UID_0 && lower_32_bits(res.a1) == VIMO_UID_1 &&
	       lower_32_bits(res.a2) == VIMO_UID_2 && lower_32_bits(res.a3) == VIMO_UID_3;
}
