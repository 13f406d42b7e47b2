// SPDX-License-Identifier: GPL-2.0-only
/*
 * eventfd.c - bind events to eventfds (kick, console), eventfds to interrupts
 * (call).
 *
 * A call listens on its eventfd's wait queue, as KVM's irqfd does: the thread
 * that signals the eventfd makes the hypercall itself, with no thread between.
 * When the last descriptor of the eventfd is closed the call ends, too.
 */
#include "eventfd.h"
#include "device.h"
#include "hypercall.h"
#include "signal.h"

#include <linux/file.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/slab.h>

struct call {
	struct list_head node;
	struct domain *domain; /* outlives the call, which is on its list */
	u64 ipa;
	u32 bits;
	struct eventfd_ctx *ctx;
	wait_queue_entry_t wait;
	poll_table table; /* used while the call is set up */
	bool closed;      /* by the last descriptor; removal is on its way */
};

/* fd -1 gives NULL. */
static struct eventfd_ctx *eventfd_get(int fd)
{
	return fd == -1 ? NULL : eventfd_ctx_fdget(fd);
}

int vimo_kick_bind(struct domain *domain, const struct vimo_ioc_kick *args)
{
	struct eventfd_ctx *ctx = eventfd_get(args->fd);
	struct guest_device *device;
	int err;

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	err = vimo_domain_enter(domain);
	if (err)
		goto put_ctx;
	device = vimo_device_find_locked(domain, args->ipa);
	if (!device)
		err = -ENOENT;
	else if (args->queue >= device->queues)
		err = -EINVAL;
	else
		vimo_signal_bind(&device->kick[array_index_nospec(args->queue, device->queues)], ctx);
	up_read(&domain->sem);
put_ctx:
	if (err && ctx)
		eventfd_ctx_put(ctx);
	return err;
}

int vimo_console_bind(struct domain *domain, int fd)
{
	struct eventfd_ctx *ctx = eventfd_get(fd);
	int err;

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	err = vimo_domain_enter(domain);
	if (err) {
		if (ctx)
			eventfd_ctx_put(ctx);
		return err;
	}
	vimo_signal_bind(&domain->console, ctx);
	up_read(&domain->sem);
	return 0;
}

/* The eventfd's wait queue lock is held, interrupts are off. */
static int call_wakeup(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct call *call = container_of(wait, struct call, wait);
	__poll_t flags = key_to_poll(key);
	int consumed = 0;
	u64 count;

	if (flags & EPOLLIN) {
		eventfd_ctx_do_read(call->ctx, &count);
		hc_device_notify(call->domain->id, call->ipa, call->bits);
		consumed = 1;
	}
	if (flags & EPOLLHUP && !READ_ONCE(call->closed)) {
		WRITE_ONCE(call->closed, true);
		kref_get(&call->domain->kref);
		if (!queue_work(vimo_workqueue, &call->domain->hangup))
			vimo_domain_put(call->domain);
	}
	return consumed;
}

static void call_listen(struct file *file, wait_queue_head_t *queue, poll_table *table)
{
	struct call *call = container_of(table, struct call, table);

	add_wait_queue_priority(queue, &call->wait);
}

static void call_remove(struct call *call)
{
	u64 count;

	eventfd_ctx_remove_wait_queue(call->ctx, &call->wait, &count); /* waits for call_wakeup */
	eventfd_ctx_put(call->ctx);
	list_del(&call->node);
	call->domain->call_count--;
	kfree(call);
}

void vimo_calls_remove_locked(struct domain *domain)
{
	struct call *call, *next;

	lockdep_assert_held_write(&domain->sem);
	list_for_each_entry_safe(call, next, &domain->calls, node)
		call_remove(call);
}

void vimo_calls_hangup(struct work_struct *work)
{
	struct domain *domain = container_of(work, struct domain, hangup);
	struct call *call, *next;

	down_write(&domain->sem);
	list_for_each_entry_safe(call, next, &domain->calls, node) {
		if (READ_ONCE(call->closed))
			call_remove(call);
	}
	up_write(&domain->sem);
	vimo_domain_put(domain);
}

/* Takes over ctx on success. file is the same eventfd, open during the call. */
static int call_add_locked(struct domain *domain, const struct vimo_ioc_call *args, struct file *file,
			   struct eventfd_ctx *ctx)
{
	struct call *call;

	if (!vimo_device_find_locked(domain, args->ipa))
		return -ENOENT;
	if (domain->call_count == DOMAIN_CALLS_MAX)
		return -ENOSPC;
	list_for_each_entry(call, &domain->calls, node) {
		if (call->ctx == ctx) /* would interrupt twice, but be read once */
			return -EEXIST;
	}
	call = kzalloc(sizeof(*call), GFP_KERNEL_ACCOUNT);
	if (!call)
		return -ENOMEM;
	call->domain = domain;
	call->ipa = args->ipa;
	call->bits = args->bits;
	call->ctx = ctx;
	list_add_tail(&call->node, &domain->calls);
	domain->call_count++;

	init_waitqueue_func_entry(&call->wait, call_wakeup);
	init_poll_funcptr(&call->table, call_listen);
	if (vfs_poll(file, &call->table) & EPOLLIN) /* signalled before the call listened */
		hc_device_notify(domain->id, call->ipa, call->bits);
	return 0;
}

static int call_take_away_locked(struct domain *domain, const struct vimo_ioc_call *args)
{
	struct call *call, *next;
	int err = -ENOENT;

	list_for_each_entry_safe(call, next, &domain->calls, node) {
		if (call->ipa == args->ipa && call->bits == args->bits) {
			call_remove(call);
			err = 0;
		}
	}
	return err;
}

/**
 * vimo_call_bind() - VIMO_IOC_CALL.
 * @domain: whose device
 * @args: from user space, unchecked
 *
 * Return: 0, -ENOENT (no device there; with fd -1: nothing was bound), -EEXIST
 * (this eventfd interrupts this guest already), -ENOSPC, -ENOMEM, -EBADF or
 * -EINVAL (not an eventfd).
 */
int vimo_call_bind(struct domain *domain, const struct vimo_ioc_call *args)
{
	struct eventfd_ctx *ctx = NULL;
	struct file *file = NULL;
	int err;

	if (args->fd != -1) {
		file = eventfd_fget(args->fd);
		if (IS_ERR(file))
			return PTR_ERR(file);
		ctx = eventfd_ctx_fileget(file);
		if (IS_ERR(ctx)) {
			err = PTR_ERR(ctx);
			goto put_file;
		}
	}
	err = vimo_domain_enter_write(domain);
	if (!err) {
		err = file ? call_add_locked(domain, args, file, ctx) : call_take_away_locked(domain, args);
		up_write(&domain->sem);
	}
	if (err && ctx)
		eventfd_ctx_put(ctx);
put_file:
	if (file)
		fput(file);
	return err;
}
