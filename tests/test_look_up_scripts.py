# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The site's scripts answer in a real browser, from one file, exactly as the Python code does."""

import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, require
from playwright.sync_api import Page, sync_playwright

from dropreasons.generate.look_up_index import look_up_index
from dropreasons.kernelrelease import NotARelease, parse_release
from dropreasons.lookup import Registry
from dropreasons.numbers import NotAValue, everywhere, on_kernel, parse_value
from dropreasons.ranges import release_at
from dropreasons.resolve import resolve

CHROMIUM = shutil.which("chromium") or ""
MODULES = ("release.mjs", "resolve.mjs", "meaning.mjs")
Call = tuple[str, Any, Any] | tuple[str, Any]

#: Runs in the page: makes every call and returns the answers, an error as its name and message.
ASK = """async (calls) => {
    const names = ["release", "resolve", "meaning"];
    const [release, resolve, meaning] = await Promise.all(names.map((name) => import(`/${name}.mjs`)));
    const index = await (await fetch("/look-up.json")).json();
    const withIndex = {resolve: resolve.resolve, ...meaning};
    const alone = {parseRelease: release.parseRelease, parseValue: meaning.parseValue};
    const answer = ([name, ...values]) => {
        try {
            return name in alone ? alone[name](...values) : withIndex[name](index, ...values);
        } catch (error) {
            return {error: error.name, message: error.message};
        }
    };
    return JSON.stringify(calls.map(answer));
}"""

VALUES = [0, 2, 5, 17, 46, 77, 0x5F, 120, 500, 0xFFFF, 0x10001, 0x1000D, 0x20001, 0x20005, 0x30001, 0x30003, 0x40000]
VALUES += [0x50001, 0xFFFFFFFF]

HEADS = ["4.18.0", "4.19.90", "5.4.119", "5.10", "5.14.0", "5.15.0", "5.15.57", "5.16.3", "5.17-rc5", "v6.1", "6.1.0"]
HEADS += ["6.1.21.2", "6.1.192", "6.6", "6.6.0", "6.6.87.2", "6.8.0", "6.8.1", "6.10-rc5", "6.10-rc4", "6.10.0-rc1"]
HEADS += [
    "6.11.0",
    "6.12",
    "6.12.0",
    "6.12.48",
    "6.12.117",
    "6.17.0",
    "06.018.044",
    "7.0-rc2",
    "7.0.10",
    "7.3",
    "7.3.4",
]
HEADS += ["7.9.1", "9999.0"]

SUFFIXES = [
    "",
    "-45",
    "-45-generic",
    "-47-amd64",
    "-1009-azure-fde",
    "-1034-nvidia-tegra",
    "-104-generic-64k",
    "-1-hwe",
]
SUFFIXES += ["-102-xilinx-zynqmp", "-99999999999-generic", "+deb13-amd64", "+deb13", "+deb13.1-cloud-arm64", "-amd64"]
SUFFIXES += ["-0.deb11.13-amd64", "+bpo-rt-amd64-unsigned", "-4-mips64el-x", "-427.13.1.el9_4.x86_64", "-553.el8_10"]
SUFFIXES += ["-427.33.1.el9_4.x86_64", "-200.el9uek.x86_64", "-55.el10.x86_64", "-301.fc41.x86_64", "-160000.5-default"]
SUFFIXES += [
    "-99.169.amzn2023.x86_64",
    "-amzn2",
    "-android15-8",
    "-android14-11-gabc",
    "-1-tlinux4-0009",
    "-19.0009.28",
]
SUFFIXES += ["-72.0.0.76.oe2403.x86_64", "-52.22.v2207.ky10.x86_64", "-microsoft-standard-WSL2", "-microsoft-standard+"]
SUFFIXES += ["-4-pve", "-arch1-1", ".arch2", "-custom", "-fc-v657", "_x", "~", "-", ".7", "-rc1-next", "+"]

GARBAGE = [
    "",
    "x",
    "linux",
    "6",
    "6.",
    "6.x",
    "6.8.0 ",
    " 6.8.0",
    "6.8.0\n",
    "6.8.0/x",
    "12345.1",
    "6.8.0abc",
    "6.8.0'",
]
GARBAGE += ['it\'s "both"', "'one'", "tab\there", "\x00\x7f\xa0\u200b\u2028", "\U0001f427", "\U000e0001", "back\\slash"]
GARBAGE += ["6." * 50, "6.8.0-" + "9" * 94, "6.8.0-" + "9" * 90, "\U0001f427" * 101, "6.8.0-\u0664\u0665", "é6.8"]

NUMBERS = [
    "0",
    "77",
    "0077",
    "0x4d",
    "0X4D",
    "4d",
    "",
    "0x",
    "x",
    "-1",
    "+1",
    " 77",
    "7_7",
    "1e3",
    "7.0",
    "77\n",
    "\u0664",
]
NUMBERS += ["4294967295", "4294967296", "0xffffffff", "0x100000000", "0x00000000ffffffff", "9" * 30, "0x" + "f" * 30]
NUMBERS += ["00000000000000000000000000077", "\U0001f427" * 25, "it's", "0" * 40, "99999999999", "\\"]

NONSENSE = [
    "",
    " ",
    "FUL_RING",
    "SKB_DROP_REASON_",
    "SKB_DROP_REASON_SKB_CONSUMED",
    "constructor",
    "__proto__",
    "ß",
    "77",
]
NONSENSE += ["SKB_DROP_REASON_RX_DROP_U_REPLAY", "FULL_RING ", "symbol", "full\u0131", "\u0131p_csum", "%"]


@pytest.fixture(scope="module")
def text(registry: Registry) -> str:
    """The index as the site carries it."""
    return json.dumps(look_up_index(registry), ensure_ascii=False, separators=(",", ":"))


def test_the_index_is_small_and_made_the_same_again(database: Path, text: str) -> None:
    """A phone can load it, and a second reading of the registry gives the same bytes."""
    again = Registry(str(database))
    assert json.dumps(look_up_index(again), ensure_ascii=False, separators=(",", ":")) == text
    again.close()
    assert len(text.encode()) < 150_000


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, modules with their type, without a word."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012  as inherited

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def page(text: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """An empty page in Debian's Chromium, beside the modules and the index."""
    require(CHROMIUM, "Chromium (Debian package chromium)")
    folder = tmp_path_factory.mktemp("scripts")
    for name in MODULES:
        shutil.copy(ROOT / "docs" / "javascripts" / name, folder)
    (folder / "look-up.json").write_text(text, encoding="utf-8")
    (folder / "index.html").write_text("<!doctype html><link rel=icon href=data:,>", encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with sync_playwright() as playwright:
            quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=quiet, chromium_sandbox=os.geteuid() != 0
            )
            opened = browser.new_page()
            opened.goto(f"http://127.0.0.1:{server.server_port}/")
            yield opened
            browser.close()
        server.shutdown()
        thread.join()


def asked(page: Page, calls: Iterable[Call]) -> list[Any]:
    """Return what the scripts answer to calls."""
    answers: list[Any] = json.loads(page.evaluate(ASK, list(calls)))
    return answers


def expected(registry: Registry, call: Call) -> Any:
    """Return what the Python code answers to a call, as JSON has it."""
    functions: dict[str, Callable[..., Any]] = {
        "parseRelease": lambda text: parse_release(text)._asdict(),
        "parseValue": parse_value,
        "resolve": partial(resolution, registry),
        "onKernel": partial(on_kernel, registry),
        "everywhere": partial(everywhere, registry),
        "spelled": partial(spelling, registry),
    }
    name, *values = call
    try:
        answer = functions[name](*values)
    except (NotARelease, NotAValue) as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    return json.loads(json.dumps(answer))


def resolution(registry: Registry, kernel: str) -> dict[str, Any]:
    """Return a resolution with its parts by name."""
    found = resolve(registry.database, kernel)
    candidates = [candidate._asdict() for candidate in found.candidates]
    return {**found._asdict(), "release": found.release._asdict(), "candidates": candidates}


def spelling(registry: Registry, text: str) -> dict[str, str] | None:
    """Return the name and kind a text spells."""
    found = registry.spelled(text)
    return {"name": found[0], "kind": found[1]} if found else None


def assert_same(page: Page, registry: Registry, calls: list[Call]) -> None:
    """Compare every answer of the scripts to that of the Python code, and show the first that differ."""
    answers = asked(page, calls)
    assert len(answers) == len(calls)
    pairs = ((call, answer, expected(registry, call)) for call, answer in zip(calls, answers, strict=True))
    assert [row for row in pairs if row[1] != row[2]][:3] == []


def around(points: Iterable[str]) -> set[str]:
    """Return points with those one below and one above, in their last number."""
    found = set()
    for text in points:
        head, dot, last = text.rpartition(".")
        found |= {text, f"{head}{dot}{int(last) + 1}"} | ({f"{head}{dot}{int(last) - 1}"} if int(last) else set())
    return found


def printed(family: str, line: str, flavour: str, at: str) -> list[str]:
    """Return how the kernel at a point of a span may print itself."""
    head, _, rest = at.partition(".")
    if family == "upstream":
        return [f"{line}-rc{100 + int(at)}"] if at.startswith("-") else [release_at(line, at), f"{line}.{at}"]
    if family == "debian" and line.count(".") == 2:
        return [f"{line}-{at}", f"{line}-{at}-amd64", f"{line}-{at}-cloud-arm64"]
    if family == "debian":
        own = f"{line}.{head}+deb{rest}" if rest else f"{line}.{head}"
        return [own, f"{own}-amd64", f"{own}-rt-arm64-unsigned"]
    versions = {"el8": "4.18.0", "el9": "5.14.0", "el10": "6.12.0"}
    return {
        "ubuntu": [f"{line}-{at}", f"{line}-{at}-{flavour}", f"{line}-{at}-iot"],
        "rhel": [f"{versions[line.partition('_')[0]] if family == 'rhel' else ''}-{at}.{line}.x86_64"],
        "wsl2": [f"{line}.{at}-microsoft-standard-WSL2"],
        "local": [f"{line}.{at}{flavour}"],
    }.get(family, [])


@pytest.fixture(scope="module")
def releases(registry: Registry) -> list[str]:
    """Every kernel that a span or a test names, its neighbours, and what other kernels print."""
    found = set(GARBAGE) | {head + suffix for head, suffix in product(HEADS, SUFFIXES)}
    query = "select family, line, flavour, first, last, points, release from span"
    for family, line, flavour, first, last, points, release in registry.database.execute(query):
        found |= {line, f"{line}.99999", release or line}
        for at in around([first, last or first, *json.loads(points)]):
            found |= set(printed(family, line, flavour, at))
    for path in (ROOT / "tests").glob("test_*.py"):
        found |= set(re.findall(r'"(\d+\.\d+[-\w.+~]*)"', path.read_text(encoding="utf-8")))
    return sorted(found)


@pytest.mark.slow
def test_releases_are_taken_apart_and_resolved_alike(page: Page, registry: Registry, releases: list[str]) -> None:
    """Family, line, point, table, confidence, evidence and notes are the same, and so is every refusal."""
    calls: list[Call] = [(name, release) for release in releases for name in ("parseRelease", "resolve")]
    assert len(calls) > 4000
    assert_same(page, registry, calls)


@pytest.mark.slow
def test_numbers_mean_the_same_on_every_kernel(page: Page, registry: Registry, releases: list[str]) -> None:
    """Core values, values of sub-systems and values of nothing, on every kernel; a third of the values on each."""
    calls: list[Call] = [
        ("onKernel", value, release) for place, release in enumerate(releases) for value in VALUES[place % 3 :: 3]
    ]
    assert len(calls) > 10_000
    assert_same(page, registry, calls)


@pytest.mark.slow
def test_every_number_means_the_same_in_every_table(page: Page, registry: Registry) -> None:
    """Every value that has a meaning and many without, on one kernel of each table, and on all kernels."""
    known = [row[0] for row in registry.database.execute("select distinct value from value order by value")]
    values = sorted({*known, *VALUES, *range(200), *(value + 1 for value in known)})
    rows = registry.database.execute(
        "select coalesce(release, line || '.' || first) from span where family in ('upstream', 'debian', 'wsl2')"
        " and first not like '-%' group by table_id union select line || '-' || first || '-' || flavour from span"
        " where family = 'ubuntu' group by table_id"
    )
    calls: list[Call] = [("onKernel", value, kernel) for (kernel,) in rows for value in values]
    calls += [("everywhere", value) for value in values]
    assert len(calls) > 10_000
    assert_same(page, registry, calls)


@pytest.mark.slow
def test_spellings_and_numbers_are_read_alike(page: Page, registry: Registry) -> None:
    """Names, symbols and aliases in any case, every symbol a name might have, numbers, and nonsense."""
    spellings = [row[0] for row in registry.database.execute("select spelling from spelling")]
    spellings += [f"SKB_DROP_REASON_{row[0]}" for row in registry.database.execute("select name from reason")]
    written = [form for s in spellings for form in (s, s.lower(), s.title(), s[:-1], f"{s}X")] + NONSENSE + GARBAGE
    calls: list[Call] = [("spelled", form) for form in written]
    calls += [("parseValue", number) for number in NUMBERS + GARBAGE]
    assert_same(page, registry, calls)


@pytest.mark.slow
def test_a_misspelled_name_is_found(page: Page, registry: Registry) -> None:
    """A letter left out or two exchanged still leads to the name; nonsense leads nowhere."""
    names = [name for name, _ in registry.bodies()]
    wrong = [(name, name[:at] + name[at + 1 :]) for name in names for at in (1, len(name) // 2, len(name) - 2)]
    wrong += [(name, name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]) for name in names for at in (2,)]
    wrong += [("FULL_RING", "FUL_RING"), ("FULL_RING", "skb_drop_reason_ful_ring"), ("FULL_RING", "RING_FULL")]
    found = asked(page, [("near", text) for _, text in wrong])
    assert [(name, text) for (name, text), near in zip(wrong, found, strict=True) if name not in near] == []
    assert max(map(len, found)) == 5
    assert asked(page, [("near", "FUL_RING", 1), ("near", "QQQQ"), ("near", "")]) == [["FULL_RING"], [], []]
