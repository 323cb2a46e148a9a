# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Serves the built documentation site."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

SITE = Path(__file__).parent / "site"
# Styles stand in attributes of the pages, which no digest covers; scripts are allowed by their digest alone.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'{scripts};"
    " worker-src 'self' blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_INLINE_SCRIPT = re.compile(rb"<script(?:\s+(?!src=)[^>\s]+)*\s*>(.*?)</script>", re.DOTALL)
_MISSING = """<!doctype html><html lang="en"><title>dropreasons</title>
<h1>dropreasons</h1><p>The documentation site is not built here: run <code>make serve</code> in the repository.
The look-ups work: see <a href="/v1">/v1</a>.</p></html>"""


def site(folder: Path = SITE) -> ASGIApp:
    """Return the site in a folder, or one page that says how to build it."""
    return Compressed(Site(directory=folder, html=True)) if is_built(folder) else HTMLResponse(_MISSING)


def is_built(folder: Path = SITE) -> bool:
    """Tell whether a folder holds a built site."""
    return (folder / "index.html").is_file()


class Compressed:
    """An app whose answers are compressed, but for those to a request for a part of a file."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._compressed = GZipMiddleware(app, minimum_size=1000, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        part = scope["type"] == "http" and any(name == b"range" for name, _ in scope["headers"])
        await (self._plain if part else self._compressed)(scope, receive, send)


class Site(StaticFiles):
    """The built site, with security headers on every page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a page or file of the site; a page runs its own scripts and no others."""
        response = await super().get_response(path, scope)
        scripts = _digests(str(response.path)) if isinstance(response, FileResponse) else ""
        response.headers["content-security-policy"] = _POLICY.format(scripts=scripts)
        response.headers["x-content-type-options"] = "nosniff"
        # Tells the box of the front page that there is a service to ask.
        response.headers["link"] = '</openapi.json>; rel="service-desc"'
        response.headers["cache-control"] = "public, max-age=300"
        response.headers["referrer-policy"] = "strict-origin-when-cross-origin"
        return response


def _digests(path: str) -> str:
    """Return the digests of the scripts that stand in a page, as a policy names them."""
    return _digests_of(path, Path(path).stat().st_mtime_ns) if path.endswith(".html") else ""


@lru_cache(4096)
def _digests_of(path: str, changed: int) -> str:
    """Return the digests, once for each state of a file."""
    del changed
    scripts = dict.fromkeys(_INLINE_SCRIPT.findall(Path(path).read_bytes()))
    digests = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts)
    return "".join(f" 'sha256-{digest}'" for digest in digests)
