# SPDX-License-Identifier: GPL-2.0-or-later
"""bare.py - build bare guest programs; the groups of the test guest."""
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
GROUPS = sorted(path.stem for path in HERE.glob("cases/*.c"))
TEST_GUEST = sorted(HERE.glob("lib/*.[cS]")) + sorted(HERE.glob("cases/*.c"))


def build(cc, out, sources, flags=()):
    """A raw arm64 Image; its path."""
    words = cc.split()
    elf = out.with_name(out.name + ".elf")
    subprocess.run([*words, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-ffreestanding", "-fno-pic", "-fno-pie", "-no-pie",
                    "-mgeneral-regs-only", "-mno-outline-atomics", "-mstrict-align", "-fno-stack-protector", "-nostdlib", "-static",
                    "-Wl,--build-id=none", "-Wl,--no-warn-rwx-segments", f"-Wl,-T,{HERE}/bare.lds",
                    f"-I{TOP}/include", f"-I{HERE}", *flags, "-o", elf, *sources], check=True)
    objcopy = words[0].rsplit("gcc", 1)[0] + "objcopy"
    subprocess.run([objcopy, "-O", "binary", elf, out], check=True)
    return out
