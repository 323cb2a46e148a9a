# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The frozen models of everything the project knows; imports nothing of the rest."""
