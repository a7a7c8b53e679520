#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""merged.py DIR MIB: what the host has merged (KSM) of the guests of MIB in DIR so far, and what it and they cost,
as lines "name value"

A guest says on its disk, from FREE_AT on, which of its pages are free: ci/guest/freemap.c.
"""
import array
import os
import pathlib
import re
import sys

KSM = pathlib.Path('/sys/kernel/mm/ksm')
FREE_AT = 1 << 30
PAGE = 4096
# Of /proc/PID/pagemap, and of /proc/kpageflags
PRESENT, FRAME = 1 << 63, (1 << 55) - 1
MERGED, ZERO = 1 << 21, 1 << 24
TICKS = os.sysconf('SC_CLK_TCK')


def cpu_seconds(pid):
    """As a user, and in the kernel."""
    words = pathlib.Path(f'/proc/{pid}/stat').read_text(encoding='utf-8').rpartition(')')[2].split()
    return (int(words[11]) + int(words[12])) / TICKS


def pid_of_ksmd():
    for path in pathlib.Path('/proc').glob('[0-9]*/comm'):
        try:
            if path.read_text(encoding='utf-8') == 'ksmd\n':
                return path.parent.name
        except OSError:
            pass
    return sys.exit('merged: this host has no ksmd')


def ram(smaps, mib):
    """Of a VM's memory, by /proc/PID/smaps: where it begins, and KiB of it in transparent huge pages."""
    begins = None
    for line in smaps:
        found = re.match('([0-9a-f]+)-([0-9a-f]+) ', line)
        if found:
            first, last = (int(word, 16) for word in found.groups())
            begins = first if last - first == mib << 20 else None
        elif begins is not None and line.startswith('AnonHugePages:'):
            return begins, int(line.split()[1])
    return sys.exit(f'merged: a VM has no mapping of {mib} MiB')


def sums(entries, flags_of, free):
    """Pages that are merged, that are the kernel's page of zeroes, and that are one of these though the guest has no
    use for them. Of entries of /proc/PID/pagemap; flags_of a page frame; a byte for each page, whether it is free."""
    merged = zero = idle = 0
    for i, entry in enumerate(entries):
        flags = flags_of(entry & FRAME) if entry & PRESENT else 0
        is_zero = flags & ZERO != 0
        is_merged = flags & MERGED != 0
        zero += is_zero
        merged += is_merged
        idle += (is_zero or is_merged) and i < len(free) and free[i] == 1
    return merged, zero, idle


class Flags:
    """Of page frames of the host."""

    def __init__(self):
        self.file = os.open('/proc/kpageflags', os.O_RDONLY)
        self.known = {}

    def __call__(self, frame):
        if frame not in self.known:
            self.known[frame] = int.from_bytes(os.pread(self.file, 8, 8 * frame), sys.byteorder)
        return self.known[frame]


def of_guest(folder, pid, mib, flags_of):
    with open(f'/proc/{pid}/smaps', encoding='utf-8') as smaps:
        begins, huge_kib = ram(smaps, mib)
    pages = (mib << 20) // PAGE
    with open(f'/proc/{pid}/pagemap', 'rb') as pagemap:
        pagemap.seek(begins // PAGE * 8)
        entries = array.array('Q', pagemap.read(pages * 8))
    with open(folder / 'disk', 'rb') as disk:
        disk.seek(FREE_AT)
        free = disk.read(pages)
    return *sums(entries, flags_of, free), huge_kib


def others(ours):
    """How many other processes have memory that is merged if it can be, while that is on."""
    count = 0
    if (KSM / 'run').read_text(encoding='utf-8') != '1\n':
        return count
    for path in pathlib.Path('/proc').glob('[0-9]*/smaps'):
        if path.parent.name not in ours:
            try:
                count += re.search('^VmFlags:.* mg( |$)', path.read_text(encoding='utf-8'), re.M) is not None
            except OSError:
                pass
    return count


def main():
    if len(sys.argv) != 3:
        sys.exit('usage: merged.py DIR MIB')
    folder, mib = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    guests = [(path.parent, re.search(r' @vm (\d+)$', path.read_text(encoding='utf-8'), re.M)[1])
              for path in sorted(folder.glob('guest-*/events'))]
    flags_of = Flags()
    parts = [of_guest(where, pid, mib, flags_of) for where, pid in guests]
    merged, zero, idle, huge_kib = (sum(part) for part in zip(*parts)) if parts else (0, 0, 0, 0)
    mib_of = PAGE / (1 << 20)
    print(f'ksmd_s {cpu_seconds(pid_of_ksmd()):.2f}')
    print(f'vms_s {sum(cpu_seconds(pid) for _, pid in guests):.2f}')
    print(f'merged_MiB {merged * mib_of:.1f}\nzero_MiB {zero * mib_of:.1f}\nidle_merged_MiB {idle * mib_of:.1f}')
    print(f'huge_MiB {huge_kib / 1024:.0f}')
    print(f'others {others([pid for _, pid in guests])}')
    for name in ('pages_shared', 'pages_sharing', 'full_scans'):
        print(name, (KSM / name).read_text(encoding='utf-8').strip())


if __name__ == '__main__':
    main()
