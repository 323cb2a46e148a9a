# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Makes C headers and documentation pages from a built registry."""
