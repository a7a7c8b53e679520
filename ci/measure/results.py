#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""results.py TITLE RUN: the tables of a run of ci/run as a section of Documentation/results.md

RUN is the folder of the run in out/. A section of this TITLE is replaced, else it becomes the first one.
"""
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
DOC = TOP / 'Documentation/results.md'


def die(text):
    sys.exit(f'results: {text}')


def read(run, name):
    try:
        return (run / name).read_text(encoding='utf-8').strip('\n')
    except OSError as error:
        die(f'{run} is no finished run of ci/run: {error.strerror}: {name}')


def section_lines(title, versions, tables):
    begin, end = marks(title)
    return [begin, '', f'## {title}', '', '```', versions, '```', '', tables, '', end]


def marks(title):
    return (f'<!-- {title}: made by ci/measure/results.py, do not edit -->', f'<!-- end of {title} -->')


def spliced(document, title, lines):
    """The document with these lines in place of the section, or before all other sections."""
    begin, end = marks(title)
    text = '\n'.join(lines)
    if begin in document:
        before, rest = document.split(begin, 1)
        if end not in rest:
            die(f'{DOC.relative_to(TOP)} has lost the line: {end}')
        return before + text + rest.split(end, 1)[1]
    head, mark, rest = document.partition('\n## ')
    # Where that section has a mark of its own, before it
    above, comment, below = head.rpartition('\n<!-- ')
    if comment and below.rstrip().endswith('-->'):
        head, mark = above, comment + below + mark
    return head.rstrip('\n') + '\n\n' + text + '\n' + mark + rest


def main():
    if len(sys.argv) != 3:
        die('usage: results TITLE RUN')
    title, run = sys.argv[1], pathlib.Path(sys.argv[2])
    lines = section_lines(title, read(run, 'versions'), read(run, 'table.md'))
    DOC.write_text(spliced(DOC.read_text(encoding='utf-8'), title, lines), encoding='utf-8')
    print(f'results: {DOC.relative_to(TOP)} has the section "{title}"')


if __name__ == '__main__':
    main()
