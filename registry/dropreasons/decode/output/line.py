# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Says in a few words what the reason on one line means, to be put behind that line."""

from dropreasons.decode.event import Reading, Told
from dropreasons.decode.machine import UNKNOWN, Machine, told
from dropreasons.decode.meaning import Decoded, decode
from dropreasons.decode.output.printable import printable
from dropreasons.decode.output.words import SEVERITY_WORDS
from dropreasons.decode.rows import label_of
from dropreasons.lookup import Registry

_MOST_CANDIDATES = 4


class Explainer:
    """Explains the reasons of one input, and learns from its lines which kernel it comes from."""

    def __init__(self, registry: Registry, given: Machine | None, otherwise: Machine = UNKNOWN) -> None:
        """Take the machine that the user gave, which goes before what the input says, and one if that says nothing."""
        self._registry = registry
        self._given = given
        self._machine = _usable(given or otherwise)
        self._kernel: str | None = None
        self._names: dict[int, str] = {}

    def hear(self, line: Told) -> None:
        """Learn from a line that tells of the machine."""
        self._kernel = line.kernel or self._kernel
        self._names |= line.names or {}
        if self._given is None:
            self._machine = _usable(told(self._registry, self._kernel, self._names or None))

    def explain(self, format_name: str, reading: Reading) -> str:
        """Return name, meaning and severity, or what is possible."""
        decoded = decode(self._registry, reading, self._machine, format_name)
        label = printable(label_of(decoded))
        if decoded.corrected_from:
            label += f" (printed as {printable(decoded.corrected_from)})"
        if decoded.candidates:
            return f"{label} is one of {_candidates(decoded)}"
        if decoded.summary is None:
            return f"{label}: {printable('; '.join(decoded.notes), 200)}" if decoded.notes else label
        likely = ", likely" if decoded.confidence == "assumed" else ""
        return f"{label}: {decoded.summary} [{SEVERITY_WORDS[decoded.severity or 'unknown']}{likely}]"


def _usable(machine: Machine) -> Machine:
    """Return a machine whose table is known; of one that nobody read, a number may mean all it ever has."""
    return machine if machine.known or machine.narrowed else UNKNOWN


def _candidates(decoded: Decoded) -> str:
    names = [possible.name for possible in decoded.candidates]
    more = len(names) - _MOST_CANDIDATES
    return ", ".join(names[:_MOST_CANDIDATES]) + (f" and {more} more" if more > 0 else "") + "; --kernel would tell"
