# SPDX-License-Identifier: GPL-2.0-or-later
# lvm.sh - disks on logical volumes, which Debian's LVM makes.

volumes_can_be() {
	load_modules lvm
	pvcreate -q $BIG_DISK
	vgcreate -q vg $BIG_DISK
	lvcreate -q -y -L 16M -n data vg
	lvcreate -q -y -L 8M -n more vg
	[ -b /dev/vg/data ] && [ -b /dev/vg/more ]
}
# names_itself VOLUME: write its name to its first sector.
names_itself() { echo "this is $1" | dd of=$1 conv=sync,fsync 2>/dev/null; }
holds() { dd if=$1 iflag=direct bs=512 skip=9 count=1 2>/dev/null | grep -q "^$2"; }
# sees NAME DISK SECTORS: the guest sees a disk of that size.
sees() { tell $1 "until [ \"\$(cat /sys/block/$2/size)\" = $3 ]; do usleep 50000; done"; }

volumes_are_disks() {
	left >/tmp/before
	names_itself /dev/vg/data
	names_itself /dev/vg/more
	linux g1 shell 'disk = [ "format=raw,vdev=vda,access=rw,backendtype=phy,target=/dev/vg/data", "/dev/vg/more,,vdb,ro" ]'
	await_lives g1 1
	first_sector g1 vda /dev/vg/data
	first_sector g1 vdb /dev/vg/more
	sees g1 vda 32768
	tell g1 '! dd if=/dev/zero of=/dev/vdb count=1 conv=fsync 2>/dev/null'
	tell g1 'diskcheck load /dev/vda 2 4'
	tell g1 'echo kept | dd of=/dev/vda seek=9 conv=sync,fsync 2>/dev/null'
	holds /dev/vg/data kept
	tell g1 'blkdiscard -o 0 -l 65536 /dev/vda'
	fails holds /dev/vg/data kept
	tell g1 'echo kept | dd of=/dev/vda seek=9 conv=sync,fsync 2>/dev/null'
	vimoctl destroy g1
	holds /dev/vg/data kept
	all_given_back
}

volumes_that_cannot_be_are_refused() {
	left >/tmp/before
	# As xl writes a volume that can be.
	with_disk phy:/dev/vg/data
	vimoctl create /tmp/t1.cfg
	vimoctl destroy t1
	with_disk /dev/vg/none
	refused 1 'disk vda: /dev/vg/none does not exist: .*lvchange -ay' create /tmp/t1.cfg
	# An inactive volume has no device.
	lvchange -q -an vg/more
	with_disk /dev/vg/more
	refused 1 'disk vda: /dev/vg/more does not exist: .*lvchange -ay' create /tmp/t1.cfg
	lvchange -q -ay -pr vg/more
	refused 1 'disk vda: /dev/vg/more can only be read: write access=ro' create /tmp/t1.cfg
	tiny t1 wait 'disk = [ "/dev/vg/more,,,ro" ]'
	vimoctl destroy t1
	lvchange -q -prw vg/more
	# A physical volume of LVM is not a guest's disk.
	with_disk $BIG_DISK
	refused 4 "disk vda: $BIG_DISK is in use" create /tmp/t1.cfg
	all_given_back
}

# Neither another guest nor LVM gets a volume that a guest uses.
a_volume_is_one_guests() {
	left >/tmp/before
	tiny t1 wait 'disk = [ "/dev/vg/data" ]'
	config t2 /t/wait 'memory = 4' 'disk = [ "/dev/vg/data" ]'
	refused 4 'disk vda: /dev/vg/data is in use' create /tmp/t2.cfg
	# The same volume by another name.
	config t2 /t/wait 'memory = 4' 'disk = [ "/dev/mapper/vg-data" ]'
	refused 4 'disk vda: /dev/mapper/vg-data is in use' create /tmp/t2.cfg
	config t2 /t/wait 'memory = 4' 'disk = [ "/dev/vg/data,,,ro" ]'
	refused 4 'another guest or program writes it' create /tmp/t2.cfg
	fails lvremove -q -y vg/data
	fails lvchange -q -an vg/data
	fails mount -t ext4 /dev/vg/data /mnt
	vimoctl destroy t1
	lvchange -q -an vg/data
	lvchange -q -ay vg/data
	all_given_back
}

volumes_come_go_and_grow() {
	left >/tmp/before
	names_itself /dev/vg/data
	names_itself /dev/vg/more
	linux g1 shell 'disk = [ "/dev/vg/data" ]'
	await_lives g1 1
	vimoctl block-attach g1 /dev/vg/more
	bind g1 a005000.virtio_mmio
	first_sector g1 vdb /dev/vg/more
	# The guest sees the new size on request, or from its next vimo-dm.
	lvextend -q -L 24M vg/data
	vimoctl block-resize g1 vda
	sees g1 vda 49152
	lvextend -q -L 12M vg/more
	replace_dm g1
	sees g1 vdb 24576
	tell g1 'echo grown | dd of=/dev/vda seek=9 conv=sync,fsync 2>/dev/null'
	holds /dev/vg/data grown
	bind g1 a005000.virtio_mmio unbind
	vimoctl block-detach g1 vdb
	vimoctl block-attach g1 /dev/vg/more
	bind g1 a005000.virtio_mmio
	sees g1 vdb 24576
	vimoctl reboot --force g1
	await_lives g1 2
	sees g1 vda 49152
	first_sector g1 vda /dev/vg/data
	vimoctl destroy g1
	lvremove -q -y vg/more
	all_given_back
}

# Thin volumes and snapshots refuse requests that must not wait. The snapshot is taken of a disk in use: what the guest
# writes from then on is not in the snapshot.
thin_volumes_and_snapshots() {
	left >/tmp/before
	lvcreate -q -y -L 24M -T vg/pool
	lvcreate -q -y -V 64M -T vg/pool -n thin
	names_itself /dev/vg/data
	linux g1 shell 'disk = [ "/dev/vg/thin", "/dev/vg/data" ]'
	await_lives g1 1
	tell g1 'diskcheck load /dev/vda 2 4'
	lvcreate -q -y -s -L 16M -n before vg/data
	tell g1 'echo after | dd of=/dev/vdb conv=sync,fsync 2>/dev/null && diskcheck load /dev/vdb 2 4'
	head -c 512 /dev/vg/before | grep -q '^this is /dev/vg/data'
	lvremove -q -y vg/before
	tell g1 'diskcheck load /dev/vdb 1 4'
	vimoctl destroy g1
	all_given_back
}
