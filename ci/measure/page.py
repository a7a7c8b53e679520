#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""page.py DIR: a run as one page for a browser, DIR/report.html
page.py DIR DIR: the second run compared with the first, as compared.html of the second
"""
import dataclasses
import html
import math
import pathlib
import re
import sys

import chart
import report

# Of a curve: on white, on black, dashes. The colours are those of chart.STYLES, or lighter ones; who sees no
# colours has the dashes.
DARK = ['#ff8c42', '#5ab0ff', '#f2c14e', '#3ddbb0', '#eba6cf', '#a5dcff', '#ffffff']
DASHES = ['none', '9 4', '3 3', '12 3 3 3', '6 2', '2 6', '14 6']
STEPS = 600             # along a chart: of more samples than that the least and the greatest of each step are drawn
# What is told of a console: words of the guest, and of the parts of the series
TOLD = re.compile(r'> @|guest: |Linux version|Command line|page_reporting|compaction|cold_cache|balloon|Kernel panic|'
                  r'BUG|WARNING|Oops|Call Trace|Out of memory|int3|lockup')
MOST = 60               # lines of it
WORDS = {'met': '✓\N{NO-BREAK SPACE}met', 'missed': '✗\N{NO-BREAK SPACE}missed'}

STYLE = '''
:root { color-scheme: light dark; --page: #ffffff; --text: #1b1b1b; --soft: #595959; --line: #d5d5d5; --band: #f3f4f6;
  --good: #00614a; --bad: #a33c00; --link: #0058a3; }
@media (prefers-color-scheme: dark) { :root { --page: #14161a; --text: #e9e9e9; --soft: #adb0b5; --line: #3b3f46;
  --band: #20242a; --good: #5fe0bb; --bad: #ffa066; --link: #86c1ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 70rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
thead th { border-bottom: 2px solid var(--soft); }
thead small { display: block; font-weight: 400; color: var(--soft); }
tbody th { font-weight: 400; }
th:first-child, td:last-child, thead th:last-child { text-align: left; }
tbody tr:nth-child(even) { background: var(--band); }
td { white-space: nowrap; }
td:last-child { white-space: normal; }
.words td { white-space: normal; text-align: left; overflow-wrap: anywhere; }
.words td:last-child { overflow-wrap: normal; }
.words th { text-align: left; white-space: nowrap; }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: 600; }
figure { margin: 0 0 2rem; break-inside: avoid; }
figcaption { font-weight: 600; }
.keys { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: .25rem 0; padding: 0; list-style: none; }
.keys svg { width: 3rem; height: .75rem; margin-right: .4rem; }
.plot { position: relative; height: 16rem; margin: .75rem .5rem 1.75rem 3.25rem; }
.plot > svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: hidden; }
.plot span { position: absolute; font-size: .8rem; color: var(--soft); line-height: 1; white-space: nowrap; }
.plot .y { right: calc(100% + .4rem); transform: translateY(50%); }
.plot .x { top: calc(100% + .4rem); transform: translateX(-50%); }
path { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.grid { stroke: var(--line); }
.zero { stroke: var(--soft); stroke-dasharray: 2 3; }
.curve { stroke-width: 2.5; }
.used { stroke-width: 1; stroke-dasharray: none !important; }
.note { color: var(--soft); font-size: .9rem; }
pre { overflow-x: auto; padding: .75rem; background: var(--band); font-size: .8rem; line-height: 1.35; }
summary { cursor: pointer; padding: .25rem 0; }
@media (max-width: 40rem) {
  body { padding: .75rem .75rem 2rem; }
  thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  table, tbody, tr { display: block; }
  tr { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .4rem .3rem; border-bottom: 1px solid var(--line); }
  tbody th { flex: 1 0 100%; font-weight: 600; }
  th, td { border: 0; padding: 0; }
  td:empty, .none { display: none; }
  td::before { content: attr(data-of) " "; color: var(--soft); font-weight: 400; }
  .plot { height: 13rem; margin-left: 2.5rem; }
}
@media print {
  :root { --page: #fff; --text: #000; --soft: #444; --line: #bbb; --band: #f3f4f6; --good: #00614a; --bad: #a33c00;
    --link: #000; color-scheme: light; }
  nav, details:not([open]), section:has(details):not(:has([open])) { display: none; }
  h2, h3 { break-after: avoid; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  pre { white-space: pre-wrap; }
  tr, .plot { break-inside: avoid; }
  * { print-color-adjust: exact; }
}
'''


@dataclasses.dataclass
class Read:
    """A run and where it is."""
    out: pathlib.Path
    run: report.Run
    name: str

    def text(self, *path):
        try:
            return self.out.joinpath(*path).read_text(encoding='utf-8', errors='replace')
        except OSError:
            return ''

    def versions(self):
        return self.text('versions').splitlines()

    def unfinished(self):
        return [b for b in self.run.boots if not (self.out / b.label / b.scenario / 'done').exists()]


def esc(text):
    return html.escape(str(text))


def verdict(text):
    """A word, a sign and a colour."""
    word = text.split(':')[0].split(' ')[0]
    kind = {'met': 'good', 'missed': 'bad'}.get(word)
    shown = esc(WORDS.get(word, word) + text[len(word):])
    return f'<span class="{kind}">{shown}</span>' if kind else shown


def table(title, head, rows, below=None, kind=''):
    """below: {heading of a column: what stands below it}. The last column is the verdict. kind: words, no numbers"""
    lines = [f'<h3>{esc(title)}</h3>', f'<div class="wide" role="region" tabindex="0" aria-label="{esc(title)}">',
             f'<table class="{kind}">' if kind else '<table>',
             '<thead><tr>']
    for name in head:
        more = f'<small>{esc(below[name])}</small>' if below and name in below else ''
        lines.append(f'<th scope="col">{esc(name)}{more}</th>')
    lines.append('</tr></thead>\n<tbody>')
    for first, *cells, last in rows:
        tds = [f'<td{" class=none" if cell == "-" else ""} data-of="{esc(name)}">{esc(cell)}</td>'
               for name, cell in zip(head[1:], cells)]
        lines.append(f'<tr><th scope="row">{esc(first)}</th>{"".join(tds)}<td>{verdict(last)}</td></tr>')
    return '\n'.join(lines + ['</tbody>', '</table>', '</div>'])


def tables_of(read, abouts):
    """[(heading, rows)] of the tables that report.py writes, and what it says beside them."""
    tables, texts = [], []
    text = report.tables(read.run, report.rows_of(abouts), report.ratios_of(abouts), True)
    for block in text.strip().split('\n\n'):
        lines = block.splitlines()
        if not block.startswith('|'):
            texts += lines
            continue
        head, _, *rows = [report.cells_of(line[1:-1] + ' ') for line in lines]
        tables.append((head, rows))
    return tables, texts


def thin(points, steps=STEPS):
    """Of many points those that show: the first, the least, the greatest and the last of each step."""
    if len(points) <= 4 * steps:
        return points
    first, last = points[0][0], points[-1][0]
    groups = {}
    for point in points:
        groups.setdefault(int((point[0] - first) / (last - first) * steps), []).append(point)
    kept = []
    for group in groups.values():
        few = {group[0], min(group, key=lambda p: p[1]), max(group, key=lambda p: p[1]), group[-1]}
        kept += [point for point in group if point in few]
    return kept


def ticks(low, high, most):
    """Round numbers between two others, at most so many."""
    step = 10 ** math.floor(math.log10((high - low) / most))
    step *= next(times for times in (1, 2, 5, 10) if (high - low) / (step * times) <= most)
    return [round(i * step, 6) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def figure(panel, labels):
    """A scenario as a chart whose text has its size whatever the width."""
    points = [point for curve in panel.curves for point in curve.host + curve.used]
    low = min(t for t, _ in points)
    high = max(low + 1, max(t for t, _ in points))
    top = max(gib for _, gib in points) * 1.05

    def path(kind, dots):
        text = 'L'.join(f'{1000 * (t - low) / (high - low):.1f} {1000 - 1000 * gib / top:.1f}' for t, gib in dots)
        return f'<path class="{kind}" d="M{text}"/>'

    lines, spans, notes = [], [], []
    for gib in ticks(0, top, 5):
        lines.append(path('grid', [(low, gib), (high, gib)]))
        spans.append(f'<span class="y" style="bottom:{100 * gib / top:.2f}%">{gib:g}</span>')
    for second in ticks(low, high, 6):
        spans.append(f'<span class="x" style="left:{100 * (second - low) / (high - low):.2f}%">{second:g}</span>')
    lines.append(path('zero', [(0, 0), (0, top)]))
    # The first one has no gaps, and shows in those of the others on top of it
    for curve in panel.curves:
        kind = f'c{labels.index(curve.label) % len(DASHES)}'
        lines.append(path(f'curve {kind}', thin(curve.host)))
        if curve.used:
            lines.append(path(f'used {kind}', thin(curve.used)))
        marks = ', '.join(f'{text} at {seconds:.0f} s' for seconds, _, text in curve.marks)
        if marks:
            notes.append(f'{curve.label}: {marks}')
    keys = ''.join(f'<li><svg viewBox="0 0 48 12" aria-hidden="true"><path class="curve c{labels.index(c.label) % len(DASHES)}" '
                   f'd="M0 6H48"/></svg>{esc(c.label)}</li>' for c in panel.curves)
    what = f'Host memory in GiB over seconds from the {panel.curves[0].zero}'
    if panel.curves[0].layers:
        lines.append(path('zero', [(low, panel.curves[0].budget), (high, panel.curves[0].budget)]))
        notes.append('all guests together, each of them is in chart.png; dotted line: budget')
    if any(curve.used for curve in panel.curves):
        notes.append('thin line: ' + chart.IN_USE)
    note = '; '.join([what] + notes) + '.'
    return (f'<figure>\n<figcaption>{esc(panel.title)}</figcaption>\n<ul class="keys">{keys}</ul>\n<div class="plot">\n'
            f'<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="{esc(what)}">\n'
            + '\n'.join(lines) + '\n</svg>\n' + ''.join(spans) + f'\n</div>\n<p class="note">{esc(note)}</p>\n</figure>')


def excerpt(text, finished):
    """Lines of a console: what the guest and the series say, or the end of one that did not come to its end."""
    lines = text.splitlines()
    if not finished:
        return lines[-MOST:]
    told = [line for line in lines if TOLD.search(line)]
    if len(told) > MOST:
        told[MOST // 2:-MOST // 2] = [f'... {len(told) - MOST} lines ...']
    return told


def consoles(read):
    parts = []
    left = read.unfinished()
    for boot in read.run.boots:
        where = (boot.label, boot.scenario)
        text = read.text(*where, 'console.log')
        if not text:
            continue
        failed = boot in left
        parts.append(f'<details{" open" if failed else ""}><summary>{esc(boot.label)}, {esc(boot.scenario)}'
                     f'{": not finished" if failed else ""}</summary>\n'
                     f'<pre tabindex="0">{esc(chr(10).join(excerpt(text, not failed)))}</pre>\n'
                     f'<p class="note">All of it: <a href="{esc("/".join(where))}/console.log">console.log</a></p></details>')
    return parts


def machine(read):
    """What was run where, as (word, text)."""
    said = [(line[:13].strip(), line[13:]) for line in read.versions() if ': Linux version' not in line]
    guests = report.unique(path.read_text(encoding='utf-8').strip() for path in sorted(read.out.glob('*/*/machine')))
    said += [('guest', ' or '.join(guests))] if guests else []
    kernels = chart.kernels(read.versions())
    for label in report.unique(boot.label for boot in read.run.boots):
        names = ', '.join(boot.scenario for boot in read.run.boots if boot.label == label)
        kernel = f'Linux {kernels[label]}{reporting(kernels[label]) if label == "stock" else ""}: ' if label in kernels else ''
        said.append((label, kernel + names))
    return said


def reporting(release):
    """What a stock kernel has."""
    return ", mainline's page reporting" if [int(n) for n in re.findall(r'\d+', release)[:2]] >= [5, 7] else ', no page reporting'


def listed(pairs):
    return '<dl>' + ''.join(f'<dt>{esc(word)}</dt><dd>{esc(text)}</dd>' for word, text in pairs) + '</dl>'


def document(title, sections):
    """sections: [(heading, [parts])]"""
    style = STYLE
    for i, ((light, *_), dark, dashes) in enumerate(zip(chart.STYLES, DARK, DASHES)):
        style += f'.c{i} {{ stroke: {light}; stroke-dasharray: {dashes}; }}\n'
        style += f'@media screen and (prefers-color-scheme: dark) {{ .c{i} {{ stroke: {dark}; }} }}\n'
    sections = [(heading, parts) for heading, parts in sections if parts]
    names = {heading: re.sub('[^a-z]+', '-', heading.lower()) for heading, _ in sections}
    links = ''.join(f'<li><a href="#{names[heading]}">{esc(heading)}</a></li>' for heading, _ in sections)
    body = '\n'.join(f'<section aria-labelledby="{names[heading]}">\n<h2 id="{names[heading]}">{esc(heading)}</h2>\n'
                     + '\n'.join(parts) + '\n</section>' for heading, parts in sections)
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<title>{esc(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<header>\n<h1>{esc(title)}</h1>\n'
            f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n</header>\n<main>\n{body}\n</main>\n</body>\n</html>\n')


def page(read, abouts):
    tables, texts = tables_of(read, abouts)
    kernels = {label: f'Linux {kernel}' for label, kernel in chart.kernels(read.versions()).items()}
    verdicts = [row[-1].split(':')[0] for _, rows in tables for row in rows]
    summary = f'{verdicts.count("met")} goals met, {verdicts.count("missed")} missed.'
    parts = [f'<p>{summary}</p>']
    if read.unfinished():
        parts.append(f'<p class="bad">Not finished: {esc(", ".join(f"{b.label} {b.scenario}" for b in read.unfinished()))}.</p>')
    parts.append(listed(machine(read)))
    shown = [table(head[0] or 'Host memory', ['figure', *head[1:-1], 'verdict'], rows, kernels) for head, rows in tables]
    panels = chart.read_panels(read.out, read.run)
    labels = report.unique(boot.label for boot in read.run.boots)
    return document(f'Memory reclaim: run {read.name}', [
        ('What was run', parts), ('Figures', shown + [f'<p class="note">{esc(text)}</p>' for text in texts]),
        ('Charts', [figure(panel, labels) for panel in panels]), ('Consoles', consoles(read))])


def change(goal, one, two):
    """How a figure has changed, and what that means for its goal, if it has one."""
    # A spread is no number
    if not all(re.fullmatch(r'never|-?[0-9.]+', value) for value in (one, two)):
        return '', ''
    if 'never' in (one, two):
        how = '' if one == two else 'not any more' if two == 'never' else 'now'
    else:
        how = f'{float(two) - float(one):+.6g}'
    if not goal:
        return how, ''
    was, now = report.met(one, goal), report.met(two, goal)
    return how, ('met' if now else 'missed') + ('' if now == was else ': not before' if now else ': met before')


def compared(first, second, abouts):
    """A page on two runs."""
    labels = [label for label in second.run.labels() if label in first.run.labels()]
    rows = []
    for row in report.rows_of(abouts):
        for label in labels:
            one, two = (read.run.get(label, row.scenario, row.figure) or '-' for read in (first, second))
            if (one, two) != ('-', '-'):
                judged = row.goal != '-' and report.is_judged(label)
                rows.append([f'{label}, {row.scenario}: {row.what}', row.goal if judged else '', one, two,
                             *change(row.goal if judged else '', one, two)])
    said = [dict(machine(read)) for read in (first, second)]
    where = [[word, *(part.get(word, '-') for part in said), '' if said[0].get(word) == said[1].get(word) else 'differs']
             for word in report.unique([*said[0], *said[1]])]
    names = [f'{i}: {read.name}' for i, read in enumerate((first, second), 1)]
    # Curves of the patched kernels alone, where there are any
    drawn = [label for label in labels if report.is_judged(label)] or labels
    panels = {}
    for number, read in enumerate((first, second), 1):
        for panel in chart.read_panels(read.out, read.run):
            for curve in panel.curves:
                if curve.label in drawn:
                    curve.label = f'{number}: {curve.label}'
                    panels.setdefault(panel.title, chart.Panel(panel.title, [])).curves.append(curve)
    keys = [f'{number}: {label}' for label in drawn for number in (1, 2)]
    return document(f'Memory reclaim: run {second.name} compared with {first.name}', [
        ('What was run', [table('Both runs', ['', *names, ''], where, kind='words')]),
        ('Figures', [table('Of labels that both runs have', ['figure', 'goal', *names, 'change', 'verdict'], rows)] if rows else
         ['<p>The runs have no label and scenario in common.</p>']),
        ('Charts', [figure(panel, keys) for panel in panels.values()])])


def read_one(out):
    path = pathlib.Path(out)
    try:
        return Read(path, report.read_run(path), path.resolve().name)
    except OSError:
        sys.exit(f'report: {path} holds no run')


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit('usage: page.py DIR [DIR]')
    reads = [read_one(out) for out in sys.argv[1:]]
    abouts = report.read_abouts()
    if len(reads) == 1:
        path, text = reads[0].out / 'report.html', page(reads[0], abouts)
    else:
        path, text = reads[1].out / 'compared.html', compared(*reads, abouts)
    path.write_text(text, encoding='utf-8')
    print(f'page: {path}')


if __name__ == '__main__':
    main()
