# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Errors as RFC 9457 problem documents, each of a type that has a page of its own."""

import re
from typing import Any
from urllib.parse import quote

from starlette.types import Scope

from dropreasons.problem_types import PROBLEM_TYPES
from dropreasons_service.answers import JSON, NO_STORE, NOT_FOUND, Answer, answer, to_json

PROBLEM_JSON = "application/problem+json"
BATCH_PATH = "/v1/resolve"
DECODE_PATH = "/v1/decode"
#: The addresses that take a POST, and whether they take a GET as well.
POST_PATHS = {BATCH_PATH: True, DECODE_PATH: False}
_LONGEST_INSTANCE = 300
_HOST = re.compile(rb"[A-Za-z0-9.:\[\]_-]{1,255}")


class Problem(Exception):
    """An error to answer with.

    Args:
        slug: the type, a key of PROBLEM_TYPES.
        detail: what is wrong with this request.
        more: extension members (did_you_mean, candidates, errors, valid).
    """

    def __init__(self, slug: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.slug, self.detail, self.more = slug, detail, more

    def answer(self, scope: Scope) -> Answer:
        """Return the problem document."""
        kind = PROBLEM_TYPES[self.slug]
        body = {
            "type": f"{_base(scope)}/problems/{self.slug}/",
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "instance": quote(scope["path"][:_LONGEST_INSTANCE], errors="replace"),
            **self.more,
        }
        cache = NOT_FOUND if kind.status == 404 else NO_STORE
        headers = _headers(kind.status, scope["path"])
        return answer(to_json(body), PROBLEM_JSON, status=kind.status, cache=cache, headers=headers)


def methods_of(path: str) -> str:
    """Return the methods that an address takes."""
    reads = POST_PATHS.get(path, True)
    return ", ".join([*(["GET", "HEAD"] if reads else []), *(["POST"] if path in POST_PATHS else [])])


def _headers(status: int, path: str) -> list[tuple[str, str]]:
    """Return the headers an error of one status has beside those of every answer."""
    if status == 405:
        return [("allow", methods_of(path))]
    if status == 413:
        # What is left of the body is not worth reading.
        return [("connection", "close")]
    return [("accept", JSON)] if status == 415 else []


def _base(scope: Scope) -> str:
    """Return scheme and host of the request, nothing for a host that is no host."""
    host = dict(scope["headers"]).get(b"host", b"")
    return f"{scope['scheme']}://{host.decode()}" if _HOST.fullmatch(host) else ""
