# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Rules on the commands an entry tells its reader to run."""

import re
from collections.abc import Iterator

from dropreasons.rules import Context, Problem, rule

#: Programs of Debian's essential packages, the shell, iproute2, procps, kmod, systemd, util-linux and iputils-ping.
ON_EVERY_SYSTEM = frozenset(
    {"awk", "bridge", "cat", "cd", "dmesg", "echo", "free", "grep", "ip", "journalctl", "ls", "lsmod", "nstat"}
    | {"ping", "readlink", "sh", "ss", "sysctl", "systemctl", "tc", "top", "uname", "watch", "dropreasons"}
)
_PACKAGE = re.compile(r"\bpackages?\b", re.IGNORECASE)


@rule("DR023", "warning", "A command that is not on every system comes with the name of its package.")
def commands_name_their_package(context: Context) -> Iterator[Problem]:
    """At 3 a.m. 'command not found' ends the advice."""
    for name, entry in context.reasons.items():
        explained: set[str] = set()
        for index, step in enumerate(entry.confirm):
            program = step.run.split()[0]
            if program in ON_EVERY_SYSTEM or program in explained:
                continue
            if _PACKAGE.search(step.look) or _PACKAGE.search(step.run):
                explained.add(program)
            else:
                message = f"{program} is not on every system; name its Debian package in 'look'"
                yield name, ("confirm", index, "run"), message
