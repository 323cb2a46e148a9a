# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons decode`, through the installed command and as its guide shows it."""

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import COMMAND, ROOT, Run
from samples import SAMPLES

LINE = "  nc 1 [000] 5.000000: skb:kfree_skb: skbaddr=0xffff protocol=2048 location={place}+0x1 reason: {reason}\n"
# What a terminal would obey: a title, a colour, a bell, a C1 sequence, text turned round.
HOSTILE = "x\x1b]0;owned\x07\x1b[31m\x9b31m\u202e<script>"
PAGE = (ROOT / "docs" / "decoding.md").read_text(encoding="utf-8")
ALL = sorted(path for path in SAMPLES.glob("*.txt") if not path.name.startswith("format_"))


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_sample_is_summed_up(run: Run, path: Path) -> None:
    """Whatever a tool printed, the page fits 80 columns and holds nothing that a terminal obeys."""
    done = run("decode", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(rf"{re.escape(str(path))}: [\d,]+ drops?\sin\s[\d,]+\slines?", done.stdout)
    for line in done.stdout.splitlines():
        assert len(line) <= 80 or line.lstrip().startswith("$ ") or " " not in line.strip(), line
    assert re.fullmatch(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]*", done.stdout)


def test_the_summary_tells_what_to_do(run: Run) -> None:
    """The kernel and how it was found, the rows, the step to take, and what is normal."""
    text = " ".join(run("decode", str(SAMPLES / "perf_script.txt")).stdout.split())
    assert "9 drops in 30 lines kernel: 6.18.44-fc-v657 (exact), as the input says" in text
    assert "2 22.2% NO_SOCKET" in text
    assert "$ nstat -az UdpNoPorts Udp6NoPorts TcpOutRsts" in text
    assert text.endswith("Normal, nothing need be done: SOCKET_CLOSE (1)")


@pytest.mark.parametrize("form", ["text", "json", "ndjson", "csv", "markdown"])
@pytest.mark.parametrize("by", ["reason", "location"])
def test_what_the_input_printed_is_harmless(run: Run, tmp_path: Path, form: str, by: str) -> None:
    """No escape sequence, no turned text, no markup and no formula of the input reaches the output as such."""
    (tmp_path / "log").write_text(LINE.format(place=f"={HOSTILE}", reason="FULL_RING") + HOSTILE, encoding="utf-8")
    done = run("decode", "log", "--by", by, "--format", form, "--unknown", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "FULL_RING" in done.stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.stdout)
    if form == "markdown":
        assert "<script>" not in done.stdout
    if form == "csv":
        assert all(not cell.startswith("=") for row in csv.reader(io.StringIO(done.stdout)) for cell in row)


def test_forms_agree(run: Run) -> None:
    """JSON, its lines and CSV have the same rows; --top cuts them."""
    path = str(SAMPLES / "perf_script.txt")
    document = json.loads(run("decode", path, "--format", "json").stdout)
    lines = run("decode", path, "--format", "ndjson").stdout.splitlines()
    table = list(csv.DictReader(io.StringIO(run("decode", path, "--format", "csv").stdout)))
    assert document["schema_version"] == "1.0"
    assert [json.loads(line) for line in lines] == document["rows"]
    assert [(row["label"], int(row["drops"])) for row in table] == [
        (row["label"], row["drops"]) for row in document["rows"]
    ]
    assert len(run("decode", path, "--format", "ndjson", "--top", "2").stdout.splitlines()) == 2
    assert "in 4 more rows; --top shows more" in run("decode", path, "--top", "2").stdout
    assert "[NO\\_SOCKET](https://example.org/reasons/NO_SOCKET/)" in run(
        "decode", path, "--format", "markdown", "--site", "https://example.org/"
    ).stdout  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "fail_on", "status"),
    [
        ("FULL_RING", "investigate", 1),
        ("FULL_RING", "depends", 1),
        ("NO_SOCKET", "depends", 1),
        ("NO_SOCKET", "investigate", 0),
        ("SOCKET_CLOSE", "depends", 0),
        ("77", "unknown", 1),
        ("77", "investigate", 0),
        ("NO_SOCKET", "unknown", 0),
    ],
)
def test_a_job_can_fail(run: Run, tmp_path: Path, reason: str, fail_on: str, status: int) -> None:
    """--fail-on is exit status 1 for such a drop or a worse one."""
    (tmp_path / "log").write_text(LINE.format(place="x", reason=reason), encoding="utf-8")
    assert run("decode", "log", "--fail-on", fail_on, cwd=tmp_path).returncode == status


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "nowhere"),
        (("log", "--kernel", "nonsense"), "is not a kernel release"),
        (("log", "--table", "log"), "log"),
        (("log", "--table", "nowhere"), "nowhere"),
        (("log", "--site", "javascript:alert(1)"), "does not begin with http"),
        (("log", "--annotate", "--format", "json"), "--annotate shows lines"),
        (("log", "--by", "colour"), "colour"),
        (("log", "--html", "log/report.html"), "log"),
    ],
)
def test_wrong_use_is_one_clear_message(run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """Exit status 2, nothing on standard output, and what was wrong."""
    (tmp_path / "log").write_text(LINE.format(place="x", reason="NO_SOCKET"), encoding="utf-8")
    done = run("decode", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_understood_is_status_1(run: Run, tmp_path: Path) -> None:
    """A file of another kind is no empty log; --unknown shows its lines."""
    (tmp_path / "prose").write_text("Nothing of the kind.\nNor here.\n", encoding="utf-8")
    (tmp_path / "empty").write_text("", encoding="utf-8")
    done = run("decode", "prose", "--unknown", cwd=tmp_path)
    assert done.returncode == 1
    assert "prose:2: Nor here." in done.stdout
    assert run("decode", "empty", cwd=tmp_path).returncode == 0


def piped(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of shell, in which `dropreasons` is the installed command."""
    where = {**os.environ, "PATH": f"{COMMAND.parent}:{os.environ['PATH']}"}
    shell = ["bash", "-o", "pipefail", "-c", command]
    return subprocess.run(shell, cwd=cwd, env=where, capture_output=True, text=True, timeout=60, check=False)


def test_a_pipe_is_annotated(tmp_path: Path) -> None:
    """Every line comes out as it was, a drop with its meaning; a header tells the kernel of the numbers below it."""
    lines = ["# os release : 6.12.117", LINE.format(place="x", reason="77").rstrip(), "some other line"]
    (tmp_path / "log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = piped("cat log | dropreasons decode", tmp_path).stdout.splitlines()
    assert [line.partition("  # ")[0] for line in out] == lines
    assert out[1].partition("  # ")[2].startswith("INVALID_PROTO: ")
    assert "1 drop in 3 lines" in piped("cat log | dropreasons decode --summary", tmp_path).stdout
    assert "HDR_TRUNC: " in piped("cat log | dropreasons decode --kernel 6.14.0", tmp_path).stdout
    assert "# 77 is one of " in piped("cat log | dropreasons decode --kernel 9.9.9", tmp_path).stdout
    assert piped("dropreasons decode --annotate log", tmp_path).stdout.splitlines() == out


@pytest.mark.parametrize("how", ["--annotate", "--summary"])
def test_a_closed_pipe_is_no_error(tmp_path: Path, how: str) -> None:
    """`dropreasons decode ... | head` ends in silence."""
    (tmp_path / "log").write_text(
        "".join(LINE.format(place=f"f{n}", reason="77") for n in range(20000)), encoding="utf-8"
    )
    done = piped(f"set +o pipefail; dropreasons decode {how} --by location log --top 9999 | head -n 1", tmp_path)
    if how == "--annotate":
        done = piped("set +o pipefail; dropreasons decode --annotate log | head -n 1", tmp_path)
    assert (done.stderr, done.stdout.count("\n")) == ("", 1)


def on_a_terminal(arguments: list[str], **environment: str) -> str:
    """Run the command with a terminal as its output, and return what it wrote there."""
    ours, theirs = pty.openpty()
    where = {**os.environ, "TERM": "xterm", "COLUMNS": "120", **environment}
    done = subprocess.Popen([str(COMMAND), *arguments], stdout=theirs, stdin=subprocess.DEVNULL, env=where, cwd=ROOT)
    os.close(theirs)
    text = b""
    try:
        while data := os.read(ours, 65536):
            text += data
    except OSError:  # the other end was closed
        pass
    os.close(ours)
    assert done.wait(60) == 0
    return text.decode()


def test_a_terminal_has_colours_and_room(tmp_path: Path) -> None:
    """Colours on a terminal, none with NO_COLOR; bars as wide as it is; and no escape sequence of the input."""
    path = tmp_path / "log"
    path.write_text(LINE.format(place="x", reason="FULL_RING") + LINE.format(place="\x1b]0;owned\x07", reason="77"))
    text = on_a_terminal(["decode", str(path)])
    assert "\x1b[31m" in text
    assert "\x1b]" not in text
    assert max(map(len, re.sub(r"\x1b\[\d+m", "", text).splitlines())) > 80
    assert "\x1b" not in on_a_terminal(["decode", str(path)], NO_COLOR="1")
    assert "\x1b]" not in on_a_terminal(["decode", "--annotate", str(path)])


def test_plain_letters_where_nothing_else_can_be_shown(tmp_path: Path) -> None:
    """Bars and the line over time are ASCII where the output is."""
    text = "".join(LINE.format(place="x", reason="NO_SOCKET").replace("5.0", f"{n}.0") for n in range(9))
    (tmp_path / "log").write_text(text, encoding="utf-8")
    done = piped("PYTHONIOENCODING=ascii dropreasons decode log", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "#####" in done.stdout
    assert "@@@@@@@@@ 1 s each, up to 1" in done.stdout
    assert done.stdout.isascii()


def test_a_summary_loads_no_more_than_it_needs() -> None:
    """Templates, models and YAML are not loaded for a summary."""
    program = (
        f"import sys; sys.argv[1:] = ['decode', {str(SAMPLES / 'plain.txt')!r}]\n"
        "from dropreasons.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = ('pydantic', 'ruamel', 'sqlite_utils', 'jinja2', 'fastapi', 'rich')\n"
        "print([module for module in heavy if module in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def shown() -> list[tuple[str, str]]:
    """Return every command that the guide shows, with the output below it."""
    blocks = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == len(re.findall(r"^\$ ", PAGE, re.MULTILINE))
    return blocks


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the guide decodes: real traces of 6.18, and one among other lines."""
    folder = tmp_path_factory.mktemp("logs")
    for name, sample in {"drops": "perf_script", "numbers": "trace_fields", "format": "format_6.18"}.items():
        shutil.copy(SAMPLES / f"{sample}.txt", folder / f"{name}.txt")
    (folder / "mixed.txt").write_text("Here is what I see:\n" + LINE.format(place="udp_rcv", reason="NO_SOCKET"))
    return folder


@pytest.mark.parametrize(("command", "output"), shown(), ids=[command for command, _ in shown()])
def test_the_guide_shows_what_is_printed(logs: Path, command: str, output: str) -> None:
    """Each command of docs/decoding.md works, and prints what stands below it; a line of dots stands for others."""
    done = piped(command, logs)
    assert done.returncode == 0 or "--fail-on" in command, done.stderr
    for part in output.split("...\n"):
        assert part in done.stdout
