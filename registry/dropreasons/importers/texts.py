# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Imports tables printed as text: tracefs format files, vmlinux.h, and a dump of drdump."""

import hashlib
import re

from dropreasons.c_source import NotEvaluated, read_c_enums
from dropreasons.importers.reading import Imported, NotImported, Provenance, imported
from dropreasons.printed_tables import drdump_pairs, format_pairs

_FORMAT = re.compile(r"^name: (kfree_skb|qdisc_drop)$", re.MULTILINE)


def is_tracefs_format(text: str) -> bool:
    """Tell whether a text is the format file of a tracepoint that gives reasons."""
    return bool(_FORMAT.search(text[:400])) and "print fmt:" in text


def is_drdump(text: str) -> bool:
    """Tell whether a text is a whole table as drdump prints it."""
    return len(drdump_pairs(text[:4000])) > 3


def import_tracefs(text: str, kernel: str, path: str) -> Imported:
    """Import events/skb/kfree_skb/format, or events/qdisc/qdisc_drop/format.

    Raises:
        NotImported: it lists no reasons, as before v5.17.
    """
    event = _FORMAT.search(text)
    pairs = format_pairs(text)
    if event is None or not pairs:
        raise NotImported(f"{path}: lists no reasons; kernels before v5.17 give none")
    if event[1] == "qdisc_drop":
        raise NotImported(f"{path}: lists the qdisc reasons without their sub-system; import kfree_skb/format or BTF")
    core = {symbol: number for number, symbol in pairs}
    # The tracepoint leaves out what it can never show: 0 and, from v6.2, SKB_CONSUMED.
    lowest = min(core.values())
    hidden = ["SKB_NOT_DROPPED_YET", "SKB_CONSUMED"][:lowest]
    core = {symbol: number for number, symbol in enumerate(hidden)} | core
    fields = re.findall(r"^\tfield:(.+?);", text, re.MULTILINE)
    return imported(
        {"skb_drop_reason": core},
        kernel,
        _source("tracefs", path, text),
        tracepoint_fields=[" ".join(f.split()) for f in fields if " common_" not in f],
        note="a tracepoint shows the core list only",
    )


def import_vmlinux_h(text: str, kernel: str, path: str) -> Imported:
    """Import what `bpftool btf dump file ... format c` prints.

    Raises:
        NotImported: it holds no enum skb_drop_reason.
    """
    try:
        enums = read_c_enums([text])
    except NotEvaluated as error:
        raise NotImported(f"{path}: {error}") from error
    return imported(enums, kernel, _source("vmlinux.h (generated from BTF)", path, text))


def import_drdump(text: str, kernel: str, path: str) -> Imported:
    """Import a whole table as drdump prints it.

    Raises:
        NotImported: it lists no core reasons.
    """
    rows = {symbol: number for number, symbol in drdump_pairs(text)}
    enums: dict[str, dict[str, int]] = {
        "skb_drop_reason": {s: n for s, n in rows.items() if s.startswith("SKB_") and n < 1 << 16}
    }
    note = "drdump prints no ids of sub-systems"
    return imported(enums, kernel, _source("drdump", path, text), note=note)


def _source(kind: str, path: str, text: str) -> Provenance:
    return {"type": kind, "path": path, "sha256": hashlib.sha256(text.encode()).hexdigest()}
