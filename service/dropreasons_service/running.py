# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Runs the service: one process, or several that share a port, until a signal stops it."""

import gc
import logging
import os
import resource
import shutil
import signal
import socket
import tempfile
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from dropreasons_service.counting import FOLDER
from dropreasons_service.logs import JsonLines
from dropreasons_service.settings import Settings
from dropreasons_service.wire import Wire


class _Workers(Multiprocess):
    """Several processes; SIGHUP reaches each of them, where uvicorn would start them anew."""

    def handle_hup(self) -> None:
        for process in self.processes:
            if process.pid is not None:
                os.kill(process.pid, signal.SIGHUP)


def run(app: Any, settings: Settings, listener: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C; requests in hand are answered before it ends.

    Args:
        app: the application, where one process is enough.
        settings: how to run; several workers make the application themselves, from the environment.
        listener: a socket that is bound.
    """
    _raise_limit_of_files()
    # uvicorn shuts down in order on SIGTERM, and raises it again afterwards: the end asked for is no failure.
    signal.signal(signal.SIGTERM, _end)
    if settings.workers == 1:
        _settle()
        # uvicorn shuts down in order on Ctrl-C, and raises it again afterwards.
        with suppress(KeyboardInterrupt):
            uvicorn.Server(_config(app, settings)).run(sockets=[listener])
        return
    folder = tempfile.mkdtemp(prefix="dropreasons-")
    os.environ |= {f"DROPREASONS_{k.upper()}": str(v) for k, v in settings.model_dump(exclude_none=True).items()}
    os.environ[FOLDER] = folder
    try:
        config = _config("dropreasons_service.app:from_environment", settings)
        _Workers(config, [listener]).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _settle() -> None:
    """Take what was made once, and stays, out of the sight of the garbage collector."""
    gc.collect()
    gc.freeze()


def _config(app: Any, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=settings.workers,
        http=Wire,
        loop="uvloop",
        ws="none",
        log_config=_LOGGING,
        access_log=False,
        server_header=False,
        timeout_keep_alive=int(settings.idle_seconds),
        timeout_graceful_shutdown=settings.stop_seconds,
        limit_concurrency=settings.connections,
        backlog=2048,
    )


_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": logging.WARNING},
}


def _raise_limit_of_files() -> None:
    """Allow as many connections as the system lets us have; the usual limit of 1,024 files is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
