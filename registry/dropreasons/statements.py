# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says in words what each part of an entry rests on, from the grades in its document."""

from collections.abc import Iterator, Mapping
from typing import Any


def statements(reason: Mapping[str, Any]) -> Iterator[str]:
    """Yield one sentence for each part of an entry."""
    evidence = reason["evidence"]
    yield _numbers(evidence["numbers"])
    yield _callers(evidence["callers"])
    yield _meaning(evidence["meaning"])
    yield _counters(evidence["counters"])
    yield _experiments(reason["reproduced"])
    if not reason["overlay"]:
        yield _releases(reason["registry"])


def _numbers(numbers: dict[str, Any]) -> str:
    if numbers["grade"] == "none":
        return "Numbers: none, as no kernel that was read has the name."
    if numbers["grade"] == "stated":
        return "Numbers: what the overlay states; no kernel was read for them."
    if numbers["grade"] == "inferred":
        return "Numbers: inferred; no list that holds the name was read."
    return f"Numbers: read from {_count(numbers['readings'], 'kernel')}."


def _callers(callers: dict[str, Any]) -> str:
    if callers["grade"] == "stated":
        return "Callers: what the overlay states; its source was not read here."
    if callers["grade"] == "none":
        return f"Callers: none in the {callers['trees']} source trees that were read."
    return f"Callers: found in {len(callers['kernels'])} of the {callers['trees']} source trees that were read."


def _meaning(meaning: dict[str, Any]) -> str:
    if meaning["grade"] == "stated":
        return "Meaning: as the overlay states it."
    if meaning["grade"] == "unused":
        return "Meaning: from the name's own place in the source, as nothing raises it."
    if meaning["grade"] == "unread":
        return "Meaning: not yet written from the functions that raise it."
    return f"Meaning: written from {_count(meaning['functions'], 'function')}, as in {_list(meaning['kernels'])}."


def _counters(counters: dict[str, Any]) -> str:
    if counters["grade"] == "none":
        return "Counters: no counter is known that rises with each such drop."
    return f"Counters: {counters['counters']}, each with the function that bumps it."


def _experiments(reproduced: list[dict[str, Any]]) -> str:
    if not reproduced:
        return "By experiment: not yet."
    kernels: dict[str, list[str]] = {}
    for row in reproduced:
        kernels.setdefault(row["experiment"], []).append(row["kernel"] + _freed(row["caller"]))
    return f"By experiment: {'; '.join(f'{name}, on {_list(on)}' for name, on in kernels.items())}."


def _freed(caller: str | None) -> str:
    return f" (freed in {caller})" if caller else ""


def _count(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _list(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _releases(registry: dict[str, str | None]) -> str:
    """Say since which release of the registry the entry is as it is."""
    added, changed = registry["added_in"], registry["changed_in"]
    if added is None:
        return "Registry: not in a release yet."
    since = f"Registry: in every release since {added}"
    if changed is None:
        return f"{since}; changed since the last one."
    return f"{since}." if changed == added else f"{since}, as it is since {changed}."
