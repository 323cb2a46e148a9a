# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Makes what was read fit to be shown: no control characters, no endless words."""

_LONGEST = 100


def printable(text: str, longest: int = _LONGEST) -> str:
    """Return a text with what is not printable escaped, cut where it is too long."""
    text = text if len(text) <= longest else f"{text[: longest - 3]}..."
    return "".join(c if c.isprintable() else _escaped(ord(c)) for c in text)


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
