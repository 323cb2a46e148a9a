# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`audit`: the tables of four real tools, every language form, and text that is no table."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dropreasons.audit.compare import judge
from dropreasons.audit.read import NoTable, Pair, read_file, read_table
from dropreasons.audit.spellings import Spellings
from dropreasons.cli.auditing import audit
from dropreasons.cli.verbs import Verbs
from dropreasons.generate.sources import all_formats, source_for_table
from dropreasons.lookup import LARGEST_VALUE, Registry

DATA = ROOT / "tests" / "data" / "audit"
PAGE = ROOT / "docs" / "auditing.md"
Rows = list[tuple[int, str]]
Audit = Callable[..., Result]


@pytest.fixture(scope="module")
def spellings(registry: Registry) -> Spellings:
    """Every spelling of the registry."""
    return Spellings(registry)


@pytest.fixture(scope="module")
def run_audit(database: Path) -> Audit:
    """Run the verb on the registry built for the tests, within the group that turns errors into a line."""

    class Group(Verbs):
        def get_command(self, ctx, cmd_name):  # noqa: ARG002  click's signature
            return audit

    def run(*words: str | Path) -> Result:
        arguments = ["audit", "--db", str(database), *map(str, words)]
        return CliRunner().invoke(Group("dropreasons"), arguments, prog_name="dropreasons")

    return run


def core(registry: Registry, table: str) -> Rows:
    """Return the core reasons of a table by number."""
    query = "select value, name from value where table_id = ? and subsystem = 'core' and in_subsystem = 1 order by 1"
    return list(registry.database.execute(query, (table,)).fetchall())


def whole_tables(registry: Registry) -> list[str]:
    """Return the tables that begin at 0 and are long enough for a list without numbers."""
    query = "select table_id from value where subsystem = 'core' and in_subsystem = 1 group by 1"
    having = " having min(value) = 0 and count(*) >= 8 order by 1"
    return [row[0] for row in registry.database.execute(query + having)]


def lines(rows: Rows, form: str) -> str:
    """Write a line for each pair."""
    return "".join(form.format(n=number, N=f"{number:#x}", s=name) + "\n" for number, name in rows)


#: Each form a table may have, written from its pairs; rows begin at 0 and have no gap.
FORMS: dict[str, Callable[[Rows], str]] = {
    "go switch": lambda r: "switch n {\n" + lines(r, 'case {n}:\n\treturn "{s}"') + "default:\n\treturn s\n}",
    "go switch on base": lambda r: "const b = 0 << 16\nswitch n {\n" + lines(r, 'case b + {n}:\n\treturn "{s}"') + "}",
    "go map": lambda r: "var names = map[uint32]string{\n" + lines(r, '\t{N}: "{s}",') + "}",
    "go iota": lambda r: f"const (\n\t{r[0][1]} Reason = iota\n" + lines(r[1:], "\t{s}") + ")",
    "go constants": lambda r: "const (\n" + lines(r, "\t{s} Reason = {n} // {s}") + ")",
    "python": lambda r: "NAMES = {\n" + lines(r, '    {n}: "{s}",  # as it is') + "}",
    "python by name": lambda r: "NUMBERS = {" + ", ".join(f"'{name}': {number}" for number, name in r) + "}",
    "python tuples": lambda r: "NAMES = [\n" + lines(r, '    ({n}, "{s}"),') + "]",
    "yaml map": lambda r: "size: 2\nmap:\n  - name: reason\n    static_map:\n" + lines(r, "      {n}: {s}"),
    "yaml list": lambda r: "reasons:\n" + lines(r, "- {n}: {s}"),
    "c designators": lambda r: "const char *const names[] = {\n" + lines(r, '\t[{n}] = "{s}",') + "};",
    "c strings": lambda r: "static const char *names[] = {\n" + lines(r, '\t"{s}", /* {n}: "X" */') + "};",
    "c enum": lambda r: "enum skb_drop_reason {\n" + lines(r, "\t/** @{s}: one */\n\tSKB_DROP_REASON_{s},") + "};",
    "c enum with numbers": lambda r: "enum r {\n" + lines(r, "\tSKB_DROP_REASON_{s} = {N}U,") + "};",
    "c enum from a start": lambda r: f"enum r {{ {r[0][1]} = 0,\n" + lines(r[1:], "\t{s},") + "};",
    "c structures": lambda r: "struct name names[] = {\n" + lines(r, '\t{{ .value = {n}, .name = "{s}" }},') + "};",
    "c macros": lambda r: lines(r, "#define SKB_DROP_REASON_{s} {n}"),
    "tracefs": lambda r: "__print_symbolic(REC->reason, " + ", ".join(f'{{ {n}, "{s}" }}' for n, s in r) + ")",
    "typescript object": lambda r: "export const names = {\n" + lines(r, "  {n}: '{s}',") + "} as const;",
    "typescript options": lambda r: "const o = [\n" + lines(r, "  {{ value: {n}, label: '{s}' }},") + "];",
    "json": lambda r: json.dumps({str(number): name for number, name in r}),
    "json by name": lambda r: json.dumps({name: number for number, name in r}, indent=1),
    "json list": lambda r: json.dumps([{"label": s, "value": n, "text": "a word or two"} for n, s in r], indent=1),
    "json strings": lambda r: json.dumps([name for _, name in r]),
    "json of objects": lambda r: json.dumps({str(number): {"name": name, "text": "x y"} for number, name in r}),
    "protobuf": lambda r: "enum Reason {\n" + lines(r, "  {s} = {n} [deprecated = true];") + "}",
    "rust match": lambda r: "match n {\n" + lines(r, '    {n} => Some("{s}"),') + "    _ => None,\n}",
}  # fmt: skip

OTHER_TABLES = """
enum state { TCP_ESTABLISHED = 1, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_TIME_WAIT, TCP_CLOSE };
protocols = {1: "icmp", 6: "tcp", 17: "udp"}

"""


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_table_is_read_back_from_every_form(registry: Registry, spellings: Spellings, form: str, data) -> None:
    """Whatever the kernel and the language, the pairs come back with their lines, and are right on that kernel."""
    table = data.draw(st.sampled_from(whole_tables(registry)))
    before = data.draw(st.sampled_from(["", "\n", OTHER_TABLES]))
    rows = core(registry, table)
    text = before + FORMS[form](rows)
    pairs = read_table(text, spellings)
    assert [(pair.number, pair.name.removeprefix("SKB_DROP_REASON_")) for pair in pairs] == [
        (number, name.removeprefix("SKB_DROP_REASON_")) for number, name in rows
    ]
    for pair in pairs:
        assert text.splitlines()[pair.line - 1][pair.column - 1 :].lstrip("\"'").startswith(pair.name)
    verdict = judge(registry, spellings, table, {pair.number: pair for pair in pairs}).core
    assert (verdict.wrong, verdict.silent, verdict.renamed) == ((), (), ())


@pytest.mark.parametrize("spelled", ["SkbDropReason{}", "{}", "skb_drop_reason_{}"])
def test_names_are_known_however_they_are_written(spellings: Spellings, spelled: str) -> None:
    """Camel case, lower case and words in quotes lead to the same entries."""
    names = [spelled.format(name) for name in ("NoSocket", "tcp csum", "PKT_TOO_SMALL")]
    pairs = read_table(lines(list(enumerate(names, 3)), "{n}: '{s}'"), spellings)
    assert [(pair.number, pair.entry) for pair in pairs] == [(3, "NO_SOCKET"), (4, "TCP_CSUM"), (5, "PKT_TOO_SMALL")]


@pytest.mark.parametrize("form", all_formats())
def test_our_own_tables_are_wholly_right(registry: Registry, spellings: Spellings, form: str) -> None:
    """What `table` writes for a kernel names all of its reasons, sub-systems too."""
    pairs = read_table(source_for_table(registry, "v6.12.117", form), spellings)
    judged = judge(registry, spellings, "v6.12.117", {pair.number: pair for pair in pairs})
    assert judged.core.counts == (102, 0, 0)
    assert judged.subsystems.counts.reasons == judged.subsystems.counts.right > 50


#: Of each tool: its upstream kernels on which all is right, and what is right of how many on 6.19.
TOOLS = {
    "netobserv.go": ("6.2 to 6.5", 2),
    "tcpdrop.py": ("6.14", 36),
    "net_watcher.h": ("6.2 to 6.5", 2),
    "kfree_skb.yaml": ("6.2 to 6.5", 2),
}


@pytest.mark.parametrize("name", TOOLS)
def test_the_tables_of_real_tools(run_audit: Audit, name: str) -> None:
    """Each is right on the kernels its author had, and on few reasons of 6.19."""
    kernels, right = TOOLS[name]
    done = run_audit(DATA / name)
    assert done.exit_code == 0, done.output
    assert f"it has every core reason right on {kernels} only." in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.replace(str(DATA), "").splitlines())) <= 80
    document = json.loads(run_audit(DATA / name, "--kernel", "6.19", "--format", "json").stdout)
    counts = document["tables"]["v6.19"]["core"]["counts"]
    assert (counts["right"], sum(counts.values())) == (right, 126)


def test_sub_systems_are_judged_where_a_table_reaches_into_them(run_audit: Audit) -> None:
    """Open vSwitch had the id 3 up to 6.14; from 7.1 its numbers there are those of qdisc."""
    document = json.loads(run_audit(DATA / "netobserv.go", "--format", "json").stdout)
    counts = {table: tuple(document["tables"][table]["subsystems"]["counts"].values()) for table in document["tables"]}
    assert (counts["v6.14"], counts["v6.19"], counts["v7.1"]) == ((11, 0, 0), (0, 0, 11), (0, 9, 11))


def test_worst_cases_say_what_a_number_means_and_since_when(run_audit: Audit) -> None:
    """The first case takes a reason to look into for a benign one."""
    text = " ".join(run_audit(DATA / "netobserv.go").stdout.split())
    assert "29: says TCP_RESET, means SOCKET_BACKLOG on 6.14 and later" in text
    assert "right on 6.2 to 6.5; a reason to look into passes for benign" in text
    assert "DA004 warning: no kernel had SKB_DROP_REASON_QUEUE_PURGE at 76" in text


def test_an_alias_is_right_and_said_to_be_one(run_audit: Audit, tmp_path: Path) -> None:
    """PTYPE_ABSENT is what UNHANDLED_PROTO was called."""
    path = tmp_path / "names.py"
    path.write_text("N = {2: 'NOT_SPECIFIED', 3: 'NO_SOCKET', 50: 'PTYPE_ABSENT'}")
    done = run_audit(path, "--kernel", "6.2", "--fail-on", "wrong")
    assert done.exit_code == 0
    assert "right by an alias: PTYPE_ABSENT for UNHANDLED_PROTO" in " ".join(done.stdout.split())


def test_a_table_that_denies_itself(run_audit: Audit, tmp_path: Path) -> None:
    """Two names for a number, two numbers for a name, a pair that stands twice, and a name no kernel has."""
    path = tmp_path / "names.yaml"
    path.write_text("2: NOT_SPECIFIED\n3: NO_SOCKET\n3: XDP\n4: NO_SOCKET\n2: NOT_SPECIFIED\n9: NO_SUCH_SOCKET\n")
    found = json.loads(run_audit(path, "--format", "json").stdout)["findings"]
    told = [(finding["id"], finding["location"]["line"], finding["message"]) for finding in found]
    assert ("DA001", 3, "3 is XDP here and NO_SOCKET in line 2") in told
    assert ("DA001", 4, "NO_SOCKET is 4 here and 3 in line 2") in told
    assert ("DA002", 5, "2 is NOT_SPECIFIED in line 1 too") in told
    assert ("DA003", 6, "no kernel has a reason NO_SUCH_SOCKET; did you mean NO_SOCKET?") in told
    assert run_audit(path, "--kernel", "6.2", "--fail-on", "wrong").exit_code == 1


@pytest.mark.parametrize(
    ("kernel", "fail_on", "status"),
    [("6.14", "silent", 0), ("6.13", "wrong", 1), ("7.2", "silent", 1), ("6.13", None, 0), ("5.10", "wrong", 0)],
)
def test_fail_on_decides_the_exit_status(run_audit: Audit, kernel: str, fail_on: str | None, status: int) -> None:
    """Without it an audit is a report; with it a gate for the kernels named."""
    gate = ("--fail-on", fail_on) if fail_on else ()
    assert run_audit(DATA / "tcpdrop.py", "--kernel", kernel, *gate).exit_code == status


def test_a_line_of_kernels_is_every_table_it_had(run_audit: Audit) -> None:
    """6.12 alone names a line that was renumbered three times."""
    text = run_audit(DATA / "tcpdrop.py", "--kernel", "6.12").stdout
    assert re.findall(r"^6\.12 \((.*?)\)", text, re.MULTILINE) == ["v6.12.117", "v6.12.107", "v6.12.46", "v6.10"]


@pytest.mark.parametrize(
    "text", ["", "nothing here", OTHER_TABLES, "5: NO_SOCKET", "\0\xff" * 50, "[NO_SOCKET, XDP, LSM]"]
)
def test_a_file_without_a_table_gives_one_clear_line(run_audit: Audit, tmp_path: Path, text: str) -> None:
    """It is refused with status 2, and the file is named."""
    path = tmp_path / "other.txt"
    path.write_text(text)
    done = run_audit(path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"dropreasons: error: {path}: no table of drop reasons found")
    assert done.stderr.count("\n") == 1


def test_a_kernel_that_is_none_and_a_file_too_large(run_audit: Audit, tmp_path: Path, spellings: Spellings) -> None:
    """Both are one line."""
    done = run_audit(DATA / "tcpdrop.py", "--kernel", "nonsense")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    path = tmp_path / "large.c"
    path.write_bytes(b" " * (4 << 20) + b" ")
    with pytest.raises(NoTable, match="larger than 4 MiB"):
        read_file(str(path), spellings)


PIECES = [
    *(
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ";",
        "\n",
        ":",
        "=",
        "<<",
        "|",
        "+",
        "=>",
        '"',
        "'",
        "`",
        "/*",
        "*/",
        "\\",
        "//",
    ),
    *(
        "#",
        "#define ",
        "case ",
        "iota",
        "5",
        "0x30001",
        "-1",
        "99999999999",
        "NO_SOCKET",
        "SKB_DROP_REASON_MAX",
        "x",
        "_",
    ),
]


@given(text=st.lists(st.sampled_from(PIECES), max_size=200).map("".join) | st.text(max_size=200))
def test_any_text_is_read_or_refused(spellings: Spellings, text: str) -> None:
    """No text breaks the reader, and every pair it finds is a name at its place and a number of 32 bits."""
    try:
        pairs: list[Pair] = read_table(text, spellings)
    except NoTable:
        return
    for pair in pairs:
        assert 0 <= pair.number <= LARGEST_VALUE
        assert text.split("\n")[pair.line - 1][pair.column - 1 :].lstrip("\"'`").startswith(pair.name)


def shown() -> list[tuple[str, str]]:
    """Return the commands of the page with the output it shows below each."""
    text = PAGE.read_text(encoding="utf-8")
    return [
        (block[0], block[1])
        for block in re.findall(r"```console\n\$ (dropreasons audit .*)\n(.*?)```", text, re.DOTALL)
    ]


@pytest.mark.parametrize(("command", "output"), shown())
def test_the_page_shows_what_is_printed(
    run_audit: Audit, monkeypatch: pytest.MonkeyPatch, command: str, output: str
) -> None:
    """Each command of docs/auditing.md prints the lines that stand below it; `...` leaves some out."""
    monkeypatch.chdir(ROOT)
    done = run_audit(*shlex.split(command)[2:])
    rest = done.stdout
    for piece in output.split("...\n"):
        assert piece in rest
        rest = rest[rest.index(piece) + len(piece) :]
