# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Imports the reasons of kernel headers: the core enum, the sub-systems' ids, and the lists that stand beside them."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dropreasons.c_source import NotEvaluated, read_c_enums, without_comments
from dropreasons.importers.reading import Imported, NotImported, imported

LARGEST_HEADER = 4 * 1024 * 1024
#: Where a tree keeps its enums: the core list has moved twice (v6.0, v6.4).
CORE_HEADERS = ("include/net/dropreason-core.h", "include/net/dropreason.h", "include/linux/skbuff.h")
OTHER_HEADERS = ("include/net/dropreason.h", "include/net/dropreason-qdisc.h", "net/mac80211/drop.h",
                 "net/openvswitch/drop.h")  # fmt: skip
TRACEPOINT = "include/trace/events/skb.h"
HEADERS = tuple(dict.fromkeys((*CORE_HEADERS, *OTHER_HEADERS, TRACEPOINT)))
_CORE = re.compile(r"\benum\s+skb_drop_reason\s*\{")
_LIST = re.compile(r"#define\s+DEFINE_DROP_REASON\(FN,\s*FNe\)((?:[^\\\n]|\\\n)*)")
_FIELDS = re.compile(r"TRACE_EVENT\(kfree_skb,.*?TP_STRUCT__entry\((.*?)\),\s*\n\s*TP_fast", re.DOTALL)


def read_text(data: bytes, name: str) -> str:
    """Return a header's text.

    Raises:
        NotImported: it is too large, or no text.
    """
    if len(data) > LARGEST_HEADER:
        raise NotImported(f"{name}: {len(data)} bytes; a header has at most {LARGEST_HEADER}")
    if b"\0" in data:
        raise NotImported(f"{name}: binary data, not a C header")
    return data.decode("utf-8", "replace")


def import_header_file(path: Path) -> Imported:
    """Import one header, with those it belongs to where they lie beside it as in a tree.

    Raises:
        NotImported: it holds no enum skb_drop_reason, or one that cannot be evaluated.
    """
    root = next((parent for parent in path.resolve().parents if (parent / "include").is_dir()), None)

    def beside(name: str) -> bytes | None:
        other = root / name if root else None
        return other.read_bytes() if other and other.is_file() else None

    inside = root and any(path.resolve() == (root / name).resolve() for name in HEADERS)
    if inside:
        return import_headers(beside, "unknown", {"type": "header", "path": path.name})
    text = read_text(path.read_bytes(), path.name)
    files = {CORE_HEADERS[0]: text.encode()}
    return import_headers(files.get, "unknown", {"type": "header", "path": path.name})


def import_headers(
    read: Callable[[str], bytes | None], kernel: str, source: Mapping[str, str | list[str]], evidence: str = ""
) -> Imported:
    """Import the headers of a tree.

    Args:
        read: returns the bytes of a file by its path in the tree, None where there is none.
        kernel: the release they are of.
        source: where they come from.
        evidence: how the release is known.

    Raises:
        NotImported: there is no enum skb_drop_reason, one cannot be evaluated, or the X-macro and the enum differ.
    """
    texts = {name: read_text(data, name) for name in HEADERS if (data := read(name)) is not None}
    core = next((name for name in CORE_HEADERS if _CORE.search(without_comments(texts.get(name, "")))), None)
    if core is None:
        raise NotImported(
            "no enum skb_drop_reason in its headers: this kernel gives no drop reasons, or it is another file"
        )
    names = list(dict.fromkeys([core, *(name for name in OTHER_HEADERS if name in texts)]))
    if core == CORE_HEADERS[2]:
        names = [core]
        texts[core] = _only_the_enum(texts[core])
    try:
        enums = read_c_enums([texts[name] for name in names])
    except NotEvaluated as error:
        raise NotImported(f"{core}: {error}") from error
    differing = sorted(set(_listed(texts[core])) ^ set(_enumerated(enums["skb_drop_reason"])))
    if _listed(texts[core]) and differing:
        raise NotImported(f"{core}: DEFINE_DROP_REASON and the enum differ: {', '.join(differing[:5])}")
    digest = hashlib.sha256(read(core) or b"").hexdigest()
    return imported(
        enums,
        kernel,
        {**source, "sha256": digest},
        header=core,
        tracepoint_fields=list(_tracepoint_fields(texts.get(TRACEPOINT, ""))) or None,
        version_evidence=evidence or "not in the headers",
    )


def _only_the_enum(text: str) -> str:
    """Cut the enum out of skbuff.h, which holds much else."""
    found = _CORE.search(text)
    assert found
    return text[found.start() : text.index("}", found.start()) + 2]


def _listed(text: str) -> list[str]:
    """Return the names of the X-macro list, if there is one."""
    found = _LIST.search(without_comments(text))
    return re.findall(r"\bFNe?\((\w+)\)", found[1]) if found else []


def _enumerated(core: Mapping[str, int]) -> Iterator[str]:
    """Yield the names of the enum that the list should have."""
    prefix = "SKB_DROP_REASON_"
    for symbol in core:
        if symbol.startswith(prefix) and symbol != f"{prefix}SUBSYS_MASK":
            yield symbol.removeprefix(prefix)


def _tracepoint_fields(text: str) -> Iterator[str]:
    """Yield the fields of the tracepoint skb:kfree_skb, as the tree declares them."""
    found = _FIELDS.search(without_comments(text))
    for kind, name in re.findall(r"__field\(\s*(.+?),\s*(\w+)\s*\)", found[1]) if found else ():
        yield f"{' '.join(kind.split())}, {name}"
