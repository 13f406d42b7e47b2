# SPDX-License-Identifier: GPL-2.0-or-later
"""peers - the same guest on the same machine under ViMo-S, under KVM and under Xen.

Each host is Debian's kernel with Debian's tools; guest, programs, bridge and disk
are the same. Their device trees and command lines hold no random seed, and page-table
isolation, which only a seed in the device tree turns on, is off in hosts and guests.
"""
import shutil

import harness
import images
import toolstack
from machines import BOOTARGS, DISK, DOM0_MIB, GUEST_MIB, MEMORY_MIB, Machines

SAME = "nokaslr kpti=off mitigations=off"
XEN = "4.17"
QEMU_PACKAGES = ("qemu-system-arm libaio1 libblkid1 libbpf1 libcapstone4 libdaxctl1 libelf1 libffi8 libfuse3-3 "
                 "libglib2.0-0 libgmp10 libgnutls30 libhogweed6 libibverbs1 libidn2-0 libjpeg62-turbo libkmod2 liblzma5 "
                 "libmount1 libndctl6 libnettle8 libnl-3-200 libnl-route-3-200 libnuma1 libp11-kit0 libpcre2-8-0 "
                 "libpixman-1-0 libpmem1 libpng16-16 librdmacm1 libsasl2-2 libselinux1 libslirp0 libssl3 libtasn1-6 "
                 "libudev1 libunistring2 libuuid1 libvdeplug2 libzstd1").split()
XEN_PACKAGES = (f"xen-utils-{XEN} xenstore-utils xen-hypervisor-{XEN}-arm64 libuuid1 libxencall1 libxendevicemodel1 "
                f"libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenhypfs1 libxenmisc{XEN} libxenstore4 "
                "libxentoolcore1 libxentoollog1 libyajl2").split()
XEN_TOOLS = [f"usr/lib/xen-{XEN}/bin/{name}" for name in ("xl", "xenstored", "xenconsoled", "xen-init-dom0")]
XENSTORE_TOOLS = ("usr/bin/xenstore-read", "usr/bin/xenstore-write")
XEN_MODULES = ("xen-evtchn", "xen-privcmd", "xenfs", "xen-gntdev", "xen-gntalloc", "xen-blkback", "xen-netback")
# In the order of dependencies; a guest ignores modules without a device.
GUEST_MODULES = ("virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci", "xen-blkfront", "xen-netfront")

GUEST_INIT = """#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in /lib/*.ko; do insmod $module 2>/dev/null; done
for disk in /dev/vda /dev/xvda; do [ ! -b $disk ] || break; done
n=0; while [ ! -e /sys/class/net/eth0 ] && [ $n -lt 50 ]; do n=$((n + 1)); sleep 0.2; done
ip addr add 10.9.9.2/24 dev eth0
ip link set eth0 up
n=0; while ! ping -c 1 -W 1 10.9.9.1 >/dev/null 2>&1 && [ $n -lt 20 ]; do n=$((n + 1)); done
echo "bench: scheduler $(cat /sys/block/${disk#/dev/}/queue/scheduler)"
/t/disk $disk 10.9.9.1
/t/net measure 10.9.9.1 eth0
# The host runs the same on its own disk.
echo none | nc 10.9.9.1 9000
echo none >/sys/block/${disk#/dev/}/queue/scheduler
sleep 1
/t/disk $disk 10.9.9.1 | sed 's/^/none-/'
echo "bench: peer done"
sleep 1
poweroff -f
"""

HOST = images.LOAD_MODULES + images.BRIDGE + """
while nc -l -p 9000 >/dev/null; do echo none >/sys/block/vda/queue/scheduler; done &
reset_disk() { echo mq-deadline >/sys/block/vda/queue/scheduler; }
"""

VIMO = HOST + images.VIMOD + """
/t/net serve 'vimoctl info --format=json peer' &
vimoctl create /t/peer.cfg && finish peer
kill $vimod
"""

KVM = HOST + """
mount -t debugfs debugfs /sys/kernel/debug
/t/net serve 'echo "\\"exits\\":$(cat /sys/kernel/debug/kvm/exits)"' &
# The disk's and the network's device, after the name of the run.
run() {
	reset_disk
	/t/qemu-system-aarch64 -accel kvm -M virt,gic-version=host,dtb-randomness=off -cpu host -m GUEST_MIB \\
		-nodefaults -display none -serial file:/tmp/$1.log -kernel /t/Image -initrd /t/peer.initrd \\
		-append "console=ttyAMA0 quiet SAME" -object iothread,id=thread \\
		-drive file=/dev/vda,if=none,id=disk,format=raw,cache=none,aio=io_uring -device $2 \\
		-netdev tap,id=net,ifname=tap0,script=/t/tap-up,downscript=no,vhost=on -device $3
	sed "s/^/$1: /" /tmp/$1.log
}
run mmio virtio-blk-device,drive=disk,iothread=thread virtio-net-device,netdev=net
run pci virtio-blk-pci,drive=disk,iothread=thread virtio-net-pci,netdev=net,romfile=
""".replace("GUEST_MIB", str(GUEST_MIB)).replace("SAME", SAME)
TAP_UP = """#!/bin/sh
brctl addif br0 $1
ip link set $1 up
"""

XEN_SCRIPT = HOST + """
mkdir -p /var/lib/xenstored /var/lib/xen /var/log/xen/console /var/lock /run/xenstored /run/xen /dev/pts
mount -t xenfs xenfs /proc/xen
mount -t devpts devpts /dev/pts
xenstored
xen-init-dom0
xenconsoled --log=guest
/t/net serve true &
xl create /t/peer.xl
n=0; while xl list peer >/dev/null 2>&1 && [ $n -lt 20 ]; do n=$((n + 1)); sleep 20; done
sed 's/^/peer: /' /var/log/xen/console/guest-peer.log
"""
XEN_GUEST = f"""name = "peer"
type = "pvh"
kernel = "/t/Image"
ramdisk = "/t/peer.initrd"
extra = "console=hvc0 quiet {SAME}"
memory = {GUEST_MIB}
vcpus = 1
disk = [ "phy:/dev/vda,xvda,w" ]
vif = [ "bridge=br0" ]
on_reboot = "destroy"
on_crash = "destroy"
"""
XEN_BLOCK = """#!/bin/sh
[ "$1" = add ] || exit 0
xenstore-write "$XENBUS_PATH/physical-device" "$(stat -L -c %t:%T "$(xenstore-read "$XENBUS_PATH/params")")" \\
	"$XENBUS_PATH/hotplug-status" connected
"""
XEN_VIF = """#!/bin/sh
[ "$1" = online ] || exit 0
brctl addif br0 "$vif"
ip link set "$vif" up
xenstore-write "$XENBUS_PATH/hotplug-status" connected
"""


class Peers(Machines):
    """The hosts, made from the bench's images, and their machines."""

    def __init__(self, made):
        super().__init__(made, seed=1)
        self.guest_initrd()

    def guest_initrd(self):
        tree = self.work / "peer"
        made = self.images
        harness.base_tree(tree, made.busybox, harness.modules(made.guest, *images.GUEST_MODULES, *GUEST_MODULES))
        toolstack.applets(tree, ("ip", "nc", "ping", "sed"))
        for name in ("disk", "net"):
            shutil.copy(self.work / name, tree / "t")
        harness.write_program(tree / "init", GUEST_INIT)
        harness.cpio(tree, self.work / "peer.initrd")

    def host(self, name, script, programs, packages=(), more_modules=()):
        """A host's root: base, and programs with their libraries out of packages."""
        made = self.images
        tree = made.host_tree(name, script, [self.work / "net", self.work / "peer.initrd", *programs],
                              [*images.DOM0_MODULES, *more_modules])
        toolstack.applets(tree, ("nc", "stat"))
        (tree / "var/run").symlink_to("/run")
        shutil.copy(next(made.guest.glob("boot/vmlinuz-*")), tree / "t/Image")
        if packages:
            toolstack.copy_libraries(tree, programs, toolstack.library_dirs(packages))
        return tree

    def boot(self, name, tree, timeout, kernel=None, options="", bootargs=BOOTARGS):
        """kernel: a hypervisor, which starts dom0; else Linux itself."""
        initrd = self.work / f"{name}.initrd"
        harness.cpio(tree, initrd)
        linux, bootargs = self.images.dom0_kernel, f"{bootargs} {SAME}"
        if kernel:
            words = ["-kernel", kernel, "-append", options,
                     "-device", f"guest-loader,addr=0x4a000000,kernel={linux},bootargs={bootargs}",
                     "-device", f"guest-loader,addr=0x50000000,initrd={initrd}", *DISK]
        else:
            words = ["-kernel", linux, "-initrd", initrd, "-append", bootargs, *DISK]
        machine = ",virtualization=on"
        dtb = self.seeded_tree(name, machine, MEMORY_MIB, *words)
        return self.run(name, r"^SCRIPT END", timeout, self.qemu(name, machine, MEMORY_MIB, *words, "-dtb", dtb))

    def vimo(self):
        tree = self.host("peer-vimo", VIMO, self.images.tools())
        self.images.add_tools(tree)
        (tree / "t/peer.cfg").write_text(
            f'name = "peer"\nkernel = "/t/Image"\nramdisk = "/t/peer.initrd"\nmemory = {GUEST_MIB}\n'
            f'extra = "console=ttyAMA0 quiet {SAME}"\ndisk = [ "/dev/vda,raw,vda,rw" ]\nvif = [ "bridge=br0" ]\n')
        return self.boot("peer-vimo", tree, 600, self.images.args.image, f"dom0_mem={DOM0_MIB}M")

    def kvm(self):
        packages = harness.download_all(*QEMU_PACKAGES)
        tree = self.host("peer-kvm", KVM, [packages[0] / "usr/bin/qemu-system-aarch64"], packages)
        harness.write_program(tree / "t/tap-up", TAP_UP)
        return self.boot("peer-kvm", tree, 1200)

    def xen(self):
        packages = harness.download_all(*XEN_PACKAGES)
        programs = [packages[0] / name for name in XEN_TOOLS] + [packages[1] / name for name in XENSTORE_TOOLS]
        tree = self.host("peer-xen", XEN_SCRIPT, programs, packages, XEN_MODULES)
        for program in programs:
            shutil.move(tree / "t" / program.name, tree / "bin")
        # The C library loads it when a thread is cancelled.
        shutil.copy(toolstack.library("libgcc_s.so.1", []), tree / "lib/aarch64-linux-gnu")
        (tree / "etc/xen/scripts").mkdir(parents=True)
        harness.write_program(tree / "etc/xen/scripts/block", XEN_BLOCK)
        harness.write_program(tree / "etc/xen/scripts/vif-bridge", XEN_VIF)
        (tree / "etc/xen/xl.conf").write_text("autoballoon = \"off\"\n")
        (tree / "t/peer.xl").write_text(XEN_GUEST)
        xen = next(packages[2].glob("boot/xen-*-arm64"))
        return self.boot("peer-xen", tree, 900, xen, f"dom0_mem={DOM0_MIB}M dtuart=/pl011@9000000",
                         "console=hvc0 quiet panic=-1")
