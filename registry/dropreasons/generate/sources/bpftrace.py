# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes a table as a bpftrace script: a map of names filled at its start, and a probe that counts drops by name."""

from dropreasons.generate.sources import SPDX, Contents, comment, source_format

_USE = """//
// Run it as root: bpftrace FILE; Ctrl-C ends it and prints the counts. The probe is an example: keep BEGIN
// and END, and write your own.

BEGIN
{
"""
_FOOT = """}

tracepoint:skb:kfree_skb
{
  @drops[@reason[args->reason], args->reason, ksym(args->location)] = count();
}

END
{
  clear(@reason);
}
"""


@source_format("bpftrace", ".bt", "A script with a map of names and an example probe.")
def bpftrace(contents: Contents) -> str:
    """Return a bpftrace script."""
    rows = "".join(f'  @reason[{value.written}] = "{value.name}";\n' for value in contents.values)
    return f"// {SPDX}\n//\n// Drop reasons of one Linux kernel.\n{comment(contents.about, '// ')}{_USE}{rows}{_FOOT}"
