// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vits_command.c - decode the commands of dom0 (IHI 0069 H, 5.3). Each is
 * dom0's memory until here: every number in it is checked. Lock: its.
 */
#include "guest/vits_command.h"
#include "guest/vits_map.h"
#include "guest/vlpi.h"

struct row {
	/* NULL, or what is wrong with the command */
	const char *(*run)(struct vits *vits, const struct its_command *command);
	bool scans; /* looks at all LPIs */
};

static uint32_t device_of(const struct its_command *command)
{
	return (uint32_t)FIELD(command->word[0], 63, 32);
}

static uint32_t event_of(const struct its_command *command)
{
	return (uint32_t)command->word[1];
}

static uint32_t collection_of(const struct its_command *command)
{
	return (uint32_t)FIELD(command->word[2], 15, 0);
}

/* GITS_TYPER.PTA is 0 for dom0: GICR_TYPER.Processor_Number, which is the vCPU's. ~0: there is none. */
static uint32_t vcpu_of(const struct vits *vits, uint64_t word)
{
	uint64_t number = FIELD(word, 50, 16);

	return number < vits->domain->vcpu_count ? (uint32_t)number : ~0u;
}

static bool is_mapped(const struct vits *vits, uint32_t collection)
{
	return collection < vits->its->collections && vits->collection[collection] != VITS_UNMAPPED;
}

static const char no_event[] = "an event that is not mapped";
static const char no_collection[] = "a collection that is not mapped";
static const char no_vcpu[] = "a redistributor that is not there";

static const char *mapd(struct vits *vits, const struct its_command *command)
{
	uint32_t device = device_of(command);
	unsigned int bits = (unsigned int)FIELD(command->word[1], 4, 0) + 1;

	vits_unmap_device(vits, device);
	if (!(command->word[2] & ITS_VALID))
		return NULL;
	if (bits > vits->its->event_bits)
		return "a device with too many events";
	switch (vits_map_device(vits, device, bits)) {
	case VIMO_OK: return NULL;
	case VIMO_LIMIT: return "more devices than there is room for";
	default: return "a device that EL2 has no memory for";
	}
}

static const char *mapc(struct vits *vits, const struct its_command *command)
{
	uint32_t collection = collection_of(command), vcpu = vcpu_of(vits, command->word[2]);

	if (collection >= vits->its->collections)
		return "a collection out of range";
	if (!(command->word[2] & ITS_VALID))
		vcpu = VITS_UNMAPPED;
	else if (vcpu == ~0u)
		return no_vcpu;
	vits_map_collection(vits, collection, vcpu);
	return NULL;
}

static const char *map_event(struct vits *vits, const struct its_command *command, uint32_t intid)
{
	uint32_t collection = collection_of(command);

	if (collection >= vits->its->collections)
		return "a collection out of range";
	switch (vits_map_event(vits, device_of(command), event_of(command), intid, collection)) {
	case VIMO_OK: return NULL;
	case VIMO_NOT_FOUND: return "an event of a device that is not mapped";
	case VIMO_EXISTS: return "an interrupt that another event has";
	case VIMO_INVALID: return "an interrupt out of range";
	default: return "an interrupt that EL2 has no memory for";
	}
}

static const char *mapti(struct vits *vits, const struct its_command *command)
{
	return map_event(vits, command, (uint32_t)FIELD(command->word[1], 63, 32));
}

static const char *mapi(struct vits *vits, const struct its_command *command)
{
	return map_event(vits, command, event_of(command));
}

static const char *movi(struct vits *vits, const struct its_command *command)
{
	struct vlpi *vlpi = vits_find(vits, device_of(command), event_of(command));

	if (!vlpi)
		return no_event;
	if (!is_mapped(vits, vlpi->collection) || !is_mapped(vits, collection_of(command)))
		return no_collection;
	vits_move_event(vits, vlpi, collection_of(command));
	return NULL;
}

static const char *discard(struct vits *vits, const struct its_command *command)
{
	struct vlpi *vlpi = vits_find(vits, device_of(command), event_of(command));

	if (!vlpi)
		return no_event;
	vits_unmap_event(vits, vlpi);
	return NULL;
}

/* An ITS drops an interrupt whose collection goes nowhere. */
static const char *raise(struct vits *vits, const struct its_command *command)
{
	struct vlpi *vlpi = vits_find(vits, device_of(command), event_of(command));

	if (!vlpi)
		return no_event;
	if (!is_mapped(vits, vlpi->collection))
		return no_collection;
	vlpi_set_pending(vits->domain, vlpi, true);
	return NULL;
}

static const char *clear(struct vits *vits, const struct its_command *command)
{
	struct vlpi *vlpi = vits_find(vits, device_of(command), event_of(command));

	if (!vlpi)
		return no_event;
	if (!is_mapped(vits, vlpi->collection))
		return no_collection;
	vits_clear_event(vits, vlpi);
	return NULL;
}

static const char *inv(struct vits *vits, const struct its_command *command)
{
	struct vlpi *vlpi = vits_find(vits, device_of(command), event_of(command));

	if (!vlpi)
		return no_event;
	vlpi_reload(vits->domain, vlpi);
	return NULL;
}

static const char *invall(struct vits *vits, const struct its_command *command)
{
	if (!is_mapped(vits, collection_of(command)))
		return no_collection;
	vlpi_reload_all(vits->domain, vits->number, collection_of(command));
	return NULL;
}

static const char *movall(struct vits *vits, const struct its_command *command)
{
	uint32_t from = vcpu_of(vits, command->word[2]), to = vcpu_of(vits, command->word[3]);

	if (from == ~0u || to == ~0u)
		return no_vcpu;
	vits_move_all(vits, from, to);
	return NULL;
}

/* Commands take effect at once. */
static const char *sync(struct vits *vits, const struct its_command *command)
{
	return vcpu_of(vits, command->word[2]) == ~0u ? no_vcpu : NULL;
}

static const struct row rows[32] = {
	[ITS_MOVI] = { movi, false },    [ITS_INT] = { raise, false },    [ITS_CLEAR] = { clear, false },
	[ITS_SYNC] = { sync, false },    [ITS_MAPD] = { mapd, true },     [ITS_MAPC] = { mapc, true },
	[ITS_MAPTI] = { mapti, false },  [ITS_MAPI] = { mapi, false },    [ITS_INV] = { inv, false },
	[ITS_INVALL] = { invall, true }, [ITS_MOVALL] = { movall, true }, [ITS_DISCARD] = { discard, false },
};

bool vits_command(struct vits *vits, const struct its_command *command)
{
	uint32_t opcode = (uint32_t)FIELD(command->word[0], 7, 0);
	const struct row *row = opcode < ARRAY_SIZE(rows) ? &rows[opcode] : NULL;
	const char *wrong = row && row->run ? row->run(vits, command) : "unknown";

	if (wrong)
		log_guest(&vits->domain->log, "ITS: command %x for device %x, event %x: %s", opcode, device_of(command),
			  event_of(command), wrong);
	return row && row->scans;
}
