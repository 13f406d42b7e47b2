# SPDX-License-Identifier: GPL-2.0-or-later
"""debian_guests.py - two Debian guests on dom0's bridge, their network and their disks."""
import re

from machine import NO_SCHEDULER, Failed, report

GUESTS = ("debian1", "debian2")
BOOT_LIMIT = 600  # seconds that systemd may take in an emulated guest
GUEST_PROMPT = r"root@debian\d:\S*# "


def prepare(machine):
    """Make the guests' disks. Return: their configuration files."""
    machine.run("their folder", "for n in $(seq 60); do mountpoint -q /var/lib/vimo/debian && break; sleep 1; done; "
                "mountpoint /var/lib/vimo/debian", 120)
    files = []
    for number, name in enumerate(GUESTS, 1):
        report(f"debian-guest {number}: a disk for {name}")
        files.append(machine.run(f"{name}'s disk", f"debian-guest {number}", 300).splitlines()[-1])
    return files


def ssh(name, command):
    return f"ssh -o BatchMode=yes -o ConnectTimeout=60 {name} '{command}'"


def await_guests(machine):
    for name in GUESTS:
        report(f"waiting for {name}'s address")
        reached = f"ping -q -c 1 -W 1 {name} >/dev/null"
        # One round takes two to five seconds.
        wait = f"end=$((SECONDS + {BOOT_LIMIT})); until {reached}; do [ $SECONDS -lt $end ] || break; sleep 1; done"
        try:
            machine.run(f"{name}'s address", f"{wait}; {reached}", BOOT_LIMIT + 60)
        except Failed as why:
            facts = machine.run("dom0's view",
                                f"vimoctl list; ip -br addr; bridge link; tail -n 15 /var/log/vimo/{name}.*.log")
            raise Failed(f"{name} does not answer at its address\n{facts}") from why
    for name in GUESTS:
        report(f"waiting for {name}'s sshd, and its systemd")
        machine.run(f"ssh {name}", f"for n in $(seq 60); do {ssh(name, 'true')} 2>/dev/null && break; sleep 2; done; "
                    + ssh(name, "hostname"), 300)
        # The command fails and lists them when units of the guest have failed.
        state = machine.run(f"{name}'s systemd", ssh(name, "systemctl is-system-running --wait || "
                                                     "{ systemctl --no-pager --failed; exit 1; }"), BOOT_LIMIT)
        facts = machine.run("its kernel", ssh(name, "uname -srm; ip -br -4 addr show eth0"))
        report(f"{name} is {state.splitlines()[-1]}: " + re.sub(r" +", " ", facts.replace("\n", ", ")))


def exchange_keys(machine):
    """Let debian1 log in at debian2, and read dom0's list of guests, with its own key."""
    machine.run("debian1's key", ssh("debian1", 'ssh-keygen -q -t ed25519 -N "" -f .ssh/id_ed25519'))
    machine.run("debian1's key", ssh("debian1", "cat .ssh/id_ed25519.pub") + " >/tmp/debian1.pub")
    machine.run("debian1's key at debian2", ssh("debian2", "cat >>.ssh/authorized_keys") + " </tmp/debian1.pub")
    machine.run("debian1's key at dom0", 'echo "restrict,command=\\"vimoctl list\\" $(cat /tmp/debian1.pub)" '
                ">>/root/.ssh/authorized_keys")


def pings(machine):
    for source, target in (("dom0", "debian1"), ("dom0", "debian2"), ("debian1", "dom0"), ("debian1", "debian2"),
                           ("debian2", "debian1")):
        command = f"ping -q -i 0.2 -c 5 -W 10 {target}"
        output = machine.run(f"ping {source} to {target}", command if source == "dom0" else ssh(source, command))
        figures = re.search(r"(\d+) received.*?= [\d.]+/([\d.]+)/", output, re.DOTALL)
        if not figures:
            raise Failed(f"ping {source} to {target}:\n{output}")
        report(f"ping {source} to {target}: {figures[1]} of 5 answered, {figures[2]} ms")


def logins(machine):
    listed = machine.run("ssh debian1 to dom0", ssh("debian1", "ssh -o BatchMode=yes dom0"), 120)
    if "debian2" not in listed:
        raise Failed(f"ssh debian1 to dom0: the list of guests lacks debian2:\n{listed}")
    name = machine.run("ssh debian1 to debian2", ssh("debian1", "ssh -o BatchMode=yes debian2 hostname"), 120)
    if name.splitlines()[-1] != "debian2":
        raise Failed(f"ssh debian1 to debian2: {name}")
    report("ssh dom0 to both, debian1 to dom0, debian1 to debian2: logged in")


def throughput(machine):
    machine.run("iperf3 server on dom0", "systemd-run -q iperf3 -s")
    machine.run("iperf3 server on debian2", ssh("debian2", "systemd-run -q iperf3 -s"))
    for target in ("dom0", "debian2"):
        for option, arrow in (("", f"debian1 to {target}"), ("-R", f"{target} to debian1")):
            command = f"for n in 1 2 3 4 5; do iperf3 -c {target} -t 1 -f m {option} && break; sleep 1; done"
            output = machine.run(f"iperf3 {arrow}", ssh("debian1", command), 120)
            rates = re.findall(r"([\d.]+) Mbits/sec.*receiver", output)
            if not rates or float(rates[-1]) == 0:
                raise Failed(f"iperf3 {arrow}:\n{output}")
            report(f"iperf3 {arrow}: {rates[-1]} Mbit/s")


def disk(machine):
    job = ("fio --name=v --filename=/root/fio --size=16m --rw=randwrite --bs=64k --ioengine=libaio --iodepth=8 "
           "--direct=1 --verify=crc32c --fsync=16 --minimal")
    machine.run("fio on debian1's disk", ssh("debian1", f"{job} >/dev/null && rm fio"), 300)
    report("fio on debian1's disk: 16 MiB written, read back and verified")
    machine.run("no I/O scheduler on debian1's disk", ssh("debian1", NO_SCHEDULER))


def show_debian(machine, interactive):
    first, second = prepare(machine)
    report(f"vimoctl create {second}")
    machine.run("vimoctl create", f"vimoctl create {second}", 120)
    if interactive:
        report(f"vimoctl create -c {first}: Debian's start takes some minutes in an emulator")
        machine.type(f"vimoctl create -c {first}")
        if machine.wait("the guest's shell", [GUEST_PROMPT, r"vimoctl: [^\r\n]*"], BOOT_LIMIT):
            raise Failed(machine.text())
        report("this is debian1's console: try ping debian2, ping dom0. Press Ctrl-] for dom0's shell (there: vimoctl "
               "list, ssh debian2), Ctrl-A X to end QEMU")
        machine.hand_over("\n" + machine.text())
        return
    report(f"vimoctl create {first}")
    machine.run("vimoctl create", f"vimoctl create {first}", 120)
    await_guests(machine)
    exchange_keys(machine)
    pings(machine)
    logins(machine)
    throughput(machine)
    disk(machine)
    print(machine.run("vimoctl list", "vimoctl list"))
