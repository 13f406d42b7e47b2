# SPDX-License-Identifier: GPL-2.0-or-later
# hostile.sh - a guest that controls its processes in dom0 hurts itself alone. probe.c takes them over.

RECORDS=/run/vimo/records
# processes NAME: the ids of a guest's vimo-dm and helpers.
processes() { awk '$1 > 1 { print $1 }' $RECORDS/$1/*.pid; }

# A process with all rights succeeds in each attempt: so a refusal elsewhere is not a mistake of the probe.
the_probe_does_all_with_all_rights() {
	local pid
	ip link set lo up
	sparse /mnt/g1.img 1M
	tiny g1 wait 'disk = [ "/mnt/g1.img,,vda" ]'
	sleep 1000 8<>/run/grows 9</mnt &
	pid=$!
	probe root $pid g2 g1 $(processes g1) >/tmp/probe || { cat /tmp/probe; return 1; }
	rm /run/grows
	grep 'grow the file of descriptor 8 /run/grows: POSSIBLE' /tmp/probe
	grep 'leave the directory of descriptor 9 /mnt: POSSIBLE' /tmp/probe
	tail -n 1 /tmp/probe
}
# take_over KIND PID USER RIGHTS NAMESPACE...: a process of g2 tries to reach dom0 and g1, and is killed then.
take_over() {
	local kind=$1 pid=$2 code=0
	shift 2
	echo "-- $kind: process $pid of user $1"
	confined $pid "$@"
	probe $kind $pid g2 g1 $(processes g1) >/tmp/probe || code=$?
	[ $code = 0 ] && grep -E 'descriptor|by design|after' /tmp/probe || cat /tmp/probe
	tail -n 1 /tmp/probe
	return $code
}
# qemu-img reads an image of g2 and exits soon: it is stopped, and vimod, which would not wait for it. A qemu-img that
# has exited before is followed by another.
take_over_qemu_img() {
	local vimod pid code=0
	vimod=$(vimod_pid)
	rm -f /tmp/held
	(while [ ! -s /tmp/held ]; do vimoctl block-attach g2 $1 || :; vimoctl block-detach --force g2 vdc || :; done) >/tmp/attach 2>&1 &
	timeout $LIMIT probe hold qemu-img $vimod >/tmp/held
	pid=$(cat /tmp/held)
	take_over image $pid "$2" 0000000000000002 $ALL || code=1
	kill -CONT $vimod
	wait $!
	await dead $pid
	cat /tmp/attach
	grep 'disk vdc: .* cannot be read as qcow2' /tmp/attach || code=1
	return $code
}
# The user of a guest's processes opens no record, log, socket or device, not even of its own guest.
records_are_of_root_alone() {
	local name files="$RECORDS /run/vimo/vimod.sock /dev/vimo"
	for name in g1 g2; do
		files="$files $RECORDS/$name $RECORDS/$name/domain.json $RECORDS/$name/dm.pid $RECORDS/$name/control.sock"
		files="$files /run/vimo/guests/$name/console.sock $LOGS/$name.console.log $LOGS/$name.serial.log"
	done
	probe user $(user_of g2) $files
}

# vimod gets a control group, as it has under its unit.
vimod_has_control_groups() {
	mkdir -p /sys/fs/cgroup
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	echo '+memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
	mkdir /sys/fs/cgroup/vimo
	export VIMO_CGROUP=/sys/fs/cgroup/vimo
	kill_vimod
	start_vimod
}

ALL='mnt pid ipc uts net'
HOSTILE='disk = [ "/mnt/a.img,,vda", "/mnt/b.qcow2,qcow2,vdb,backing=/mnt/b.qcow2.base" ]'
# g1 and g2 work on their disks while all processes of g2 are taken over. vimod is killed, and adopts both as they are.
a_guest_with_hostile_processes_hurts_itself_alone() {
	local before file pid user
	vimod_has_control_groups
	left >/tmp/before
	sparse /mnt/g1.img 16M
	sparse /mnt/a.img 16M
	qcow2 /mnt/b.qcow2 16M
	qcow2 /mnt/c.qcow2 16M
	share src
	MEMORY=96 linux g1 shell 'disk = [ "/mnt/g1.img,,vda" ]'
	MEMORY=96 linux g2 shell "$HOSTILE" "$FS" 'vif = [ "backend=user" ]'
	await_lives g1 1
	await_lives g2 1
	LOADED=g1 start_load 0 vda
	LOADED=g2 start_load 0 vda vdb
	before=$(processes g1)
	records_are_of_root_alone
	user=$(user_of g2)
	[ $user != $(user_of g1) ]
	take_over_qemu_img /mnt/c.qcow2,qcow2,vdc,backing=/mnt/c.qcow2.base $user
	# vimo-dm is the last: virtiofsd ends with it.
	for file in $(cd $RECORDS/g2 && ls *.pid | sort -r); do
		pid=$(helper_pid g2 ${file%.pid})
		case $file in
		storage-*) take_over storage $pid $user 0000000000000002 $ALL ;;
		slirp-*) take_over slirp $pid $user 0000000000000000 mnt pid ipc uts ;;
		fs-*) take_over folder $pid 0 '00000000000(000|401)db' $ALL ;;
		dm.pid) take_over vimo-dm $pid $user 0000000000000000 $ALL ;;
		esac
	done
	is g1 running
	is g2 running
	kill_vimod
	start_vimod
	is g1 running
	is g2 running
	[ "$(processes g1)" = "$before" ]
	LOADED=g1 end_load
	LOADED=g2 end_load
	LOADED=g1 loads_ended 1
	LOADED=g1 loads_are_good 1
	# g2's data may be wrong: the probe copies processes amid their direct I/O, which open(2) forbids for private buffers.
	LOADED=g2 loads_ended 2
	[ "$(processes g1)" = "$before" ]
	vimoctl destroy g1
	vimoctl destroy g2
	all_given_back
}
