// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_interface.c - every method of the published interfaces gets every kind of wrong parameter, made from the
 * interfaces themselves. No method runs for one of them.
 */
#include "api/conform.h"
#include "api/listen.h"
#include "api/methods.h"
#include "api/parameters.h"
#include "guest/adopt.h"
#include "guest/saving.h"
#include "json.h"
#include "scratch.h"
#include "unix_socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_interface.XXXXXX";
static struct guests guests = { .device = -1 };
static struct api api = { .guests = &guests };
static int client;
static unsigned int lookups;

/* Most methods begin with this. */
int guests_open(struct guests *all, struct error *err)
{
	(void)all;
	lookups++;
	return error_set(err, ERROR_FAILED, "no device");
}

/* Call; varlink.c holds the reply against the interface. Takes over @parameters. */
static json_object *call(const struct interface *interface, const struct declaration *method, json_object *parameters)
{
	static char answer[1 << 20];
	json_object *json = json_object_new_object();
	const char *text;
	size_t left, used = 0;
	char name[128];

	snprintf(name, sizeof(name), "%s.%s", interface->name, method->name);
	json_put_string(json, "method", name);
	json_object_object_add(json, "more", json_object_new_boolean(!strcmp(method->name, "Monitor")));
	if (parameters)
		json_object_object_add(json, "parameters", parameters);
	text = json_object_to_json_string(json);
	for (left = strlen(text) + 1; left;) {
		ssize_t sent = send(client, text, left, MSG_NOSIGNAL | MSG_DONTWAIT);

		text += sent > 0 ? sent : 0;
		left -= sent > 0 ? sent : 0;
		uv_run(uv_default_loop(), UV_RUN_NOWAIT);
	}
	json_object_put(json);
	for (unsigned int tries = 0; tries < 10000 && (!used || answer[used - 1]); tries++) {
		ssize_t got = recv(client, answer + used, sizeof(answer) - used, MSG_DONTWAIT);

		used += got > 0 ? (size_t)got : 0;
		uv_run(uv_default_loop(), saving_pending() ? UV_RUN_ONCE : UV_RUN_NOWAIT);
	}
	assert_true(used);
	json = json_parse(answer, used - 1);
	assert_non_null(json);
	return json;
}

static void connect_client(void)
{
	client = unix_socket_connect("vimod.sock", SOCK_STREAM, 0);
	assert_true(client >= 0);
	for (unsigned int n = 0; n < 10; n++)
		uv_run(uv_default_loop(), UV_RUN_NOWAIT);
}

/* A Monitor holds its connection. */
static void connect_again(void)
{
	close(client);
	for (unsigned int n = 0; n < 10; n++)
		uv_run(uv_default_loop(), UV_RUN_NOWAIT);
	connect_client();
}

/* The call is refused because of @parameter, and its method does not run. Takes over @parameters. */
static void expect_refusal(const struct interface *interface, const struct declaration *method, json_object *parameters,
			   const char *parameter)
{
	json_object *json, *members = NULL;
	unsigned int before = lookups;

	json = call(interface, method, parameters);
	if (!json_string(json, "error") ||
	    strcmp(json_string(json, "error"), "org.varlink.service.InvalidParameter") != 0 ||
	    !json_object_object_get_ex(json, "parameters", &members) ||
	    strcmp(json_string(members, "parameter"), parameter) != 0)
		fail_msg("%s.%s, %s: %s", interface->name, method->name, parameter, json_object_to_json_string(json));
	assert_int_equal(lookups, before);
	json_object_put(json);
}

static const struct type *resolve(const struct interface *interface, const struct type *type)
{
	if (type->kind != TYPE_NAMED)
		return type;
	assert_non_null(interface_declaration(interface, DECLARE_TYPE, type->name));
	return interface_declaration(interface, DECLARE_TYPE, type->name)->type;
}

/* A value of @type with all members, also those that are optional. */
static json_object *good(const struct interface *interface, const struct type *type)
{
	json_object *json;

	type = resolve(interface, type);
	switch (type->kind) {
	case TYPE_BOOL: return json_object_new_boolean(1);
	case TYPE_INT: return json_object_new_int(1);
	case TYPE_FLOAT: return json_object_new_double(1);
	case TYPE_STRING: return json_object_new_string("x");
	case TYPE_ENUM: return json_object_new_string(type->members->name);
	case TYPE_ARRAY:
		json = json_object_new_array();
		json_object_array_add(json, good(interface, type->element));
		return json;
	case TYPE_MAP:
		json = json_object_new_object();
		json_object_object_add(json, "x", good(interface, type->element));
		return json;
	default:
		json = json_object_new_object();
		for (const struct member *member = type->members; member; member = member->next)
			json_object_object_add(json, member->name, good(interface, member->type));
		return json;
	}
}

/* The kind of JSON that a value of @kind has. */
static json_type json_kind(enum type_kind kind)
{
	static const json_type kinds[] = {
		[TYPE_BOOL] = json_type_boolean,  [TYPE_INT] = json_type_int,       [TYPE_FLOAT] = json_type_double,
		[TYPE_STRING] = json_type_string, [TYPE_OBJECT] = json_type_object, [TYPE_ENUM] = json_type_string,
		[TYPE_STRUCT] = json_type_object, [TYPE_ARRAY] = json_type_array,   [TYPE_MAP] = json_type_object,
	};

	return kinds[kind];
}

/* Values that are wrong for some type. */
static const char *const values[] = {
	"\"yes\"", "\"\"", "1",      "0",    "-1", "1.5",          "1e3",  "true",
	"false",   "[]",   "[null]", "[[]]", "{}", "{\"x\":null}", "null",
};
static const char *const numbers[] = { "9223372036854775808", "18446744073709551615", "99999999999999999999",
				       "-99999999999999999999" };

/* A place in the parameters of a method: @path names it, and put() puts a value there. */
struct hole {
	const struct interface *interface;
	const struct declaration *method;
	const struct type *type;
	char path[128];
};

/* Parameters that are good but for the value at @path. Takes over @value; @absent: no value at all. */
static json_object *put(const struct hole *hole, json_object *value, bool absent)
{
	json_object *parameters = good(hole->interface, hole->method->type), *at = parameters;
	char path[128], *rest = path, *step;

	snprintf(path, sizeof(path), "%s", hole->path);
	while ((step = strsep(&rest, "."))) {
		char *bracket = strchr(step, '[');
		json_object *inner = NULL;

		if (bracket)
			*bracket = 0;
		json_object_object_get_ex(at, step, &inner);
		if (rest) {
			at = bracket ? json_object_array_get_idx(inner, 0) : inner;
		} else if (bracket) {
			json_object_array_put_idx(inner, 0, value);
		} else if (absent) {
			json_object_object_del(at, step);
		} else {
			json_object_object_add(at, step, value);
		}
	}
	return parameters;
}

static void refuse_value(const struct hole *hole, const char *text)
{
	expect_refusal(hole->interface, hole->method, put(hole, json_tokener_parse(text), false), hole->path);
}

static void try_values(const struct hole *hole)
{
	const struct type *type = resolve(hole->interface, hole->type);
	bool optional = hole->type->optional || type->optional;

	for (size_t n = 0; n < sizeof(values) / sizeof(values[0]); n++) {
		json_object *value = json_tokener_parse(values[n]);
		bool fits = value ? json_object_is_type(value, json_kind(type->kind)) : optional;

		json_object_put(value);
		if (!fits)
			refuse_value(hole, values[n]);
	}
	if (type->kind == TYPE_INT)
		for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++)
			refuse_value(hole, numbers[n]);
	if (json_kind(type->kind) == json_type_string)
		refuse_value(hole, "\"x\\u0000y\"");
	if (type->kind == TYPE_ENUM)
		refuse_value(hole, "\"no-such-word\"");
	if (!optional && !strchr(hole->path, '['))
		expect_refusal(hole->interface, hole->method, put(hole, NULL, true), hole->path);
}

/* An unknown member beside those of the struct at @hole. */
static void try_extra(const struct hole *hole, const struct type *type)
{
	json_object *value = good(hole->interface, type);
	char path[160];

	snprintf(path, sizeof(path), "%s%sunheard_of", hole->path, *hole->path ? "." : "");
	json_object_object_add(value, "unheard_of", NULL);
	expect_refusal(hole->interface, hole->method, *hole->path ? put(hole, value, false) : value, path);
}

static unsigned int holes;

static void try_inside(struct hole hole)
{
	const struct type *type = resolve(hole.interface, hole.type);
	size_t used = strlen(hole.path);

	holes++;
	if (used)
		try_values(&hole);
	if (type->kind == TYPE_STRUCT) {
		try_extra(&hole, type);
		for (const struct member *member = type->members; member; member = member->next) {
			snprintf(hole.path + used, sizeof(hole.path) - used, "%s%s", used ? "." : "", member->name);
			hole.type = member->type;
			try_inside(hole);
		}
	} else if (type->kind == TYPE_ARRAY) {
		snprintf(hole.path + used, sizeof(hole.path) - used, "[0]");
		hole.type = type->element;
		try_inside(hole);
	}
}

static void wrong_parameters_never_reach_a_method(void **state)
{
	(void)state;
	for (const struct interface *interface = interfaces_all(); interface; interface = interface->next)
		for (const struct declaration *method = interface->declarations; method; method = method->next)
			if (method->kind == DECLARE_METHOD)
				try_inside((struct hole){ interface, method, method->type, "" });
	assert_true(holes > 80);
}

/* A string as large as a call may be, and strings that would harm if they were a path, a format or a terminal's. */
static json_object *hostile(const struct interface *interface, const struct type *type, const char *text)
{
	json_object *json = good(interface, type);

	for (const struct member *member = type->members; member; member = member->next)
		if (resolve(interface, member->type)->kind == TYPE_STRING)
			json_put_string(json, member->name, text);
		else if (resolve(interface, member->type)->kind == TYPE_INT)
			json_put_number(json, member->name, INT64_MAX);
	return json;
}

static void hostile_parameters_get_a_declared_answer(void **state)
{
	static char enormous[200000];
	static const char *const texts[] = {
		"", "/", ".", "..", "../../etc/passwd", "%s%n%p", "\033[2J", "\xe2\x80\xae", "x\ny", "-", enormous,
	};

	(void)state;
	memset(enormous, 'x', sizeof(enormous) - 1);
	for (const struct interface *interface = interfaces_all(); interface; interface = interface->next)
		for (const struct declaration *method = interface->declarations; method; method = method->next)
			for (size_t n = 0; method->kind == DECLARE_METHOD && n < sizeof(texts) / sizeof(texts[0]);
			     n++) {
				json_object *json = call(interface, method, hostile(interface, method->type, texts[n]));
				bool failed = json_string(json, "error");

				/* Without guests, a method with a name or a configuration cannot do what it is for. */
				if (method->type->members && !method->type->members->type->optional)
					assert_true(failed);
				json_object_put(json);
				if (!strcmp(method->name, "Monitor"))
					connect_again();
			}
}

/* Interfaces have no types in common, so each has its own copy. */
static void equal_names_have_equal_types(void **state)
{
	static const char *const names[] = { "Disk", "Vif", "State" };
	const struct interface *domains = interface_find("io.vimo.Domains", strlen("io.vimo.Domains"));

	(void)state;
	for (const struct interface *interface = interfaces_all(); interface; interface = interface->next)
		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
			const struct declaration *one = interface_declaration(domains, DECLARE_TYPE, names[n]);
			const struct declaration *other = interface_declaration(interface, DECLARE_TYPE, names[n]);
			const struct member *a = one->type->members, *b = other ? other->type->members : a;

			for (; a && b; a = a->next, b = b->next)
				assert_true(!strcmp(a->name, b->name) &&
					    (!a->type || (a->type->kind == b->type->kind &&
							  a->type->optional == b->type->optional)));
			assert_true(!a && !b);
		}
}

/* The errors of vimod, except Behind, in each interface of its own. */
static void every_interface_declares_the_errors(void **state)
{
	(void)state;
	for (const struct interface *interface = interfaces_all(); interface; interface = interface->next)
		for (unsigned int code = ERROR_FAILED; code < ERROR_BEHIND; code++) {
			bool standard = error_member(code), here = interface == interfaces_all();

			assert_int_equal(standard == here,
					 !!interface_declaration(interface, DECLARE_ERROR, error_name(code)));
		}
}

static void replies_are_held_against_the_interface(void **state)
{
	static const struct {
		const char *error, *reply;
		bool good;
	} rows[] = {
		{ NULL, "{\"path\":\"/x\",\"lock\":\"/y\"}", true },
		{ NULL, "{\"path\":\"/x\"}", false },
		{ NULL, "{}", false },
		{ NULL, "{\"path\":1,\"lock\":\"/y\"}", false },
		{ NULL, "{\"path\":\"/x\",\"lock\":\"/y\",\"more\":1}", false },
		{ "io.vimo.Devices.NotFound", "{\"message\":\"x\"}", true },
		{ "io.vimo.Devices.NotFound", "{\"message\":\"x\",\"key\":\"y\"}", true },
		{ "io.vimo.Devices.NotFound", "{}", false },
		{ "io.vimo.Domains.NotFound", "{\"message\":\"x\"}", false },
		{ "io.vimo.Devices.Behind", "{\"message\":\"x\"}", false },
		{ "org.varlink.service.InvalidParameter", "{\"parameter\":\"x\"}", true },
		{ "org.varlink.service.InvalidParameter", "{\"message\":\"x\"}", false },
		{ "NotFound", "{\"message\":\"x\"}", false },
	};
	const struct interface *devices = interface_find("io.vimo.Devices", strlen("io.vimo.Devices"));
	const struct declaration *console = interface_declaration(devices, DECLARE_METHOD, "Console");
	struct error err;

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		json_object *json = json_tokener_parse(rows[n].reply);

		assert_int_equal(!conform_reply(devices, console, rows[n].error, json, &err), rows[n].good);
		json_object_put(json);
	}
}

static int enter(void **state)
{
	struct error err;

	(void)state;
	unsetenv("VIMO_SOCKET");
	setenv("VIMO_STATE_DIR", "state", 1);
	guests.loop = uv_default_loop();
	if (!scratch_make(directory, "VIMO_RUN_DIR") || listen_start(uv_default_loop(), methods_dispatch, &api, &err))
		return -1;
	connect_client();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_parameters_never_reach_a_method),
		cmocka_unit_test(hostile_parameters_get_a_declared_answer),
		cmocka_unit_test(equal_names_have_equal_types),
		cmocka_unit_test(every_interface_declares_the_errors),
		cmocka_unit_test(replies_are_held_against_the_interface),
	};

	return cmocka_run_group_tests_name("interface", tests, enter, scratch_remove);
}
