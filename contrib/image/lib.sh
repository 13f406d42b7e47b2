# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - shared by the scripts that make disk images. Sourced; the caller sets "version", the release of
# Debian's arm64 kernel, and "release", of Debian, 12 or 13, and calls image_begin before the rest.
# shellcheck shell=bash

die() { echo "image: $*" >&2; exit 1; }
step() { echo "image: $* ($((SECONDS))s)"; }

# OUT PATTERN: make a work directory in the cache. The caller writes OUT/PATTERN.key last: without it, files OUT/PATTERN*
# are removed at exit. The user that called sudo owns the rest.
image_begin() {
	[ "$(id -u)" = 0 ] || die "root is needed to set owners and device nodes in the image: run it with sudo"
	out=$1 made=$2 ticker=''
	cache=${VIMO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vimo-s}
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/image.XXXXXX")
	trap image_leave EXIT
	trap 'exit 130' INT TERM
}

image_leave() {
	[ -z "$ticker" ] || kill "$ticker" 2>/dev/null || true
	[ -e "$out/$made.key" ] || rm -rf "${out:?}/$made"*
	rm -rf "$work"
	[ -z "${SUDO_UID:-}" ] || chown -R "$SUDO_UID:${SUDO_GID-}" "$cache" "$out"
}

# KEY: true when OUT was made from inputs with the same key.
image_is() { [ "$(cat "$out/$made.key" 2>/dev/null)" = "$1" ]; }

# The standard input, as 16 digits.
digest() { sha256sum | cut -c1-16; }
# DIR...: the files' names and contents.
contents() { find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; }

# Debian's arm64 programs run here while packages are configured.
need_binfmt() {
	[ "$(dpkg --print-architecture)" != arm64 ] || return 0
	local fs=/proc/sys/fs/binfmt_misc
	if [ ! -e $fs/register ]; then
		step "mounting binfmt_misc, for arm64 programs on this machine"
		mount -t binfmt_misc binfmt_misc $fs || die "cannot mount binfmt_misc: use a kernel with CONFIG_BINFMT_MISC"
	fi
	if [ ! -e $fs/qemu-aarch64 ]; then
		step "registering qemu-aarch64 with binfmt_misc"
		cat /usr/lib/binfmt.d/qemu-aarch64.conf >$fs/register || die "cannot register qemu-aarch64: run contrib/deps image"
	fi
}

# Print the progress of mmdebstrap every 15 seconds.
tick() {
	while sleep 15 >/dev/null 2>&1; do step "$(sed -n 's/^I: //p' "$work/log" | tail -n 1)"; done
}

# apt of the release that is made.
debian() { "$here/../debian" "$release" "$@"; }

# NAME PACKAGES: set "base" to a tar of Debian with them, from the cache if possible.
need_base() {
	local name=$1${release#12} packages=$2
	base=$cache/$name-$version-$(echo "$packages" | digest).tar
	[ ! -s "$base" ] || return 0
	need_binfmt
	step "making Debian's part with mmdebstrap: takes some minutes, once a version"
	debian sources >"$work/sources.list"
	[ -s "$work/sources.list" ] || die "apt has no archive of Debian: add one to its sources and run apt-get update"
	# apt's proxies: mmdebstrap does not read apt's configuration, and the image shall not have them.
	local option options=()
	while read -r option; do options+=("--aptopt=$option"); done < <(apt-config dump | grep -iE '^Acquire::[a-z]+::Proxy.* "[^"]')
	: >"$work/log"
	tick &
	ticker=$!
	# INITRD=No: initramfs-tools takes minutes under emulation for what make_initrd does. Documentation stays out.
	INITRD=No mmdebstrap --mode=root --variant=minbase --architectures=arm64 --include="$packages" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		"${options[@]}" --customize-hook="rm -f \"\$1/etc/apt/apt.conf.d/99mmdebstrap\" \"\$1\"/etc/ssh/ssh_host_*" \
		"$(debian codename)" "$work/base.tar" "$work/sources.list" >"$work/log" 2>&1 ||
		{ tail -n 20 "$work/log" >&2; die "mmdebstrap failed (see above)"; }
	kill $ticker
	ticker=
	rm -f "$cache/$name"-*.tar
	mv "$work/base.tar" "$base"
}

# PACKAGE: unpack its files in the cache; prints their directory.
unpacked() {
	local dir
	dir=$cache/packages/$(debian apt-get download --print-uris "$1:arm64" | awk '{ print $2; exit }')
	if [ ! -e "$dir/.complete" ]; then
		rm -rf "$dir"
		mkdir -p "$dir"
		chmod 777 "$dir"
		(cd "$dir" && debian apt-get -q download "$1:arm64" >"$work/log" 2>&1) || { cat "$work/log" >&2; die "cannot download $1 (see above): run apt-get update"; }
		dpkg -x "$dir"/*.deb "$dir"
		rm "$dir"/*.deb
		touch "$dir/.complete"
	fi
	echo "$dir"
}

# TREE DIR...: Debian's part in TREE, without this machine's names and keys, and the files of DIR... over it. Root owns
# them, and all may read them, independent of the umask of the checkout.
make_tree() {
	local tree=$1 from
	shift
	mkdir "$tree"
	tar -C "$tree" --numeric-owner -xf "$base"
	rm -f "$tree"/etc/hostname "$tree"/etc/resolv.conf "$tree"/etc/ssh/ssh_host_*
	: >"$tree/etc/machine-id" # made at the first boot
	for from; do
		tar -C "$from" --owner=0 --group=0 --mode=u=rwX,go=rX -cf - . | tar -C "$tree" --no-overwrite-dir -xf -
	done
}

# TREE [-]TARGET/UNIT...: start the unit with the target, or, with "-", do not. networkd runs in all images. systemd 257
# makes no further sockets for sshd.
units() {
	local tree=$1 to unit
	shift
	mkdir -p "$tree/etc/systemd/system-generators"
	ln -sf /dev/null "$tree/etc/systemd/system-generators/systemd-ssh-generator"
	for unit in multi-user.target/systemd-networkd.service sockets.target/systemd-networkd.socket "$@"; do
		to=$tree/etc/systemd/system/${unit#-}
		to=${to%/*}.wants/${to##*/}
		case $unit in
		-*) rm -f "$to" ;;
		*) mkdir -p "${to%/*}" && ln -sf "/lib/systemd/system/${unit##*/}" "$to" ;;
		esac
	done
}

# INIT TREE TO: an initrd of busybox, INIT and the contents of TREE/lib.
pack_initrd() {
	local init=$1 tree=$2 to=$3 busybox
	busybox=$(find "$(unpacked busybox-static)" -path '*/bin/busybox') # in /bin of Debian 12, in /usr/bin of Debian 13
	mkdir -p "$tree"/{bin,dev,etc,lib,proc,root,run,sys,tmp} "${to%/*}"
	cp "$busybox" "$tree/bin/busybox"
	ln -s busybox "$tree/bin/sh"
	install -m 755 "$init" "$tree/init"
	(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -9n) >"$to"
}

# MODULE TO: a kernel module without Debian 13's compression.
copy_module() {
	case $1 in
	*.xz) xz -dc "$1" >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
}

# ROOT KERNEL TO MODULE...: an initrd that mounts /dev/vda, with these modules of the kernel
# KERNEL installed in ROOT, in the order of their dependencies.
make_initrd() {
	local root=$1 kernel=$2 to=$3 tree=$work/initrd n=100 module list=
	shift 3
	mkdir -p "$tree/lib"
	for module; do
		list+=$(modprobe -d "$root" -S "$kernel" --show-depends "$module" | sed -n 's/^insmod //p')$'\n'
	done
	while read -r module; do
		n=$((n + 1))
		copy_module "$module" "$tree/lib/$n-$(basename "${module%.xz}")"
	done < <(awk 'NF && !seen[$0]++' <<<"$list")
	[ $n -gt 102 ] || die "modprobe finds no modules of $kernel: install its linux-image package in the image"
	pack_initrd "$here/disk-init" "$tree" "$to"
}

# TREE FILE LABEL FREE: an ext4 file system with TREE in it and FREE MiB to write to.
make_ext4() {
	local tree=$1 file=$2 label=$3 size
	step "writing the file system"
	size=$(($(du -sm "$tree" | cut -f1) + $4))
	rm -f "$file"
	mke2fs -q -t ext4 -L "$label" -d "$tree" "$file" "${size}M" >/dev/null || die "mke2fs failed: make room in ${file%/*}"
	chmod 644 "$file"
}
