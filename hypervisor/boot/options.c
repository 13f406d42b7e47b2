// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options.c - parse the hypervisor's command line.
 */
#include "boot/options.h"
#include <libfdt.h>
#include "hw/gic.h"
#include "lib/string.h"

struct option {
	const char *name;
	void (*set)(struct boot_options *options, const char *value);
};

static uint64_t parse_size(const char *text)
{
	char *end;
	uint64_t value = strtoul(text, &end, 0);

	switch (*end | 0x20) {
	case 'g': return value << 30;
	case 'm': return value << 20;
	case 'k': return value << 10;
	default: return value;
	}
}

static void set_dom0_mem(struct boot_options *options, const char *value)
{
	options->dom0_mem = parse_size(value);
}

static void set_dom0_vcpus(struct boot_options *options, const char *value)
{
	options->dom0_vcpus = (unsigned int)strtoul(value, NULL, 0);
}

static void set_maxcpus(struct boot_options *options, const char *value)
{
	options->cpus = MAX(1u, (unsigned int)strtoul(value, NULL, 0));
}

static void set_loglevel(struct boot_options *options, const char *value)
{
	options->log_level = (enum log_level)MIN(strtoul(value, NULL, 0), (unsigned long)LOG_DEBUG);
}

static void set_console(struct boot_options *options, const char *value)
{
	options->console = strncmp(value, "none", 4) != 0;
}

static void set_lrs(struct boot_options *options, const char *value)
{
	options->lrs = MAX(1u, (unsigned int)strtoul(value, NULL, 0));
}

static void set_guest_cpus(struct boot_options *options, const char *value)
{
	options->mixed_cpus = strncmp(value, "any", 3) == 0;
}

static const struct option known[] = {
	{ "dom0_mem=", set_dom0_mem }, { "dom0_vcpus=", set_dom0_vcpus }, { "maxcpus=", set_maxcpus },
	{ "loglevel=", set_loglevel }, { "console=", set_console },       { "guest_cpus=", set_guest_cpus },
	{ "lrs=", set_lrs },
};

static void parse_word(struct boot_options *options, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		size_t length = strlen(known[i].name);

		if (strncmp(word, known[i].name, length) == 0)
			known[i].set(options, word + length);
	}
}

void boot_options_parse(const void *fdt, struct boot_options *options)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	const char *line = chosen < 0 ? NULL : fdt_getprop(fdt, chosen, "bootargs", NULL);

	*options = (struct boot_options){ .cpus = CPU_MAX, .lrs = GIC_LR_MAX, .log_level = LOG_INFO, .console = true };
	while (line && *line) {
		while (*line == ' ')
			line++;
		parse_word(options, line);
		while (*line && *line != ' ')
			line++;
	}
}
