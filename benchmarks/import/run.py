# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Times `dropreasons import` against grep and an empty Python, in the same run; prints ratios.

Usage: python benchmarks/import/run.py TREE [--rounds N]

TREE is an unpacked kernel source.  The reference for a whole import (headers and callers) is
`grep -rn SKB_DROP_REASON net drivers include` in that tree; for a table alone it is `python -c pass`.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

COMMAND = str(Path(sys.executable).parent / "dropreasons")


def wall(command: list[str], folder: Path) -> float:
    """Return the wall time of a command in seconds."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def main() -> None:
    """Run every measurement in turn, round by round, and print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    tree = arguments.tree.resolve()
    header = "include/net/dropreason-core.h"
    commands = {
        "grep": ["grep", "-rn", "SKB_DROP_REASON", "net", "drivers", "include"],
        "import tree": [COMMAND, "import", str(tree), "--callers"],
        "python": [sys.executable, "-c", "pass"],
        "import header": [COMMAND, "import", str(tree / header)],
    }
    if Path("/sys/kernel/btf/vmlinux").exists():
        commands["import BTF"] = [COMMAND, "import", "/sys/kernel/btf/vmlinux"]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(arguments.rounds):
        for name, command in commands.items():
            times[name].append(wall(command, tree))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, reference in (("import tree", "grep"), ("import header", "python"), ("import BTF", "python")):
        if name in medians:
            ratio = medians[name] / medians[reference]
            print(f"{name}: {medians[name]:.2f} s, {ratio:.1f} times {reference} ({medians[reference]:.3f} s)")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest memory of a child: {peak:.0f} MB")


if __name__ == "__main__":
    main()
