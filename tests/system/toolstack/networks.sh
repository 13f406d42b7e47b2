# SPDX-License-Identifier: GPL-2.0-or-later
# networks.sh - guests' networks in a bridge of dom0, by vhost-net and by vimo-dm, whichever process is killed.

# dom0 and guests have the same 8 MiB to fetch.
WWW=/t/www
SUM=$(cat /t/sum)

# Two bridges with dom0 at 10.9.0.1 and 10.8.0.1, where it serves the data.
networks_can_be() {
	load_modules net
	[ -c /dev/net/tun ]
	[ -c /dev/vhost-net ]
	ip link set lo up
	[ "${SHIPPED-}" ] || brctl addbr br0 # the image has one
	brctl addbr br1
	ip addr add 10.9.0.1/24 dev br0
	ip addr add 10.8.0.1/24 dev br1
	ip link set br0 up
	ip link set br1 up
	httpd -p 10.9.0.1:80 -h $WWW
}

# networked NAME ADDRESS VIF WORDS LINE...: start a guest with one interface; its command line has WORDS.
networked() {
	local name=$1 address=$2 vif=$3 words=$4
	shift 4
	linux $name "net net=$address $words" "vif = [ \"$vif\" ]" "$@"
	await_lives $name 1
	await ping -c 1 -w 1 $address >/dev/null
}
# backend_is NAME vhost|tap: by the descriptors of vimo-dm.
backend_is() {
	local found=tap
	if ls -l /proc/$(dm_pid $1)/fd | grep -q /dev/vhost-net; then found=vhost; fi
	[ $found = $2 ]
}
# fetch_from ADDRESS: dom0 fetches the guest's data. guest_fetches NAME: the guest fetches dom0's.
fetch_from() { [ "$(wget -q -O - http://$1/data | md5sum | cut -d' ' -f1)" = $SUM ]; }
guest_fetches() { tell $1 "wget -q -O - http://10.9.0.1/data | md5sum | grep -q $SUM"; }
# fetched NAME: how many transfers of the guest's endless loop were right. nothing_garbled NAME: none was wrong.
fetched() { grep -c "got $SUM" $LOGS/$1.console.log || :; }
# await_fetched NAME N: until more than N were right.
await_fetched() { await_line $LOGS/$1.console.log "got $SUM" $(($2 + 1)); }
nothing_garbled() { ! grep '^got' $LOGS/$1.console.log | grep -v "got $SUM"; }
interfaces() { ls /sys/class/net | grep -c '^vif' || :; }
queues() { ls -d /sys/class/net/vif*/queues/rx-* | wc -l; }
has_queues() { [ "$(queues)" = $1 ]; }

# both_ways VHOST BACKEND
both_ways() {
	left >/tmp/before
	networked g1 10.9.0.2 "bridge=br0,mtu=1400,vhost=$1" ''
	backend_is g1 $2
	tell g1 'ping -c 2 -s 3000 10.9.0.1 >/dev/null && grep -qx 1400 /sys/class/net/eth0/mtu'
	fetch_from 10.9.0.2
	guest_fetches g1
	# The driver lets go of the device and takes it again.
	bind g1 a004000.virtio_mmio unbind
	bind g1 a004000.virtio_mmio
	tell g1 'ip addr add 10.9.0.2/24 dev eth0 && ip link set eth0 up'
	await ping -c 1 -w 1 10.9.0.2 >/dev/null
	fetch_from 10.9.0.2
	vimoctl reboot --force g1
	await_lives g1 2
	await ping -c 1 -w 1 10.9.0.2 >/dev/null
	guest_fetches g1
	vimoctl destroy g1
	all_given_back
}
vhost_moves_packets() { both_ways true vhost; }
the_device_model_moves_packets() { both_ways false tap; }

# kills VHOST [PACKED]: device models are killed while packets go both ways.
kills() {
	local n pid before
	left >/tmp/before
	networked g1 10.9.0.2 "bridge=br0,vhost=$1,packed=${2:-0}" 'fetch=10.9.0.1'
	packed_is g1 net/eth0 ${2:-0}
	(while :; do fetch_from 10.9.0.2 || echo "-- garbled" >>/tmp/garbled; done) &
	echo $! >/tmp/fetcher
	rm -f /tmp/garbled
	for n in $(seq $((4 * ROUNDS))); do
		before=$(fetched g1)
		replace_dm g1
		await_fetched g1 $before
	done
	before=$(fetched g1)
	kill_vimod
	pid=$(dm_pid g1)
	kill -9 $pid
	start_vimod
	await another_dm g1 $pid
	await ping -c 1 -w 1 10.9.0.2 >/dev/null
	await_fetched g1 $((before + 1))
	kill $(cat /tmp/fetcher)
	nothing_garbled g1
	[ ! -e /tmp/garbled ]
	vimoctl destroy g1
	all_given_back
}
# A guest of 256 MiB has queues of 1,024 places; those of the other checks are smaller.
vhost_outlives_device_models() { MEMORY=256 kills true; }
packets_outlive_device_models() { kills false; kills false 1; }

several_queues() {
	local vhost
	left >/tmp/before
	for vhost in true false; do
		networked g1 10.9.0.2 "bridge=br0,queues=4,vhost=$vhost" '' 'vcpus = 2'
		await has_queues 2 # as many as vCPUs: the driver says so
		fetch_from 10.9.0.2
		guest_fetches g1
		replace_dm g1
		await ping -c 1 -w 1 10.9.0.2 >/dev/null
		has_queues 2
		fetch_from 10.9.0.2
		vimoctl destroy g1
	done
	all_given_back
}

guests_reach_each_other() {
	left >/tmp/before
	networked g1 10.9.0.2 bridge=br0 ''
	networked g2 10.9.0.3 bridge=br0,vhost=false 'fetch=10.9.0.2'
	await_fetched g2 1
	nothing_garbled g2
	vimoctl destroy g1
	vimoctl destroy g2
	all_given_back
}

networks_come_and_go() {
	local vhost
	left >/tmp/before
	networked g1 10.9.0.2 bridge=br0 ''
	for vhost in true false; do
		vimoctl network-attach g1 bridge=br1,vhost=$vhost >/tmp/out
		grep -q 'echo a005000.virtio_mmio >/sys/bus/platform/drivers/virtio-mmio/bind' /tmp/out
		bind g1 a005000.virtio_mmio
		tell g1 'ip addr add 10.8.0.2/24 dev eth1 && ip link set eth1 up'
		await ping -c 1 -w 1 10.8.0.2 >/dev/null
		refused 4 'the guest uses it' network-detach g1 1
		bind g1 a005000.virtio_mmio unbind
		vimoctl network-detach g1 1
		[ "$(interfaces)" = 1 ]
	done
	# Networks are detached under load with --force.
	for vhost in true false; do
		vimoctl network-attach g1 bridge=br1,vhost=$vhost
		bind g1 a005000.virtio_mmio
		tell g1 'ip addr add 10.8.0.2/24 dev eth1 && ip link set eth1 up'
		await ping -c 1 -w 1 10.8.0.2 >/dev/null
		(while :; do timeout 1 wget -q -O /dev/null http://10.8.0.2/data || :; done) 2>/dev/null &
		echo $! >/tmp/fetcher
		usleep 300000
		vimoctl network-detach --force g1 1
		kill $(cat /tmp/fetcher)
		[ "$(interfaces)" = 1 ]
		await ping -c 1 -w 1 10.9.0.2 >/dev/null
		bind g1 a005000.virtio_mmio unbind
	done
	fetch_from 10.9.0.2
	vimoctl destroy g1
	all_given_back
}
