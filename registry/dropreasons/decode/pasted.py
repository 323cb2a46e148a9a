# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Decodes a text that somebody pasted or sent, for programs: no file, no terminal, no process of its own."""

import io
from typing import Any

from dropreasons.decode.counting import count
from dropreasons.decode.input import Source
from dropreasons.decode.origin import Asked, origin_of
from dropreasons.decode.output.document import as_document
from dropreasons.decode.summary import Input, summarise
from dropreasons.lookup import Registry


def decode_text(registry: Registry, text: str, kernel: str | None = None, by: str = "reason") -> dict[str, Any]:
    """Return the document of `dropreasons decode --format json`; bounding the text is the caller's matter.

    Args:
        registry: the registry.
        text: the lines.
        kernel: the release of the kernel they come from, if that is known.
        by: one of `dropreasons.decode.rows.BY`.

    Raises:
        NotARelease: `kernel` is no kernel release string.
    """
    source = Source("text", io.BytesIO(text.encode("utf-8", "replace")))
    # What is asked by minute is counted with exact times.
    tally = count(source, by=by if by in {"process", "interface", "protocol"} else "minute", jobs=1)
    return as_document(summarise(registry, [Input("text", tally, origin_of(registry, tally, Asked(kernel)))], by))
