/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domain.h - what the module knows of a domain, and who may touch it.
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

#include "event.h"
#include "hypercall.h"

#include <vimo/device.h>
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

/* An event that ends in user space's eventfd. */
struct event_signal {
	struct event event;
	spinlock_t lock; /* ctx */
	struct eventfd_ctx *ctx;
};

struct guest_device {
	struct list_head node;
	struct rcu_head rcu; /* its events' handlers may look at it still */
	u64 ipa, pa;         /* of the shadow page */
	unsigned int first_event, queues;
	struct event_signal kick[];
};

/* Requests that wait for the device model; see ioreq.c. */
struct ioreq {
	spinlock_t lock;
	struct vimo_ioreq_page *page;
	fl_owner_t owner[VIMO_VCPU_MAX]; /* who took the slot; NULL: nobody */
	unsigned int next;               /* slot to look at first: none starves */
	wait_queue_head_t wait;          /* requests and changes of state */
	struct event event;
};

struct domain {
	struct kref kref;
	struct rcu_head rcu;
	u32 id, vcpus;
	unsigned int cpu; /* serves the events */
	bool adopted;     /* EL2 had it before the module came */

	struct mutex destroying;
	struct rw_semaphore sem;
	enum domain_phase phase;

	struct extent *extents; /* sorted by ipa */
	size_t extent_count, extent_room;
	atomic_t mappings; /* areas of user space, whatever they map, and transfers of disk_file.c */

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
	bool stopped;           /* SHUTDOWN or DYING; there is no way back */
	unsigned int first_event;
};

/* A domain's own events, from first_event on. */
enum { DOMAIN_EVENT_IOREQ, DOMAIN_EVENT_STATE, DOMAIN_EVENT_CONSOLE, DOMAIN_EVENTS };

/* domain.c */
int vimo_domains_init(void);
void vimo_domains_exit(void);
struct domain *vimo_domain_create(u32 vcpus, u32 weight); /* with a reference */
void vimo_domains_adopt(void);
struct domain *vimo_domain_get(u32 id); /* NULL when there is none */
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

/* destroy.c */
int vimo_domain_destroy(struct domain *domain); /* at once, or by the reaper later */
void vimo_domain_reaper(struct work_struct *work);

/* domain_file.c */
long vimo_publish_fd(int fd, struct file *file, void __user *user, const void *args, size_t bytes);
struct file *vimo_domain_file(struct domain *domain); /* takes over the reference on success */

/* memory_file.c */
struct file *vimo_memory_file(struct domain *domain); /* with a reference of its own, or ERR_PTR */

/* disk_file.c: with a reference of its own on the domain and image's, or ERR_PTR and without */
struct file *vimo_disk_file(struct domain *domain, struct file *image, u64 base);

/* memory.c */
int vimo_memory_populate(struct domain *domain, u64 ipa, u64 bytes);
int vimo_memory_adopt(struct domain *domain);
/* Caller holds domain->sem. */
const struct extent *vimo_memory_find_locked(struct domain *domain, u64 ipa);
bool vimo_memory_covers_locked(struct domain *domain, u64 ipa, u64 bytes);
u64 vimo_memory_bytes_locked(struct domain *domain, u64 ipa); /* there from ipa on, without a hole */
/* Phase DYING, so that nobody can map any more. */
bool vimo_memory_referenced(struct domain *domain);
int vimo_memory_revoke(struct domain *domain);

/* mmap.c */
int vimo_domain_mmap(struct file *file, struct vm_area_struct *vma);
int vimo_memory_mmap(struct file *file, struct vm_area_struct *vma);

/* device.c */
int vimo_device_add(struct domain *domain, const struct vimo_ioc_device *args); /* or change its queues */
struct guest_device *vimo_device_find_locked(struct domain *domain, u64 ipa);
void vimo_devices_release_locked(struct domain *domain); /* their events; domain is going */
void vimo_devices_free(struct domain *domain);

/* ioreq.c */
int vimo_ioreq_init(struct domain *domain);
void vimo_ioreq_recover(struct domain *domain);
void vimo_ioreq_exit(struct domain *domain);
int vimo_ioreq_serve(struct domain *domain, struct vimo_ioc_ioreq *args);
bool vimo_ioreq_waits(struct domain *domain);
void vimo_ioreq_abandon(struct domain *domain, fl_owner_t owner);

/* eventfd.c */
void vimo_signal_init(struct event_signal *signal);
/* ctx's reference goes to the signal; NULL takes the binding away. */
void vimo_signal_bind(struct event_signal *signal, struct eventfd_ctx *ctx);
int vimo_kick_bind(struct domain *domain, const struct vimo_ioc_kick *args);
int vimo_call_bind(struct domain *domain, const struct vimo_ioc_call *args);
int vimo_console_bind(struct domain *domain, int fd);
void vimo_calls_remove_locked(struct domain *domain);
void vimo_calls_hangup(struct work_struct *work);

#endif
