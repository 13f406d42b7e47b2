// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - vimo.ko: find the hypervisor, bring up the parts of the module.
 */
#include "control.h"
#include "create.h"
#include "event.h"
#include "hypercall.h"
#include "log.h"
#include "status.h"

#include <vimo/abi.h>

#include <linux/module.h>

/* A mixed installation is reported, with the side that is older. */
static int main_check_version(void)
{
	struct hypercall_result version = { 0 };
	int err = vimo_errno(vimo_hypercall(VIMO_HC_VERSION, 0, 0, 0, 0, 0, &version));
	u32 theirs = version.x1;

	if (err) {
		pr_err("vimo: the hypervisor does not answer VERSION: error %d\n", err);
		return err;
	}
	if (theirs == VIMO_ABI_VERSION)
		return 0;
	pr_err("vimo: the hypervisor speaks ABI %u.%u, this module %u.%u: the %s is older; install both from one release and restart the machine\n",
	       theirs >> 16, theirs & 0xffff, VIMO_ABI_MAJOR, VIMO_ABI_MINOR,
	       theirs < VIMO_ABI_VERSION ? "hypervisor" : "module");
	return -EPROTONOSUPPORT;
}

/* Addresses and lengths of hypercalls are in pages of 4 KiB, and so are this module's mappings. */
static int main_check_pages(void)
{
	if (PAGE_SIZE == VIMO_PAGE_SIZE)
		return 0;
	pr_err("vimo: this kernel has pages of %lu KiB, ViMo-S needs 4 KiB in dom0: install a kernel with CONFIG_ARM64_4K_PAGES (Debian: linux-image-arm64) and restart the machine\n",
	       PAGE_SIZE >> 10);
	return -EINVAL;
}

static int main_check_hypervisor(void)
{
	if (vimo_hypervisor_present())
		return main_check_version();
	pr_err("vimo: no hypervisor: this machine was not started under ViMo-S; make ViMo-S the image that the boot loader starts\n");
	return -ENODEV;
}

static int __init main_init(void)
{
	int err = main_check_pages();

	if (!err)
		err = main_check_hypervisor();
	if (err)
		return err;
	err = vimo_log_init();
	if (err)
		return err;
	err = vimo_event_init();
	if (err)
		goto exit_log;
	err = vimo_domains_init();
	if (err)
		goto exit_event;
	vimo_domains_adopt();
	err = vimo_control_init(); /* last: from here on others can call */
	if (err)
		goto exit_domains;
	pr_info("vimo: ABI %u.%u, %llu MiB for guests\n", VIMO_ABI_MAJOR, VIMO_ABI_MINOR,
		vimo_info(VIMO_INFO_POOL_PAGES) >> (20 - PAGE_SHIFT));
	return 0;

exit_domains:
	vimo_domains_forget();
	vimo_domains_exit();
exit_event:
	vimo_event_exit();
exit_log:
	vimo_log_exit();
	return err;
}

static void __exit main_exit(void)
{
	vimo_control_exit();
	vimo_domains_forget();
	vimo_domains_exit();
	vimo_event_exit();
	vimo_log_exit();
}

module_init(main_init);
module_exit(main_exit);

#define VIMO_VERSION_TEXT \
	__stringify(VIMO_VERSION_MAJOR) "." __stringify(VIMO_VERSION_MINOR) "." __stringify(VIMO_VERSION_PATCH)

MODULE_DESCRIPTION("ViMo-S: domains, their memory, events and devices for dom0");
MODULE_VERSION(VIMO_VERSION_TEXT);
MODULE_LICENSE("GPL");
MODULE_ALIAS("of:N*T*Cvimo,vimo-s");
