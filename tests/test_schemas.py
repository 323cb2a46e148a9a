# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The JSON Schemas: valid, current, explained, and true of what is written, published and printed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner
from conftest import ROOT
from jsonschema_rs import Draft202012Validator
from ruamel.yaml import YAML

from dropreasons.catalogue import Catalogue
from dropreasons.cli.schemas import schema
from dropreasons.findings import Finding
from dropreasons.generate.json_schema import NAMES, VERSION, file_name, schemas
from dropreasons.lookup import Registry
from dropreasons.model.reason import Reason
from dropreasons.publish import SCHEMA_VERSION
from dropreasons.rules import run_rules
from dropreasons.schema import load_model
from dropreasons.source import read_source

EXAMPLES = sorted((ROOT / "tests" / "rules").glob("*/bad.yaml"))
KINDS = list(NAMES)


def plain(path: Path) -> Any:
    """Return a YAML file as any tool reads it."""
    return YAML(typ="safe", pure=False).load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validators() -> dict[str, Draft202012Validator]:
    """A validator of each kind."""
    return {kind: Draft202012Validator(made) for kind, made in schemas().items()}


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_a_valid_schema_at_its_address(kind: str) -> None:
    """Draft 2020-12, a permanent and versioned address, and the licence."""
    made = schemas("https://drops.example/")[kind]
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["$id"] == f"https://drops.example/v1/schemas/{file_name(kind)}"
    assert made["$id"].endswith(f"-{VERSION}.json")
    assert made["$comment"] == "SPDX-License-Identifier: GPL-2.0-only OR MIT"
    jsonschema_rs.meta.validate(made)
    jsonschema_rs.Draft202012Validator(made)


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_files_are_current(kind: str) -> None:
    """What the verb writes is what schemas/ holds; if not: dropreasons schema KIND --output schemas/FILE."""
    done = CliRunner().invoke(schema, [kind])
    assert done.exit_code == 0, done.output
    assert done.output == (ROOT / "schemas" / file_name(kind)).read_text(encoding="utf-8")


def test_no_file_is_left_over_and_the_verb_writes_files(tmp_path: Path) -> None:
    """schemas/ holds all of this version at least; with --output the verb prints nothing."""
    assert {file_name(kind) for kind in KINDS} <= {path.name for path in (ROOT / "schemas").glob("*.json")}
    done = CliRunner().invoke(schema, ["findings", "--output", str(tmp_path / "new" / "f.json")])
    assert (done.exit_code, done.output) == (0, "")
    assert json.loads((tmp_path / "new" / "f.json").read_text(encoding="utf-8")) == schemas()["findings"]


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a schema."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(child)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_and_every_word_is_explained(kind: str) -> None:
    """An editor's hover says something wherever it is asked, on one line for each paragraph."""
    made = schemas()[kind]
    for part in parts(made):
        for name, field in part.get("properties", {}).items():
            assert len(field.get("description", "")) > 5, (part.get("title"), name)
    if kind == "authoring":
        choices = [part for part in parts(made) if "enum" in part]
        assert len(choices) == 8
        for choice in choices:
            assert len(choice["enumDescriptions"]) == len(choice["enum"])


def test_the_catalogue_is_valid(validators: dict[str, Draft202012Validator]) -> None:
    """reasons.yaml as it stands."""
    assert [e.message for e in validators["authoring"].iter_errors(plain(ROOT / "reasons.yaml"))] == []


def closed(made: Any) -> Any:
    """Return an open schema with no room for keys and words that it does not name."""
    if isinstance(made, list):
        return [closed(value) for value in made]
    if not isinstance(made, dict):
        return made
    changed = {key: closed(value) for key, value in made.items()}
    if "properties" in changed and changed.get("type") == "object":
        changed["additionalProperties"] = False
    if "examples" in changed:
        changed["enum"] = changed["examples"]
    return changed


def test_every_published_reason_is_valid(registry: Registry) -> None:
    """Also by the closed form: the schema names all keys and words that are published now, and no key is optional."""
    made = schemas()["published"]
    validator, narrow = Draft202012Validator(made), Draft202012Validator(closed(made))
    bodies = [json.loads(body) for _, body in registry.bodies()]
    assert len(bodies) > 200
    for document in bodies:
        assert [e.message for e in narrow.iter_errors(document)] == [], document["name"]
        assert validator.is_valid(document)
        assert set(document) == set(made["required"])
    for part in parts(made):
        if part.get("type") == "object":
            assert sorted(part["required"]) == sorted(part["properties"]), part["description"]
    assert SCHEMA_VERSION == VERSION


def test_the_published_form_is_open_and_complete(
    registry: Registry, validators: dict[str, Draft202012Validator]
) -> None:
    """A later minor may add keys and words; a missing key, a wrong type or another major is no published reason."""
    document = json.loads(next(iter(registry.bodies()))[1])
    validator = validators["published"]
    assert validator.is_valid(document | {"new": 1, "class": "new-class", "schema_version": "1.7"})
    for key in document:
        assert not validator.is_valid({k: v for k, v in document.items() if k != key}), key
    for wrong in ({"schema_version": "2.0"}, {"summary": 5}, {"class": ""}, {"numbers": []}, {"since": 6.1}):
        assert not validator.is_valid(document | wrong), wrong


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_findings_of_every_rule_are_valid(
    catalogue: Catalogue, validators: dict[str, Draft202012Validator], path: Path
) -> None:
    """Each rule's bad example, in the form that `check --format json` prints."""
    source, found = read_source(path, "reasons.yaml"), list[Finding]()
    reasons = {name: load_model(Reason, source, found, data, (name,)) for name, data in source.data.items()}
    assert found == []
    found = run_rules(catalogue._replace(source=source, reasons=reasons))
    assert path.parent.name in {finding.id for finding in found}
    printed = json.loads(json.dumps([finding.as_dict() for finding in found]))
    narrow = Draft202012Validator(closed(schemas()["findings"]))
    assert [e.message for e in narrow.iter_errors(printed)] == []
    assert validators["findings"].is_valid([])
    for wrong in ({"id": "X1"}, {"level": "fatal"}, {"location": {"file": "x"}}, {"message": None}):
        assert not validators["findings"].is_valid([printed[0] | wrong])
