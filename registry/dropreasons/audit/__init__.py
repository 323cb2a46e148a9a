# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Holds another tool's table of drop reasons against the history of the kernels."""
