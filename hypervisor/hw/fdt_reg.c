// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fdt_reg.c - addresses in a device tree (Devicetree Specification v0.4, 2.3). No state.
 */
#include "hw/fdt_reg.h"
#include <libfdt.h>
#include "lib/string.h"

/* False when the number needs more than 64 bits, as the address of a PCI bus does. */
static bool read_cells(const fdt32_t *cell, int cells, uint64_t *value)
{
	for (*value = 0; cells > 0; cells--, cell++) {
		if (*value >> 32)
			return false;
		*value = *value << 32 | fdt32_ld(cell);
	}
	return true;
}

bool fdt_reg_untranslated(const void *fdt, int node, unsigned int index, uint64_t *base, uint64_t *bytes)
{
	int parent = fdt_parent_offset(fdt, node), length, address, size;
	const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);
	uint64_t entry;

	if (!reg || parent < 0)
		return false;
	address = fdt_address_cells(fdt, parent);
	size = fdt_size_cells(fdt, parent);
	if (address < 1 || size < 1)
		return false;
	entry = (uint64_t)address + (uint64_t)size;
	if ((index + 1ull) * entry * sizeof(*reg) > (uint64_t)length)
		return false;
	reg += index * entry;
	return read_cells(reg, address, base) && read_cells(reg + address, size, bytes) && *base + *bytes >= *base;
}

/* By one entry of "ranges": an address of the child bus, one of the parent bus, a length. */
static bool apply_range(const fdt32_t *range, int child, int parent, int size, uint64_t *base, uint64_t bytes)
{
	uint64_t from, to, span;

	if (!read_cells(range, child, &from) || !read_cells(range + child, parent, &to) ||
	    !read_cells(range + child + parent, size, &span))
		return false;
	if (*base < from || *base - from > span || bytes > span - (*base - from))
		return false;
	if (to + (*base - from) < to || to + (*base - from) + bytes < to)
		return false;
	*base = to + (*base - from);
	return true;
}

/* From the addresses of a bus to those of the bus above. Without "ranges" no address leads up (2.3.8). */
static bool translate(const void *fdt, int bus, int above, uint64_t *base, uint64_t bytes)
{
	int child = fdt_address_cells(fdt, bus), parent = fdt_address_cells(fdt, above);
	int size = fdt_size_cells(fdt, bus), length, entry;
	const fdt32_t *range = fdt_getprop(fdt, bus, "ranges", &length);

	if (!range || child < 1 || parent < 1 || size < 1)
		return false;
	entry = (child + parent + size) * (int)sizeof(*range);
	for (int at = 0; at + entry <= length; at += entry, range += entry / (int)sizeof(*range))
		if (apply_range(range, child, parent, size, base, bytes))
			return true;
	return length == 0;
}

bool fdt_reg_entry(const void *fdt, int node, unsigned int index, uint64_t *base, uint64_t *bytes)
{
	int bus = fdt_parent_offset(fdt, node);

	if (!fdt_reg_untranslated(fdt, node, index, base, bytes))
		return false;
	while (bus > 0) {
		int above = fdt_parent_offset(fdt, bus);

		if (above < 0 || !translate(fdt, bus, above, base, *bytes))
			return false;
		bus = above;
	}
	return true;
}

bool fdt_number(const void *fdt, int node, const char *name, uint64_t *value)
{
	int length;
	const fdt32_t *cell = fdt_getprop(fdt, node, name, &length);

	return cell && (length == 4 || length == 8) && read_cells(cell, length / 4, value);
}

bool fdt_is_available(const void *fdt, int node)
{
	const char *status = fdt_stringlist_get(fdt, node, "status", 0, NULL);

	return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

bool fdt_is_cpu(const void *fdt, int node)
{
	const char *type = fdt_stringlist_get(fdt, node, "device_type", 0, NULL);
	const char *status = fdt_stringlist_get(fdt, node, "status", 0, NULL);

	return type && strcmp(type, "cpu") == 0 && !(status && strncmp(status, "fail", 4) == 0);
}
