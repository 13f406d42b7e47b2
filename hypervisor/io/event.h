/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event.h - events: bits in pages that dom0 reads, and one interrupt.
 */
#ifndef IO_EVENT_H
#define IO_EVENT_H

#include "io/domain_io.h"

pa_t event_pages(void);
bool event_binding_valid(uint64_t number, uint64_t vcpu);
void event_raise(struct event_binding binding);
void event_raise_soon(struct event_binding binding); /* the vCPU that runs here goes on for a moment */
enum vimo_status event_bind(struct domain *domain, uint64_t source, uint64_t index, struct event_binding binding);
enum vimo_status event_connect(struct domain *domain, uint64_t port, uint64_t target_domain, uint64_t target);
enum vimo_status event_send(struct domain *domain, uint64_t port);
void event_init(void);

#endif
