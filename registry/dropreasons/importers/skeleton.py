# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""A new entry to begin with: every field, and what belongs into it."""

from collections.abc import Iterable

from dropreasons.model.reason import CLASSES, LAYERS

_TEXT = """\
{name}:
  summary: One sentence that names the cause, at most 120 characters.
  class: unspecified  # {classes}
  layer: any  # {layers}
  direction: both  # receive, transmit, both
  severity: depends  # benign, depends, investigate
  acts: [admin]  # application, admin, peer, network, developer, nobody
  meaning: |
    What the packet was doing, which condition failed, what is seen on the machine, and whether it is normal.
  causes:
    - The most likely cause first.
  confirm:
    - run: a command
      look: what it then prints
  remedies:
    - What to do; or that nothing need be done, and why.
"""


def skeleton(name: str, raised: Iterable[tuple[str, str]] = ()) -> str:
    """Return a skeleton for a name, with the functions that raise it where they are known."""
    text = _TEXT.format(name=name, classes=", ".join(CLASSES), layers=", ".join(LAYERS))
    rows = list(dict.fromkeys(raised))
    if rows:
        text += "  callers:\n"
    for function, file in rows:
        text += (
            f'    - {{function: {function}, file: {file}, when: the condition, kernels: ">=X.Y", read_in: [X.Y.Z]}}\n'
        )
    return text
