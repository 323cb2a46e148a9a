# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what other tools printed of drops: any format, any machine, any kernel.

How the parts are used, from the outside in:

    with open_input(path) as source:                    # input.py; "-" is standard input
        tally = count(source, by="reason", jobs=0, progress=None)                    # counting.py
        annotate(source.stream, write, explain, visible=False, hear=None)             # annotate.py

- `open_input` unpacks gzip and zstandard, and reads perf.data and trace.dat through perf and trace-cmd, by what the
  file begins with. It and the reading raise `InputError`, a ValueError whose text names the file. `Source` has `name`,
  `stream` (bytes), `path` (of a plain file, else None), `size` (bytes as stored, None for a pipe), `position()`.
- `count` returns a `Tally` (tally.py). `by` is what `--by` says: process, interface, protocol and minute are
  read line by line, and only the one asked for is kept in `Group`; location is always there. `jobs` is 1, 2, or 0 for
  as many as pay. `progress(position)` is called about once a megabyte. `joined(tallies)` adds several.
- Keys of `Tally.seconds` are multiples of `Tally.step`, which grows from 1 when an input spans hours.
- A line of `qdisc:qdisc_drop` whose kfree_skb is there too is counted in `Tally.details` only, else as a group.
- `annotate` gives `write` whole lines, at once when the input pauses: what it writes must not be kept back.
  `explain(format name, reading)` returns what is appended behind "  # ", nothing for an empty text; answers are kept.
  `visible` shows escape sequences instead of passing them on: set it for a terminal. `hear(told)` is called for each
  line that names a kernel or holds a table, after which `explain` is asked anew.
- `Recogniser().read(line)` (recognise.py) reads a single line; one object reads one input.
"""
