// SPDX-License-Identifier: GPL-2.0-only
/*
 * disk_file.c - an image whose reads and writes end in a guest's RAM: a
 * descriptor for readv(), writev() and io_uring.
 *
 * Addresses are those of a mapping of the guest's RAM, but only their distance
 * from its start counts: extents say where the memory is, and the image's own
 * driver gets one piece for all that is contiguous. Nothing is looked up, pinned
 * or marked page by page, which is most of what direct I/O costs otherwise. A
 * transfer under way counts in domain->mappings, which keeps the memory.
 */
#include "disk_file.h"
#include "kernel.h"
#include "memory.h"

#include <vimo/guest_map.h>

#include <linux/anon_inodes.h>
#include <linux/blkdev.h>
#include <linux/bvec.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uio.h>

/* Room for pieces beside one for each iovec: a transfer that meets more ends of extents ends early. */
#define PIECES_MORE 3u

struct disk {
	struct domain *domain;
	struct file *image;
	u64 base; /* address of VIMO_GUEST_RAM_BASE */
};

struct transfer {
	struct kiocb kiocb;  /* of the image */
	struct kiocb *outer; /* of the descriptor, which keeps the domain */
	struct domain *domain;
	unsigned int count;
	struct bio_vec piece[];
};

static u64 disk_address(const struct iov_iter *user)
{
	if (iter_is_ubuf(user))
		return (u64)(uintptr_t)user->ubuf + user->iov_offset;
	return (u64)(uintptr_t)vimo_iov_base(user) + user->iov_offset;
}

/* As many pieces as there is room for. Return: how many bytes, or -EFAULT when some of them are not RAM. */
static ssize_t disk_pieces_locked(const struct disk *disk, const struct iov_iter *user, struct transfer *transfer,
				  unsigned int room)
{
	struct iov_iter left = *user;
	ssize_t total = 0;

	/* Past a first piece without bytes, as later ones are: a bio takes none. */
	iov_iter_advance(&left, 0);
	for (transfer->count = 0; iov_iter_count(&left) && transfer->count < room; transfer->count++) {
		u64 ipa = disk_address(&left) - disk->base + VIMO_GUEST_RAM_BASE;
		const struct extent *extent;
		size_t bytes;
		u64 pa;

		if (ipa < VIMO_GUEST_RAM_BASE)
			return -EFAULT;
		extent = vimo_memory_find_locked(disk->domain, ipa);
		if (!extent)
			return -EFAULT;
		bytes = min_t(u64, iov_iter_single_seg_count(&left), extent->ipa + extent->bytes - ipa);
		pa = extent->pa + (ipa - extent->ipa);
		transfer->piece[transfer->count] =
			(struct bio_vec){ pfn_to_page(PHYS_PFN(pa)), bytes, offset_in_page(pa) };
		total += bytes;
		iov_iter_advance(&left, bytes);
	}
	return total;
}

/* With the domain's memory held. Return: how many bytes, or negative errno. */
static ssize_t disk_find(const struct disk *disk, const struct iov_iter *user, struct transfer *transfer,
			 unsigned int room)
{
	ssize_t bytes = vimo_domain_enter(disk->domain);

	if (bytes)
		return bytes;
	bytes = disk_pieces_locked(disk, user, transfer, room);
	if (bytes >= 0)
		atomic_inc(&disk->domain->mappings);
	up_read(&disk->domain->sem);
	return bytes;
}

/* Writes to a file system keep it from freezing meanwhile, which may end on another thread than it began. */
static bool disk_holds_super(const struct kiocb *kiocb)
{
	return kiocb->ki_flags & IOCB_WRITE && S_ISREG(file_inode(kiocb->ki_filp)->i_mode);
}

static bool disk_begin(struct kiocb *kiocb)
{
	struct super_block *super = file_inode(kiocb->ki_filp)->i_sb;

	if (!disk_holds_super(kiocb))
		return true;
	if (!(kiocb->ki_flags & IOCB_NOWAIT))
		sb_start_write(super);
	else if (!sb_start_write_trylock(super))
		return false;
	__sb_writers_release(super, SB_FREEZE_WRITE);
	return true;
}

static void disk_end(struct kiocb *kiocb)
{
	struct super_block *super = file_inode(kiocb->ki_filp)->i_sb;

	if (!disk_holds_super(kiocb))
		return;
	__sb_writers_acquired(super, SB_FREEZE_WRITE);
	sb_end_write(super);
}

static void transfer_free(struct transfer *transfer)
{
	atomic_dec(&transfer->domain->mappings);
	kfree(transfer);
}

/* Any context. The last step may close the descriptor, which drops its references on image and domain. */
static void disk_done(struct kiocb *kiocb, long result)
{
	struct transfer *transfer = container_of(kiocb, struct transfer, kiocb);
	struct kiocb *outer = transfer->outer;

	disk_end(kiocb);
	transfer_free(transfer);
	outer->ki_complete(outer, result);
}

static void disk_prepare(struct transfer *transfer, struct kiocb *outer, struct file *image, bool write)
{
	struct kiocb *kiocb = &transfer->kiocb;

	transfer->outer = outer;
	init_sync_kiocb(kiocb, image);
	kiocb->ki_flags |= outer->ki_flags & (IOCB_NOWAIT | IOCB_DSYNC | IOCB_SYNC | IOCB_ALLOC_CACHE);
	if (write)
		kiocb->ki_flags |= IOCB_WRITE;
	kiocb->ki_pos = outer->ki_pos;
	kiocb->ki_ioprio = outer->ki_ioprio;
	if (!is_sync_kiocb(outer))
		kiocb->ki_complete = disk_done;
}

/* Return: as read_iter() and write_iter(); -EIOCBQUEUED when disk_done() will end it. */
static ssize_t disk_start(struct transfer *transfer, struct iov_iter *pieces)
{
	struct kiocb *kiocb = &transfer->kiocb;
	const struct file_operations *image = kiocb->ki_filp->f_op;
	struct blk_plug plug;
	ssize_t moved;

	if (!disk_begin(kiocb))
		return -EAGAIN;
	/*
	 * Without a plug, an I/O scheduler starts a request by a thread of the kernel. A plug that the caller has
	 * started counts.
	 */
	blk_start_plug(&plug);
	moved = kiocb->ki_flags & IOCB_WRITE ? image->write_iter(kiocb, pieces) : image->read_iter(kiocb, pieces);
	blk_finish_plug(&plug);
	if (moved != -EIOCBQUEUED)
		disk_end(kiocb);
	return moved;
}

/*
 * Whether the image can be asked without waiting. The device below must know such requests, else it fails them; and it
 * may become another while it is used: LVM puts a snapshot, or a thin pool, under a volume.
 */
static bool disk_knows_nowait(const struct file *image)
{
	const struct inode *inode = file_inode(image);
	struct block_device *device = S_ISBLK(inode->i_mode) ? I_BDEV(image->f_mapping->host) : inode->i_sb->s_bdev;

	return image->f_mode & FMODE_NOWAIT && (!device || bdev_nowait(device));
}

static ssize_t disk_move(struct kiocb *outer, struct iov_iter *user, bool write)
{
	const struct disk *disk = outer->ki_filp->private_data;
	unsigned int room = PIECES_MORE + (iter_is_iovec(user) ? user->nr_segs : 1);
	struct transfer *transfer;
	struct iov_iter pieces;
	ssize_t bytes, moved;

	if (!(disk->image->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if (!iter_is_iovec(user) && !iter_is_ubuf(user))
		return -EINVAL;
	if (outer->ki_flags & IOCB_NOWAIT && !disk_knows_nowait(disk->image))
		return -EAGAIN;
	transfer = kmalloc(struct_size(transfer, piece, room), GFP_KERNEL);
	if (!transfer)
		return -ENOMEM;
	transfer->domain = disk->domain;
	bytes = disk_find(disk, user, transfer, room);
	if (bytes < 0) {
		kfree(transfer);
		return bytes;
	}
	disk_prepare(transfer, outer, disk->image, write);
	iov_iter_bvec(&pieces, write ? WRITE : READ, transfer->piece, transfer->count, bytes);
	moved = disk_start(transfer, &pieces);
	if (moved == -EIOCBQUEUED)
		return moved;
	if (moved > 0) {
		outer->ki_pos = transfer->kiocb.ki_pos;
		iov_iter_advance(user, moved);
	}
	transfer_free(transfer);
	return moved;
}

static ssize_t disk_read(struct kiocb *outer, struct iov_iter *user)
{
	return disk_move(outer, user, false);
}

static ssize_t disk_write(struct kiocb *outer, struct iov_iter *user)
{
	return disk_move(outer, user, true);
}

static int disk_release(struct inode *inode, struct file *file)
{
	struct disk *disk = file->private_data;

	fput(disk->image);
	vimo_domain_put(disk->domain);
	kfree(disk);
	return 0;
}

static const struct file_operations disk_fops = {
	.owner = THIS_MODULE,
	.read_iter = disk_read,
	.write_iter = disk_write,
	.release = disk_release,
};

struct file *vimo_disk_file(struct domain *domain, struct file *image, u64 base)
{
	umode_t mode = file_inode(image)->i_mode;
	struct disk *disk;
	struct file *file;
	int err;

	if ((!S_ISREG(mode) && !S_ISBLK(mode)) || !image->f_op->read_iter || !image->f_op->write_iter)
		return ERR_PTR(-EINVAL);
	err = vimo_domain_enter(domain);
	if (err)
		return ERR_PTR(err);
	up_read(&domain->sem);
	disk = kmalloc(sizeof(*disk), GFP_KERNEL_ACCOUNT);
	if (!disk)
		return ERR_PTR(-ENOMEM);
	*disk = (struct disk){ domain, image, base };
	file = anon_inode_getfile("[vimo-disk]", &disk_fops, disk, O_RDWR | O_CLOEXEC);
	if (IS_ERR(file)) {
		kfree(disk);
		return file;
	}
	kref_get(&domain->kref);
	file->f_mode |= FMODE_NOWAIT | FMODE_PREAD | FMODE_PWRITE;
	return file;
}
