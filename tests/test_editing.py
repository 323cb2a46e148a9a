# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons rename`, `deprecate` and `fmt` change what they are asked to, and keep every other character."""

import re
import shutil
from collections.abc import Callable
from difflib import ndiff
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result
from conftest import ROOT
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dropreasons.catalogue import load_catalogue
from dropreasons.cli import verbs
from dropreasons.edit.document import flow_text
from dropreasons.edit.effect import reasons_of
from dropreasons.findings import Finding
from dropreasons.model.reason import Alias, Reason
from dropreasons.rules import run_rules
from dropreasons.source import parse

TEXT = re.sub(r"[ \t]+$", "", (ROOT / "reasons.yaml").read_text(encoding="utf-8"), flags=re.MULTILINE)
_SPLIT = re.split(r"^(?=[A-Z]\w+:$)", TEXT, flags=re.MULTILINE)[1:]
ENTRIES = {entry.split(":")[0]: entry.rstrip() + "\n" for entry in _SPLIT}
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{2,48}", fullmatch=True)
ROWS = "  aliases:\n      - name: A\n        kind: common\n        note: >-\n          two\n          lines\n"
SOME = "\n".join(ENTRIES[n] for n in ("NOMEM", "LSM", "TC_COOKIE_ERROR", "TCP_ZEROWINDOW", "NO_SOCKET", "TIMEWAIT"))
SIMPLE = {"class", "layer", "direction", "severity", "acts"}
Edit = Callable[..., Result]


@pytest.fixture(scope="session")
def edit() -> Edit:
    """Run a verb on a folder; what stops it comes back as a line and an exit status."""

    def run_verb(root: Path, *arguments: str) -> Result:
        result = CliRunner().invoke(verbs.cli, [*arguments, "--root", str(root)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run_verb


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small kernel, in which a test puts entries of its own."""
    path = tmp_path_factory.mktemp("catalogue")
    (path / "kernels" / "tables").mkdir(parents=True)
    (path / "kernels" / "lines").mkdir()
    shutil.copy(ROOT / "kernels" / "tables" / "v5.17.yaml", path / "kernels" / "tables")
    span = "{line: '5.17', first: '0', table: v5.17, evidence: read, last: null}"
    (path / "kernels" / "lines" / "upstream.yaml").write_text(f"family: upstream\nspans:\n  - {span}\n")
    return path


def read(root: Path) -> str:
    """Return the entries of a folder."""
    return (root / "reasons.yaml").read_text(encoding="utf-8")


def write(root: Path, text: str) -> None:
    """Put entries into a folder."""
    (root / "reasons.yaml").write_text(text, encoding="utf-8")


def errors(root: Path) -> list[Finding]:
    """Return the errors that `dropreasons check` finds."""
    return [finding for finding in run_rules(load_catalogue(root)) if finding.level == "error"]


def changes(before: str, after: str) -> list[str]:
    """Return the lines that went or came, with a sign each."""
    return [line.rstrip("\n") for line in ndiff(before.splitlines(True), after.splitlines(True)) if line[0] in "+-"]


class Scrambled(NamedTuple):
    """Real entries with their fields in any order and remarks among them, and the form they shall have."""

    text: str
    expected: str
    names: list[str]
    moved: list[str]


@st.composite
def scrambled(draw: st.DrawFn) -> Scrambled:
    """Take some entries of the catalogue to pieces."""
    names = draw(st.lists(st.sampled_from(sorted(ENTRIES)), min_size=1, max_size=4, unique=True))
    text = expected = "# a head\n\n"
    moved = []
    for name in names:
        head, *fields = re.split(r"^(?=  \w+:)", ENTRIES[name], flags=re.MULTILINE)
        fields = [remarked(draw, name, field) for field in fields]
        order = draw(st.permutations(fields))
        moved += [name] if order != fields else []
        tail = draw(st.sampled_from(["", f"  # end of {name}\n", f"# after {name}\n"]))
        blank = draw(st.integers(0, 3))
        space = draw(st.sampled_from(["", " ", "\t"]))
        text += (
            head
            + "".join(field.replace("\n", f"{space}\n", 1) for field in order)
            + tail
            + f"{space.strip(chr(9))}\n" * blank
        )
        expected += head + "".join(fields) + tail + "\n" * min(blank, 1)
    return Scrambled(text, expected.rstrip("\n") + "\n", names, moved)


def remarked(draw: st.DrawFn, name: str, field: str) -> str:
    """Add remarks to a field, and white space that belongs to a text."""
    key = field.split(":", maxsplit=1)[0].strip()
    if draw(st.booleans()):
        field = f"  # on the {key} of {name}\n{field}"
    if key in SIMPLE and draw(st.booleans()):
        field = field.replace("\n", "  # beside it\n", 1) if not field.startswith("  #") else field
    if key == "causes" and draw(st.booleans()):
        field += "    # these were all\n"
    if key == "meaning" and draw(st.booleans()):
        field = re.sub(r"(meaning: \|\n.*)\n(?=    )", r"\1  \n", field)
    return field


@settings(max_examples=80, deadline=None)
@given(made=scrambled())
def test_fmt_puts_fields_in_order_and_changes_nothing_else(edit: Edit, folder: Path, made: Scrambled) -> None:
    """Every character is where it belongs: the entries say the same, remarks stay at their fields, twice is once."""
    write(folder, made.text)
    checked = edit(folder, "fmt", "--check")
    assert checked.exit_code == (made.text != made.expected)
    assert re.findall(r"fields of (\w+) are out of order", checked.output) == made.moved
    assert read(folder) == made.text
    assert edit(folder, "fmt").exit_code == 0
    assert read(folder) == made.expected
    assert reasons_of(read(folder), "after") == reasons_of(made.text, "before")
    again = edit(folder, "fmt", "--check")
    assert (again.exit_code, again.output) == (0, "")


GAPS = ["", "", "", "\n", "\n\n", "  # shallow\n\n", "# at the edge\n", "    # deep\n", "\n      # deep\n\n"]


def gap_below(part: str, gap: str) -> str:
    """Return what to put below a field; what stands below a text at its depth would be part of it."""
    return gap if "   #" not in gap or part.endswith(("]\n", "}\n", ":\n")) else ""


def words(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [line.rstrip() for line in text.split("\n") if line.strip()]


@settings(max_examples=40, deadline=None)
@given(made=scrambled(), data=st.data())
def test_fmt_with_blank_lines_anywhere(edit: Edit, folder: Path, made: Scrambled, data: st.DataObject) -> None:
    """Blank lines and remarks between fields: no line is lost or changed, and the second run has nothing to do."""
    parts = re.split(r"^(?=  \w+:)", made.text, flags=re.MULTILINE)
    gaps = data.draw(st.lists(st.sampled_from(GAPS), min_size=len(parts), max_size=len(parts)))
    text = "".join(part + gap_below(part, gap) for part, gap in zip(parts, gaps, strict=True))
    write(folder, text)
    assert edit(folder, "fmt").exit_code == 0
    once = read(folder)
    assert reasons_of(once, "after") == reasons_of(text, "before")
    assert sorted(words(once)) == sorted(words(text))
    assert edit(folder, "fmt", "--check").exit_code == 0


def test_fmt_leaves_the_lines_of_the_catalogue(edit: Edit, project: Path) -> None:
    """The real file is in order; only white space at the ends of lines may go."""
    before = read(project)
    assert edit(project, "fmt").exit_code == 0
    after = read(project)
    assert after.split("\n") == [line.rstrip() for line in before.split("\n")]
    assert reasons_of(after, "after") == reasons_of(before, "before")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FULL_RING: {summary: A short one.}\n", "FULL_RING is not written one field a line"),
        ("FULL_RING:\n  summary: A short one.\n", "the field 'class' is missing"),
        (ENTRIES["LSM"].replace("  layer:", "  lair:"), "unknown field 'lair'"),
        (ENTRIES["LSM"].replace("\n", "\r\n"), "carriage returns"),
        (ENTRIES["LSM"].replace("  layer:", "  ? layer\n  :"), "write the key 'layer' alone"),
        ("just a text\n", "is not a list of entries"),
        ("LSM: [\n", "not valid YAML"),
    ],
)
def test_fmt_refuses_what_it_cannot_take_apart(edit: Edit, folder: Path, text: str, message: str) -> None:
    """A file that is no catalogue, or is written in another way, is left as it is."""
    (folder / "reasons.yaml").write_bytes(text.encode())
    result = edit(folder, "fmt")
    assert result.exit_code == 2
    assert message in result.output
    assert (folder / "reasons.yaml").read_bytes() == text.encode()


def test_fmt_ends_the_last_line(edit: Edit, folder: Path) -> None:
    """A missing end of line is found and added."""
    write(folder, ENTRIES["LSM"].rstrip("\n"))
    assert edit(folder, "fmt", "--check").exit_code == 1
    assert edit(folder, "fmt").exit_code == 0
    assert read(folder) == ENTRIES["LSM"]


def test_rename_in_the_catalogue(edit: Edit, project: Path) -> None:
    """The entry, and every pointer to it, has the new name; one alias is new; the way back leaves one alias."""
    before = read(project)
    done = edit(project, "rename", "NOMEM", "NO_MEMORY", "--note", "until 8.0, after which it has an underscore")
    assert done.exit_code == 0, done.output
    assert "expected until a kernel with NO_MEMORY is imported: reasons.yaml:" in done.output
    assert "NOMEM stands in " in done.output
    pointing = [name for name, entry in load_catalogue(ROOT).reasons.items() if "NOMEM" in entry.related]
    assert f"these entries point to NO_MEMORY now: {', '.join(pointing)}\n" in done.output
    lines = changes(before, read(project))
    alias = '+     - {name: NOMEM, kind: renamed, note: "until 8.0, after which it has an underscore"}'
    gone = [line[2:] for line in lines if line[0] == "-"]
    came = [line[2:] for line in lines if line[0] == "+" and line != alias]
    assert lines.count(alias) == 1
    assert len(gone) == 1 + len(pointing)
    assert came == [re.sub(r"\bNOMEM\b", "NO_MEMORY", line) for line in gone]
    assert [(error.id, error.context) for error in errors(project)] == [("DR012", "/NO_MEMORY")]
    assert edit(project, "rename", "NO_MEMORY", "NOMEM").exit_code == 0
    assert changes(before, read(project)) == ["+     - {name: NO_MEMORY, kind: renamed, note: the earlier name}"]
    assert errors(project) == []


def test_rename_is_followed_by_successors_and_siblings(edit: Edit, folder: Path) -> None:
    """`replaced_by` and `after` follow as `related` does, quotes and remarks stay."""
    proposed = ENTRIES["LSM"].replace("LSM:", "MODULE_LIMIT:", 1).replace("  status: removed\n", "  status: proposed\n")
    proposed = re.sub(r"  replaced_by:.*\n +note.*\n", "  after: 'SECURITY_HOOK'  # by its side\n", proposed)
    write(folder, ENTRIES["LSM"] + ENTRIES["SECURITY_HOOK"] + proposed)
    done = edit(folder, "rename", "SECURITY_HOOK", "SECURITY_VERDICT")
    assert done.exit_code == 0, done.output
    after = load_catalogue(folder).reasons
    assert after["LSM"].replaced_by is not None
    assert after["LSM"].replaced_by.names == ("SECURITY_VERDICT",)
    assert "  after: 'SECURITY_VERDICT'  # by its side\n" in read(folder)
    assert not any("SECURITY_HOOK" in entry.related for entry in after.values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Nomem", "NO_MEMORY", "Nomem has no entry; did you mean NOMEM?"),
        ("ENOMEM", "NO_MEMORY", "ENOMEM has no entry; it is an alias of NOMEM"),
        ("QQQQQQ", "NO_MEMORY", "QQQQQQ has no entry\n"),
        ("NOMEM", "NOMEM", "NOMEM has an entry already"),
        ("NOMEM", "LSM", "LSM has an entry already"),
        ("NOMEM", "ENOMEM", "ENOMEM is an alias of NOMEM already"),
        ("NOMEM", "TC_ERROR", "TC_ERROR is an alias of TC_COOKIE_ERROR already"),
        ("NOMEM", "TCPZEROWINDOWDROP", "is an alias of TCP_ZEROWINDOW already"),
        ("NOMEM", "no_memory", "DR002: 'no_memory' is not upper case letters"),
        ("NOMEM", "SKB_DROP_REASON_NO_MEMORY", "leave it out"),
        ("NOMEM", "NULL", "NULL is no text in YAML"),
    ],
)
def test_rename_refuses(edit: Edit, folder: Path, old: str, new: str, message: str) -> None:
    """A name that is taken, malformed or unknown is refused, and nothing is written."""
    write(folder, SOME)
    result = edit(folder, "rename", old, new)
    assert result.exit_code == 2
    assert message in result.output
    assert read(folder) == SOME


def test_rename_refuses_a_list_that_would_say_a_name_twice(edit: Edit, folder: Path) -> None:
    """An entry that names both is mended by hand: which of the two goes is not ours to say."""
    text = ENTRIES["LSM"] + ENTRIES["SECURITY_HOOK"].replace("related: [", "related: [NEW_HOOK, LSM, ")
    write(folder, text)
    result = edit(folder, "rename", "LSM", "NEW_HOOK")
    assert result.exit_code == 2
    assert "SECURITY_HOOK names both LSM and NEW_HOOK here" in result.output
    assert read(folder) == text


@settings(max_examples=40, deadline=None)
@given(made=scrambled(), new=NAMES, data=st.data())
def test_rename_there_and_back(edit: Edit, folder: Path, made: Scrambled, new: str, data: st.DataObject) -> None:
    """The loaded entries differ by the name only, and the way back leaves an alias and nothing else."""
    assume(new not in TEXT and not new.startswith("SKB_DROP_REASON_"))
    old = data.draw(st.sampled_from(made.names))
    write(folder, made.text)
    assert edit(folder, "rename", old, new).exit_code == 0
    assert reasons_of(read(folder), "after") == with_name(reasons_of(made.text, "before"), old, new)
    assert edit(folder, "rename", new, old).exit_code == 0
    header = [] if "\n  aliases:" in ENTRIES[old] else ["+   aliases:"]
    row = f"+     - {{name: {new}, kind: renamed, note: the earlier name}}"
    assert changes(made.text, read(folder)) == [*header, row]


def with_name(reasons: dict[str, Reason], old: str, new: str) -> dict[str, Reason]:
    """Return entries as they are when one has another name, done the plain way."""
    renamed = {}
    for name, entry in reasons.items():
        update: dict[str, object] = {"related": tuple(new if other == old else other for other in entry.related)}
        if entry.replaced_by:
            names = tuple(new if other == old else other for other in entry.replaced_by.names)
            update["replaced_by"] = entry.replaced_by.model_copy(update={"names": names})
        if name == old:
            update["aliases"] = (*entry.aliases, Alias(name=old, kind="renamed", note="the earlier name"))
        renamed[new if name == old else name] = entry.model_copy(update=update)
    return renamed


@pytest.mark.parametrize(
    ("aliases", "expected"),
    [
        ("  aliases: []  # none\n", "  aliases: [{ROW}]  # none\n"),
        ("  aliases: [{A}]  # one\n", "  aliases: [{A}, {ROW}]  # one\n"),
        ("  aliases:\n  - {A}\n", "  aliases:\n  - {A}\n  - {ROW}\n"),
        (ROWS, f"{ROWS}      - {{ROW}}\n"),
    ],
)
def test_an_alias_is_added_in_the_style_of_the_others(edit: Edit, folder: Path, aliases: str, expected: str) -> None:
    """The list keeps its form and its remarks."""
    row = "{name: A, kind: common, note: x}"
    write(folder, ENTRIES["LSM"] + aliases.replace("{A}", row) + "\n" + ENTRIES["NOMEM"])
    assert edit(folder, "rename", "LSM", "NEW_HOOK").exit_code == 0
    expected = expected.replace("{A}", row).replace("{ROW}", "{name: LSM, kind: renamed, note: the earlier name}")
    entry = ENTRIES["LSM"].replace("LSM:", "NEW_HOOK:", 1)
    assert read(folder) == f"{entry}{expected}\n{ENTRIES['NOMEM']}"


def test_a_name_taken_back_changes_places_with_its_alias(edit: Edit, folder: Path) -> None:
    """The alias keeps its place and style, and its note is the new one."""
    text = (
        ENTRIES["LSM"]
        + "  aliases:\n    - name: 'OLD_HOOK'  # of old\n      kind: renamed\n      note: >-\n        long\n"
    )
    write(folder, text)
    assert edit(folder, "rename", "LSM", "OLD_HOOK", "--note", "a: b").exit_code == 0
    assert changes(text, read(folder)) == [
        "- LSM:",
        "+ OLD_HOOK:",
        "-     - name: 'OLD_HOOK'  # of old",
        "+     - name: 'LSM'  # of old",
        "-       note: >-",
        '+       note: "a: b"',
        "-         long",
    ]


def test_deprecate_writes_what_was_written_by_hand(edit: Edit, project: Path) -> None:
    """Entries of names that left the kernel, robbed of their end, get it back character by character."""
    before = read(project)
    text, cut = re.subn(r"(\nRX_DROP_MONITOR:\n(?:  .*\n)*?)  status: .*\n  replaced_by: .*\n", r"\1", before)
    text, put = re.subn(
        r"(\nQDISC_CONGESTED:\n(?:  .*\n)*?  status: ).*\n  replaced_by: .*\n", r"\1present  # once\n", text
    )
    assert cut == put == 1
    write(project, text)
    note = "6.15; specific names from 7.0"
    words = ["--replaced-by", "RX_DROP_UNUSABLE", "--kind", "merged_into", "--note", note]
    done = edit(project, "deprecate", "RX_DROP_MONITOR", *words)
    assert (done.exit_code, done.output) == (0, "RX_DROP_MONITOR is marked as removed: merged_into RX_DROP_UNUSABLE\n")
    note = "the same condition in the qdisc sub-system"
    words = ["--replaced-by", "QDISC_DROP_CONGESTED", "--kind", "moved_to", "--note", note]
    assert edit(project, "deprecate", "QDISC_CONGESTED", *words).exit_code == 0
    assert "  status: removed  # once\n" in read(project)
    assert read(project).replace("  # once", "") == before
    assert errors(project) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["NO_SOCKET", "--kind", "none"], "DR009 error: the newest kernel read still has NO_SOCKET; it is not removed"),
        (["LSM", "--kind", "none"], "LSM says already what replaced it; change it there"),
        (["NOMEN", "--kind", "none"], "NOMEN has no entry; did you mean NOMEM?"),
        (["NOMEM", "--kind", "none", "--replaced-by", "LSM"], "kind none says that nothing replaced NOMEM"),
        (["NOMEM", "--kind", "moved_to"], "say with --replaced-by what NOMEM is moved to"),
        (["NOMEM", "--kind", "renamed_to", "--replaced-by", "LSM,TIMEWAIT"], "can be renamed to one name only"),
        (["NOMEM", "--kind", "split_into", "--replaced-by", "NOMEM"], "are other names than it"),
        (["NOMEM", "--kind", "moved_to", "--replaced-by", "QQQQ"], "DR009 error: the successor QQQQ is in no kernel"),
        (["NOMEM", "--kind", "moved_to", "--replaced-by", "A]"], "not valid YAML"),
        (["NOMEM", "--kind", "gone"], "'gone' is not one of"),
    ],
)
def test_deprecate_refuses(edit: Edit, folder: Path, words: list[str], message: str) -> None:
    """What would be an error afterwards is refused, and nothing is written."""
    write(folder, SOME)
    result = edit(folder, "deprecate", *words)
    assert result.exit_code == 2
    assert message in result.output
    assert read(folder) == SOME


@given(st.text(min_size=1))
def test_a_note_is_read_back_as_it_was_given(note: str) -> None:
    """Whatever a note holds, the braces around it stay whole."""
    assert parse(f"{{note: {flow_text(note)}, next: 1}}", "note") == {"note": note, "next": 1}


@pytest.mark.parametrize(
    "note", ["null", "true", "a, b", "a: b", "a #b", "x]", "{", "6.15", "- a", "", " a", "a ", "\\", '"']
)
def test_a_note_that_looks_like_yaml_is_quoted(note: str) -> None:
    """Only a text that YAML reads as that text stands without quotes."""
    assert flow_text(note).startswith('"')
    assert parse(f"[{flow_text(note)}]", "note") == [note]


def test_nothing_is_left_when_writing_fails(edit: Edit, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full in the middle leaves the old file, whole, and no other."""
    write(folder, "\n" + ENTRIES["LSM"] + " \n")
    before = read(folder), sorted(folder.iterdir())

    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = edit(folder, "fmt")
    assert result.exit_code == 2
    assert "No space left on device" in result.output
    assert (read(folder), sorted(folder.iterdir())) == before
