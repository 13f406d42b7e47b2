// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kind.c - a guest's entropy device, with a timer for its limit.
 */
#include "host/endpoint.h"
#include "rng/rng.h"
#include "json.h"

#include <stdlib.h>

#define NS_PER_MS 1000000u

struct entropy {
	struct rng rng;
	uv_timer_t resume; /* data: the endpoint */
};

static void on_resume(uv_timer_t *timer)
{
	endpoint_run(timer->data);
}

static bool work(void *context)
{
	struct entropy *entropy = context;
	bool more = rng_work(&entropy->rng, uv_hrtime());

	if (entropy->rng.wait)
		uv_timer_start(&entropy->resume, on_resume, entropy->rng.wait / NS_PER_MS + 1, 0);
	return more;
}

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	struct entropy *entropy;

	if (rng_ready())
		return error_errno(err, "random numbers");
	entropy = calloc(1, sizeof(*entropy));
	if (!entropy)
		return error_set(err, ERROR_RESOURCES, "rng: out of memory");
	entropy->rng.device = &endpoint->device;
	entropy->rng.limit.rate = (uint64_t)json_number(spec->json, "bytes_per_second", 0);
	endpoint->work = work;
	endpoint->context = entropy;
	endpoint->device.queues = RNG_QUEUES;
	if (endpoint_attach(endpoint, &rng_model, NULL, err)) {
		free(entropy);
		return -1;
	}
	uv_timer_init(endpoint->host->loop, &entropy->resume);
	entropy->resume.data = endpoint;
	return 0;
}

static void close_rng(struct endpoint *endpoint)
{
	struct entropy *entropy = endpoint->context;

	uv_timer_stop(&entropy->resume);
}

const struct device_kind rng_kind = {
	.type = "rng",
	.single = true,
	.add = add,
	.close = close_rng,
};
