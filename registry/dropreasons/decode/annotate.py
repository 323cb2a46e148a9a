# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Copies an input, and appends to each line that tells a drop what its reason means; at once, for who looks on."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO

from dropreasons.decode.event import Reading, Told
from dropreasons.decode.recognise import LONGEST_JSON, Line, Recogniser
from dropreasons.decode.tails import MARK, halves, read_half

Explain = Callable[[str, Reading], str]
Hear = Callable[[Told], None]

_BLOCK = 1 << 16
_MOST_KEPT = 20_000
_MOST_REASONS = 3
_BETWEEN = "  # "
#: What a terminal would obey; a carriage return before the end of the line is part of that.
_CONTROL = re.compile(r"(?!\r\n)[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def annotate(
    stream: BinaryIO,
    write: Callable[[bytes], object],
    explain: Explain,
    *,
    visible: bool = False,
    hear: Hear | None = None,
) -> None:
    """Write each line of an input as it was, with its reason explained behind it.

    Args:
        stream: the input.
        write: takes whole lines as soon as they are there, and must pass them on at once.
        explain: returns what is appended for a format and a reason; empty for nothing.
        visible: shows what a terminal would obey, instead of passing it on.
        hear: is told what a line says of the machine; what `explain` said before is then forgotten.
    """
    annotator = _Annotator(explain, hear)
    put = (lambda block: write(_shown(block))) if visible else write
    rest, endless = b"", False
    while chunk := stream.read1(_BLOCK):  # type: ignore[attr-defined]  # every buffered stream has it
        if endless:
            end = chunk.find(b"\n") + 1 or len(chunk)
            put(chunk[:end])
            endless, chunk = chunk[end - 1 : end] != b"\n", chunk[end:]
        rest += chunk
        cut = rest.rfind(b"\n") + 1
        if cut:
            put(annotator.block(rest[:cut]))
            rest = rest[cut:]
        elif len(rest) > LONGEST_JSON:
            put(rest)
            rest, endless = b"", True
    if rest:
        put(annotator.block(rest))


def _shown(block: bytes) -> bytes:
    """Return a text in which everything that a terminal would obey is written out."""
    text = block.decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text).encode()


class _Annotator:
    """Annotates the lines of one input."""

    def __init__(self, explain: Explain, hear: Hear | None) -> None:
        self._recogniser = Recogniser()
        self._explain = explain
        self._hear = hear
        #: The ends of lines of skb:kfree_skb, from the mark on, with what is appended, by what they were.
        self._ends: dict[bytes, bytes] = {}
        self._texts: dict[tuple[str, Reading], str] = {}

    def block(self, block: bytes) -> bytes:
        """Return the lines of a block with what is appended to them."""
        return self._by_ends(block) or b"".join([self._line(raw) for raw in BytesIO(block)])

    def _by_ends(self, block: bytes) -> bytes | None:
        """Annotate lines of skb:kfree_skb, None if there are others among them."""
        parts = halves(block) if block[-1:] == b"\n" else None
        if parts is None:
            return None
        try:
            parts[1::2] = map(self._ends.__getitem__, parts[1::2])
        except KeyError:
            return self._by_ends(block) if self._learnt(parts[1::2]) else None
        return b"".join(parts)

    def _learnt(self, tails: list[bytes]) -> bool:
        """Keep the ends of lines that are new; False if one of them is none."""
        if len(self._ends) > _MOST_KEPT:
            self._ends.clear()
        for tail in set(tails) - self._ends.keys():
            event = read_half(tail)
            if event is None:
                return False
            self._ends[tail] = _appended(MARK + tail[1:] + b"\n", self._text("trace", event.reading))
        return True

    def _line(self, raw: bytes) -> bytes:
        line = self._recogniser.read(raw)
        if line is None:
            return raw
        if self._hear and (line.told.kernel or line.told.names):
            self._hear(line.told)
            self._ends.clear()
            self._texts.clear()
        return _appended(raw, self._texts_of(line)) if line.events else raw

    def _texts_of(self, line: Line) -> str:
        """Return what is appended to a line, which may tell of many drops."""
        readings = list(dict.fromkeys(event.reading for event in line.events))
        texts = [text for reading in readings[:_MOST_REASONS] if (text := self._text(line.format, reading))]
        more = len(readings) - _MOST_REASONS
        return "; ".join(texts + ([f"and {more} more"] if more > 0 else []))

    def _text(self, format_name: str, reading: Reading) -> str:
        """Return what is appended for a reason."""
        key = (format_name, reading)
        if key not in self._texts:
            if len(self._texts) > _MOST_KEPT:
                self._texts.clear()
            text = self._explain(format_name, reading)
            self._texts[key] = "".join(letter if letter.isprintable() else "?" for letter in text)
        return self._texts[key]


def _appended(raw: bytes, text: str) -> bytes:
    """Return a line with a text before its end."""
    if not text:
        return raw
    body = raw.rstrip(b"\r\n")
    return body + f"{_BETWEEN}{text}".encode() + raw[len(body) :]
