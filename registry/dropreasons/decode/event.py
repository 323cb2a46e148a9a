# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What a line of another tool's output tells: a drop, or something about the machine, or nothing that matters."""

from typing import NamedTuple


class Reading(NamedTuple):
    """A reason as a tool spelled it; what the spelling does not say is None.

    A reading has a name, a value, or both, a `number`, or none of them where the tool says that it did not know.
    `foreign` names the registry of a reason that is none of the kernel's.
    """

    text: str
    name: str | None = None
    value: int | None = None
    #: The sub-system the tool named beside it.
    subsystem: str | None = None
    foreign: str | None = None
    #: Only the end of the name is there, a column cut off the rest.
    cut: bool = False
    #: The tool whose own fixed table the name comes from; its value, where there is one, is the kernel's.
    tool: str | None = None
    #: Its number within the sub-system, printed without the sub-system's id, which differs between kernels.
    number: int | None = None


class Event(NamedTuple):
    """One drop, or several that a tool counted together."""

    reading: Reading
    #: Function or address, as printed.
    location: str = ""
    #: Seconds: since boot, or since 1970 where the tool prints a date; None where it prints no time.
    time: float | None = None
    process: str = ""
    interface: str = ""
    #: The protocol by name where the tool or its number says so: ipv4, ipv6, arp, tcp, udp.
    protocol: str = ""
    #: The address of the packet in the kernel, to join lines that tell of the same one.
    skb: str = ""
    count: int = 1  # type: ignore[assignment]  # nobody asks a drop for tuple.count


class Told(NamedTuple):
    """A line that was understood and is no drop: a header, a stack, a table; with what it tells of the machine."""

    kernel: str | None = None
    #: The kernel's own table, as it stands in the output.
    names: dict[int, str] | None = None


#: A line that was understood and tells nothing of the machine.
NOTHING = Told()
