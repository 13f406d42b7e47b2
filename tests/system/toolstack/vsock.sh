# SPDX-License-Identifier: GPL-2.0-or-later
# vsock.sh - connections between guests and dom0, whichever process is killed.

vsock_needs_its_module() {
	config t1 /t/wait 'memory = 4' 'vsock_cid = 3'
	without_module vhost_vsock refused 1 'module vhost_vsock is not loaded: run modprobe vhost_vsock' create /tmp/t1.cfg
	load_modules vsock
	config t1 /t/wait 'memory = 4' 'vsock_cid = 2'
	refused 1 't1.cfg:4: vsock_cid = 2 is out of range' create /tmp/t1.cfg
	[ -c /dev/vhost-vsock ]
}

an_address_is_one_guests() {
	left >/tmp/before
	tiny t1 wait 'vsock_cid = 3'
	config t2 /t/wait 'memory = 4' 'vsock_cid = 3'
	refused 4 'vsock_cid = 3 is in use' create /tmp/t2.cfg
	refused 4 'vsock_cid = 3 is in use' create -n /tmp/t2.cfg
	vimoctl info --format=json t1 | grep -q '"vsock_cid": *3'
	# The lock outlives the processes that are killed.
	replace_dm t1
	await vimoctl shutdown t1 # its device model is ready
	refused 4 'vsock_cid = 3 is in use' create /tmp/t2.cfg
	vimoctl destroy t1
	vimoctl create /tmp/t2.cfg
	vimoctl destroy t2
	all_given_back
}

# served TYPE PORT: start servers in dom0 and in the guest. not_served ends dom0's.
served() {
	vsockcheck $1 serve $2 >/dev/null &
	echo $! >>/tmp/servers
	talk g1 virtio "vsockcheck $1 serve $2 & echo \$((6 * 7)) started" '42 started'
	await vsockcheck $1 echo 3 $2 1
}
not_served() {
	kill $(cat /tmp/servers)
	rm /tmp/servers
}
# both_ends TYPE PORT: dom0 and the guest connect to each other's server and get back what they send.
both_ends() {
	vsockcheck $1 echo 3 $2 1000000 | grep -q '^echoed 1000000$'
	talk g1 virtio "vsockcheck $1 echo 2 $2 1000000" '^echoed 1000000'
}

guests_and_dom0_connect() {
	left >/tmp/before
	linux g1 shell 'vsock_cid = 3'
	await_lives g1 1
	served stream 1000
	served seqpacket 2000
	both_ends stream 1000
	both_ends seqpacket 2000
	# The driver lets go of the device and takes it again.
	bind g1 a003000.virtio_mmio unbind
	bind g1 a003000.virtio_mmio
	both_ends stream 1000
	both_ends seqpacket 2000
	vimoctl destroy g1
	not_served
	all_given_back
}

connections_end_with_the_device_model() {
	left >/tmp/before
	linux g1 shell 'vsock_cid = 3'
	await_lives g1 1
	served stream 1000
	vsockcheck stream hold 3 1000 >/tmp/hold &
	await_line /tmp/hold holding
	talk g1 virtio 'vsockcheck stream hold 2 1000 >/dev/hvc0 &' 'holding'
	replace_dm g1
	# Both ends see that the connection is over.
	await_line /tmp/hold 'over: Connection reset'
	await_console g1 'over: Connection reset'
	both_ends stream 1000
	# A kill of vimod ends no connection.
	vsockcheck stream hold 3 1000 >/tmp/hold &
	await_line /tmp/hold holding
	kill_vimod
	start_vimod
	both_ends stream 1000
	fails grep over /tmp/hold
	vimoctl destroy g1
	await_line /tmp/hold 'over: Connection reset'
	not_served
	all_given_back
}
