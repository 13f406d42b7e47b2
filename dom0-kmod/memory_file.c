// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_file.c - a guest's RAM as a descriptor, for a process that may have
 * the memory and nothing else: a vhost-user back end.
 *
 * It holds the struct domain, never the domain's memory: mappings do that.
 */
#include "memory_file.h"
#include "memory.h"
#include "mmap.h"

#include <vimo/guest_map.h>

#include <linux/anon_inodes.h>
#include <linux/module.h>

/* Back ends ask for the end before they map. */
static loff_t memory_llseek(struct file *file, loff_t offset, int whence)
{
	struct domain *domain = file->private_data;
	u64 bytes;
	int err;

	err = vimo_domain_enter(domain);
	if (err)
		return err;
	bytes = min_t(u64, vimo_memory_bytes_locked(domain, VIMO_GUEST_RAM_BASE), VIMO_GUEST_RAM_MAX);
	up_read(&domain->sem);
	return fixed_size_llseek(file, offset, whence, bytes);
}

static int memory_release(struct inode *inode, struct file *file)
{
	vimo_domain_put(file->private_data);
	return 0;
}

static const struct file_operations memory_fops = {
	.owner = THIS_MODULE,
	.mmap = vimo_memory_mmap,
	.llseek = memory_llseek,
	.release = memory_release,
};

struct file *vimo_memory_file(struct domain *domain)
{
	struct file *file;
	int err;

	err = vimo_domain_enter(domain);
	if (err)
		return ERR_PTR(err);
	up_read(&domain->sem);
	kref_get(&domain->kref);
	file = anon_inode_getfile("[vimo-memory]", &memory_fops, domain, O_RDWR | O_CLOEXEC);
	if (IS_ERR(file))
		vimo_domain_put(domain);
	else
		file->f_mode |= FMODE_LSEEK; /* some kernels leave this to the module */
	return file;
}
