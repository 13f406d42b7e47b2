# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - functions that the checks share. Runs in busybox's shell in dom0. SHIPPED is set in machines whose dom0 is
# the image and whose vimod is its unit.
LOGS=/var/log/vimo
# dom0's disks: a file system with direct transfers, which is mounted at /mnt, an empty disk, two small disks of equal
# size, and programs for guests. The image has its root and /t before them. RAM has no direct transfers.
if [ "${SHIPPED-}" ]; then
	PATH=/t/bin:/usr/sbin:/usr/bin:/sbin:/bin
	MNT_DISK=/dev/vdc BIG_DISK=/dev/vdd SMALL_DISK=/dev/vde SMALL_DISK_2=/dev/vdf PROGRAMS_DISK=/dev/vdg
	RAM=/dev/shm
else
	PATH=/usr/sbin:/usr/bin:$PATH
	VIMOD_LOG=/tmp/vimod.log
	MNT_DISK=/dev/vda BIG_DISK=/dev/vdb SMALL_DISK=/dev/vdc SMALL_DISK_2=/dev/vdd PROGRAMS_DISK=/dev/vde
	RAM=/tmp
fi
# Loops over kills run so many times as often: ./runtests long.
ROUNDS=${ROUNDS:-1}
# No test passes or fails by how fast the computer is: the limit, in seconds, ends a test that failed.
LIMIT=300

# check FUNCTION: run it until its first failing command. Its guests and logs are removed before the next check.
check() {
	rm -f $LOGS/*
	( set -e; "$1" )
	local code=$? log
	# vimod holds each reply against its interface.
	if [ $code = 0 ] && vimod_logged 'is not as declared'; then code=1; fi
	if [ $code != 0 ]; then
		echo "-- $1 failed; the end of vimod's log:"
		vimod_log
		vimoctl list
		for log in $LOGS/*.log; do
			[ -s $log ] && echo "-- end of $log" && tail -c 600 $log
		done
	fi
	destroy_all
	return $code
}

# await COMMAND...: until it succeeds. Between, the shell waits for what never comes: a process for each pause would
# spend much of an emulated CPU.
await() {
	local begun none
	begun=$(now)
	[ -p /tmp/never ] || mkfifo /tmp/never
	until "$@"; do
		if [ $(($(now) - begun)) -gt $((LIMIT * 100)) ]; then
			echo "-- not within $LIMIT s: $*"
			return 1
		fi
		read -r -t 0.1 none <>/tmp/never || :
	done
}
# await_line FILE EXPRESSION [COUNT]: until so many lines of the file match.
await_line() { waitline "$1" "$2" "${3:-1}" $LIMIT; }
await_console() { await_line $LOGS/$1.console.log "$2"; }
await_serial() { await_line $LOGS/$1.serial.log "$2"; }
# await_lives NAME TIMES: until the Linux guest came up at least so often.
await_lives() { await_line $LOGS/$1.console.log 'guest is up' $2; }

# fails COMMAND...: the command must fail. "! COMMAND" would not end a check that has set -e.
fails() {
	if "$@"; then
		echo "-- it should have failed: $*"
		return 1
	fi
}

# kill_vimod: kill vimod, which does not start again before start_vimod.
if [ "${SHIPPED-}" ]; then
	vimod_log() { journalctl --no-pager -o cat -u vimod -n 25; }
	vimod_logged() { false; } # the other machines look: journalctl takes its time
	vimod_pid() { systemctl show -P MainPID vimod; }
	start_vimod() { systemctl start vimod; }
	kill_vimod() {
		local pid
		pid=$(vimod_pid)
		kill -9 $pid
		await dead $pid
		systemctl stop vimod
	}
else
	vimod_log() { tail -n 25 $VIMOD_LOG; }
	vimod_logged() { [ -e $VIMOD_LOG ] && grep "$1" $VIMOD_LOG; }
	vimod_pid() { cat /tmp/vimod.pid; }
	start_vimod() {
		vimod >>$VIMOD_LOG 2>&1 &
		echo $! >/tmp/vimod.pid
		await answers
	}
	kill_vimod() {
		kill -9 $(vimod_pid)
		await dead $(vimod_pid)
	}
fi
answers() { vimoctl version >/dev/null 2>&1; }
dead() { ! [ -d /proc/$1 ] || grep -q 'State:.*Z' /proc/$1/status; }

names() { vimoctl list | tail -n +2 | cut -d' ' -f1; }
destroy_all() {
	local name
	for name in $(names 2>/dev/null); do vimoctl destroy $name; done
}
state() { vimoctl info $1 | sed -n 's/^state: //p'; }
is() { [ "$(state $1)" = "$2" ]; }
gone() { ! names | grep -qx "$1"; }

# config NAME KERNEL LINE...: write /tmp/NAME.cfg.
config() {
	local file=/tmp/$1.cfg
	printf 'name = "%s"\nkernel = "%s"\n' "$1" "$2" >$file
	shift 2
	for line; do echo "$line" >>$file; done
}
# tiny NAME WHAT LINE...: create a guest of tests/guest/tiny.S.
tiny() {
	local name=$1 what=$2
	shift 2
	config $name /t/$what 'memory = 4' "$@"
	vimoctl create /tmp/$name.cfg
}
# linux NAME MODE LINE...: create a Linux guest.
linux() {
	local name=$1 mode=$2 initrd=initrd
	shift 2
	case $mode in *net=*) initrd=net-initrd ;; esac
	config $name /t/Image "ramdisk = \"/t/${INITRD:-$initrd}\"" "memory = ${MEMORY:-128}" \
		"extra = \"console=ttyAMA0 console=hvc0 quiet panic=-1 kpti=off mode=$mode\"" "$@"
	vimoctl create /tmp/$name.cfg
}
serial_shows() { grep -q "$2" $LOGS/$1.serial.log; }
size() { stat -c %s $LOGS/$1.log; }
grows() { [ "$(size $1)" -gt $2 ]; }
# is_still LOG: the log does not grow for two seconds.
is_still() {
	local before
	before=$(size $1)
	sleep 2
	[ "$(size $1)" = $before ]
}
console_shows() { grep -q "$2" $LOGS/$1.console.log; }

# talk NAME TYPE TEXT ANSWER: type TEXT, wait for ANSWER; the end of input ends vimoctl.
talk() {
	rm -f /tmp/in /tmp/out
	mkfifo /tmp/in
	vimoctl console -t $2 $1 </tmp/in >/tmp/out 2>/tmp/err &
	local pid=$! code=0
	exec 5>/tmp/in
	echo "$3" >&5
	await_line /tmp/out "$4" || code=1
	exec 5>&-
	wait $pid || code=1
	[ $code = 0 ] || tail -n 20 /tmp/out /tmp/err
	return $code
}

# tell NAME COMMANDS: run them in the guest's shell; they must succeed. A number tells their end from older output.
told=1000
tell() {
	told=$((told + 1))
	talk $1 virtio "$2 && echo told \$(($told + 1000))" "told $((told + 1000))"
}

# refused CODE PATTERN ARGUMENT...: vimoctl ends with exactly CODE and one line on stderr that PATTERN matches.
refused() {
	local want=$1 pattern=$2 code=0
	shift 2
	vimoctl "$@" >/tmp/out 2>/tmp/err || code=$?
	cat /tmp/err
	if [ $code != $want ] || [ "$(wc -l </tmp/err)" != 1 ] || ! grep -qE "^vimoctl: .*$pattern" /tmp/err; then
		echo "-- vimoctl $*: exit $code, not $want, or not one line with /$pattern/"
		return 1
	fi
}

# packed_is NAME DEVICE 0|1: the guest's driver has (not) taken packed rings, feature bit 34.
packed_is() { tell $1 "[ \$(cut -c35 /sys/class/$2/device/features) = $3 ]"; }

# user_of NAME: the number of the user that the guest's processes are.
user_of() { echo $((98304 + $(vimoctl info $1 | sed -n 's/^id: //p'))); }
# confined PID USER RIGHTS NAMESPACE...: each thread is USER with these capabilities (an expression), has a filter, and gets no new
# privileges; the process has these namespaces of its own.
confined() {
	local pid=$1 status kind
	for status in /proc/$pid/task/*/status; do
		# A thread of a process at work may have ended.
		grep -qE "^Uid:(.$2){4}$" $status || [ ! -e $status ]
		grep -qE "^CapEff:.$3$" $status || [ ! -e $status ]
		grep -q '^NoNewPrivs:.1$' $status || [ ! -e $status ]
		grep -q '^Seccomp:.2$' $status || [ ! -e $status ]
	done
	shift 3
	for kind; do
		[ "$(readlink /proc/$pid/ns/$kind)" != "$(readlink /proc/self/ns/$kind)" ]
	done
}
# opens_no_directory PID: none of its descriptors is a way out of its root.
opens_no_directory() {
	local fd
	for fd in /proc/$1/fd/*; do
		[ ! -d $fd ]
	done
}

dm_pid() { cut -d' ' -f1 /run/vimo/records/$1/dm.pid; }
another_dm() { [ "$(dm_pid $1)" != $2 ]; }
# replace_dm NAME: kill the guest's vimo-dm, wait for the next vimo-dm.
replace_dm() {
	local pid
	pid=$(dm_pid $1)
	kill -9 $pid
	await another_dm $1 $pid
}

# load_modules DIRECTORY: load kernel modules. The image's kernel loads them when they are needed.
load_modules() {
	local module
	[ -z "${SHIPPED-}" ] || return 0
	for module in /t/$1/*.ko; do insmod $module || return; done
}
# without_module NAME COMMAND...: run it while the module is not loaded. It comes before load_modules.
without_module() {
	local module=$1 code=0
	shift
	[ "${SHIPPED-}" ] || { "$@"; return; }
	modprobe -r $module 2>/dev/null || :
	echo "install $module /bin/false" >/etc/modprobe.d/test.conf
	"$@" || code=$?
	rm /etc/modprobe.d/test.conf
	return $code
}

# helper_pid NAME FILE: process id of a guest's helper; FILE is storage-SLOT or fs-SLOT.
helper_pid() { head -n 1 /run/vimo/records/$1/$2.pid 2>/dev/null | cut -d' ' -f1; }
# helper_is_back NAME FILE OLD: another process than OLD is the helper, and vimo-dm is connected to it.
helper_is_back() {
	local pid
	pid=$(helper_pid $1 $2) && [ -n "$pid" ] && [ "$pid" != "$3" ] && ! dead $pid && grep -q connected /run/vimo/records/$1/$2.pid
}
# kill_helper TIMES NAME FILE: kill the helper at odd moments, and wait for the next helper.
kill_helper() {
	local n=0 pid
	while [ $n -lt $(($1 * ROUNDS)) ]; do
		n=$((n + 1))
		usleep $((RANDOM % 500000 + 100000))
		pid=$(helper_pid $2 $3)
		kill -9 $pid
		await helper_is_back $2 $3 $pid
	done
}
none_runs() { ! ps -o comm | grep -q "^$1"; }
