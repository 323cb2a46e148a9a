# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes a C header with the drop reasons of one kernel: its names and numbers, explained in our words."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dropreasons.lookup import Registry
from dropreasons.resolve import Resolution, resolve

STYLES = ("core", "skbuff")
_PREFIX = "SKB_DROP_REASON_"
_MAX = f"{_PREFIX}MAX"
_MASK = f"{_PREFIX}SUBSYS_MASK"
# Which C enum holds the list of each sub-system.
_ENUMS = {
    "mac80211_unusable": "mac80211_drop_reason",
    "mac80211_monitor": "mac80211_drop_reason",
    "openvswitch": "ovs_drop_reason",
    "qdisc": "qdisc_drop_reason",
}


class NoSingleTable(LookupError):
    """A kernel whose table is not known, or that could have several."""


class Enumerator(NamedTuple):
    """A C enumerator of a table and the summary of the reason it names."""

    symbol: str
    value: int
    summary: str


def header_for_kernel(registry: Registry, kernel: str, style: str = "core") -> str:
    """Return a header for a kernel release.

    Raises:
        NotARelease: `kernel` is no kernel release string.
        NoSingleTable: the kernel resolves to no table, or to several.
    """
    resolution = single_table(registry, kernel)
    return header_for_table(registry, str(resolution.candidates[0].table), style, origin_of(resolution))


def single_table(registry: Registry, kernel: str) -> Resolution:
    """Return the resolution of a kernel release that has one table.

    Raises:
        NotARelease: `kernel` is no kernel release string.
        NoSingleTable: the kernel resolves to no table, or to several.
    """
    resolution = resolve(registry.database, kernel)
    tables = [candidate.table for candidate in resolution.candidates]
    if len(tables) > 1:
        shown = ", ".join(str(table) for table in tables)
        raise NoSingleTable(f"{kernel} may have one of {len(tables)} tables ({shown}): {'; '.join(resolution.notes)}")
    if not tables or tables[0] is None:
        why = "; ".join(resolution.notes) or "it gives no drop reasons"
        raise NoSingleTable(f"there is no table for {kernel}: {why}")
    return resolution


def header_for_table(registry: Registry, table: str, style: str = "core", origin: Iterable[str] = ()) -> str:
    """Return a header for a table of kernels/."""
    lists = _lists(registry, table)
    subsystems = registry.database.execute(
        "select id, subsystem, known from subsystem where table_id = ? order by id", (table,)
    ).fetchall()
    core = lists.pop("core")
    rest = _subsystems(subsystems, lists) if any(e.symbol == _MASK for e in core) else ()
    return header_of(
        core, style, (*origin, f"Made by `dropreasons header` from kernels/tables/{table}.yaml and reasons.yaml."), rest
    )


def header_of(core: Sequence[Enumerator], style: str, origin: Iterable[str], more: Iterable[str] = ()) -> str:
    """Return a header with the core list, and with further declarations after it."""
    guard = f"DROPREASONS_{style.upper()}_H"
    parts = [_preamble(origin), f"#ifndef {guard}\n#define {guard}\n"]
    if style == "core":
        parts.append(_x_macro(core))
    parts += [_enum("skb_drop_reason", core), *more, f"#endif /* {guard} */\n"]
    return "\n".join(parts)


def origin_of(resolution: Resolution) -> Iterator[str]:
    """Say for which kernel a header or another source was asked, and how sure its table is."""
    yield f"Kernel {resolution.release.text}, confidence: {resolution.confidence}."
    yield from (note[0].upper() + note[1:] + "." for note in resolution.notes)


def _lists(registry: Registry, table: str) -> dict[str, list[Enumerator]]:
    """Return the lists of a table in the order of the kernel's own."""
    rows = registry.database.execute(
        "select value.subsystem, value.symbol, value, coalesce(reason.summary, ''), inferred from value"
        " left join spelling on spelling.spelling = upper(value.name) left join reason on reason.name = spelling.name"
        " where table_id = ? order by value.subsystem, value.position",
        (table,),
    )
    lists: dict[str, list[Enumerator]] = {}
    for subsystem, symbol, value, summary, _ in rows:
        lists.setdefault(subsystem, []).append(Enumerator(symbol, value, summary))
    return lists


def _preamble(origin: Iterable[str]) -> str:
    sentences = [
        "Drop reasons of one Linux kernel: enum skb_drop_reason and its sub-systems.",
        *origin,
        "The numbers are that kernel's, the comments are the registry's own words.",
    ]
    lines = [" *"]
    for sentence in sentences:
        lines += textwrap.wrap(sentence, 77, initial_indent=" * ", subsequent_indent=" * ", break_on_hyphens=False)
    body = "\n".join(line.replace("*/", "* /") for line in lines[1:])
    return f"/* SPDX-License-Identifier: GPL-2.0-only OR MIT */\n/*\n{body}\n */\n"


def _x_macro(core: Iterable[Enumerator]) -> str:
    """Return the list that a caller expands with a macro of his own, MAX apart as the kernel has it."""
    names = [e.symbol.removeprefix(_PREFIX) for e in core if e.symbol.startswith(_PREFIX)]
    lines = [f"\tFN({name})" for name in names if name not in {"MAX", "SUBSYS_MASK"}] + ["\tFNe(MAX)"]
    return "#define DEFINE_DROP_REASON(FN, FNe)\t\\\n" + "\t\\\n".join(lines) + "\n"


def _enum(name: str, enumerators: Iterable[Enumerator], note: str = "") -> str:
    lines = [f"/* {note} */"] if note else []
    lines.append(f"enum {name} {{")
    for each in enumerators:
        lines += _comment(each)
        number = f"{each.value:#x}" if each.value > 0xFFFF else str(each.value)
        lines.append(f"\t{each.symbol} = {number},")
    return "\n".join([*lines, "};", ""])


def _comment(each: Enumerator) -> list[str]:
    """Return the kernel-doc comment of one enumerator."""
    about = {
        _MAX: "One past the last number in use; never the reason of a drop.",
        _MASK: "The bits of a value that hold the id of its sub-system.",
    }.get(each.symbol, each.summary)
    text = f"@{each.symbol}: {about}".replace("*/", "* /")
    lines = textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False)
    if len(lines) == 1 and len(lines[0]) <= 68:
        return [f"\t/** {lines[0]} */"]
    return ["\t/**", *(f"\t * {line}" for line in lines), "\t */"]


def _subsystems(subsystems: list[tuple[int, str, str]], lists: dict[str, list[Enumerator]]) -> Iterator[str]:
    """Yield the ids of the sub-systems and the enums whose lists are known."""
    if len(subsystems) == 1:
        yield "/* This kernel has sub-systems of reasons, but their ids were not read. */\n"
        return
    ids = [Enumerator(f"{_PREFIX}SUBSYS_{name.upper()}", number, f"id of {name}") for number, name, _ in subsystems]
    ids.append(Enumerator(f"{_PREFIX}SUBSYS_NUM", ids[-1].value + 1, "how many sub-systems there are"))
    yield "#define SKB_DROP_REASON_SUBSYS_SHIFT 16\n"
    yield _enum("skb_drop_reason_subsys", ids)
    enums: dict[str, list[Enumerator]] = {}
    notes = {}
    for _, name, known in subsystems[1:]:
        if known == "unknown":
            yield f"/* The list of {name} was not read for this kernel. */\n"
        else:
            enum = _ENUMS.get(name, f"{name}_drop_reason")
            enums.setdefault(enum, []).extend(lists[name])
            if known == "inferred":
                notes[enum] = "Inferred from the kernels before and after, not read from this one."
            elif known != "read":
                notes[enum] = f"Known {known}, not from Linux."
    for enum, enumerators in enums.items():
        yield _enum(enum, enumerators, notes.get(enum, ""))
