# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verb `dropreasons serve`."""

import socket
from contextlib import suppress

import click
import uvicorn

from dropreasons.cli.lookups import database_option
from dropreasons_service.app import create_app
from dropreasons_service.site import is_built


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 takes a free one."
)
@database_option
def serve(host: str, port: int, path: str | None) -> None:
    """Serve look-ups, C headers and the site until Ctrl-C."""
    app = create_app(path)
    listener = _listen(host, port)
    base = f"http://{host}:{listener.getsockname()[1]}"
    click.echo(f"The site:      {base}/")
    click.echo(f"A look-up:     {base}/v1/resolve?kernel=6.12.117&value=77")
    click.echo(f"A reason:      {base}/v1/reasons/FULL_RING")
    click.echo(f"A C header:    {base}/v1/header/6.12.117.h")
    if not is_built():
        click.echo("The site is not built here; in the repository, `make serve` builds it.", err=True)
    click.echo("Stop with Ctrl-C.")
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, date_header=True)
    # uvicorn shuts down in order on Ctrl-C, and raises it again afterwards.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a port in use is told before anything is promised."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {error.strerror or error}; try --port"
        ) from error
    listener.set_inheritable(True)
    return listener
