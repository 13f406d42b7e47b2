# SPDX-License-Identifier: GPL-2.0-or-later
"""machine.py - ViMo-S and dom0 in QEMU, and commands at dom0's console."""
import re
import time

import pexpect

DOM0_PROMPT = r"root@vimo-dom0:\S*# "
BOOTARGS = "root=/dev/vda rw console=ttyAMA0 quiet systemd.show_status=false"
NO_SCHEDULER = 'grep -F "[none]" /sys/block/vda/queue/scheduler'
STARTED = time.monotonic()


class Failed(Exception):
    pass


def report(text):
    print(f"boot: {text} ({time.monotonic() - STARTED:.0f}s)", flush=True)


def qemu(image, directory, memory, dom0_memory, disks):
    command = ["qemu-system-aarch64",
               "-M", "virt,virtualization=on,gic-version=3", "-cpu", "cortex-a57", "-smp", "2", "-m", memory,
               "-nic", "none", "-display", "none", "-serial", "mon:stdio",
               "-kernel", image, "-append", f"dom0_mem={dom0_memory}",
               "-device", f"guest-loader,addr=0x4a000000,kernel={directory}/dom0-kernel,bootargs={BOOTARGS}",
               "-device", f"guest-loader,addr=0x50000000,initrd={directory}/dom0-initrd"]
    # The machine's last virtio slot comes first in its device tree: Linux calls the last disk vda.
    for disk in reversed(disks):
        command += ["-drive", f"file={directory}/{disk},format=raw,if=none,id={disk.partition('.')[0]},snapshot=on",
                    "-device", f"virtio-blk-device,drive={disk.partition('.')[0]}"]
    return command


PATIENCE = 4  # limits are for an idle computer, and only end what hangs


class Machine:
    def __init__(self, command, log):
        self.console = pexpect.spawn(command[0], command[1:], encoding="utf-8", codec_errors="replace", timeout=300)
        self.console.logfile_read = log

    def close(self):
        self.console.close(force=True)

    def type(self, line):
        self.console.sendline(line)

    def wait(self, what, patterns, timeout):
        """Index of the pattern that matched. The first is the expected output, the others are errors."""
        timeout *= PATIENCE
        try:
            return self.console.expect(patterns, timeout=timeout)
        except pexpect.TIMEOUT:
            raise Failed(f"{what}: no output for {timeout} s") from None
        except pexpect.EOF:
            raise Failed(f"{what}: QEMU ended") from None

    def text(self):
        """The text that the last wait() matched."""
        return self.console.after

    def run(self, what, command, timeout=60):
        """Run a command in dom0's shell and return its output."""
        # The terminal echoes the command: the patterns below match its output only.
        self.type(f"echo beg''in; {command}; echo done=$?")
        self.wait(what, [r"\bbegin\r+\n"], timeout)
        self.wait(what, [r"\bdone=(\d+)\r+\n"], timeout)
        output, code = self.console.before.strip(), int(self.console.match.group(1))
        self.wait(what, [DOM0_PROMPT], 30)
        output = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", output)
        if code:
            raise Failed(f"{what} failed ({code}): {command}\n{output}")
        return output

    def start_dom0(self):
        report("waiting for dom0")
        self.wait("dom0's shell", [DOM0_PROMPT], 300)
        report("waiting for vimod.service")
        try:
            self.run("vimod.service", "for n in $(seq 360); do systemctl -q is-active vimod && break; sleep 1; done; "
                     "test -e /run/systemd/system && systemctl -q is-active vimod", 180)
        except Failed as why:
            status = self.run("its status", "systemctl --no-pager status vimod; journalctl --no-pager -n 20 -u vimod")
            raise Failed(f"vimod.service did not start:\n{status}") from why

    def hand_over(self, greeting):
        print(greeting, end="", flush=True)
        self.console.logfile_read = None
        self.console.interact(escape_character=None)
