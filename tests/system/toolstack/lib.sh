# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - what the checks share. Runs in dom0's busybox sh.
PATH=/usr/sbin:/usr/bin:$PATH
VIMOD_LOG=/tmp/vimod.log
LOGS=/var/log/vimo

# check FUNCTION: its first failing command ends it. Nothing of it is left for the next one.
check() {
	rm -f $LOGS/*
	( set -e; "$1" )
	local code=$? log
	if [ $code != 0 ]; then
		echo "-- $1 failed; vimod says:"
		tail -n 25 $VIMOD_LOG
		vimoctl list
		for log in $LOGS/*.log; do
			[ -s $log ] && echo "-- end of $log" && tail -c 600 $log
		done
	fi
	destroy_all
	return $code
}

# await COMMAND...: until it succeeds. The limit only ends a test that failed.
await() {
	local n=0
	until "$@"; do
		n=$((n + 1))
		if [ $n -gt 300 ]; then
			echo "-- in vain: $*"
			return 1
		fi
		usleep 200000
	done
}

# fails COMMAND...: it must; "! COMMAND" would end no check.
fails() {
	if "$@"; then
		echo "-- it should have failed: $*"
		return 1
	fi
}

start_vimod() {
	vimod >>$VIMOD_LOG 2>&1 &
	echo $! >/tmp/vimod.pid
	await answers
}
answers() { vimoctl version >/dev/null 2>&1; }
kill_vimod() {
	kill -9 $(cat /tmp/vimod.pid)
	await dead $(cat /tmp/vimod.pid)
}
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
# tiny NAME WHAT LINE...: a guest of tests/guest/tiny.S.
tiny() {
	local name=$1 what=$2
	shift 2
	config $name /t/$what 'memory = 4' "$@"
	vimoctl create /tmp/$name.cfg
}
# linux NAME MODE LINE...: a Linux guest.
linux() {
	local name=$1 mode=$2
	shift 2
	config $name /t/Image "ramdisk = \"${INITRD:-/t/initrd}\"" "memory = ${MEMORY:-128}" \
		"extra = \"console=ttyAMA0 console=hvc0 quiet panic=-1 mode=$mode\"" "$@"
	vimoctl create /tmp/$name.cfg
}
serial_shows() { grep -q "$2" $LOGS/$1.serial.log; }
size() { stat -c %s $LOGS/$1.log; }
grows() { [ "$(size $1)" -gt $2 ]; }
# lived NAME TIMES: a Linux guest came up at least so often.
lived() { [ "$(grep -c 'guest is up' $LOGS/$1.console.log)" -ge $2 ]; }
console_shows() { grep -q "$2" $LOGS/$1.console.log; }

# talk NAME TYPE TEXT ANSWER: type TEXT, wait for ANSWER, leave by the escape key.
talk() {
	rm -f /tmp/in /tmp/out
	mkfifo /tmp/in
	vimoctl console -t $2 $1 </tmp/in >/tmp/out 2>/tmp/err &
	local pid=$! code=0
	exec 5>/tmp/in
	echo "$3" >&5
	await grep -q "$4" /tmp/out || code=1
	printf '\035' >&5
	wait $pid || code=1
	exec 5>&-
	[ $code = 0 ] || tail -n 20 /tmp/out /tmp/err
	return $code
}

# tell NAME COMMANDS: in the guest's shell; they must succeed. A number tells their end from what a console repeats.
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

# packed_is NAME DEVICE 0|1: whether the guest's driver took packed rings, feature bit 34.
packed_is() { tell $1 "[ \$(cut -c35 /sys/class/$2/device/features) = $3 ]"; }

dm_pid() { cat /run/vimo/guests/$1/dm.pid; }
another_dm() { [ "$(dm_pid $1)" != $2 ]; }
# replace_dm NAME: kill its device model, wait for the next.
replace_dm() {
	local pid
	pid=$(dm_pid $1)
	kill -9 $pid
	await another_dm $1 $pid
}

# helper_pid NAME FILE: of a guest's helper, storage-SLOT or fs-SLOT.
helper_pid() { head -n 1 /run/vimo/guests/$1/$2.pid 2>/dev/null; }
# helper_is_back NAME FILE OLD: another one, to which vimo-dm is connected.
helper_is_back() {
	local pid
	pid=$(helper_pid $1 $2) && [ -n "$pid" ] && [ "$pid" != "$3" ] && ! dead $pid && grep -q connected /run/vimo/guests/$1/$2.pid
}
# kill_helper TIMES NAME FILE: at odd moments, and wait for the next.
kill_helper() {
	local n=0 pid
	while [ $n -lt $1 ]; do
		n=$((n + 1))
		usleep $((RANDOM % 500000 + 100000))
		pid=$(helper_pid $2 $3)
		kill -9 $pid
		await helper_is_back $2 $3 $pid
	done
}
none_runs() { ! ps -o comm | grep -q "^$1"; }
