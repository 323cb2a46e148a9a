# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Overlays: a company's own reasons, checked by our rules and laid over a registry.db."""
