/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysreg.h - system register access and the bits EL2 uses (DDI 0487 J.a, D19).
 */
#ifndef CPU_SYSREG_H
#define CPU_SYSREG_H

#include "lib/types.h"

#define SYSREG_QUOTE(x) #x
#define SYSREG_TEXT(x) SYSREG_QUOTE(x)
#ifdef VIMO_HOST_TEST
/* The registers of a unit test: tests/unit/el2/fake_sysreg.h. */
uint64_t fake_sysreg_read(const char *name);
void fake_sysreg_write(const char *name, uint64_t value);
#define read_sysreg(name) fake_sysreg_read(SYSREG_TEXT(name))
#define write_sysreg(value, name) fake_sysreg_write(SYSREG_TEXT(name), (uint64_t)(value))
#else
#define read_sysreg(name)                                                      \
	({                                                                     \
		uint64_t value_;                                               \
		__asm__ volatile("mrs %0, " SYSREG_TEXT(name) : "=r"(value_)); \
		value_;                                                        \
	})
#define write_sysreg(value, name) \
	__asm__ volatile("msr " SYSREG_TEXT(name) ", %x0" : : "rZ"((uint64_t)(value)) : "memory")
#endif

/* HCR_EL2 (D19.2.48) */
#define HCR_VM BIT(0)
#define HCR_SWIO BIT(1)
#define HCR_FMO BIT(3)
#define HCR_IMO BIT(4)
#define HCR_AMO BIT(5)
#define HCR_VSE BIT(8)
#define HCR_FB BIT(9)
#define HCR_BSU_IS BIT(10)
#define HCR_TWI BIT(13)
#define HCR_TID1 BIT(16)
#define HCR_TID3 BIT(18)
#define HCR_TSC BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TACR BIT(21)
#define HCR_TSW BIT(22)
#define HCR_TVM BIT(26)
#define HCR_RW BIT(31)
#define HCR_TLOR BIT(35)
#define HCR_TERR BIT(36)
#define HCR_FWB BIT(46)
#define HCR_TID5 BIT(58)

/* ESR_EL2 (D19.2.38) */
#define ESR_EC(esr) FIELD(esr, 31, 26)
#define ESR_IL BIT(25)
#define ESR_EC_UNKNOWN 0x00u
#define ESR_EC_WFX 0x01u
#define ESR_EC_HVC64 0x16u
#define ESR_EC_SMC64 0x17u
#define ESR_EC_SYS64 0x18u
#define ESR_EC_IABT_LOW 0x20u
#define ESR_EC_DABT_LOW 0x24u
#define ESR_EC_COUNT 64u

/* Data abort syndrome (ISS, EC 0x24) */
#define ISS_ISV BIT(24)
#define ISS_SAS(esr) FIELD(esr, 23, 22)
#define ISS_SSE BIT(21)
#define ISS_SRT(esr) FIELD(esr, 20, 16)
#define ISS_SF BIT(15)
#define ISS_CM BIT(8)
#define ISS_S1PTW BIT(7)
#define ISS_WNR BIT(6)
#define ISS_FSC(esr) FIELD(esr, 5, 0)
#define FSC_CLASS(fsc) (0x3cu & (fsc))
#define FSC_TRANSLATION 0x04u
#define FSC_ACCESS 0x08u
#define FSC_PERMISSION 0x0cu
#define FSC_EXTERNAL 0x10u

/* System register trap syndrome (EC 0x18): the encoding with Rt and direction out. */
#define ISS_SYS_READ BIT(0)
#define ISS_SYS_RT(esr) FIELD(esr, 9, 5)
#define SYSREG_ID(op0, op1, crn, crm, op2)                                                               \
	((uint32_t)(op0) << 20 | (uint32_t)(op2) << 17 | (uint32_t)(op1) << 14 | (uint32_t)(crn) << 10 | \
	 (uint32_t)(crm) << 1)
#define ISS_SYS_ID(esr) (0x3ffc1eu & (uint32_t)(esr))

#define ISR_F BIT(6) /* D19.2, ISR_EL1: a physical FIQ is pending */

#define SPSR_EL1H 5u
#define SPSR_EL0T 0u
#define SPSR_MODE(spsr) (0xfu & (spsr))
#define SPSR_DAIF (0xfull << 6)
#define MPIDR_AFFINITY 0xff00ffffffull

#define TIMER_ENABLE BIT(0)
#define TIMER_IMASK BIT(1)
#define TIMER_ISTATUS BIT(2)

#endif
