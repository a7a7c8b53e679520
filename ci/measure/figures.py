#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""figures.py DIR [BUDGET]: what memory.csv and events of one watched VM amount to, as lines "name value"; or of all VMs
in folders guest-* of it, which are on one host, and share BUDGET MiB of it

Definitions: Documentation/measuring.md
"""
import bisect
import pathlib
import statistics
import sys


class Record:
    """Samples of the host's memory: seconds, MiB resident, MiB discarded since the start."""

    def __init__(self, samples):
        self.time = [s[0] for s in samples]
        self.host = [s[1] for s in samples]
        self.discarded = [s[2] for s in samples]

    def at(self, seconds):
        """The index of the first sample at or after this time, else of the last one."""
        return min(bisect.bisect_left(self.time, seconds), len(self.time) - 1)

    def between(self, first, last):
        """Indices from the sample at or after first to the last one not after last."""
        return range(self.at(first), bisect.bisect_right(self.time, last))


class Events:
    """What the guest said, and when."""

    def __init__(self, lines):
        self.marks = {}     # name: seconds
        self.data = {}      # name: value, in the order of the first word on each
        self.costs = []     # of a page, round by round
        self.speed = {}     # way of reporting: MiB/s of each of its turns
        self.uses = []      # (seconds, MiB in use)
        self.use_host = 0   # MiB of the host, at the first of these
        self.by_guest = []  # (seconds of the guest, MiB of the host)
        self.gaps = []      # (from, to) between two loads
        self.spent = {}     # name: (faults, CPU seconds as a user, in the host's kernel) of the VM so far
        self.sampling = {}
        self.clock = 0.0    # of the host, when this one began
        self._gap = self._way = None
        self._measured = False
        for line in lines:
            self._take(line.rstrip('\n').split(' '))

    def _take(self, words):
        seconds, host, kind, rest = float(words[0]), float(words[1]), words[3], words[4:]
        if kind == '@mark':
            self._take_mark(seconds, rest[0])
        elif kind == '@data':
            self._take_data(rest)
        elif kind == '@used':
            if not self.uses:
                self.use_host = host
            self.uses.append((seconds, float(rest[0])))
        elif kind == '@at':
            self.by_guest.append((float(rest[0]), host))
        elif kind == '@spent':
            self.spent[rest[0]] = tuple(float(word) for word in rest[1:])
        elif kind == '@clock':
            self.clock = float(rest[0])
        elif kind == '@sampling':
            self.sampling = dict(word.split('=') for word in rest)

    def _take_mark(self, seconds, name):
        if name in ('take', 'freed') and self._gap is not None:
            self.gaps.append((self._gap, seconds))
            self._gap = None
        if name == 'gap':
            self._gap = seconds
        # The first load counts, and what was freed last; not what is done once more
        if 'again' not in self.marks and not (name == 'load' and name in self.marks):
            self.marks[name] = seconds

    def _take_data(self, words):
        for word in words:
            name, _, value = word.partition('=')
            if name == 'reporting':
                self._way, self._measured = value, False
            elif name == 'measured':
                self._measured = True
            elif name == 'page_median':
                self.costs.append(f'{float(value):.1f}')
            if name not in ('reporting', 'measured'):
                self.data[name] = value
        if self._measured and words[0].startswith('churn_cycles='):
            self.speed.setdefault(self._way, []).append(self.number('churn_MiB') / self.number('churn_s'))
            self._measured = False

    def number(self, name):
        return float(self.data.get(name, 0))


def short(value):
    return f'{value:.6g}'


def load_and_return(record, load, freed, end, kept=0.0, prefix=''):
    """Of a load from load on, freed at freed, and watched until end.

    kept: MiB that the guest still uses, and that is not to come back.
    Returns the figures, and by how many MiB the load has made the host's memory grow.
    """
    host = record.host
    start = host[record.at(load)]
    peak = max([start] + [host[i] for i in record.between(load, freed + 0.5)])
    last = host[record.at(end)]
    figures = {'start_MiB': short(start), 'peak_MiB': short(peak), 'end_MiB': short(last),
               'watched_s': f'{end - freed:.1f}'}
    start += kept
    span = peak - start
    if span >= 1:
        figures['returned_pct'] = f'{100 * (peak - last) / span:.1f}'
        for share in (50, 95, 99):
            below = (record.time[i] for i in record.between(freed, end) if host[i] <= peak - span * share / 100)
            gone = next(below, None)
            figures[f't{share}_s'] = 'never' if gone is None else f'{gone - freed:.2f}'
        soon = host[record.at(freed)]
        for i in record.between(freed, min(freed + 10, end)):
            soon = host[i]
        figures['returned_10s_pct'] = f'{100 * (peak - soon) / span:.1f}'
        figures['above_30s_GiBs'] = f'{held_needlessly(record, freed, end, start, last) / 1024:.1f}'
    return {prefix + name: value for name, value in figures.items()}, span


def held(record, level, first, last):
    """MiB x s above a level from first to last."""
    return sum((record.time[i + 1] - record.time[i]) * (record.host[i] - level)
               for i in record.between(first, last)[:-1])


def held_needlessly(record, freed, end, start, last):
    """MiB x s above start in the 30 s after a free; at rest before that, it stays as it is."""
    stop = freed + 30
    return held(record, start, freed, min(stop, end)) + max(0, stop - end) * (last - start)


def read_and_left(record, load, read, end, hot):
    """Of page cache that is read from load to read, of which hot MiB are in use until end."""
    figures, _ = load_and_return(record, load, read, end)
    figures |= load_and_return(record, load, read, end, hot, 'cold_')[0]
    figures['held_GiBs'] = f'{held(record, record.host[record.at(load)], read, end) / 1024:.1f}'
    return figures


def held_by_guest(samples, level):
    """GiB x h above a level, by the guest's clock."""
    return sum((b[0] - a[0]) * ((a[1] + b[1]) / 2 - level) for a, b in zip(samples, samples[1:])) / 1024 / 3600


def refaulted(record, load, freed, taken):
    """What the host backed once more while a load ran: all it backed, but for the first time.

    Seen is the same from the samples alone, which miss what falls and rises between two of them.
    """
    first, last = record.at(load), record.at(freed)
    host = record.host[first:last + 1]
    again = record.discarded[last] - record.discarded[first] - (max(host) - host[-1])
    rise = sum(max(0, b - a) for a, b in zip(host, host[1:]))
    figures = {'refault_MiB': f'{again:.0f}', 'refault_seen_MiB': f'{rise - (max(host) - host[0]):.0f}'}
    if taken > 0:
        figures['refault_pct'] = f'{100 * again / taken:.1f}'
    return figures


def held_and_used(record, events, load, end):
    """MiB x s of the host, and of what the guest uses, from its first word in that time to its last.

    What the host holds more before it began is not of the load.
    """
    uses = [use for use in events.uses if load <= use[0] <= end]
    ours = sum((b[0] - a[0]) * (b[1] + a[1]) / 2 for a, b in zip(uses, uses[1:]))
    if not ours:
        return 0.0, 0.0
    first, last = uses[0][0], uses[-1][0]
    ours += (last - first) * (events.use_host - events.uses[0][1])
    theirs, i = 0.0, record.at(first)
    while i + 1 < len(record.time) and record.time[i] < last:
        theirs += (record.time[i + 1] - record.time[i]) * (record.host[i] + record.host[i + 1]) / 2
        i += 1
    return theirs, ours


def footprint(pairs_of_sums):
    """Host memory against what guests use."""
    theirs, ours = (sum(one) for one in zip(*pairs_of_sums))
    return {'footprint_ratio': f'{theirs / ours:.2f}'} if ours else {}


def gaps_returned(record, events, start):
    """The share of a load that comes back in each gap before the next one, in percent."""
    shares = []
    for begin, end in events.gaps:
        top = record.host[record.at(begin)]
        low = min([top] + [record.host[i] for i in record.between(begin, end) if record.time[i] < end])
        shares.append(100 * (top - low) / (top - start))
    if not shares:
        return {}
    return {'gaps': str(len(shares)), 'gap_returned_min_pct': f'{min(shares):.1f}',
            'gap_returned_median_pct': f'{statistics.median(shares):.1f}'}


def pairs(speed, way, name):
    """Of each turn that it ran one way, against the turn with reporting off beside it."""
    one, off = speed.get(way, []), speed.get('off', [])
    if not one or len(one) != len(off):
        return {}
    ratios = sorted(a / b for a, b in zip(one, off))
    return {f'{name}_ratio': f'{statistics.median(ratios):.3f}', f'{name}_spread': f'{ratios[0]:.3f}-{ratios[-1]:.3f}',
            f'{name}_pairs': str(len(ratios))}


def figures_of(record, events):
    """All figures, by name, in the order in which they are shown."""
    figures, grown = {}, 0.0
    if events.sampling:
        figures |= {'samples': events.sampling['n'], 'sample_ms': events.sampling['mean_ms']}
    if not record.time:
        return figures
    mark = events.marks
    load = mark.get('load', 0)
    if 'freed' in mark and 'watched' in mark:
        if 'switched-on' in mark:
            figures |= load_and_return(record, load, mark['freed'], mark['switched-on'], prefix='off_')[0]
            figures |= load_and_return(record, load, mark['switched-on'], mark['watched'], prefix='on_')[0]
        else:
            more, grown = load_and_return(record, load, mark['freed'], mark['watched'], events.number('kept_MiB'))
            figures |= more
        if 'churn_MiB' in events.data and 'again' not in mark:
            figures |= refaulted(record, load, mark['freed'], events.number('churn_MiB'))
            figures['churn_MiBps'] = f"{events.number('churn_MiB') / events.number('churn_s'):.0f}"
    if 'read' in mark and 'watched' in mark:
        figures |= read_and_left(record, load, mark['read'], mark['watched'], events.number('hot_MiB'))
    if events.by_guest:
        figures['held_GiBh'] = f'{held_by_guest(events.by_guest, record.host[record.at(load)]):.3f}'
    if 'built' in mark:
        figures['build_s'] = f"{mark['built'] - load:.0f}"
    if 'dropped-watched' in mark:
        figures |= load_and_return(record, load, mark['dropped'], mark['dropped-watched'],
                                   events.number('dropped_kept_MiB'), 'dropped_')[0]
    if 'watched' in mark:
        figures |= footprint([held_and_used(record, events, load, mark['watched'])])
    if 'file-watched' in mark:
        figures |= load_and_return(record, mark['file-load'], mark['file-freed'], mark['file-watched'],
                                   events.number('file_kept_MiB'), 'file_')[0]
    figures |= gaps_returned(record, events, record.host[record.at(mark.get('start', 0))])
    figures |= pairs(events.speed, 'on', 'speed')
    figures |= pairs(events.speed, 'same', 'speed_control')
    if len(events.costs) > 1:
        figures |= {'page_cost': events.costs[-1], 'page_cost_before': events.costs[-2]}
    figures |= events.data
    if 'free_MiB' in events.data:
        stranded = events.number('free_MiB') - events.number('large_MiB')
        figures['stranded_MiB'] = f'{stranded:.1f}'
        if grown > 0:
            figures['large_pct'] = f'{100 * (1 - stranded / grown):.1f}'
    return figures


class Host:
    """Guests of one host that have samples: [(record, events)]. Its clock begins with that of the first guest."""

    def __init__(self, guests):
        self.guests = [(record, events) for record, events in guests if record.time]
        self.begun = [events.clock - self.guests[0][1].clock for _, events in self.guests]

    def when(self, mark):
        """Seconds at which each guest has come to this mark, of those that have."""
        return [begun + events.marks[mark] for begun, (_, events) in zip(self.begun, self.guests) if mark in events.marks]

    def end(self):
        """When the first one goes on to its end, as all are told to; else the last sample of all."""
        last = max(begun + record.time[-1] for begun, (record, _) in zip(self.begun, self.guests))
        return min(self.when('over'), default=last)

    def steps(self, of_guest=lambda record, _: zip(record.time, record.host)):
        """(seconds, [MiB of each guest]) whenever one of them has changed, until the end."""
        mib, end = [0.0] * len(self.guests), self.end()
        changes = ((begun + seconds, i, value) for i, (begun, guest) in enumerate(zip(self.begun, self.guests))
                   for seconds, value in of_guest(*guest))
        for seconds, i, value in sorted(changes):
            if seconds > end:
                return
            mib[i] = value
            yield seconds, list(mib)

    def at(self, seconds):
        """MiB of all together then."""
        return [sum(mib) for when, mib in self.steps() if when <= seconds][-1]

    def over(self, budget):
        """When all together hold more than that for the first time, or None."""
        return next((seconds for seconds, mib in self.steps() if sum(mib) > budget), None)

    def fit(self, over):
        """How many had ended their peak before that."""
        return sum(over is None or seconds < over for seconds in self.when('freed'))


def come_to_rest(host, merged):
    """Of the first guests, for each number of them, when they are at rest: what they hold, and what the host has merged.

    merged: {number of guests, or "rest" for 10 s after the last: {name: value}}
    """
    figures = {}
    for number, (begun, (_, events)) in enumerate(zip(host.begun, host.guests), 1):
        if str(number) not in merged or not {'freed', 'watched'} <= set(events.marks):
            continue
        freed, rest = begun + events.marks['freed'], begun + events.marks['watched']
        most, least = host.at(freed), host.at(rest)
        figures[f'host_{number}_MiB'] = f'{least:.0f}'
        # Less is no fall
        if most - least > 10:
            gone = next(when for when, mib in host.steps() if when > freed and sum(mib) <= most - 0.95 * (most - least))
            figures[f't95_{number}_s'] = f'{gone - freed:.2f}'
        here = dict(merged[str(number)])
        for name, before in (('ksmd_s', float(merged['0']['ksmd_s'])), ('vms_s', 0.0)):
            figures[f'{name[:-2]}_{number}_s'] = f'{float(here.pop(name)) - before:.2f}'
        figures |= {f'{name[:-4]}_{number}_MiB' if name.endswith('_MiB') else f'{name}_{number}': value
                    for name, value in here.items()}
    if 'rest' in merged:
        more = float(merged['rest']['ksmd_s']) - float(merged[str(len(host.guests))]['ksmd_s'])
        figures |= {'ksmd_rest_pct': f'{100 * more / 10:.1f}', 'others': max((stage['others'] for stage in merged.values()), key=int)}
    return figures


def used_again(events):
    """What a guest's burst costs that uses memory which was at rest, or the same again."""
    figures = {name: events.data[name] for name in ('first_s', 'again_s') if name in events.data}
    if {'again', 'done'} <= set(events.spent):
        faults, _, kernel = (b - a for a, b in zip(events.spent['again'], events.spent['done']))
        figures |= {'again_faults': f'{faults:.0f}', 'again_kernel_s': f'{kernel:.2f}'}
    return figures


def figures_of_host(host, budget=None, merged=None):
    """All figures of guests of one host."""
    if not host.guests:
        return {}
    end, over = host.end(), host.over(budget) if budget else None
    spans = [(record, events, begun) for begun, (record, events) in zip(host.begun, host.guests)]
    last = list(host.steps())[-1][1]
    verified = sum(events.number(f'{what}_verified_MiB') for what in ('held', 'file') for _, events in host.guests)
    peaks = [max(record.host[i] for i in record.between(record.time[0], end - begun)) for record, _, begun in spans]
    return {
        'guests': str(len(host.guests)),
    } | ({'guests_fit': str(host.fit(over)), 'over_s': 'never' if over is None else f'{over:.1f}'} if budget else {}) | {
        'held_GiBmin': f'{sum(held(record, 0, record.time[0], end - begun) for record, _, begun in spans) / 1024 / 60:.2f}',
        'guest_peak_MiB': f'{statistics.median(peaks):.0f}', 'guest_rest_MiB': f'{statistics.median(last):.0f}',
        'sum_end_MiB': f'{sum(last):.0f}',
        'verified_MiB': f'{verified:.0f}',
    } | footprint([held_and_used(record, events, events.marks.get('load', 0), end - begun) for record, events, begun in spans]
                  ) | come_to_rest(host, merged or {}) | used_again(host.guests[-1][1])


def read_record(lines):
    return Record([tuple(float(word) for word in line.split(',')[:3]) for line in lines[1:]])


def read_watched(folder):
    """The record and the events of one watched VM."""
    texts = [(folder / name).read_text(encoding='utf-8', errors='replace').splitlines() for name in ('memory.csv', 'events')]
    return read_record(texts[0]), Events(texts[1])


def read_host(folder):
    """All guests of one host, in the order in which they were started."""
    return Host([read_watched(one) for one in sorted(folder.glob('guest-*'))])


def read_merged(folder):
    """Of each number of guests what merged.py has said."""
    return {path.name.partition('-')[2]: dict(line.split() for line in path.read_text(encoding='utf-8').splitlines())
            for path in folder.glob('merged-*')}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit('usage: figures.py DIR [BUDGET]')
    folder = pathlib.Path(sys.argv[1])
    try:
        if any(folder.glob('guest-*')):
            figures = figures_of_host(read_host(folder), float(sys.argv[2]) if sys.argv[2:] else None, read_merged(folder))
        else:
            figures = figures_of(*read_watched(folder))
    except OSError as error:
        sys.exit(f'figures: {error.filename} is missing: was this VM watched by ci/vm/boot?')
    for name, value in figures.items():
        print(name, value)


if __name__ == '__main__':
    main()
