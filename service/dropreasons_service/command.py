# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verb `dropreasons serve`."""

import signal
import socket
from contextlib import suppress
from typing import Any

import click
from pydantic import ValidationError

from dropreasons.cli.lookups import database_option
from dropreasons_service.app import create_app
from dropreasons_service.overlaid import overlaid
from dropreasons_service.running import run
from dropreasons_service.settings import Settings
from dropreasons_service.site import is_built

_BACKLOG = 2048


@click.command(epilog="Each flag, and more, can be set by environment: DROPREASONS_PORT=80. See docs/running.md.")
@click.option("--host", help="The address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes a free one.  [default: 8000]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that share the port.  [default: 1]")
@click.option("--access-log", is_flag=True, default=None, help="Write a line of JSON for each request.")
@click.option("--overlay", "overlays", multiple=True, metavar="FILE",
              help="An overlay, laid over the registry.db for as long as the server runs.")  # fmt: skip
@database_option
@click.pass_context
def serve(ctx: click.Context, /, path: str | None, overlays: tuple[str, ...], **flags: Any) -> None:
    """Serve look-ups, tables, releases and the site until Ctrl-C.

    A new registry.db that is put in the place of the old one is taken over while it runs.
    """
    # Until the service listens to it, SIGHUP must not end it: a change of the file is seen at the start anyway.
    with suppress(ValueError):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    given = {key: value for key, value in {**flags, "db": path}.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong = "; ".join(f"DROPREASONS_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise ValueError(wrong) from error
    settings = settings.model_copy(update={"db": ctx.with_resource(overlaid(settings.db, overlays))})
    app = create_app(settings)
    listener = _listen(settings.host, settings.port)
    base = f"http://{settings.host}:{listener.getsockname()[1]}"
    click.echo(f"The site:      {base}/")
    click.echo(f"A look-up:     {base}/v1/resolve?kernel=6.12.117&value=77")
    click.echo(f"A reason:      {base}/v1/reasons/FULL_RING.json")
    click.echo(f"A C header:    {base}/v1/header/6.12.117.h")
    if not is_built():
        click.echo("The site is not built here; in the repository, `make serve` builds it.", err=True)
    click.echo("Stop with Ctrl-C.")
    run(app, settings, listener)


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a port in use is told before anything is promised."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # From here on requests wait rather than be refused.
        listener.listen(_BACKLOG)
    except OSError as error:
        raise OSError(f"cannot listen on {host} port {port}: {error.strerror or error}; try --port") from error
    listener.set_inheritable(True)
    return listener
