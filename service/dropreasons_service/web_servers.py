# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What a web server must know to serve the static twin: media types, redirects and headers, for nginx and for CDNs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple
from urllib.parse import quote

from dropreasons_service.answers import FOR_EVER, LATEST, NO_STORE, NOT_FOUND

#: The parts of the twin that differ in their media types; the longest prefix counts.
_PLACES = ("/", "/.well-known/", "/v1/", "/v1/export/", "/v1/header/", "/v1/schemas/", "/v1/tables/")
_HEAD = "# SPDX-License-Identifier: GPL-2.0-only OR MIT\n# Made by `dropreasons export`; include it in {} of nginx.\n"
_SERVER = """\
add_header Access-Control-Allow-Origin * always;
add_header Cache-Control $dropreasons_cache always;
add_header Content-Security-Policy $dropreasons_policy always;
add_header Referrer-Policy strict-origin-when-cross-origin always;
add_header X-Content-Type-Options nosniff always;
absolute_redirect off;
error_page 404 /404.html;
location = /404.json {
    internal;
    default_type application/problem+json;
    types { }
}
location = /v1 {
    error_page 404 /404.json;
    if ($args) { return 404; }
    try_files /v1/index.json =404;
    default_type application/json;
    types { }
}
location @dropreasons_moved {
    error_page 404 /404.json;
    if ($dropreasons_moved) { return 301 $dropreasons_moved; }
    return 404;
}
location ~ ^/v1/(.*/)?(index\\.json)?$ {
    error_page 404 /404.json;
    return 404;
}
location ~ ^/(_redirects|nginx-[a-z]+\\.conf)$ {
    return 404;
}"""
_EXTENSION = re.compile(r"[^/]\.([a-z][a-z0-9]*)$")
_SCRIPTS = re.compile(r"script-src ([^;]*)")


class Written(NamedTuple):
    """A file of the twin: where it stands, at which address it answers, and how."""

    address: str
    path: str
    media_type: str
    sha256: str


class Moved(NamedTuple):
    """An address that leads to another."""

    address: str
    location: str
    status: int


def one_policy(policies: Iterable[str]) -> str:
    """Return the policy that allows the scripts of all pages, each by its digest."""
    known = list(dict.fromkeys(policies))
    scripts = dict.fromkeys(chain.from_iterable(_scripts(policy) for policy in known))
    return _SCRIPTS.sub(f"script-src {' '.join(scripts)}", known[0]) if known else ""


def _scripts(policy: str) -> list[str]:
    found = _SCRIPTS.search(policy)
    assert found, policy
    return found[1].split()


def nginx_http(moved: Iterable[Moved], policy: str) -> str:
    """Return the maps that nginx wants in http {}: redirects, caching, and the policy of pages."""
    # nginx compares the keys of a map without regard to case; the files themselves are looked for first.
    lasting = {each.address.lower(): each.location for each in moved if each.status == 301}
    lines = [
        _HEAD.format("http {}"),
        "map_hash_max_size 65536;",
        "map_hash_bucket_size 512;",
        *_map("moved", {"default": "", **lasting}),
        *_map(
            "cache",
            {
                "default": LATEST,
                r"~^/v1/(export|releases)/[0-9]": FOR_EVER,
                r"~^/(healthz|readyz)$": NO_STORE,
                r"~^/404\.": NOT_FOUND,
                r"~^/(?!v1/|v1$|\.well-known/)": "public, max-age=300",
            },
        ),
        *_map("policy", {"default": "", r"~\.html$": policy}),
    ]
    return "\n".join(lines) + "\n"


def _map(name: str, entries: Mapping[str, str]) -> list[str]:
    return [
        f"map $uri $dropreasons_{name} {{",
        *(f"    {_quoted(key)} {_quoted(value)};" for key, value in entries.items()),
        "}",
    ]


def nginx_server(files: Iterable[Written], moved: Iterable[Moved], exposed: str) -> str:
    """Return what nginx wants in server {}: every address with its media type, errors as problems."""
    temporary = [f"location = {m.address} {{ return {m.status} {m.location}; }}" for m in moved if m.status != 301]
    places = chain.from_iterable(_place(place, types) for place, types in _media_types(files).items())
    expose = f"add_header Access-Control-Expose-Headers {_quoted(exposed)} always;"
    return "\n".join([_HEAD.format("server {}"), expose, _SERVER, *temporary, *places]) + "\n"


def _place(place: str, types: Mapping[str, str]) -> Iterator[str]:
    """Yield the location of one place; what is no file below /v1 may be a redirect, and takes no question."""
    yield f"location {place} {{"
    if place != "/":
        yield "    error_page 404 /404.json;"
        yield "    if ($args) { return 404; }"
        yield "    try_files $uri $uri/index.json @dropreasons_moved;"
    yield f"    default_type {_quoted(types.get('', 'application/octet-stream'))};"
    yield "    types {"
    yield from (f"        {_quoted(kind)} {extension};" for extension, kind in sorted(types.items()) if extension)
    yield "    }"
    yield "}"


def _media_types(files: Iterable[Written]) -> dict[str, dict[str, str]]:
    """Return the media type of each extension, for each place; that of files without one under ""."""
    found: dict[str, dict[str, str]] = {place: {} for place in _PLACES}
    for each in files:
        if each.address == "/v1":
            continue
        place = max((place for place in _PLACES if each.address.startswith(place)), key=len)
        match = _EXTENSION.search(each.path)
        known = found[place].setdefault(match[1] if match else "", each.media_type)
        assert known == each.media_type, each
    return found


def cdn_redirects(files: Iterable[Written], moved: Iterable[Moved]) -> str:
    """Return the redirects, and the addresses that are folders as well, as CDNs read them from `_redirects`."""
    folders = [f"{f.address} /{f.path} 200" for f in files if f.path.endswith("/index.json")]
    return "\n".join([*folders, *(f"{quote(each.address)} {each.location} {each.status}" for each in moved)]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
