// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shape.c - traffic control by rtnetlink, as tc(8) does it.
 *
 * A tap's incoming packets are the guest's outgoing packets: the kernel counts and drops them (act_police), it cannot
 * queue them. Packets to the guest are queued (sch_tbf). Bursts are large enough for packets of up to 64 KiB, which
 * offloads leave whole.
 */
#include "host/shape.h"
#include "cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#define TICK_NS 64ull /* of struct tc_police's burst: PSCHED_SHIFT in the kernel */
#define QUEUE_MS 100u /* of packets to the guest */
#define CELL_LOG 8
#define TABLE_BYTES 1024 /* the kernel requires the table and ignores its contents */

struct request {
	struct nlmsghdr header;
	struct tcmsg tc;
	char attributes[2048];
};

static void begin(struct request *request, uint16_t type, int index, uint32_t parent)
{
	memset(request, 0, sizeof(*request));
	request->header = (struct nlmsghdr){ .nlmsg_len = NLMSG_LENGTH(sizeof(request->tc)),
					     .nlmsg_type = type,
					     .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL };
	request->tc.tcm_ifindex = index;
	request->tc.tcm_parent = parent;
}

/* @request has room for all attributes of this file. Return: the attribute, for close_nest(). */
static struct rtattr *put(struct request *request, uint16_t type, const void *data, size_t bytes)
{
	struct rtattr *attribute = (struct rtattr *)(void *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(bytes);
	if (data)
		memcpy(RTA_DATA(attribute), data, bytes);
	request->header.nlmsg_len =
		(uint32_t)((char *)attribute - (char *)request) + (uint32_t)RTA_ALIGN(attribute->rta_len);
	return attribute;
}

static void close_nest(const struct request *request, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((const char *)request + request->header.nlmsg_len - (const char *)nest);
}

static void put_rate64(struct request *request, uint16_t type, const struct rate *rate)
{
	if (rate->bytes_per_second > UINT32_MAX)
		put(request, type, &rate->bytes_per_second, sizeof(rate->bytes_per_second));
}

static struct tc_ratespec ratespec(const struct rate *rate)
{
	uint64_t bytes = rate->bytes_per_second;

	return (struct tc_ratespec){ .cell_log = CELL_LOG,
				     .linklayer = TC_LINKLAYER_ETHERNET,
				     .rate = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes };
}

/* Return: 0, or -1 with errno. */
static int ask(struct request *request)
{
	CLEANUP_FD int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[4096];
	} answer;

	if (fd < 0 || send(fd, request, request->header.nlmsg_len, 0) < 0)
		return -1;
	if (recv(fd, &answer, sizeof(answer), 0) < (ssize_t)NLMSG_LENGTH(sizeof(answer.error)) ||
	    answer.header.nlmsg_type != NLMSG_ERROR)
		errno = EPROTO;
	else
		errno = -answer.error.error;
	return errno ? -1 : 0;
}

static int fail(struct error *err, const char *name, const char *key, const char *modules)
{
	if (errno == ENOENT || errno == EOPNOTSUPP)
		return error_key(err, ERROR_FAILED, "vif",
				 "interface %s: %s: dom0's kernel lacks traffic control: run modprobe -a %s", name, key,
				 modules);
	return error_key(err, ERROR_FAILED, "vif", "interface %s: %s: %s", name, key, strerror(errno));
}

static int add_ingress(int index)
{
	struct request request;

	begin(&request, RTM_NEWQDISC, index, TC_H_CLSACT);
	request.tc.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	put(&request, TCA_KIND, "clsact", sizeof("clsact"));
	return ask(&request);
}

static int add_police(int index, const struct rate *rate)
{
	static const char table[TABLE_BYTES];
	const struct tc_police police = {
		.action = TC_ACT_SHOT,
		.burst = (uint32_t)(rate->burst * 1000000000ull / rate->bytes_per_second / TICK_NS + 1),
		.mtu = INT32_MAX, /* packets are not dropped for their length */
		.rate = ratespec(rate),
	};
	struct rtattr *options, *actions, *action, *parameters;
	struct request request;

	begin(&request, RTM_NEWTFILTER, index, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS));
	request.tc.tcm_info = TC_H_MAKE(1u << 16, htons(ETH_P_ALL));
	put(&request, TCA_KIND, "matchall", sizeof("matchall"));
	options = put(&request, TCA_OPTIONS, NULL, 0);
	actions = put(&request, TCA_MATCHALL_ACT, NULL, 0);
	action = put(&request, 1, NULL, 0);
	put(&request, TCA_ACT_KIND, "police", sizeof("police"));
	parameters = put(&request, TCA_ACT_OPTIONS, NULL, 0);
	put(&request, TCA_POLICE_TBF, &police, sizeof(police));
	put(&request, TCA_POLICE_RATE, table, sizeof(table));
	put_rate64(&request, TCA_POLICE_RATE64, rate);
	close_nest(&request, parameters);
	close_nest(&request, action);
	close_nest(&request, actions);
	close_nest(&request, options);
	return ask(&request);
}

int shape_sent(int index, const char *name, const struct rate *rate, struct error *err)
{
	if (add_ingress(index) || add_police(index, rate))
		return fail(err, name, "rate", "sch_ingress cls_matchall act_police");
	return 0;
}

int shape_received(int index, const char *name, const struct rate *rate, struct error *err)
{
	uint64_t waiting = rate->burst + rate->bytes_per_second / 1000 * QUEUE_MS;
	const struct tc_tbf_qopt parameters = {
		.rate = ratespec(rate),
		.limit = waiting > INT32_MAX ? INT32_MAX : (uint32_t)waiting,
	};
	struct rtattr *options;
	struct request request;

	begin(&request, RTM_NEWQDISC, index, TC_H_ROOT);
	put(&request, TCA_KIND, "tbf", sizeof("tbf"));
	options = put(&request, TCA_OPTIONS, NULL, 0);
	put(&request, TCA_TBF_PARMS, &parameters, sizeof(parameters));
	put(&request, TCA_TBF_BURST, &rate->burst, sizeof(rate->burst));
	put_rate64(&request, TCA_TBF_RATE64, rate);
	close_nest(&request, options);
	return ask(&request) ? fail(err, name, "receive_rate", "sch_tbf") : 0;
}
