# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Fuzzes the decoder with atheris, guided by coverage: `python tests/fuzz/decode.py -max_total_time=60`.

atheris is not among the pinned requirements; install it beside them (`pip install atheris`) to run this.  It begins
with the samples of tests/data/decode.
"""

import io
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports():
    from dropreasons.decode.annotate import annotate
    from dropreasons.decode.counting import count
    from dropreasons.decode.input import Source

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "decode"


def one_input(data: bytes) -> None:
    """Count some lines in both ways, and annotate them: nothing is lost, and nothing crashes."""
    quick, slow = (count(Source("fuzz", io.BytesIO(data)), by, jobs=1) for by in ("reason", "minute"))
    assert (quick.drops, quick.lines, quick.unknown) == (slow.drops, slow.lines, slow.unknown)
    assert {group: seen.drops for group, seen in quick.groups.items()} == {
        group: seen.drops for group, seen in slow.groups.items()
    }
    out = io.BytesIO()
    annotate(io.BytesIO(data), out.write, lambda _format, reading: reading.text)
    assert out.getvalue().count(b"\n") == data.count(b"\n")


if __name__ == "__main__":
    # What is found goes into the first folder, the samples are only read.
    found = Path(sys.argv[0]).with_suffix(".seeds")
    found.mkdir(exist_ok=True)
    atheris.Setup([*sys.argv, str(found), str(SAMPLES)], one_input)
    atheris.Fuzz()
