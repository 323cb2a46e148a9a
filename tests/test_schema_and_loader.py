# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The authoring schema and the loader refuse the same entries, names and files."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import ROOT
from jsonschema_rs import Draft202012Validator
from ruamel.yaml import YAML

from dropreasons.cli.catalogue import check
from dropreasons.generate.json_schema import schemas

Damage = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def authoring() -> Draft202012Validator:
    """A validator of reasons.yaml."""
    return Draft202012Validator(schemas()["authoring"])


@pytest.fixture(scope="module")
def entry() -> dict[str, Any]:
    """A real entry that uses most of the fields, and a few more."""
    catalogue = YAML(typ="safe", pure=False).load((ROOT / "reasons.yaml").read_text(encoding="utf-8"))
    return catalogue["FULL_RING"] | {
        "sysctls": [{"name": "net.core.x", "note": "steers it"}],
        "replaced_by": {"kind": "renamed_to", "names": ["OTHER"]},
        "waive": [{"rule": "DR012", "why": "it does not apply"}],
    }


def put(*path: str | int, to: Any) -> Damage:
    """Return the damage that sets a part of an entry."""

    def damage(entry: dict[str, Any]) -> Any:
        part: Any = entry
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = to
        return entry

    return damage


def without(*path: str | int) -> Damage:
    """Return the damage that removes a part of an entry."""

    def damage(entry: dict[str, Any]) -> Any:
        part: Any = entry
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]
        return entry

    return damage


COMMIT = ("history", "introduced", "commit")
REFUSED: dict[str, Damage] = {
    "no entry at all": lambda _: None,
    "a list for an entry": lambda entry: [entry],
    "a text for an entry": lambda entry: entry["summary"],
    "an empty entry": lambda _: {},
    "no summary": without("summary"),
    "no class": without("class"),
    "no remedies": without("remedies"),
    "the field by its Python name": lambda entry: entry | {"reason_class": entry.pop("class")},
    "a number as summary": put("summary", to=5),
    "a summary of blanks": put("summary", to=" \n\t "),
    "an empty summary": put("summary", to=""),
    "null as summary": put("summary", to=None),
    "an unknown class": put("class", to="bad-luck"),
    "a class in capitals": put("class", to="QUEUE-FULL"),
    "an unknown layer": put("layer", to="devise"),
    "an unknown direction": put("direction", to="up"),
    "an unknown severity": put("severity", to="urgent"),
    "an unknown actor": put("acts", to=["admin", "cat"]),
    "nobody in acts": put("acts", to=[]),
    "one actor for a list": put("acts", to="admin"),
    "an unknown field": put("clas", to="policy"),
    "a number in the entry": put("number", to=77),
    "null as status": put("status", to=None),
    "an unknown status": put("status", to="gone"),
    "null as causes": put("causes", to=None),
    "a number as counters": put("counters", to=3),
    "a mapping for callers": put("callers", to={"function": "f"}),
    "a caller without its file": without("callers", 0, "file"),
    "a caller read nowhere": put("callers", 0, "read_in", to=[]),
    "a tree as a number": put("callers", 0, "read_in", to=[6.1]),
    "an unknown field of a step": put("confirm", 0, "see", to="x"),
    "a step as text": put("confirm", 0, to="ip link"),
    "an empty remedy": put("remedies", 0, to=""),
    "a remedy of blanks": put("remedies", 0, to="  "),
    "a switch as a name": put("related", to=[True]),
    "a short commit id": put(*COMMIT, to="736f16de7"),
    "a commit id in capitals": put(*COMMIT, to="736F16DE75F9"),
    "a commit id that is no id": put(*COMMIT, to="736f16de75f9 of 5.18"),
    "a commit id with a line end": put(*COMMIT, to="736f16de75f9\n"),
    "a commit id as a number": put(*COMMIT, to=736016275194),
    "a commit id of 41 digits": put(*COMMIT, to="7" * 41),
    "an unknown kind of alias": put("aliases", 0, "kind", to="nickname"),
    "an alias without a note": without("aliases", 0, "note"),
    "a text for an alias": put("aliases", 0, to="PTR_FULL"),
    "an unknown successor": put("replaced_by", "kind", to="gone_to"),
    "a line for a release": put("reproduced", 0, "kernel", to="6.1"),
    "an experiment with a dash": put("reproduced", 0, "experiment", to="full-ring"),
    "a caller with parentheses": put("reproduced", 0, "caller", to="tun_net_xmit()"),
    "a waiver of no rule": put("waive", 0, "rule", to="DR1"),
    "a waiver without a reason": without("waive", 0, "why"),
}
ACCEPTED: dict[str, Damage] = {
    "the entry as it is": lambda entry: entry,
    "blanks around the summary": put("summary", to="  it was full \n"),
    "no causes": without("causes"),
    "an empty list of causes": put("causes", to=[]),
    "null as history": put("history", to=None),
    "an empty history": put("history", to={}),
    "null for a constant": put("counters", 0, "constant", to=None),
    "an actor twice": put("acts", to=["admin", "admin"]),
    "a commit id of 12 digits": put(*COMMIT, to="736f16de75f9"),
    "a successor without names": without("replaced_by", "names"),
}
NAMES_HELD = {
    "FULL_RING": True, "ABC": True, "A2_": True, "A" * 49: True, "AB": False, "A" * 50: False, "FULL-RING": False,
    "Full_RING": False, "2FULL": False, "_FULL": False, "SKB_DROP_REASON_FULL": False, "SKB_DROP_REASONS": True,
    "FULL_RING ": False, "ÄRGER": False,
}  # fmt: skip


def places(folder: Path, data: Any) -> dict[str, set[str]]:
    """Write data as a reasons.yaml (JSON is YAML) and return the findings of `check` by the entry they are on."""
    (folder / "reasons.yaml").write_text(json.dumps(data), encoding="utf-8")
    if not (folder / "kernels").exists():
        (folder / "kernels").symlink_to(ROOT / "kernels")
    done = CliRunner().invoke(check, ["--root", str(folder), "--format", "json"])
    found: dict[str, set[str]] = {}
    for finding in json.loads(done.stdout):
        found.setdefault(finding["context"].split("/")[1] if finding["context"] else "", set()).add(finding["id"])
    return found


@pytest.fixture(scope="module")
def refused_by_the_loader(entry: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What the loader refuses of all the changed entries, which stand in one file."""
    both = REFUSED | ACCEPTED
    data = {f"CHANGED_{n}": damage(copy.deepcopy(entry)) for n, damage in enumerate(both.values())}
    found = places(tmp_path_factory.mktemp("changed"), data)
    assert set().union(*found.values()) == {"DR001"}
    return {what for n, what in enumerate(both) if f"CHANGED_{n}" in found}


@pytest.mark.parametrize("what", [*REFUSED, *ACCEPTED])
def test_schema_and_loader_refuse_the_same(
    entry: dict[str, Any], authoring: Draft202012Validator, refused_by_the_loader: set[str], what: str
) -> None:
    """A slip that the editor marks stops the loader, and the other way round."""
    changed = (REFUSED | ACCEPTED)[what](copy.deepcopy(entry))
    refused = not authoring.is_valid({"FULL_RING": changed})
    assert refused == (what in REFUSED)
    assert refused == (what in refused_by_the_loader)


def test_schema_and_rule_refuse_the_same_names(
    entry: dict[str, Any], authoring: Draft202012Validator, tmp_path: Path
) -> None:
    """The pattern of names is that of DR002, which holds them."""
    found = places(tmp_path, dict.fromkeys(NAMES_HELD, entry))
    for name, held in NAMES_HELD.items():
        assert authoring.is_valid({name: entry}) == held, name
        assert ("DR002" not in found.get(name, ())) == held, name


@pytest.mark.parametrize("data", [{}, [], None, "FULL_RING"], ids=repr)
def test_schema_and_loader_refuse_what_is_no_mapping(
    authoring: Draft202012Validator, tmp_path: Path, data: Any
) -> None:
    """A file without entries is none."""
    assert not authoring.is_valid(data)
    assert places(tmp_path, data) == {"": {"DR001"}}
