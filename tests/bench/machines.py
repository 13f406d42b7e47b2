# SPDX-License-Identifier: GPL-2.0-or-later
"""machines - boot the images with one CPU that counts its instructions.

Seeds in the device tree and the clock are fixed, and the disk answers at once, so
that runs with the same seed number do not differ.
"""
import re
import subprocess
import sys

import images

MEMORY_MIB = 2048
GUEST_MIB = 512
DOM0_MIB = 640
# The disk answers at once, so that time passes by instructions only. A QEMU thread that waits for an eventfd would be late.
DISK = ["-blockdev", f"null-co,node-name=disk,size={256 << 20},read-zeroes=on",
        "-device", "virtio-blk-device,drive=disk", "-global", "virtio-mmio.ioeventfd=off"]
BOOTARGS = "console=ttyAMA0 quiet panic=-1"


# Failures. The other machines continue; figures without a value are missing in the table.
PROBLEMS = []


def problem(text):
    PROBLEMS.append(text)
    print(f"bench: {text}", file=sys.stderr, flush=True)


def seeds(number):
    """The cells of /chosen's seeds that stand for a number, 1 or more."""
    cells = [f"{(10 * number + n) * 0x9e3779b9 & 0xffffffff:08x}" for n in range(10)]
    return {"kaslr-seed": cells[:2], "rng-seed": cells[2:]}


def log_path(work, seed, name):
    return work / f"seed-{seed}" / f"{name}.log"


def read_log(path):
    if not path.exists():
        problem(f"{path} does not exist")
        return ""
    return path.read_text(errors="replace").replace("\r", "")


class Machines:
    """Each seed number has its own logs and device trees."""

    def __init__(self, images, seed):
        self.images, self.work, self.seed = images, images.work, seed
        self.log("vimo").parent.mkdir(exist_ok=True)

    def log(self, name):
        return log_path(self.work, self.seed, name)

    def qemu(self, name, options, mib, *words, cpu="cortex-a57"):
        return ["qemu-system-aarch64", "-M", f"virt,gic-version=3{options}", "-cpu", cpu, "-smp", "1",
                "-m", str(mib), "-nic", "none", "-display", "none", "-monitor", "none",
                "-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm",
                "-serial", f"file:{self.log(name)}", *map(str, words)]

    def seeded_tree(self, name, options, mib, *words, **more):
        """QEMU's device tree, with this number's seeds in place of random seeds."""
        out = self.log(name).with_suffix(".dtb")
        subprocess.run(self.qemu(name, f"{options},dumpdtb={out}", mib, *words, **more), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        for key, cells in seeds(self.seed).items():
            subprocess.run(["fdtput", "-t", "x", out, "/chosen", key, *cells], check=True)
        return out

    def run(self, name, end, timeout, command):
        log = self.log(name)
        log.unlink(missing_ok=True)
        print(f"bench: {name}, seed {self.seed} ...", flush=True)
        try:
            subprocess.run(command, timeout=timeout, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
            ended = "ended early"
        except subprocess.TimeoutExpired:
            ended = f"still ran after {timeout} s"
        text = read_log(log)
        if not re.search(end, text, re.M):
            problem(f"{name}, seed {self.seed}: the machine {ended}, see {log}")
        return text

    def vimo_machine(self, name, bootargs, **more):
        made = self.images
        words = ["-kernel", made.args.image, "-append", f"dom0_mem={DOM0_MIB}M", "-device",
                 f'guest-loader,addr=0x4a000000,kernel={made.dom0_kernel},bootargs={bootargs}',
                 "-device", f"guest-loader,addr=0x50000000,initrd={self.work / 'dom0.initrd'}", *DISK]
        tree = self.seeded_tree(name, ",virtualization=on", MEMORY_MIB, *words, **more)
        return self.run(name, r"^SCRIPT END", 1800,
                        self.qemu(name, ",virtualization=on", MEMORY_MIB, *words, "-dtb", tree, **more))

    def vimo(self):
        """ViMo-S, dom0 and all guests."""
        return self.vimo_machine("vimo", BOOTARGS)

    def vimo_exits(self, cpu):
        """On another CPU model: ViMo-S, dom0, and the guest that measures its exits."""
        return self.vimo_machine(f"vimo-{cpu}", f"{BOOTARGS} {images.EXITS_ONLY}", cpu=cpu)

    def bare_dom0(self):
        """dom0's kernel and files without ViMo-S."""
        words = ["-kernel", self.images.dom0_kernel, "-initrd", self.work / "dom0.initrd", "-append", BOOTARGS]
        tree = self.seeded_tree("bare-dom0", "", MEMORY_MIB, *words)
        return self.run("bare-dom0", r"^SCRIPT END", 900, self.qemu("bare-dom0", "", MEMORY_MIB, *words, "-dtb", tree))

    def bare_guest(self, vimo_log):
        """The guest's kernel, initrd and device tree, seeds included, without ViMo-S."""
        tree = self.log("guest").with_suffix(".dtb")
        dump = re.findall(r"^linux: dtb ([0-9a-f]+)$", vimo_log, re.M)
        if not dump:
            problem(f"vimo: the guest did not show its device tree, see {self.log('vimo')}")
            return ""
        tree.write_bytes(bytes.fromhex("".join(dump)))
        return self.run("bare-guest", r"^bench: done", 900, self.qemu(
            "bare-guest", "", GUEST_MIB, "-kernel", self.work / "Image", "-initrd", self.work / "bare-guest.initrd",
            "-dtb", tree))
