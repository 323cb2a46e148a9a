# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes what happens as lines of JSON: one for each request, and one for what the service itself does."""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

_LONGEST = 500


class AccessLog:
    """A line of JSON for each request; nothing of a body is written, and long addresses are cut."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr

    def request(self, asked: Mapping[str, Any], status: int, seconds: float = 0.0) -> None:
        """Write one request.

        Args:
            asked: an ASGI scope.
            status: of the answer; 0 where the client left before it began.
            seconds: how long the answer took; written in milliseconds.
        """
        client = asked["client"]
        line = {
            "time": _now(),
            "event": "request",
            "client": client[0] if client else None,
            "method": asked["method"],
            "path": asked["path"][:_LONGEST],
            "query": asked["query_string"][:_LONGEST].decode("ascii", "backslashreplace"),
            "status": status,
            "ms": round(seconds * 1000, 3),
        }
        self._out.write(json.dumps(line) + "\n")


class JsonLines(logging.Formatter):
    """Log records as lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one record as a line."""
        line: dict[str, Any] = {"time": _now(), "event": record.name, "level": record.levelname.lower()}
        line["message"] = record.getMessage()
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="milliseconds")
