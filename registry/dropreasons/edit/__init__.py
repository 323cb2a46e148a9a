# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Edits of reasons.yaml that touch the characters they are about, and leave every other one as it stands."""
