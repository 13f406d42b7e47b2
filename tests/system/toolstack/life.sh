# SPDX-License-Identifier: GPL-2.0-or-later
# life.sh - guests from their creation to their end.

module_loads() {
	[ "${SHIPPED-}" ] || insmod /t/vimo.ko
	await [ -c /dev/vimo ]
}

daemon_starts() {
	if [ "${SHIPPED-}" ]; then
		await systemctl -q is-active vimod
	else
		start_vimod
	fi
	vimoctl version
	await [ -b $MNT_DISK ]
	mount -t ext4 $MNT_DISK /mnt
}

# Only in the image. Guests run on meanwhile.
systemd_starts_vimod_again() {
	local n pid
	tiny t1 wait
	# More often than systemd's own limit, five in ten seconds, allows.
	for n in 1 2 3 4 5 6 7 8; do
		pid=$(vimod_pid)
		kill -9 $pid
		await another_vimod $pid
	done
	await answers
	is t1 running
	systemctl restart vimod
	is t1 running
	[ "$(systemctl show -P Result vimod)" = success ]
}
another_vimod() { [ "$(vimod_pid)" != $1 ] && [ "$(vimod_pid)" != 0 ]; }

linux_boots_and_consoles_work() {
	linux g1 shell
	vimoctl list
	await_console g1 'guest is up on 1 cpus'
	talk g1 virtio 'echo answer $((6 * 7))' 'answer 42'
	talk g1 serial 'echo answer $((7 * 8))' 'answer 56'
	vimoctl destroy g1
	gone g1
}

# The guest's memory goes beyond 4 GiB in its own addresses and in the machine's; all of it is given back.
guest_beyond_4_gib() {
	left >/tmp/before
	config g1 /t/Image 'ramdisk = "/t/initrd"' 'memory = 4608' 'vcpus = 2' \
		'extra = "console=ttyAMA0 console=hvc0 quiet panic=-1 mode=shell"'
	vimoctl create /tmp/g1.cfg
	await_lives g1 1
	talk g1 virtio 'head -n 1 /proc/meminfo | tr -d " "' 'MemTotal:4[4-7][0-9]*kB'
	vimoctl destroy g1
	all_given_back
}

info_and_list_in_both_formats() {
	tiny t1 wait
	vimoctl info t1
	vimoctl info t1 | grep -q '^config.memory: 4$'
	vimoctl info --format=json t1 | grep -q '"name": *"t1"'
	vimoctl list --format=json | grep -q '"state": *"running"'
	vimoctl list --format=table | grep -q '^t1 .* running '
	vimoctl version --format=json | grep -q '"free_pages": *[0-9]'
	vimoctl dmesg | grep -q .
	vimoctl dmesg --format=json | grep -q '"text"'
}

# dom0's serial port stands for a terminal of 91 columns, then of 77.
terminals_have_a_size() {
	local tty=/dev/ttyAMA0 settings pid
	linux g1 shell "$@"
	await_lives g1 1
	settings=$(stty -g <$tty)
	stty cols 91 rows 33 <$tty
	vimoctl console g1 <$tty >/dev/null 2>/tmp/err &
	pid=$!
	await_line /tmp/err Connected
	# The terminal's client is the one that writes to the VirtIO console.
	talk g1 serial 'until stty size </dev/hvc0 | grep "33 91"; do usleep 100000; done' '^33 91'
	stty cols 77 rows 22 <$tty
	kill -WINCH $pid
	talk g1 serial 'until stty size </dev/hvc0 | grep "22 77"; do usleep 100000; done' '^22 77'
	kill $pid
	stty "$settings" <$tty
}

# The random numbers come from dom0, not from the CPU: virtio_rng is the guest's only such device.
guests_get_random_numbers() {
	local rng=/sys/class/misc/hw_random
	linux g1 shell
	await_lives g1 1
	talk g1 virtio "grep -l virtio $rng/rng_available && echo virtio_rng.0 >$rng/rng_current; cat $rng/rng_current" '^virtio_rng.0'
	# The guest waits for many buffers, and never reads the same twice.
	talk g1 virtio 'for n in 1 2; do dd if=/dev/hwrng of=/tmp/r$n bs=4k count=64 iflag=fullblock 2>/dev/null; done; ! cmp -s /tmp/r1 /tmp/r2 && echo differ $(($(cat /tmp/r1 /tmp/r2 | wc -c) / 4096))' 'differ 128'
	replace_dm g1
	talk g1 virtio 'dd if=/dev/hwrng bs=4k count=64 iflag=fullblock 2>/dev/null | wc -c | sed s/^/bytes-/' 'bytes-262144'
}

guests_can_be_looked_at() {
	local events
	tiny t1 count
	await_serial t1 'has been here'
	tiny t2 wait
	[ "$(names)" = "t1
t2" ]
	vimoctl list --sort=id | tail -n 1 | grep -q '^t2 '
	vimoctl pause t2
	vimoctl list --state=paused | tail -n +2 | grep -q '^t2 '
	vimoctl info t1 | grep -qx 'memory: 4 MiB'
	vimoctl info t1 | grep -qE '^uptime: [0-9:]+$'
	vimoctl info t1 | grep -qx "process: dm $(dm_pid t1)"
	vimoctl info t1 | grep -qx "log: $LOGS/t1.serial.log"
	vimoctl problem
	vimoctl log -t serial t1 | grep -q 'has been here'
	vimoctl log -f -t serial --lines=1 t1 >/tmp/out &
	await_line /tmp/out 'has been here' 3
	kill $!
	vimoctl top --batch --interval=1 --count=1 | grep -qE '^t1 +[0-9]+ running '
	vimoctl metrics >/tmp/out
	grep -qx 'vimo_up 1' /tmp/out
	grep -qE '^vimo_guest_exits_total\{name="t1"\} [0-9]' /tmp/out
	printf 'GET /metrics HTTP/1.0\r\n\r\n' | vimoctl metrics --http | grep -q '^vimo_guest_troubled{name="t1"} 0'
	# Events, over a restart of vimod; then a log of a guest that has ended.
	vimoctl events >/tmp/out &
	events=$!
	await_line /tmp/out 'present  t1 '
	kill_vimod
	start_vimod
	await_line /tmp/out 'present  t1 ' 2
	vimoctl destroy t1
	await_line /tmp/out 'gone     t1 .*destroyed by the user'
	kill $events
	vimoctl log -t serial t1 | grep -q 'has been here'
	refused 3 'has a log' log none
}

pause_stops_and_unpause_goes_on() {
	local after
	tiny t1 count
	await_serial t1 'has been here'
	vimoctl pause t1
	is t1 paused
	await is_still t1.serial # output under way has reached the log
	after=$(size t1.serial)
	refused 4 'running' pause t1
	refused 4 'unpause' shutdown t1
	vimoctl unpause t1
	is t1 running
	refused 4 'paused' unpause t1
	await grows t1.serial $after
}

destroy_ends_every_state() {
	tiny t1 count
	vimoctl destroy t1
	gone t1
	refused 3 'destroyed by the user' info t1
	tiny t1 count
	vimoctl pause t1
	vimoctl destroy t1
	gone t1
	tiny t1 off 'on_poweroff = "preserve"'
	await is t1 stopped
	refused 4 'stopped' pause t1
	refused 4 'destroy' shutdown t1
	vimoctl destroy t1
	gone t1
	refused 3 'does not exist' destroy t1
	refused 3 'does not exist' console t1
}

on_poweroff_destroy() {
	tiny t1 off
	await gone t1
	refused 3 'powered off' info t1
}

on_poweroff_restart() {
	linux g1 poweroff 'on_poweroff = "restart"'
	await_lives g1 2
}

on_poweroff_preserve() {
	tiny t1 off 'on_poweroff = "preserve"'
	await is t1 stopped
	vimoctl info t1 | grep -q '^cause: powered off'
	serial_shows t1 'tiny guest'
}

on_reboot_restart_is_the_default() {
	linux g1 reboot
	await_lives g1 2
}

on_reboot_destroy() {
	tiny t1 reset 'on_reboot = "destroy"'
	await gone t1
	refused 3 'rebooted' info t1
}

on_reboot_preserve() {
	tiny t1 reset 'on_reboot = "preserve"'
	await is t1 stopped
}

on_crash_destroy_is_the_default() {
	tiny t1 crash
	await gone t1
	refused 3 'crashed' info t1
}

on_crash_preserve() {
	tiny t1 crash 'on_crash = "preserve"'
	await is t1 stopped
	vimoctl info t1 | grep -q '^cause: crashed'
}

# The guest's kernel reports it to the pvpanic device, and waits for ever.
a_panic_is_a_crash() {
	tiny t1 panic
	await gone t1
	refused 3 'reported a panic' info t1
	tiny t1 panic 'on_crash = "preserve"'
	await is t1 stopped
	vimoctl info t1 | grep -q '^cause: crashed (its kernel reported a panic'
	vimoctl destroy t1
}

on_crash_restart_is_limited() {
	tiny t1 crash 'on_crash = "restart"'
	await gone t1
	refused 3 'crashed.*not restarted' info t1
}

guest_panic_reboots_it() {
	linux g1 panic
	await_lives g1 2
}

forced_reboot() {
	linux g1 shell
	await_lives g1 1
	vimoctl reboot --force g1
	await_lives g1 2
	await is g1 running
}

two_guests_at_once() {
	linux g1 shell
	linux g2 shell
	await_console g1 'guest is up'
	await_console g2 'guest is up'
	talk g1 virtio 'echo answer $((6 * 7))' 'answer 42'
	talk g2 virtio 'echo answer $((7 * 7))' 'answer 49'
}

gzip_kernel_and_several_vcpus() {
	config g1 /t/Image.gz 'ramdisk = "/t/initrd"' 'memory = 128' 'vcpus = 4' \
		'extra = "console=ttyAMA0 console=hvc0 quiet mode=shell"'
	vimoctl create /tmp/g1.cfg
	await_console g1 'guest is up on 4 cpus'
	vimoctl info g1 | grep -q '^vcpus_online: 4'
}

create_dry_run_changes_nothing() {
	config t1 /t/wait 'memory = 4'
	vimoctl create -n /tmp/t1.cfg | grep -q '"name": *"t1"'
	gone t1
}

# A file as xl's users have it: by its name from standard input, then by the number of its domain.
a_file_of_xl_is_taken() {
	local id
	printf '%s\r\n' "name = 't1'" "type = 'pvh'" "kernel = '/t/wait'" "memory = '4'" 'vcpus=1 # one' >/tmp/t1.cfg
	vimoctl check host | grep -q '^PASS  hypervisor'
	vimoctl check host --format=json | grep -q '"check": *"dev-vimo"'
	vimoctl check cfg /tmp/t1.cfg 2>/tmp/err
	grep -q 't1.cfg:2: key "type" has no effect' /tmp/err
	gone t1
	vimoctl create - memory=8 </tmp/t1.cfg
	vimoctl info t1 | grep -qE '^memory: 8'
	id=$(vimoctl list | awk '$1 == "t1" { print $2 }')
	vimoctl pause "$id"
	is t1 paused
	vimoctl destroy "$id"
	gone t1
	printf 'memory = 0\nvcpus = 99\ncpus = "1"\n' >/tmp/t1.cfg
	fails vimoctl check cfg /tmp/t1.cfg 2>/tmp/err
	[ "$(grep -c '^vimoctl: /tmp/t1.cfg:' /tmp/err)" = 5 ]
	fails vimoctl create /tmp/t1.cfg --format=json 2>/tmp/err
	grep -q '"line": *2' /tmp/err
	printf '\177ELF\002\000\377' >/tmp/t1.cfg
	refused 1 '/tmp/t1.cfg:1: not UTF-8' create /tmp/t1.cfg
}

create_attaches_console() {
	config t1 /t/count 'memory = 4'
	# The end of input ends vimoctl; the guest stays.
	rm -f /tmp/out
	await_line /tmp/out 'tiny guest' | vimoctl create -c -t serial /tmp/t1.cfg >/tmp/out
	grep -q 'tiny guest' /tmp/out
	is t1 running
	# A guest that ends at once.
	vimoctl destroy t1
	config t1 /t/off 'memory = 4'
	vimoctl create -c -t serial /tmp/t1.cfg <>/tmp/never >/tmp/out
	grep -q 'tiny guest' /tmp/out
}

# Before its first instruction, also over a restart of vimod.
create_leaves_it_paused() {
	config t1 /t/count 'memory = 4'
	vimoctl create -p /tmp/t1.cfg
	is t1 paused
	kill_vimod
	start_vimod
	is t1 paused
	[ ! -s $LOGS/t1.serial.log ]
	vimoctl unpause t1
	await_serial t1 'has been here'
}

one_client_writes_and_others_watch() {
	local writer watcher
	tiny t1 count
	vimoctl console -t serial t1 <>/tmp/never >/tmp/out &
	writer=$!
	await_line /tmp/out 'has been here'
	refused 4 "process $writer writes to the console of t1" console -t serial t1
	vimoctl console -t serial --watch t1 >/tmp/out2 &
	watcher=$!
	await_line /tmp/out2 'has been here'
	kill_vimod
	: >/tmp/out2
	await_line /tmp/out2 'has been here'
	start_vimod
	vimoctl destroy t1
	wait $writer
	wait $watcher
}

console_ends_with_its_guest() {
	tiny t1 count
	vimoctl console --watch -t serial t1 >/tmp/out &
	await_line /tmp/out 'has been here'
	vimoctl destroy t1
	wait $!
}

# button_works NAME: the guest's acpid has opened the power button.
button_works() { tell $1 'until ls -l /proc/$(pidof acpid)/fd | grep -q input/event; do usleep 100000; done'; }
shutdown_presses_the_power_button() {
	linux g1 shell
	await_lives g1 1
	button_works g1
	# Linux's driver of SysRq reads the keys itself: its help goes to the kernel's log.
	vimoctl trigger g1 sysrq h
	tell g1 'until dmesg | grep -q "sysrq: HELP"; do usleep 100000; done'
	refused 2 'a letter a to z' trigger g1 sysrq C
	refused 2 'only sysrq' trigger g1 sleep s
	vimoctl shutdown g1
	await gone g1
	refused 3 'powered off' info g1
}

reboot_presses_it_and_starts_again() {
	linux g1 shell
	await_lives g1 1
	button_works g1
	vimoctl reboot g1
	await_lives g1 2
	await is g1 running
}
