// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_hypercall.c - EL2 as a model: any calls of dom0 and of guests, in any
 * order, with any arguments, over a small pool and a heap that can run out.
 * dom0 writes what it likes into the pages that it shares with EL2.
 *
 * After a step: a page has one owner; a guest maps its pages and its own
 * shadow pages, and nothing else; dom0 maps what was granted and the shared
 * pages, and nothing else; counts add up; a new owner finds zeros; a guest's
 * step changes no other guest. At the end nothing is left.
 */
#include "fake_guest.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <vimo/guest_map.h>

#include "cpu/features.h"
#include "guest/domain_life.h"
#include "guest/vpsci.h"
#include "hypercall/dispatch.h"
#include "hypercall/hypercall.h"
#include "io/domain_io.h"
#include "io/event.h"
#include "io/io.h"
#include "mem/heap.h"
#include "mem/pool.h"
#include "mem/stage2_lookup.h"

#define HEAP_PAGES 128u
#define POOL_BYTES (3 * BLOCK_SIZE)
#define POOL_PAGES (POOL_BYTES / PAGE_SIZE)
#define WHOLE_PAGES (2 * BLOCK_SIZE / PAGE_SIZE)
#define ODD_FIRST (WHOLE_PAGES + 16) /* of the last chunk, these pages are memory */
#define ODD_PAGES 80u
#define ALL_PAGES (WHOLE_PAGES + ODD_PAGES)
#define DEVICES VIMO_GUEST_VIRTIO_BASE
#define LAYOUT VIMO_DEVICE_LAYOUT(0x50, 0x64, 0x60)

#define MUST(condition)                                                                               \
	do {                                                                                          \
		if (!(condition)) {                                                                   \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
			abort();                                                                      \
		}                                                                                     \
	} while (0)

uint8_t __image_start[1];
uint8_t __image_end[1];

/* All sizes of pages. */
uint64_t features_id_register(unsigned int crm, unsigned int op2)
{
	(void)crm;
	(void)op2;
	return 1 << 20;
}

static size_t heap_at_rest;
static uint16_t mapped_by[POOL_PAGES];   /* id of the guest whose stage 2 maps the page; 0: none */
static uint64_t owned_since[POOL_PAGES]; /* serial of the owner at the last check; 0: none */

static uint64_t pool_at(unsigned int page)
{
	return FAKE_RAM_BASE + page * PAGE_SIZE;
}

/* Where a page's content is looked at, and where guests write. */
static uint64_t *word_of(unsigned int page, unsigned int n)
{
	static const uint16_t places[] = { 0, 2048, PAGE_SIZE - 8 };

	return (uint64_t *)(void *)(fake_ram(pool_at(page)) + places[n % 3]);
}

static bool is_zero(unsigned int page)
{
	return !(*word_of(page, 0) | *word_of(page, 1) | *word_of(page, 2));
}

static uint64_t leaf_pages(const struct stage2 *s2)
{
	return s2->leaves[0] * (GIGA_SIZE / PAGE_SIZE) + s2->leaves[1] * (BLOCK_SIZE / PAGE_SIZE) + s2->leaves[2];
}

static void check_shadow_page(const struct domain *domain, uint64_t ipa, uint64_t pa)
{
	for (unsigned int i = 0; i < domain->io->device_count; i++)
		if (domain->io->device[i].ipa == ipa) {
			MUST((uintptr_t)domain->io->device[i].page == pa);
			return;
		}
	MUST(!"a guest maps a page that is neither RAM nor a shadow page of its own");
}

/* Whose it is, check_pool() sees. */
static void note_ram_page(const struct domain *domain, uint64_t pa)
{
	unsigned int page = (unsigned int)((pa - FAKE_RAM_BASE) / PAGE_SIZE);

	MUST(pa >= FAKE_RAM_BASE && page < POOL_PAGES);
	MUST(!mapped_by[page]);
	mapped_by[page] = domain->id;
}

static void check_guest(struct domain *domain)
{
	uint64_t ipa = 0, ram = 0, shadow = 0, all = leaf_pages(&domain->stage2);
	unsigned int prot;
	size_t run;
	pa_t pa;

	while (ram + shadow < all && ipa < VIMO_GUEST_RAM_BASE + VIMO_GUEST_RAM_MAX) {
		bool is_ram = ipa >= VIMO_GUEST_RAM_BASE;

		if (stage2_lookup(&domain->stage2, IPA(ipa), &pa, &run, &prot)) {
			ipa = stage2_next(&domain->stage2, IPA(ipa)).v;
			continue;
		}
		MUST(prot == (is_ram ? STAGE2_RWX : STAGE2_R));
		for (size_t at = 0; at < run; at += PAGE_SIZE) {
			if (is_ram)
				note_ram_page(domain, pa.v + at);
			else
				check_shadow_page(domain, ipa + at, pa.v + at);
		}
		*(is_ram ? &ram : &shadow) += run / PAGE_SIZE;
		ipa += run;
	}
	MUST(ram == domain->pages && shadow == domain->io->device_count);
	MUST(all == ram + shadow);
	MUST(!domain->references);
}

static void check_shared_page(const void *page)
{
	unsigned int prot;
	pa_t pa;

	MUST(!stage2_lookup(&dom0->stage2, IPA((uintptr_t)page), &pa, NULL, &prot));
	MUST(pa.v == (uintptr_t)page && prot == (STAGE2_R | STAGE2_W));
}

/* Return: how many pages it shares with dom0. */
static uint64_t check_shared(const struct domain *domain)
{
	check_shared_page(domain->io->ioreq);
	check_shared_page(domain->io->console);
	for (unsigned int i = 0; i < domain->io->device_count; i++)
		check_shared_page(domain->io->device[i].page);
	return 2 + domain->io->device_count;
}

/* dom0 maps expected pages of the pool; each was granted. */
static void check_dom0_map(uint64_t expected)
{
	uint64_t at = FAKE_RAM_BASE, pages = 0;
	unsigned int prot;
	size_t run;
	pa_t pa;

	while (pages < expected && at < FAKE_RAM_BASE + POOL_BYTES) {
		if (stage2_lookup(&dom0->stage2, IPA(at), &pa, &run, &prot)) {
			at = stage2_next(&dom0->stage2, IPA(at)).v;
			continue;
		}
		MUST(pa.v == at && prot == (STAGE2_R | STAGE2_W));
		for (size_t i = 0; i < run; i += PAGE_SIZE)
			MUST(pool_page_info(PA(at + i)).granted);
		pages += run / PAGE_SIZE;
		at += run;
	}
	MUST(pages == expected);
}

/* What the domains of an id have, by their own count and by the pool's. */
static struct {
	uint64_t serial, granted;
} guests[VIMO_DOMAIN_MAX];

static void check_owned(unsigned int page, struct page_info info)
{
	MUST(mapped_by[page] == info.owner && guests[info.owner].serial);
	if (owned_since[page] != guests[info.owner].serial)
		MUST(is_zero(page));
	owned_since[page] = guests[info.owner].serial;
	guests[info.owner].granted += info.granted;
}

static void check_pool(void)
{
	size_t free = 0, dirty = 0;

	for (unsigned int page = 0; page < ODD_FIRST + ODD_PAGES + 1; page++) {
		struct page_info info = pool_page_info(PA(pool_at(page)));

		MUST((page < WHOLE_PAGES || (page >= ODD_FIRST && page < ODD_FIRST + ODD_PAGES)) ==
		     (info.state != PAGE_NONE));
		if (info.state == PAGE_OWNED) {
			check_owned(page, info);
			continue;
		}
		MUST(!info.granted && !mapped_by[page]);
		owned_since[page] = 0;
		free += info.state == PAGE_FREE;
		dirty += info.state == PAGE_DIRTY;
	}
	MUST(free == pool_free_pages() && dirty == pool_dirty_pages() && free + dirty == pool_spare_pages());
}

static void check(void)
{
	uint64_t shared = dom0->vcpu_count; /* event pages */
	struct domain *domain;

	memset(mapped_by, 0, sizeof(mapped_by));
	memset(guests, 0, sizeof(guests));
	for (uint64_t id = 0; (domain = domain_next(id)); id = domain->id) {
		domain_put(domain);
		guests[domain->id].serial = domain->serial;
		check_guest(domain);
		shared += check_shared(domain);
	}
	check_pool();
	check_dom0_map(leaf_pages(&dom0->stage2) - shared);
	for (uint64_t id = 0; (domain = domain_next(id)); id = domain->id) {
		domain_put(domain);
		MUST(guests[domain->id].granted == domain->granted);
	}
}

/* What of a guest the step of another guest must leave as it is. */
struct view {
	uint64_t serial, pages, granted, leaves;
	enum vimo_domain_state state;
	unsigned int devices, online;
};

static unsigned int look(struct view *views, const struct domain *apart)
{
	unsigned int count = 0;
	struct domain *domain;

	for (uint64_t id = 0; (domain = domain_next(id)); id = domain->id) {
		struct view *view = &views[count];

		domain_put(domain);
		if (domain == apart)
			continue;
		memset(view, 0, sizeof(*view));
		view->serial = domain->serial;
		view->pages = domain->pages;
		view->granted = domain->granted;
		view->leaves = leaf_pages(&domain->stage2);
		view->state = domain->state;
		view->devices = domain->io->device_count;
		for (unsigned int i = 0; i < domain->vcpu_count; i++)
			view->online += domain->vcpus[i]->state != VCPU_OFF;
		count++;
	}
	return count;
}

/* One of those that there are, mostly; else any number. */
static uint64_t some_domain(struct fuzz_input *input)
{
	uint8_t choice = (uint8_t)input_take(input, 1);

	return choice < 0xf0 ? 1 + choice % 4u : choice < 0xf8 ? choice & 1 : input_take(input, 8);
}

static uint64_t some_ipa(struct fuzz_input *input)
{
	uint8_t choice = (uint8_t)input_take(input, 1);

	if (choice < 0x60)
		return RAM + (choice % 8u) * BLOCK_SIZE;
	if (choice < 0xc0)
		return RAM + (uint8_t)input_take(input, 1) * PAGE_SIZE + (choice % 4u) * BLOCK_SIZE;
	if (choice < 0xe0)
		return DEVICES + (choice % 32u) * VIMO_GUEST_VIRTIO_STRIDE;
	if (choice < 0xf0)
		return RAM + VIMO_GUEST_RAM_MAX - (choice % 4u) * PAGE_SIZE;
	return input_take(input, 8);
}

static uint64_t some_bytes(struct fuzz_input *input)
{
	uint8_t choice = (uint8_t)input_take(input, 1);

	if (choice < 0x40)
		return (1 + choice % 3u) * BLOCK_SIZE;
	if (choice < 0xe0)
		return choice * PAGE_SIZE;
	return choice < 0xf0 ? GIGA_SIZE : input_take(input, 8);
}

static uint64_t some_number(struct fuzz_input *input)
{
	uint8_t choice = (uint8_t)input_take(input, 1);

	return choice < 0xe0 ? choice % 64u : choice < 0xf0 ? 1ull << (choice & 15) * 4 : input_take(input, 8);
}

/* What makes the call reach further than its checks, mostly. */
static void some_arguments(struct fuzz_input *input, uint32_t number, uint64_t *x)
{
	for (unsigned int i = 1; i <= 5; i++)
		x[i] = 0;
	switch (number) {
	case VIMO_HC_VERSION:
	case VIMO_HC_INFO:
	case VIMO_HC_EVENT_SEND: x[1] = some_number(input); return;
	case VIMO_HC_DOMAIN_CREATE:
		x[1] = input_take(input, 1) % 10;
		x[2] = some_number(input);
		return;
	}
	x[1] = some_domain(input);
	switch (number) {
	case VIMO_HC_MEM_POPULATE:
	case VIMO_HC_MEM_TRANSLATE:
	case VIMO_HC_MEM_GRANT:
	case VIMO_HC_MEM_REVOKE:
		x[2] = some_ipa(input);
		x[3] = some_bytes(input);
		return;
	case VIMO_HC_DEVICE_ADD:
		x[2] = some_ipa(input);
		x[3] = input_take(input, 1) < 0xe0 ? LAYOUT : input_take(input, 8);
		x[4] = VIMO_GUEST_VIRTIO_INTID + some_number(input);
		x[5] = VIMO_DEVICE_EVENTS(100 + some_number(input), some_number(input), input_take(input, 1) % 3);
		return;
	case VIMO_HC_DEVICE_NOTIFY:
		x[2] = some_ipa(input);
		x[3] = some_number(input);
		return;
	case VIMO_HC_EVENT_CONNECT:
		x[2] = some_number(input);
		x[3] = some_domain(input);
		x[4] = 32 + some_number(input);
		return;
	case VIMO_HC_DOMAIN_DESTROY:
	case VIMO_HC_DOMAIN_NEXT:
	case VIMO_HC_CONSOLE_KICK: return;
	}
	for (unsigned int i = 2; i <= 5; i++)
		x[i] = some_number(input);
	if (number == VIMO_HC_EVENT_BIND)
		x[2] %= VIMO_EVENT_SOURCES + 1, x[5] %= 3;
	else if (number == VIMO_HC_DOMAIN_CONTROL)
		x[2] %= 5;
}

static void hypercall(struct vcpu *vcpu, struct fuzz_input *input)
{
	uint32_t number = (uint32_t)input_take(input, 1) % (VIMO_HC_COUNT + 1);
	bool guest = vcpu->domain != dom0;
	int64_t status;

	some_arguments(input, number, vcpu->x);
	MUST(hypercall_dispatch(vcpu, VIMO_HC(number)) == (number < VIMO_HC_COUNT));
	if (number == VIMO_HC_COUNT)
		return;
	status = (int64_t)vcpu->x[0];
	MUST(status <= 0 && status >= VIMO_LIMIT);
	if (guest && number != VIMO_HC_VERSION && number != VIMO_HC_EVENT_SEND)
		MUST(status == VIMO_DENIED);
}

static void power(struct vcpu *vcpu, struct fuzz_input *input)
{
	uint32_t function = 0x84000000u | (uint32_t)input_take(input, 1) % 0x20;

	if (input_take(input, 1) & 1)
		function |= 0x40000000u;
	vcpu->x[1] = some_number(input);
	vcpu->x[2] = some_ipa(input);
	vcpu->x[3] = some_number(input);
	vpsci_call(vcpu, function);
}

/* As trap/abort.c does it. */
static void mmio(struct vcpu *vcpu, struct fuzz_input *input)
{
	static const uint64_t bases[] = { DEVICES, VIMO_GUEST_UART_BASE, VIMO_GUEST_RTC_BASE, VIMO_GUEST_GPIO_BASE };
	uint8_t choice = (uint8_t)input_take(input, 1);
	struct mmio_access access = { .width = (uint8_t)(1u << (choice & 3)), .write = choice & 4 };
	uint64_t ipa = bases[choice >> 3 & 3];
	const struct mmio_region *region;
	enum mmio_result result;

	if (ipa == DEVICES)
		ipa += input_take(input, 1) % 32 * VIMO_GUEST_VIRTIO_STRIDE;
	ipa = ALIGN_DOWN(ipa + (input_take(input, 2) & 0xfff), access.width);
	if (input_take(input, 1) & 1)
		ipa = ALIGN_DOWN(ipa, PAGE_SIZE) + ALIGN_DOWN(choice & 8 ? 0x50 : 0x64, access.width);
	access.data = some_number(input);
	region = mmio_find(&vcpu->domain->mmio, ipa);
	if (!region)
		return;
	access.offset = ipa - region->base;
	vcpu->io = (struct mmio_pending){ .access = access, .iss = (choice & 31u) << 16 };
	result = region->access(vcpu, region->context, &access);
	MUST(vcpu->io.active == (result == MMIO_WAIT));
	if (result == MMIO_WAIT)
		vcpu->state = VCPU_BLOCKED;
}

static void write_memory(struct vcpu *vcpu, struct fuzz_input *input)
{
	pa_t pa;

	if (stage2_lookup(&vcpu->domain->stage2, IPA(some_ipa(input) & ~(PAGE_SIZE - 1)), &pa, NULL, NULL) ||
	    pa.v < FAKE_RAM_BASE || pa.v >= FAKE_RAM_BASE + POOL_BYTES)
		return; /* a shadow page, which it may only read */
	*word_of((unsigned int)((pa.v - FAKE_RAM_BASE) / PAGE_SIZE), (unsigned int)input_take(input, 1)) = ~0ull;
}

static struct domain *pick(struct fuzz_input *input)
{
	struct domain *domain = domain_get(some_domain(input));

	if (domain)
		domain_put(domain);
	return domain == dom0 ? NULL : domain;
}

/* A vCPU that could be on a CPU does something, while no other runs. */
static void guest_step(struct fuzz_input *input, uint8_t what)
{
	static struct view before[VIMO_DOMAIN_MAX], after[VIMO_DOMAIN_MAX];
	struct domain *domain = pick(input);
	uint64_t pages, granted, leaves;
	unsigned int count;
	struct vcpu *vcpu;

	if (!domain || domain->state != VIMO_DOMAIN_RUNNING)
		return;
	vcpu = domain->vcpus[input_take(input, 1) % domain->vcpu_count];
	if (vcpu->state == VCPU_OFF || vcpu->io.active)
		return;
	fake_run(vcpu);
	count = look(before, domain);
	pages = domain->pages;
	granted = domain->granted;
	leaves = leaf_pages(&domain->stage2);
	switch (what % 4) {
	case 0: hypercall(vcpu, input); break;
	case 1: power(vcpu, input); break;
	case 2: mmio(vcpu, input); break;
	case 3: write_memory(vcpu, input); break;
	}
	MUST(look(after, domain) == count && !memcmp(before, after, count * sizeof(before[0])));
	MUST(domain->pages == pages && domain->granted == granted && leaf_pages(&domain->stage2) == leaves);
	if (vcpu->state == VCPU_RUNNING && what & 4)
		vcpu->state = VCPU_RUNNABLE; /* else it runs on, for PAUSE and KILL to stop it */
}

/* dom0 writes into a page that it shares with EL2, mostly a word that means something. */
static void scribble(struct fuzz_input *input)
{
	struct domain *domain = pick(input);
	uint8_t choice = (uint8_t)input_take(input, 1);
	unsigned int vcpu = choice >> 4 & 7;
	uint32_t value = (uint32_t)some_number(input);

	if (!domain)
		return;
	switch (choice & 7) {
	case 0: domain->io->ioreq->slot[vcpu].state = VIMO_IOREQ_DONE; break;
	case 1: domain->io->ioreq->slot[vcpu].data = value * 0x0101010101010101ull; break;
	case 2: domain->io->console->out_tail = value; break;
	case 3: domain->io->console->in_head = value; break;
	case 4: ((uint8_t *)domain->io->console)[input_take(input, 2) % PAGE_SIZE] = (uint8_t)value; break;
	case 5: ((uint8_t *)domain->io->ioreq)[input_take(input, 2) % PAGE_SIZE] = (uint8_t)value; break;
	case 6:
		if (domain->io->device_count)
			domain->io->device[vcpu % domain->io->device_count].page[value % PAGE_SIZE] = choice;
		break;
	case 7: ((uint8_t *)event_pages().v)[input_take(input, 2) % (2 * PAGE_SIZE)] = (uint8_t)value; break;
	}
}

/* All pages are looked at where one can have changed, and at the end: it takes long. */
static void step(struct fuzz_input *input)
{
	uint8_t what = (uint8_t)input_take(input, 1);

	if (what < 0x90)
		hypercall(dom0->vcpus[what & 1], input);
	else if (what < 0xd8)
		guest_step(input, what);
	else if (what < 0xf0)
		scribble(input);
	else
		pool_scrub(PAGE_SIZE * (what & 7u), NULL); /* an idle CPU */
	if (what < 0x90 || what >= 0xf0)
		check();
}

static void begin(void)
{
	static bool started;

	if (!started) {
		started = true;
		io_init();
		fake_el2_start(HEAP_PAGES);
		stage2_setup(48, false);
		MUST(!pool_init(&(struct pool_bank){ FAKE_RAM_BASE, POOL_BYTES }, 1));
		MUST(!pool_add(PA(FAKE_RAM_BASE), 2 * BLOCK_SIZE));
		MUST(!pool_add(PA(pool_at(ODD_FIRST)), ODD_PAGES * PAGE_SIZE));
		while (pool_scrub(BLOCK_SIZE, NULL))
			;
		heap_at_rest = heap_free_pages();
	}
	MUST(!domain_create_dom0(2, &dom0));
	event_init();
}

/* How much from pa on, at most run, is granted to dom0. */
static size_t granted_run(pa_t pa, size_t run)
{
	size_t bytes = 0;

	while (bytes < run && pool_page_info(PA(pa.v + bytes)).granted)
		bytes += PAGE_SIZE;
	return bytes;
}

/* dom0 lets go of a guest's memory as it was granted, which needs no memory, and destroys the guest. */
static void end_guest(struct domain *domain)
{
	uint64_t ipa = VIMO_GUEST_RAM_BASE, *x = dom0->vcpus[0]->x;
	size_t run, bytes;
	pa_t pa;

	while (domain->granted && ipa < VIMO_GUEST_RAM_BASE + VIMO_GUEST_RAM_MAX) {
		if (stage2_lookup(&domain->stage2, IPA(ipa), &pa, &run, NULL)) {
			ipa = stage2_next(&domain->stage2, IPA(ipa)).v;
			continue;
		}
		bytes = granted_run(pa, run);
		x[1] = domain->id;
		x[2] = ipa;
		x[3] = bytes;
		if (bytes) {
			hypercall_dispatch(dom0->vcpus[0], VIMO_HC(VIMO_HC_MEM_REVOKE));
			MUST(x[0] == VIMO_OK && x[1] == bytes);
		}
		ipa += bytes ? bytes : PAGE_SIZE;
	}
	MUST(fake_destroy(domain) == VIMO_OK);
}

static void end(void)
{
	struct domain *old = dom0, *domain;

	while ((domain = domain_next(0))) {
		domain_put(domain);
		end_guest(domain);
	}
	while (pool_scrub(BLOCK_SIZE, NULL))
		;
	check();
	MUST(pool_free_pages() == ALL_PAGES);
	for (unsigned int page = 0; page < POOL_PAGES; page++)
		if (pool_page_info(PA(pool_at(page))).state == PAGE_FREE)
			MUST(is_zero(page));
	heap_free((void *)event_pages().v, dom0->vcpu_count);
	dom0 = NULL;
	for (unsigned int i = 0; i < old->vcpu_count; i++)
		old->vcpus[i]->state = VCPU_OFF;
	MUST(domain_destroy(old) == VIMO_OK);
	MUST(heap_free_pages() == heap_at_rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct fuzz_input input = { data, bytes };

	begin();
	while (input.left)
		step(&input);
	check();
	end();
	return 0;
}
