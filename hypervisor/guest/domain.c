// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain.c - the table of domains (owner of the table).
 */
#include "guest/domain.h"

struct domain_hooks domain_hooks;
struct domain *dom0;

static spinlock_t table_lock;
static struct domain *table[VIMO_DOMAIN_MAX];
static bool id_taken[VIMO_DOMAIN_MAX]; /* from before domain_publish() until domain_release_id() */
static uint64_t next_serial;

struct domain *domain_get(uint64_t id)
{
	struct domain *domain = NULL;

	if (id >= VIMO_DOMAIN_MAX)
		return NULL;
	spin_lock(&table_lock);
	domain = table[id];
	if (domain)
		domain->references++;
	spin_unlock(&table_lock);
	return domain;
}

void domain_put(struct domain *domain)
{
	spin_lock(&table_lock);
	domain->references--;
	spin_unlock(&table_lock);
}

struct domain *domain_next(uint64_t id)
{
	struct domain *domain = NULL;

	spin_lock(&table_lock);
	for (uint64_t i = id < VIMO_DOMAIN_MAX ? id + 1 : VIMO_DOMAIN_MAX; !domain && i < VIMO_DOMAIN_MAX; i++)
		domain = table[i];
	if (domain)
		domain->references++;
	spin_unlock(&table_lock);
	return domain;
}

bool domain_take_id(struct domain *domain, unsigned int first_id)
{
	bool found = false;

	spin_lock(&table_lock);
	for (unsigned int i = first_id; !found && i < VIMO_DOMAIN_MAX; i++) {
		if (id_taken[i])
			continue;
		id_taken[i] = found = true;
		domain->id = (uint16_t)i;
		domain->log.domain = i;
		domain->serial = next_serial++;
	}
	spin_unlock(&table_lock);
	return found;
}

void domain_release_id(const struct domain *domain)
{
	spin_lock(&table_lock);
	id_taken[domain->id] = false;
	spin_unlock(&table_lock);
}

void domain_publish(struct domain *domain)
{
	spin_lock(&table_lock);
	table[domain->id] = domain;
	spin_unlock(&table_lock);
}

/* Only without another reference: then no other CPU can take one. */
bool domain_unpublish(struct domain *domain)
{
	bool alone;

	spin_lock(&table_lock);
	alone = domain->references == 1;
	if (alone)
		table[domain->id] = NULL;
	spin_unlock(&table_lock);
	return alone;
}
