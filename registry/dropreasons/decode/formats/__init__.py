# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The formats, one module each; a format reads a line, and keeps what it must of the lines before."""

from typing import Any, ClassVar, Protocol

from dropreasons.decode.event import Event, Told


class TextFormat(Protocol):
    """A format of lines of text; one object reads one input from its beginning."""

    name: ClassVar[str]

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format; the line has no colours and no newline."""


class JsonFormat(Protocol):
    """A format of one JSON object a line."""

    name: ClassVar[str]

    def read(self, record: dict[str, Any]) -> Event | Told | list[Event] | None:
        """Return what an object tells, None if it is not of this format."""
