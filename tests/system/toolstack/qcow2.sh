# SPDX-License-Identifier: GPL-2.0-or-later
# qcow2.sh - disks that a storage daemon serves; block.sh has the load.

qcow2_can_be() { qemu-img --version; }

# qcow2 FILE SIZE: make an empty image based on a raw image with the name in its first sector.
qcow2() {
	rm -f $1 $1.base
	truncate -s $2 $1.base
	echo "this is $1" | dd of=$1.base conv=notrunc 2>/dev/null
	qemu-img create -q -f qcow2 -b $1.base -F raw $1
}
QCOW2='disk = [ "/mnt/a.qcow2,qcow2,vda,backing=/mnt/a.qcow2.base" ]'
storage_pid() { helper_pid $1 storage-4; }
storage_is_back() { helper_is_back $1 storage-4 $2; }
kill_storage() { kill_helper $1 g1 storage-4; }
no_storage() { none_runs qemu-storage; }

qcow2_keeps_what_is_written() {
	left >/tmp/before
	qcow2 /mnt/a.qcow2 64M
	disk_guest "$QCOW2"
	talk g1 virtio 'head -n 1 /dev/vda' '^this is /mnt/a.qcow2'
	talk g1 virtio 'cat /sys/block/vda/size' '^131072'
	# The storage daemon may open files of any owner, and sees its images only.
	confined $(storage_pid g1) $(user_of g1) 0000000000000002 mnt pid ipc uts net
	opens_no_directory $(storage_pid g1)
	[ "$(ls /proc/$(storage_pid g1)/root/image/ | tr '\n' ' ')" = '0 1 ' ]
	start_load 8 vda
	await loads_ended 1
	loads_are_good 1
	talk g1 virtio 'echo kept | dd of=/dev/vda bs=512 seek=9 conv=sync,fsync 2>/dev/null; dd if=/dev/zero of=/dev/vda bs=512 count=1 2>/dev/null; sync; echo written $?' '^written 0'
	vimoctl destroy g1
	no_storage
	all_given_back
	# After a clean end the image is sound, and the image that it is based on is unchanged.
	qemu-img check -q /mnt/a.qcow2
	qemu-img convert -O raw /mnt/a.qcow2 /tmp/a.raw
	dd if=/tmp/a.raw bs=512 skip=9 count=1 2>/dev/null | grep -q '^kept'
	head -n 1 /mnt/a.qcow2.base | grep -q '^this is'
	rm /tmp/a.raw
}

# The guest writes to both meanwhile, and to what is new.
disks_grow() {
	local pid
	left >/tmp/before
	qcow2 /mnt/a.qcow2 16M
	rm -f /mnt/b.img
	truncate -s 1049000 /mnt/b.img
	disk_guest 'disk = [ "/mnt/a.qcow2,qcow2,vda,backing=/mnt/a.qcow2.base", "/mnt/b.img" ]'
	# 1 MiB and 424 bytes: the last sector is filled up.
	talk g1 virtio 'cat /sys/block/vdb/size' '^2049'
	[ $(stat -c %s /mnt/b.img) = 1049088 ]
	start_load 0 vda vdb
	pid=$(storage_pid g1)
	vimoctl block-resize g1 vda 32M | grep -q '^vda has 33554432 bytes'
	vimoctl block-resize g1 vdb 2M
	await storage_is_back g1 $pid
	talk g1 virtio 'until [ "$(cat /sys/block/vda/size /sys/block/vdb/size | tr "\n" " ")" = "65536 4096 " ]; do usleep 100000; done; echo grown' '^grown'
	talk g1 virtio 'for d in a/65535 b/4095; do echo new | dd of=/dev/vd${d%/*} bs=512 seek=${d#*/} conv=sync,fsync 2>/dev/null || break; done; echo written $?' '^written 0'
	end_load
	await loads_ended 2
	loads_are_good 2
	refused 2 'a disk can only grow' block-resize g1 vda 16M
	refused 2 'a disk can only grow' block-resize g1 vdb 1M
	refused 2 'is not a size' block-resize g1 vdb 1
	replace_dm g1
	talk g1 virtio 'cat /sys/block/vdb/size' '^4096'
	vimoctl destroy g1
	no_storage
	all_given_back
	tail -c 512 /mnt/b.img | grep -q '^new'
	qemu-img check -q /mnt/a.qcow2
	rm /mnt/b.img
}

# /mnt has blocks of 4 KiB, and so have its direct transfers.
sectors_are_smaller_than_blocks() {
	left >/tmp/before
	rm -f /mnt/b.img
	truncate -s 4M /mnt/b.img
	head -c 1100 /dev/zero | tr '\0' x >/mnt/c.img
	disk_guest 'disk = [ "/mnt/b.img", "/mnt/c.img,,vdb,ro" ]'
	talk g1 virtio 'cat /sys/block/vda/queue/logical_block_size /sys/block/vda/queue/physical_block_size | tr "\n" " "; echo' '^512 4096'
	talk g1 virtio 'for n in 1 9 10 23; do echo sector $n | dd of=/dev/vda bs=512 seek=$n conv=sync oflag=direct 2>/dev/null || break; done; echo written $?' '^written 0'
	talk g1 virtio 'dd if=/dev/vda bs=512 skip=10 count=1 iflag=direct 2>/dev/null | head -n 1' '^sector 10'
	# A larger request does not go through dom0's page cache, and finds the data of those that did.
	talk g1 virtio 'dd if=/dev/vda bs=4096 skip=1 count=1 iflag=direct 2>/dev/null | tr -d "\0" | tr "\n" " "; echo' '^sector 9 sector 10'
	# A read-only image stays as long as it is.
	talk g1 virtio 'cat /sys/block/vdb/size' '^3'
	talk g1 virtio 'cat /dev/vdb | tr -d "\0" | wc -c' '^1100'
	start_load 2 vda
	await loads_ended 1
	loads_are_good 1
	vimoctl destroy g1
	[ $(stat -c %s /mnt/c.img) = 1100 ]
	all_given_back
	rm /mnt/b.img /mnt/c.img
}

snapshots_are_kept() {
	mkdir -p /var/lib
	left >/tmp/before
	qcow2 /mnt/a.qcow2 16M
	config s1 /t/wait 'memory = 4' "$QCOW2"
	vimoctl define /tmp/s1.cfg
	vimoctl snapshot-create s1 fresh
	vimoctl start s1
	refused 4 'runs: shut it down first' snapshot-revert s1 fresh
	vimoctl destroy s1
	vimoctl snapshot-revert s1 fresh
	vimoctl snapshot-list s1 | grep -q '^fresh '
	refused 3 'has no snapshot other' snapshot-delete s1 other
	vimoctl snapshot-delete s1 fresh
	[ -z "$(qemu-img snapshot -l /mnt/a.qcow2)" ]
	qemu-img check -q /mnt/a.qcow2
	vimoctl undefine s1
	all_given_back
}

qcow2_that_cannot_be_is_refused() {
	left >/tmp/before
	rm -f /mnt/b.qcow2
	qcow2 /mnt/a.qcow2 16M
	config g1 /t/wait 'memory = 4' 'disk = [ "/mnt/none,qcow2" ]'
	refused 1 'disk vda: /mnt/none does not exist' create /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'disk = [ "/mnt/a.qcow2.base,qcow2" ]'
	refused 1 'a.qcow2.base cannot be read as qcow2: .*not in qcow2 format' create /tmp/g1.cfg
	refused 1 'a.qcow2.base cannot be read as qcow2: .*not in qcow2 format' create -n /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'disk = [ "/mnt/a.qcow2,qcow2,backing=/mnt/a.qcow2.base", "/mnt/a.qcow2,qcow2" ]'
	refused 4 'disk vdb: /mnt/a.qcow2 is locked' create /tmp/g1.cfg
	tiny g1 wait "$QCOW2"
	# Another guest writes neither the image nor the image that it is based on.
	config g2 /t/wait 'memory = 4' "$QCOW2"
	refused 4 'a.qcow2 is locked' create /tmp/g2.cfg
	config g2 /t/wait 'memory = 4' 'disk = [ "/mnt/a.qcow2.base" ]'
	refused 4 'a.qcow2.base is locked' create /tmp/g2.cfg
	vimoctl destroy g1
	mv /mnt/a.qcow2.base /mnt/b
	config g1 /t/wait 'memory = 4' "$QCOW2"
	refused 1 'disk vda: /mnt/a.qcow2.base does not exist' create /tmp/g1.cfg
	no_storage
	all_given_back
}

# A guest writes its image, and so the names in its header.
qcow2_opens_no_other_file() {
	left >/tmp/before
	qcow2 /mnt/a.qcow2 16M
	config g1 /t/wait 'memory = 4' 'disk = [ "/mnt/a.qcow2,qcow2" ]'
	refused 1 'disk vda: /mnt/a.qcow2 is based on /mnt/a.qcow2.base, which is not allowed: write backing = ' create /tmp/g1.cfg
	refused 1 'backing_directories of /etc/vimo/vimod.conf' create -n /tmp/g1.cfg
	# A guest that names one of dom0's files.
	qemu-img rebase -u -b /t/wait -F raw /mnt/a.qcow2
	config g1 /t/wait 'memory = 4' "$QCOW2"
	refused 1 'is based on /t/wait, which is not allowed' create /tmp/g1.cfg
	# A link in a directory that is listed.
	mkdir -p /etc/vimo /mnt/images
	ln -sf /t/wait /mnt/images/base
	qemu-img rebase -u -b /mnt/images/base -F raw /mnt/a.qcow2
	echo 'backing_directories = [ "/mnt/images" ]' >/etc/vimo/vimod.conf
	refused 1 'is based on /mnt/images/base, which is not allowed' create /tmp/g1.cfg
	chmod 666 /etc/vimo/vimod.conf
	refused 1 "vimod.conf can be written by users other than root: run 'chown root:root" create /tmp/g1.cfg
	rm -r /etc/vimo/vimod.conf /mnt/images
	no_storage
	all_given_back
}

qcow2_outlives_storage_daemons() {
	qcow2 /mnt/a.qcow2 64M
	disk_guest "$QCOW2"
	start_load 0 vda
	kill_storage 20
	end_load
	await loads_ended 1
	loads_are_good 1
	# No killed daemon has left a process.
	[ "$(ps -o comm | grep -c '^qemu-storage')" = 1 ]
	vimoctl destroy g1
	qemu-img check -q /mnt/a.qcow2 || [ $? = 3 ] # leaked clusters are not an error
}

qcow2_outlives_device_models() {
	local n=0 pid
	qcow2 /mnt/a.qcow2 64M
	disk_guest 'disk = [ "/mnt/a.qcow2,qcow2,vda,rw,packed=1,backing=/mnt/a.qcow2.base" ]'
	packed_is g1 block/vda 1
	start_load 0 vda
	while [ $n -lt $((10 * ROUNDS)) ]; do
		n=$((n + 1))
		usleep $((RANDOM % 500000 + 100000))
		# Every few rounds the helper is killed, too.
		pid=
		[ $((n % 4)) != 0 ] || { pid=$(storage_pid g1); kill -9 $pid; }
		replace_dm g1
		await storage_is_back g1 $pid
	done
	end_load
	await loads_ended 1
	loads_are_good 1
}

qcow2_outlives_vimod() {
	local pid
	qcow2 /mnt/a.qcow2 64M
	disk_guest "$QCOW2"
	start_load 0 vda
	pid=$(storage_pid g1)
	kill_vimod
	start_vimod
	[ "$(storage_pid g1)" = $pid ]
	kill_vimod
	kill -9 $pid
	start_vimod
	await storage_is_back g1 $pid
	end_load
	await loads_ended 1
	loads_are_good 1
	vimoctl destroy g1
	no_storage
}

qcow2_flushes_survive_a_power_cut() {
	local round acked
	for round in 1 2; do
		qcow2 /mnt/a.qcow2 16M
		rm -f $LOGS/g1.console.log
		disk_guest "$QCOW2"
		talk g1 virtio 'diskcheck flushes /dev/vda' '^acked'
		await flushed_so_often $((RANDOM % 100 + 20))
		kill -9 $(storage_pid g1)
		vimoctl destroy g1
		acked=$(acknowledged)
		echo "-- flush $acked was acknowledged"
		qemu-img convert -O raw /mnt/a.qcow2 /mnt/a.raw
		diskcheck survived /mnt/a.raw $acked
		rm /mnt/a.raw
	done
}

qcow2_disks_come_and_go() {
	left >/tmp/before
	qcow2 /mnt/a.qcow2 16M
	linux g1 shell 'disk = [ ]'
	await_lives g1 1
	refused 1 'a.qcow2.base cannot be read as qcow2' block-attach g1 /mnt/a.qcow2.base,qcow2
	no_storage
	refused 1 'a.qcow2.base, which is not allowed' block-attach g1 /mnt/a.qcow2,qcow2
	no_storage
	vimoctl block-attach g1 /mnt/a.qcow2,qcow2,backing=/mnt/a.qcow2.base | tee /tmp/said
	talk g1 virtio "$(sed -n 's/.*\(echo .*bind\).*/\1/p' /tmp/said); head -n 1 /dev/vda" '^this is /mnt/a.qcow2'
	kill_storage 1
	talk g1 virtio 'dd if=/dev/vda bs=512 count=1 iflag=direct 2>/dev/null | head -n 1 | sed s/this/that/' '^that is /mnt/a.qcow2'
	vimoctl block-detach --force g1 vda
	no_storage
	# A directory of vimod.conf allows it, too.
	mkdir -p /etc/vimo
	echo 'backing_directories = [ "/mnt" ]' >/etc/vimo/vimod.conf
	vimoctl block-attach g1 /mnt/a.qcow2,qcow2
	rm /etc/vimo/vimod.conf
	# The record has the file: the next vimod's daemon opens it again.
	kill_vimod
	start_vimod
	kill_storage 1
	vimoctl destroy g1
	no_storage
	all_given_back
}

# nbd WHERE...: start an NBD server of image /mnt/n.img.
nbd() {
	qemu-nbd --fork --persistent --shared=4 --format=raw --cache=none --aio=threads --pid-file=/tmp/nbd.pid "$@" /mnt/n.img
}
end_nbd() {
	local pid
	pid=$(cat /tmp/nbd.pid)
	kill -9 $pid
	await dead $pid
}

nbd_disks_by_socket_and_by_network() {
	local pid n=0
	left >/tmp/before
	sparse /mnt/n.img 32M
	echo 'this is n' | dd of=/mnt/n.img conv=notrunc 2>/dev/null
	mkdir -p /tmp/nbd
	ip link set lo up
	nbd --socket=/tmp/nbd/sock --export-name=one
	disk_guest 'disk = [ "nbd+unix:///one?socket=/tmp/nbd/sock,,vda" ]'
	talk g1 virtio 'head -n 1 /dev/vda' '^this is n'
	start_load 0 vda
	while [ $n -lt $((3 * ROUNDS)) ]; do
		n=$((n + 1))
		usleep $((RANDOM % 500000 + 300000))
		pid=$(storage_pid g1)
		kill -9 $pid
		await storage_is_back g1 $pid
		# The server is started anew, too.
		end_nbd
		rm -f /tmp/nbd/sock
		nbd --socket=/tmp/nbd/sock --export-name=one
	done
	end_load
	await loads_ended 1
	loads_are_good 1
	vimoctl destroy g1
	end_nbd
	echo 'this is n' | dd of=/mnt/n.img conv=notrunc 2>/dev/null
	nbd --bind=127.0.0.1 --port=10810
	rm -f $LOGS/g1.*
	disk_guest 'disk = [ ]'
	vimoctl block-attach g1 nbd://127.0.0.1:10810/ | tee /tmp/said
	talk g1 virtio "$(sed -n 's/.*\(echo .*bind\).*/\1/p' /tmp/said); head -n 1 /dev/vda" '^this is n'
	vimoctl block-list g1 | grep 'nbd://127.0.0.1:10810/'
	start_load 3 vda
	await loads_ended 1
	loads_are_good 1
	vimoctl destroy g1
	end_nbd
	no_storage
	all_given_back
}

nbd_servers_that_cannot_be_are_refused() {
	ip link set lo up
	left >/tmp/before
	config g1 /t/wait 'memory = 4' 'disk = [ "nbd://localhost/" ]'
	refused 1 'is not an NBD server: write nbd://ADDRESS' create /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'disk = [ "nbd://127.0.0.1/,qcow2" ]'
	refused 1 'format = qcow2 is not possible for an NBD server' create /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'disk = [ "/mnt/n.img,nbd" ]'
	refused 1 'needs an NBD server' create /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'disk = [ "nbd+unix:///?socket=/tmp/none/sock" ]'
	refused 1 "its socket's directory does not exist" create /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'disk = [ "nbd://127.0.0.1:9/" ]'
	refused 1 'disk vda: nbd://127.0.0.1:9/: .*Connection refused' create /tmp/g1.cfg
	no_storage
	all_given_back
}
