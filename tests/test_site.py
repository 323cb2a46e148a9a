# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The documentation site: what its pages and the files beside them are made of."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import pytest
from conftest import ROOT, Run, require
from starlette.testclient import TestClient

from dropreasons.lookup import Registry
from dropreasons.rules import all_rules
from dropreasons_service.app import create_app
from dropreasons_service.site import SITE, is_built


@pytest.fixture(scope="module")
def pages(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Markdown pages, written by the command."""
    folder = tmp_path_factory.mktemp("docs")
    done = run("docs", "--output", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def test_there_is_a_page_for_each_thing(pages: Path, registry: Registry) -> None:
    """Every reason, class, layer, number, table, rule and problem has its page."""
    for name, _ in registry.bodies():
        assert (pages / "reasons" / f"{name}.md").is_file()
    for (value,) in registry.database.execute("select distinct value from value where in_subsystem = 1"):
        assert (pages / "numbers" / f"{value:#x}.md").is_file()
    for (table,) in registry.database.execute("select id from kernel_table"):
        assert (pages / "kernels" / f"{table}.md").is_file()
    assert (pages / "classes" / "queue-full.md").is_file()
    assert (pages / "layers" / "device.md").is_file()
    assert (pages / "subsystems" / "qdisc.md").is_file()
    assert (pages / "counters" / "TcpExtListenDrops.md").is_file()
    assert "iptfs_output_collect" in (pages / "counters" / "XfrmOutNoQueueSpace.md").read_text(encoding="utf-8")
    rules = (pages / "rules.md").read_text(encoding="utf-8")
    assert all(rule.id in rules for rule in all_rules())


def test_pages_are_reproducible_and_stale_ones_go(pages: Path, run: Run) -> None:
    """A second run changes nothing, and a page that is no longer made is removed."""
    (pages / "reasons" / "GONE.md").write_text("old", encoding="utf-8")
    assert run("docs", "--output", str(pages)).stdout == f"{pages}: 0 files changed\n"
    assert not (pages / "reasons" / "GONE.md").exists()


def test_text_is_shown_as_it_is_written(pages: Path) -> None:
    """Markup in names, texts and paths is escaped."""
    page = (pages / "reasons" / "NOT_SPECIFIED.md").read_text(encoding="utf-8")
    assert "dev&#95;kfree&#95;skb&#95;any" in page
    assert not re.search(r"<(?!/?(?:a|code|ol|li|b|span)\b)", page)


def test_old_names_symbols_and_numbers_are_led_on(pages: Path, registry: Registry) -> None:
    """Every spelling in upper and lower case, and every number in decimal, has an address that leads to its page."""
    for spelling, name in registry.database.execute("select spelling, name from spelling").fetchall():
        for written in {spelling, spelling.lower()} - {name}:
            page = (pages / "reasons" / written / "index.html").read_text(encoding="utf-8")
            assert f'content="0; url=../{name}/"' in page
    assert 'url=../0x4d/"' in (pages / "numbers" / "77" / "index.html").read_text(encoding="utf-8")
    assert 'url=../../numbers/0x4d/"' in (pages / "reasons" / "77" / "index.html").read_text(encoding="utf-8")


def test_the_strip_of_a_number_is_that_of_the_tables(pages: Path) -> None:
    """What 77 was, oldest first, as the tables have it."""
    page = (pages / "numbers" / "0x4d.md").read_text(encoding="utf-8")
    strip = re.findall(r"<b[^>]*>([^<]+)</b><span>([^<]+)</span>", page)
    assert strip[0] == ("-", "5.15.58 to 6.5")
    assert strip[1] == ("QUEUE_PURGE", "6.6")
    assert ("INVALID_PROTO", "6.12.114") in strip
    assert strip[-1] == ("DEV_READY", "7.1 to now")


def test_changes_between_releases(pages: Path) -> None:
    """A release is compared with the first of the line before it, a point release with the point before it."""
    page = (pages / "changes.md").read_text(encoding="utf-8")
    sections = {part.split(" ", 1)[0]: part for part in page.split("\n## ")[1:]}
    assert "Compared with 5.17.\n" in sections["5.18"]
    assert "[FULL&#95;RING](reasons/FULL_RING.md)" in sections["5.18"]
    assert "A point release: compared with 6.12.97." in sections["6.12.114"]
    assert re.search(r"^    .*INVALID&#95;PROTO 73 → 77", sections["6.12.114"], re.MULTILINE), "not in the fold"


def test_files_beside_the_pages(pages: Path, registry: Registry) -> None:
    """Each table has its header, the feed and the list for language models can be read."""
    header = (pages / "kernels" / "v6.12.117.h").read_text(encoding="utf-8")
    assert "\tSKB_DROP_REASON_INVALID_PROTO = 77," in header
    assert json.loads((pages / "look-up.json").read_text(encoding="utf-8"))["reasons"]
    feed = ET.fromstring((pages / "feed.xml").read_text(encoding="utf-8"))
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert feed.findall("{http://www.w3.org/2005/Atom}entry")
    listed = re.findall(r"/reasons/([A-Z0-9_]+)/\): \S", (pages / "llms.txt").read_text(encoding="utf-8"))
    assert listed == [name for name, _ in registry.bodies()]


def test_an_entry_can_be_edited_where_the_repository_is_known(run: Run, tmp_path: Path) -> None:
    """The link leads to the very line of reasons.yaml."""
    source = (ROOT / "reasons.yaml").read_text(encoding="utf-8").splitlines()
    line = source.index("DEV_READY:") + 1
    where = "https://example.org/blob/main/{path}#L{line}"
    assert run("docs", "--output", str(tmp_path), "--repository", where).returncode == 0
    page = (tmp_path / "reasons" / "DEV_READY.md").read_text(encoding="utf-8")
    assert f"(https://example.org/blob/main/reasons.yaml#L{line})" in page


@pytest.mark.slow
def test_pages_are_valid_html() -> None:
    """A strict parser has nothing to say of ten pages, and each has what a pasted link unfolds to."""
    require(is_built(), "the built site; run make build")
    paths = ["", "reasons/FULL_RING", "reasons", "numbers/0x4d", "numbers", "kernels", "changes", "counters", "rules"]
    for path in [*paths, "collecting"]:
        text = (SITE / path / "index.html").read_text(encoding="utf-8")
        html5lib.HTMLParser(strict=True).parse(text)
        assert re.search('<meta property="og:description" content="[^"]{20,}">', text), path


@pytest.mark.slow
def test_the_built_site_has_no_dead_link() -> None:
    """Every link of the built site to itself leads somewhere."""
    require(is_built(), "the built site; run make build")
    links: dict[str, str] = {}
    for path in sorted(SITE.rglob("*.html")):
        here = "/" + str(path.relative_to(SITE)).removesuffix("index.html")
        for target in re.findall(r'(?:href|src)="([^"#?]+)', path.read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:", "data:", "mailto:")):
                links.setdefault(os.path.normpath(os.path.join(os.path.dirname(here + "x"), target)), here)
    with TestClient(create_app(None, SITE), raise_server_exceptions=False) as client:
        dead = {link: here for link, here in links.items() if client.get(link).status_code != 200}
    assert len(links) > 500
    assert dead == {}


@pytest.mark.slow
def test_the_site_builds_strictly(pages: Path, tmp_path: Path) -> None:
    """MkDocs finds no broken link and no page it cannot place."""
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = re.sub(r"docs_dir: .*", f"docs_dir: {pages}", config)
    config = re.sub(r"site_dir: .*", f"site_dir: {tmp_path / 'site'}", config)
    config = re.sub(r"custom_dir: .*", f"custom_dir: {ROOT / 'overrides'}", config)
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")
    command = [
        str(Path(sys.executable).parent / "mkdocs"),
        "build",
        "--quiet",
        "--strict",
        "-f",
        str(tmp_path / "mkdocs.yml"),
    ]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "site" / "reasons" / "FULL_RING" / "index.html").is_file()
