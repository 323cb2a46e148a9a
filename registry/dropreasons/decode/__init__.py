# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads what other tools printed of drops: any format, any machine, any kernel."""
