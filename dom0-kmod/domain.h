/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domain.h - a domain as the module knows it, its life and its locks.
 *
 * Life: ALIVE -> DYING (DESTROY was asked; only that goes on) -> GONE (EL2 has
 * freed it and may give its id to another). References: one from the table
 * until GONE, one from each descriptor, one from each work item under way.
 * While a domain is in the table it holds a reference on the module.
 *
 * Locks, outermost first:
 *   mmap_lock        the kernel's, in mmap() and page faults: so no lock below
 *                    is held while user memory is copied
 *   destroying       one thread at a time takes a domain down
 *   domains_lock     the table (domain.c), and that an id means one domain
 *   domain->sem      read: use the id in a hypercall, look things up;
 *                    write: change extents, devices, bindings or the phase
 *   ioreq.lock, eventfd's wait queue lock, signal.lock, events_lock (event.c)
 *                    spinlocks; signal.lock is taken in hard interrupt context
 */
#ifndef DOMAIN_H
#define DOMAIN_H

#include "signal.h"

#include <vimo/device.h>
#include <vimo/domain.h>
#include <vimo/ioctl.h>
#include <vimo/ioreq.h>

#include <linux/atomic.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define DOMAIN_CALLS_MAX 1024u /* eventfds that interrupt one guest */

enum domain_phase { DOMAIN_ALIVE, DOMAIN_DYING, DOMAIN_GONE };

/* A piece of guest memory that is contiguous on both sides. */
struct extent {
	u64 ipa, pa, bytes;
	bool granted; /* dom0 reaches it at IPA = PA */
};

/* Requests that wait for the device model; see ioreq.c. */
struct ioreq {
	spinlock_t lock;
	struct vimo_ioreq_page *page;
	fl_owner_t owner[VIMO_VCPU_MAX]; /* process that took the slot; NULL: none */
	unsigned int next;               /* slot to look at first, so that none starves */
	wait_queue_head_t wait;          /* requests and changes of state */
	struct event event;
};

struct domain {
	struct kref kref;
	struct rcu_head rcu;
	u32 id, vcpus;
	unsigned int cpu; /* serves the events */
	bool adopted;     /* EL2 had the domain before the module was loaded */

	struct mutex destroying;
	struct rw_semaphore sem;
	enum domain_phase phase;

	struct extent *extents; /* sorted by ipa */
	size_t extent_count, extent_room;
	atomic_t mappings;            /* areas of RAM in user space, and transfers of disk_file.c */
	struct address_space mapping; /* of all descriptors of the domain, so that shared pages can be unmapped */

	struct list_head devices;
	unsigned int device_count;
	struct list_head calls;
	unsigned int call_count;
	struct work_struct hangup; /* an eventfd of calls was closed */
	struct delayed_work reaper;
	unsigned long reaper_delay; /* jiffies */

	struct ioreq ioreq;
	u64 console_pa, ioreq_pa;
	struct event_signal console;
	struct event state_event;
	atomic_t state_changes; /* counted by the event ... */
	int state_seen;         /* ... and as of the last look at EL2's state */
	bool stopped;           /* SHUTDOWN or DYING; never set back */
	unsigned int first_event;
};

/* A domain's own events, from first_event on. */
enum { DOMAIN_EVENT_IOREQ, DOMAIN_EVENT_STATE, DOMAIN_EVENT_CONSOLE, DOMAIN_EVENTS };

int vimo_domains_init(void);
void vimo_domains_exit(void);
/* With a reference for the caller; not listed yet. NULL: no memory. */
struct domain *vimo_domain_alloc(u32 vcpus);
/* Have EL2 make the domain, or take the one that it has; then list it. */
int vimo_domain_list_new(struct domain *domain, u32 weight);
void vimo_domain_list_adopted(struct domain *domain, u32 id);
struct domain *vimo_domain_get(u32 id); /* NULL: no such domain */
bool vimo_domain_next(u32 *id);
unsigned int vimo_domain_count(void);
void vimo_domain_put(struct domain *domain);
int vimo_domain_step_destroy(struct domain *domain); /* one call of DOMAIN_DESTROY */
void vimo_domain_release_events(struct domain *domain);
bool vimo_domain_stopped(struct domain *domain); /* any context that may make hypercalls */
extern struct workqueue_struct *vimo_workqueue;

/* down_read(&domain->sem) and 0, or -ENOENT (GONE) or -ESTALE (DYING) and nothing. */
int vimo_domain_enter(struct domain *domain);
int vimo_domain_enter_write(struct domain *domain);

#endif
