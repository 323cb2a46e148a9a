# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Importers of evidence, one module a kind of source."""
