// SPDX-License-Identifier: GPL-2.0-only
/*
 * signal.c - events that end in eventfds (kick, console).
 */
#include "signal.h"
#include "kernel.h"

/* Hard interrupt context. */
static void signal_fire(struct event *event)
{
	struct event_signal *signal = container_of(event, struct event_signal, event);
	unsigned long flags;

	spin_lock_irqsave(&signal->lock, flags);
	if (signal->ctx)
		vimo_eventfd_signal(signal->ctx);
	spin_unlock_irqrestore(&signal->lock, flags);
}

void vimo_signal_init(struct event_signal *signal)
{
	signal->event.fire = signal_fire;
	spin_lock_init(&signal->lock);
}

/*
 * A new eventfd is signalled once: doorbells from before the binding, perhaps for a device model that was killed, are
 * not lost.
 */
void vimo_signal_bind(struct event_signal *signal, struct eventfd_ctx *ctx)
{
	struct eventfd_ctx *old;
	unsigned long flags;

	spin_lock_irqsave(&signal->lock, flags);
	old = signal->ctx;
	signal->ctx = ctx;
	if (ctx)
		vimo_eventfd_signal(ctx);
	spin_unlock_irqrestore(&signal->lock, flags);
	if (old)
		eventfd_ctx_put(old);
}
