# SPDX-License-Identifier: GPL-2.0-or-later
"""images - programs, kernels and root file systems of the bench's machines."""
import os
import shutil
import struct
import subprocess
from pathlib import Path

import harness
import toolstack

HERE = Path(__file__).resolve().parent
KERNEL_OFFSET = 2 << 20
LARGE_IMAGE = 32 << 20
PASSWD = "root:x:0:0:root:/:/bin/sh\n"
GROUP = "root:x:0:\nvimo:x:990:vimo-dm\n"

VIMOD = """
insmod /t/vimo.ko || exit
mkdir -p /run/vimo /var/log/vimo
export VIMO_DM=/t/vimo-dm
/t/vimod & vimod=$!
n=0; while ! vimoctl version >/dev/null 2>&1 && [ $n -lt 50 ]; do n=$((n + 1)); sleep 0.2; done
# Wait until a guest has ended, then print its log. Poll seldom: each poll adds to the measured instructions.
finish() {
	n=0; while vimoctl list | grep -q "^$1 " && [ $n -lt 20 ]; do n=$((n + 1)); sleep 20; done
	sed "s/^/$1: /" /var/log/vimo/$1.serial.log
}
"""
LOAD_MODULES = "for module in /t/io/*.ko; do insmod $module; done\n"
BRIDGE = """
brctl addbr br0
ip addr add 10.9.9.1/24 dev br0
ip link set br0 up
"""
EXITS_ONLY = "vimo.exits"  # of dom0's command line: no more than the guest that measures its exits
# lat is first, before other programs have run, as on bare Linux, where the module does not load and the script ends.
DOM0_SCRIPT = f"""
read -r words </proc/cmdline
case "$words" in *{EXITS_ONLY}*) exits=1;; *) /t/lat;; esac
""" + VIMOD + """
vimoctl version
if [ $exits ]; then
	vimoctl create /t/linux.cfg && finish linux
	vimoctl dmesg
	kill $vimod
	exit
fi
for guest in small1 small2 small3 large; do
	/t/stamp /tmp/stamp /bin/vimoctl create /t/$guest.cfg && finish $guest
	echo "$guest: bench: create $(cat /tmp/stamp)"
done
vimoctl create /t/linux.cfg && finish linux
""" + LOAD_MODULES + """
/t/disk /dev/vda | sed 's/^/dom0: /'
""" + BRIDGE + """
/t/net serve 'vimoctl info --format=json io' &
vimoctl create /t/io.cfg && finish io
vimoctl create /t/io.cfg && vimoctl pause io
awk '/^Private/ { kib += $2 } END { print "vimo-dm: private " kib }' /proc/$(pidof vimo-dm)/smaps_rollup
vimoctl destroy io
vimoctl dmesg
kill $vimod
"""

# In the order of dependencies; a module without a file is built into the kernel.
DOM0_MODULES = ("virtio_mmio", "virtio_blk", "llc", "stp", "bridge", "tun", "tap", "vhost_iotlb", "vhost", "vhost_net")
GUEST_MODULES = ("virtio_ring", "virtio", "virtio_mmio", "virtio_blk", "failover", "net_failover", "virtio_net")
IO_INIT = harness.MOUNTS + """
ip addr add 10.9.9.2/24 dev eth0
ip link set eth0 up
/t/disk /dev/vda 10.9.9.1
/t/net measure 10.9.9.1 eth0
poweroff -f
"""


class Images:
    """Images are made in args.work, with the tools of the system tests."""

    def __init__(self, args):
        self.args, self.work = args, Path(args.work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.busybox = harness.download_busybox()
        self.dom0 = harness.download(harness.kernel_package("arm64"))
        self.guest = harness.download(harness.kernel_package("cloud-arm64"))
        self.dom0_kernel = next(self.dom0.glob("boot/vmlinuz-*"))
        self.programs()
        self.kernels()
        self.guest_initrd()
        self.io_initrd()
        self.dom0_initrd()

    def compile(self, name, *options):
        harness.command(*self.args.cc.split(), "-std=gnu11", "-O2", "-Wall", "-Wextra", *options, "-o",
                            self.work / name, HERE / f"programs/{name}.c")

    def programs(self):
        for name in ("lat", "stamp", "disk", "net"):
            self.compile(name, "-static")
        self.compile("entry", "-ffreestanding", "-fno-pie", "-no-pie", "-static", "-nostdlib",
                     "-mgeneral-regs-only", "-mstrict-align", "-fno-stack-protector", "-mno-outline-atomics",
                     "-Wl,--build-id=none", "-Wl,--no-warn-rwx-segments",
                     f"-Wl,-T,{HERE}/programs/entry.lds")
        harness.command(self.tool("objcopy"), "-O", "binary", self.work / "entry", self.work / "entry.bin")

    def tool(self, name):
        return self.args.cc.split()[0].rsplit("gcc", 1)[0] + name

    def kernels(self):
        """The program entry as a small image, a large image, and in front of the guest's kernel."""
        entry = (self.work / "entry.bin").read_bytes()
        kernel = next(self.guest.glob("boot/vmlinuz-*")).read_bytes()
        self.write_kernel("small", entry, len(entry) + 8192, 0)
        self.write_kernel("large", entry.ljust(LARGE_IMAGE, b"\xa5"), LARGE_IMAGE, 0)
        size = struct.unpack_from("<Q", kernel, 16)[0]
        self.write_kernel("Image", entry.ljust(KERNEL_OFFSET, b"\0") + kernel, KERNEL_OFFSET + size, 1)

    def write_kernel(self, name, image, image_size, kernel_follows):
        image = bytearray(image)
        struct.pack_into("<Q", image, 16, image_size)
        struct.pack_into("<L", image, 32, kernel_follows)
        (self.work / name).write_bytes(image)

    def guest_initrd(self):
        build, tree = self.work / "trapcost", self.work / "guest"
        shutil.copytree(HERE / "trapcost", build, dirs_exist_ok=True)
        harness.command("make", "-s", "-C", self.args.kdir, f"M={build}", "ARCH=arm64",
                            f"CROSS_COMPILE={self.tool('')}", "modules", stdout=subprocess.DEVNULL)
        shutil.rmtree(tree, ignore_errors=True)
        for name in ("dev", "proc", "tmp"):
            (tree / name).mkdir(parents=True)
        shutil.copy(build / "trapcost.ko", tree)
        shutil.copy(self.work / "lat", tree / "init")
        harness.cpio(tree, self.work / "bare-guest.initrd")
        (tree / "trapcost.options").write_text("device=0x9010000 virtio=0xa000000\n")
        harness.cpio(tree, self.work / "guest.initrd")

    def io_initrd(self):
        """A guest that measures its disk and its network."""
        tree = self.work / "io"
        harness.base_tree(tree, self.busybox, harness.modules(self.guest, *GUEST_MODULES))
        (tree / "bin/ip").symlink_to("busybox")
        for name in ("disk", "net"):
            shutil.copy(self.work / name, tree / "t")
        harness.write_program(tree / "init", IO_INIT)
        harness.cpio(tree, self.work / "io.initrd")

    def guest_config(self, name, kernel):
        text = f'name = "{name}"\nkernel = "/t/{kernel}"\nmemory = 512\n'
        if kernel == "Image":
            text += f'ramdisk = "/t/{name}.initrd"\nextra = "console=ttyAMA0 quiet"\n'
        if name == "io":
            text += 'disk = [ "/dev/vda,raw,vda,rw" ]\nvif = [ "bridge=br0" ]\n'
        return text

    def host_tree(self, name, script, programs, modules=DOM0_MODULES):
        """The root of a host or dom0, with its programs in /t."""
        tree = self.work / name
        harness.base_tree(tree, self.busybox, [])
        toolstack.applets(tree, ("awk", "brctl", "ip", "pidof", "sed"))
        for folder in ("etc", "run", "var/log", "t/io"):
            (tree / folder).mkdir(parents=True)
        (tree / "etc/passwd").write_text(PASSWD)
        (tree / "etc/group").write_text(GROUP)
        for n, path in enumerate(harness.modules(self.dom0, *modules)):
            shutil.copy(path, tree / f"t/io/{n:02}-{path.name}")
        for path in programs:
            shutil.copy(path, tree / "t")
        (tree / "t/script").write_text(script)
        harness.write_program(tree / "init", harness.DOM0_INIT)
        return tree

    def tools(self):
        """The installed tools and the module."""
        return [*(self.installed(name) for name in ("vimod", "vimo-dm", "vimoctl")), Path(self.args.module)]

    def add_tools(self, tree):
        """Add vimoctl to PATH and the tools' libraries to the library path."""
        shutil.move(tree / "t/vimoctl", tree / "bin")
        toolstack.copy_libraries(tree, self.tools()[:-1])

    def dom0_initrd(self):
        made = ("lat", "stamp", "disk", "net", "small", "large", "Image", "io.initrd")
        tree = self.host_tree("dom0", DOM0_SCRIPT, [*self.tools(), *(self.work / name for name in made)])
        self.add_tools(tree)
        shutil.copy(self.work / "guest.initrd", tree / "t/linux.initrd")
        for name, kernel in (("small1", "small"), ("small2", "small"), ("small3", "small"), ("large", "large"),
                             ("linux", "Image"), ("io", "Image")):
            (tree / f"t/{name}.cfg").write_text(self.guest_config(name, kernel))
        harness.write_program(tree / "init", harness.DOM0_INIT.replace(
            "#!/bin/sh\n", '#!/bin/sh\n/t/stamp /tmp/init /bin/true\necho "bench: init $(cat /tmp/init)"\n', 1))
        harness.cpio(tree, self.work / "dom0.initrd")

    def installed(self, name):
        found = [path for path in Path(self.args.tools).rglob(name) if path.is_file() and os.access(path, os.X_OK)]
        if not found:
            raise SystemExit(f"bench: no {name} in {self.args.tools}: run make install DESTDIR={self.args.tools}")
        return found[0]
