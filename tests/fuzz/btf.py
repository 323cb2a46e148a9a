# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Fuzzes the BTF reader with atheris, guided by coverage: `python tests/fuzz/btf.py -max_total_time=60`.

atheris is not among the pinned requirements; install it beside them (`pip install atheris`) to run this.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports():
    from dropreasons.btf import BTFError, read_enums
    from dropreasons.enums import REASON_ENUMS
    from dropreasons.importers.btf import raw_btf


def one_input(data: bytes) -> None:
    """Read some bytes as BTF; only BTFError may come of it."""
    for names in (REASON_ENUMS, ("a", "")):
        try:
            read_enums(raw_btf(data), names)
        except BTFError:
            continue


if __name__ == "__main__":
    seeds = Path(sys.argv[0]).with_suffix(".seeds")
    seeds.mkdir(exist_ok=True)
    atheris.Setup([*sys.argv, str(seeds)], one_input)
    atheris.Fuzz()
