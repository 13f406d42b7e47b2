# SPDX-License-Identifier: GPL-2.0-or-later
# block.sh - disks: what guests write is there, whichever process is killed.

disks_are_there() { grep -q "^$MNT_DISK /mnt ext4 " /proc/mounts; }

# disk_guest LINE...: start g1 with two vCPUs and wait until it is up.
disk_guest() {
	linux g1 shell 'vcpus = 2' "$@"
	await_lives g1 1
}
sparse() {
	rm -f $1
	truncate -s $2 $1
}
# start_load SECONDS DISK...: diskcheck runs in g1, or the guest LOADED, on all of them at once; with 0 seconds until end_load.
start_load() {
	local seconds=$1
	shift
	talk ${LOADED:-g1} virtio "rm -f /tmp/load.stop; for d in $*; do (diskcheck load /dev/\$d $seconds 4; echo ended \$?) & done >/tmp/load 2>&1; echo going" '^going'
}
end_load() { tell ${LOADED:-g1} 'touch /tmp/load.stop'; }
loads_ended() { tell ${LOADED:-g1} "until [ \$(grep -c ended /tmp/load) = $1 ]; do usleep 200000; done" >/dev/null; }
loads_are_good() { talk ${LOADED:-g1} virtio 'cat /tmp/load; grep -c "load ok" /tmp/load' "^$1"; }

disks_keep_what_is_written() {
	sparse /mnt/a.img 64M
	sparse $RAM/c.img 32M
	echo 'only to be read' | dd of=/tmp/d.img bs=512 conv=sync 2>/dev/null
	disk_guest 'disk = ( { target = "/mnt/a.img"; serial = "first"; queues = 2; },
		{ target = "'$BIG_DISK'"; }, { target = "'$RAM'/c.img"; packed = true; }, { target = "/tmp/d.img"; access = "ro"; } )'
	talk g1 virtio 'cat /sys/block/vda/serial; echo' '^first'
	talk g1 virtio 'cat /sys/block/vda/size' '^131072'
	talk g1 virtio 'ls /sys/block/vda/mq | wc -l' '^2'
	packed_is g1 block/vda 0
	packed_is g1 block/vdc 1
	talk g1 virtio 'head -n 1 /dev/vdd' '^only to be read'
	talk g1 virtio 'dd if=/dev/zero of=/dev/vdd bs=512 count=1 || echo refused' '^refused'
	start_load 8 vda vdb vdc
	await loads_ended 3
	loads_are_good 3
	vimoctl destroy g1
	rm $RAM/c.img
}

disks_outlive_device_models() {
	local n=0
	sparse /mnt/a.img 64M
	disk_guest 'disk = ( { target = "/mnt/a.img"; queues = 2; }, { target = "'$BIG_DISK'"; packed = true; queues = 2; } )'
	packed_is g1 block/vdb 1
	start_load 0 vda vdb
	while [ $n -lt $((20 * ROUNDS)) ]; do
		n=$((n + 1))
		usleep $((RANDOM % 500000 + 100000))
		replace_dm g1
	done
	end_load
	await loads_ended 2
	loads_are_good 2
}
acknowledged() { sed -n 's/^acked \([0-9]*\).*/\1/p' $LOGS/g1.console.log | tail -n 1; }
flushed_so_often() { [ "$(acknowledged)" -ge $1 ] 2>/dev/null; }

flushes_survive_a_power_cut() {
	local round acked
	for round in 1 2 3; do
		sparse /mnt/a.img 16M
		rm -f $LOGS/g1.console.log
		disk_guest 'disk = [ "/mnt/a.img,,vda" ]'
		talk g1 virtio 'diskcheck flushes /dev/vda' '^acked'
		await flushed_so_often $((RANDOM % 300 + 20))
		vimoctl destroy g1
		acked=$(acknowledged)
		echo "-- flush $acked was acknowledged"
		diskcheck survived /mnt/a.img $acked
	done
}

# The file system of a sparse image is full: the guest gets an error, a disk that has its blocks goes on, and so does vimo-dm.
a_full_disk_is_an_io_error() {
	dd if=/dev/zero of=/mnt/a.img bs=1M count=16 2>/dev/null
	sparse /mnt/big.img 600M
	disk_guest 'disk = [ "/mnt/a.img,,vda", "/mnt/big.img,,vdb" ]'
	talk g1 virtio 'dd if=/dev/zero of=/dev/vdb bs=1M oflag=direct; echo wrote $?' '^wrote 1'
	start_load 3 vda
	await loads_ended 1
	loads_are_good 1
	vimoctl destroy g1
	rm /mnt/big.img
}

# The guest is paused where its write failed, and stays so under the next vimo-dm and the next vimod. With room made, the
# write succeeds and the guest has seen no error.
a_full_disk_can_stop_the_guest() {
	sparse /mnt/big.img 600M
	disk_guest 'disk = ( { target = "/mnt/big.img"; on_io_error = "stop"; } )'
	dd if=/dev/zero of=/mnt/filler bs=1M 2>/dev/null || true
	talk g1 virtio '(diskcheck load /dev/vda 1 1; echo ended $?) >/tmp/load 2>&1 & echo going' '^going'
	await is g1 paused
	vimoctl info g1 | grep '^problem: disk vda: No space left on device: mend it'
	replace_dm g1
	kill_vimod
	start_vimod
	is g1 paused
	vimoctl info g1 | grep '^problem: disk vda'
	rm /mnt/filler
	await vimoctl unpause g1
	await loads_ended 1
	loads_are_good 1
	vimoctl info g1 | grep '^problem' && return 1
	vimoctl destroy g1
	rm /mnt/big.img
}

an_image_cut_off_is_an_io_error() {
	sparse /mnt/a.img 16M
	disk_guest 'disk = [ "/mnt/a.img,,vda" ]'
	truncate -s 1M /mnt/a.img
	talk g1 virtio 'dd if=/dev/vda of=/dev/null bs=4k skip=1000 count=1 iflag=direct; echo read $?' '^read 1'
	talk g1 virtio 'dd if=/dev/vda of=/dev/null bs=4k count=1 iflag=direct; echo read $?' '^read 0'
}

# The test asserts that the limit is never exceeded. Whether the guest reaches it depends on the computer.
limits_hold() {
	local count
	sparse /mnt/a.img 16M
	disk_guest 'disk = ( { target = "/mnt/a.img"; iops = 50; } )'
	talk g1 virtio 'diskcheck rate /dev/vda 4' 'reads in 4 s'
	count=$(sed -n 's/.*diskcheck: \([0-9]*\) reads in 4 s.*/\1/p' /tmp/out)
	echo "-- $count reads"
	[ $count -le 260 ]
	[ $count -ge 1 ]
}

disks_are_taken_and_let_go() {
	sparse /mnt/a.img 16M
	disk_guest 'disk = [ ]'
	vimoctl block-attach g1 '/mnt/a.img,,vda,rw' | tee /tmp/said
	talk g1 virtio "$(sed -n 's/.*\(echo .*bind\).*/\1/p' /tmp/said); ls /dev/vda" '^/dev/vda'
	start_load 2 vda
	kill -9 $(dm_pid g1)
	await loads_ended 1
	loads_are_good 1
	refused 4 'unbind' block-detach g1 vda
	talk g1 virtio 'for d in /sys/bus/platform/drivers/virtio-mmio/*/virtio*/block/vda; do echo $d | cut -d/ -f7 >/tmp/slot; done; cat /tmp/slot >/sys/bus/platform/drivers/virtio-mmio/unbind; ls /dev/vda || echo released' '^released'
	vimoctl block-detach g1 vda
	vimoctl block-attach g1 '/mnt/a.img,,vda,rw' >/tmp/said
	talk g1 virtio "$(sed -n 's/.*\(echo .*bind\).*/\1/p' /tmp/said); ls /dev/vda" '^/dev/vda'
	vimoctl block-detach --force g1 vda
	talk g1 virtio 'echo still $((40 + 2))' '^still 42'
}

two_guests_write_at_once() {
	sparse /mnt/a.img 32M
	disk_guest 'disk = [ "/mnt/a.img,,vda" ]'
	start_load 6 vda
	linux g2 shell "disk = [ \"$BIG_DISK,,vda\" ]"
	await_lives g2 1
	talk g2 virtio 'diskcheck load /dev/vda 4 4' '^diskcheck: load ok'
	await loads_ended 1
	loads_are_good 1
}
