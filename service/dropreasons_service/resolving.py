# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Resolves many pairs of kernel and value: what pairs share is worked out once and kept as bytes."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from dropreasons.lookup import Registry
from dropreasons.numbers import on_kernel
from dropreasons.resolve import resolve
from dropreasons_service.answers import to_json

_KERNELS_KEPT = 4096
#: How many pairs are looked at to tell whether they repeat.
_SAMPLE = 500


class _Meant(NamedTuple):
    """What a value means in some tables, as the JSON of an answer has it; `notes` without brackets."""

    meanings: bytes
    notes: bytes
    end: bytes


class _Frame(NamedTuple):
    """What all answers for one kernel share, as JSON around meanings, further notes and value.

    `meant` is one for all kernels with the same tables: what the values asked so far mean in them.
    """

    meant: dict[int, _Meant]
    head: bytes
    notes: bytes
    count_of_notes: int
    tail: bytes
    notes_and_tail: bytes


class Resolver:
    """Answers `on_kernel` as JSON bytes; its memory is bounded by the data, and by the latest kernels."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known = {row[0] for row in registry.database.execute("select distinct value from value")}
        self._tables: dict[Any, dict[int, _Meant]] = {}
        self._frame = lru_cache(_KERNELS_KEPT)(self._frame_of)

    def resolved(self, kernel: str, value: int) -> bytes:
        """Return what a value means on a kernel: the very bytes of the answer to one question.

        Raises:
            NotARelease: `kernel` is no kernel release string.
        """
        return b"".join(self._pieces([(kernel, value)]))[1:]

    def listed(self, pairs: Sequence[tuple[str, int]]) -> list[bytes]:
        """Return the answers to many questions, a comma before each, in pieces that are not yet joined.

        Raises:
            NotARelease: a kernel is no kernel release string.
        """
        sample = pairs[:_SAMPLE]
        if 2 * len(set(sample)) > len(sample):
            return self._pieces(pairs)
        made = {pair: b"".join(self._pieces([pair])) for pair in dict.fromkeys(pairs)}
        return list(map(made.__getitem__, pairs))

    def _pieces(self, pairs: Iterable[tuple[str, int]]) -> list[bytes]:
        pieces: list[bytes] = []
        frame_of, unknown = self._frame, dict[tuple[int, int], _Meant]()
        for kernel, value in pairs:
            frame = frame_of(kernel)
            meant = frame.meant.get(value) or unknown.get((id(frame.meant), value))
            if meant is None:
                meant = self._meant(frame, kernel, value)
                # What no table has is forgotten after the batch: anybody can ask for four thousand million of them.
                if value not in self._known:
                    unknown[id(frame.meant), value] = meant
            if meant.notes:
                between = b"," if frame.notes else b""
                pieces += (frame.head, meant.meanings, frame.notes, between, meant.notes, frame.tail, meant.end)
            else:
                pieces += (frame.head, meant.meanings, frame.notes_and_tail, meant.end)
        return pieces

    def _frame_of(self, kernel: str) -> _Frame:
        """Take apart one answer for a kernel; its keys come in alphabetical order."""
        resolution = resolve(self._registry.database, kernel)
        answer = on_kernel(self._registry, 0, kernel)
        lists = tuple((candidate.table, candidate.shows) for candidate in resolution.candidates)
        # Of a kernel without reasons a note says so whatever the value; other notes depend on it.
        notes = answer["notes"] if None in dict(lists) else list(resolution.notes)
        head = {key: said for key, said in answer.items() if key < "meanings"}
        tail = {key: said for key, said in answer.items() if "notes" < key < "value"}
        notes_told, tail_told = to_json(notes)[1:-1], b"]," + to_json(tail)[1:-1]
        return _Frame(
            self._tables.setdefault(lists, {}),
            b"," + to_json(head)[:-1] + b',"meanings":',
            notes_told,
            len(notes),
            tail_told,
            notes_told + tail_told,
        )

    def _meant(self, frame: _Frame, kernel: str, value: int) -> _Meant:
        """Work out what a value means in the tables of a kernel, and keep it if any table has the value."""
        answer = on_kernel(self._registry, value, kernel)
        end = to_json({key: answer[key] for key in ("value", "value_hex")})[1:]
        notes = to_json(answer["notes"][frame.count_of_notes :])[1:-1]
        meant = _Meant(to_json(answer["meanings"]) + b',"notes":[', notes, b"," + end)
        if value in self._known:
            frame.meant[value] = meant
        return meant
