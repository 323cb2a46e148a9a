# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads lines that are nothing but a reason, with or without a count as `uniq -c` prints it."""

import re
from typing import ClassVar

from dropreasons.decode.event import Event, Reading
from dropreasons.decode.spelling import LONGEST, read_number, read_spelling

_LONGEST_LINE = LONGEST + 50

# FULL, LSM or UNKNOWN may be any word: a name of one word counts only with its prefix.
_SURE = re.compile(
    r"SKB_DROP_REASON_[A-Z0-9_]+|[A-Z0-9]+_[A-Z0-9_]+|0[xX][0-9a-fA-F]+|[0-9]+|[0-9]+/[0-9]+|[a-z0-9_]+/[A-Z0-9]+_[A-Z0-9_]+"
    r"|(?:OPENVSWITCH|MAC80211_\w+|QDISC):[0-9]+|unknown:[0-9]+|(?:…|\.\.\.)[A-Z0-9]*_[A-Z0-9_]+|NetworkEvent_\w+"
)
_FUNCTION = re.compile(r"[a-z_]*skb[a-z0-9_]* ?\([A-Z0-9_a-z]+\)")
_COUNT_FIRST = re.compile(r"( *[0-9]{1,20}) +(\S+)")
_COUNT_LAST = re.compile(r"(\S+)\s+([0-9]{1,20})")
_UNIQ_WIDTH = 7


class Plain:
    """The last of the formats: names and numbers on lines of their own."""

    name: ClassVar[str] = "plain"

    def read(self, line: str) -> Event | None:
        """Read a reason, NAME (N), count and name, or name and count."""
        if len(line) > _LONGEST_LINE:
            return None
        reading = read_alone(line)
        return Event(reading) if reading else _counted(line.rstrip())


def read_alone(text: str) -> Reading | None:
    """Read a text that is a reason and cannot be a word."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    bare = text.partition(" (")[0] if text.endswith(")") else text
    if _SURE.fullmatch(bare) or _FUNCTION.fullmatch(text) or text.startswith("Unknown reason "):
        return read_spelling(text)
    return None


def _counted(line: str) -> Event | None:
    """Read a reason with its count; two numbers are read only in the columns of `uniq -c`."""
    found = _COUNT_FIRST.fullmatch(line)
    if found:
        count, text = found.groups()
    else:
        found = _COUNT_LAST.fullmatch(line.strip())
        if not found:
            return None
        text, count = found.groups()
    reading = read_alone(text)
    in_columns = found.re is _COUNT_FIRST and len(count) >= _UNIQ_WIDTH
    if reading is None or not int(count) or (read_number(text) is not None and not in_columns):
        return None
    return Event(reading, count=int(count))
