#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""chart.py DIR: host memory over time of a run, as chart.png and chart.svg, and its first panel as text
chart.py DIR SCENARIO: this scenario as text, and no more
"""
import dataclasses
import itertools
import math
import pathlib
import re
import subprocess
import sys
import textwrap
import typing

import figures
import report

# The mark that is second 0 of all curves: a guest has one of these
ZEROS = {'freed': 'last free', 'read': 'last read'}
# Other marks of a guest that are shown
PHASES = {'load': 'load', 'again': 'load again', 'file-load': 'file read', 'file-freed': 'file dropped',
          'dropped': 'cache dropped'}
# (colour, its colour for text, point) of a curve. The colours are those of Okabe and Ito, which colour-blind
# people can tell apart; as text they are darker where needed, to be read on white. Where stock and
# patched kernels take turns, stock is warm and patched is cold.
STYLES = [('#d55e00', '#b04e00', 7), ('#0072b2', '#0072b2', 5), ('#e69f00', '#8f6300', 9), ('#009e73', '#007a59', 13),
          ('#cc79a7', '#9c4a77', 11), ('#56b4e9', '#1f74a8', 15), ('#000000', '#000000', 6)]
GREY, BLACK = '#555555', '#000000'
IN_USE = 'in use in the guest'

# What of a run's versions stands below the panels, and the words before each
FOOT = {'guest': 'guest: ', 'host': 'host: ', 'qemu': '', 'source': 'source ', 'date': ''}

# Sizes in pixels of a page. chart.png has two for each of them, for fine screens.
WIDTH = 900
LEFT, RIGHT = 76, 20    # margins
PLOT = 150              # height of the part of a panel that the curves use
LANE = 15               # above it, one for the last free, and one for the marks of each curve
TITLE, TICS = 36, 30    # above and below a panel
LINE = 16               # of text
SMALL, BIG = 6, 8       # width of a character of 8 and of 10 points, at most
STACK = 190             # height of a panel of guests on one host
SHADES = ['#0072b2', '#8fcdf0']     # of their layers, in turn
STEPS = 600             # along such a panel
ON_HOST = 'start of the first guest'


@dataclasses.dataclass
class Curve:
    """A boot: seconds count from zero, one of ZEROS. They are the guest's, where it says how late it is.

    Or of guests of one host the sum: with a budget, layers has the sum of the first one, of the first two, and so on.
    """
    label: str
    host: list      # (seconds, GiB)
    used: list      # (seconds, GiB) that the guest says it has in use
    marks: list     # (seconds, GiB, text)
    zero: str = 'last free'
    layers: list = dataclasses.field(default_factory=list)      # of [(seconds, GiB)]
    budget: float = 0   # GiB, of the host


@dataclasses.dataclass
class Panel:
    """A scenario."""
    title: str
    curves: list
    machines: list = dataclasses.field(default_factory=list)     # of the guests
    beside: list = dataclasses.field(default_factory=list)       # curves of this and other panels of one scale


def curve_of(label, record, events):
    """The curve of a boot, or None if it has not come to second 0, or there is no time to draw."""
    mark = events.marks
    name = next((name for name in ZEROS if name in mark), None)
    if not record.time or 'load' not in mark or not name:
        return None
    if events.by_guest:
        return Curve(label, [(seconds, host / 1024) for seconds, host in events.by_guest], [], [], ZEROS[name])
    zero, start = mark[name], mark['load'] - 3
    host = [(time - zero, host / 1024) for time, host in zip(record.time, record.host) if time >= start]
    # On the level of the host's memory before the load
    level = events.use_host - events.uses[0][1] if events.uses else 0
    used = [(time - zero, (used + level) / 1024) for time, used in events.uses if time >= start]
    marks = [(mark[name] - zero, record.host[record.at(mark[name])] / 1024, text)
             for name, text in PHASES.items() if name in mark]
    return Curve(label, host, used, marks, ZEROS[name]) if len(host) > 1 else None


def sampled(steps, end):
    """What was last of steps (seconds, value) at each of as many seconds as a panel shows."""
    points, at = [], 0
    steps = list(steps)
    for seconds in (end * i / STEPS for i in range(STEPS + 1)):
        while at + 1 < len(steps) and steps[at + 1][0] <= seconds:
            at += 1
        points.append((seconds, steps[at][1]))
    return points


def curve_of_host(label, host, budget):
    """Guests of one host, from the start of the first to when they are told to end; with a budget each is a layer."""
    end = host.end()
    mib = sampled(host.steps(), end)
    if not budget:
        return Curve(label, [(seconds, sum(each) / 1024) for seconds, each in mib], [], [], ON_HOST)
    layers = [[(seconds, sum(each[:i + 1]) / 1024) for seconds, each in mib] for i in range(len(host.guests))]
    # As in the footprint: on the level of the host's memory when a guest first says what it uses
    used = host.steps(lambda _, events: [(seconds, mib + events.use_host - events.uses[0][1]) for seconds, mib in events.uses])
    used = [(seconds, sum(each) / 1024) for seconds, each in sampled(used, end)]
    over = host.over(budget)
    marks = [] if over is None else [(over, budget / 1024, f'over the budget: {host.fit(over)} guests had ended their peak')]
    return Curve(label, layers[-1], used, marks, ON_HOST, layers, budget / 1024)


def read_curve(out, label, scenario, many=False, budget=0):
    """None, too, where the record is not there, or ends in the middle of a line."""
    try:
        if many:
            return curve_of_host(label, figures.read_host(out / label / scenario), budget)
        record, events = figures.read_watched(out / label / scenario)
    except (OSError, ValueError, IndexError):
        return None
    return curve_of(label, record, events)


def read_panels(out, run, only=None):
    """One for each scenario that has a chart, and a boot to show, in their order."""
    panels = []
    for scenario, said in report.read_abouts().items():
        if 'chart' not in said or only not in (None, scenario):
            continue
        curves = [read_curve(out, boot.label, scenario, 'guests' in said, int(said.get('budget', 0)))
                  for boot in run.boots if boot.scenario == scenario]
        curves = [curve for curve in curves if curve]
        if curves:
            machines = [path.read_text(encoding='utf-8').strip() for path in out.glob(f'*/{scenario}/machine')]
            panels.append(Panel(f'{scenario}: {said["chart"]}', curves, machines))
    return panels


def kernels(lines):
    """{label: release}, from the lines of a run's versions."""
    return dict(re.findall(r'^(\S+): Linux version (\S+)', '\n'.join(lines), re.M))


def made_with(lines, labels, panels):
    """Text on the kernels, the machine and the date, from the lines of a run's versions."""
    releases = kernels(lines)
    said = {line[:13].strip(): re.sub(r' emulator version| \(.*?\)', '', line[13:]) for line in lines}
    said['guest'] = ' or '.join(report.unique(machine for panel in panels for machine in panel.machines))
    texts = ['; '.join(f'{label}: Linux {releases[label]}' for label in labels if label in releases),
             '; '.join(before + said[word] for word, before in FOOT.items() if said.get(word))]
    return [line for text in texts if text for line in textwrap.wrap(text, (WIDTH - LEFT - RIGHT) // SMALL)]


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


# Of guests of one host
USED = f"dashtype 2 linewidth 1.5 linecolor rgb '{BLACK}'"
BUDGET = "linewidth 2 linecolor rgb '#d55e00'"


class Style(typing.NamedTuple):
    """How a curve is drawn, in gnuplot's words."""
    line: str
    point: str
    dashes: str
    text: str


class Script:
    """Lines for gnuplot."""

    def __init__(self, labels):
        self.labels = labels
        self.lines = []
        self.blocks = itertools.count()

    def add(self, *lines):
        self.lines.extend(lines)

    def block(self, points):
        """The name of these points."""
        name = f'$data{next(self.blocks)}'
        self.add(f'{name} << END', *(f'{seconds:.3f} {gib:.4f}' for seconds, gib, *_ in points), 'END')
        return name

    def style(self, label):
        """A curve is wider than those on top of it, and shows on both sides of them."""
        i = self.labels.index(label)
        colour, text, point = STYLES[i % len(STYLES)]
        width = min(1 + len(self.labels) - i, 6)
        return Style(f"linewidth {width} linecolor rgb '{colour}'", f'pointtype {point} pointsize {0.6 + width / 5:.1f}',
                     f"dashtype 2 linewidth 1.5 linecolor rgb '{colour}'", text)

    def plots(self, panel):
        """Elements of a plot command."""
        plots = []
        for curve in panel.curves:
            if curve.layers:
                plots += self.stack(curve)
                continue
            style = self.style(curve.label)
            plots.append(f'{self.block(curve.host)} with lines {style.line} notitle')
            if curve.used:
                plots.append(f'{self.block(curve.used)} with lines {style.dashes} notitle')
            if curve.marks:
                plots.append(f'{self.block(curve.marks)} with points {style.line} {style.point} notitle')
        return plots

    def stack(self, curve):
        """Elements of a plot command: the whole sum first, and on top of it less and less of it."""
        plots = []
        for i, layer in reversed(list(enumerate(curve.layers))):
            plots.append(f"{self.block(layer)} with filledcurves x1 fillstyle solid noborder "
                         f"linecolor rgb '{SHADES[i % 2]}' notitle")
        return plots + [f"{self.block(curve.used)} with lines {USED} notitle", f'{curve.budget} with lines {BUDGET} notitle']

    def mark(self, seconds, bottom, top, text, colour, side='left'):
        """A line up to its text, which begins there; or ends there, on the side right."""
        offset = 0.5 if side == 'left' else -0.5
        self.add(f"set arrow from first {seconds:.3f}, {bottom} to first {seconds:.3f}, graph {top:.3f} nohead dashtype 3 "
                 f"linecolor rgb '{colour}'",
                 f"set label {quoted(text)} at first {seconds:.3f}, graph {top:.3f} {side} offset {offset},0 front boxed "
                 f"font ',8' textcolor rgb '{colour}'")

    def marks(self, panel, height):
        """Second 0 of all, and below it a lane for each curve."""
        first = min(curve.host[0][0] for curve in panel.curves)
        last = max(curve.host[-1][0] for curve in panel.curves)
        if not panel.curves[0].layers:
            self.mark(0, 'graph 0', 1 - LANE / 2 / height, panel.curves[0].zero, GREY)
        for lane, curve in enumerate(panel.curves, 1):
            for seconds, gib, text in curve.marks:
                room = (last - seconds) / (last - first) * (WIDTH - LEFT - RIGHT)
                self.mark(seconds, f'first {gib:.4f}', 1 - (lane + 0.5) * LANE / height, text,
                          BLACK if curve.layers else self.style(curve.label).text,
                          'left' if room > (len(text) + 1) * SMALL else 'right')

    def legend(self, panels):
        """Elements of a plot command, for all panels."""
        keys = []
        for label in self.labels:
            if not any(curve.label == label for panel in panels for curve in panel.curves if not curve.layers):
                continue
            style = self.style(label)
            keys.append(f'keyentry with linespoints {style.line} {style.point} title {quoted(label)}')
        stacks = [curve for panel in panels for curve in panel.curves if curve.layers]
        if stacks:
            keys += [f"keyentry with boxes fillstyle solid noborder linecolor rgb '{shade}' title '{text}'"
                     for shade, text in zip(SHADES, ('guests 1, 3, 5, ...', 'guests 2, 4, 6, ...'))]
            keys += [f"keyentry with lines {USED} title 'in use in all guests'", f"keyentry with lines {BUDGET} title 'budget'"]
        if any(curve.used for panel in panels for curve in panel.curves if not curve.layers):
            keys.append(f"keyentry with lines dashtype 2 linewidth 1.5 linecolor rgb '{GREY}' title '{IN_USE}'")
        return keys


def spread(panels):
    """Where a panel has guests of one host, one for each of its curves, all to one scale."""
    for panel in panels:
        if not panel.curves or not panel.curves[0].layers:
            yield panel
            continue
        for curve in panel.curves:
            yield dataclasses.replace(panel, title=f'{panel.title}: {curve.label}', curves=[curve], beside=panel.curves)


def picture(panels, labels, foot):
    """A script for all panels, from top to bottom, and the height of what it draws."""
    panels = list(spread(panels))
    heights = [(STACK if panel.beside else PLOT) + LANE * (1 + len(panel.curves)) for panel in panels]
    columns = max(1, (WIDTH - LEFT - RIGHT) // (BIG * max(len(text) for text in [*labels, IN_USE]) + 60))
    zeros = report.unique(curve.zero for panel in panels for curve in panel.curves)
    at = LINE * math.ceil((len(labels) + 1) / columns) + 14     # pixels from the top
    total = at + sum(TITLE + height + TICS for height in heights) + LINE * (2 + len(foot)) + 8
    script = Script(labels)
    script.add('set multiplot', f'set lmargin at screen {LEFT / WIDTH}', f'set rmargin at screen {1 - RIGHT / WIDTH}',
               'set title offset 0,-0.4', 'set ylabel "host memory, GiB"', f"set border 3 linecolor rgb '{GREY}'",
               'set tics nomirror out', "set grid ytics linecolor rgb '#dddddd' linetype 1", 'set autoscale xfix',
               "set style textbox opaque noborder margins 0.3,0.3 fillcolor rgb 'white'",
               f'set key at screen 0.5, screen {1 - 10 / total} center top',
               f'set key horizontal maxcols {columns} Left reverse samplen 3')
    for panel, height in zip(panels, heights):
        at += TITLE
        curves = panel.beside or panel.curves
        highest = max(gib for curve in curves for _, gib in curve.host + curve.used)
        plot = STACK if panel.beside else PLOT
        script.add(f'set tmargin at screen {1 - at / total}', f'set bmargin at screen {1 - (at + height) / total}',
                   f'set title {quoted(panel.title)}', f'set yrange [0:{highest * height / (plot - 6)}]',
                   f'set xrange [0:{max(curve.host[-1][0] for curve in curves)}]' if panel.beside else 'set autoscale xfix',
                   'unset arrow', 'unset label')
        script.marks(panel, height)
        at += height + TICS
        plots = script.plots(panel)
        if panel is panels[0]:
            plots += script.legend(panels)
        if panel is panels[-1]:
            script.add(f'set xlabel "seconds from the {" or the ".join(zeros)}"')
            for i, line in enumerate(foot):
                script.add(f'set label {quoted(line)} at screen {LEFT / WIDTH}, screen {1 - (at + LINE * (i + 2) + 4) / total} '
                           f"font ',8' textcolor rgb '{GREY}'")
        script.add('plot ' + ', '.join(plots), 'unset key')
    script.add('unset multiplot')
    return script.lines, total


def small(panel):
    """A script for the terminal, without what it cannot draw well."""
    script = Script([curve.label for curve in panel.curves])
    plots = [f'{script.block(curve.host)} with lines title {quoted(curve.label)}' for curve in panel.curves]
    plots += [f'{script.block(curve.used)} with lines title {quoted("in use, " + curve.label)}'
              for curve in panel.curves if curve.used]
    script.add('set tics nomirror out; set border 3; set key top right; set yrange [0:*]',
               'set ylabel "GiB"; set xlabel "s from the ' + panel.curves[0].zero + '"', f'set title {quoted(panel.title)}',
               'plot ' + ', '.join(plots))
    return script.lines


def gnuplot(terminal, lines, output=None):
    """What it prints."""
    lines = [f'set terminal {terminal}', *([f'set output {quoted(str(output))}'] if output else []), *lines]
    try:
        done = subprocess.run(['gnuplot'], input='\n'.join(lines) + '\n', stdout=subprocess.PIPE, encoding='utf-8',
                              check=False)
    except FileNotFoundError:
        sys.exit('chart: gnuplot is missing: scripts/deps report')
    if done.returncode:
        sys.exit(f'chart: gnuplot ended with {done.returncode}')
    return done.stdout


def draw(out, run, panels):
    """chart.svg and chart.png"""
    shown = {curve.label for panel in panels for curve in panel.curves}
    labels = [label for label in report.unique(boot.label for boot in run.boots) if label in shown]
    versions = out / 'versions'
    lines = versions.read_text(encoding='utf-8').splitlines() if versions.exists() else []
    script, height = picture(panels, labels, made_with(lines, labels, panels))
    gnuplot(f"svg size {WIDTH},{height} font 'sans,10' fontscale 1.33 noenhanced background rgb 'white'",
            script, out / 'chart.svg')
    gnuplot(f"pngcairo size {2 * WIDTH},{2 * height} font 'sans,10' fontscale 2 linewidth 2 pointscale 2 noenhanced "
            "background rgb 'white'", script, out / 'chart.png')


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit('usage: chart.py DIR [SCENARIO]')
    out = pathlib.Path(sys.argv[1])
    try:
        run = report.read_run(out)
    except OSError:
        sys.exit(f'chart: {out} holds no run')
    panels = read_panels(out, run, *sys.argv[2:])
    if not panels:
        return
    text = gnuplot('dumb noenhanced 98,22', small(panels[0]))
    print('\n'.join(line for line in text.splitlines() if line.strip()))
    if len(sys.argv) == 2:
        draw(out, run, panels)
        print(f'chart: {out}/chart.png and chart.svg; tables: table.txt and table.md; records: LABEL/SCENARIO/')


if __name__ == '__main__':
    main()
