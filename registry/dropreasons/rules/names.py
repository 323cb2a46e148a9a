# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Rules on names and aliases."""

import re
from collections.abc import Iterator

from dropreasons.enums import CORE_PREFIX
from dropreasons.rules import Context, Problem, rule

LONGEST_NAME = 49
# Words of code rather than of a cause, and fields of headers that say nothing alone.
_CODE = {"FUNC", "GOTO", "PTR", "ERRNO", "RETVAL", "NULL", "PULL", "TRIM", "KFREE", "ALLOC", "MEMCPY", "INIT"}
_FIELDS = {"FLAGS", "VNI", "VERSION", "LENGTH", "TYPE", "OPTIONS"}
_NAME = re.compile(rf"[A-Z][A-Z0-9_]{{2,{LONGEST_NAME - 1}}}")


@rule("DR002", "error", "A name is upper case, 3 to 49 characters, and leaves out the prefix SKB_DROP_REASON_.")
def well_formed_name(context: Context) -> Iterator[Problem]:
    """Names longer than 50 characters are cut off by drop_monitor (NET_DM_MAX_REASON_LEN)."""
    for name in context.reasons:
        if name.startswith(CORE_PREFIX):
            yield name, (), f"{name} carries the prefix {CORE_PREFIX}; leave it out"
        elif not _NAME.fullmatch(name):
            yield name, (), f"{name!r} is not upper case letters, digits and underscores, 3 to {LONGEST_NAME} of them"


@rule("DR006", "error", "A name, released or not, belongs to one entry: no alias repeats a name or another alias.")
def unique_aliases(context: Context) -> Iterator[Problem]:
    """An alias that two entries claim could not be looked up."""
    owner = {name: name for name in context.reasons}
    for name, entry in context.reasons.items():
        for index, alias in enumerate(entry.aliases):
            taken = owner.setdefault(alias.name, name)
            if taken != name or alias.name == name:
                yield name, ("aliases", index, "name"), f"the alias {alias.name} already belongs to {taken}"
            elif [a.name for a in entry.aliases].index(alias.name) != index:
                yield name, ("aliases", index, "name"), f"the alias {alias.name} stands twice"


@rule("DR017", "warning", "A proposed name tells the cause: no word of code, and no bare header field.")
def name_tells_the_cause(context: Context) -> Iterator[Problem]:
    """Review of the first tap and tun reasons, February 2022: a reason is no line of code. Released names are facts."""
    for name, entry in context.reasons.items():
        if entry.status != "proposed":
            continue
        words = name.split("_")
        code = sorted(_CODE & set(words))
        if code:
            yield name, (), f"{name} names code ({', '.join(code)}); name what went wrong for the packet"
        elif words[-1] in _FIELDS and len(words) <= 2:
            yield name, (), f"{name} names a field; name what is wrong with it"
