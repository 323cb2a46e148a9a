# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the drops that this process causes, from a tracefs instance of its own."""

import os
import re
from pathlib import Path
from types import TracebackType
from typing import Self

TRACEFS = Path("/sys/kernel/tracing")
_EVENT = re.compile(r"kfree_skb: .*location=(?P<function>\w+)\S* reason: (?P<reason>\w+)")


class Trace:
    """The event skb:kfree_skb of this process, until the block ends; the instance is then removed."""

    def __init__(self) -> None:
        self._instance = TRACEFS / "instances" / f"dropreasons-lab-{os.getpid()}"
        self._switch = self._instance / "events/skb/kfree_skb/enable"

    def __enter__(self) -> Self:
        self._instance.mkdir()
        (self._instance / "set_event_pid").write_text(str(os.getpid()))
        self._switch.write_text("1")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._switch.write_text("0")
        self._instance.rmdir()

    def drops(self) -> list[tuple[str, str]]:
        """Return the reason and the function of each drop so far, as the kernel itself prints them."""
        text = (self._instance / "trace").read_text()
        return [(found["reason"], found["function"]) for found in _EVENT.finditer(text)]
