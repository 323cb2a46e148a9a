# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Experiments that make the running kernel drop a packet for one reason, in a network namespace of their own."""
