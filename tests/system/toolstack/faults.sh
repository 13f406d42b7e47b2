# SPDX-License-Identifier: GPL-2.0-or-later
# faults.sh - bad input, killed processes, and that they leave nothing behind.

# left: print what a guest could leave behind: pages, processes, files.
left() {
	echo "pages $(vimoctl version --format=json | sed -n 's/.*"free_pages": *\([0-9]*\).*/\1/p')"
	ps -o comm | grep -c '^vimo-dm' || :
	ls /sys/class/net
	find /run/vimo -path /run/vimo/causes -prune -o -print | grep -vxE '/run/vimo/(guests|records)' | sort
}
nothing_left() {
	left >/tmp/after
	diff /tmp/before /tmp/after >/tmp/diff
}
all_given_back() {
	await nothing_left >/dev/null || { cat /tmp/diff; return 1; }
}

# These checks run before vimod and the module are there, in this order.
without_daemon_it_says_so() {
	config t1 /t/wait 'memory = 4'
	refused 5 'vimod' create /tmp/t1.cfg
	refused 5 'vimod' list
	refused 5 'vimod' console t1
}

# vimod starts without the module or a hypervisor, and refuses guests.
without_module_it_says_so() {
	[ ! -e /dev/vimo ]
	start_vimod
	config t1 /t/wait 'memory = 4'
	refused 1 'modprobe vimo' create /tmp/t1.cfg
	refused 1 'modprobe vimo' dmesg
	[ -z "$(names)" ]
	[ -z "$(ls /run/vimo/guests /run/vimo/records 2>/dev/null | grep -v :)" ]
	kill_vimod
}

without_hypervisor_it_says_so() {
	fails insmod /t/vimo.ko
	dmesg | grep -q 'vimo: no hypervisor: '
	start_vimod
	config t1 /t/wait 'memory = 4'
	refused 1 'without ViMo-S' create /tmp/t1.cfg
	[ -z "$(ls /run/vimo/guests /run/vimo/records 2>/dev/null | grep -v :)" ]
}

bad_configurations_are_refused() {
	left >/tmp/before
	refused 1 'no-such.cfg' create /tmp/no-such.cfg
	config t1 /t/wait 'memmory = 4'
	refused 1 't1.cfg:3: .*did you mean "memory"' create /tmp/t1.cfg
	config t1 /t/wait 'memory = "4M"'
	refused 1 't1.cfg:3: memory is not a whole number' create /tmp/t1.cfg
	config t1 /t/wait 'memory = 0'
	refused 1 't1.cfg:3: memory = 0 is out of range' create /tmp/t1.cfg
	config t1 /t/wait 'on_crash = "explode"'
	refused 1 'destroy, restart or preserve' create /tmp/t1.cfg
	config t1 /t/wait 'memory = '
	refused 1 't1.cfg:[34]: ' create /tmp/t1.cfg
	config ../t1 /t/wait
	refused 1 'name' create /tmp/../t1.cfg
	all_given_back
}

bad_kernels_are_refused() {
	left >/tmp/before
	config t1 /t/none
	refused 1 '/t/none.*No such file' create /tmp/t1.cfg
	config t1 /t/lib.sh
	refused 1 'lib.sh' create /tmp/t1.cfg
	head -c 100000 /t/Image.gz >/tmp/short.gz
	config t1 /tmp/short.gz
	refused 1 'short.gz' create /tmp/t1.cfg
	head -c 1000000 /t/Image >/tmp/short
	config t1 /tmp/short 'memory = 64'
	refused 1 'short is truncated' create /tmp/t1.cfg
	config t1 /t/Image 'memory = 8'
	refused 1 'memory' create /tmp/t1.cfg
	config t1 /t/wait 'memory = 4' 'ramdisk = "/t/Image"'
	refused 1 'memory' create /tmp/t1.cfg
	all_given_back
}

too_much_is_refused() {
	left >/tmp/before
	config t1 /t/wait 'memory = 100000'
	refused 6 'memory' create /tmp/t1.cfg
	config t1 /t/wait 'vcpus = 64'
	refused 6 'vcpus = 64 .* at most' create /tmp/t1.cfg
	all_given_back
	tiny t1 wait
	refused 4 't1' create /tmp/t1.cfg
}

hundred_failing_creates_leave_nothing() {
	local n=0
	left >/tmp/before
	config t1 /t/wait 'memory = 100000'
	config t2 /tmp/short.gz 'memory = 64'
	head -c 100000 /t/Image.gz >/tmp/short.gz
	while [ $n -lt $((50 * ROUNDS)) ]; do
		if vimoctl create /tmp/t1.cfg 2>/dev/null || vimoctl create /tmp/t2.cfg 2>/dev/null; then
			return 1
		fi
		n=$((n + 1))
	done
	all_given_back
}

hundred_lives_leave_nothing() {
	local n=0
	left >/tmp/before
	config t1 /t/wait 'memory = 4'
	while [ $n -lt $((100 * ROUNDS)) ]; do
		vimoctl create /tmp/t1.cfg >/dev/null 2>&1
		vimoctl destroy t1 >/dev/null 2>&1
		n=$((n + 1))
	done
	all_given_back
}

killed_daemon_adopts_its_guests() {
	left >/tmp/before
	linux g1 shell
	tiny t1 wait
	vimoctl pause t1
	await_lives g1 1
	kill_vimod
	start_vimod
	is g1 running
	is t1 paused
	talk g1 virtio 'echo answer $((6 * 7))' 'answer 42'
	vimoctl unpause t1
	vimoctl info t1 | grep -q '^config.memory: 4$'
	vimoctl destroy g1
	vimoctl destroy t1
	all_given_back
}

daemon_misses_the_end_of_a_guest() {
	left >/tmp/before
	sparse /mnt/a.img 1M
	linux g1 shell 'on_poweroff = "destroy"' 'disk = [ "/mnt/a.img,,vda" ]'
	await_lives g1 1
	tell g1 '(until dd if=/dev/vda iflag=direct count=1 2>/dev/null | grep -q off; do usleep 100000; done; poweroff -f) & true'
	kill_vimod
	echo off | dd of=/mnt/a.img conv=notrunc,fsync 2>/dev/null
	await_serial g1 'Power down'
	start_vimod
	await gone g1
	all_given_back
}

daemon_killed_while_it_creates_or_destroys() {
	local n=0
	left >/tmp/before
	config g1 /t/Image 'memory = 128'
	while [ $n -lt $((12 * ROUNDS)) ]; do
		vimoctl create /tmp/g1.cfg >/dev/null 2>&1 &
		usleep $((n % 12 * 60000))
		kill_vimod
		start_vimod
		vimoctl destroy g1 >/dev/null 2>&1 &
		usleep $((n % 12 * 10000))
		kill_vimod
		start_vimod
		destroy_all >/dev/null 2>&1 || : # vimod can have ended the guest already
		await gone g1
		n=$((n + 1))
	done
	all_given_back
}

killed_device_model_comes_back() {
	local size
	linux g1 count
	await_console g1 'count 5'
	replace_dm g1
	size=$(size g1.console)
	await grows g1.console $((size + 50))
	talk g1 serial 'echo answer $((7 * 8))' 'answer 56'
	is g1 running
}

# The guest writes 1, 2, 3, ... to both consoles while its device models are killed.
output_outlives_device_models() {
	local n=0 lines=$((800 * ROUNDS))
	# On a fast computer the output ends before the fourth kill: the guest writes more lines then.
	while [ $n -le 3 ]; do
		destroy_all
		rm -f $LOGS/*
		linux g1 "stream lines=$lines"
		await_lives g1 1
		n=0
		until stream_is_over; do
			# Every other vimo-dm has written something before it is killed, so that the output ends.
			[ $((n % 2)) = 0 ] || await writes_more $(written)
			usleep $((n % 8 * 61000))
			replace_dm g1
			n=$((n + 1))
		done
		echo "-- $n device models were killed"
		counted g1.console $((lines * 2))
		counted g1.serial $lines
		lines=$((lines * 4))
	done
}
stream_is_over() { console_shows g1 'stream over' && serial_shows g1 'stream over'; }
written() { echo $(($(size g1.console) + $(size g1.serial))); }
writes_more() { [ $(written) -gt $1 ] || stream_is_over; }
# counted LOG N: the log has the lines 1 to N in order, each once.
counted() {
	tr -d '\r' <$LOGS/$1.log | grep -E '^[0-9]+$' >/tmp/lines || :
	seq 1 $2 >/tmp/wanted
	cmp /tmp/lines /tmp/wanted && return
	awk '$1 != n + 1 { print "-- after " n " came " $1 } { n = $1 }' /tmp/lines | head -n 20
	return 1
}

logs_are_bounded() {
	local n=0
	tiny t1 flood
	linux g1 flood
	await_lives g1 1
	while [ $n -lt 10 ]; do
		sleep 1
		[ "$(du -k $LOGS | sed 's/\t.*//')" -lt 6000 ]
		n=$((n + 1))
	done
	await grows g1.console 100000
}

device_model_is_confined() {
	local pid
	tiny t1 wait
	tiny t2 wait
	pid=$(dm_pid t1)
	confined $pid $(user_of t1) 0000000000000000 mnt pid ipc uts net
	confined $(dm_pid t2) $(user_of t2) 0000000000000000 mnt pid ipc uts net
	[ $(user_of t1) != $(user_of t2) ]
	opens_no_directory $pid
	[ -z "$(ls /proc/$pid/root/)" ]
	[ "$(ls /proc/$pid/task | wc -l)" -gt 1 ]
}

# as_user COMMAND...: as a user without rights.
as_user() { su -s /bin/sh -c "$*" daemon; }

# Root and group vimo may do all; others see which guests there are.
users_see_guests_and_no_more() {
	config t1 /t/wait 'memory = 4' 'extra = "secret=1"'
	vimoctl create /tmp/t1.cfg
	[ "$(stat -c '%a %U %G' /run/vimo/vimod.sock)" = '660 root vimo' ]
	[ "$(stat -c '%a %U' /run/vimo/vimod-ro.sock)" = '666 root' ]
	[ "$(stat -c '%a %U' /run/vimo/records)" = '700 root' ]
	[ "$(stat -c '%a %U' /run/vimo/records/t1/domain.json)" = '600 root' ]
	as_user vimoctl list | grep -q '^t1 .* running'
	as_user vimoctl info t1 >/tmp/info
	grep -q '^state: running$' /tmp/info
	fails grep -E 'secret|kernel|config' /tmp/info
	as_user vimoctl version
	fails as_user vimoctl destroy t1 2>/tmp/err
	grep 'io.vimo.Domains.Destroy is not permitted: run as root or join the group vimo' /tmp/err
	fails as_user vimoctl dmesg 2>/tmp/err
	grep 'not permitted' /tmp/err
	fails as_user ls /run/vimo/records 2>/tmp/err
	is t1 running
}
