# SPDX-License-Identifier: GPL-2.0-or-later
# disks.sh - disks and networks that vimod refuses, and disks that come and go.

# image FILE SECTORS: make an image with its own name in the first sector.
image() {
	rm -rf $1
	truncate -s $(($2 * 512)) $1
	echo "this is $1" | dd of=$1 conv=notrunc 2>/dev/null
}
# with_disk SPEC: write t1.cfg with that one disk.
with_disk() { config t1 /t/wait 'memory = 4' "disk = [ \"$1\" ]"; }
with_vif() { config t1 /t/wait 'memory = 4' "vif = [ \"$1\" ]"; }

bad_disks_are_refused() {
	left >/tmp/before
	with_disk '/tmp/no-such,,vda'
	refused 1 'disk vda: /tmp/no-such does not exist' create /tmp/t1.cfg
	refused 1 'disk vda: /tmp/no-such does not exist' create -n /tmp/t1.cfg
	with_disk 'vdev=vdb,target=/tmp'
	refused 1 'disk vdb: /tmp is a directory' create /tmp/t1.cfg
	with_disk /dev/null
	refused 1 'neither a file nor a block device' create /tmp/t1.cfg
	rm -f /tmp/fifo
	mkfifo /tmp/fifo
	with_disk /tmp/fifo,,,ro
	refused 1 'neither a file nor a block device' create /tmp/t1.cfg
	image /tmp/d1 1
	truncate -s 0 /tmp/d1
	with_disk /tmp/d1
	refused 1 'is empty' create /tmp/t1.cfg
	image /tmp/d1 1
	with_disk '/tmp/d1", "/tmp/d1'
	refused 4 'disk vdb: /tmp/d1 is locked' create /tmp/t1.cfg
	with_disk /tmp/d1,qed
	refused 1 't1.cfg:4: disk 1: format = "qed" .*qemu-img convert' create /tmp/t1.cfg
	with_disk /tmp/d1,qcow2
	refused 1 'disk vda: /tmp/d1: qemu-storage-daemon.*is missing: install' create /tmp/t1.cfg
	with_disk /tmp/d1,,hda
	refused 1 't1.cfg:4: disk 1: vdev = "hda"' create /tmp/t1.cfg
	with_disk /tmp/d1,size=9
	refused 1 'unknown key "size"' create /tmp/t1.cfg
	all_given_back
}

bad_networks_are_refused() {
	left >/tmp/before
	with_vif mac=52:54:00:12:34:56
	refused 1 't1.cfg:4: vif 1: key "bridge" is missing' create /tmp/t1.cfg
	with_vif bridge=br7
	refused 1 'bridge br7: it does not exist' create /tmp/t1.cfg
	refused 1 'bridge br7: it does not exist' create -n /tmp/t1.cfg
	with_vif bridge=lo
	refused 1 'bridge lo: ' create /tmp/t1.cfg
	with_vif bridge=br7,mac=01:00:00:00:00:00
	refused 1 't1.cfg:4: vif 1: mac 01:00:00:00:00:00' create /tmp/t1.cfg
	with_vif bridge=br7,rate=1Mb
	refused 1 '"1Mb" is not a rate: write 10Mb/s' create /tmp/t1.cfg
	all_given_back
}

a_disk_is_one_guests() {
	left >/tmp/before
	image /tmp/d1 8
	tiny t1 wait 'disk = [ "/tmp/d1" ]'
	config t2 /t/wait 'memory = 4' 'disk = [ "/tmp/d1" ]'
	refused 4 'disk vda: /tmp/d1 is locked by another guest or program' create /tmp/t2.cfg
	config t2 /t/wait 'memory = 4' 'disk = [ "/tmp/d1,,,ro" ]'
	refused 4 'another guest or program writes it' create /tmp/t2.cfg
	# The lock outlives the processes that are killed.
	kill_vimod
	start_vimod
	refused 4 'another guest or program writes it' create /tmp/t2.cfg
	replace_dm t1
	await vimoctl shutdown t1 # its device model is ready
	refused 4 'another guest or program writes it' create /tmp/t2.cfg
	vimoctl destroy t1
	# Two guests that only read share the image.
	tiny t1 wait 'disk = [ "/tmp/d1,,,ro" ]'
	vimoctl create /tmp/t2.cfg
	vimoctl destroy t1
	vimoctl destroy t2
	all_given_back
}

block_devices_are_one_guests() {
	left >/tmp/before
	dd if=/dev/urandom of=$SMALL_DISK bs=64k count=16 conv=fsync 2>/dev/null
	linux g1 shell "disk = [ \"$SMALL_DISK\", \"$SMALL_DISK_2\" ]"
	config t2 /t/wait 'memory = 4' "disk = [ \"$SMALL_DISK_2\" ]"
	refused 4 "disk vda: $SMALL_DISK_2 is in use" create /tmp/t2.cfg
	config t2 /t/wait 'memory = 4' "disk = [ \"$SMALL_DISK_2,,,ro\" ]"
	refused 4 'another guest or program writes it' create /tmp/t2.cfg
	await_lives g1 1
	talk g1 virtio 'dd if=/dev/vda of=/dev/vdb bs=64k oflag=direct iflag=direct 2>/dev/null; sync; echo copied $((6 * 7))' 'copied 42'
	vimoctl destroy g1
	cmp $SMALL_DISK $SMALL_DISK_2
	tiny t2 wait "disk = [ \"$SMALL_DISK_2\" ]"
	vimoctl destroy t2
	all_given_back
}

# bind NAME DEVICE [unbind]: the guest takes a device, or lets it go.
bind() { tell $1 "echo $2 >/sys/bus/platform/drivers/virtio-mmio/${3-bind}"; }
# first_sector NAME DISK FILE: the guest reads the first sector of that image.
first_sector() {
	tell $1 "dd if=/dev/$2 iflag=direct count=1 2>/dev/null | head -n 1 | grep -qx 'this is $3'"
}

disks_come_and_go() {
	left >/tmp/before
	image /tmp/d1 64
	image /tmp/d2 128
	linux g1 shell 'disk = [ "/tmp/d1" ]'
	await_lives g1 1
	first_sector g1 vda /tmp/d1
	(cd /tmp && vimoctl block-attach g1 target=d2) >/tmp/out
	grep -q 'echo a005000.virtio_mmio >/sys/bus/platform/drivers/virtio-mmio/bind' /tmp/out
	bind g1 a005000.virtio_mmio
	first_sector g1 vdb /tmp/d2
	vimoctl block-list g1 | grep -qE '^vdb +rw +raw +5 +1 .*-vdb +/tmp/d2$'
	refused 4 'is locked' block-attach g1 /tmp/d2
	refused 1 'vdev = vdb is another' block-attach g1 /tmp/d2,,vdb
	refused 1 'does not exist' block-attach g1 /tmp/none
	refused 3 'does not exist' block-attach g2 /tmp/d1
	# The disk outlives the processes that are killed.
	replace_dm g1
	first_sector g1 vdb /tmp/d2
	kill_vimod
	start_vimod
	vimoctl block-list g1 | grep -q '^vdb '
	first_sector g1 vdb /tmp/d2
	refused 3 'no disk vdc' block-detach g1 vdc
	refused 4 'the guest uses it' block-detach g1 vdb
	bind g1 a005000.virtio_mmio unbind
	vimoctl block-detach g1 vdb
	vimoctl block-list g1 | tail -n +2 | grep -vq '^vdb '
	# Image and slot are free again.
	vimoctl block-attach g1 vdev=vdb,access=ro,target=/tmp/d2
	bind g1 a005000.virtio_mmio
	first_sector g1 vdb /tmp/d2
	vimoctl block-detach --force g1 vdb
	image /tmp/d3 64
	vimoctl block-attach g1 /tmp/d3,slot=7
	vimoctl reboot --force g1
	await_lives g1 2
	first_sector g1 vdb /tmp/d3
	vimoctl destroy g1
	all_given_back
}

# A lock that stays stands for transfers of the previous vimo-dm that hang.
a_guest_that_begins_again_waits_for_its_disks() {
	left >/tmp/before
	image /tmp/d1 64
	linux g1 shell 'disk = [ "/tmp/d1" ]'
	await_lives g1 1
	diskcheck hold /tmp/d1 >/tmp/held &
	echo $! >/tmp/holder.pid
	await_line /tmp/held held
	vimoctl reboot --force g1
	await waits_for_d1
	refused 4 'is building' block-attach g1 /tmp/d1
	kill_vimod
	start_vimod
	await waits_for_d1
	kill -9 $(cat /tmp/holder.pid)
	await_lives g1 2
	first_sector g1 vda /tmp/d1
	vimoctl info g1 >/tmp/out
	fails grep -q problem /tmp/out
	# The guest can be destroyed while it waits.
	diskcheck hold /tmp/d1 >/tmp/held &
	echo $! >/tmp/holder.pid
	await_line /tmp/held held
	vimoctl reboot --force g1
	await waits_for_d1
	vimoctl destroy g1
	gone g1
	kill -9 $(cat /tmp/holder.pid)
	all_given_back
}
waits_for_d1() { vimoctl info g1 | grep -q 'waits to be started again: disk vda: /tmp/d1 is locked'; }

no_more_disks_than_slots() {
	left >/tmp/before
	image /tmp/d1 8
	image /tmp/d2 8
	image /tmp/d3 8
	tiny t1 wait 'hotplug = 1' 'disk = [ "/tmp/d1" ]'
	vimoctl block-attach t1 /tmp/d2
	refused 6 't1 has no spare slot left' block-attach t1 /tmp/d3
	refused 6 't1 has no spare slot left' network-attach t1 bridge=br7
	refused 1 'slot = 5 is given to two' network-attach t1 bridge=br7,slot=5
	vimoctl block-detach t1 vdb
	refused 1 'bridge br7: it does not exist' network-attach t1 bridge=br7
	refused 3 'no network 0' network-detach t1 0
	vimoctl destroy t1
	# The refused disk is not locked.
	tiny t1 wait 'disk = [ "/tmp/d3" ]'
	vimoctl destroy t1
	all_given_back
}
