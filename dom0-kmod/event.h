/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event.h - event numbers, and the handlers of events that EL2 raises.
 */
#ifndef EVENT_H
#define EVENT_H

#include <vimo/event.h>

#include <linux/types.h>

/* Embedded in the object that the event belongs to. */
struct event {
	/*
	 * Hard interrupt context on the CPU the event is bound to, inside an RCU
	 * read section: short, no sleeping, spinlocks only with irqsave elsewhere.
	 */
	void (*fire)(struct event *event);
};

int vimo_event_init(void);
void vimo_event_exit(void);

/* Consecutive numbers; first number or -ENOSPC. Nothing fires before publish. */
int vimo_event_reserve(unsigned int count);
void vimo_event_publish(unsigned int number, struct event *event);
/*
 * Numbers go back and fire no more. A handler may still be in flight: free the memory that holds the events after an
 * RCU grace period.
 */
void vimo_event_release(unsigned int first, unsigned int count);

/* The dom0 vCPU with the fewest users; it cannot go offline until put. */
unsigned int vimo_event_cpu_get(void);
void vimo_event_cpu_put(unsigned int cpu);

#endif
