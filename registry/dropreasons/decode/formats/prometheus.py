# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads metrics in the text form of Prometheus: those of ebpf_exporter, NetObserv, Retina and Cilium.

ebpf_exporter and NetObserv name reasons by tables of their own; the reasons of Retina and Cilium are no kernel's.
"""

import math
import re
from typing import ClassVar

from dropreasons.decode.event import NOTHING, Event, Reading, Told
from dropreasons.decode.formats.fields import protocol
from dropreasons.decode.formats.growth import Growth
from dropreasons.decode.spelling import read_foreign, read_spelling

_LABEL = re.compile(r'\b([A-Za-z_]\w{0,100})="((?:[^"\\]|\\.){0,300})"')
_TOOLS = {"ebpf_exporter_": "ebpf_exporter", "netobserv_": "netobserv"}
_REGISTRIES = {
    "networkobservability_": "Retina", "cilium_drop_": "Cilium", "cilium_forward_": "Cilium", "hubble_drop_": "Cilium",
}  # fmt: skip
_REASONS = ("reason", "PktDropLatestDropCause")
_PROTOCOLS = ("ip_proto", "protocol", "proto", "eth_proto")
_SAMPLE = re.compile(r"\} {1,4}([-+\w.]{1,40})(?: {1,4}-?\d{1,20}(?:\.\d{1,9})?)?\s{0,4}$")
_LONGEST = 8000


class Prometheus:
    """The samples of an exposition; of a counter printed again, what it grew by."""

    name: ClassVar[str] = "prometheus"

    def __init__(self) -> None:
        self._growth = Growth()

    def read(self, line: str) -> Event | Told | None:
        """Return what a line tells, None if it is not of this format."""
        if line.startswith(("# HELP ", "# TYPE ")):
            return NOTHING
        brace = line.find("{", 0, 200)
        if brace < 1 or len(line) > _LONGEST:
            return None
        metric = line[:brace]
        sample = _SAMPLE.search(line, line.rfind("}")) if metric.isidentifier() else None
        if not sample:
            return None
        labels = {found[1]: found[2] for found in _LABEL.finditer(line, brace, sample.start())}
        reading = _reading(metric, next((labels[name] for name in _REASONS if name in labels), ""))
        if reading is None:
            return NOTHING if metric.startswith((*_TOOLS, *_REGISTRIES)) else None
        grown = 0 if "bytes" in metric else self._growth.of(line[: sample.start()], _whole(sample[1]))
        if not grown:
            return NOTHING
        return Event(reading, protocol=protocol(*(labels.get(name) for name in _PROTOCOLS)), count=grown)


def _reading(metric: str, reason: str) -> Reading | None:
    """Read the label of a metric, which of an exporter nobody knows must have the kernel's prefix."""
    registry = next((registry for prefix, registry in _REGISTRIES.items() if metric.startswith(prefix)), None)
    if registry:
        return read_foreign(reason, registry)
    tool = next((tool for prefix, tool in _TOOLS.items() if metric.startswith(prefix)), None)
    if not reason.startswith("SKB_DROP_REASON_") and not (tool and ("drop" in metric or "kfree_skb" in metric)):
        return None
    return read_spelling(reason, tool=tool)


def _whole(text: str) -> int:
    """Return a sample as a whole number, 0 where it is none."""
    try:
        value = float(text)
    except ValueError:
        return 0
    return int(value) if math.isfinite(value) and 0 < value < 2**63 else 0
