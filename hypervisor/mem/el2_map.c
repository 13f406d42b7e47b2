// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * el2_map.c - EL2's stage 1 tables (Arm ARM D8.3), four levels of 4 KiB.
 * Owner of the tables. Changes after boot are dom0's DTB going away and the
 * windows, each CPU its own: no lock.
 */
#include "mem/el2_map.h"
#include "cpu/barrier.h"
#include "cpu/cpu.h"
#include "cpu/sysreg.h"
#include "cpu/tlb.h"
#include "lib/panic.h"
#include "mem/heap.h"

#define BOOT_TABLES 16u
#define TABLE_ENTRIES 512u

#define PTE_VALID BIT(0)
#define PTE_TABLE BIT(1) /* at level 3: page */
#define PTE_ATTR(n) ((uint64_t)(n) << 2)
#define PTE_AP_EL2 BIT(6) /* RES1 in a single-privilege regime */
#define PTE_RO BIT(7)
#define PTE_SH_INNER (3ull << 8)
#define PTE_AF BIT(10)
/* Guarded page, RES0 without FEAT_BTI: an indirect branch must end at a BTI instruction (ID_AA64PFR1_EL1.BT). */
#define PTE_GP BIT(50)
#define PTE_XN BIT(54)
#define ID_PFR1_BT(pfr1) FIELD(pfr1, 3, 0)
#define PTE_ADDRESS MASK(47, 12)

extern uint8_t __image_start[], __text_end[], __rodata_end[], __data_start[], __image_end[];

static uint64_t boot_tables[BOOT_TABLES][TABLE_ENTRIES] __attribute__((aligned(4096)));
static unsigned int boot_tables_used, heap_tables;
static uint64_t *root;

static uint64_t prot_bits[] = {
	[EL2_RO] = PTE_ATTR(0) | PTE_SH_INNER | PTE_RO | PTE_XN,
	[EL2_RW] = PTE_ATTR(0) | PTE_SH_INNER | PTE_XN,
	[EL2_RX] = PTE_ATTR(0) | PTE_SH_INNER | PTE_RO,
	[EL2_DEVICE] = PTE_ATTR(1) | PTE_XN,
};

static uint64_t *new_table(void)
{
	if (boot_tables_used < BOOT_TABLES)
		return boot_tables[boot_tables_used++];
	heap_tables++;
	return heap_page();
}

size_t el2_map_table_bytes(void)
{
	return sizeof(boot_tables) + heap_tables * PAGE_SIZE;
}

static unsigned int table_index(uint64_t va, unsigned int level)
{
	return (va >> (39 - 9 * level)) & 511;
}

static uint64_t *next_table(uint64_t *entry, bool create)
{
	uint64_t *table;

	if (*entry & PTE_VALID)
		return *entry & PTE_TABLE ? (uint64_t *)(uintptr_t)(*entry & PTE_ADDRESS) : NULL;
	if (!create)
		return NULL;
	table = new_table();
	if (!table)
		return NULL;
	/* The walker sees the table before the entry that leads to it. */
	dsb_ishst();
	*entry = (uintptr_t)table | PTE_VALID | PTE_TABLE;
	return table;
}

/* Entry for va at a level (2: 2 MiB block, 3: page), or NULL. */
static uint64_t *walk(uint64_t va, unsigned int to_level, bool create)
{
	uint64_t *table = root;

	for (unsigned int level = 0; level < to_level; level++) {
		table = next_table(&table[table_index(va, level)], create);
		if (!table)
			return NULL;
	}
	return &table[table_index(va, to_level)];
}

static bool fits_block(uint64_t va, pa_t pa, uint64_t bytes)
{
	return IS_ALIGNED(va | pa.v, BLOCK_SIZE) && bytes >= BLOCK_SIZE;
}

static enum vimo_status map_one(uint64_t va, pa_t pa, bool block, enum el2_prot prot)
{
	uint64_t *entry = walk(va, block ? 2 : 3, true);

	if (!entry)
		return VIMO_NO_MEMORY;
	if (*entry & PTE_VALID)
		return VIMO_EXISTS;
	*entry = pa.v | prot_bits[prot] | PTE_AF | PTE_AP_EL2 | PTE_VALID | (block ? 0 : PTE_TABLE);
	return VIMO_OK;
}

enum vimo_status el2_map(uint64_t va, pa_t pa, size_t bytes, enum el2_prot prot)
{
	enum vimo_status status = VIMO_OK;

	if (!IS_ALIGNED(va | pa.v | bytes, PAGE_SIZE))
		return VIMO_INVALID;
	while (bytes && !status) {
		bool block = fits_block(va, pa, bytes);
		uint64_t step = block ? BLOCK_SIZE : PAGE_SIZE;

		status = map_one(va, pa, block, prot);
		va += step;
		pa.v += step;
		bytes -= step;
	}
	dsb_ishst();
	isb();
	return status;
}

enum vimo_status el2_unmap(uint64_t va, size_t bytes)
{
	if (!IS_ALIGNED(va | bytes, PAGE_SIZE))
		return VIMO_INVALID;
	for (uint64_t end = va + bytes; va < end;) {
		uint64_t *block = walk(va, 2, false);
		uint64_t *entry = block && (*block & PTE_TABLE) ? walk(va, 3, false) : block;
		bool whole = entry && entry == block && (*block & PTE_VALID);

		if (entry && (*entry & PTE_VALID)) {
			*entry = 0;
			tlb_flush_el2_pages(va, 1);
		}
		va += whole ? BLOCK_SIZE : PAGE_SIZE;
	}
	return VIMO_OK;
}

pa_t el2_map_root(void)
{
	return PA((uintptr_t)root);
}

#define STACK_BASE 0x7e0000000000ull

uint8_t *el2_map_stack(unsigned int cpu)
{
	uint64_t va = STACK_BASE + cpu * (uint64_t)CPU_STACK_BYTES, bytes = CPU_STACK_BYTES - PAGE_SIZE;
	void *pages = heap_alloc(bytes / PAGE_SIZE, 1);

	if (!pages || el2_map(va + PAGE_SIZE, PA((uintptr_t)pages), bytes, EL2_RW))
		return NULL;
	return (uint8_t *)(uintptr_t)(va + CPU_STACK_BYTES);
}

#define WINDOW_BASE 0x7f0000000000ull

/* Two ranges of 2 MiB: one for a block, one for pages, so that no entry changes between block and table. */
static uint64_t window_va(unsigned int cpu, unsigned int slot, bool block)
{
	return WINDOW_BASE + ((cpu * EL2_WINDOWS + slot) * 2 + !block) * BLOCK_SIZE;
}

static bool is_whole_block(uint64_t address, size_t bytes)
{
	return IS_ALIGNED(address, BLOCK_SIZE) && bytes == BLOCK_SIZE;
}

static size_t pages_of(uint64_t address, size_t bytes)
{
	return (ALIGN_UP(address + bytes, PAGE_SIZE) - ALIGN_DOWN(address, PAGE_SIZE)) / PAGE_SIZE;
}

enum vimo_status el2_window_init(unsigned int cpu)
{
	for (unsigned int slot = 0; slot < EL2_WINDOWS; slot++)
		if (!walk(window_va(cpu, slot, true), 2, true) || !walk(window_va(cpu, slot, false), 3, true))
			return VIMO_NO_MEMORY;
	return VIMO_OK;
}

void *el2_window_map(unsigned int cpu, unsigned int slot, pa_t pa, size_t bytes)
{
	const uint64_t leaf = prot_bits[EL2_RW] | PTE_AF | PTE_AP_EL2 | PTE_VALID;
	bool block = is_whole_block(pa.v, bytes);
	uint64_t va = window_va(cpu, slot, block) + pa.v % BLOCK_SIZE;
	uint64_t *entry = walk(va, block ? 2 : 3, false);

	if (block)
		*entry = pa.v | leaf;
	for (size_t i = 0; !block && i < pages_of(pa.v, bytes); i++)
		entry[i] = (ALIGN_DOWN(pa.v, PAGE_SIZE) + i * PAGE_SIZE) | leaf | PTE_TABLE;
	/* Invalid to valid: the walker must see it, no TLB entry can be in the way (DDI 0487 L.a, D8.17). */
	dsb_ishst();
	isb();
	return (void *)(uintptr_t)va;
}

/*
 * The next use of these addresses is another page: break-before-make for all CPUs (DDI 0487 J.a, D8.14.1). Their walks
 * use the same tables, and a CPU may have walked here by speculation.
 */
void el2_window_unmap(unsigned int cpu, unsigned int slot, const void *at, size_t bytes)
{
	uint64_t va = (uintptr_t)at;
	bool block = va - window_va(cpu, slot, true) < BLOCK_SIZE;
	size_t entries = block ? 1 : pages_of(va, bytes);
	uint64_t *entry = walk(va, block ? 2 : 3, false);

	for (size_t i = 0; i < entries; i++)
		entry[i] = 0;
	tlb_flush_el2_pages(ALIGN_DOWN(va, PAGE_SIZE), entries);
}

static void map_part(const uint8_t *start, const uint8_t *end, enum el2_prot prot)
{
	uint64_t first = (uintptr_t)start;

	if (el2_map(first, PA(first), (size_t)(end - start), prot))
		panic("EL2 cannot map itself");
}

void el2_map_init(void)
{
	root = new_table();
	if (ID_PFR1_BT(read_sysreg(id_aa64pfr1_el1)))
		prot_bits[EL2_RX] |= PTE_GP;
	map_part(__image_start, __text_end, EL2_RX);
	map_part(__text_end, __rodata_end, EL2_RO);
	map_part(__data_start, __image_end, EL2_RW);
	*walk((uintptr_t)boot_stack, 3, true) = 0; /* guard page */
	(void)el2_window_init(0);
}
