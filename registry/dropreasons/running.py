# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the drop reasons of the kernel this program runs on, from its BTF or from tracefs."""

import os
from typing import NamedTuple

from dropreasons.btf import BTFError, read_enums
from dropreasons.enums import CORE_ENUM, MODULES, REASON_ENUMS, lists_from_enums
from dropreasons.printed_tables import format_pairs, reasons_of

_BTF = "/sys/kernel/btf"
_TRACEFS = ("/sys/kernel/tracing", "/sys/kernel/debug/tracing")
_FORMAT = "events/skb/kfree_skb/format"


class NotReadable(Exception):
    """A kernel that shows its reasons nowhere this user may look."""


class RunningTable(NamedTuple):
    """The names of the running kernel by value, and where they were read.

    `complete` is False when only the core list could be read.
    """

    release: str
    source: str
    names: dict[int, str]
    complete: bool


def read_running() -> RunningTable:
    """Read the running kernel's own table.

    Raises:
        NotReadable: neither BTF nor tracefs can be read.
    """
    tried = []
    for reader in (_from_btf, _from_tracefs):
        try:
            return reader()
        except (OSError, BTFError) as error:
            tried.append(f"{getattr(error, 'filename', None) or _BTF}: {getattr(error, 'strerror', None) or error}")
    raise NotReadable(f"this kernel's own table cannot be read ({'; '.join(tried)})")


def _from_btf() -> RunningTable:
    """Read vmlinux's BTF, and those of the modules that bring lists of their own."""
    path = f"{_BTF}/vmlinux"
    with open(path, "rb") as stream:
        base = stream.read()
    enums = read_enums(base, REASON_ENUMS)
    if CORE_ENUM not in enums:
        raise BTFError("BTF without enum skb_drop_reason: this kernel gives no drop reasons")
    for module, enum in MODULES.items():
        if os.path.exists(f"{_BTF}/{module}"):
            with open(f"{_BTF}/{module}", "rb") as stream:
                enums |= read_enums(stream.read(), (enum, f"___{enum}"), base)
    names: dict[int, str] = {}
    for values in lists_from_enums(enums).lists.values():
        for symbol, value in values.items():
            if not (symbol.startswith("__") or symbol.endswith(("_MAX", "_SUBSYS_MASK"))):
                names.setdefault(value, symbol.removeprefix("SKB_DROP_REASON_"))
    return RunningTable(os.uname().release, path, names, complete=True)


def _from_tracefs() -> RunningTable:
    """Read the format file of the tracepoint, which knows the core list only."""
    error: OSError | None = None
    for root in _TRACEFS:
        try:
            with open(f"{root}/{_FORMAT}", encoding="utf-8") as stream:
                text = stream.read()
        except OSError as problem:
            error = error or problem
            continue
        return RunningTable(
            os.uname().release, f"{root}/{_FORMAT}", dict(reasons_of(format_pairs(text))), complete=False
        )
    raise error or OSError("no tracefs")
