// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * range.c - short sorted lists of address ranges. No state.
 */
#include "boot/range.h"

static void delete_at(struct range_list *list, unsigned int at)
{
	list->count--;
	for (unsigned int i = at; i < list->count; i++)
		list->range[i] = list->range[i + 1];
}

static enum vimo_status insert_at(struct range_list *list, unsigned int at, uint64_t base, uint64_t bytes)
{
	if (list->count == RANGE_MAX)
		return VIMO_LIMIT;
	for (unsigned int i = list->count; i > at; i--)
		list->range[i] = list->range[i - 1];
	list->range[at] = (struct range){ base, bytes };
	list->count++;
	return VIMO_OK;
}

enum vimo_status range_add(struct range_list *list, uint64_t base, uint64_t bytes)
{
	uint64_t end = base + bytes;
	unsigned int at = 0;

	if (!bytes)
		return VIMO_OK;
	if (end < base)
		return VIMO_INVALID;
	while (at < list->count && range_end(&list->range[at]) < base)
		at++;
	/* Take in every range that the new range touches. */
	while (at < list->count && list->range[at].base <= end) {
		base = MIN(base, list->range[at].base);
		end = MAX(end, range_end(&list->range[at]));
		delete_at(list, at);
	}
	return insert_at(list, at, base, end - base);
}

enum vimo_status range_remove(struct range_list *list, uint64_t base, uint64_t bytes)
{
	uint64_t end = base + bytes;

	if (bytes && end < base)
		return VIMO_INVALID;
	for (unsigned int i = 0; bytes && i < list->count; i++) {
		struct range old = list->range[i];

		if (range_end(&old) <= base || old.base >= end)
			continue;
		if (old.base < base && range_end(&old) > end) {
			enum vimo_status status = insert_at(list, i + 1, end, range_end(&old) - end);

			if (!status)
				list->range[i].bytes = base - old.base;
			return status;
		}
		if (old.base < base) {
			list->range[i].bytes = base - old.base;
		} else if (range_end(&old) > end) {
			list->range[i] = (struct range){ end, range_end(&old) - end };
		} else {
			delete_at(list, i);
			i--;
		}
	}
	return VIMO_OK;
}

bool range_overlaps(const struct range_list *list, uint64_t base, uint64_t bytes)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (list->range[i].base < base + bytes && base < range_end(&list->range[i]))
			return true;
	return false;
}

bool range_contains(const struct range_list *list, uint64_t base, uint64_t bytes)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (base >= list->range[i].base && bytes <= list->range[i].bytes &&
		    base - list->range[i].base <= list->range[i].bytes - bytes)
			return true;
	return false;
}

static uint64_t find_up(const struct range_list *avoid, uint64_t base, uint64_t end, uint64_t bytes, uint64_t align)
{
	for (uint64_t at = ALIGN_UP(base, align); at + bytes <= end && at + bytes > at; at += align)
		if (!range_overlaps(avoid, at, bytes))
			return at;
	return ~0ull;
}

static uint64_t find_down(const struct range_list *avoid, uint64_t base, uint64_t end, uint64_t bytes, uint64_t align)
{
	if (end - base < bytes)
		return ~0ull;
	for (uint64_t at = ALIGN_DOWN(end - bytes, align); at >= base; at -= align) {
		if (!range_overlaps(avoid, at, bytes))
			return at;
		if (at < align)
			break;
	}
	return ~0ull;
}

uint64_t range_find(const struct range_list *list, const struct range_list *avoid, uint64_t bytes, uint64_t align,
		    uint64_t limit, bool highest)
{
	for (unsigned int n = 0; n < list->count; n++) {
		const struct range *range = &list->range[highest ? list->count - 1 - n : n];
		uint64_t end = MIN(range_end(range), limit), at;

		if (end <= range->base)
			continue;
		at = highest ? find_down(avoid, range->base, end, bytes, align) :
			       find_up(avoid, range->base, end, bytes, align);
		if (at != ~0ull)
			return at;
	}
	return ~0ull;
}
