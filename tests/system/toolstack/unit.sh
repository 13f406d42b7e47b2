# SPDX-License-Identifier: GPL-2.0-or-later
# unit.sh - vimod as its unit: rights, control groups, nothing left over.
CGROUPS=/sys/fs/cgroup/vimo-guests.service

the_unit_has_few_rights() {
	systemd-analyze security --no-pager --threshold=40 vimod.service >/tmp/out || { cat /tmp/out; return 1; }
	systemctl is-active vimo-guests.service
	# A stop by hand would end all guests' processes.
	fails systemctl stop vimo-guests.service
}

# dpkg knows the files of the image. A removal waits for the guests' end; an upgrade calls the same script, which lets it pass.
packages_are_whole() {
	local prerm=/var/lib/dpkg/info/vimo-tools.prerm
	[ -z "$(/usr/bin/dpkg --verify vimo-hypervisor vimo-tools)" ]
	tiny g1 wait
	DPKG_MAINTSCRIPT_PACKAGE=vimo-tools $prerm upgrade 9.0
	DPKG_MAINTSCRIPT_PACKAGE=vimo-tools fails $prerm remove
	is g1 running
}

# group_of PID: the process' control group.
group_of() { sed -n 's/^0:://p' /proc/$1/cgroup; }
in_groups() {
	[ "$(group_of $(dm_pid g1))" = /vimo-guests.service/guest-g1/dm ]
	[ "$(group_of $(helper_pid g1 storage-4))" = /vimo-guests.service/guest-g1/storage-4 ]
}
guest_with_storage() {
	qemu-img create -q -f qcow2 /tmp/q1 16M
	MEMORY=256 linux g1 shell 'cpu_weight = 512' 'disk = [ "/tmp/q1,qcow2" ]'
	await_lives g1 1
}

guests_have_control_groups() {
	local group=$CGROUPS/guest-g1 process
	guest_with_storage
	in_groups
	[ "$(group_of $(vimod_pid))" = /system.slice/vimod.service ]
	[ "$(cat $group/cpu.weight)" = 200 ]
	for process in dm storage-4; do
		[ "$(cat $group/$process/memory.max)" -lt 600000000 ]
		[ "$(cat $group/$process/pids.max)" = 1024 ]
	done
	# The guest's memory, which both processes map, does not count.
	tell g1 'mkdir /big && mount -t tmpfs -o size=150m big /big && dd if=/dev/zero of=/big/data bs=1M count=128'
	[ "$(cat $group/memory.current)" -lt 100000000 ]
	# Processes keep their groups without vimod, and the next processes get them.
	kill_vimod
	in_groups
	start_vimod
	replace_dm g1
	kill_helper 1 g1 storage-4
	in_groups
	vimoctl destroy g1
	! [ -e $group ]
}

a_helper_that_takes_too_much_ends_alone() {
	local group=$CGROUPS/guest-g1 helper dm vimod
	guest_with_storage
	helper=$(helper_pid g1 storage-4) dm=$(dm_pid g1) vimod=$(vimod_pid)
	# The kernel takes back what it can, then kills.
	echo 64K >$group/storage-4/memory.max
	await helper_is_back g1 storage-4 $helper
	[ "$(cat $group/storage-4/memory.max)" -gt 100000000 ]
	grep -q '^oom_kill [1-9]' $group/memory.events
	[ "$(dm_pid g1)" = $dm ]
	[ "$(vimod_pid)" = $vimod ]
	tell g1 'dd if=/dev/vda of=/dev/null bs=64k count=16 iflag=direct'
	[ "$(systemctl is-active vimod.service vimo-guests.service | sort -u)" = active ]
	vimoctl destroy g1
}

# After all checks that kill processes or start vimod again.
no_process_is_left_over() {
	journalctl --no-pager -b -u vimod.service -u vimo-guests.service >/tmp/out
	fails grep -iE 'left-over process|remains running|Failed with result .oom' /tmp/out
}
