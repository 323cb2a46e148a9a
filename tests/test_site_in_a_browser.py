# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The site as a reader meets it: in Debian's Chromium, served by us and by another web server."""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT, require
from playwright.sync_api import Browser, Page, sync_playwright

from dropreasons.lookup import Registry
from dropreasons_service.app import create_app
from dropreasons_service.settings import Settings
from dropreasons_service.site import SITE, is_built

CHROMIUM = shutil.which("chromium") or ""
SHOTS = ROOT / "build" / "screenshots"
LOOKED_AT = [
    "/",
    "/reasons/FULL_RING/",
    "/numbers/0x4d/",
    "/kernels/",
    "/reasons/",
    "/changes/",
    "/collecting/",
    "/counters/",
]
HEAVIEST = 300_000  # bytes as transferred, everything a page loads
PERF_LINE = (
    "swapper     0 [001]  1234.567890: skb:kfree_skb: skbaddr=0xffff9d1c0a2b3c00 rx_sk=(nil) protocol=2048"
    " location=tun_net_xmit+0x1d3 reason: FULL_RING"
)
# What somebody may type or paste, and the first answer.
ASKED = {
    "FULL_RING": "FULL_RING",
    "full_ring": "FULL_RING",
    "SKB_DROP_REASON_FULL_RING": "FULL_RING",
    "PTR_FULL": "FULL_RING",
    "what is NO_SOCKET": "NO_SOCKET",
    "full ring": "FULL_RING",
    "FUL_RING": "FUL_RING is not a drop reason; did you mean one of these?",
    "77": "77 has had 17 meanings",
    "0x4d": "77 has had 17 meanings",
    "77 6.12.117": "INVALID_PROTO",
    "77 on 6.14": "HDR_TRUNC",
    "6.12.117 0x4D": "INVALID_PROTO",
    "0x30001 7.1": "QDISC_DROP_GENERIC",
    "6.12.117": "6.12.117 uses one table",
    "6.8.0-45-generic": "6.8.0-45-generic uses one table",
    "2.6.32": "2.6.32: no table known",
    PERF_LINE: "FULL_RING",
    "<idle>-0 [000] ..s1. 51.2: kfree_skb: skbaddr=00f2 protocol=2048 location=x reason: NOMEM": "NOMEM",
    "drop at: tcp_v4_rcv+0x8a (0xffffffff8d1)\norigin: software\ndrop reason: NO_SOCKET": "NO_SOCKET",
    '{"location":"tcp_v4_rcv","reason":77}\n# os release : 6.12.117': "INVALID_PROTO",
    "SKB_DROP_REASON_NETFILTER_DROP": "NETFILTER_DROP",
    "99999999999": "'99999999999' does not fit 32 bits; the largest value is 0xffffffff",
    "hello": "hello is not a drop reason",
    "a line that holds nothing of the kind": "Nothing in this is a drop reason, a number or a kernel release.",
}


@pytest.fixture(scope="module")
def address(database: Path) -> Iterator[str]:
    """The service with the built site, on a free port."""
    require(is_built(), "the built site; run make build")
    server = uvicorn.Server(uvicorn.Config(create_app(Settings(db=str(database)), SITE), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The same files, served by another web server."""
    require(is_built(), "the built site; run make build")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(SITE))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]  # a partial takes attributes
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
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
@pytest.mark.parametrize("path", LOOKED_AT)
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
@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("PTR_FULL", "reasons/FULL_RING/"),
        ("tun_net_xmit", "reasons/FULL_RING/"),
        ("TcpExtListenDrops", "counters/TcpExtListenDrops/"),
        ("0x4d", "numbers/0x4d/"),
    ],
)
def test_from_a_word_to_the_page_by_search(browser: Browser, address: str, words: str, page: str) -> None:
    """A rejected name, a function, a counter and a number are found by the search."""
    opened, _ = visit(browser, address, "/")
    opened.fill("input.md-search__input", words)
    found = f"a.md-search-result__link[href*='{page}']"
    opened.wait_for_selector(found, state="attached")
    opened.locator(found).first.evaluate("link => link.click()")
    opened.wait_for_url(f"**/{page}*")
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("server", ["address", "elsewhere"])
def test_the_box_answers_what_people_paste(browser: Browser, server: str, request: pytest.FixtureRequest) -> None:
    """More than twenty kinds of input have the right first answer, from static files alone."""
    page, complaints = visit(browser, request.getfixturevalue(server), "/")
    for text, expected in ASKED.items():
        page.fill("#dr-text", text)
        first = page.locator(".dr-answers li").first.locator(".dr-answer-name")
        first.filter(has_text=expected).wait_for(timeout=5000)
        assert first.inner_text().startswith(expected), text
    page.close()
    assert complaints == []


@pytest.mark.slow
def test_from_a_line_of_perf_to_the_next_command_in_two_steps(browser: Browser, address: str) -> None:
    """Paste the line and follow the first link: the page shows a command to run."""
    page, _ = visit(browser, address, "/")
    page.fill("#dr-text", PERF_LINE)
    page.click(".dr-answers >> text=See for yourself")
    page.wait_for_url("**/reasons/FULL_RING/#confirm")
    assert "ip -s link show dev DEVICE" in page.locator("#confirm ~ div").first.inner_text()
    page.close()


@pytest.mark.slow
def test_two_kernels_compared(browser: Browser, address: str, registry: Registry) -> None:
    """The comparison counts what the tables say, and says why it cannot be made."""

    def of(table: str) -> dict[str, int]:
        query = "select name, value from value where table_id = ? and in_subsystem = 1"
        return dict(registry.database.execute(query, (table,)).fetchall())

    old, new = of("v6.1.192"), of("v6.12.117")
    moved = [name for name in old.keys() & new.keys() if old[name] != new[name]]
    page, complaints = visit(browser, address, "/changes/")
    page.click(".dr-compare button")
    came, went = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    told = f"{came} added, {went} removed, {len(moved)} with another number"
    page.wait_for_selector(f".dr-compared >> text={told}")
    assert page.locator(".dr-compared tbody tr").count() == len(new.keys() ^ old.keys()) + len(moved)
    page.fill(".dr-compare [name=to]", "6.12")
    page.click(".dr-compare button")
    page.wait_for_selector(".dr-compared >> text=6.12 may have one of several tables")
    page.close()
    assert complaints == []


@pytest.mark.slow
@pytest.mark.parametrize("old", ["reasons/ptr_full", "reasons/SKB_DROP_REASON_FULL_RING", "reasons/full_ring"])
def test_old_names_lead_on(browser: Browser, elsewhere: str, old: str) -> None:
    """A rejected name, a C symbol and lower case end on the page of the reason."""
    page, _ = visit(browser, elsewhere, f"/{old}/")
    page.wait_for_url("**/reasons/FULL_RING/")
    page.close()


@pytest.mark.slow
def test_a_command_is_copied(browser: Browser, address: str) -> None:
    """The button beside a command puts it on the clipboard, without the prompt."""
    page, _ = visit(browser, address, "/reasons/FULL_RING/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-clipboard-target], .md-code__button[title*=Copy]").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    page.close()
    assert copied.strip() == "ip -s link show dev DEVICE"


@pytest.mark.slow
@pytest.mark.parametrize("path", LOOKED_AT)
def test_a_page_is_light(browser: Browser, address: str, path: str) -> None:
    """Everything that a page loads is under 300 kB on the wire; the search index comes only with a search."""
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}{path}", wait_until="networkidle")
    assert 10_000 < sum(sizes) < HEAVIEST
    assert not [url for url in asked if url.endswith("search_index.json")]
    with page.expect_request("**/search_index.json"):
        page.focus("input.md-search__input")
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", [*LOOKED_AT, "/rules/", "/reasons/NOT_SPECIFIED/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_a_reader_out(browser: Browser, address: str, path: str, scheme: str) -> None:
    """Axe finds nothing serious or critical."""
    page, _ = visit(browser, address, path, scheme=scheme)
    found = Axe().run(page).response["violations"]
    page.close()
    grave = [
        (v["id"], [node["html"][:120] for node in v["nodes"][:3]])
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]
    assert grave == []


@pytest.mark.slow
def test_a_reason_is_read_without_scripts(browser: Browser, address: str) -> None:
    """The page of a reason is whole, and the box, which could not answer, is not there."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/reasons/FULL_RING/")
    for anchor in ("what", "causes", "confirm", "remedies", "counters", "callers", "numbers", "evidence"):
        assert page.locator(f"#{anchor}").is_visible()
    page.goto(address)
    assert not page.locator("#dr-text").is_visible()
    context.close()


PASTE = """# os release : 6.12.117
ping 12 [000] 1.5: skb:kfree_skb: skbaddr=0x1 rx_sk=(nil) protocol=2048 location=0xffff reason: 0x4d
ping 12 [000] 1.6: skb:kfree_skb: skbaddr=0x1 rx_sk=(nil) protocol=2048 location=0xffff reason: NO_SOCKET
"""


@pytest.mark.slow
def test_a_paste_is_decoded_by_the_service(browser: Browser, address: str, elsewhere: str) -> None:
    """Served by us, the box says what a trace means on its kernel; elsewhere the index answers alone."""
    page, faults = visit(browser, address, "/")
    page.fill("#dr-text", PASTE)
    page.wait_for_selector(".dr-decoded")
    assert "2 drops in 3 lines" in page.inner_text(".dr-decoded")
    assert "6.12.117" in page.inner_text(".dr-decoded")
    names = page.locator(".dr-answers .dr-answer-name").all_inner_texts()
    assert {name.split()[0] for name in names} == {"INVALID_PROTO", "NO_SOCKET"}
    page.close()
    page, faults = visit(browser, elsewhere, "/")
    page.fill("#dr-text", PASTE)
    page.wait_for_selector(".dr-answers li")
    page.wait_for_timeout(600)
    assert page.locator(".dr-decoded").count() == 0
    assert faults == []
    page.close()
