// SPDX-License-Identifier: GPL-2.0-only
/*
 * trapcost.c - what the trapping operations of a guest kernel cost, in time of
 * the virtual counter: with -icount shift=0 a nanosecond is an instruction.
 * Loads, prints one line a row, and refuses to stay.
 */
#include <linux/arm-smccc.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/io.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <asm/arch_timer.h>
#include <asm/sysreg.h>

static int rounds = 2000;
module_param(rounds, int, 0);
static ulong device; /* address of a register that a device model in user space answers; 0: none */
module_param(device, ulong, 0);
static ulong virtio; /* address of a virtio-mmio device without a driver; 0: none */
module_param(virtio, ulong, 0);

#define PSCI_VERSION 0x84000000
#define GICD_TYPER 0x004
#define GICD_ISENABLER1 0x104
#define GICD_IPRIORITYR8 0x420
#define TIMER_NS 50000
#define VIRTIO_QUEUE_NOTIFY 0x050
#define VIRTIO_INTERRUPT_ACK 0x064

static u64 now(void)
{
	u64 value;

	asm volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(value) : : "memory");
	return value;
}

static void report(const char *row, u64 ticks, u64 count, u64 less_ns)
{
	u64 ps = div64_u64(ticks * 1000000000ULL, read_sysreg(cntfrq_el0)) * 1000 / count - less_ns * 1000;

	pr_err("trapcost: %s %llu.%llu\n", row, ps / 1000, ps % 1000 / 100);
	/* dom0 shares the CPU: let it print this line before the next row is measured. */
	msleep(50);
}

#define MEASURE(row, operation)                \
	do {                                   \
		unsigned long flags;           \
		u64 start;                     \
		int i;                         \
                                               \
		operation;                     \
		local_irq_save(flags);         \
		start = now();                 \
		for (i = 0; i < rounds; i++)   \
			operation;             \
		start = now() - start;         \
		local_irq_restore(flags);      \
		report(row, start, rounds, 0); \
		cond_resched();                \
	} while (0)

static void measure_calls(void)
{
	struct arm_smccc_res result;

	MEASURE("hypercall", arm_smccc_1_1_hvc(PSCI_VERSION, &result));
	MEASURE("id-register", ({
			u64 value = read_sysreg(id_aa64pfr0_el1);

			asm volatile("" : : "r"(value));
		}));
}

static void measure_gic(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "arm,gic-v3");
	void __iomem *gicd;
	u32 priority;

	if (!node)
		node = of_find_compatible_node(NULL, NULL, "arm,cortex-a15-gic");
	gicd = node ? of_iomap(node, 0) : NULL;
	if (!gicd)
		return;
	MEASURE("gicd-typer-read", readl_relaxed(gicd + GICD_TYPER));
	MEASURE("gicd-isenabler-read", readl_relaxed(gicd + GICD_ISENABLER1));
	priority = readl_relaxed(gicd + GICD_IPRIORITYR8);
	MEASURE("gicd-ipriorityr-write", writel_relaxed(priority, gicd + GICD_IPRIORITYR8));
	iounmap(gicd);
}

/*
 * A doorbell wakes the device model, which has one CPU with us: the cost of
 * the exit alone is that of the second ring, when it is awake already.
 */
static void measure_doorbell(void __iomem *notify)
{
	u64 exit = 0, served = 0;
	int i;

	for (i = 0; i < rounds / 10; i++) {
		unsigned long flags;
		u64 start, once;

		local_irq_save(flags);
		start = now();
		writel_relaxed(0, notify);
		once = now();
		writel_relaxed(0, notify);
		exit += now() - once;
		local_irq_restore(flags);
		msleep(1); /* all is quiet again */
		served += once - start;
	}
	report("doorbell", exit, rounds / 10, 0);
	report("doorbell-first", served, rounds / 10, 0);
}

static void measure_devices(void)
{
	void __iomem *registers = device ? ioremap(device, PAGE_SIZE) : NULL;

	if (registers) {
		MEASURE("device-register-read", readl_relaxed(registers));
		iounmap(registers);
	}
	registers = virtio ? ioremap(virtio, PAGE_SIZE) : NULL;
	if (!registers)
		return;
	MEASURE("virtio-read", readl_relaxed(registers));
	MEASURE("virtio-ack", writel_relaxed(1, registers + VIRTIO_INTERRUPT_ACK));
	measure_doorbell(registers + VIRTIO_QUEUE_NOTIFY);
	iounmap(registers);
}

static volatile bool hit;
static u64 hit_at;

static void work_handler(struct irq_work *work)
{
	hit_at = now();
	hit = true;
}

static enum hrtimer_restart timer_handler(struct hrtimer *timer)
{
	hit_at = now();
	hit = true;
	return HRTIMER_NORESTART;
}

static void measure_ipi(void)
{
	u64 to_handler = 0, to_resume = 0;
	struct irq_work work;
	int i;

	init_irq_work(&work, work_handler);
	for (i = 0; i < rounds; i++) {
		u64 start, end;

		preempt_disable();
		hit = false;
		start = now();
		irq_work_queue(&work);
		while (!hit)
			cpu_relax();
		end = now();
		preempt_enable();
		to_handler += hit_at - start;
		to_resume += end - start;
	}
	report("self-ipi-to-handler", to_handler, rounds, 0);
	report("self-ipi-to-resume", to_resume, rounds, 0);
}

static void measure_timer(void)
{
	struct hrtimer timer;
	u64 late = 0;
	int i, count = rounds / 10;

	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer.function = timer_handler;
	for (i = 0; i < count; i++) {
		u64 start;

		preempt_disable();
		hit = false;
		start = now();
		hrtimer_start(&timer, ns_to_ktime(TIMER_NS), HRTIMER_MODE_REL_PINNED_HARD);
		while (!hit)
			cpu_relax();
		preempt_enable();
		late += hit_at - start;
	}
	report("timer-lateness", late, count, TIMER_NS);
}

static int __init trapcost_init(void)
{
	measure_calls();
	measure_gic();
	measure_ipi();
	measure_timer();
	measure_devices();
	return -EAGAIN; /* measured: nothing to keep */
}
module_init(trapcost_init);
MODULE_DESCRIPTION("Cost of a guest's exits");
MODULE_LICENSE("GPL");
