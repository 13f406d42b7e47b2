# SPDX-License-Identifier: GPL-2.0-or-later
# rates.sh - limits of networks, by the counters of dom0's kernel.
# tc by its path: busybox's tc prints no counters.
TC=/sbin/tc

LIMITS=rate=4KB/s,receive_rate=6KB/s@20ms
# Bytes that pass at once: the least that vimod sets, and what the kernel rounds up.
CREDIT=$((132 << 10))

limits_need_their_modules() {
	left >/tmp/before
	config g1 /t/wait 'memory = 4' 'vif = [ "bridge=br0,rate=10Mb/s" ]'
	without_module sch_ingress refused 1 'rate: .*modprobe -a sch_ingress cls_matchall act_police' create /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'vif = [ "bridge=br0,receive_rate=10Mb/s" ]'
	without_module sch_tbf refused 1 'receive_rate: .*modprobe -a sch_tbf' create /tmp/g1.cfg
	all_given_back
}

interface() { ls /sys/class/net | grep '^vif'; }
# not_zero NAME TEXT: a counter that tc printed is not zero.
not_zero() { echo "$2" | grep -q "\"$1\":[1-9]"; }

drops() { not_zero drops "$($TC -s -j filter show dev $(interface) ingress)"; }
waits() { not_zero overlimits "$($TC -s -j qdisc show dev $(interface) | sed 's/.*"kind":"tbf"\([^}]*}[^}]*\)}.*/\1/')"; }

# Both rates are far below what any computer does: each transfer comes to its limit, and then has no more bytes than the
# credit and the time allow, however slow the computer is.
guest_sends_within() {
	local begun bytes
	begun=$(now)
	wget -q -O /tmp/got http://10.9.0.2/data &
	await drops
	await [ -s /tmp/got ]
	kill $!
	wait $! || :
	bytes=$(stat -c %s /tmp/got)
	echo "-- $bytes bytes in $(since $begun) s"
	[ $bytes -le $((CREDIT + ($(now) - begun) * $1 / 100)) ]
	head -c $bytes $WWW/data | cmp - /tmp/got
}
guest_receives_within() {
	local begun
	begun=$(now)
	tell g1 'wget -q -O /tmp/got http://10.9.0.1/data & echo $! >/tmp/wget'
	await waits
	tell g1 'until [ -s /tmp/got ]; do usleep 50000; done; kill $(cat /tmp/wget)'
	tell g1 "n=\$(wc -c </tmp/got); echo \$n bytes; [ \$n -le $((CREDIT + ($(now) - begun) * $1 / 100)) ] && head -c \$n /www/data | cmp - /tmp/got"
}
limits_hold_both_ways() {
	local vhost
	left >/tmp/before
	for vhost in true false; do
		networked g1 10.9.0.2 "bridge=br0,$LIMITS,vhost=$vhost" ''
		$TC -s -j qdisc show dev $(interface) | grep '"kind":"tbf".*"rate":6000,"burst":1310[0-9][0-9],'
		guest_sends_within 4000
		guest_receives_within 6000
		# The limits belong to the interface: the next vimo-dm has them.
		replace_dm g1
		await ping -c 1 -w 1 10.9.0.2 >/dev/null
		$TC filter show dev $(interface) ingress | grep 'rate 32Kbit'
		vimoctl destroy g1
	done
	all_given_back
}
