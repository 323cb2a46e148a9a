# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Rules on what an entry points to."""

from collections.abc import Iterator

from dropreasons.rules import Context, Problem, rule


@rule("DR007", "error", "A related name exists in a kernel or in the catalogue.")
def related_exists(context: Context) -> Iterator[Problem]:
    """A pointer to a name nobody can look up helps nobody."""
    for name, entry in context.reasons.items():
        for index, related in enumerate(entry.related):
            if related == name:
                yield name, ("related", index), f"{name} names itself as related"
            elif related not in context.known:
                yield name, ("related", index), f"{name} names {related} as related, which no kernel has"
