# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Findings: what is wrong, where, and how badly; the same shape wherever they are shown."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

Level = Literal["error", "warning", "info"]
_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}


class Location(NamedTuple):
    """A place in a file; line and column count from 1, and 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Finding(NamedTuple):
    """One thing to mend or to know."""

    id: str
    level: Level
    message: str
    location: Location
    context: str = ""

    def as_text(self) -> str:
        """Return the line people and editors read."""
        return f"{self.location}: {self.id} {self.level}: {self.message}"

    def as_github(self) -> str:
        """Return the line GitHub Actions turns into an annotation."""
        place = f"file={self.location.file}"
        if self.location.line:
            place += f",line={self.location.line},col={self.location.column}"
        message = self.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        return f"::{_GITHUB[self.level]} {place},title={self.id}::{message}"

    def as_dict(self) -> dict[str, object]:
        """Return the published form."""
        return {
            "id": self.id,
            "level": self.level,
            "message": self.message,
            "location": self.location._asdict(),
            "context": self.context,
        }


class FindingsError(Exception):
    """Work that cannot go on because of what was found."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(f.as_text() for f in self.findings))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding is an error."""
    return any(f.level == "error" for f in findings)
