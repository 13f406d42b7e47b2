# SPDX-License-Identifier: GPL-2.0-or-later
# switches.sh - two guests whose networks a vhost-user switch serves, whichever process is killed.

start_switch() {
	vhostswitch /tmp/s1 /tmp/s2 2>>/tmp/switch.log &
	echo $! >/tmp/switch.pid
	await switch_listens
}
switch_listens() { [ -S /tmp/s1 ] && [ -S /tmp/s2 ]; }
kill_switch() {
	kill -9 $(cat /tmp/switch.pid)
	await dead $(cat /tmp/switch.pid)
	rm -f /tmp/s1 /tmp/s2
}
link_is() { tell $1 "[ \$(cat /sys/class/net/eth0/carrier) = $2 ]"; }
# link_is_down NAME: vimo-dm asks for a connection for slot 4, by a bit of its status.
link_is_down() { [ $(($(od -An -tu4 -j12 -N4 /run/vimo/records/$1/status) >> 4 & 1)) = 1 ]; }
link_is_up() { ! link_is_down $1; }
# fetches_more TIMES: g2 goes on fetching from g1.
fetches_more() { await_fetched g2 $(($(fetched g2) + $1)); }

switches_can_be() { command -v vhostswitch; }

a_switch_must_listen() {
	left >/tmp/before
	config g1 /t/wait 'memory = 4' 'vif = [ "backend=vhost-user,socket=/tmp/s1" ]'
	refused 1 'socket /tmp/s1: No such file .*start the switch' create /tmp/g1.cfg
	linux g1 shell
	refused 1 'socket /tmp/s1: No such file .*start the switch' network-attach g1 backend=vhost-user,socket=/tmp/s1
	vimoctl destroy g1
	all_given_back
}

two_guests() {
	linux g1 'net net=10.9.0.2' "vif = [ \"backend=vhost-user,socket=/tmp/s1$1\" ]" "$2"
	linux g2 'net net=10.9.0.3 fetch=10.9.0.2' "vif = [ \"backend=vhost-user,socket=/tmp/s2$1\" ]" "$2"
	await_fetched g2 1
}

a_switch_connects_guests() {
	left >/tmp/before
	start_switch
	two_guests '' ''
	# A driver begins anew.
	bind g1 a004000.virtio_mmio unbind
	bind g1 a004000.virtio_mmio
	tell g1 'ip addr add 10.9.0.2/24 dev eth0 && ip link set eth0 up'
	fetches_more 2
	nothing_garbled g2
	vimoctl destroy g1
	vimoctl destroy g2
	two_guests ,queues=2 'vcpus = 2'
	vimoctl destroy g1
	vimoctl destroy g2
	kill_switch
	all_given_back
}

switched_networks_outlive_all() {
	local n
	left >/tmp/before
	start_switch
	two_guests '' ''
	for n in $(seq $((2 * ROUNDS))); do
		replace_dm g1
		fetches_more 1
		replace_dm g2
		fetches_more 1
		kill_switch
		await link_is_down g1
		await link_is_down g2
		link_is g1 0
		start_switch
		await link_is_up g1
		await link_is_up g2
		link_is g1 1
		fetches_more 2
	done
	# The next vimod connects to the next switch.
	kill_vimod
	kill_switch
	await link_is_down g1
	start_vimod
	start_switch
	fetches_more 2
	# Switch and vimo-dm are killed: the guest lives on.
	kill_switch
	replace_dm g1
	await link_is_down g1
	start_switch
	fetches_more 2
	nothing_garbled g2
	vimoctl destroy g1
	vimoctl destroy g2
	kill_switch
	all_given_back
}

switched_networks_come_and_go() {
	left >/tmp/before
	start_switch
	linux g1 'net net=10.9.0.2' 'vif = [ "backend=vhost-user,socket=/tmp/s1" ]'
	linux g2 shell
	await_console g1 'job control' # httpd runs by then
	await_console g2 'job control'
	vimoctl network-attach g2 backend=vhost-user,socket=/tmp/s2
	vimoctl network-list g2 | grep -q 'vhost-user  *4 '
	bind g2 a004000.virtio_mmio
	tell g2 'ip addr add 10.9.0.3/24 dev eth0 && ip link set eth0 up'
	tell g2 "wget -q -O - http://10.9.0.2/data | md5sum | grep -q $SUM"
	refused 4 'the guest uses it' network-detach g2 0
	vimoctl network-detach --force g2 0
	link_is_up g2
	vimoctl destroy g1
	vimoctl destroy g2
	kill_switch
	all_given_back
}
