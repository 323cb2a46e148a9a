# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Overlays: the commands of docs/overlays.md, the example served, and what collides refused with both places."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import COMMAND, ROOT, require
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from ruamel.yaml import YAML
from starlette.testclient import TestClient
from test_repository import fetch
from test_schema_in_an_editor import Editor, editor  # noqa: F401  a fixture
from test_service import free_port

from dropreasons.cli.listings import kernels
from dropreasons.findings import FindingsError
from dropreasons.generate.json_schema import schemas
from dropreasons.generate.look_up_index import look_up_index
from dropreasons.lookup import Registry
from dropreasons.numbers import everywhere, on_kernel
from dropreasons.overlays.checking import check_overlays
from dropreasons.overlays.laying import lay_over
from dropreasons.overlays.reading import read_overlays
from dropreasons_service.app import create_app
from dropreasons_service.overlaid import overlaid
from dropreasons_service.settings import Settings

PAGE = (ROOT / "docs" / "overlays.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
SHOWN = re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE)
ONE_KERNEL = EXAMPLE.replace("      id: 7\n", "      id: 7\n      kernels: [6.12.117-acme1]\n")
Typed = Callable[..., subprocess.CompletedProcess[str]]
Laid = Callable[..., Registry]


@pytest.fixture
def typed(database: Path, tmp_path: Path) -> Typed:
    """Run the command beside the example; what takes no registry.db of its own takes that of the tests."""
    (tmp_path / "acme.yaml").write_text(EXAMPLE, encoding="utf-8")

    def run_command(*words: str) -> subprocess.CompletedProcess[str]:
        plain = [] if "--db" in words else ["--db", str(database)]
        whole = [str(COMMAND), *words, *plain]
        return subprocess.run(whole, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    return run_command


@pytest.fixture
def laid(registry: Registry, tmp_path: Path) -> Iterator[Laid]:
    """Lay texts over the registry; return it open."""
    opened: list[Registry] = []

    def lay(*texts: str) -> Registry:
        paths = [tmp_path / f"{index}.yaml" for index, _ in enumerate(texts)]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        overlays = read_overlays(paths)
        assert check_overlays(overlays, registry, ROOT) == []
        lay_over(registry, overlays, tmp_path / "laid.db")
        opened.append(Registry(str(tmp_path / "laid.db")))
        return opened[-1]

    yield lay
    for each in opened:
        each.close()


def test_the_page_is_true(typed: Typed, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command it shows works, and prints of whom the reason is."""
    said = {}
    monkeypatch.chdir(tmp_path)
    for command in (shlex.split(line) for line in SHOWN):
        if command[0] == "dropreasons" and command[1] != "serve":
            done = typed(*command[1:])
            assert done.returncode == 0, (command, done.stderr)
            said[" ".join(command[1:3])] = done.stdout
    assert said["check --overlay"] == ""
    assert "\nOf the overlay acme, not of Linux.\n" in said["explain ACME_TX_HANG"]
    assert "Callers: what the overlay states" in said["explain ACME_TX_HANG"]
    assert "is ACME_RING_STALL (confidence: exact; by the overlay acme)" in " ".join(said["explain 0x70001"].split())
    assert "acme_nic" in said["stats --db"]
    assert said["search --db"].startswith("ACME_DOORBELL_LOST\n")
    assert "/* Known by the overlay acme, not from Linux. */\nenum acme_nic_drop_reason {" in said["header --kernel"]
    (serve,) = (shlex.split(line)[1:] for line in SHOWN if "serve" in line)
    assert serve[:2] == ["serve", "--overlay"]
    requests = [shlex.split(line)[2].removeprefix("http://127.0.0.1:8000") for line in SHOWN if line.startswith("curl")]
    with overlaid(str(database), serve[2:]) as path, TestClient(create_app(Settings(db=path))) as client:
        answers = [client.get(request) for request in requests]
    assert [answer.status_code for answer in answers] == [200] * 4
    document, resolved, number, listed = (answer.json() for answer in answers)
    assert document["overlay"] == "acme"
    assert Draft202012Validator(schemas()["published"]).is_valid(document)
    (meaning,) = resolved["meanings"]
    assert (meaning["name"], meaning["sure"], meaning["why"]) == ("ACME_RING_STALL", False, "by the overlay acme")
    assert [(m["overlay"], m["upstream"]) for m in number["meanings"]] == [("acme", ["6.4 and later"])]
    assert [item["name"] for item in listed["items"]] == ["ACME_DOORBELL_LOST", "ACME_RING_STALL"]


def test_the_service_lists_the_sub_system_and_leaves_ours_alone(
    database: Path, tmp_path: Path, client: TestClient
) -> None:
    """A private sub-system is one of the words; an entry of ours has the answer it has without the overlay."""
    (tmp_path / "acme.yaml").write_text(EXAMPLE, encoding="utf-8")
    with (
        overlaid(str(database), [str(tmp_path / "acme.yaml")]) as path,
        TestClient(create_app(Settings(db=path))) as served,
    ):
        (word,) = (item for item in served.get("/v1/subsystems").json()["items"] if item["name"] == "acme_nic")
        assert (word["count"], word["meaning"]) == (2, "Of the overlay acme, not of Linux.")
        assert served.get("/v1/reasons/FULL_RING").content == client.get("/v1/reasons/FULL_RING").content
        pairs = {"pairs": [{"kernel": "6.12.117", "value": 0x70001}, {"kernel": "6.12.117", "value": 77}]}
        items = served.post("/v1/resolve", json=pairs).json()["items"]
        assert [item["meanings"][0]["overlay"] for item in items] == ["acme", None]
    assert not Path(str(path)).exists()


@pytest.mark.slow
def test_the_server_takes_an_overlay(typed: Typed, database: Path, tmp_path: Path) -> None:
    """`serve --overlay` answers with it and leaves nothing behind; an overlay that is refused serves nothing."""
    command = [str(COMMAND), "serve", "--overlay", "acme.yaml", "--db", str(database), "--port"]
    port = free_port()
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([*command, str(port)], cwd=tmp_path, stdout=subprocess.PIPE, env=environment) as served:
        try:
            assert b'"overlay":"acme"' in fetch(f"http://127.0.0.1:{port}/v1/reasons/ACME_RING_STALL")
        finally:
            served.terminate()
    assert (served.returncode, [path.name for path in tmp_path.iterdir()]) == (0, ["acme.yaml"])
    (tmp_path / "acme.yaml").write_text(EXAMPLE.replace("id: 7", "id: 1"), encoding="utf-8")
    done = typed("serve", "--overlay", "acme.yaml", "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "acme.yaml:7:11: DR031 error" in done.stderr


def test_numbers_of_one_kernel_stay_on_it(laid: Laid) -> None:
    """A list with `kernels` is for these alone; the core's numbers there are what they were."""
    registry = laid(ONE_KERNEL)
    own = on_kernel(registry, 0x70001, "6.12.117-acme1")
    assert [m["name"] for m in own["meanings"]] == ["ACME_RING_STALL"]
    assert own["confidence"] == "assumed"
    for kernel in ("6.12.117", "6.12.117-acme2"):
        assert on_kernel(registry, 0x70001, kernel)["meanings"] == []
        assert on_kernel(registry, 77, kernel)["meanings"][0]["name"] == "INVALID_PROTO"
    assert on_kernel(registry, 77, "6.12.117-acme1")["meanings"][0]["name"] == "INVALID_PROTO"
    listed = CliRunner().invoke(kernels, ["--db", registry.path]).output
    assert re.search(r"^overlay\n  6\.12\.117-acme1 +v6\.12\.117-on-6\.12\.117-acme1 +overlay$", listed, re.MULTILINE)
    (meaning,) = everywhere(registry, 0x70001)["meanings"]
    assert (meaning["upstream"], meaning["distributions"]) == ([], {"overlay": ["6.12.117-acme1"]})
    numbers = json.loads(registry.body("ACME_RING_STALL"))["numbers"]
    assert [row["kernels"] for row in numbers["distributions"]] == [["6.12.117-acme1"]]


def test_the_scripts_of_a_site_answer_alike(laid: Laid, tmp_path: Path) -> None:
    """The look-up in a browser knows the numbers of an overlay, and on which kernels they hold."""
    require(shutil.which("node"), "node, to run the site's scripts")
    registry = laid(ONE_KERNEL, other(EXAMPLE, 9))
    (tmp_path / "index.json").write_text(json.dumps(look_up_index(registry)), encoding="utf-8")
    asked = [(value, kernel) for value in (0x70001, 0x90002, 77) for kernel in ("6.12.117-acme1", "6.12.117")]
    program = (
        f"import {{onKernel}} from '{ROOT}/docs/javascripts/meaning.mjs'; import fs from 'fs';"
        "const index = JSON.parse(fs.readFileSync('index.json'));"
        f"console.log(JSON.stringify({json.dumps(asked)}.map(([value, kernel]) => onKernel(index, value, kernel))))"
    )
    command = ["node", "--input-type=module", "-e", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [on_kernel(registry, value, kernel) for value, kernel in asked]


def test_two_overlays_and_two_ids(laid: Laid) -> None:
    """Overlays lie side by side, and one sub-system may have another id on other kernels."""
    twice = ONE_KERNEL.replace(
        "\nACME_RING",
        "    - {subsystem: acme_nic, id: 8, kernels: [6.18.44-acme1], numbers: {ACME_RING_STALL: 9}}\n\nACME_RING",
        1,
    )
    registry = laid(twice, other(EXAMPLE, 9))
    assert on_kernel(registry, 0x80009, "6.18.44-acme1")["meanings"][0]["name"] == "ACME_RING_STALL"
    assert on_kernel(registry, 0x90001, "6.18.44-acme1")["meanings"][0]["overlay"] == "emca"
    assert [overlay["name"] for overlay in registry.overlays()] == ["acme", "emca"]
    registry.verify()


def other(text: str, number: int) -> str:
    """Return the overlay of another company, with another id."""
    return text.replace("ACME", "EMCA").replace("acme", "emca").replace("id: 7", f"id: {number}")


def test_a_proposed_reason_and_an_alias_in_lower_case(laid: Laid) -> None:
    """An entry may be a draft without a number; a spelling that two kinds share leads to the name."""
    draft = EXAMPLE.replace("ACME_TX_HANG", "acme_ring_stall").replace(", ACME_DOORBELL_LOST: 2", "")
    registry = laid(draft.replace("severity: depends", "severity: depends\n  status: proposed"))
    assert registry.spelled("acme_ring_stall") == ("ACME_RING_STALL", "name")
    assert registry.spelled("SKB_DROP_REASON_ACME_DOORBELL_LOST") == ("ACME_DOORBELL_LOST", "symbol")
    assert "proposed, in no kernel" in registry.page("ACME_DOORBELL_LOST")


def test_it_is_reproducible_and_nothing_wrong_is_built(typed: Typed, tmp_path: Path) -> None:
    """Two builds are equal byte for byte; an overlay is never taken for Linux; one with errors builds nothing."""
    for name in ("a.db", "b.db"):
        assert typed("build", "--overlay", "acme.yaml", "--output", name).returncode == 0
    assert (tmp_path / "a.db").read_bytes() == (tmp_path / "b.db").read_bytes()
    done = typed("build", "--overlay", "acme.yaml", "--output", "c.db", "--db", "a.db")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "a.db: has overlays already (acme)" in done.stderr
    assert "say with --output" in typed("build", "--overlay", "acme.yaml").stderr
    (tmp_path / "acme.yaml").write_text(EXAMPLE.replace("ACME_TX_HANG", "PTR_FULL"), encoding="utf-8")
    assert typed("build", "--overlay", "acme.yaml", "--output", "c.db").returncode == 2
    assert not (tmp_path / "c.db").exists()


def line_of(text: str) -> int:
    """Return the line in reasons.yaml that begins with a text."""
    lines = (ROOT / "reasons.yaml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


FULL_RING = f"reasons.yaml:{line_of('FULL_RING:')}:1"
PTR_FULL = f"reasons.yaml:{line_of('    - {name: PTR_FULL')}:14"
REFUSED = [
    ("ACME_DOORBELL_LOST", "FULL_RING", f"27:1: DR030 error: the name FULL_RING is taken: it stands at {FULL_RING}"),
    ("ACME_TX_HANG", "PTR_FULL", f"24:20: DR030 error: the name PTR_FULL is taken: it stands at {PTR_FULL}"),
    ("ACME_DOORBELL_LOST", "PTR_FULL", f"27:1: DR030 error: the name PTR_FULL is taken: it stands at {PTR_FULL}"),
    ("ACME_TX_HANG", "skb_drop_reason_full_ring",
     f"24:20: DR030 error: the name SKB_DROP_REASON_FULL_RING is taken: it stands at {FULL_RING}"),
    ("acme_nic", "qdisc", r"6:18: DR030 error: the sub-system qdisc is taken: it stands at kernels/tables/\S+:\d+:6"),
    ("id: 7", "id: 1",
     r"7:11: DR031 error: the sub-system id 1 is taken: mac80211_unusable has it at kernels/\S+:\d+:6"),
    ("LOST: 2", "LOST: 1",
     "8:57: DR031 error: the number 1 of ACME_DOORBELL_LOST is taken: ACME_RING_STALL has it at acme.yaml:8:34"),
    ("id: 7", "id: 7\n      kernels: [6.12.117, 5.18.12]", "8:27: DR032 error: no table with sub-systems is known for"),
    ("id: 7", "id: 7\n      kernels: [mine]", "8:17: DR032 error: 'mine' is not a kernel release"),
    (", ACME_DOORBELL_LOST: 2", "", "27:1: DR012 error: no kernel read has ACME_DOORBELL_LOST"),
    ("LOST: 2", "LOST: 2, ACME_X: 3", "2:1: DR011 error: 1 names of acme_nic have no entry: ACME_X"),
    ("[FULL_RING, ", "[FULL_RNG, ", "25:13: DR007 error: ACME_RING_STALL names FULL_RNG as related"),
    ("id: 7", "id: 65536", "7:11: DR001 error: 'id': input should be less than or equal to 65535, not 65536"),
    ("id: 7", "id: seven", "7:11: DR001 error: 'id' must be a int, not 'seven'"),
    ("id: 7", "id: 7\n      wrong: 1", "8:7: DR001 error: unknown field 'wrong'"),
    ("  title:", "  titel:", "4:3: DR001 error: unknown field 'titel'; did you mean 'title'?"),
    ("LOST: 2", "LOST: two", "8:57: DR001 error: 'ACME_DOORBELL_LOST' must be a int, not 'two'"),
    ("overlay:\n", "overlai:\n", "2:1: DR001 error: an overlay begins with the key 'overlay'"),
    ("layer: device", "layr: device", "13:3: DR001 error: unknown field 'layr'; did you mean 'layer'?"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), REFUSED, ids=[f"{old} to {new}" for old, new, _ in REFUSED])
def test_what_collides_or_is_no_overlay_is_refused(
    typed: Typed, tmp_path: Path, old: str, new: str, expected: str
) -> None:
    """The finding begins with the place in the overlay and names that of what is in its way."""
    assert old in EXAMPLE
    (tmp_path / "acme.yaml").write_text(EXAMPLE.replace(old, new), encoding="utf-8")
    done = typed("check", "--overlay", "acme.yaml", "--root", str(ROOT))
    assert done.returncode == 1, done.stderr
    assert re.search(rf"^acme\.yaml:{expected}", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (EXAMPLE, "acme.yaml:10:1"),
        (other(EXAMPLE, 9).replace("EMCA_TX_HANG", "ACME_RING_STALL"), "acme.yaml:10:1"),
        (other(EXAMPLE, 7), "acme.yaml:7:11"),
        (other(EXAMPLE, 9).replace("emca_nic", "acme_nic"), "acme.yaml:6:18"),
        (other(EXAMPLE, 9).replace("name: emca", "name: acme"), "acme.yaml:3:9"),
    ],
    ids=["the same", "alias", "id", "sub-system", "overlay"],
)
def test_two_overlays_that_collide_are_refused(typed: Typed, tmp_path: Path, second: str, expected: str) -> None:
    """Both places are named, the other overlay's among them."""
    (tmp_path / "emca.yaml").write_text(second, encoding="utf-8")
    done = typed("check", "--overlay", "acme.yaml", "--overlay", "emca.yaml")
    assert done.returncode == 1
    lines = [line for line in done.stdout.splitlines() if line.endswith(expected)]
    assert lines
    assert all(re.match(r"emca\.yaml:\d+:\d+: DR03[01] error: ", line) for line in lines)


def test_the_schema_says_what_the_loader_takes() -> None:
    """The example is valid; a slip in the head or in an entry is not."""
    validator = Draft202012Validator(schemas()["overlay"])
    yaml = YAML(typ="safe", pure=False)
    assert [e.message for e in validator.iter_errors(yaml.load(EXAMPLE))] == []
    for old, new in [("id: 7", "id: 0"), ("title:", "titel:"), ("layer:", "layr:"), ("overlay:", "overlai:")]:
        assert not validator.is_valid(yaml.load(EXAMPLE.replace(old, new))), new


KEYS = st.sampled_from(["overlay", "name", "title", "lists", "id", "numbers", "X_Y"])


@given(st.recursive(st.none() | st.integers() | st.text(max_size=9),
                    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below)))  # fmt: skip
def test_any_yaml_is_an_overlay_or_findings(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    """No file ends in a traceback."""
    path = tmp_path_factory.mktemp("any") / "any.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(FindingsError) as refused:
        read_overlays([path])
    assert all(finding.id in {"DR000", "DR001"} for finding in refused.value.findings)


@settings(deadline=None, max_examples=15)
@given(st.dictionaries(st.from_regex(r"\AMY_[A-Z]{1,8}\Z"), st.integers(0, 0xFFFF), min_size=1, max_size=9),
       st.integers(8, 0xFFFF))  # fmt: skip
def test_every_number_is_found_or_refused(
    registry: Registry, tmp_path_factory: pytest.TempPathFactory, numbers: dict[str, int], subsystem: int
) -> None:
    """A number is refused only if it stands twice; all others lead to their names."""
    entry = EXAMPLE[EXAMPLE.index("ACME_DOORBELL_LOST:\n") :].partition("\n")[2]
    head = {"name": "mine", "title": "x", "lists": [{"subsystem": "my", "id": subsystem, "numbers": numbers}]}
    path = tmp_path_factory.mktemp("mine") / "mine.yaml"
    entries = "\n".join(f"{name}:\n{entry}" for name in numbers)
    path.write_text(f"overlay: {json.dumps(head)}\n{entries}", encoding="utf-8")
    overlays = read_overlays([path])
    errors = [f.id for f in check_overlays(overlays, registry, ROOT) if f.level == "error"]
    if errors:
        assert set(errors) == {"DR031"}
        assert len(set(numbers.values())) < len(numbers)
        return
    lay_over(registry, overlays, path.with_suffix(".db"))
    opened = Registry(str(path.with_suffix(".db")))
    for name, number in numbers.items():
        (meaning,) = on_kernel(opened, subsystem << 16 | number, "7.3.4")["meanings"]
        assert (meaning["name"], meaning["overlay"]) == (name, "mine")
    opened.close()


@pytest.mark.slow
def test_an_editor_marks_slips_by_the_first_line(editor: Editor, tmp_path: Path) -> None:  # noqa: F811  that fixture
    """The yaml language server finds the schema by the modeline, and marks a slip in the head and one in an entry."""
    shutil.copy(ROOT / "schemas" / "overlay-1.0.json", tmp_path)
    text = EXAMPLE.replace("http://127.0.0.1:8000/v1/schemas/", "", 1)
    uri = (tmp_path / "acme.yaml").as_uri()
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
    editor.send(method="textDocument/didOpen", params={"textDocument": document})
    assert editor.wait_for(method="textDocument/publishDiagnostics")["params"]["diagnostics"] == []
    broken = text.replace("id: 7", "id: 0").replace("layer: device", "layr: device", 1)
    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": broken}]}
    editor.send(method="textDocument/didChange", params=change)
    marked: list[dict[str, Any]] = []
    while not marked:
        marked = editor.wait_for(method="textDocument/publishDiagnostics")["params"]["diagnostics"]
    lines = broken.splitlines()
    assert {"id: 0", "layr: device"} <= {lines[each["range"]["start"]["line"]].strip() for each in marked}
