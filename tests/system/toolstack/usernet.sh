# SPDX-License-Identifier: GPL-2.0-or-later
# usernet.sh - networks without a bridge: a vimo-slirp for each, whichever process is killed.

USERNET="backend=user,host_loopback=true,hostfwd=tcp:127.0.0.1:8080-:80 udp:127.0.0.1:5353-:5353"

slirp_pid() { helper_pid $1 slirp-4; }
another_slirp() { [ -n "$(slirp_pid $1)" ] && [ "$(slirp_pid $1)" != $2 ]; }
slirps() { ps -o comm | grep -c '^vimo-slirp' || :; }
no_slirps() { [ $(slirps) = 0 ]; }

# dom0's loopback has data to fetch and a name server.
user_networks_can_be() {
	ip link set lo up
	httpd -p 127.0.0.1:80 -h $WWW
	dnsanswer 127.0.0.1
	echo "nameserver 127.0.0.1" >/etc/resolv.conf
}

# The guest's DHCP client.
DHCP='udhcpc -f -n -q -i eth0 -s /bin/dhcp'
user_guest() {
	linux g1 'net net=10.0.2.99' "vif = [ \"$USERNET\" ]"
	await_console g1 'job control'
	tell g1 "ip addr del 10.0.2.99/24 dev eth0; $DHCP"
}
guest_fetches_8mib() { tell g1 "timeout 300 wget -q -O - http://10.0.2.2/data | md5sum | grep -q $SUM"; }
dom0_fetches() { [ "$(timeout 300 wget -q -O - http://127.0.0.1:8080/data | md5sum | cut -d' ' -f1)" = $SUM ]; }

dom0_reaches() { [ "$(timeout 20 wget -q -O - http://127.0.0.1:8080/data 2>/dev/null | head -c 3)" = "$(printf '1\n2')" ]; }

wrong_user_networks_are_refused() {
	left >/tmp/before
	config t1 /t/wait 'memory = 4' 'vif = [ "backend=user,bridge=br0" ]'
	refused 1 't1.cfg:4: vif 1: bridge is not possible with backend=user' create /tmp/t1.cfg
	config t1 /t/wait 'memory = 4' 'vif = [ "backend=user,hostfwd=tcp:127.0.0.1:22-:22" ]'
	refused 1 't1.cfg:4: vif 1: hostfwd .* is not valid' create /tmp/t1.cfg
	config t1 /t/wait 'memory = 4' 'vif = [ "backend=user,hostfwd=tcp:192.0.2.1:8080-:22" ]'
	refused 1 "hostfwd: dom0's tcp port 8080: Cannot assign" create /tmp/t1.cfg
	config t1 /t/wait 'memory = 4' "vif = [ \"$USERNET\" ]"
	vimoctl create /tmp/t1.cfg
	sed 's/t1/t2/' /tmp/t1.cfg >/tmp/t2.cfg
	await fail_on_port
	vimoctl destroy t1
	all_given_back
}
# A guest without its network would be of little use: its creator is told.
a_vimo_slirp_that_does_not_start_fails_the_call() {
	local program=/usr/libexec/vimo/vimo-slirp
	left >/tmp/before
	mv $program /tmp/slirp.away
	config g1 /t/wait 'memory = 4' 'vif = [ "backend=user" ]'
	refused 1 'network .*: cannot run the program' create /tmp/g1.cfg
	all_given_back
	config g1 /t/wait 'memory = 4' 'hotplug = 1'
	vimoctl create /tmp/g1.cfg
	refused 1 'network .*: cannot run the program' network-attach g1 backend=user
	[ -z "$(vimoctl network-list g1 | grep user)" ]
	mv /tmp/slirp.away $program
	vimoctl network-attach g1 backend=user
	vimoctl destroy g1
	await no_slirps
	all_given_back
}

fail_on_port() { refused 4 "hostfwd: dom0's tcp port 8080: Address already in use" create --dry-run /tmp/t2.cfg; }

guests_reach_dom0_and_back() {
	left >/tmp/before
	user_guest
	tell g1 "ip addr show dev eth0 | grep -q 'inet 10.0.2.15/24'"
	guest_fetches_8mib
	dom0_fetches
	tell g1 'nslookup vimo.test 10.0.2.3 | grep -q 10.0.2.2'
	# The guest has an IPv6 address by router advertisements.
	tell g1 'ip -6 addr show dev eth0 | grep -q "inet6 fec0:"'
	# vimo-slirp has no rights, and sees its programs and the name servers.
	local pid
	pid=$(slirp_pid g1)
	confined $pid $(user_of g1) 0000000000000000 mnt pid ipc uts
	grep -q '^CapBnd:.0*$' /proc/$pid/status
	opens_no_directory $pid
	[ "$(ls /proc/$pid/root/)" = "$(printf 'dev\netc\nimage\nlib\nusr')" ]
	grep -q 127.0.0.1 /proc/$pid/root/etc/resolv.conf
	# vimo-slirp sees new name servers at once.
	echo "nameserver 127.0.0.2" >/tmp/resolv.new
	mv /tmp/resolv.new /etc/resolv.conf
	await grep -q 127.0.0.2 /proc/$pid/root/etc/resolv.conf
	echo "nameserver 127.0.0.1" >/etc/resolv.conf
	vimoctl reboot --force g1
	await_lives g1 2
	await prompts_again
	tell g1 "ip addr del 10.0.2.99/24 dev eth0; $DHCP"
	guest_fetches_8mib
	vimoctl destroy g1
	await no_slirps
	all_given_back
}

# The guest's second life has its shell.
prompts_again() { [ "$(grep -c 'job control' $LOGS/g1.console.log)" = 2 ]; }

loopback_is_dom0s_unless_given() {
	left >/tmp/before
	linux g1 'net net=10.0.2.99' 'vif = [ "backend=user" ]'
	await_console g1 'job control'
	tell g1 "$DHCP"
	tell g1 'ping -c 1 10.0.2.2 >/dev/null && ! timeout 20 wget -q -O /dev/null http://10.0.2.2/data 2>/dev/null'
	vimoctl destroy g1
	all_given_back
}

user_networks_outlive_all() {
	local pid dm n
	left >/tmp/before
	user_guest
	for n in $(seq $((2 * ROUNDS))); do
		pid=$(slirp_pid g1)
		kill -9 $pid
		await another_slirp g1 $pid
		await dom0_reaches
		dom0_fetches
		guest_fetches_8mib
		# The same vimo-slirp serves the next vimo-dm.
		pid=$(slirp_pid g1)
		replace_dm g1
		await dom0_reaches
		dom0_fetches
		guest_fetches_8mib
		[ $(slirp_pid g1) = $pid ]
	done
	# The next vimod adopts vimo-slirp, without an end of its socket: it is replaced when vimo-dm is killed.
	kill_vimod
	start_vimod
	guest_fetches_8mib
	[ $(slirp_pid g1) = $pid ]
	replace_dm g1
	await another_slirp g1 $pid
	await dom0_reaches
	guest_fetches_8mib
	# vimo-slirp, then vimo-slirp and vimo-dm, are killed while vimod does not run.
	for n in 1 2; do
		kill_vimod
		pid=$(slirp_pid g1)
		kill -9 $pid
		dm=$(dm_pid g1)
		[ $n = 1 ] || kill -9 $dm
		start_vimod
		await another_slirp g1 $pid
		await dom0_reaches
		dom0_fetches
		guest_fetches_8mib
	done
	[ $(slirps) = 1 ]
	vimoctl destroy g1
	await no_slirps
	all_given_back
}

user_networks_come_and_go() {
	left >/tmp/before
	linux g1 shell
	await_console g1 'job control'
	vimoctl network-attach g1 "$USERNET"
	vimoctl network-list g1
	vimoctl network-list g1 | grep -q 'user  *4 .* -$'
	refused 4 "hostfwd: dom0's tcp port 8080: Address already in use" network-attach g1 "$USERNET"
	bind g1 a004000.virtio_mmio
	tell g1 "ip link set lo up; ip link set eth0 up; $DHCP"
	guest_fetches_8mib
	refused 4 'the guest uses it' network-detach g1 0
	bind g1 a004000.virtio_mmio unbind
	vimoctl network-detach g1 0
	await no_slirps
	[ ! -e /run/vimo/records/g1/slirp-4.pid ]
	vimoctl destroy g1
	all_given_back
}
