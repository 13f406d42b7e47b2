# SPDX-License-Identifier: GPL-2.0-or-later
# fs.sh - folders of dom0 that guests share, each by a virtiofsd. No file is lost, whichever process is killed.

# share NAME: make an empty folder /mnt/NAME.
share() {
	rm -rf /mnt/$1
	mkdir /mnt/$1
}
FS='fs = [ "tag=src,path=/mnt/src" ]'
# fs_guest LINE...: start g1, wait until it is up, and mount the folder with tag src at /m.
fs_guest() {
	linux g1 shell 'vcpus = 2' "$@"
	await_lives g1 1
	tell g1 'mkdir -p /m && mount -t virtiofs src /m'
}
fs_pid() { helper_pid g1 fs-4; }
fs_is_back() { helper_is_back g1 fs-4 $1; }
kill_virtiofsd() { kill_helper $1 g1 fs-4; }
no_virtiofsd() { none_runs virtiofsd; }
# start_fs_load: fscheck runs in g1 until fs_load_is_good, while the guest drops its caches again and again.
start_fs_load() {
	rm -rf /mnt/src/load
	rm -f /mnt/src/load.stop
	mkdir /mnt/src/load
	talk g1 virtio "(fscheck load /m/load 3; echo ended \$?) >/tmp/load 2>&1 & (while ! grep -q ended /tmp/load; do echo 2 >/proc/sys/vm/drop_caches; usleep 300000; done) & echo going" '^going'
}
fs_load_ended() { tell g1 'until grep ended /tmp/load; do usleep 200000; done' >/dev/null; }
fs_load_is_good() {
	touch /mnt/src/load.stop
	await fs_load_ended
	talk g1 virtio 'cat /tmp/load; grep -c "load ok" /tmp/load' '^1'
	# Guest and dom0 see the same files with the same contents.
	tell g1 'cd /m/load && find . -type f -exec md5sum {} + | sort -k 2 >/m/sums; cd /'
	(cd /mnt/src/load && find . -type f -exec md5sum {} + | sort -k 2) | diff - /mnt/src/sums
	[ -s /mnt/src/sums ]
}

a_folder_is_shared() {
	left >/tmp/before
	share src
	echo 'of dom0' >/mnt/src/dom0
	fs_guest "$FS"
	vimoctl info --format=json g1 | grep -q '"tag": *"src"'
	tell g1 'grep -q "of dom0" /m/dom0'
	tell g1 'dd if=/dev/urandom of=/m/big bs=100k count=30 2>/dev/null && md5sum /m/big | cut -d" " -f1 >/m/sum'
	[ "$(md5sum /mnt/src/big | cut -d' ' -f1)" = "$(cat /mnt/src/sum)" ]
	tell g1 'mkdir -p /m/a/b && mv /m/sum /m/a/b/moved && rm /m/big && ln -s a/b/moved /m/link && ln /m/a/b/moved /m/second && chmod 741 /m/a/b/moved && chown 12:34 /m/a/b/moved'
	[ ! -e /mnt/src/big ] && [ ! -e /mnt/src/sum ]
	[ "$(readlink /mnt/src/link)" = a/b/moved ]
	[ "$(stat -c '%h %a %u %g' /mnt/src/second)" = '2 741 12 34' ]
	# An open file that the guest removes stays, hidden, until it is closed or the guest ends.
	tell g1 'echo kept >/m/removed; exec 7</m/removed; rm /m/removed; [ "$(cat <&7)" = kept ]'
	[ "$(cat /mnt/src/.vimo-g1-4/*)" = kept ]
	tell g1 'exec 7<&-; ls /m'
	await [ ! -e /mnt/src/.vimo-g1-4 ]
	# The guest sees what dom0 changes.
	echo 'later' >/mnt/src/later
	tell g1 'grep -q later /m/later'
	# The guest mounts it again: the driver begins anew.
	tell g1 'umount /m && mount -t virtiofs src /m && grep -q later /m/later'
	tell g1 'echo kept >/m/removed; exec 7</m/removed; rm /m/removed'
	[ -e /mnt/src/.vimo-g1-4 ]
	vimoctl destroy g1
	[ ! -e /mnt/src/.vimo-g1-4 ]
	no_virtiofsd
	all_given_back
}

a_folder_that_cannot_be_is_refused() {
	left >/tmp/before
	share src
	echo file >/mnt/file
	config g1 /t/wait 'memory = 4' 'fs = [ "tag=src,path=/mnt/none" ]'
	refused 1 'fs src: /mnt/none does not exist: make it' create /tmp/g1.cfg
	refused 1 'fs src: /mnt/none does not exist: make it' create -n /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'fs = [ "tag=src,path=/mnt/file" ]'
	refused 1 'fs src: /mnt/file is not a directory' create /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'fs = [ "tag=0123456789012345678901234567890123456,path=/mnt/src" ]'
	refused 1 'g1.cfg:4: .*tag "0123456789012345678901234567890123456" is not usable: write 1 to 36' create /tmp/g1.cfg
	config g1 /t/wait 'memory = 4' 'fs = [ "tag=src,path=/mnt/src", "tag=src,path=/mnt" ]'
	refused 1 'tag = src is another folder' create /tmp/g1.cfg
	no_virtiofsd
	all_given_back
}

# The guest sees the whole folder, and nothing outside it.
guests_stay_in_their_folder() {
	share src
	share other
	mkdir /mnt/src/in
	echo secret >/mnt/other/secret
	ln -s /mnt/other/secret /mnt/src/absolute
	ln -s ../../other/secret /mnt/src/in/relative
	fs_guest 'fs = [ "tag=src,path=/mnt/src", "tag=look,path=/mnt/src,access=ro" ]'
	tell g1 '! cat /m/absolute && ! cat /m/in/relative && ! ls /m/../other'
	# Device nodes are refused. Paths that no kernel sends are tested by unit tests.
	tell g1 '! mknod /m/node b 254 0 && mkfifo /m/fifo'
	tell g1 'mkdir /look && mount -t virtiofs look /look && cat /look/in/relative; ls /look/in && ! touch /look/new && ! rm /look/absolute && ! sh -c "echo >/look/fifo2"'
	[ ! -e /mnt/src/new ] && [ -L /mnt/src/absolute ]
	[ "$(cat /mnt/other/secret)" = secret ]
	# virtiofsd sees no other process and no network, and has few rights.
	pid=$(fs_pid)
	[ "$(ls /proc/$pid/root/ | sort | tr '\n' ' ')" = 'absolute fifo in ' ]
	# A thread of virtiofsd that starts early keeps two more.
	confined $pid 0 '00000000000(000|401)db' mnt pid ipc uts net
	grep -q '^CapEff:.00000000000000db$' /proc/$pid/status
	# No descriptor leads to the folder beside its own.
	for fd in /proc/$pid/fd/*; do
		[ ! -e $fd/../other ]
	done
}

folders_outlive_virtiofsd() {
	share src
	fs_guest "$FS"
	start_fs_load
	kill_virtiofsd 10
	fs_load_is_good
	[ "$(ps -o comm | grep -c '^virtiofsd')" = 1 ]
}

folders_outlive_device_models() {
	local n=0 pid
	share src
	fs_guest "$FS"
	start_fs_load
	while [ $n -lt $((5 * ROUNDS)) ]; do
		n=$((n + 1))
		usleep $((RANDOM % 500000 + 100000))
		pid=$(fs_pid)
		# Every few rounds the helper is killed, too.
		[ $((n % 3)) != 0 ] || kill -9 $pid
		replace_dm g1
		await fs_is_back $pid
	done
	fs_load_is_good
}

folders_outlive_vimod() {
	local pid
	share src
	fs_guest "$FS"
	start_fs_load
	pid=$(fs_pid)
	kill_vimod
	start_vimod
	[ "$(fs_pid)" = $pid ] && ! dead $pid
	kill_virtiofsd 1
	# virtiofsd, vimo-dm and vimod are killed.
	pid=$(fs_pid)
	kill_vimod
	kill -9 $pid $(dm_pid g1)
	start_vimod
	await fs_is_back $pid
	fs_load_is_good
	vimoctl destroy g1
	no_virtiofsd
}
