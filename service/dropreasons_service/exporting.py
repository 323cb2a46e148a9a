# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verb `dropreasons export`: the API and the site as files, made by the service itself."""

import asyncio
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath

import click

from dropreasons.cli.lookups import database_option
from dropreasons_service.answers import JSON, TEXT, to_json
from dropreasons_service.app import create_app
from dropreasons_service.front import Front
from dropreasons_service.prepared import SCHEMA_VERSION
from dropreasons_service.problems import PROBLEM_JSON, Problem
from dropreasons_service.settings import Settings
from dropreasons_service.site import SITE, is_built
from dropreasons_service.twin import Heard, every_address, every_answer
from dropreasons_service.web_servers import Moved, Written, cdn_redirects, nginx_http, nginx_server, one_policy
from dropreasons_service.whole_folder import replacing_folder

_MANIFEST = "files.json"
_MARK = b'"made_by":"dropreasons export"'
# Of files that belong to no release, before there is one: the first day that a zip file can name.
_NO_DAY = datetime(1980, 1, 2, tzinfo=UTC).timestamp()


@click.command()
@click.option("--static", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR",
              help="The folder to write, or to replace: made by `export`, empty or missing.")  # fmt: skip
@database_option
def export(folder: Path, path: str | None) -> None:
    """Write the API and the site as files that any web server can serve.

    Beside them stand redirects for CDNs (_redirects) and what nginx includes (nginx-http.conf, nginx-server.conf).
    """
    if not is_built():
        raise click.ClickException("the site is not built here; in the repository, `make build` builds it")
    front = create_app(Settings(db=path) if path else Settings())
    with replacing_folder(folder, _MANIFEST, _MARK) as new:
        twin = Twin(new, front)
        asyncio.run(twin.write())
    click.echo(f"{folder}: {len(twin.files)} files, {len(twin.moved)} redirects, {twin.size / 1e6:.1f} MB")


class Twin:
    """A folder that is being written."""

    def __init__(self, folder: Path, front: Front) -> None:
        self._folder, self._front = folder, front
        self.files: list[Written] = []
        self.moved: list[Moved] = []
        self.size = 0
        self._policies: dict[str, None] = {}
        self._exposed = ""
        self._day = _newest_day(made.date for made in front.snapshot.releases.made.values())

    async def write(self) -> None:
        """Write everything; the list of files, which says that the folder is ours, comes last."""
        both = {str(parent) for each in every_address(self._front, SITE) for parent in PurePosixPath(each).parents}
        async for heard in every_answer(self._front, SITE):
            if heard.status == 200:
                self._answer(heard, both)
            else:
                self.moved.append(Moved(heard.address, heard.headers["location"], heard.status))
        # The service keeps its redirects in no order.
        self.moved.sort()
        self._about()

    def _answer(self, heard: Heard, both: set[str]) -> None:
        """Write an answer; one whose address is a folder as well stands in it as index.json."""
        path = heard.address[1:]
        if path == "" or path.endswith("/"):
            path += "index.html"
        elif heard.address in both:
            path += "/index.json"
        released = heard.headers.get("last-modified") if heard.address.startswith("/v1/") else None
        day = parsedate_to_datetime(released).timestamp() if released else self._day
        self._write(Written(heard.address, path, heard.headers["content-type"], ""), heard.body, day)
        self._policies |= dict.fromkeys(filter(None, [heard.headers.get("content-security-policy")]))
        self._exposed = self._exposed or heard.headers.get("access-control-expose-headers", "")

    def _about(self) -> None:
        """Write what web servers need, and the list of files."""
        scope = {"type": "http", "scheme": "http", "path": "/404.json", "headers": []}
        missing = Problem("not-found", "There is nothing at this address, or the static files cannot answer it.")
        answers = list(self.files)
        more = {
            "404.json": (PROBLEM_JSON, missing.answer(scope).body),
            "_redirects": (TEXT, cdn_redirects(answers, self.moved).encode()),
            "nginx-http.conf": (TEXT, nginx_http(self.moved, one_policy(self._policies)).encode()),
            "nginx-server.conf": (TEXT, nginx_server(answers, self.moved, self._exposed).encode()),
        }
        for path, (media_type, body) in more.items():
            self._write(Written(f"/{path}", path, media_type, ""), body, self._day)
        snapshot = self._front.snapshot
        manifest = {
            "schema_version": SCHEMA_VERSION,
            "made_by": "dropreasons export",
            "release": snapshot.release,
            "sha256": snapshot.digest,
            "files": [each._asdict() for each in sorted(self.files)],
        }
        self._write(Written(f"/{_MANIFEST}", _MANIFEST, JSON, ""), to_json(manifest), self._day)

    def _write(self, written: Written, body: bytes, day: float) -> None:
        digest = sha256(body)
        path = self._folder / written.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        # nginx makes the ETag of time and size: other bytes must have another time within the day before the release.
        moment = int(day) - int.from_bytes(digest.digest()[:4]) % 86_400
        os.utime(path, (moment, moment))
        self.files.append(written._replace(sha256=digest.hexdigest()))
        self.size += len(body)


def _newest_day(days: Iterable[str]) -> float:
    """Return the moment that files of no release get: SOURCE_DATE_EPOCH, or the day of the newest release."""
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if said.isdigit():
        return int(said)
    return max((datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() for day in days), default=_NO_DAY)
