// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods_service.c - the API's methods of vimod itself and of the hypervisor.
 */
#include "api/methods_service.h"
#include "api/parameters.h"
#include "cleanup.h"
#include "device.h"
#include "guest/adopt.h"
#include "json.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define LOG_MAX (2 * VIMO_PAGE_SIZE * 16) /* bytes: twice the hypervisor's ring */

void method_log(struct call *call, json_object *parameters)
{
	CLEANUP_FREE char *text = malloc(LOG_MAX);
	CLEANUP_FD int fd = -1;
	struct error err;
	size_t used = 0;
	ssize_t got;

	(void)parameters;
	/* A new descriptor reads from the oldest byte. */
	fd = text ? device_open(&err) : error_set(&err, ERROR_RESOURCES, "out of memory");
	if (fd < 0) {
		call_error(call, &err);
		return;
	}
	while (used < LOG_MAX && (got = read(fd, text + used, LOG_MAX - used)) > 0)
		used += got;
	call_reply(call, method_wrap("text", json_object_new_string_len(text, used)));
}

static void put_version(json_object *json, const char *key, uint64_t version)
{
	char text[48];

	snprintf(text, sizeof(text), "%u.%u.%u", (unsigned int)(version >> 32), (unsigned int)(version >> 16 & 0xffff),
		 (unsigned int)(version & 0xffff));
	json_put_string(json, key, text);
}

void method_version(struct call *call, json_object *parameters)
{
	json_object *json = json_object_new_object();
	struct guests *guests = method_guests(call);
	struct vimo_ioc_info info;
	struct error err;
	char abi[24];

	(void)parameters;
	snprintf(abi, sizeof(abi), "%u.%u", VIMO_ABI_MAJOR, VIMO_ABI_MINOR);
	json_put_string(json, "vimod", PACKAGE_VERSION);
	json_put_string(json, "abi", abi);
	if (guests_open(guests, &err) || device_info(guests->device, &info, &err)) {
		json_put_string(json, "problem", err.text);
	} else {
		put_version(json, "module", info.module_version);
		put_version(json, "hypervisor", info.hypervisor_version);
		json_put_number(json, "free_pages", info.free_pages);
		json_put_number(json, "pool_pages", info.pool_pages);
		json_put_number(json, "cpus", info.cpus);
		json_put_number(json, "gic", info.gic_version);
	}
	call_reply(call, json);
}

void method_get_info(struct call *call, json_object *parameters)
{
	json_object *json = json_object_new_object(), *list = json_object_new_array();

	(void)parameters;
	json_put_string(json, "vendor", "ViMo-S");
	json_put_string(json, "product", "vimod");
	json_put_string(json, "version", PACKAGE_VERSION);
	json_put_string(json, "url", "man:vimod(8)");
	for (const struct interface *interface = interfaces_all(); interface; interface = interface->next)
		json_object_array_add(list, json_object_new_string(interface->name));
	json_object_object_add(json, "interfaces", list);
	call_reply(call, json);
}

void method_describe(struct call *call, json_object *parameters)
{
	const char *name = json_string(parameters, "interface");
	const struct interface *interface = interface_find(name, strlen(name));
	struct error err;

	if (interface) {
		call_reply(call, method_wrap("description", json_object_new_string(interface->text)));
		return;
	}
	error_key(&err, ERROR_NO_INTERFACE, name,
		  "vimod has no interface \"%.80s\": call GetInfo to see its interfaces", name);
	call_error(call, &err);
}
