// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - a guest's RAM: where it is, dom0's right to reach it, whether it
 * is in use.
 *
 * dom0 may touch only memory that EL2 granted; any other access is an external
 * abort. So memory is granted as it is populated, before a process can map it,
 * and revoked only when each of its pages has its first reference alone.
 */
#include "memory.h"
#include "hypercall.h"
#include "status.h"

#include <vimo/guest_map.h>

#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

/* Index of the first extent that ends above ipa. */
static size_t memory_search(const struct domain *domain, u64 ipa)
{
	size_t low = 0, high = domain->extent_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct extent *extent = &domain->extents[middle];

		if (extent->ipa + extent->bytes <= ipa)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct extent *vimo_memory_find_locked(struct domain *domain, u64 ipa)
{
	size_t i = memory_search(domain, ipa);

	lockdep_assert_held(&domain->sem);
	if (i == domain->extent_count || domain->extents[i].ipa > ipa)
		return NULL;
	return &domain->extents[i];
}

u64 vimo_memory_bytes_locked(struct domain *domain, u64 ipa)
{
	u64 end = ipa;
	size_t i;

	lockdep_assert_held(&domain->sem);
	for (i = memory_search(domain, ipa); i < domain->extent_count && domain->extents[i].ipa <= end; i++)
		end = domain->extents[i].ipa + domain->extents[i].bytes;
	return end - ipa;
}

bool vimo_memory_covers_locked(struct domain *domain, u64 ipa, u64 bytes)
{
	return vimo_memory_bytes_locked(domain, ipa) >= bytes;
}

static int memory_make_room(struct domain *domain)
{
	size_t room = max_t(size_t, 16, domain->extent_room * 2);
	struct extent *extents;

	if (domain->extent_count < domain->extent_room)
		return 0;
	extents = kvmalloc_array(room, sizeof(*extents), GFP_KERNEL_ACCOUNT);
	if (!extents)
		return -ENOMEM;
	if (domain->extent_count)
		memcpy(extents, domain->extents, domain->extent_count * sizeof(*extents));
	kvfree(domain->extents);
	domain->extents = extents;
	domain->extent_room = room;
	return 0;
}

/* The array has room; the list does not have [ipa, ipa + bytes), which is not granted yet. */
static void memory_insert(struct domain *domain, u64 ipa, u64 pa, u64 bytes)
{
	size_t i = memory_search(domain, ipa);

	memmove(&domain->extents[i + 1], &domain->extents[i], (domain->extent_count - i) * sizeof(*domain->extents));
	domain->extents[i] = (struct extent){ ipa, pa, bytes, false };
	domain->extent_count++;
}

static bool extent_continues(const struct extent *extent, const struct extent *next)
{
	return extent->granted && extent->ipa + extent->bytes == next->ipa && extent->pa + extent->bytes == next->pa;
}

/*
 * Mark the range's new extents as granted and join contiguous ones, or forget them. Between the two calls all other
 * extents are granted.
 */
static void memory_settle(struct domain *domain, u64 ipa, u64 bytes, bool granted)
{
	struct extent *extents = domain->extents;
	size_t from = memory_search(domain, ipa), out = from;

	while (from < domain->extent_count && extents[from].ipa < ipa + bytes) {
		struct extent extent = extents[from++];

		if (!granted)
			continue;
		extent.granted = true;
		if (out && extent_continues(&extents[out - 1], &extent))
			extents[out - 1].bytes += extent.bytes;
		else
			extents[out++] = extent;
	}
	memmove(&extents[out], &extents[from], (domain->extent_count - from) * sizeof(*extents));
	domain->extent_count -= from - out;
}

/* dom0's kernel must know the memory: get_page() on nothing would be fatal. */
static bool memory_has_page(u64 pa)
{
	return pfn_is_map_memory(PHYS_PFN(pa)) && PageReserved(pfn_to_page(PHYS_PFN(pa)));
}

/* Record [ipa, ipa + bytes), which EL2 has just populated. */
static int memory_record(struct domain *domain, u64 ipa, u64 bytes)
{
	while (bytes) {
		struct hypercall_result at;
		u64 part;
		int err;

		err = vimo_errno(vimo_hypercall(VIMO_HC_MEM_TRANSLATE, domain->id, ipa, 0, 0, 0, &at));
		if (!err)
			err = memory_make_room(domain);
		if (err)
			return err;
		part = min(at.x2, bytes);
		if (!part || !memory_has_page(at.x1) || !memory_has_page(at.x1 + part - 1)) {
			pr_err("vimo: domain %u: memory at %#llx is not in dom0's reserved pool\n", domain->id, at.x1);
			return -EIO;
		}
		memory_insert(domain, ipa, at.x1, part);
		ipa += part;
		bytes -= part;
	}
	return 0;
}

/* MEM_GRANT or MEM_REVOKE of a range; *done: how far it came. */
static int memory_change(struct domain *domain, enum vimo_hypercall call, u64 ipa, u64 bytes, u64 *done)
{
	*done = 0;
	while (*done < bytes) {
		struct hypercall_result result = { .x1 = 0 };
		int status = vimo_hypercall(call, domain->id, ipa + *done, bytes - *done, 0, 0, &result);

		if (status != VIMO_OK && status != VIMO_AGAIN)
			return vimo_errno(status);
		if (status == VIMO_OK && !result.x1)
			return -EIO; /* no progress, and no sign of any */
		*done += min(result.x1, bytes - *done);
		cond_resched();
	}
	return 0;
}

/* All or nothing. */
static int memory_grant(struct domain *domain, u64 ipa, u64 bytes)
{
	u64 done, undone;
	int err = memory_change(domain, VIMO_HC_MEM_GRANT, ipa, bytes, &done);

	if (err && done)
		memory_change(domain, VIMO_HC_MEM_REVOKE, ipa, done, &undone);
	return err;
}

/* One bounded part of POPULATE, recorded and granted. Returns bytes done or -errno. */
static ssize_t memory_populate_part(struct domain *domain, u64 ipa, u64 bytes)
{
	struct hypercall_result result = { .x1 = 0 };
	int status, err;
	u64 done;

	err = vimo_domain_enter_write(domain);
	if (err)
		return err;
	status = vimo_hypercall(VIMO_HC_MEM_POPULATE, domain->id, ipa, bytes, 0, 0, &result);
	done = min(result.x1, bytes);
	if (status != VIMO_OK && status != VIMO_AGAIN) {
		err = vimo_errno(status);
	} else if (status == VIMO_OK && !done) {
		err = -EIO;
	} else if (done) {
		err = memory_record(domain, ipa, done);
		if (!err)
			err = memory_grant(domain, ipa, done);
		memory_settle(domain, ipa, done, !err);
	}
	up_write(&domain->sem);
	return err ? err : (ssize_t)done;
}

/**
 * vimo_memory_populate() - give a guest RAM, and dom0 the right to map it.
 * @domain: not yet started, or EL2 refuses
 * @ipa:   page aligned
 * @bytes: non-zero multiple of the page size
 *
 * On failure the guest keeps the part that was done: destroy the domain.
 *
 * Return: 0, -EINVAL, -EEXIST, -ENOMEM (the pool is used up), -ESTALE, -EINTR.
 */
int vimo_memory_populate(struct domain *domain, u64 ipa, u64 bytes)
{
	if (!bytes || !PAGE_ALIGNED(ipa | bytes) || ipa > VIMO_MMAP_IOREQ || bytes > VIMO_MMAP_IOREQ - ipa)
		return -EINVAL;
	while (bytes) {
		ssize_t done = memory_populate_part(domain, ipa, bytes);

		if (done < 0)
			return done;
		ipa += done;
		bytes -= done;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/*
 * RAM of a domain that existed before the module: all that is populated from the base of RAM on. Any part of it may be
 * granted already; in the end all is.
 */
int vimo_memory_adopt(struct domain *domain)
{
	u64 bytes = 0, base = VIMO_GUEST_RAM_BASE, done;
	struct hypercall_result size, at;
	int err;

	err = vimo_errno(hc_domain_info(domain->id, VIMO_DOMAIN_INFO_SIZE, &size));
	while (!err && bytes < VIMO_GUEST_RAM_MAX &&
	       vimo_hypercall(VIMO_HC_MEM_TRANSLATE, domain->id, base + bytes, 0, 0, 0, &at) == VIMO_OK && at.x2) {
		err = memory_record(domain, base + bytes, at.x2);
		bytes += at.x2;
		cond_resched();
	}
	if (!err && size.x2 != size.x3) {
		memory_change(domain, VIMO_HC_MEM_REVOKE, base, bytes, &done);
		err = memory_grant(domain, base, bytes);
	}
	memory_settle(domain, base, bytes, !err);
	return err;
}

static bool extent_referenced(const struct extent *extent)
{
	u64 i, first = PHYS_PFN(extent->pa), pages = extent->bytes >> PAGE_SHIFT;

	for (i = 0; i < pages; i++) {
		if (page_count(pfn_to_page(first + i)) != 1)
			return true;
		if (!(i % 4096))
			cond_resched();
	}
	return false;
}

/**
 * vimo_memory_referenced() - whether a page of the guest is in use.
 * @domain: in phase DYING
 *
 * A page of the pool has one reference from boot on. More are mappings and
 * pins: a device may write to it yet. Mappings are closed to newcomers, so
 * the count can only fall.
 */
bool vimo_memory_referenced(struct domain *domain)
{
	size_t i;

	for (i = 0; i < domain->extent_count; i++) {
		if (extent_referenced(&domain->extents[i]))
			return true;
	}
	return false;
}

int vimo_memory_revoke(struct domain *domain)
{
	size_t i;

	for (i = 0; i < domain->extent_count; i++) {
		struct extent *extent = &domain->extents[i];
		u64 done;
		int err;

		/* The next call tries again from here. */
		err = memory_change(domain, VIMO_HC_MEM_REVOKE, extent->ipa, extent->bytes, &done);
		extent->ipa += done;
		extent->pa += done;
		extent->bytes -= done;
		if (err)
			return err;
	}
	return 0;
}
