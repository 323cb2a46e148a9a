# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Reads the body of a POST: of a kind that is taken, plain, and not too large."""

from collections.abc import Collection

from fastapi import Request
from starlette.requests import ClientDisconnect

from dropreasons_service.problems import Problem
from dropreasons_service.refusals import shown

#: Bytes; room for the largest batch of the longest kernels, written without indentation.
LARGEST_BODY = 2 << 20


def check_type(request: Request, taken: Collection[str]) -> None:
    """Refuse a body that does not say it is of a kind that is taken.

    Raises:
        Problem: it is of another kind, in another character set than UTF-8, or compressed.
    """
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if media_type.strip() not in taken or charset not in {"", "charset=utf-8"}:
        detail = f"The body is said to be {shown(media_type)}; only {' or '.join(taken)} in UTF-8 is taken."
        raise Problem("unsupported-media-type", detail, valid=list(taken))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("unsupported-media-type", "A compressed body is not taken.", valid=list(taken))


async def read_body(request: Request) -> bytes:
    """Return the body.

    Raises:
        Problem: it is too large, or ended early.
    """
    length = request.headers.get("content-length", "")
    too_large = Problem("body-too-large", f"The body is larger than {LARGEST_BODY} bytes.")
    if length.isdecimal() and int(length[:20]) > LARGEST_BODY:
        raise too_large
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise too_large
    except ClientDisconnect as error:
        raise Problem("invalid-body", "The body ended early.", errors=[]) from error
    return bytes(body)
