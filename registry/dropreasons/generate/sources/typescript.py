# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes a table as a TypeScript module: an `as const` object, and a function from number to name."""

from dropreasons.generate.sources import SPDX, Contents, comment, source_format

_HEAD = """
/** The number of each drop reason of one Linux kernel. */
export const REASONS = {
"""
_FOOT = """} as const;

/** The name of a drop reason of this kernel. */
export type ReasonName = keyof typeof REASONS;

/** The number of a drop reason of this kernel. */
export type ReasonNumber = (typeof REASONS)[ReasonName];

const NAMES: ReadonlyMap<number, ReasonName> = new Map(
  (Object.keys(REASONS) as ReasonName[]).map((name): [number, ReasonName] => [REASONS[name], name]),
);

/** Returns the name of a number, undefined where this kernel has no such reason. */
export function reasonName(value: number): ReasonName | undefined {
  return NAMES.get(value);
}
"""


@source_format("typescript", ".ts", "A module with an `as const` object and a function.")
def typescript(contents: Contents) -> str:
    """Return a TypeScript module."""
    members = "".join(f"{_documented(value.summary)}  {value.name}: {value.written},\n" for value in contents.values)
    return f"// {SPDX}\n//\n{comment(contents.about, '// ')}{_HEAD}{members}{_FOOT}"


def _documented(summary: str) -> str:
    """Return a summary as a documentation comment."""
    lines = comment([summary], "   * ")
    if lines.count("\n") > 1:
        return f"  /**\n{lines}   */\n"
    return f"  /** {lines.strip().removeprefix('* ')} */\n" if lines else ""
