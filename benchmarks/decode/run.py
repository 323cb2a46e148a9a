# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Times the engine of `dropreasons decode` against mawk and DuckDB on the same lines, in turns; prints ratios.

Usage: python benchmarks/decode/run.py [--millions N] [--rounds N] [--folder PATH]

The lines are made in a temporary folder, some 510 MB for each million, and deleted at the end.  DuckDB is
compared with if it is installed beside dropreasons (`pip install duckdb`).
"""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {
    "summary, one process": 1.25, "summary, two processes": 0.8, "summary with the library in fast/": 0.55,
    "annotate": 1.1, "annotate a pipe": 1.1,
    "JSON lines": 1.6, "JSON lines, one process": "", "JSON lines, without the library": "",
}  # fmt: skip
COUNT = """
import sys
if "without" in sys.argv:
    sys.modules["dropreasons_fast"] = None
from dropreasons.decode.counting import count
from dropreasons.decode.input import open_input
with open_input(sys.argv[1]) as source:
    print(count(source, jobs=int(sys.argv[2])).drops, file=sys.stderr)
"""
ANNOTATE = """
import os, sys
from dropreasons.decode.annotate import annotate
from dropreasons.decode.input import open_input
texts = dict(line.rstrip("\\n").split("\\t  # ") for line in open(sys.argv[2]))
with open_input(sys.argv[1]) as source, open(1, "wb", buffering=0) as out:
    annotate(source.stream, out.write, lambda _format, reading: texts[reading.name or str(reading.value)])
"""
MAWK_COUNT = '{ i = index($0, " location="); c[substr($0, i + 10)]++ } END { for (k in c) print c[k], k }'
MAWK_ANNOTATE = (
    'BEGIN { while ((getline l < MAP) > 0) { i = index(l, "\\t"); m[substr(l, 1, i - 1)] = substr(l, i + 1) } }'
    " { print $0 m[$NF] }"
)
DUCKDB = """
import duckdb, sys
query = "select caller_func, func, count(*) from read_json(?, format='newline_delimited') group by all"
print(sum(row[2] for row in duckdb.execute(query, [sys.argv[1]]).fetchall()), file=sys.stderr)
"""


class Run(NamedTuple):
    """What one run of a command took."""

    wall: float
    processor: float
    memory: int


def run(command: list[str], out: Path) -> Run:
    """Run a command, its output to a file."""
    began = time.perf_counter()
    with out.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)[:200]}")
    return Run(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


def names() -> dict[int, str]:
    """Return the reasons of a kernel."""
    text = (ROOT / "tests/data/decode/format_6.18.txt").read_text(encoding="utf-8")
    return {int(number, 0): name for number, name in re.findall(r'\{ (\w+), "(\w+)" \}', text)}


def make(folder: Path, lines: int) -> None:
    """Write the lines: drops in 2,000 groups, a few of which have most of them."""
    choose = random.Random(7)
    reasons = sorted(names().items())
    places = [f"function_{number:03}_rcv+0x{choose.randrange(16, 4096):x}" for number in range(120)]
    groups = [(choose.choice(places), *choose.choice(reasons)) for _ in range(2000)]
    commands = ["swapper     0", "ksoftirqd/1    23", "iperf3  9012", "a b-7: [c] 3 23647", "nginx  4411"]
    with (
        (folder / "symbolic.txt").open("w", encoding="ascii") as symbolic,
        (folder / "numeric.txt").open("w", encoding="ascii") as numeric,
        (folder / "lines.json").open("w", encoding="ascii") as objects,
    ):
        for number in range(lines):
            place, value, name = groups[int(choose.random() ** 2 * len(groups))]
            command, skb = choose.choice(commands), f"0xffff8881{choose.getrandbits(24):06x}00"
            head = (
                f"{command:>20} [{number % 4:03}] {5000 + number * 4e-5:.6f}: skb:kfree_skb: skbaddr={skb}"
                f" rx_sk=(nil) protocol={choose.choice((2048, 2048, 34525))} location={place} reason: "
            )
            symbolic.write(f"{head}{name}\n")
            numeric.write(f"{head}{value}\n")
            record = {
                "skb": skb, "cpu": number % 4, "process": command.replace(" ", ":", 1), "func":
                f"kfree_skb_reason(SKB_DROP_REASON_{name})", "caller_func": place, "time": "2026-11-22T10:00:00.000",
            }  # fmt: skip
            objects.write(json.dumps(record, separators=(",", ":")) + "\n")
    with (folder / "texts").open("w", encoding="ascii") as texts:
        for value, name in reasons:
            texts.write(f"{name}\t  # {name}: a meaning in a few words [depends]\n")
            texts.write(f"{value}\t  # {name}: a meaning in a few words [depends]\n")


def pairs(folder: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Return what is compared: our command and the other."""
    python, text, objects, texts = sys.executable, *(str(folder / n) for n in ("symbolic.txt", "lines.json", "texts"))
    numeric = str(folder / "numeric.txt")
    mawk = ["mawk", MAWK_COUNT, text]
    annotating = ["mawk", "-v", f"MAP={texts}", MAWK_ANNOTATE, numeric]
    pipe = 'cat "$1" | "$0" -c "$2" - "$3"'
    compared = {
        "summary, one process": ([python, "-c", COUNT, text, "1", "without"], mawk),
        "summary, two processes": ([python, "-c", COUNT, text, "2", "without"], mawk),
        "summary with the library in fast/": ([python, "-c", COUNT, text, "0"], mawk),
        "annotate": ([python, "-c", ANNOTATE, numeric, texts], annotating),
        "annotate a pipe": (
            ["sh", "-c", pipe, python, numeric, ANNOTATE, texts],
            ["sh", "-c", 'cat "$1" | mawk -v MAP="$2" "$0"', MAWK_ANNOTATE, numeric, texts],
        ),
    }
    if find_spec("dropreasons_fast") is None:
        del compared["summary with the library in fast/"]
    if subprocess.run([python, "-c", "import duckdb"], capture_output=True, check=False).returncode == 0:
        duckdb = [python, "-c", DUCKDB, objects]
        compared["JSON lines, one process"] = ([python, "-c", COUNT, objects, "1"], duckdb)
        compared["JSON lines, without the library"] = ([python, "-c", COUNT, objects, "0", "without"], duckdb)
        compared["JSON lines"] = ([python, "-c", COUNT, objects, "0"], duckdb)
    return compared


def compare(name: str, ours: list[Run], others: list[Run]) -> str:
    """Return the medians of the ratios of runs that followed each other."""
    pairwise: Callable[[str], float] = lambda field: statistics.median(  # noqa: E731  used twice here
        getattr(our, field) / getattr(other, field) for our, other in zip(ours, others, strict=True)
    )
    wall, other = (statistics.median(one.wall for one in runs) for runs in (ours, others))
    memory = max(one.memory for one in ours)
    return (
        f"| {name} | {wall:.2f} s | {other:.2f} s | {pairwise('wall'):.2f} | {pairwise('processor'):.2f} |"
        f" {TARGETS[name]} | {memory} MB |"
    )


def main() -> None:
    """Run every pair in turn, round by round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millions", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    arguments = parser.parse_args()
    lines = int(arguments.millions * 1e6)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        folder = Path(temporary)
        if shutil.disk_usage(folder).free < lines * 800:
            sys.exit(f"{folder}: not enough room for {lines} lines, which take {lines * 800 >> 20} MB with the output")
        make(folder, lines)
        compared = pairs(folder)
        runs: dict[str, tuple[list[Run], list[Run]]] = {name: ([], []) for name in compared}
        for _ in range(arguments.rounds):
            for name, commands in compared.items():
                for took, command in zip(runs[name], commands, strict=True):
                    took.append(run(command, folder / "out"))
        print(f"{lines} lines, {arguments.rounds} rounds, load {os.getloadavg()[1]:.1f} on {os.cpu_count()} processors")
        print("\n| | ours | other | wall | processor | target | memory |\n|---|---|---|---|---|---|---|")
        for name, (ours, others) in runs.items():
            print(compare(name, ours, others))


if __name__ == "__main__":
    main()
