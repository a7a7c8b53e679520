#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""doc.py results TITLE RUN: the tables of a run of ci/run as a section of Documentation/results.md
doc.py scenarios: the table of scenarios in Documentation/measuring.md, from what their folders say

RUN is the folder of the run in out/. A section of this TITLE is replaced, else it becomes the first one.
"""
import pathlib
import sys

import report

TOP = pathlib.Path(__file__).resolve().parents[2]
RESULTS = TOP / 'Documentation/results.md'
MEASURING = TOP / 'Documentation/measuring.md'


def die(text):
    sys.exit(f'doc: {text}')


def read(run, name):
    try:
        return (run / name).read_text(encoding='utf-8').strip('\n')
    except OSError as error:
        die(f'{run} is no finished run of ci/run: {error.strerror}: {name}')


def section_lines(title, versions, tables):
    begin, end = marks(title)
    return [begin, '', f'## {title}', '', '```', versions, '```', '', tables, '', end]


def marks(title):
    return (f'<!-- {title}: made by ci/measure/doc.py, do not edit -->', f'<!-- end of {title} -->')


def spliced(document, title, lines):
    """The document with these lines in place of the section, or before all other sections."""
    begin, end = marks(title)
    text = '\n'.join(lines)
    if begin in document:
        before, rest = document.split(begin, 1)
        if end not in rest:
            die(f'the document has lost the line: {end}')
        return before + text + rest.split(end, 1)[1]
    head, mark, rest = document.partition('\n## ')
    # Where that section has a mark of its own, before it
    above, comment, below = head.rpartition('\n<!-- ')
    if comment and below.rstrip().endswith('-->'):
        head, mark = above, comment + below + mark
    return head.rstrip('\n') + '\n\n' + text + '\n' + mark + rest


def scenario_table():
    """Lines of the table of scenarios, in their order."""
    lines = ['| name | without an option? | load |', '|---|---|---|']
    for name, said in report.read_abouts().items():
        when = {'default': 'yes', 'named': 'only where it is named'}.get(said.get('when'), '`--all`')
        lines.append(f'| `{name}` | {when} | {said["does"]} |')
    return lines


def main():
    if sys.argv[1:] == ['scenarios']:
        document, title, lines = MEASURING, 'Scenarios', [marks('Scenarios')[0], *scenario_table(), marks('Scenarios')[1]]
    elif sys.argv[1:2] == ['results'] and len(sys.argv) == 4:
        run = pathlib.Path(sys.argv[3])
        document, title = RESULTS, sys.argv[2]
        lines = section_lines(title, read(run, 'versions'), read(run, 'table.md'))
    else:
        die('usage: doc.py scenarios | doc.py results TITLE RUN')
    document.write_text(spliced(document.read_text(encoding='utf-8'), title, lines), encoding='utf-8')
    print(f'doc: {document.relative_to(TOP)} has the section "{title}"')


if __name__ == '__main__':
    main()
