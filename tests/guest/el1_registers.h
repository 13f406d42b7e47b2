/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * el1_registers.h - every register that a guest of ViMo-S can reach by MRS and MSR at EL1 (Arm DDI 0487 J.a, D18.3),
 * and why its value stays within the vCPU. All other encodings with op0 2 or 3 are undefined at EL1.
 *
 * The unit test test_context.c checks that EL2 saves and loads what is SWITCHED, test_sysreg.c that its table of traps
 * has a row for what is TRAPPED. The bare test guest (cases/walk.c) walks through all encodings.
 */
#ifndef TESTS_EL1_REGISTERS_H
#define TESTS_EL1_REGISTERS_H

enum el1_kind {
	EL1_SWITCHED, /* saved and loaded with the vCPU: cpu/context.c, guest/vcpu_switch.c */
	EL1_VIRTUAL,  /* the CPU gives EL1 a virtual register, which is switched at EL2: ICH_*, VMPIDR_EL2, VDISR_EL2 */
	EL1_TRAPPED,  /* EL2 answers: trap/sysreg.c */
	EL1_PSTATE,   /* part of PSTATE: switched with SPSR_EL2 */
	EL1_CONSTANT, /* cannot be written at EL1 */
};

enum el1_access {
	EL1_R = 1,
	EL1_W = 2,
	EL1_RW = 3,
	EL1_OPTIONAL = 4, /* undefined on a CPU without the feature, or without this GIC */
	EL1_QUIET = 8,    /* reading it changes state, so that a test reads it only on purpose */
};

/*
 * X(name, op0, op1, CRn, CRm, op2, kind, access, mask): @mask has the bits in which a running guest may write anything
 * without harm to itself, 0: none.
 */
/* Lists, not statements. */
/* clang-format off */
#define EL1_CORE_REGISTERS(X) \
	X(midr_el1, 3, 0, 0, 0, 0, EL1_CONSTANT, EL1_R, 0) \
	X(mpidr_el1, 3, 0, 0, 0, 5, EL1_VIRTUAL, EL1_R, 0) \
	X(revidr_el1, 3, 0, 0, 0, 6, EL1_TRAPPED, EL1_R, 0) \
	X(sctlr_el1, 3, 0, 1, 0, 0, EL1_SWITCHED, EL1_RW, 0x0400c000) /* UCI, UCT, DZE */ \
	X(actlr_el1, 3, 0, 1, 0, 1, EL1_TRAPPED, EL1_RW, ~0ull) \
	X(cpacr_el1, 3, 0, 1, 0, 2, EL1_SWITCHED, EL1_RW, 0x00200000) \
	X(ttbr0_el1, 3, 0, 2, 0, 0, EL1_SWITCHED, EL1_RW, 0) \
	X(ttbr1_el1, 3, 0, 2, 0, 1, EL1_SWITCHED, EL1_RW, 0x0000000ffffff000) \
	X(tcr_el1, 3, 0, 2, 0, 2, EL1_SWITCHED, EL1_RW, 0x0000004000000000) /* TBI1 */ \
	X(spsr_el1, 3, 0, 4, 0, 0, EL1_SWITCHED, EL1_RW, 0xf00003c0) \
	X(elr_el1, 3, 0, 4, 0, 1, EL1_SWITCHED, EL1_RW, ~0ull) \
	X(sp_el0, 3, 0, 4, 1, 0, EL1_SWITCHED, EL1_RW, ~0ull) \
	X(spsel, 3, 0, 4, 2, 0, EL1_PSTATE, EL1_RW, 0) \
	X(currentel, 3, 0, 4, 2, 2, EL1_CONSTANT, EL1_R, 0) \
	X(pan, 3, 0, 4, 2, 3, EL1_PSTATE, EL1_RW | EL1_OPTIONAL, 0) \
	X(uao, 3, 0, 4, 2, 4, EL1_PSTATE, EL1_RW | EL1_OPTIONAL, 0) \
	X(allint, 3, 0, 4, 3, 0, EL1_PSTATE, EL1_RW | EL1_OPTIONAL, 0) \
	X(afsr0_el1, 3, 0, 5, 1, 0, EL1_SWITCHED, EL1_RW, 0xffffffff) \
	X(afsr1_el1, 3, 0, 5, 1, 1, EL1_SWITCHED, EL1_RW, 0xffffffff) \
	X(esr_el1, 3, 0, 5, 2, 0, EL1_SWITCHED, EL1_RW, 0xffffffff) \
	X(far_el1, 3, 0, 6, 0, 0, EL1_SWITCHED, EL1_RW, ~0ull) \
	X(par_el1, 3, 0, 7, 4, 0, EL1_SWITCHED, EL1_RW, 0x000000fffffff000) \
	X(mair_el1, 3, 0, 10, 2, 0, EL1_SWITCHED, EL1_RW, 0x4444444400000000) \
	X(amair_el1, 3, 0, 10, 3, 0, EL1_SWITCHED, EL1_RW, ~0ull) \
	X(vbar_el1, 3, 0, 12, 0, 0, EL1_SWITCHED, EL1_RW, 0) \
	X(isr_el1, 3, 0, 12, 1, 0, EL1_VIRTUAL, EL1_R, 0) \
	X(disr_el1, 3, 0, 12, 1, 1, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0) \
	X(contextidr_el1, 3, 0, 13, 0, 1, EL1_SWITCHED, EL1_RW, 0xffffffff) \
	X(tpidr_el1, 3, 0, 13, 0, 4, EL1_SWITCHED, EL1_RW, 0) \
	X(cntkctl_el1, 3, 0, 14, 1, 0, EL1_SWITCHED, EL1_RW, 0x000003fb) \
	X(ccsidr_el1, 3, 1, 0, 0, 0, EL1_CONSTANT, EL1_R, 0) \
	X(clidr_el1, 3, 1, 0, 0, 1, EL1_CONSTANT, EL1_R, 0) \
	X(ccsidr2_el1, 3, 1, 0, 0, 2, EL1_CONSTANT, EL1_R | EL1_OPTIONAL, 0) \
	X(aidr_el1, 3, 1, 0, 0, 7, EL1_TRAPPED, EL1_R, 0) \
	X(csselr_el1, 3, 2, 0, 0, 0, EL1_SWITCHED, EL1_RW, 0x00000003) \
	X(ctr_el0, 3, 3, 0, 0, 1, EL1_CONSTANT, EL1_R, 0) \
	X(dczid_el0, 3, 3, 0, 0, 7, EL1_CONSTANT, EL1_R, 0) \
	X(rndr, 3, 3, 2, 4, 0, EL1_CONSTANT, EL1_R | EL1_OPTIONAL, 0) \
	X(rndrrs, 3, 3, 2, 4, 1, EL1_CONSTANT, EL1_R | EL1_OPTIONAL, 0) \
	X(nzcv, 3, 3, 4, 2, 0, EL1_PSTATE, EL1_RW, 0) \
	X(daif, 3, 3, 4, 2, 1, EL1_PSTATE, EL1_RW, 0) \
	X(dit, 3, 3, 4, 2, 5, EL1_PSTATE, EL1_RW | EL1_OPTIONAL, 0) \
	X(ssbs, 3, 3, 4, 2, 6, EL1_PSTATE, EL1_RW | EL1_OPTIONAL, 0) \
	X(tco, 3, 3, 4, 2, 7, EL1_PSTATE, EL1_RW | EL1_OPTIONAL, 0) \
	X(fpcr, 3, 3, 4, 4, 0, EL1_SWITCHED, EL1_RW, 0x07c00000) \
	X(fpsr, 3, 3, 4, 4, 1, EL1_SWITCHED, EL1_RW, 0x0800009f) \
	X(tpidr_el0, 3, 3, 13, 0, 2, EL1_SWITCHED, EL1_RW, ~0ull) \
	X(tpidrro_el0, 3, 3, 13, 0, 3, EL1_SWITCHED, EL1_RW, ~0ull) \
	X(cntfrq_el0, 3, 3, 14, 0, 0, EL1_CONSTANT, EL1_R, 0) \
	X(cntpct_el0, 3, 3, 14, 0, 1, EL1_CONSTANT, EL1_R, 0) \
	X(cntvct_el0, 3, 3, 14, 0, 2, EL1_CONSTANT, EL1_R, 0) \
	X(cntpctss_el0, 3, 3, 14, 0, 5, EL1_CONSTANT, EL1_R | EL1_OPTIONAL, 0) \
	X(cntvctss_el0, 3, 3, 14, 0, 6, EL1_CONSTANT, EL1_R | EL1_OPTIONAL, 0) \
	X(cntp_tval_el0, 3, 3, 14, 2, 0, EL1_TRAPPED, EL1_RW, 0) \
	X(cntp_ctl_el0, 3, 3, 14, 2, 1, EL1_TRAPPED, EL1_RW, 0x00000002) \
	X(cntp_cval_el0, 3, 3, 14, 2, 2, EL1_TRAPPED, EL1_RW, 0x7fffffffffffffff) \
	X(cntv_tval_el0, 3, 3, 14, 3, 0, EL1_SWITCHED, EL1_RW, 0) \
	X(cntv_ctl_el0, 3, 3, 14, 3, 1, EL1_SWITCHED, EL1_RW, 0x00000002) \
	X(cntv_cval_el0, 3, 3, 14, 3, 2, EL1_SWITCHED, EL1_RW, 0x7fffffffffffffff)

/* Of a CPU with GICv3; Arm IHI 0069 H, 12.2. */
#define EL1_GIC_REGISTERS(X) \
	X(icc_pmr_el1, 3, 0, 4, 6, 0, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0x000000f8) \
	X(icc_iar0_el1, 3, 0, 12, 8, 0, EL1_VIRTUAL, EL1_R | EL1_OPTIONAL | EL1_QUIET, 0) \
	X(icc_eoir0_el1, 3, 0, 12, 8, 1, EL1_VIRTUAL, EL1_W | EL1_OPTIONAL, 0) \
	X(icc_hppir0_el1, 3, 0, 12, 8, 2, EL1_VIRTUAL, EL1_R | EL1_OPTIONAL, 0) \
	X(icc_bpr0_el1, 3, 0, 12, 8, 3, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0x00000007) \
	X(icc_ap0r0_el1, 3, 0, 12, 8, 4, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0) \
	X(icc_ap0r1_el1, 3, 0, 12, 8, 5, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0) \
	X(icc_ap0r2_el1, 3, 0, 12, 8, 6, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0) \
	X(icc_ap0r3_el1, 3, 0, 12, 8, 7, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0) \
	X(icc_ap1r0_el1, 3, 0, 12, 9, 0, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0) \
	X(icc_ap1r1_el1, 3, 0, 12, 9, 1, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0) \
	X(icc_ap1r2_el1, 3, 0, 12, 9, 2, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0) \
	X(icc_ap1r3_el1, 3, 0, 12, 9, 3, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0) \
	X(icc_dir_el1, 3, 0, 12, 11, 1, EL1_VIRTUAL, EL1_W | EL1_OPTIONAL, 0) \
	X(icc_rpr_el1, 3, 0, 12, 11, 3, EL1_VIRTUAL, EL1_R | EL1_OPTIONAL, 0) \
	X(icc_sgi1r_el1, 3, 0, 12, 11, 5, EL1_TRAPPED, EL1_W | EL1_OPTIONAL, 0) \
	X(icc_asgi1r_el1, 3, 0, 12, 11, 6, EL1_TRAPPED, EL1_W | EL1_OPTIONAL, 0) \
	X(icc_sgi0r_el1, 3, 0, 12, 11, 7, EL1_TRAPPED, EL1_W | EL1_OPTIONAL, 0) \
	X(icc_iar1_el1, 3, 0, 12, 12, 0, EL1_VIRTUAL, EL1_R | EL1_OPTIONAL | EL1_QUIET, 0) \
	X(icc_eoir1_el1, 3, 0, 12, 12, 1, EL1_VIRTUAL, EL1_W | EL1_OPTIONAL, 0) \
	X(icc_hppir1_el1, 3, 0, 12, 12, 2, EL1_VIRTUAL, EL1_R | EL1_OPTIONAL, 0) \
	X(icc_bpr1_el1, 3, 0, 12, 12, 3, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0x00000007) \
	X(icc_ctlr_el1, 3, 0, 12, 12, 4, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0x00000003) \
	X(icc_sre_el1, 3, 0, 12, 12, 5, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, 0x00000007) \
	X(icc_igrpen0_el1, 3, 0, 12, 12, 6, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0x00000001) \
	X(icc_igrpen1_el1, 3, 0, 12, 12, 7, EL1_VIRTUAL, EL1_RW | EL1_OPTIONAL, 0x00000001)

/* DBGBVR, DBGBCR, DBGWVR, DBGWCR: those of each number that the CPU has. */
#define EL1_DEBUG_NUMBER(X, n) \
	X(dbgbvr##n##_el1, 2, 0, 0, n, 4, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(dbgbcr##n##_el1, 2, 0, 0, n, 5, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(dbgwvr##n##_el1, 2, 0, 0, n, 6, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(dbgwcr##n##_el1, 2, 0, 0, n, 7, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull)
#define EL1_DEBUG_REGISTERS(X) \
	EL1_DEBUG_NUMBER(X, 0) EL1_DEBUG_NUMBER(X, 1) EL1_DEBUG_NUMBER(X, 2) EL1_DEBUG_NUMBER(X, 3) \
	EL1_DEBUG_NUMBER(X, 4) EL1_DEBUG_NUMBER(X, 5) EL1_DEBUG_NUMBER(X, 6) EL1_DEBUG_NUMBER(X, 7) \
	EL1_DEBUG_NUMBER(X, 8) EL1_DEBUG_NUMBER(X, 9) EL1_DEBUG_NUMBER(X, 10) EL1_DEBUG_NUMBER(X, 11) \
	EL1_DEBUG_NUMBER(X, 12) EL1_DEBUG_NUMBER(X, 13) EL1_DEBUG_NUMBER(X, 14) EL1_DEBUG_NUMBER(X, 15) \
	X(osdtrrx_el1, 2, 0, 0, 0, 2, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(mdccint_el1, 2, 0, 0, 2, 0, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(mdscr_el1, 2, 0, 0, 2, 2, EL1_TRAPPED, EL1_RW, 0x00001000) \
	X(osdtrtx_el1, 2, 0, 0, 3, 2, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(oseccr_el1, 2, 0, 0, 6, 2, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(mdrar_el1, 2, 0, 1, 0, 0, EL1_TRAPPED, EL1_R, 0) \
	X(oslar_el1, 2, 0, 1, 0, 4, EL1_TRAPPED, EL1_W, ~0ull) \
	X(oslsr_el1, 2, 0, 1, 1, 4, EL1_TRAPPED, EL1_R, 0) \
	X(osdlr_el1, 2, 0, 1, 3, 4, EL1_TRAPPED, EL1_RW, ~0ull) \
	X(dbgprcr_el1, 2, 0, 1, 4, 4, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(dbgclaimset_el1, 2, 0, 7, 8, 6, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(dbgclaimclr_el1, 2, 0, 7, 9, 6, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(dbgauthstatus_el1, 2, 0, 7, 14, 6, EL1_TRAPPED, EL1_R | EL1_OPTIONAL, 0) \
	X(mdccsr_el0, 2, 3, 0, 1, 0, EL1_TRAPPED, EL1_R, 0) \
	X(dbgdtr_el0, 2, 3, 0, 4, 0, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull) \
	X(dbgdtrrx_el0, 2, 3, 0, 5, 0, EL1_TRAPPED, EL1_RW | EL1_OPTIONAL, ~0ull)

/* Besides these: S3_0_C0_C1_0 to S3_0_C0_C7_7, the ID registers, EL1_TRAPPED and EL1_R. */
#define EL1_REGISTERS(X) EL1_CORE_REGISTERS(X) EL1_GIC_REGISTERS(X) EL1_DEBUG_REGISTERS(X)
/* clang-format on */

#endif
