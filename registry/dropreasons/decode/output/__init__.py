# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Shows a summary, one module a form; what the input printed is made harmless for each."""
