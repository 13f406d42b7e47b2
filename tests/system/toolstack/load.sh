# SPDX-License-Identifier: GPL-2.0-or-later
# load.sh - fio and iperf3, which check what they read. A disk of dom0 has both for guests.

loads_can_be() {
	networks_can_be
	iperf3 -s -D -B 10.9.0.1 --logfile /tmp/iperf3.log
}

# loaded NAME ADDRESS DISK: start a guest with a disk to fill, the disk of programs and a network.
loaded() {
	INITRD=load-initrd MEMORY=160 linux $1 "net net=$2" "disk = [ \"$3\", \"$PROGRAMS_DISK,,vdb,ro\" ]" 'vif = [ "bridge=br0" ]'
	await_lives $1 1
	tell $1 'mkdir /tools && mount -t ext4 -o ro,noload /dev/vdb /tools'
}
# fio writes, with a flush now and then, and reads all of it again.
FIO='/tools/fio --name=load --filename=/dev/vda --direct=1 --ioengine=libaio --iodepth=16 --rw=randwrite --bsrange=4k-64k
	--fsync=32 --verify=crc32c --verify_fatal=1 --thread --max-jobs=1 --size=12m'
FIO=$(echo $FIO)
fio_finds_what_it_wrote() {
	local disk
	left >/tmp/before
	sparse /mnt/a.img 32M
	qcow2 /mnt/b.qcow2 32M
	for disk in /mnt/a.img,,vda /mnt/b.qcow2,qcow2,vda,backing=/mnt/b.qcow2.base; do
		rm -f $LOGS/g1.*
		loaded g1 10.9.0.2 $disk
		tell g1 "$FIO --minimal"
		# fio finds a block that has changed.
		tell g1 "dd if=/dev/urandom of=/dev/vda bs=4k seek=1000 count=1 2>/dev/null; ! $FIO --verify_only=1 >/dev/null 2>&1"
		vimoctl destroy g1
	done
	qemu-img check -q /mnt/b.qcow2
	all_given_back
}

iperf3_both_ways() {
	loaded g1 10.9.0.2 /mnt/a.img,,vda
	tell g1 '/tools/iperf3 -c 10.9.0.1 -n 8M && /tools/iperf3 -c 10.9.0.1 -n 8M -R'
	tell g1 '/tools/iperf3 -c 10.9.0.1 -u -b 20M -n 2M && /tools/iperf3 -s -D --logfile /tmp/iperf3.log'
	loaded g2 10.9.0.3 /mnt/b.qcow2,qcow2,vda,backing=/mnt/b.qcow2.base
	tell g2 '/tools/iperf3 -c 10.9.0.2 -n 8M && /tools/iperf3 -c 10.9.0.2 -n 8M -R'
}

begin_all() { tell $1 "($FIO --minimal >/tmp/fio 2>&1; echo ended \$? >/tmp/fio.end) & (while [ ! -f /tmp/fio.end ]; do /tools/iperf3 -c $2 -n 4M -R >>/tmp/iperf3 2>&1 || break; done; echo ended \$? >/tmp/iperf3.end) & true"; }
all_ended() { tell $1 'until [ -f /tmp/fio.end ] && [ -f /tmp/iperf3.end ]; do usleep 200000; done' >/dev/null; }
all_is_good() { tell $1 'grep "ended 0" /tmp/fio.end && grep "ended 0" /tmp/iperf3.end && grep -c receiver /tmp/iperf3'; }

# Two guests on one CPU, disks and networks busy in both; device models and a storage daemon are killed.
all_at_once_under_kills() {
	local n pid
	left >/tmp/before
	loaded g1 10.9.0.2 /mnt/a.img,,vda
	loaded g2 10.9.0.3 /mnt/b.qcow2,qcow2,vda,backing=/mnt/b.qcow2.base
	tell g1 '/tools/iperf3 -s -D --logfile /tmp/iperf3.log'
	begin_all g2 10.9.0.2
	begin_all g1 10.9.0.1
	for n in $(seq $((3 * ROUNDS))); do
		usleep $((RANDOM % 500000 + 500000))
		replace_dm g1
		replace_dm g2
		pid=$(storage_pid g2)
		kill -9 $pid
		await storage_is_back g2 $pid
	done
	await all_ended g1
	await all_ended g2
	all_is_good g1
	all_is_good g2
	vimoctl destroy g1
	vimoctl destroy g2
	all_given_back
}
