# SPDX-License-Identifier: GPL-2.0-or-later
"""rows - figures from the machines' output, beside their targets."""
import json
import re
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import fmean, stdev

INSTRUCTIONS_A_TICK = 16   # -icount shift=0: 1 ns an instruction; QEMU's counter runs at 62.5 MHz
EXITS = [  # name in trapcost's lines, text, target
    ("hypercall", "hypercall answered at EL2 (PSCI_VERSION)", 150),
    ("id-register", "trapped ID register read", 200),
    ("gicd-typer-read", "GICD_TYPER read", 300),
    ("gicd-isenabler-read", "GICD_ISENABLER read", 350),
    ("gicd-ipriorityr-write", "GICD_IPRIORITYR write", 350),
    ("device-register-read", "device register served by vimo-dm (RTC)", 6000),
    ("virtio-read", "VirtIO register read (no exit)", 20),
    ("doorbell", "VirtIO doorbell, the exit", 300),
    ("doorbell-first", "VirtIO doorbell that wakes vimo-dm", None),
    ("virtio-ack", "VirtIO interrupt acknowledge", 300),
    ("self-ipi-to-handler", "IPI to itself, send to handler", 900),
    ("self-ipi-to-resume", "IPI to itself, send to resume", 1150),
    ("timer-lateness", "timer 50 us ahead, lateness at the handler", 1000),
]
MODELS = ("cortex-a72", "neoverse-n1")  # whose exits are shown beside, with the mitigations that each needs
LATENCIES = ("syscall", "read", "write", "stat", "fstat", "open-close", "prot-fault", "pipe")
DISK = [  # name in disk.c's lines, text, target, unit
    ("read-4k", "disk: 4 KiB read, one by one", None, "instructions"),
    ("read-4k-exits", "disk: exits for such a read", 2, "exits"),
    ("read-128k-1-kib", "disk: 128 KiB reads, one by one, for a KiB", None, "instructions"),
    ("read-128k-1-exits", "disk: exits for such a read", 2, "exits"),
    ("write-128k-1-kib", "disk: 128 KiB writes, one by one, for a KiB", None, "instructions"),
    ("write-128k-1-exits", "disk: exits for such a write", 2, "exits"),
    ("read-128k-8-kib", "disk: 128 KiB reads, 8 at once, for a KiB", None, "instructions"),
    ("read-128k-8-exits", "disk: exits for such a read", None, "exits"),
    ("write-128k-8-kib", "disk: 128 KiB writes, 8 at once, for a KiB", None, "instructions"),
    ("write-128k-8-exits", "disk: exits for such a write", None, "exits"),
    ("read-128k-32-kib", "disk: 128 KiB reads, 32 at once, for a KiB", None, "instructions"),
    ("read-128k-32-exits", "disk: exits for such a read", 0.1, "exits"),
    ("write-128k-32-kib", "disk: 128 KiB writes, 32 at once, for a KiB", None, "instructions"),
    ("write-128k-32-exits", "disk: exits for such a write", 0.1, "exits"),
]
NETWORK = [
    ("udp-trip", "network: UDP round trip to dom0", None, "instructions"),
    ("udp-trip-exits", "network: exits for each of its packets", 2, "exits"),
    ("tcp-trip", "network: TCP round trip to dom0", None, "instructions"),
    ("tcp-trip-exits", "network: exits for each of its packets", 2, "exits"),
    ("tcp-send-kib", "network: TCP stream to dom0, for a KiB", None, "instructions"),
    ("tcp-send-exits", "network: exits for each of its packets", 0.1, "exits"),
    ("tcp-receive-kib", "network: TCP stream from dom0, for a KiB", None, "instructions"),
    ("tcp-receive-exits", "network: exits for each of its packets", 0.1, "exits"),
]
SEGMENT = 1448             # of TCP, in a packet of 1,500 bytes
CREATE_TARGET = 30_000_000
IMAGE_TARGET = 192 << 10
MEMORY_TARGET = 1 << 20
LINES_TARGET = 12_000
PRIVATE_TARGET = 4096       # KiB
BOOT_TARGET = 1.01
LATENCY_TARGET = 1.005


@dataclass
class Row:
    key: str
    name: str
    measured: float | None   # None: the machine did not say
    target: float | None     # None: only to know
    unit: str = "instructions"
    note: str = ""
    models: dict = field(default_factory=dict)  # measured, on other CPU models
    error: float | None = None   # standard error of the mean; None: one run

    def verdict(self):
        if self.measured is None or None in self.models.values():
            return "MISSING"
        if self.target is None:
            return ""
        # Reading the counter causes some exits itself: less than a hundredth of an exit counts as none.
        measured = round(self.measured, 2) if self.unit == "exits" else self.measured
        return "ok" if measured <= self.target else "OVER"


def mean(runs):
    """One row of the same row of several runs; the note is the first run's."""
    measured = [row.measured for row in runs]
    if None in measured or len(measured) == 1:
        return replace(runs[0], measured=None if None in measured else measured[0])
    return replace(runs[0], measured=fmean(measured), error=stdev(measured) / len(measured) ** 0.5)


def numbers(text, prefix, name=r"\S+"):
    """{name: value} of the lines "PREFIX name value"."""
    return {key: float(value) for key, value in re.findall(rf"{prefix}({name}) ([0-9.]+)$", text, re.M)}


def counter(text, prefix, name):
    """The last counter value that PREFIX printed for the name, in instructions."""
    found = re.findall(rf"^{prefix}bench: {name} ([0-9a-f]{{16}})$", text, re.M)
    return int(found[-1], 16) * INSTRUCTIONS_A_TICK if found else None


def exits(vimo, bare, logs):
    """logs: of each of MODELS."""
    measured, without = numbers(vimo, "linux: .*trapcost: "), numbers(bare, "trapcost: ")
    others = {model: numbers(log, "linux: .*trapcost: ") for model, log in logs.items()}
    for key, name, target in EXITS:
        models = {model: found.get(key) for model, found in others.items()}
        notes = [f"{model} {figure(value, 'instructions')}" for model, value in models.items()]
        if key in without:
            notes.append(f"bare Linux {without[key]:,.0f}")
        yield Row(key, name, measured.get(key), target, note=", ".join(notes), models=models)


def create(vimo):
    def cost(guest):
        start, entry = counter(vimo, f"{guest}: ", "create"), counter(vimo, f"{guest}: ", "entry")
        return None if start is None or entry is None else entry - start

    small = [cost(f"small{n}") for n in (1, 2, 3)]
    note = "first, second, third: " + ", ".join("-" if n is None else f"{n / 1e6:.1f}M" for n in small)
    yield Row("create", "vimoctl create to the guest's first instruction", None if None in small else max(small),
              CREATE_TARGET, note=note)
    yield Row("create-32mib", "the same with an image of 32 MiB, copying in", cost("large"), None)


def ratio(key, name, measured, bare, target):
    if measured is None or bare is None:
        return Row(key, name, None, target, "ratio")
    return Row(key, name, measured / bare, target, "ratio", f"{measured:,.1f} / {bare:,.1f}")


def boots(vimo, bare_guest, bare_dom0):
    def from_entry(text, prefix):
        entry, init = counter(text, prefix, "kernel-entry"), counter(text, prefix, "init")
        return None if entry is None or init is None else (init - entry) / 1e6

    def from_reset(text):
        init = counter(text, "", "init")
        return None if init is None else init / 1e6

    yield ratio("boot-guest", "guest's kernel entry to init / bare Linux", from_entry(vimo, "linux: "),
                from_entry(bare_guest, ""), BOOT_TARGET)
    yield ratio("boot-dom0", "reset to dom0's init / bare Linux", from_reset(vimo), from_reset(bare_dom0), None)


def latencies(vimo, bare_guest, bare_dom0):
    for domain, prefix, bare in (("guest", "linux: ", bare_guest), ("dom0", "", bare_dom0)):
        measured, without = numbers(vimo, f"^{prefix}lat: "), numbers(bare, "^lat: ")
        for name in LATENCIES:
            yield ratio(f"{domain}-{name}", f"{domain}: {name} / bare Linux", measured.get(name), without.get(name),
                        LATENCY_TARGET)


def all_exits(measured, key):
    """For a row of exits: those of the guest's WFI and dom0's interrupts."""
    count = measured.get(key.replace("-exits", "-all-exits"))
    return f"{count:.3f} with WFI and interrupts" if key.endswith("-exits") and count else ""


def devices(vimo):
    """A guest's disk, beside dom0's own use of the same disk, and its network."""
    measured, dom0 = numbers(vimo, "^io: disk: "), numbers(vimo, "^dom0: disk: ")
    for key, name, target, unit in DISK:
        note = f"dom0 itself {dom0[key]:,.0f}" if key in dom0 else all_exits(measured, key)
        yield Row(f"disk-{key}", name, measured.get(key), target, unit, note)
    measured = numbers(vimo, "^io: net: ")
    for key, name, target, unit in NETWORK:
        count = measured.get(key.replace("-exits", "-packets"))
        note = all_exits(measured, key)
        if key.endswith("-exits") and count and key in measured:
            segments = measured["stream-kib"] * 1024 / SEGMENT
            note += f"; {measured[key] * count / segments:.3f} for each {SEGMENT:,} bytes"
        yield Row(f"net-{key}", name, measured.get(key), target, unit, note)


def lines_of_code(top):
    """Lines of EL2 that hold more than comments and blanks."""
    count = 0
    for path in Path(top).glob("hypervisor/**/*.[chS]"):
        text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), path.read_text(), flags=re.S)
        count += sum(1 for line in text.splitlines() if line.split("//")[0].strip())
    return count


def sizes(vimo, image, top):
    memory = re.findall(r"EL2 memory apart from page tables: (\d+) bytes", vimo)
    yield Row("el2-image", "EL2 image", Path(image).stat().st_size, IMAGE_TARGET, "bytes")
    yield Row("el2-memory", "EL2 memory apart from page tables", int(memory[-1]) if memory else None, MEMORY_TARGET,
              "bytes")
    private = re.findall(r"^vimo-dm: private (\d+)$", vimo, re.M)
    yield Row("dm-private", "private memory of an idle guest in dom0", int(private[-1]) if private else None,
              PRIVATE_TARGET, "KiB")
    yield Row("el2-lines", "EL2 lines of code", lines_of_code(top), LINES_TARGET, "lines")


def figure(value, unit):
    if value is None:
        return "-"
    return f"{value:.4f}" if unit == "ratio" else f"{value:.3f}" if unit == "exits" else f"{value:,.0f}"


def show(rows):
    print(f"{'':48}{'measured':>14}{'':8}{'target':>14}  {'':8}")
    for row in rows:
        error = f" +-{row.error / row.measured:.1%}" if row.error and row.measured else ""
        print(f"{row.name:48}{figure(row.measured, row.unit):>14}{error:8}{figure(row.target, row.unit):>14}  "
              f"{row.verdict():8}{row.note}".rstrip())
    over = sum(row.verdict() == "OVER" for row in rows)
    missing = sum(row.verdict() == "MISSING" for row in rows)
    print(f"{len(rows)} figures, {over} over their target, {missing} missing")


def save(rows, path):
    Path(path).write_text(json.dumps([asdict(row) | {"verdict": row.verdict()} for row in rows], indent=1) + "\n")
