# SPDX-License-Identifier: GPL-2.0-or-later
# stay.sh - guests that are defined: they start and end with dom0, and tell why they ended.
defined() { vimoctl list --all | grep -q "^$1 .* defined "; }
# stays NAME ORDER: define a Linux guest.
stays() {
	config $1 /t/Image 'ramdisk = "/t/initrd"' 'memory = 96' \
		'extra = "console=ttyAMA0 console=hvc0 quiet panic=-1 kpti=off mode=shell"' 'on_poweroff = "restart"'
	vimoctl define /tmp/$1.cfg
	vimoctl autostart $1 --order=$2
}
# gone_since CURSOR: the guests that have ended, in their order.
gone_since() { journalctl --no-pager -o cat -u vimod --after-cursor="$1" | sed -n 's/: gone (shut down with dom0)$//p' | tr '\n' ' '; }
cursor() { journalctl --no-pager -u vimod -n 1 -o export | sed -n 's/^__CURSOR=//p'; }
undefine_all() {
	local name
	for name in $(vimoctl list --all | tail -n +2 | cut -d' ' -f1); do vimoctl undefine $name; done
}

guests_start_and_end_with_dom0() {
	local name ids begun
	stays a 1
	stays b 2
	stays c 3
	vimoctl autostart c --order=3 --off
	defined a
	# What systemd does as dom0 comes up and goes down.
	systemctl restart vimo-autostart
	fails gone a
	fails gone b
	gone c
	vimoctl start c
	for name in a b c; do
		await_lives $name 1
		button_works $name
	done
	mkdir -p /etc/vimo
	echo 'shutdown_timeout = 3600' >/etc/vimo/vimod.conf # a slow computer has time
	# A restart and a kill of vimod are none of their business.
	ids=$(vimoctl list | tail -n +2 | awk '{ print $1, $2 }' | sort)
	systemctl restart vimod
	await answers
	kill_vimod
	start_vimod
	await answers
	[ "$(vimoctl list | tail -n +2 | awk '{ print $1, $2 }' | sort)" = "$ids" ]
	[ "$(systemctl is-active vimo-autostart)" = active ]
	begun=$(cursor)
	systemctl stop vimo-autostart
	[ -z "$(names)" ]
	[ "$(gone_since "$begun")" = "c b a " ]
	vimoctl why b | grep 'ended, .*: shut down with dom0'
	# What ran starts again, with autostart or without.
	systemctl start vimo-autostart
	for name in a b c; do is $name running; done
	vimoctl destroy c
	vimoctl why c | grep 'destroyed by the user (asked by uid 0, pid [0-9]*: vimoctl destroy c)'
	[ "$(vimoctl why --all --format=json c | grep -c '"kind"')" = 2 ]
	vimoctl rename c d
	vimoctl why d | grep 'destroyed by the user'
	defined d
	vimoctl undefine d
	refused 3 'is not defined' start d
	destroy_all
	undefine_all
	rm /etc/vimo/vimod.conf
}

a_guest_that_does_not_shut_down_is_destroyed() {
	tiny t1 wait
	vimoctl shutdown --all --timeout=1
	gone t1
	vimoctl why t1 | grep 'destroyed as dom0 went down'
	vimoctl why --format=json t1 | grep '"kind": *"host_shutdown"'
}

# kill_while COMMAND...: vimod is killed at any moment of it, and starts again.
kill_while() {
	local pid=$(vimod_pid)
	"$@" >/dev/null 2>&1 &
	usleep $((RANDOM % 30000))
	kill -9 $pid
	wait $! || :
	await dead $pid
	await answers
}
definitions_survive_kills() {
	local n=0 memory
	while [ $n -lt $((2 * ROUNDS)) ]; do
		n=$((n + 1))
		config k /t/wait 'memory = 4'
		vimoctl define /tmp/k.cfg
		config k /t/wait 'memory = 8'
		kill_while vimoctl define /tmp/k.cfg
		memory=$(vimoctl info --format=json k | sed -n '/"memory"/ { s|.*"memory": *\([0-9]*\).*|\1|p; q }')
		[ "$memory" = 4 ] || [ "$memory" = 8 ]
		kill_while vimoctl rename k l
		[ "$(vimoctl list --all | grep -c '^[kl] ')" = 1 ]
		vimoctl rename k l || defined l
		kill_while vimoctl undefine l
		vimoctl undefine l || ! defined l
		[ "$(vimoctl list --all | grep -c '^[kl] ')" = 0 ]
	done
}
