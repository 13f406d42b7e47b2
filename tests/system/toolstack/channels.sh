# SPDX-License-Identifier: GPL-2.0-or-later
# channels.sh - streams between programs of a guest and of dom0, whichever process is killed.

ONE=/run/one.sock TWO=/run/vimo/guests/g1/channel-2.sock
with_channels() { linux g1 shell 'channel = [ "name=org.vimo.one,path=/run/one.sock", "name=org.vimo.two" ]' "$@"; }
# port NAME: shell for the guest that prints the device of a channel.
port() { echo "/dev/\$(cd /sys/class/virtio-ports && grep -lx $1 */name | cut -d/ -f1)"; }
# serves NAME: the guest sends everything back.
serves() { talk g1 virtio "vsockcheck file serve $(port $1) & echo \$((6 * 7)) up" '42 up'; }
# echoes SOCKET BYTES
echoes() { vsockcheck unix echo $1 $2 | grep -q "^echoed $2$"; }

channels_that_cannot_be_are_refused() {
	left >/tmp/before
	config t1 /t/wait 'memory = 4' 'channel = [ "name=a b" ]'
	refused 1 't1.cfg:4: channel 1: channel name "a b" is not usable' create /tmp/t1.cfg
	config t1 /t/wait 'memory = 4' 'channel = [ "name=a,path=/nowhere/a.sock" ]'
	refused 1 'channel a: /nowhere/a.sock: vimod cannot make a file there' create /tmp/t1.cfg
	config t1 /t/wait 'memory = 4' 'channel = [ "name=a,path=/tmp/t1.cfg" ]'
	refused 1 'channel a: /tmp/t1.cfg: the path exists' create -n /tmp/t1.cfg
	# A guest does not take another guest's path.
	tiny t1 wait 'channel = [ "name=a,path=/tmp/a.sock" ]'
	config t2 /t/wait 'memory = 4' 'channel = [ "name=a,path=/tmp/a.sock" ]'
	refused 1 'channel a: /tmp/a.sock: the path exists' create /tmp/t2.cfg
	refused 3 "t1 has no channel b: run 'vimoctl channel-list t1'" channel t1 b
	[ "$(stat -L -c '%F %a %G' /tmp/a.sock)" = 'socket 660 vimo' ]
	vimoctl destroy t1
	fails [ -L /tmp/a.sock ]
	vimoctl create /tmp/t2.cfg
	vimoctl destroy t2
	all_given_back
}

channels_carry_bytes() {
	left >/tmp/before
	with_channels
	await_lives g1 1
	vimoctl channel-list g1 >/tmp/out
	grep -q "^org.vimo.one  *$ONE$" /tmp/out
	grep -q "^org.vimo.two  *$TWO$" /tmp/out
	tell g1 "[ -c $(port org.vimo.one) ] && [ -c $(port org.vimo.two) ]"
	serves org.vimo.one
	serves org.vimo.two
	echoes $ONE 100
	# Both channels at once, then one, then by vimoctl.
	echoes $ONE 1000000 &
	echoes $TWO 1000000
	wait $!
	echoes $TWO 1
	echo hello | vimoctl channel g1 org.vimo.two >/tmp/out 2>/tmp/err &
	await_line /tmp/out hello
	kill $!
	# The driver begins anew.
	vimoctl reboot --force g1
	await_lives g1 2
	serves org.vimo.one
	echoes $ONE 10000
	vimoctl destroy g1
	fails [ -L $ONE ]
	all_given_back
}

channels_outlive_who_dies() {
	local client
	left >/tmp/before
	with_channels
	await_lives g1 1
	serves org.vimo.one
	vsockcheck unix hold $ONE >/tmp/hold &
	await_line /tmp/hold holding
	# The channel does not need vimod.
	kill_vimod
	start_vimod
	fails grep over /tmp/hold
	replace_dm g1
	await_line /tmp/hold over
	await echoes $ONE 100000
	# vimod and vimo-dm are killed with bytes under way.
	echoes $ONE 3000000 &
	client=$!
	kill_vimod
	kill -9 $(dm_pid g1)
	start_vimod
	wait $client || true # the transfer can have ended before the kill
	await echoes $ONE 100000
	tell g1 "[ \$(cat /sys/class/virtio-ports/*/name | sort -u | wc -l) = 2 ]"
	vimoctl destroy g1
	fails [ -L $ONE ]
	all_given_back
}

drains() {
	rm -f /tmp/gate
	mkfifo /tmp/gate
	vsockcheck unix drain $ONE $1 </tmp/gate >/tmp/drain &
	drain=$!
	exec 6>/tmp/gate
	await_line /tmp/drain connected
}

# The transfers are larger than all buffers between guest and reader.
a_guest_waits_for_its_reader() {
	local drain
	left >/tmp/before
	with_channels
	await_lives g1 1
	drains 12000000
	talk g1 virtio "vsockcheck file pour $(port org.vimo.one) 12000000 & echo \$((6 * 7)) up" '42 up'
	tell g1 'true'
	fails console_shows g1 'poured 12000000'
	echo >&6
	await_line /tmp/drain 'drained 12000000'
	await_console g1 'poured 12000000'
	# The reader is killed: what the guest wrote for it is lost, and the guest goes on.
	drains 12000000
	talk g1 virtio "vsockcheck file pour $(port org.vimo.one) 11000000 & echo \$((6 * 7)) up" '42 up'
	kill $drain
	exec 6>&-
	tell g1 'true'
	fails console_shows g1 'poured 11000000'
	vimoctl channel g1 org.vimo.one </dev/null >/dev/null 2>&1 &
	await_console g1 'poured 11000000'
	kill $!
	serves org.vimo.one
	echoes $ONE 100000
	vimoctl destroy g1
	all_given_back
}

terminals_have_a_size_beside_channels() { terminals_have_a_size 'channel = [ "name=org.vimo.one" ]'; }
