// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * filter.c - make seccomp's rules from tables.
 */
#include "host/filter.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

static int fill(const struct filter *filter, scmp_filter_ctx context)
{
	int status = 0;

	for (size_t i = 0; i < filter->ioctl_count && !status; i++)
		status = seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
					  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, filter->ioctls[i]));
	for (size_t i = 0; i < filter->call_count && !status; i++)
		status = seccomp_rule_add(context, SCMP_ACT_ALLOW, filter->calls[i], 0);
	return status ? status : filter->add(context);
}

int filter_load(const struct filter *filter, struct error *err)
{
	scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int status = context ? fill(filter, context) : -ENOMEM;

	if (!status && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)))
		status = -errno;
	if (!status)
		status = seccomp_load(context);
	if (context)
		seccomp_release(context);
	return status ? error_set(err, ERROR_FAILED, "system call filter: %s", strerror(-status)) : 0;
}
