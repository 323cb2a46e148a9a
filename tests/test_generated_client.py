# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""A client that a generator makes of the OpenAPI document, and what it gets from the running service."""

import importlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served import Served, served

pytestmark = pytest.mark.slow
# The generator knows no body of plain text; sent as bytes it is the same.
CONFIG = {"content_type_overrides": {"text/plain": "application/octet-stream"}, "post_hooks": []}


@pytest.fixture(scope="module")
def service(database: Path) -> Iterator[Served]:
    """The service, running."""
    with served(database) as running:
        yield running


@pytest.fixture(scope="module")
def generated(service: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package that was generated; a warning of the generator fails the tests."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    with urllib.request.urlopen(f"{service.base}/openapi.json") as answer:
        (folder / "openapi.json").write_bytes(answer.read())
    command = [str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--path", "openapi.json"]
    command += ["--config", "config.json", "--meta", "none", "--output-path", "registry_client", "--fail-on-warning"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ | {"COLUMNS": "120"},
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    sys.path.insert(0, str(folder))
    yield "registry_client"
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def ask(generated: str, service: Served) -> Iterator[Any]:
    """Call an operation of the client by its module; its answer as the client understands it."""
    with importlib.import_module(generated).Client(base_url=service.base, raise_on_unexpected_status=True) as client:

        def call(operation: str, *words: Any, **parameters: Any) -> Any:
            return importlib.import_module(f"{generated}.api.{operation}").sync(*words, client=client, **parameters)

        yield call


def models(generated: str) -> Any:
    """Return the classes of the client."""
    return importlib.import_module(f"{generated}.models")


def test_resolve(ask: Any, generated: str) -> None:
    """What a number means, as an object."""
    told = ask("numbers.resolve", kernel="6.12.117", value="77")
    assert isinstance(told, models(generated).Resolved)
    assert (told.confidence, told.value_hex, [m.name for m in told.meanings]) == ("exact", "0x4d", ["INVALID_PROTO"])
    refused = ask("numbers.resolve", kernel="6.12.117", value="many")
    assert isinstance(refused, models(generated).Problem)
    assert refused.errors[0].pointer == "query:value"


def test_batch(ask: Any, generated: str) -> None:
    """Many numbers at once, in the order asked; a value may be a number or a text."""
    kinds = models(generated)
    pairs = kinds.Pairs([kinds.Pair("6.12.117", 77), kinds.Pair("6.1.0-47-amd64", "0x5")])
    told = ask("numbers.resolve_batch", body=pairs)
    assert isinstance(told, kinds.ResolvedPairs)
    assert [(item.kernel, item.value) for item in told.items] == [("6.12.117", 77), ("6.1.0-47-amd64", 5)]


def test_a_reason(ask: Any, generated: str) -> None:
    """A reason with its numbers; one that does not exist is a problem that says what may have been meant."""
    told = ask("reasons.get_reason", "FULL_RING")
    assert isinstance(told, models(generated).Reason)
    assert (told.class_, told.registry.changed_in is None) == ("queue-full", told.registry.added_in is None)
    assert told.numbers.upstream[0].value_hex.startswith("0x")
    missing = ask("reasons.get_reason", "FULL_RNG")
    assert isinstance(missing, models(generated).Problem)
    assert "FULL_RING" in missing.did_you_mean


def test_lists(ask: Any, generated: str) -> None:
    """Search, filters, kernels and releases."""
    kinds = models(generated)
    found = ask("reasons.search", q="ring full")
    assert isinstance(found, kinds.Found)
    assert "FULL_RING" in [item.name for item in found.items]
    listed = ask("reasons.list_reasons", class_=["policy"], limit=5)
    assert {item.class_ for item in listed.items} == {"policy"}
    kernel = ask("kernels.get_kernel", "6.12.117")
    assert isinstance(kernel, kinds.Kernel)
    assert kernel.candidates[0].table == "v6.12.117"
    assert isinstance(ask("releases.list_releases"), kinds.Releases)
