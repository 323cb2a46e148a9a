# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The registry that tells why Linux dropped a packet."""

__version__ = "0.1.0"
