# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The service put together: answers made once in front, FastAPI for questions, the site for the rest."""

import asyncio
import logging
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dropreasons import __version__
from dropreasons_service.addresses import router as addresses
from dropreasons_service.batches import BATCHES_AT_ONCE
from dropreasons_service.batches import router as batches
from dropreasons_service.openapi import describe
from dropreasons_service.problems import BATCH_PATH, Problem
from dropreasons_service.questions import VALID_PARAMETERS, router
from dropreasons_service.refusals import Answered, shown
from dropreasons_service.site import SITE, site
from dropreasons_service.snapshot import Snapshot

_LOGGER = logging.getLogger(__name__)
_DESCRIPTION = "Tells why Linux dropped a packet: reasons, their numbers on every kernel, meaning and next step."


def create_app(database: str | None = None, site_folder: Path = SITE) -> ASGIApp:
    """Return the service over a registry.db.

    Raises:
        RegistryError: the file is missing, damaged or foreign.
    """
    snapshot = Snapshot(database)
    app = FastAPI(
        title="dropreasons",
        version=__version__,
        description=_DESCRIPTION,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "GPL-2.0-only OR MIT", "identifier": "GPL-2.0-only OR MIT"},
    )
    app.state.snapshot = snapshot
    app.state.batches = asyncio.Semaphore(BATCHES_AT_ONCE)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    app.include_router(addresses)
    app.include_router(batches)
    app.include_router(router)
    app.mount("/", site(site_folder))
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failure)
    return Front(app, snapshot)


class Front:
    """Answers what is made already, before any routing; passes questions on."""

    def __init__(self, app: FastAPI, snapshot: Snapshot) -> None:
        self._app = app
        self.snapshot = snapshot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "POST" and scope["path"] == BATCH_PATH:
            await self._app(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            refused = Problem("method-not-allowed", f"{scope['method']} is not offered here; the service is read-only.")
            await refused.answer(scope)(scope, receive, send)
            return
        ready = self.snapshot.answers.get(scope["path"])
        if ready is not None and not scope["query_string"]:
            await ready(scope, receive, send)
            return
        # FastAPI answers HEAD on a GET route with 405: ask it for the whole answer and send its head.
        whole = {**scope, "method": "GET"}
        await self._app(whole, receive, _headless(send) if scope["method"] == "HEAD" else send)


def _headless(send: Send) -> Send:
    """Return a `send` that leaves out the body."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)}
        await send(message)

    return send_head


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return Answered(error.answer(request.scope))


async def _validation(request: Request, error: Exception) -> Response:
    """Turn FastAPI's errors of parameters into problems, without echoing what was sent."""
    assert isinstance(error, RequestValidationError)
    details = error.errors()
    unknown = sorted(str(e["loc"][-1]) for e in details if e["type"] == "extra_forbidden")
    if unknown:
        names = ", ".join(shown(name[:60]) for name in unknown)
        valid = VALID_PARAMETERS.get(request.url.path, [])
        problem = Problem("unknown-parameter", f"{request.url.path} takes no parameter {names}.", valid=valid)
    else:
        errors = [{"pointer": ":".join(map(str, e["loc"])), "detail": e["msg"], "code": e["type"]} for e in details]
        problem = Problem("invalid-query", "; ".join(f"{e['pointer']}: {e['detail']}" for e in errors), errors=errors)
    return Answered(problem.answer(request.scope))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    slug = "method-not-allowed" if error.status_code == 405 else "not-found"
    return Answered(Problem(slug, f"There is nothing at {shown(request.url.path)}.").answer(request.scope))


async def _failure(request: Request, error: Exception) -> Response:
    _LOGGER.error("failed on %s", request.url.path, exc_info=error)
    return Answered(Problem("internal-error", "The service failed; its log says more.").answer(request.scope))
