# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`explain` and `search`, through the command."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import COMMAND, ROOT, Run, require
from hypothesis import given
from hypothesis import strategies as st

from dropreasons.lookup import LARGEST_VALUE, Registry
from dropreasons.numbers import NotAValue, everywhere, on_kernel, parse_value
from dropreasons.printed_tables import format_pairs, reasons_of


@pytest.mark.parametrize("spelling", ["FULL_RING", "full_ring", "SKB_DROP_REASON_FULL_RING", "PTR_FULL", "FULL_QUEUE"])
def test_a_reason_is_found_by_every_spelling(run: Run, spelling: str) -> None:
    """Name, case, C symbol and the names rejected in review lead to the same page."""
    done = run("explain", spelling)
    assert done.returncode == 0
    assert "FULL_RING  (SKB_DROP_REASON_FULL_RING, core)" in done.stdout
    assert "What to do" in done.stdout


def test_a_page_fits_80_columns(run: Run, registry: Registry) -> None:
    """No line of any page is wider than a terminal, commands and words that cannot be broken apart."""
    assert max(map(len, run("explain", "FULL_RING").stdout.splitlines())) <= 80
    for name, _ in registry.bodies():
        for line in registry.page(name).splitlines():
            assert len(line) <= 80 or line.startswith("  $ ") or " " not in line.strip(), (name, line)


NUMBERS = [
    (("77", "--kernel", "6.12.117"), "77 on 6.12.117 is INVALID_PROTO (confidence: exact)"),
    (("0x30001", "--kernel", "7.1"), "0x30001 (196609) on 7.1 is QDISC_DROP_GENERIC (confidence: assumed)"),
    (("0x30001", "--kernel", "6.12.117"), "is OVS_DROP_LAST_ACTION"),
    (("0x20001", "--kernel", "6.18"), "OVS_DROP_LAST_ACTION"),
    (("0x20001", "--kernel", "6.12.117"), "RX_DROP_M_UNEXPECTED_4ADDR_FRAME"),
    (("38", "--kernel", "5.18.12"), "PTYPE_ABSENT is an older name of UNHANDLED_PROTO."),
    (("77", "--kernel", "6.12"), "77 on 6.12 is one of these"),
    (("2", "--kernel", "6.12"), "is NOT_SPECIFIED"),
]


@pytest.mark.parametrize(("arguments", "expected"), NUMBERS)
def test_a_number_is_explained_for_its_kernel(run: Run, arguments: tuple[str, ...], expected: str) -> None:
    """The kernel decides what a number means."""
    done = run("explain", *arguments)
    assert done.returncode == 0, done.stderr
    assert expected in " ".join(done.stdout.split())


def test_a_number_without_a_kernel_lists_every_meaning_newest_first(run: Run) -> None:
    """77 has meant seventeen things; the newest upstream meaning stands first."""
    done = run("explain", "77")
    assert done.stdout.startswith("77 has meant 17 things")
    names = [line for line in done.stdout.splitlines()[2:] if line and not line.startswith(" ")]
    assert names[:3] == ["DEV_READY", "SKB_GSO_SEG", "SKB_UCOPY_FAULT"]
    assert len(names) == 17


def test_a_kernel_without_reasons_says_so(run: Run) -> None:
    """A kernel older than the mechanism has no meaning to give."""
    done = run("explain", "3", "--kernel", "5.15.40")
    assert done.returncode == 1
    assert "gives no drop reasons at all" in " ".join(done.stdout.split())


def test_a_name_on_a_kernel_shows_its_number(run: Run) -> None:
    """`--kernel` with a name adds that kernel's number."""
    assert "On 6.12.117: 71 (exact)" in run("explain", "FULL_RING", "--kernel", "6.12.117").stdout
    assert json.loads(run("explain", "FULL_RING", "--kernel", "6.12.117", "--format", "json").stdout)["on_kernel"][
        "values"
    ] == [71]


def test_here_asks_the_running_kernel(run: Run) -> None:
    """`--here` reads the kernel's own table, and it agrees with the names we know."""
    require(Path("/sys/kernel/btf/vmlinux").exists(), "a kernel with BTF")
    done = run("explain", "3", "--here", "--format", "json")
    answer = json.loads(done.stdout)
    assert answer["kernel"] == os.uname().release
    assert [meaning["name"] for meaning in answer["meanings"]] == ["NO_SOCKET"]
    assert answer["confidence"] == "exact"


def test_a_tracepoint_format_is_a_table() -> None:
    """The format file of skb:kfree_skb is read as it stands in tracefs."""
    pairs = '{ 1, "NOT_SPECIFIED" }, { 2, "NO_SOCKET" }, { 65, "MAX" }'
    text = f'print fmt: "... reason: %s", REC->location, __print_symbolic(REC->reason, {pairs})'
    assert dict(reasons_of(format_pairs(text))) == {1: "NOT_SPECIFIED", 2: "NO_SOCKET"}


def test_json_is_the_published_document(run: Run) -> None:
    """`--format json` has every key."""
    document = json.loads(run("explain", "FULL_RING", "--format", "json").stdout)
    assert document["class"] == "queue-full"
    assert document["numbers"]["upstream"][0]["value"] == 78
    assert document["replaced_by"] is None
    assert {"since", "until", "backports", "callers", "aliases", "evidence"} <= set(document)


def test_a_misspelt_name_offers_the_nearest(run: Run) -> None:
    """Not found is exit status 1, with an offer."""
    done = run("explain", "FULL_RNG")
    assert (done.returncode, done.stdout) == (1, "")
    assert "did you mean FULL_RING" in done.stderr


WRONG = [
    (("FULL\nRING",), 1, "is not a drop reason"),
    (("X" * 5000,), 1, "is not a drop reason"),
    (("1" * 40,), 2, "does not fit 32 bits"),
    (("0xzz",), 2, "is not a number"),
    (("4294967296",), 2, "does not fit 32 bits"),
    (("77", "--kernel", "nonsense"), 2, "is not a kernel release"),
    (("77", "--kernel"), 2, "--kernel needs a value"),
    (("77", "78"), 2, "takes one name or number"),
    ((), 2, "takes one name or number"),
    (("77", "--krnel", "6.1"), 2, "there is no option --krnel"),
    (("77", "--format", "xml"), 2, "--format is text or json"),
    (("77", "--here", "--kernel", "6.1"), 2, "exclude each other"),
]


@pytest.mark.parametrize(("arguments", "status", "message"), WRONG)
def test_wrong_use_gives_one_clear_line(run: Run, arguments: tuple[str, ...], status: int, message: str) -> None:
    """One line on standard error, nothing on standard output, and the exit status the help promises."""
    done = run("explain", *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert len(done.stderr) < 400


def test_a_look_up_by_name_loads_no_framework() -> None:
    """`explain NAME` is put in loops: it imports neither click nor pydantic nor YAML."""
    program = (
        "import sys; sys.argv[1:] = ['explain', 'FULL_RING']; from dropreasons.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = ('click', 'pydantic', 'ruamel', 'json', 'jinja2', 'fastapi', '_sqlite3', 'collections', 'textwrap')\n"
        "print([module for module in heavy if module in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", ["FULL_RING", "SKB_DROP_REASON_FULL_RING", "full_ring", "PTR_FULL", "FULL_RNG"])
def test_the_quick_way_prints_the_same(run: Run, name: str) -> None:
    """Without options the command loads less, and says the same as with them."""
    quick, whole = run("explain", name, own_db=False), run("explain", name, "--format", "text", own_db=False)
    assert (quick.stdout, quick.stderr, quick.returncode) == (whole.stdout, whole.stderr, whole.returncode)
    assert quick.returncode == (name == "FULL_RNG")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """An installation of its own, with the registry.db and the pages that were built for this one."""
    without_data = shutil.ignore_patterns("data", "__pycache__")
    shutil.copytree(ROOT / "registry/dropreasons", tmp_path / "dropreasons", ignore=without_data)
    built = ROOT / "registry/dropreasons/data"
    shutil.copytree(built, tmp_path / "dropreasons/data")
    return tmp_path


def explain_in(installed: Path) -> str:
    """Ask the installation for a reason by its name."""
    command = [sys.executable, "-m", "dropreasons", "explain", "FULL_RING"]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(command, env=environment, cwd=installed, capture_output=True, text=True, check=True).stdout


def test_pages_of_another_registry_are_not_read(installed: Path) -> None:
    """Pages count only beside the registry.db that they were made from, as long as they are whole."""
    pages = installed / "dropreasons/data/registry.db.pages"
    true, own = explain_in(installed), pages.read_bytes()
    page = true.encode()
    pages.write_bytes(own.replace(page, page.upper()))
    assert explain_in(installed) == true.upper()
    head = bytearray(pages.read_bytes())
    head[40:44] = b"else"
    pages.write_bytes(head)
    assert explain_in(installed) == true
    pages.write_bytes(own[: own.index(page) + 1])
    assert explain_in(installed) == true
    pages.unlink()
    assert explain_in(installed) == true


PIPED = ["explain FULL_RING", "explain 77", "kernels", "where NO_SOCKET", "table --kernel 6.12.117 --format json",
         "decode tests/data/decode/trace.txt --annotate"]  # fmt: skip


@pytest.mark.parametrize("command", PIPED)
def test_a_reader_that_leaves_ends_a_verb_quietly(command: str) -> None:
    """As in `dropreasons kernels | head -1`, also where the reader left before anything was written."""
    words = [str(COMMAND), *command.split()]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            words, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_search_finds_by_words_aliases_and_functions(run: Run) -> None:
    """Words of texts, a rejected name and a function all lead there."""
    for words in (("ring", "full"), ("PTR_FULL",), ("iptfs_output_collect",)):
        assert "FULL_RING" in run("search", *words).stdout.splitlines()
    assert run("search", "FULL_RING").stdout.splitlines()[0] == "FULL_RING"
    assert json.loads(run("search", "virtio", "header", "--format", "json").stdout)[0]["name"] == "DEV_HDR"


@pytest.mark.parametrize("words", [('"',), ("AND OR NOT",), ("ring*)(",), ("-", "ring"), ("name:x",)])
def test_search_takes_any_text(run: Run, words: tuple[str, ...]) -> None:
    """No text is a query language."""
    done = run("search", "--", *words)
    assert done.returncode in {0, 1}
    assert "Traceback" not in done.stderr


def test_nothing_found_is_status_1(run: Run) -> None:
    """An empty search says so."""
    done = run("search", "zebra")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing found" in done.stderr


@given(st.integers(0, LARGEST_VALUE))
def test_values_round_trip(value: int) -> None:
    """Decimal and hexadecimal, in either case and with leading zeros, give the value back."""
    for text in (str(value), hex(value), f"0X{value:X}", f"00{value}", f"0x{value:08x}"):
        assert parse_value(text) == value


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_refused(text: str) -> None:
    """Nothing but a number of 32 bits gets through."""
    try:
        assert 0 <= parse_value(text) <= LARGEST_VALUE
    except NotAValue as error:
        assert "\n" not in str(error)


@given(st.integers(0, 0x4FFFF))
def test_everywhere_and_on_kernel_agree(registry: Registry, value: int) -> None:
    """What a value means on 6.12.117 is among what it means everywhere."""
    here = {meaning["name"] for meaning in on_kernel(registry, value, "6.12.117")["meanings"]}
    assert here <= {meaning["name"] for meaning in everywhere(registry, value)["meanings"]}


def test_a_closed_pipe_is_no_error() -> None:
    """`dropreasons explain ... | head` ends in silence."""
    shell = f"'{COMMAND}' explain NOT_SPECIFIED | head -n 1"
    done = subprocess.run(["bash", "-c", shell], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_every_entry_says_what_it_rests_on(run: Run) -> None:
    """The grades stand in the document, and the page says them in words."""
    document = json.loads(run("explain", "FULL_RING", "--format", "json").stdout)
    assert {part: grade["grade"] for part, grade in document["evidence"].items()} == {
        "numbers": "read", "callers": "found", "meaning": "read", "counters": "named", "reproduced": "reproduced",
    }  # fmt: skip
    assert document["evidence"]["reproduced"]["kernels"] == ["6.1.192", "6.18.44"]
    page = run("explain", "FULL_RING").stdout
    assert "By experiment: full_ring, on 6.1.192 and 6.18.44 (freed in tun_net_xmit)." in page
    unused = run("explain", "LSM").stdout
    assert "Callers: none in the 21 source trees that were read." in unused
    assert "By experiment: not yet." in unused


def test_stats_show_the_share_that_is_known(run: Run) -> None:
    """Numbers, callers and meaning of every core reason are known; the counts are those of the documents."""
    rows = json.loads(run("stats", "--format", "json").stdout)
    core = rows["core"]
    assert core["known"]["numbers"] == core["known"]["callers"] == core["known"]["meaning"] == core["reasons"]
    assert rows["all"]["reasons"] == sum(row["reasons"] for name, row in rows.items() if name != "all")
    lines = run("stats").stdout.splitlines()
    assert lines[1].split()[:5] == ["core", str(core["reasons"]), "100%", "100%", "100%"]
    assert max(map(len, lines)) <= 80
