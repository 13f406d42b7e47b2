# SPDX-License-Identifier: GPL-2.0-or-later
"""peer_rows - costs of the same work under ViMo-S, KVM and Xen."""
from dataclasses import dataclass, field

from rows import figure, numbers

TARGET = 1.3    # of the better peer's instructions to ours; 1.0 is as good as it
KVM_RUNS = ("mmio", "pci")
DISK = [
    ("read-4k", "4 KiB read, one by one"),
    ("read-128k-1-kib", "128 KiB reads, one by one, for a KiB"),
    ("write-128k-1-kib", "128 KiB writes, one by one, for a KiB"),
    ("read-128k-8-kib", "128 KiB reads, 8 at once, for a KiB"),
    ("write-128k-8-kib", "128 KiB writes, 8 at once, for a KiB"),
    ("read-128k-32-kib", "128 KiB reads, 32 at once, for a KiB"),
    ("write-128k-32-kib", "128 KiB writes, 32 at once, for a KiB"),
]
NETWORK = [
    ("udp-trip", "UDP round trip"),
    ("tcp-trip", "TCP round trip"),
    ("tcp-send-kib", "TCP stream to the host, for a KiB"),
    ("tcp-receive-kib", "TCP stream from the host, for a KiB"),
]
# Prefix of the guest's lines, prefix of the key, suffix of the name, figures.
GROUPS = [("disk: ", "disk", "", DISK), ("none-disk: ", "disk-none", ", no scheduler", DISK),
          ("net: ", "net", "", NETWORK)]


@dataclass
class Comparison:
    """Instructions of all layers, and exits of a request or a packet where they are counted."""
    key: str
    name: str
    vimo: float | None
    kvm: dict = field(default_factory=dict)     # {run: instructions}
    xen: float | None = None
    vimo_exits: float | None = None
    kvm_exits: dict = field(default_factory=dict)
    ratio: float | None = field(init=False, default=None)   # the better peer's instructions to ours: more is better

    def __post_init__(self):
        run = self.best_kvm()
        if None not in (self.vimo, run, self.xen):
            self.ratio = min(self.kvm[run], self.xen) / self.vimo

    def best_kvm(self):
        return min(self.kvm, key=self.kvm.get) if len(self.kvm) == len(KVM_RUNS) else None

    def verdict(self):
        if self.ratio is None:
            return "MISSING"
        return "ok" if self.ratio >= TARGET else "even" if self.ratio >= 1 else "BEHIND"


def exits_key(key):
    return (key[:-4] if key.endswith("-kib") else key) + "-exits"


def compare(vimo, kvm, xen):
    for prefix, start, end, figures in GROUPS:
        ours, theirs = numbers(vimo, f"^peer: {prefix}"), numbers(xen, f"^peer: {prefix}")
        runs = {run: numbers(kvm, f"^{run}: {prefix}") for run in KVM_RUNS}
        for key, name in figures:
            counted = exits_key(key)
            yield Comparison(f"peers-{start}-{key}", f"{start.split('-')[0]}: {name}{end}", ours.get(key),
                             {run: found[key] for run, found in runs.items() if key in found}, theirs.get(key),
                             ours.get(counted),
                             {run: found[counted] for run, found in runs.items() if counted in found})


def show(rows):
    print(f"{'':58}{'ViMo-S':>10}{'KVM':>10}{'Xen':>10}{'ratio':>8}  {'':8}exits of ViMo-S, KVM")
    for row in rows:
        run = row.best_kvm()
        exits = ", ".join(figure(value, "exits") for value in (row.vimo_exits, row.kvm_exits.get(run)))
        print(f"{row.name:58}{figure(row.vimo, ''):>10}{figure(row.kvm.get(run), ''):>10}{figure(row.xen, ''):>10}"
              f"{'-' if row.ratio is None else f'{row.ratio:.2f}':>8}  {row.verdict():8}{exits} ({run})")
    count = {verdict: sum(row.verdict() == verdict for row in rows) for verdict in ("ok", "even", "BEHIND", "MISSING")}
    print(f"{len(rows)} figures: {count['ok']} at {TARGET} times the better peer or more, {count['even']} as good, "
          f"{count['BEHIND']} behind, {count['MISSING']} missing")
