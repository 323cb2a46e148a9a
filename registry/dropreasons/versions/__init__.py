# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Versions of the registry: what a release holds, what changed between two states, and which version that makes."""
