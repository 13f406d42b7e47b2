// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * decode.c - pre- and post-indexed loads and stores of one general register.
 *
 * Pairs, SIMD registers, exclusives and atomics are not emulated: to a device, these take an external abort, which the
 * architecture allows for an access that the device does not support (DDI 0487 J.a, B2.9).
 */
#include "trap/decode.h"
#include "cpu/sysreg.h"

#define INDEXED_MASK 0x3f200400u
#define INDEXED 0x38000400u
#define SIZE(instruction) ((instruction) >> 30)
#define OPC(instruction) FIELD(instruction, 23, 22)
#define IMM9(instruction) FIELD(instruction, 20, 12)
#define RN(instruction) ((unsigned int)FIELD(instruction, 9, 5))
#define RT(instruction) ((unsigned int)FIELD(instruction, 4, 0))
enum { OPC_STORE, OPC_LOAD, OPC_LOAD_SIGNED_64, OPC_LOAD_SIGNED_32 };

bool decode_load_store(uint32_t instruction, struct decoded *decoded)
{
	uint64_t size = SIZE(instruction), opc = OPC(instruction);
	bool wide = opc == OPC_LOAD_SIGNED_64 || (opc < OPC_LOAD_SIGNED_64 && size == 3);

	if ((instruction & INDEXED_MASK) != INDEXED)
		return false;
	/* Sign extension to no more than the register's size. */
	if ((opc == OPC_LOAD_SIGNED_64 && size == 3) || (opc == OPC_LOAD_SIGNED_32 && size >= 2))
		return false;
	/* CONSTRAINED UNPREDICTABLE (DDI 0487 J.a, K1.2.6). */
	if (RN(instruction) == RT(instruction) && RN(instruction) != 31)
		return false;
	decoded->iss = ISS_ISV | size << 22 | (opc >= OPC_LOAD_SIGNED_64 ? ISS_SSE : 0) |
		       (uint64_t)RT(instruction) << 16 | (wide ? ISS_SF : 0) | (opc == OPC_STORE ? ISS_WNR : 0);
	decoded->base = RN(instruction);
	decoded->offset = (int64_t)(IMM9(instruction) << 55) >> 55;
	return true;
}
