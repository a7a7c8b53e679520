#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py DIR: the tables of a run, as table.txt and table.md, and its chart
report.py DIR LABEL SCENARIO: what one boot of it has measured, as soon as it has
"""
import dataclasses
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# Instructions per page that a kernel may have more than the stock one
COSTS = {'compiled-out': 0, 'key-off': 3, 'patched': 10}
# These two have tables of their own
COUNTED = ('icount', 'cost')
# What an "about" may say. README of scenarios/ explains the words; about.sh is the other reader, and needs the same.
WORDS = ('does', 'order', 'when', 'boots', 'compare', 'against', 'options', 'chart', 'cpus', 'mib', 'guests', 'budget', 'limit',
         'disk', 'clock', 'takes', 'row', 'ratios', 'ratio')
CELLS = {'row': (3, 4), 'ratios': (2, 3), 'ratio': (3,)}
REPEATED = ('row', 'ratio')
NUMBERS = ('order', 'cpus', 'mib', 'guests', 'budget', 'limit', 'takes')
NEEDED = ('does', 'order')


@dataclasses.dataclass
class Row:
    """A line "row" of a scenario: what is said of a figure, and its goals."""
    scenario: str
    figure: str
    goal: str
    what: str
    against: str = ''


@dataclasses.dataclass
class Ratios:
    """Lines "ratios" and "ratio" of a scenario: kernels against the first of the labels that there is, which does without."""
    scenario: str
    title: str
    without: str
    rows: list
    labels: str = 'by-hand'


@dataclasses.dataclass
class Boot:
    """A line of a run's plan: stock is the label that it is compared with, if there is one."""
    label: str
    scenario: str
    stock: str = ''


class Run:
    """The plan of a run, and all that it has measured so far."""

    def __init__(self, boots, figures):
        self.boots = boots
        self.value = figures        # (label, scenario): {name: value}

    def get(self, label, scenario, figure):
        return self.value.get((label, scenario), {}).get(figure)

    def labels(self, scenarios=None):
        """Labels with figures, in the order of the plan."""
        return unique(b.label for b in self.boots if self.value.get((b.label, b.scenario)) and
                      (scenarios is None or b.scenario in scenarios))


def unique(items):
    return list(dict.fromkeys(items))


def cells_of(line):
    return [cell.strip() for cell in line.split(' | ')]


def wrong_with(word, value, said):
    """What is wrong with a line of an "about", after the lines that are in said."""
    if word not in WORDS:
        return f"unknown word '{word}'"
    if not value:
        return f"'{word}' has no value"
    if word in NUMBERS and not re.fullmatch('[1-9][0-9]*', value):
        return f"'{word}' must be a positive number, not '{value}'"
    if word in CELLS and len(cells_of(value)) not in CELLS[word]:
        return f"'{word}' must have {' or '.join(map(str, CELLS[word]))} cells, with ' | ' between them"
    if word in said and word not in REPEATED:
        return f"a second '{word}'"
    return ''


def said_by(name, lines):
    """What the lines of an "about" say: {word: value}, and a list of the values of a word that may come again."""
    said = {word: [] for word in REPEATED}
    for number, line in enumerate(lines, 1):
        word, value = (line.strip().split(None, 1) + ['', ''])[:2]
        if not word or word.startswith('#'):
            continue
        wrong = wrong_with(word, value, said)
        if wrong:
            sys.exit(f'{name}:{number}: {wrong}')
        if word in REPEATED:
            said[word].append(value)
        else:
            said[word] = value
    for word in NEEDED + (('ratios',) if said['ratio'] else ()):
        if word not in said:
            sys.exit(f"{name}: no '{word}'")
    return said


def read_abouts(folder=HERE / 'scenarios'):
    """What is said of all scenarios, in their order: {scenario: {word: value}}."""
    abouts = {path.parent.name: said_by(path, path.read_text(encoding='utf-8').splitlines())
              for path in folder.glob('*/about')}
    return dict(sorted(abouts.items(), key=lambda item: (int(item[1]['order']), item[0])))


def rows_of(abouts):
    return [Row(scenario, *cells_of(row)) for scenario, said in abouts.items() for row in said['row']]


def ratios_of(abouts):
    return [Ratios(scenario, title, without, [cells_of(row) for row in said['ratio']], *labels)
            for scenario, said in abouts.items() if 'ratios' in said
            for title, without, *labels in [cells_of(said['ratios'])]]


def read_run(out):
    boots = [Boot(*line.split()) for line in (out / 'plan').read_text(encoding='utf-8').splitlines()]
    figures = {}
    for boot in boots:
        path = out / boot.label / boot.scenario / 'figures'
        if path.exists():
            pairs = (line.split()[:2] for line in path.read_text(encoding='utf-8').splitlines())
            figures[boot.label, boot.scenario] = dict(pairs)
    return Run(boots, figures)


def met(value, goal):
    """Whether a value meets a goal as ">= 99.5" or "<= 3"."""
    sign, limit = goal.split()
    if value == 'never':
        return False
    return float(value) >= float(limit) if sign == '>=' else float(value) <= float(limit)


def is_judged(label):
    return label == 'patched' or label.startswith('patched-')


class Table:
    """Lines of a table as text, or in Markdown; "" before a heading."""

    def __init__(self, markdown, columns):
        self.markdown = markdown
        self.columns = columns      # widths as text, negative: to the left
        self.lines = []

    def line(self, cells, verdict=''):
        if self.markdown:
            self.lines.append('| ' + ' | '.join(cells + [verdict]) + ' |')
            return
        text = ' '.join(f'{c:<{-w}}' if w < 0 else f'{c:>{w}}' for c, w in zip(cells, self.columns))
        self.lines.append(f'{text}  {verdict}'.rstrip())

    def head(self, cells):
        if self.lines:
            self.lines.append('')
        self.line(cells)
        if self.markdown:
            self.line(['---' if i < 2 else '---:' for i in range(len(cells))], '---')


def verdict_of(cells, judged, goal):
    """Of judged labels: met, missed; where they differ, or not all have a figure, which of them."""
    have = [label for label in judged if cells[label] != '-']
    if goal == '-' or not have:
        return ''
    good = [label for label in have if met(cells[label], goal)]
    bad = [label for label in have if label not in good]
    if len(good) == len(judged):
        return 'met'
    if len(judged) == 1:
        return 'missed'
    return 'missed: ' + ' '.join(bad) if bad else 'met: ' + ' '.join(good)


def host_memory(run, rows, _, markdown):
    """Rows by kernel; the patched ones are judged by the goals, or the last where none is patched."""
    scenarios = {b.scenario for b in run.boots} - set(COUNTED)
    # What is done by hand is for against_none() alone
    labels = [label for label in run.labels(scenarios) if label != 'by-hand']
    if not labels:
        return []
    judged = [label for label in labels if is_judged(label)] or labels[-1:]
    table = Table(markdown, [-62, 10] + [max(13, len(label)) for label in labels])
    table.head(['', 'goal'] + labels)
    for row in rows:
        if row.scenario in COUNTED:
            continue
        cells = {label: run.get(label, row.scenario, row.figure) or '-' for label in labels}
        if set(cells.values()) != {'-'}:
            table.line([f'{row.scenario}: {row.what}', '' if row.goal == '-' else row.goal] + list(cells.values()),
                       verdict_of(cells, judged, row.goal))
    return table.lines


def two_kernels(markdown):
    return Table(markdown, [-62, 10, 13, 13, 10])


def compare(theirs, ours, goal):
    """A patched kernel's figure against a stock one's: (how they compare, whether that is the goal)."""
    if goal.endswith('x'):
        sign, limit, _ = goal.split()
        digits = max(2, len(limit.partition('.')[2]))
        limit = float(limit)
        ratio = f'{float(ours) / float(theirs):.{digits}f}' if 'never' not in (theirs, ours) and float(theirs) > 0 else ''
        if 'never' in (theirs, ours):
            return ratio, ours != 'never'
        return ratio, met(ours, f'{sign} {limit * float(theirs)}')
    theirs, ours = float(theirs), float(ours)
    good = {'higher': ours > theirs or ours >= 100, 'lower': ours < theirs or ours == 0, 'not higher': ours <= theirs}
    return f'{ours - theirs:+.1f}', good[goal]


def against(run, rows, _, markdown):
    """Patched kernels against stock ones."""
    table = two_kernels(markdown)
    stock = {}
    for boot in run.boots:
        if boot.stock and boot.scenario != 'icount':
            stock.setdefault(boot.label, boot.stock)
    planned = {(b.label, b.scenario) for b in run.boots if b.stock}
    for label, other in stock.items():
        table.head([f'{label} against {other}', 'goal', 'stock', 'patched', 'compared'])
        for row in rows:
            if not row.against or (label, row.scenario) not in planned:
                continue
            theirs = run.get(other, row.scenario, row.figure) or '-'
            ours = run.get(label, row.scenario, row.figure) or '-'
            how, verdict = '', ''
            if '-' not in (theirs, ours):
                how, good = compare(theirs, ours, row.against)
                verdict = 'met' if good else 'missed'
            table.line([f'{row.scenario}: {row.what}', row.against, theirs, ours, how], verdict)
    return table.lines


def instructions(run, *_, markdown):
    """What a page costs, each kernel against the stock one that the plan names."""
    boots = [b for b in run.boots if b.scenario == 'icount' and run.get(b.label, 'icount', 'page_cost')]
    table = two_kernels(markdown)
    if boots:
        table.head(['instructions per page allocated, touched and freed', 'goal', 'measured', 'once more', 'added'])
    for boot in boots:
        cost = run.get(boot.label, 'icount', 'page_cost_before')
        stock = run.get(boot.stock, 'icount', 'page_cost_before')
        limit = COSTS.get('patched' if is_judged(boot.label) else boot.label)
        added = float(cost) - float(stock) if stock else None
        goal = f'<= {limit}' if stock and limit is not None else ''
        verdict = ('met' if added <= limit + 0.1 else 'missed') if goal else ''
        table.line([boot.label, goal, cost, run.get(boot.label, 'icount', 'page_cost'),
                    f'{added:+.1f}' if stock else ''], verdict)
    return table.lines


def against_none(run, _, ratios, markdown):
    """What moving or merging pages brings and spoils, each kernel against one that does without."""
    table = two_kernels(markdown)
    for group in ratios:
        lines = []
        there = run.labels({group.scenario})
        without = next((label for label in group.labels.split() if label in there), None)
        for figure, goal, what in group.rows:
            other = run.get(without, group.scenario, figure)
            for label in there:
                ours = run.get(label, group.scenario, figure)
                if label == without or ours is None:
                    continue
                ratio = float(ours) / float(other) if other and float(other) > 0 else None
                judged = goal != '-' and label == 'patched' and ratio is not None
                verdict = ('met' if met(ratio, goal) else 'missed') if judged else ''
                lines.append(([f'{label}: {what}', f'{goal}x' if judged else '', other or '', ours,
                               '' if ratio is None else f'{ratio:.2f}'], verdict))
        if lines:
            table.head([group.title, 'goal', group.without, 'measured', 'ratio'])
        for cells, verdict in lines:
            table.line(cells, verdict)
    return table.lines


def checked(run, *_, **__):
    """How much was compared with the pattern that it was filled with."""
    taken = held = 0.0
    for figures in run.value.values():
        taken += float(figures.get('churn_MiB', 0))
        held += sum(float(value) for name, value in figures.items() if name.endswith('verified_MiB'))
    return [f'{taken:.0f} MiB taken anew, and {held:.0f} MiB held or read again, verified against a pattern']


def tables(run, rows, ratios, markdown):
    parts = [part(run, rows, ratios, markdown=markdown) for part in (host_memory, against, instructions, against_none, checked)]
    return '\n\n'.join('\n'.join(lines) for lines in parts if lines) + '\n'


def one_boot(run, rows, label, scenario):
    """The figures of a boot that have a goal."""
    whose = '' if is_judged(label) else ' of the patched one'
    return [f'  {row.what:<60} {run.get(label, scenario, row.figure):>10}   goal{whose} {row.goal}' for row in rows
            if row.scenario == scenario and row.goal != '-' and run.get(label, scenario, row.figure)]


def main():
    if len(sys.argv) not in (2, 4):
        sys.exit('usage: report.py DIR [LABEL SCENARIO]')
    out = pathlib.Path(sys.argv[1])
    abouts = read_abouts()
    rows, ratios = rows_of(abouts), ratios_of(abouts)
    try:
        run = read_run(out)
    except OSError:
        sys.exit(f'report: {out} holds no run')
    if len(sys.argv) == 4:
        label, scenario = sys.argv[2:]
        for line in one_boot(run, rows, label, scenario):
            print(line)
        chart = [out, scenario]
    else:
        for name, markdown in (('table.txt', False), ('table.md', True)):
            (out / name).write_text(tables(run, rows, ratios, markdown), encoding='utf-8')
        print((out / 'table.txt').read_text(encoding='utf-8'), end='')
        chart = [out]
    sys.stdout.flush()
    sys.exit(subprocess.run([HERE / 'chart.py', *chart], check=False).returncode)


if __name__ == '__main__':
    main()
