# SPDX-License-Identifier: GPL-2.0-or-later
# rates.sh - limits of networks, by the counters of dom0's kernel.
# tc by its path: busybox's tc prints no counters.
TC=/sbin/tc

LIMITS=rate=2MB/s,receive_rate=3MB/s@20ms

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

limits_hold_both_ways() {
	local vhost sent received
	left >/tmp/before
	for vhost in true false; do
		networked g1 10.9.0.2 "bridge=br0,$LIMITS,vhost=$vhost" ''
		received=$($TC -s -j qdisc show dev $(interface))
		echo "$received"
		echo "$received" | grep -q '"kind":"tbf".*"rate":3000000,"burst":1310[0-9][0-9],'
		guest_fetches g1
		fetch_from 10.9.0.2
		sent=$($TC -s -j filter show dev $(interface) ingress)
		received=$($TC -s -j qdisc show dev $(interface))
		echo "$sent"
		echo "$received"
		not_zero drops "$sent"
		not_zero overlimits "$(echo "$received" | sed 's/.*"kind":"tbf"\([^}]*}[^}]*\)}.*/\1/')"
		# The limits belong to the interface: the next vimo-dm has them.
		replace_dm g1
		await ping -c 1 -w 1 10.9.0.2 >/dev/null
		$TC filter show dev $(interface) ingress | grep -q 'rate 16Mbit'
		vimoctl destroy g1
	done
	all_given_back
}
