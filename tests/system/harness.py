# SPDX-License-Identifier: GPL-2.0-or-later
"""harness.py - dom0 and guests from Debian's packages, machines in QEMU, and one line a check."""
import gzip
import lzma
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

import pexpect

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path[:0] = [str(TOP / "contrib/image"), str(TOP / "tests/guest")]
sys.dont_write_bytecode = True  # the source tree stays as it is
import bare  # noqa: E402
import machine as console  # noqa: E402
CACHE = Path(os.environ.get("VIMO_CACHE") or
             Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vimo-s")
PROGRAMS = ("moduleapi", "eventfds", "odirect", "memoryfd", "pinpages", "diskfile", "ioctlstorm", "ioreqstorm", "bellstorm", "bootguest",
            "diskcheck", "vsockcheck", "fscheck", "dnsanswer", "waitline", "probe")
# Further sources of a program.
PARTS = {"probe": (HERE / "probe_descriptors.c", HERE / "probe_efforts.c")}
# Programs of the unit tests, and their other sources.
SHARED = {"vhostswitch": ("-D_GNU_SOURCE", f"-I{TOP}/backends", TOP / "backends/virtio/packed.c",
                          TOP / "backends/virtio/split.c", TOP / "backends/virtio/virtqueue.c")}
APPLETS = ("sh mount umount insmod rmmod lsmod ls cat echo sleep poweroff reboot mkdir ln dmesg grep head tail "
           "dd kill wait setsid seq wc cmp sync test true false uname nproc timeout readlink taskset ifconfig ping").split()
GUEST_MIB = 192
# How many times as often kills are tried: ./runtests long.
ROUNDS = int(os.environ.get("ROUNDS") or 1)
# The modules of ext4, in the order in which they need each other.
EXT4 = ("crc16", "crc32c_generic", "mbcache", "jbd2", "ext4")
PCI = ("crct10dif_common", "crc-t10dif", "crc64", "crc64-rocksoft", "t10-pi", "nvme-core", "nvme", "e1000e",
       "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "failover", "net_failover", "virtio_net")


# What a machine's script writes: a check begins, a check ends, all have ended.
MARK = r"(==|@@) ([\w-]+)[ \r]"
SCRIPT_END = "SCRIPT END"


@dataclass
class Machine:
    """One QEMU run: checks are (name, shell command that must exit 0)."""
    name: str
    gic: int
    cpus: int
    checks: list
    options: str = ""
    dom0_options: str = ""                       # of dom0's kernel
    cpu: str = "cortex-a57"
    memory: str = "2G"
    bare: bool = False
    board: str = ""                              # QEMU's machine, when it is not "virt"
    console: str = "ttyAMA0"
    disks: bool = False
    # Further disks of dom0: MiB, and "" (empty), "ext4" (an empty file system) or function(bench): a directory to copy.
    drives: tuple = ()
    large_blocks: bool = False  # the first of drives has blocks of 4 KiB
    pci: bool = False                            # a disk of NVMe like the first of disks, and network cards, on PCIe
    seconds: int = 60                            # its time on two idle cores, about
    fill: object = None                          # function(bench, machine, tree): what dom0's initrd gets
    # function(bench): the disk that dom0 mounts at /t. dom0 is the image of contrib/image/make then.
    kit: object = None
    by_name: bool = False                        # it boots only when it is named
    preamble: str = ""                           # shell before the first check
    prints: str = ""                             # expression: EL2's log has it before dom0 starts

    @property
    def timeout(self):
        """The limit ends a machine that hangs. A slow or busy computer must not reach it."""
        return (600 + 10 * self.seconds) * ROUNDS


def command(*words, **kwargs):
    return subprocess.run(words, check=True, **kwargs)


def unpack(root, deb):
    shutil.rmtree(root, ignore_errors=True)
    command("dpkg", "-x", deb, root)
    (root / ".complete").touch()
    deb.unlink()


def download_all(*packages):
    """Unpack Debian arm64 packages into the cache; their directories. apt is asked once for all: it is slow."""
    uris = subprocess.run(["apt-get", "download", "--print-uris", *(package + ":arm64" for package in packages)],
                          capture_output=True, text=True, check=True).stdout
    files = {line.split()[1].split("_")[0]: line.split()[1] for line in uris.splitlines()}
    found = {name: CACHE / "packages" / urllib.parse.unquote(file) for name, file in files.items()}
    missing = [package for package in packages if not (found[package] / ".complete").exists()]
    if missing:
        debs = CACHE / "packages/downloads"
        debs.mkdir(parents=True, exist_ok=True)
        debs.chmod(0o777)
        command("apt-get", "-q", "download", *(package + ":arm64" for package in missing), cwd=debs,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for package in missing:
            unpack(found[package], debs / files[package])
    return [found[package] for package in packages]


def with_libraries(*packages):
    """Unpack packages and, behind them, the libraries that these need, as download_all() does."""
    foreign = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout != "arm64\n"
    # Without the right architecture's name, a package is one of data.
    depends = re.compile(rf"Depends: ((?:lib|zlib)[^ :]*){':arm64' if foreign else ''}$", re.M)
    found, level = list(packages), list(packages)
    while level:
        text = subprocess.run(["apt-cache", "depends", *(package + ":arm64" for package in level)], capture_output=True,
                              text=True, check=True).stdout
        level = sorted(set(depends.findall(text)) - set(found))
        found += level
    return download_all(*found)


def download(package):
    return download_all(package)[0]


def download_busybox():
    """The program: in /bin of Debian 12, in /usr/bin of Debian 13."""
    return next(download("busybox-static").glob("**/bin/busybox"))


def kernel_package(flavour):
    """The package that linux-image-FLAVOUR depends on today."""
    text = subprocess.run(["apt-cache", "depends", f"linux-image-{flavour}:arm64"], capture_output=True, text=True,
                          check=True).stdout
    return re.search(rf"linux-image-[0-9][0-9a-z.+-]*-{flavour}", text).group(0)


def modules(root, *names):
    found = {path.name.split(".")[0]: path for top in ("lib", "usr/lib") for path in root.glob(f"{top}/modules/**/*.ko*")}
    return [found[name] for name in names if name in found]


def archive(tree):
    """An archive without compression, which an emulated CPU unpacks faster."""
    listing = b"\0".join(str(p.relative_to(tree)).encode() for p in sorted(tree.rglob("*")))
    return subprocess.run(["cpio", "-0", "-o", "-H", "newc", "--quiet"], input=listing, cwd=tree,
                          stdout=subprocess.PIPE, check=True).stdout


def cpio(tree, out):
    out.write_bytes(gzip.compress(archive(tree), 1))


def base_tree(tree, busybox, kernel_modules):
    shutil.rmtree(tree, ignore_errors=True)
    for name in ("bin", "proc", "sys", "dev", "t", "tmp", "lib"):
        (tree / name).mkdir(parents=True)
    shutil.copy(busybox, tree / "bin/busybox")
    for applet in APPLETS:
        (tree / "bin" / applet).symlink_to("busybox")
    for n, path in enumerate(kernel_modules):
        # Debian 13 compresses modules; busybox loads plain ones.
        content = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        (tree / f"lib/{n:02}-{path.name.removesuffix('.xz')}").write_bytes(content)


MOUNTS = """#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for m in /lib/*.ko; do insmod $m; done
"""

GUEST_INIT = MOUNTS + """
echo "Welcome to ViMo-S guest"
echo "cpus online: $(nproc)"
case "$(cat /proc/cmdline)" in
*test=poweroff*) poweroff -f;;
*test=reboot*) reboot -f;;
*test=count*) i=0; while [ $i -lt 20 ]; do i=$((i + 1)); n=0; while [ $n -lt 2000 ]; do n=$((n + 1)); done; echo "count $i"; done; poweroff -f;;
esac
exec sh </dev/ttyAMA0 >/dev/ttyAMA0 2>&1
"""

# In hundredths of a second.
NOW = """now() { read -r up rest </proc/uptime; echo ${up%.*}${up#*.}; }
since() { t=$(($(now) - $1)); echo $((t / 100)).$((t % 100 / 10)); }
"""

DOM0_INIT = MOUNTS + """
echo "DOM0 INIT OK"
sh /t/script
echo "SCRIPT END"
poweroff -f
"""


class Bench:
    guest_mib = GUEST_MIB

    def __init__(self, args):
        self.args = args
        self.work = Path(args.work)
        self.work.mkdir(parents=True, exist_ok=True)
        busybox = download_busybox()
        self.dom0 = download(kernel_package("arm64"))
        self.guest = download(kernel_package("cloud-arm64"))
        self.dom0_kernel = next(self.dom0.glob("boot/vmlinuz-*"))
        self.guest_kernel = next(self.guest.glob("boot/vmlinuz-*"))
        self.programs()
        bare.build(args.cc, self.work / "bareguest", bare.TEST_GUEST)
        self.guest_initrd(busybox)
        self.busybox = busybox

    def programs(self):
        sources = [(HERE / name, PARTS.get(name, ())) for name in PROGRAMS]
        sources += [(HERE.parent / "unit/backends" / name, extra) for name, extra in SHARED.items()]
        for path, extra in sources:
            command(*self.args.cc.split(), "-O2", "-g", "-Wall", "-Wextra", "-static", f"-I{TOP}/include", f"-I{HERE}",
                    "-o", self.work / path.name, path.with_suffix(".c"), *extra)

    def guest_initrd(self, busybox):
        tree = self.work / "guest"
        base_tree(tree, busybox, [])
        write_program(tree / "init", GUEST_INIT)
        cpio(tree, self.work / "guest.initrd")

    def dom0_initrd(self, machine):
        tree = self.work / f"dom0-{machine.name}"
        base_tree(tree, self.busybox, modules(self.dom0, "virtio_mmio", "virtio_blk", *(EXT4 if machine.drives else ()),
                                              *(PCI if machine.pci else ())))
        shutil.copy(self.args.module, tree / "t/vimo.ko")
        (machine.fill or module_tree)(self, machine, tree)
        (tree / "t/script").write_text(script(machine))
        write_program(tree / "init", DOM0_INIT)
        out = self.work / f"{machine.name}.initrd"
        out.write_bytes(archive(tree))
        return out

    def dom0_of(self, machine):
        """Kernel, initrd, command line and first disks of dom0."""
        # Without kpti=off each system call empties QEMU's TLB. quickstart boots dom0 with Linux's defaults.
        if not machine.kit:
            bootargs = f"console={machine.console} quiet panic=-1 kpti=off {machine.dom0_options}"
            return self.dom0_kernel, self.dom0_initrd(machine), bootargs, []
        image = Path(self.args.dom0)
        return image / "dom0-kernel", image / "dom0-initrd", f"{console.BOOTARGS} kpti=off", [image / "dom0.ext4", machine.kit(self)]

    def board(self, machine):
        """QEMU's words for another machine than "virt"."""
        kernel, initrd, bootargs, _ = self.dom0_of(machine)
        words = ["qemu-system-aarch64", "-M", machine.board, "-smp", str(machine.cpus), "-m", machine.memory, "-nic", "none",
                 "-display", "none", "-monitor", "none", "-audiodev", "none,id=none", "-serial", "stdio",
                 "-kernel", self.args.image, "-append", machine.options or "dom0_mem=640M"]
        tree = self.work / f"{machine.name}.dtb"
        command(HERE / "boarddtb", machine.name, kernel, initrd, bootargs, tree)
        return words + ["-dtb", str(tree), "-device", f"loader,file={kernel},addr=0x4a000000,force-raw=on",
                        "-device", f"loader,file={initrd},addr=0x50000000,force-raw=on"]

    def qemu(self, machine):
        if machine.board:
            return self.board(machine)
        kernel, initrd, bootargs, disks = self.dom0_of(machine)
        words = ["qemu-system-aarch64", "-M", f"virt,virtualization=on,gic-version={machine.gic}", "-cpu", machine.cpu,
                 "-smp", str(machine.cpus), "-m", machine.memory, "-nic", "none", "-display", "none", "-monitor", "none",
                 "-serial", "stdio"]
        if machine.bare:
            words[2] = f"virt,gic-version={machine.gic}"
            words += ["-kernel", str(kernel), "-initrd", str(initrd), "-append", bootargs]
        else:
            dom0_mib = 1024 if machine.kit else 640
            words += ["-kernel", self.args.image, "-append", machine.options or f"dom0_mem={dom0_mib}M",
                      "-device", f"guest-loader,addr=0x4a000000,kernel={kernel},bootargs={bootargs}",
                      "-device", f"guest-loader,addr=0x50000000,initrd={initrd}"]
        drives = [f"file={disk},snapshot=on" for disk in disks]
        drives += [f"file={disk},cache=none" for disk in self.disks_of(machine)]
        # The last one comes first in QEMU's device tree: Linux calls it vda.
        for n, drive in reversed(list(enumerate(drives))):
            large = machine.large_blocks and drive.startswith(f"file={self.work / machine.name}.drive0,")
            size = ",logical_block_size=4096,physical_block_size=4096" if large else ""
            words += ["-drive", f"{drive},format=raw,if=none,id=d{n}", "-device", f"virtio-blk-device,drive=d{n}{size}"]
        return words + (self.pci_of(machine) if machine.pci else [])

    def pci_of(self, machine):
        disk = self.work / f"{machine.name}.nvme"
        shutil.copy(self.work / f"{machine.name}.disk0", disk)
        return ["-drive", f"file={disk},format=raw,if=none,id=nvme", "-device", "nvme,drive=nvme,serial=vimo",
                "-netdev", "user,id=net0,restrict=on", "-device", "e1000e,netdev=net0,romfile=",
                "-netdev", "user,id=net1,restrict=on", "-device", "virtio-net-pci,netdev=net1,romfile="]

    def disks_of(self, machine):
        for n in range(2 if machine.disks else 0):
            disk = self.work / f"{machine.name}.disk{n}"
            disk.write_bytes(os.urandom(1 << 20) if n == 0 else bytes(1 << 20))
            yield disk
        for n, (mib, kind) in enumerate(machine.drives):
            disk = self.work / f"{machine.name}.drive{n}"
            disk.unlink(missing_ok=True)
            with disk.open("wb") as file:
                file.truncate(mib << 20)
            if kind:
                files = ("-d", kind(self)) if callable(kind) else ()
                blocks = ("-b", "4096") if machine.large_blocks else ()
                command("mke2fs", "-q", "-t", "ext4", *blocks, *files, disk)
            yield disk

    def boot(self, machine, words, cpu):
        """Run QEMU until it ends; how it ended. Its console goes to a log, and its CPU seconds to cpu."""
        with (self.work / f"{machine.name}.log").open("w", encoding="utf-8") as log:
            qemu = console.Machine(words, log)
            try:
                if machine.kit:
                    qemu.wait("dom0's shell", [console.DOM0_PROMPT], machine.timeout)
                    qemu.type(f"mkdir /t; mount /dev/vdb /t && exec /t/bin/busybox sh /t/{machine.name}")
                ends = time.monotonic() + machine.timeout
                while qemu.console.expect([pexpect.EOF, MARK, SCRIPT_END], timeout=ends - time.monotonic(), searchwindowsize=200):
                    kind, name = qemu.console.match.groups() or ("@@", "")
                    now = cpu_seconds(qemu.console.pid)
                    cpu[name] = now - cpu.get(name, 0) if kind == "@@" else now
                return "ended early"
            except console.Failed as why:
                return f"failed: {why}"
            except pexpect.TIMEOUT:
                return f"still ran after {machine.timeout} s"
            finally:
                qemu.close()

    def run(self, machine, words):
        """Boot it with qemu()'s words, and report its checks."""
        begun, cpu = time.monotonic(), {}
        ended = self.boot(machine, words, cpu)
        if not machine.kit:
            (self.work / f"{machine.name}.initrd").unlink()  # it is as large as its tree, which stays
        print(f"{machine.name}: {time.monotonic() - begun:.0f} s, CPU {cpu.get('', 0):.0f} s", flush=True)
        log = self.work / f"{machine.name}.log"
        # A guest's prompt can stand before it on the line.
        results = {name: (code, seconds) for name, code, seconds in
                   re.findall(r"@@ (\S+) (\d+) ([\d.]+)\r?$", log.read_text(errors="replace"), re.M)}
        for name, _ in machine.checks:
            code, seconds = results.get(name, (None, None))
            report(f"{machine.name}:{name}", f"{seconds} s, CPU {cpu.get(name, 0):.1f} s", None if code == "0" else
                   f"exit {code}, see {log}" if code else f"no result, the machine {ended}, see {log}")
        if machine.prints:
            found = re.search(machine.prints, log.read_text(errors="replace"))
            report(f"{machine.name}:el2-prints", "0 s", None if found else f"no match of {machine.prints} in {log}")


def cpu_seconds(pid):
    """CPU time that the process took so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def module_tree(bench, machine, tree):
    """What tests of the bare module need in dom0: programs, and a guest for bootguest."""
    for name in PROGRAMS:
        shutil.copy(bench.work / name, tree / "t" / name)
    shutil.copy(bench.guest_kernel, tree / "t/Image")
    shutil.copy(bench.work / "bareguest", tree / "t/bareguest")
    shutil.copy(bench.work / "guest.initrd", tree / "t/initrd")
    size = (bench.work / "guest.initrd").stat().st_size
    arguments = {test: f"console=ttyAMA0 quiet test={test}" for test in ("shell", "poweroff", "reboot", "count")}
    arguments["panic"] = "console=ttyAMA0 quiet rdinit=/none panic=-1"
    arguments |= {f"bare-{group}": f"groups={group}" for group in bare.GROUPS}
    for test, words in arguments.items():
        for vcpus in (1, 2, 4):
            command(HERE / "guestdtb", str(min(machine.gic, 3)), str(vcpus), str(bench.guest_mib), str(size), words,
                    tree / f"t/{test}.{vcpus}.dtb")


def write_program(path, text):
    path.write_text(text)
    path.chmod(0o755)


def script(machine):
    """Shell that runs the checks; after each a line with its name, its exit code and the seconds that it took."""
    lines = [NOW, f"ROUNDS={ROUNDS}", machine.preamble]
    for name, shell in machine.checks:
        # A guest's last words may lack a newline.
        lines.append(f"begun=$(now)\necho '== {name}'\n( {shell} ); code=$?\n"
                     f"echo; echo \"@@ {name} $code $(since $begun)\"")
    return "\n".join(lines) + "\n"


FAILURES = 0


def report(name, took, why):
    global FAILURES
    FAILURES += why is not None
    print(f"PASS {name} ({took})" if why is None else f"FAIL {name}: {why}", flush=True)
