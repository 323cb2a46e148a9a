# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""All experiments: a function each; its docstring says what it does, `raises` which reason must come of it."""

from lab import arriving, leaving, local, segments
from lab.registry import EXPERIMENTS

__all__ = ["EXPERIMENTS", "arriving", "leaving", "local", "segments"]
