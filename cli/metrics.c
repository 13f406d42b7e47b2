// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * metrics.c - counters of guests and of the host in the text format of Prometheus, to a file or to one HTTP client.
 *
 * vimo-metrics.socket starts this for each client, as a user without rights; it asks vimod's read-only socket.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_MS 5000 /* for a client to send its request */

static const struct {
	const char *key, *name, *type, *help;
	double unit; /* of the metric, in units of the member */
} of_guests[] = {
	{ "cpu_time_ns", "vimo_guest_cpu_seconds_total", "counter", "CPU time of the guest's vCPUs.", 1e9 },
	{ "memory", "vimo_guest_memory_bytes", "gauge", "Memory of the guest.", 1.0 / (1 << 20) },
	{ "vcpus", "vimo_guest_vcpus", "gauge", "vCPUs of the guest.", 1 },
	{ "vcpus_online", "vimo_guest_vcpus_online", "gauge", "vCPUs that the guest has switched on.", 1 },
	{ "uptime_s", "vimo_guest_uptime_seconds", "gauge", "Time since the guest's start.", 1 },
	{ "exits", "vimo_guest_exits_total", "counter", "Exits to the hypervisor.", 1 },
	{ "waits", "vimo_guest_exits_wait_total", "counter", "Exits by WFI and WFE.", 1 },
	{ "interrupts", "vimo_guest_exits_interrupt_total", "counter", "Exits by physical interrupts.", 1 },
	{ "injected", "vimo_guest_injected_total", "counter", "Accesses answered by an exception.", 1 },
	{ "switches", "vimo_guest_vcpu_switches_total", "counter", "Switches to the guest's vCPUs.", 1 },
	{ "dom0_cpu_ns", "vimo_guest_dom0_cpu_seconds_total", "counter", "CPU time of the guest's processes in dom0.", 1e9 },
	{ "dom0_memory_bytes", "vimo_guest_dom0_memory_bytes", "gauge", "Memory of the guest's processes in dom0.", 1 },
	{ "disk_read_bytes", "vimo_guest_disk_read_bytes_total", "counter", "Bytes read of dom0's disks for the guest.", 1 },
	{ "disk_written_bytes", "vimo_guest_disk_written_bytes_total", "counter", "Bytes written to dom0's disks for the guest.", 1 },
	{ "disk_reads", "vimo_guest_disk_reads_total", "counter", "Reads of dom0's disks for the guest.", 1 },
	{ "disk_writes", "vimo_guest_disk_writes_total", "counter", "Writes to dom0's disks for the guest.", 1 },
	{ "network_received_bytes", "vimo_guest_network_received_bytes_total", "counter", "Bytes that the guest received.", 1 },
	{ "network_received_packets", "vimo_guest_network_received_packets_total", "counter", "Packets that the guest received.", 1 },
	{ "network_sent_bytes", "vimo_guest_network_sent_bytes_total", "counter", "Bytes that the guest sent.", 1 },
	{ "network_sent_packets", "vimo_guest_network_sent_packets_total", "counter", "Packets that the guest sent.", 1 },
}, of_host[] = {
	{ "free_pages", "vimo_pool_free_bytes", "gauge", "Memory that new guests can get.", 1.0 / 4096 },
	{ "pool_pages", "vimo_pool_bytes", "gauge", "Memory for guests.", 1.0 / 4096 },
	{ "cpus", "vimo_cpus", "gauge", "CPUs of the hypervisor.", 1 },
};
#define OF_GUESTS (sizeof(of_guests) / sizeof(of_guests[0]))
#define OF_HOST (sizeof(of_host) / sizeof(of_host[0]))

static void put_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A name has neither quotes nor backslashes (guest.cfg(5)); vimod's word is not taken for it. */
static bool has_plain_name(json_object *guest)
{
	const char *name = json_string(guest, "name");

	return name && json_string(guest, "state") && !name[strcspn(name, "\"\\\n")];
}

static void put_of_guests(FILE *out, json_object *guests, size_t metric)
{
	put_head(out, of_guests[metric].name, of_guests[metric].type, of_guests[metric].help);
	for (size_t n = 0; n < json_object_array_length(guests); n++) {
		json_object *guest = json_object_array_get_idx(guests, n), *value;

		if (has_plain_name(guest) && json_object_object_get_ex(guest, of_guests[metric].key, &value))
			fprintf(out, "%s{name=\"%s\"} %.15g\n", of_guests[metric].name, json_string(guest, "name"),
				(double)json_object_get_int64(value) / of_guests[metric].unit);
	}
}

static void put_states(FILE *out, json_object *guests)
{
	put_head(out, "vimo_guest_info", "gauge", "1 for each guest, with its state.");
	for (size_t n = 0; n < json_object_array_length(guests); n++) {
		json_object *guest = json_object_array_get_idx(guests, n);

		if (has_plain_name(guest))
			fprintf(out, "vimo_guest_info{name=\"%s\",state=\"%s\",id=\"%d\"} 1\n",
				json_string(guest, "name"), json_string(guest, "state"),
				(int)json_number(guest, "id", 0));
	}
	put_head(out, "vimo_guest_troubled", "gauge", "1 if vimoctl problem has something about the guest.");
	for (size_t n = 0; n < json_object_array_length(guests); n++) {
		json_object *guest = json_object_array_get_idx(guests, n);

		if (has_plain_name(guest))
			fprintf(out, "vimo_guest_troubled{name=\"%s\"} %d\n", json_string(guest, "name"),
				json_flag(guest, "troubled"));
	}
}

static void put_host(FILE *out, json_object *version)
{
	put_head(out, "vimo_up", "gauge", "1 if module and hypervisor answer vimod.");
	fprintf(out, "vimo_up %d\n", !json_string(version, "problem"));
	for (size_t n = 0; n < OF_HOST; n++) {
		json_object *value;

		if (!json_object_object_get_ex(version, of_host[n].key, &value))
			continue;
		put_head(out, of_host[n].name, of_host[n].type, of_host[n].help);
		fprintf(out, "%s %.15g\n", of_host[n].name, (double)json_object_get_int64(value) / of_host[n].unit);
	}
}

/* Return: the metrics as text, to be freed, or NULL. */
static char *make_text(struct client *client, struct error *err)
{
	CLEANUP_JSON json_object *version = call_vimod(client, "io.vimo.Host.Version", NULL, err), *reply = NULL;
	json_object *guests = NULL;
	char *text = NULL;
	size_t bytes;
	FILE *out;

	reply = version ? call_vimod(client, "io.vimo.Domains.Statistics", NULL, err) : NULL;
	if (!reply || !json_object_object_get_ex(reply, "guests", &guests))
		return NULL;
	out = open_memstream(&text, &bytes);
	if (!out) {
		error_errno(err, "metrics");
		return NULL;
	}
	put_host(out, version);
	put_states(out, guests);
	for (size_t n = 0; n < OF_GUESTS; n++)
		put_of_guests(out, guests, n);
	fclose(out);
	return text;
}

/* The head of a request, up to its empty line, from standard input. Return: whether it asks for the metrics. */
static bool read_request(char *head, size_t bytes)
{
	size_t used = 0;
	time_t begun = time(NULL);

	while (used + 1 < bytes && time(NULL) - begun <= REQUEST_MS / 1000) {
		struct pollfd wait = { .fd = 0, .events = POLLIN };
		ssize_t got = poll(&wait, 1, REQUEST_MS) > 0 ? read(0, head + used, bytes - 1 - used) : -1;

		if (got <= 0)
			return false;
		used += (size_t)got;
		head[used] = '\0';
		if (strstr(head, "\r\n\r\n") || strstr(head, "\n\n"))
			return true;
	}
	return false;
}

static int answer(const char *status, const char *type, const char *body)
{
	printf("HTTP/1.0 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, type,
	       strlen(body), body);
	return fflush(stdout) ? -1 : 0;
}

static int serve(struct client *client, struct error *err)
{
	char head[8192];
	char *text;

	if (!read_request(head, sizeof(head)))
		return answer("400 Bad Request", "text/plain", "This is not a request of HTTP.\n");
	if (strncmp(head, "GET /metrics ", 13) && strncmp(head, "GET /metrics?", 13))
		return answer("404 Not Found", "text/plain", "The metrics are at /metrics.\n");
	text = client_connect(client, err) ? NULL : make_text(client, err);
	if (!text)
		return answer("503 Service Unavailable", "text/plain", "vimod does not answer.\n") ? -1 : 0;
	answer("200 OK", "text/plain; version=0.0.4; charset=utf-8", text);
	free(text);
	return 0;
}

int cmd_metrics(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_FREE char *text = NULL;

	if (options->http)
		return serve(client, err);
	text = client_connect(client, err) ? NULL : make_text(client, err);
	if (!text)
		return -1;
	fputs(text, stdout);
	return fflush(stdout) ? error_errno(err, "standard output") : 0;
}
