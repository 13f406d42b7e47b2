// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - EL2's event interrupt: a PPI, one page of bits per dom0 vCPU.
 *
 * dom0's vCPU n is Linux's CPU n: EL2 writes the /cpus nodes in that order and
 * starts dom0 on vCPU 0 (docs/abi.md). Owner of the table of events, their
 * number map and the users of each CPU.
 *
 * Lock: events_lock, innermost, taken with interrupts off; the interrupt
 * handler reads the table under RCU and takes no lock of this file.
 */
#include "event.h"
#include "hypercall.h"

#include <linux/bitmap.h>
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(events_lock);
static DECLARE_BITMAP(event_used, VIMO_EVENT_COUNT);
static struct event __rcu *event_table[VIMO_EVENT_COUNT];
static struct vimo_event_page *event_pages; /* one for each possible CPU */
static unsigned int cpu_users[NR_CPUS];
static DEFINE_PER_CPU(struct vimo_event_page *, event_page);
static unsigned int event_irq;
static int event_cpuhp;

static void event_fire(unsigned int number)
{
	struct event *event = rcu_dereference(event_table[number]);

	if (event) /* else the source outlived its owner, or EL2 is at fault */
		event->fire(event);
}

/* Summary first: EL2 sets a pending bit, then summary, then raises the interrupt. */
static void event_drain(struct vimo_event_page *page)
{
	unsigned long words = xchg(&page->summary, 0);

	rcu_read_lock();
	while (words) {
		unsigned int word = __ffs(words);
		unsigned long bits = xchg(&page->pending[word], 0);

		words &= words - 1;
		while (bits) {
			event_fire(word * 64 + __ffs(bits));
			bits &= bits - 1;
		}
	}
	rcu_read_unlock();
}

static void event_drain_later(struct irq_work *work)
{
	event_drain(*this_cpu_ptr(&event_page));
}

/* Set up at run time: a module's per-CPU data are not relocated. */
static DEFINE_PER_CPU(struct irq_work, event_work);

static irqreturn_t event_interrupt(int irq, void *data)
{
	/* On PREEMPT_RT, wait queues and eventfds take locks that sleep: leave them to irq_work's thread. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		irq_work_queue(this_cpu_ptr(&event_work));
	else
		event_drain(*(struct vimo_event_page **)data);
	return IRQ_HANDLED;
}

/* Runs on the CPU itself. Events from before it was online count, too. */
static int event_cpu_online(unsigned int cpu)
{
	enable_percpu_irq(event_irq, irq_get_trigger_type(event_irq));
	irq_work_queue(this_cpu_ptr(&event_work));
	return 0;
}

static int event_cpu_offline(unsigned int cpu)
{
	/* EL2 binds a device's events once: they cannot follow to another CPU. */
	if (READ_ONCE(cpu_users[cpu])) {
		pr_info("vimo: CPU %u serves events of %u domains and stays online\n", cpu, cpu_users[cpu]);
		return -EBUSY;
	}
	disable_percpu_irq(event_irq);
	irq_work_sync(this_cpu_ptr(&event_work));
	return 0;
}

int vimo_event_reserve(unsigned int count)
{
	unsigned long flags, first;

	spin_lock_irqsave(&events_lock, flags);
	first = bitmap_find_next_zero_area(event_used, VIMO_EVENT_COUNT, 1, count, 0);
	if (first < VIMO_EVENT_COUNT)
		bitmap_set(event_used, first, count);
	spin_unlock_irqrestore(&events_lock, flags);
	return first < VIMO_EVENT_COUNT ? (int)first : -ENOSPC;
}

void vimo_event_publish(unsigned int number, struct event *event)
{
	rcu_assign_pointer(event_table[number], event);
}

void vimo_event_release(unsigned int first, unsigned int count)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&events_lock, flags);
	for (i = first; i < first + count; i++)
		RCU_INIT_POINTER(event_table[i], NULL);
	bitmap_clear(event_used, first, count);
	spin_unlock_irqrestore(&events_lock, flags);
}

unsigned int vimo_event_cpu_get(void)
{
	unsigned int cpu, best;
	unsigned long flags;

	cpus_read_lock(); /* none goes offline between the choice and the count */
	spin_lock_irqsave(&events_lock, flags);
	best = cpumask_first(cpu_online_mask);
	for_each_online_cpu(cpu) {
		if (cpu_users[cpu] < cpu_users[best])
			best = cpu;
	}
	WRITE_ONCE(cpu_users[best], cpu_users[best] + 1);
	spin_unlock_irqrestore(&events_lock, flags);
	cpus_read_unlock();
	return best;
}

void vimo_event_cpu_put(unsigned int cpu)
{
	unsigned long flags;

	spin_lock_irqsave(&events_lock, flags);
	WRITE_ONCE(cpu_users[cpu], cpu_users[cpu] - 1);
	spin_unlock_irqrestore(&events_lock, flags);
}

static int event_map_irq(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "vimo,vimo-s");

	event_irq = irq_of_parse_and_map(node, 0);
	of_node_put(node);
	if (!event_irq) {
		pr_err("vimo: the device tree's /hypervisor node has no usable event interrupt\n");
		return -ENXIO;
	}
	return 0;
}

static int event_map_pages(void)
{
	phys_addr_t pa = vimo_info(VIMO_INFO_EVENT_PA);
	unsigned int cpu;

	if (!pa) {
		pr_err("vimo: the hypervisor offers no event pages\n");
		return -ENXIO;
	}
	event_pages = memremap(pa, nr_cpu_ids * sizeof(*event_pages), MEMREMAP_WB);
	if (!event_pages)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		per_cpu(event_page, cpu) = &event_pages[cpu];
		init_irq_work(per_cpu_ptr(&event_work, cpu), event_drain_later);
	}
	return 0;
}

int vimo_event_init(void)
{
	int err;

	__set_bit(0, event_used); /* 0 means "none" */
	err = event_map_pages();
	if (err)
		return err;
	err = event_map_irq();
	if (err)
		goto unmap_pages;
	err = request_percpu_irq(event_irq, event_interrupt, "vimo", &event_page);
	if (err) {
		pr_err("vimo: cannot request event interrupt %u: error %d\n", event_irq, err);
		goto unmap_irq;
	}
	err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "vimo:online", event_cpu_online, event_cpu_offline);
	if (err < 0)
		goto free_irq;
	event_cpuhp = err;
	return 0;

free_irq:
	free_percpu_irq(event_irq, &event_page);
unmap_irq:
	irq_dispose_mapping(event_irq);
unmap_pages:
	memunmap(event_pages);
	return err;
}

/* No domain is left, so no CPU has users and no event an owner. */
void vimo_event_exit(void)
{
	cpuhp_remove_state(event_cpuhp);
	free_percpu_irq(event_irq, &event_page);
	irq_dispose_mapping(event_irq);
	memunmap(event_pages);
}
