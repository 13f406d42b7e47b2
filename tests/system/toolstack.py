# SPDX-License-Identifier: GPL-2.0-or-later
"""toolstack.py - machines whose dom0 runs vimod, vimo-dm and vimoctl.

The machines toolstack-shipped-* boot the disk image of contrib/image/make: Debian with systemd, where vimod runs as
its unit. They have a check of each feature. The others begin faster, with an initrd of busybox and of what is
installed, and have the rest. The checks are shell functions in toolstack/*.sh, and run in busybox's shell in both.
"""
import functools
import gzip
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import harness
from harness import bare, EXT4, HERE, MOUNTS, Machine, base_tree, command, cpio, modules, with_libraries, write_program

PROGRAMS = ("usr/bin/vimoctl", "usr/sbin/vimod", "usr/libexec/vimo/vimo-dm", "usr/libexec/vimo/vimo-slirp")
LIBRARY_DIRS = ("lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu/ceph")
LOADER = "ld-linux-aarch64.so.1"
# QEMU's programs.
QEMU = {"qemu-system-common": ["usr/bin/qemu-storage-daemon"], "qemu-utils": ["usr/bin/qemu-img", "usr/bin/qemu-nbd"]}
# dom0 of busybox has neither udev nor thin_check.
LVM_CONF = """devices { obtain_device_list_from_udev = 0 }
activation { udev_sync = 0 udev_rules = 0 verify_udev_operations = 0 monitoring = 0 }
backup { backup = 0 archive = 0 }
global { thin_check_executable = "" }
"""
VOLUME_MODULES = ("dax", "dm-mod", "libcrc32c", "dm-bufio", "dm-bio-prison", "dm-persistent-data", "dm-thin-pool", "dm-snapshot")
APPLETS = ("awk basename blkdiscard brctl chmod cp cut date diff du env expr find free gunzip gzip httpd id ip kill ln ls md5sum "
           "mkfifo mv nice nslookup nohup od pgrep pidof ping printf ps readlink rm sed sort stat stty su tee touch tr truncate udhcpc usleep wget xargs yes acpid").split()
# In the order in which they need each other.
NET_MODULES = ("llc", "stp", "bridge", "tun", "tap", "vhost_iotlb", "vhost", "vhost_net")
VSOCK_MODULES = ("vsock", "vmw_vsock_virtio_transport_common", "vhost_iotlb", "vhost", "vhost_vsock")
CHECKERS = ("diskcheck", "vsockcheck", "fscheck")
DOM0_PROGRAMS = (*CHECKERS, "dnsanswer", "vhostswitch", "waitline")
TINY = ("OFF", "RESET", "CRASH", "PANIC", "WAIT", "COUNT", "FLOOD")
PASSWD = ("root:x:0:0:root:/:/bin/sh\ndaemon:x:1:1::/:/bin/false\nnobody:x:65534:65534::/:/bin/sh\n")
GROUP = "root:x:0:\nnogroup:x:65534:\nvimo:x:989:\n"

# udhcpc starts it with a lease.
DHCP_SCRIPT = """#!/bin/sh
[ "$1" = bound ] && ip addr add $ip/$mask dev $interface && ip route add default via $router
exit 0
"""
DATA = "".join(f"{n}\n" for n in range(1, 1200001)).encode()[:8 << 20]
GUEST_INIT = MOUNTS + (HERE / "toolstack/guest-init").read_text()


def needed(program):
    text = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text)


def library_dirs(roots):
    return [Path(root) / path for root in roots for path in LIBRARY_DIRS]


def library(name, others):
    for directory in others + library_dirs("/"):
        if (directory / name).exists():
            return directory / name
    raise SystemExit(f"{name} for arm64 is missing: contrib/deps build installs it")


def copy_libraries(tree, programs, others=()):
    todo = [name for program in programs for name in needed(program)]
    to = tree / "lib/aarch64-linux-gnu"
    to.mkdir(exist_ok=True)
    while todo:
        name = todo.pop()
        if not (to / name).exists():
            shutil.copy(library(name, list(others)), to / name)
            todo += needed(to / name)
    shutil.copy(library(LOADER, []), tree / "lib" / LOADER)


def applets(tree, names):
    for name in names:
        if not (tree / "bin" / name).is_symlink():
            (tree / "bin" / name).symlink_to("busybox")


@functools.cache
def guest_tree(bench, name="initrd", more=(), www=False):
    """The initrd of Linux guests, with VirtIO, the power button's drivers, more of them, and www: DATA to fetch."""
    tree = bench.work / f"guest-{name}"
    base_tree(tree, bench.busybox, modules(bench.guest, "virtio_ring", "virtio", "virtio_mmio", "virtio_console",
                                           "virtio_blk", "rng-core", "virtio-rng", "failover", "net_failover",
                                           "virtio_net", "vsock", "vmw_vsock_virtio_transport_common",
                                           "vmw_vsock_virtio_transport", "evdev", "virtio_input", "fuse", "virtiofs",
                                           *more))
    applets(tree, APPLETS)
    for program in CHECKERS:
        shutil.copy(bench.work / program, tree / "bin")
    write_program(tree / "init", GUEST_INIT)
    write_program(tree / "bin/dhcp", DHCP_SCRIPT)
    if www:
        (tree / "www").mkdir()
        (tree / "www/data").write_bytes(DATA)
    cpio(tree, bench.work / name)
    return bench.work / name


@functools.cache
def kernels(bench):
    """Further kernels of guests: Linux compressed, and the tiny guests."""
    compressed = bench.work / "Image.gz"
    compressed.write_bytes(gzip.compress(bench.guest_kernel.read_bytes(), 1))
    return [compressed, *(bare.build(bench.args.cc, bench.work / do.lower(), [bare.HERE / "tiny.S"], [f"-DDO={do}"]) for do in TINY)]


def tools_tree(bench, machine, tree):
    for program in PROGRAMS:
        (tree / program).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(bench.args.tools) / program, tree / program)
    copy_libraries(tree, [tree / program for program in PROGRAMS])
    applets(tree, APPLETS)
    for name in ("etc", "run", "var/log"):
        (tree / name).mkdir(parents=True)
    (tree / "etc/passwd").write_text(PASSWD)
    (tree / "etc/group").write_text(GROUP)
    for name, wanted in (("net", NET_MODULES), ("vsock", VSOCK_MODULES)):
        (tree / "t" / name).mkdir()
        for n, path in enumerate(modules(bench.dom0, *wanted)):
            shutil.copy(path, tree / f"t/{name}/{n}-{path.name}")
    for file in (HERE / "toolstack").glob("*.sh"):
        shutil.copy(file, tree / "t")
    for program in DOM0_PROGRAMS:
        shutil.copy(bench.work / program, tree / "bin")
    (tree / "mnt").mkdir()
    for path in kernels(bench):
        shutil.copy(path, tree / "t")
    guest_files(bench, tree / "t")


def guest_files(bench, tree):
    """What guests boot, and the data that they and dom0 fetch from each other."""
    shutil.copy(bench.guest_kernel, tree / "Image")
    for initrd in (guest_tree(bench), guest_tree(bench, "net-initrd", www=True)):
        shutil.copy(initrd, tree)
    (tree / "www").mkdir()
    (tree / "www/data").write_bytes(DATA)
    (tree / "sum").write_text(hashlib.md5(DATA).hexdigest())


def qemu_tree(bench, machine, tree):
    """dom0 with qemu-storage-daemon."""
    tools_tree(bench, machine, tree)
    packages = with_libraries(*QEMU)
    for root, programs in zip(packages, QEMU.values()):
        for program in programs:
            shutil.copy(root / program, tree / program)
    copy_libraries(tree, [tree / program for programs in QEMU.values() for program in programs],
                   library_dirs(packages))


def fs_tree(bench, machine, tree):
    """dom0 with virtiofsd."""
    tools_tree(bench, machine, tree)
    add_virtiofsd(tree)


def add_virtiofsd(tree):
    """Debian 12's is part of QEMU, Debian 13's a package of its own."""
    packages, program = with_libraries("qemu-system-common"), "usr/lib/qemu/virtiofsd"
    if not (packages[0] / program).exists():
        packages, program = with_libraries("virtiofsd"), "usr/libexec/virtiofsd"
    (tree / program).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(packages[0] / program, tree / program)
    copy_libraries(tree, [tree / program], library_dirs(packages))


def hostile_tree(bench, machine, tree):
    """dom0 with all helpers, and with the probe that takes them over."""
    qemu_tree(bench, machine, tree)
    add_virtiofsd(tree)
    shutil.copy(bench.work / "probe", tree / "bin")


def lvm_tree(bench, machine, tree):
    """dom0 with LVM, and with modules of the device mapper to load."""
    tools_tree(bench, machine, tree)
    packages = with_libraries("lvm2")
    shutil.copy(next(packages[0].glob("**/sbin/lvm")), tree / "bin/lvm")
    for name in ("pvcreate", "vgcreate", "lvcreate", "lvchange", "lvextend", "lvremove", "lvs"):
        (tree / "bin" / name).symlink_to("lvm")
    copy_libraries(tree, [tree / "bin/lvm"], library_dirs(packages))
    (tree / "etc/lvm").mkdir()
    (tree / "etc/lvm/lvm.conf").write_text(LVM_CONF)
    (tree / "t/lvm").mkdir()
    for n, path in enumerate(modules(bench.dom0, *VOLUME_MODULES)):
        shutil.copy(path, tree / f"t/lvm/{n}-{path.name}")


def load_programs():
    """fio and iperf3, and where their libraries are."""
    packages = with_libraries("fio", "iperf3")
    return [packages[0] / "usr/bin/fio", packages[1] / "usr/bin/iperf3"], library_dirs(packages)


def load_files(bench):
    """A disk for guests: fio and iperf3 with all that they need."""
    tree = bench.work / "load-files"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "lib").mkdir(parents=True)
    programs, libraries = load_programs()
    copy_libraries(tree, programs, libraries)
    for program in programs:
        shutil.copy(program, tree / f"{program.name}.bin")
        write_program(tree / program.name, "#!/bin/sh\nexec /tools/lib/ld-linux-aarch64.so.1 "
                      f'--library-path /tools/lib/aarch64-linux-gnu /tools/{program.name}.bin "$@"\n')
    return tree


def load_tree(bench, machine, tree):
    """dom0 with qemu-storage-daemon and iperf3, and an initrd for guests that mount a disk."""
    qemu_tree(bench, machine, tree)
    programs, libraries = load_programs()
    shutil.copy(programs[1], tree / "bin/iperf3")
    copy_libraries(tree, [tree / "bin/iperf3"], libraries)
    shutil.copy(guest_tree(bench, "load-initrd", EXT4, www=True), tree / "t")


@functools.cache
def kit(bench):
    """The disk that dom0 mounts at /t: the checks of every machine, a shell, programs and guests."""
    tree, disk = bench.work / "kit", bench.work / "kit.ext4"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "bin").mkdir(parents=True)
    shutil.copy(bench.busybox, tree / "bin/busybox")
    applets(tree, APPLETS + harness.APPLETS)
    for program in DOM0_PROGRAMS:
        shutil.copy(bench.work / program, tree / "bin")
    for file in (*(HERE / "toolstack").glob("*.sh"), *kernels(bench)):
        shutil.copy(file, tree)
    guest_files(bench, tree)
    for machine in MACHINES:
        (tree / machine.name).write_text(harness.script(machine) + "echo 'SCRIPT END'\npoweroff -f\n")
    size = sum(file.stat().st_size for file in tree.rglob("*") if not file.is_symlink()) >> 20
    with disk.open("wb") as file:
        file.truncate((size * 5 // 4 + 16) << 20)
    command("mke2fs", "-q", "-t", "ext4", "-d", tree, disk)
    return disk


def checks(*names):
    """A check has the name of its function, with - for _."""
    return [(name, "check " + name.replace("-", "_")) for name in names]


# A check of each feature of guest.cfg(5) under the unit, in the image. The other machines do not repeat it.
SHIPPED_DISKS = checks("the-unit-has-few-rights", "packages-are-whole", "device-model-is-confined", "systemd-starts-vimod-again",
                       "linux-boots-and-consoles-work",
                       "guests-get-random-numbers", "on-reboot-restart-is-the-default", "on-crash-restart-is-limited",
                       "disks-keep-what-is-written", "disks-come-and-go", "qcow2-disks-come-and-go",
                       "nbd-disks-by-socket-and-by-network", "volumes-can-be", "volumes-are-disks",
                       "a-folder-is-shared", "guests-start-and-end-with-dom0", "a-guest-that-does-not-shut-down-is-destroyed",
                       "definitions-survive-kills", "guests-have-control-groups", "a-helper-that-takes-too-much-ends-alone",
                       "no-process-is-left-over")
SHIPPED_NETWORKS = checks("networks-can-be", "limits-need-their-modules", "limits-hold-both-ways", "several-queues",
                          "networks-come-and-go", "user-networks-can-be", "guests-reach-dom0-and-back",
                          "user-networks-come-and-go", "switches-can-be", "a-switch-connects-guests",
                          "vsock-needs-its-module", "guests-and-dom0-connect", "channels-carry-bytes",
                           "no-process-is-left-over")
PREAMBLE = "cd /t; for f in /t/*.sh; do . $f; done"
START = checks("module-loads", "daemon-starts")
LIFE = checks("terminals-have-a-size",
              "info-and-list-in-both-formats", "guests-can-be-looked-at", "pause-stops-and-unpause-goes-on",
              "destroy-ends-every-state", "on-poweroff-destroy", "on-poweroff-restart", "on-poweroff-preserve",
              "on-reboot-destroy", "on-reboot-preserve",
              "on-crash-destroy-is-the-default", "on-crash-preserve", "a-panic-is-a-crash", "guest-panic-reboots-it", "forced-reboot",
              "shutdown-presses-the-power-button", "reboot-presses-it-and-starts-again", "two-guests-at-once",
              "gzip-kernel-and-several-vcpus",
              "create-dry-run-changes-nothing", "a-file-of-xl-is-taken", "create-attaches-console",
              "create-leaves-it-paused", "one-client-writes-and-others-watch", "console-ends-with-its-guest")

BEFORE = checks("without-daemon-it-says-so", "without-module-it-says-so")
BARE = checks("without-daemon-it-says-so", "without-hypervisor-it-says-so")
FAULTS = checks("bad-configurations-are-refused", "bad-kernels-are-refused", "too-much-is-refused",
                "hundred-failing-creates-leave-nothing", "hundred-lives-leave-nothing",
                "killed-daemon-adopts-its-guests", "daemon-misses-the-end-of-a-guest",
                "daemon-killed-while-it-creates-or-destroys", "killed-device-model-comes-back",
                "output-outlives-device-models", "logs-are-bounded", "device-model-is-confined",
                "users-see-guests-and-no-more")
DISKS = checks("bad-disks-are-refused", "bad-networks-are-refused", "a-disk-is-one-guests",
               "block-devices-are-one-guests", "a-guest-that-begins-again-waits-for-its-disks", "no-more-disks-than-slots")
VOLUMES = checks("volumes-can-be", "volumes-that-cannot-be-are-refused", "a-volume-is-one-guests",
                 "volumes-come-go-and-grow", "thin-volumes-and-snapshots")
NETWORKS = checks("networks-can-be", "vhost-moves-packets", "the-device-model-moves-packets",
                  "vhost-outlives-device-models", "packets-outlive-device-models", "guests-reach-each-other")
SHORT = checks("linux-boots-and-consoles-work", "shutdown-presses-the-power-button",
               "pause-stops-and-unpause-goes-on", "gzip-kernel-and-several-vcpus",
               "killed-daemon-adopts-its-guests", "killed-device-model-comes-back")

BLOCK = checks("disks-are-there", "disks-outlive-device-models", "flushes-survive-a-power-cut",
               "a-full-disk-is-an-io-error", "a-full-disk-can-stop-the-guest", "an-image-cut-off-is-an-io-error", "limits-hold", "disks-are-taken-and-let-go",
               "two-guests-write-at-once")
VSOCK = checks("vsock-needs-its-module", "an-address-is-one-guests", "connections-end-with-the-device-model")

CHANNELS = checks("channels-that-cannot-be-are-refused", "channels-outlive-who-dies",
                  "a-guest-waits-for-its-reader", "terminals-have-a-size-beside-channels")

QCOW2 = checks("qcow2-can-be", "disks-grow", "sectors-are-smaller-than-blocks", "snapshots-are-kept", "qcow2-keeps-what-is-written", "qcow2-that-cannot-be-is-refused", "qcow2-opens-no-other-file",
               "qcow2-outlives-storage-daemons", "qcow2-outlives-device-models", "qcow2-outlives-vimod",
               "qcow2-flushes-survive-a-power-cut", "nbd-servers-that-cannot-be-are-refused")

FS = checks("a-folder-that-cannot-be-is-refused", "guests-stay-in-their-folder",
            "folders-outlive-virtiofsd", "folders-outlive-device-models", "folders-outlive-vimod")

LOADS = checks("loads-can-be", "fio-finds-what-it-wrote", "iperf3-both-ways", "all-at-once-under-kills")

USERNET = checks("user-networks-can-be", "wrong-user-networks-are-refused",
                 "a-vimo-slirp-that-does-not-start-fails-the-call", "loopback-is-dom0s-unless-given", "user-networks-outlive-all")

SWITCHES = checks("switches-can-be", "a-switch-must-listen", "switched-networks-outlive-all",
                  "switched-networks-come-and-go")

HOSTILE = checks("the-probe-does-all-with-all-rights", "a-guest-with-hostile-processes-hurts-itself-alone")

# As lib.sh names them.
DRIVES = ((256, "ext4"), (128, ""), (1, ""), (1, ""))


def machine(name, checked, seconds=120, gic=3, cpus=1, fill=tools_tree, drives=(), **more):
    return Machine(f"toolstack-{name}", gic, cpus, START + checked, fill=fill, preamble=PREAMBLE, seconds=seconds,
                   drives=DRIVES + drives, **more)


def shipped(name, checked, seconds, by_name=False):
    return Machine(f"toolstack-shipped-{name}", 3, 1, START + checked, kit=kit, preamble="SHIPPED=1; " + PREAMBLE,
                   seconds=seconds, drives=DRIVES, by_name=by_name)


MACHINES = [
    shipped("disks", SHIPPED_DISKS, 240),
    shipped("networks", SHIPPED_NETWORKS, 240),
    # What the other machines have for this machine's release of Debian alone: DOM0=13 ./runtests.
    shipped("folders", FS + checks("no-process-is-left-over"), 200, by_name=True),
    machine("gicv3-1cpu", LIFE),
    Machine("toolstack-faults", 3, 1, BEFORE + START + FAULTS, fill=tools_tree, preamble=PREAMBLE, drives=DRIVES,
            seconds=200),
    machine("disks", DISKS),
    machine("lvm", VOLUMES, fill=lvm_tree),
    machine("networks", NETWORKS, 300),
    machine("usernet", USERNET),
    machine("switches", SWITCHES),
    machine("6gib", checks("guest-beyond-4-gib"), cpus=2, memory="6G"),
    machine("block", BLOCK),
    machine("vsock", VSOCK),
    machine("qcow2", QCOW2, 300, fill=qemu_tree, large_blocks=True),
    machine("fs", FS, fill=fs_tree),
    machine("channels", CHANNELS),
    machine("hostile", HOSTILE, 90, fill=hostile_tree),
    machine("load", LOADS, fill=load_tree, drives=((256, load_files),)),
    Machine("toolstack-bare", 3, 1, BARE, fill=tools_tree, preamble=PREAMBLE, bare=True),
    machine("gicv2-4cpu", SHORT, gic=2, cpus=4),
]
