# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The HTTP service over a built registry: look-ups, headers and the site."""
