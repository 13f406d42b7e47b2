// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - from the first C on the boot CPU to the first instruction of dom0.
 */
#include <libfdt.h>
#include "boot/canary.h"
#include "boot/dom0.h"
#include "boot/memory.h"
#include "boot/mmu.h"
#include "boot/options.h"
#include "boot/secondary.h"
#include "boot/smp.h"
#include "cpu/cache.h"
#include "cpu/features.h"
#include "cpu/random.h"
#include "cpu/setup.h"
#include "guest/domain.h"
#include "guest/sched.h"
#include "guest/sched_wake.h"
#include "guest/smccc.h"
#include "hw/firmware.h"
#include "hw/gic.h"
#include "hw/gic_find.h"
#include "hw/its.h"
#include "hw/power.h"
#include "hw/psci.h"
#include "hw/timer.h"
#include "hw/uart.h"
#include "io/io.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/el2_map.h"
#include "mem/heap.h"
#include "mem/stage2.h"
#include "trap/entry.h"
#include "trap/irq.h"

#define TCR_EL2_RES1 (BIT(31) | BIT(23))
#define TCR_EL2_WALK (BIT(8) | BIT(10) | 3ull << 12) /* write-back, inner shareable */
#define TCR_EL2_T0SZ 16ull
#define DTB_MAX_BYTES BLOCK_SIZE
#define LOG_PAGES (VIMO_LOG_BYTES / PAGE_SIZE)

extern uint8_t __image_start[], __image_end[];

/* head.S calls these. */
_Noreturn void boot_main(const void *fdt);
void boot_map(const void *fdt);
uint64_t boot_canary(const void *fdt);
void boot_wrong_level(const void *fdt);

/* The PS field takes the encoding of ID_AA64MMFR0_EL1.PARange; 52 bits need more than 4 KiB pages. */
static uint64_t physical_size(void)
{
	return MIN(FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0), 5);
}

static size_t dtb_bytes(const void *fdt)
{
	size_t bytes = (uintptr_t)fdt % 8 == 0 && fdt_check_header(fdt) == 0 ? fdt_totalsize(fdt) : 0;

	return bytes <= DTB_MAX_BYTES ? bytes : 0;
}

static uint64_t dtb_span(const void *fdt, uint64_t *first)
{
	*first = ALIGN_DOWN((uintptr_t)fdt, PAGE_SIZE);
	return ALIGN_UP((uintptr_t)fdt + dtb_bytes(fdt), PAGE_SIZE) - *first;
}

/* MMU off. EL2's tables: the image, and the boot DTB until dom0 has its own. */
void boot_map(const void *fdt)
{
	uint64_t first, bytes;

	/* The DTB is read with caches off here: clean the boot loader's lines to memory first. */
	if (IS_ALIGNED((uintptr_t)fdt, 8))
		cache_clean(fdt, sizeof(struct fdt_header));
	el2_map_init();
	el2_mmu.mair = EL2_MAIR;
	el2_mmu.tcr = TCR_EL2_RES1 | TCR_EL2_WALK | TCR_EL2_T0SZ | physical_size() << 16;
	el2_mmu.ttbr0 = el2_map_root().v;
	bytes = dtb_span(fdt, &first);
	if (dtb_bytes(fdt))
		el2_map(first, PA(first), bytes, EL2_RO);
}

/* The counter differs at each boot, by a little. */
uint64_t boot_canary(const void *fdt)
{
	return canary_make(dtb_bytes(fdt) ? fdt : NULL, counter_now() ^ cpu_random());
}

static const char *wrong_level(void)
{
	switch (FIELD(read_sysreg(currentel), 3, 2)) {
	case 1:
		return "ViMo-S: entered at EL1, but it must start at EL2. Tell the boot loader to leave "
		       "EL2 to it; with QEMU use -M virt,virtualization=on.\n";
	case 2:
		return "ViMo-S: this CPU offers EL2 only with VHE (HCR_EL2.E2H fixed at 1), which ViMo-S "
		       "cannot use.\n";
	default: return "ViMo-S: entered at EL3, but it must start at EL2, after the board's firmware.\n";
	}
}

/* MMU off. The output is this line alone. */
void boot_wrong_level(const void *fdt)
{
	const char *text = wrong_level();

	el2_map_init();
	if (dtb_bytes(fdt))
		uart_init(fdt);
	uart_write(text, strlen(text));
}

static uint64_t clock_ns(void)
{
	return counter_to_ns(counter_now());
}

static void uart_for_panic(void)
{
	uart_enable(true);
	log_echo(uart_write);
}

static void start_log(const void *fdt, const struct boot_options *options)
{
	log_level_set(options->log_level);
	log_init(NULL, clock_ns);
	if (options->console)
		uart_init(fdt);
	log_echo(uart_write);
	log_print(LOG_INFO, "ViMo-S " VIMO_RELEASE " at EL2, ABI %u.%u", VIMO_ABI_MAJOR, VIMO_ABI_MINOR);
}

static void start_memory(const void *fdt, const struct boot_options *options)
{
	struct vimo_log *ring;

	memory_layout_init(fdt, options);
	ring = heap_alloc(LOG_PAGES, 1);
	if (!ring)
		panic("no memory for the log");
	log_init(ring, clock_ns);
}

/* Page tables must grow with the memory that they map; the rest of EL2 stays small whatever the machine has. */
static size_t bytes_apart_from_tables(void)
{
	size_t image = (uintptr_t)__image_end - (uintptr_t)__image_start;
	size_t heap_used = heap_total_pages() - heap_free_pages();

	return image + (heap_used - dom0->stage2.table_pages) * PAGE_SIZE - el2_map_table_bytes();
}

/* From here on the UART and its interrupt are dom0's. */
static void hand_over(const void *fdt)
{
	uint64_t first, bytes = dtb_span(fdt, &first);

	log_print(LOG_INFO, "EL2 memory apart from page tables: %lu bytes", (unsigned long)bytes_apart_from_tables());
	log_print(LOG_INFO, "starting dom0, log goes to vimoctl dmesg");
	log_echo(NULL);
	uart_enable(false);
	panic_hook = uart_for_panic;
	el2_unmap(first, bytes);
	sched_start(dom0->vcpus[0]);
	secondary_release();
}

_Noreturn void boot_main(const void *fdt)
{
	struct boot_options options;
	struct cpu *cpu = &cpus[0];

	cpu->stack_top = boot_stack + CPU_STACK_BYTES;
	cpu_count = 1;
	cpu_vectors(cpu, el2_vectors);
	if (!dtb_bytes(fdt))
		panic("x0 is not the address of a device tree: start ViMo-S as an arm64 Image");
	boot_options_parse(fdt, &options);
	start_log(fdt, &options);
	start_memory(fdt, &options);
	psci_init(fdt);
	power_init(fdt);
	firmware_init(fdt);
	smccc_init();
	if (gic_init(fdt))
		panic("the device tree has no GICv2 or GICv3 with virtualization");
	its_init(fdt);
	gic_info.lr_count = MIN(gic_info.lr_implemented, options.lrs);
	sched_init(irq_handle);
	cpu_start(cpu);
	smp_start(fdt, options.cpus);
	if (cpu_find_kinds(options.mixed_cpus) > 1)
		log_print(LOG_INFO, "CPUs differ: a guest runs on those of one MIDR, unless guest_cpus=any is given");
	if (gic_info.version == 2)
		features_hide_gic();
	cpu_set_stage2(stage2_setup(features_pa_bits(), features_have_fwb()), stage2_shape.fwb);
	io_init();
	dom0_build(fdt, &options);
	io_share_with_dom0();
	hand_over(fdt);
	sched_run();
	guest_enter_first();
}
