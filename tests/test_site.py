# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The documentation site: what its pages are made of, and how they look in a real browser."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from conftest import ROOT, Run, require
from playwright.sync_api import Browser, Page, sync_playwright

from dropreasons.lookup import Registry
from dropreasons.rules import all_rules
from dropreasons_service.app import create_app
from dropreasons_service.site import SITE, is_built

CHROMIUM = shutil.which("chromium") or ""
SHOTS = ROOT / "build" / "screenshots"


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
    assert not re.search(r"<(?!a |/a>|code>|/code>)", page)


@pytest.fixture(scope="module")
def address(database: Path) -> Iterator[str]:
    """The service with the built site, on a free port."""
    require(is_built(), "the built site; run make build")
    server = uvicorn.Server(uvicorn.Config(create_app(str(database), SITE), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without its calls home."""
    require(CHROMIUM, "Chromium (Debian package chromium)")
    quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*quiet, "--disable-sync", "--no-first-run"],
            chromium_sandbox=os.geteuid() != 0,
        )
        yield opened
        opened.close()


def visit(
    browser: Browser, address: str, path: str, *, scheme: str = "light", width: int = 1280
) -> tuple[Page, list[str]]:
    """Open a page and collect what the browser complains of and what leaves the host."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]  # a str here
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else complaints.append(r.url))
    page.goto(f"{address}{path}", wait_until="networkidle")
    return page, complaints


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/reasons/FULL_RING/", "/numbers/0x4d/", "/kernels/", "/reasons/"])
def test_pages_in_a_browser(browser: Browser, address: str, path: str, scheme: str) -> None:
    """No complaint, nothing loaded from elsewhere, no overflow at the width of a phone; a screenshot to look at."""
    page, complaints = visit(browser, address, path, scheme=scheme)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{path.strip('/').replace('/', '-') or 'front'}-{scheme}.png")
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
    assert complaints == []


@pytest.mark.slow
def test_from_a_name_to_the_page_by_search(browser: Browser, address: str) -> None:
    """Typing a rejected name into the search leads to the reason."""
    page, _ = visit(browser, address, "/")
    page.click("label[for=__search]", strict=False) if page.viewport_size and page.viewport_size[
        "width"
    ] < 960 else None
    page.fill("input.md-search__input", "PTR_FULL")
    page.wait_for_selector("a.md-search-result__link[href*=FULL_RING]")
    page.click("a.md-search-result__link[href*=FULL_RING]")
    page.wait_for_selector("h1:has-text('FULL_RING')")
    page.close()


@pytest.mark.slow
def test_the_built_site_has_no_dead_link(address: str) -> None:
    """Every link of the built site to itself leads somewhere."""
    from starlette.testclient import TestClient

    assert address
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
