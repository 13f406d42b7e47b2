# SPDX-License-Identifier: GPL-2.0-or-later
"""harness.py - dom0 and guests out of Debian's packages, machines out of QEMU, and one line a check."""
import gzip
import os
import re
import shutil
import subprocess
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
CACHE = Path(os.environ.get("VIMO_CACHE") or
             Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vimo-s")
PROGRAMS = ("moduleapi", "eventfds", "odirect", "memoryfd", "diskfile", "ioreqstorm", "bellstorm", "bootguest", "diskcheck", "vsockcheck", "fscheck",
            "dnsanswer")
# Of the unit tests, and what else they are made of.
SHARED = {"vhostswitch": ("-D_GNU_SOURCE", f"-I{TOP}/backends", TOP / "backends/virtio/packed.c",
                          TOP / "backends/virtio/split.c", TOP / "backends/virtio/virtqueue.c")}
APPLETS = ("sh mount umount insmod rmmod lsmod ls cat echo sleep poweroff reboot mkdir ln dmesg grep head tail "
           "dd kill wait setsid seq wc cmp sync test true false uname nproc timeout").split()
GUEST_MIB = 192
# ext4 and what it needs, in that order.
DOM0_FILE_SYSTEM = ("crc16", "crc32c_generic", "mbcache", "jbd2", "ext4")


@dataclass
class Machine:
    """One QEMU run: checks are (name, shell command that must exit 0)."""
    name: str
    gic: int
    cpus: int
    checks: list
    options: str = ""
    cpu: str = "cortex-a57"
    memory: str = "2G"
    bare: bool = False
    disks: bool = False
    # MiB of further disks of dom0, and what is on them: "", "ext4" (empty), or function(bench) with the files' directory.
    drives: tuple = ()
    timeout: int = 240
    fill: object = None                          # function(bench, machine, tree): what dom0 gets
    preamble: str = ""                           # shell before the first check
    expect: list = field(default_factory=list)   # (name, pattern) that the console must show


def command(*words, **kwargs):
    return subprocess.run(words, check=True, **kwargs)


def unpack(package, name):
    root = CACHE / "packages" / name
    if not (root / ".complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        root.chmod(0o777)
        command("apt-get", "-q", "download", package + ":arm64", cwd=root, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
        for deb in root.glob("*.deb"):
            command("dpkg", "-x", deb, root)
            deb.unlink()
        (root / ".complete").touch()
    return root


def download_all(*packages):
    """Unpack Debian arm64 packages into the cache; their directories. One question to apt for all: it is slow."""
    uris = subprocess.run(["apt-get", "download", "--print-uris", *(package + ":arm64" for package in packages)],
                          capture_output=True, text=True, check=True).stdout
    names = [urllib.parse.unquote(line.split()[1]) for line in uris.splitlines()]
    found = {name.split("_")[0]: name for name in names}
    return [unpack(package, found[package]) for package in packages]


def download(package):
    return download_all(package)[0]


def kernel_package(flavour):
    """The package that linux-image-FLAVOUR depends on today."""
    text = subprocess.run(["apt-cache", "depends", f"linux-image-{flavour}:arm64"], capture_output=True, text=True,
                          check=True).stdout
    return re.search(rf"linux-image-[0-9.-]+-{flavour}", text).group(0)


def modules(root, *names):
    found = {path.stem: path for path in root.glob("lib/modules/**/*.ko")}
    return [found[name] for name in names if name in found]


def archive(tree):
    """What Linux unpacks fastest: an emulated CPU takes seconds for what is compressed."""
    listing = b"\0".join(str(p.relative_to(tree)).encode() for p in sorted(tree.rglob("*")))
    return subprocess.run(["cpio", "-0", "-o", "-H", "newc", "--quiet"], input=listing, cwd=tree,
                          stdout=subprocess.PIPE, check=True).stdout


def cpio(tree, out):
    out.write_bytes(gzip.compress(archive(tree), 1))


def base_tree(tree, busybox, kernel_modules):
    shutil.rmtree(tree, ignore_errors=True)
    for name in ("bin", "proc", "sys", "dev", "t", "tmp", "lib"):
        (tree / name).mkdir(parents=True)
    shutil.copy(busybox / "bin/busybox", tree / "bin/busybox")
    for applet in APPLETS:
        (tree / "bin" / applet).symlink_to("busybox")
    for n, path in enumerate(kernel_modules):
        shutil.copy(path, tree / f"lib/{n:02}-{path.name}")


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
        busybox = download("busybox-static")
        self.dom0 = download(kernel_package("arm64"))
        self.guest = download(kernel_package("cloud-arm64"))
        self.dom0_kernel = next(self.dom0.glob("boot/vmlinuz-*"))
        self.guest_kernel = next(self.guest.glob("boot/vmlinuz-*"))
        self.programs()
        self.bare_guest("hostile", "entry.S", "hostile.c")
        self.guest_initrd(busybox)
        self.busybox = busybox

    def programs(self):
        sources = [(HERE / name, ()) for name in PROGRAMS]
        sources += [(HERE.parent / "unit/backends" / name, extra) for name, extra in SHARED.items()]
        for path, extra in sources:
            command(*self.args.cc.split(), "-O2", "-g", "-Wall", "-Wextra", "-static", f"-I{TOP}/include", f"-I{HERE}",
                    "-o", self.work / path.name, path.with_suffix(".c"), *extra)

    def bare_guest(self, name, *sources, flags=()):
        """A raw arm64 Image from tests/guest; its path."""
        guest = HERE.parent / "guest"
        cc = self.args.cc.split()
        elf = self.work / f"{name}.elf"
        command(*cc, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-ffreestanding", "-fno-pic", "-fno-pie", "-no-pie",
                "-mgeneral-regs-only", "-mstrict-align", "-fno-stack-protector", "-nostdlib", "-static",
                "-Wl,--build-id=none", "-Wl,--no-warn-rwx-segments", f"-Wl,-T,{guest}/hostile.lds",
                f"-I{TOP}/include", *flags, "-o", elf, *(guest / source for source in sources))
        objcopy = cc[0].rsplit("gcc", 1)[0] + "objcopy"
        command(objcopy, "-O", "binary", elf, self.work / name)
        return self.work / name

    def guest_initrd(self, busybox):
        tree = self.work / "guest"
        base_tree(tree, busybox, [])
        write_program(tree / "init", GUEST_INIT)
        cpio(tree, self.work / "guest.initrd")

    def dom0_initrd(self, machine):
        tree = self.work / f"dom0-{machine.name}"
        base_tree(tree, self.busybox, modules(self.dom0, "virtio_mmio", "virtio_blk", *(DOM0_FILE_SYSTEM if machine.drives else ())))
        shutil.copy(self.args.module, tree / "t/vimo.ko")
        (machine.fill or module_tree)(self, machine, tree)
        (tree / "t/script").write_text(script(machine))
        write_program(tree / "init", DOM0_INIT)
        out = self.work / f"{machine.name}.initrd"
        out.write_bytes(archive(tree))
        return out

    def qemu(self, machine):
        initrd = self.dom0_initrd(machine)
        words = ["qemu-system-aarch64", "-M", f"virt,virtualization=on,gic-version={machine.gic}", "-cpu", machine.cpu,
                 "-smp", str(machine.cpus), "-m", machine.memory, "-nic", "none", "-display", "none", "-monitor", "none",
                 "-serial", f"file:{self.work / machine.name}.log"]
        bootargs = "console=ttyAMA0 quiet panic=-1"
        if machine.bare:
            words[2] = f"virt,gic-version={machine.gic}"
            words += ["-kernel", str(self.dom0_kernel), "-initrd", str(initrd), "-append", bootargs]
        else:
            words += ["-kernel", self.args.image, "-append", machine.options or "dom0_mem=640M",
                      "-device", f"guest-loader,addr=0x4a000000,kernel={self.dom0_kernel},bootargs={bootargs}",
                      "-device", f"guest-loader,addr=0x50000000,initrd={initrd}"]
        for n in range(2 if machine.disks else 0):
            disk = self.work / f"{machine.name}.disk{n}"
            disk.write_bytes(os.urandom(1 << 20) if n == 0 else bytes(1 << 20))
            words += ["-drive", f"file={disk},format=raw,if=none,id=d{n},cache=none", "-device",
                      f"virtio-blk-device,drive=d{n}"]
        for n, (mib, kind) in enumerate(machine.drives):
            disk = self.work / f"{machine.name}.drive{n}"
            disk.unlink(missing_ok=True)
            with disk.open("wb") as file:
                file.truncate(mib << 20)
            if kind:
                files = ("-d", kind(self)) if callable(kind) else ()
                command("mke2fs", "-q", "-t", "ext4", *files, disk)
            words += ["-drive", f"file={disk},format=raw,if=none,id=e{n},cache=none", "-device",
                      f"virtio-blk-device,drive=e{n}"]
        return words

    def run(self, machine, words):
        """Boot it with qemu()'s words, and report its checks."""
        log = self.work / f"{machine.name}.log"
        log.unlink(missing_ok=True)
        begun = time.monotonic()
        try:
            subprocess.run(words, timeout=machine.timeout, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False)
            ended = "ended early"
        except subprocess.TimeoutExpired:
            ended = f"still ran after {machine.timeout} s"
        (self.work / f"{machine.name}.initrd").unlink()  # as large as its tree, which is there
        print(f"{machine.name}: {time.monotonic() - begun:.0f} s", flush=True)
        text = log.read_text(errors="replace") if log.exists() else ""
        # Not only at the start of a line: a guest's prompt may stand before it.
        results = dict(re.findall(r"@@ (\S+) (\d+)\r?$", text, re.M))
        for name, _ in machine.checks:
            code = results.get(name)
            report(f"{machine.name}:{name}", None if code == "0" else
                   f"exit {code}, see {log}" if code else f"no result, the machine {ended}, see {log}")
        for name, pattern in machine.expect:
            report(f"{machine.name}:{name}", None if re.search(pattern, text) else f"/{pattern}/ not in {log}")


def module_tree(bench, machine, tree):
    """What tests of the bare module need in dom0: programs, and a guest for bootguest."""
    for name in PROGRAMS:
        shutil.copy(bench.work / name, tree / "t" / name)
    shutil.copy(bench.guest_kernel, tree / "t/Image")
    shutil.copy(bench.work / "hostile", tree / "t/hostile")
    shutil.copy(bench.work / "guest.initrd", tree / "t/initrd")
    size = (bench.work / "guest.initrd").stat().st_size
    for test in ("shell", "poweroff", "reboot", "panic", "count"):
        for vcpus in (1, 2, 4):
            extra = "rdinit=/none panic=-1" if test == "panic" else ""
            command(HERE / "guestdtb", str(machine.gic), str(vcpus), str(bench.guest_mib), str(size),
                    f"console=ttyAMA0 quiet test={test} {extra}", tree / f"t/{test}.{vcpus}.dtb")


def write_program(path, text):
    path.write_text(text)
    path.chmod(0o755)


def script(machine):
    lines = [machine.preamble]
    for name, shell in machine.checks:
        # A guest's last words may lack a newline.
        lines.append(f"echo '== {name}'\n( {shell} ); code=$?\necho; echo \"@@ {name} $code\"")
    return "\n".join(lines) + "\n"


FAILURES = 0


def report(name, why):
    global FAILURES
    FAILURES += why is not None
    print(f"PASS {name}" if why is None else f"FAIL {name}: {why}", flush=True)
