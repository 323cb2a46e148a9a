# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The report to mail: valid, harmless whatever stands in the log, and readable on a phone, by day and by night."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT, Run, require
from playwright.sync_api import Browser, sync_playwright
from samples import SAMPLES

CHROMIUM = shutil.which("chromium") or ""
SHOTS = ROOT / "build" / "screenshots"
LINE = "  nc 1 [000] {time}.5: skb:kfree_skb: skbaddr=0xffff protocol=2048 location={place}+0x1 reason: {reason}\n"
MARKUP = '"><script>document.title="owned"</script><img/src=x/onerror=alert(1)>{{7*7}}&lt;'
REASONS = ("FULL_RING", "NO_SOCKET", "77", "SOCKET_CLOSE", "TCP_INVALID_SEQUENCE")


@pytest.fixture(scope="module")
def report(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of a log of some minutes, with markup for a function, a file name and a line that is none of a log."""
    folder = tmp_path_factory.mktemp("report")
    lines = [LINE.format(time=100 + n, place="tun_net_xmit", reason=REASONS[n * n % 5]) for n in range(300)]
    text = "".join(lines) + LINE.format(time=400, place=MARKUP, reason="NO_SOCKET") + f"{MARKUP}\n\x1b[31m\n"
    (folder / "<b>log&amp;").write_text(text, encoding="utf-8")
    done = run("decode", "<b>log&amp;", "--html", "report.html", "--site", "https://example.org", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "report.html"


def test_it_is_valid_and_names_what_was_found(report: Path) -> None:
    """HTML5 without an error; each reason links to its page."""
    text = report.read_text(encoding="utf-8")
    html5lib.HTMLParser(strict=True).parse(text)
    assert '<a class="name" href="https://example.org/reasons/FULL_RING/">FULL_RING</a>' in text
    assert "301 drops in 303 lines, 1 of them not understood" in text


def test_markup_in_a_log_is_text(report: Path) -> None:
    """No element and no attribute comes from the log, and no control character."""
    text = report.read_text(encoding="utf-8")
    page = html5lib.parse(text, namespaceHTMLElements=False)
    assert {element.tag for element in page.iter() if isinstance(element.tag, str)}.isdisjoint(
        {"script", "img", "b", "iframe"}
    )
    assert not [name for element in page.iter() for name in element.attrib if name.startswith("on") or name == "style"]
    assert {element.get("href", "").partition("/reasons/")[0] for element in page.iter("a")} == {"https://example.org"}
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert "{{7*7}}" in text


def test_it_loads_and_runs_nothing(report: Path) -> None:
    """The policy in its head refuses everything but its own style, and nothing in it points to another file."""
    text = report.read_text(encoding="utf-8")
    assert re.search(
        r"""content="default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action""", text
    )
    assert not re.search(r"""<link|<script|\bsrc=|url\(|@import""", text.replace(MARKUP, "").replace("/src=x", ""))


@pytest.mark.parametrize("sample", ["hubble", "trace_fields", "bpftrace", "qdisc_drop"])
def test_any_log_has_a_report(run: Run, tmp_path: Path, sample: str) -> None:
    """Without times, without rows, with numbers that stay open: the page is valid."""
    done = run("decode", str(SAMPLES / f"{sample}.txt"), "--html", "report.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    html5lib.HTMLParser(strict=True).parse((tmp_path / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    require(CHROMIUM, "Chromium (Debian package chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--disable-gpu", "--disable-background-networking", "--no-first-run"],
            chromium_sandbox=os.geteuid() != 0,
        )
        yield opened
        opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_read_in_a_browser(browser: Browser, report: Path, scheme: str, width: int) -> None:
    """Its style is let in, nothing else is asked for, nothing is wider than the window, and Axe finds nothing grave."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]  # a str here
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: None if request.url == report.as_uri() else complaints.append(request.url))
    page.goto(report.as_uri())
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"decode-report-{scheme}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight") == "700"
    assert page.title().startswith("<b>log&amp;: 301 drops")
    assert complaints == []
    found = Axe().run(page).response["violations"]
    page.close()
    assert [violation["id"] for violation in found if violation["impact"] in {"serious", "critical"}] == []
