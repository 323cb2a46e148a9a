# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The authoring schema in an editor: the yaml language server finds it by the modeline, marks slips, explains words."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, require

MODELINE = "# yaml-language-server: $schema=schemas/reasons-1.0.json\n"


def language_server() -> str | None:
    """Return the yaml language server, from the path or from where .ci/run puts it."""
    local = ROOT / "build" / "node" / "node_modules" / ".bin"
    return shutil.which("yaml-language-server") or shutil.which("yaml-language-server", path=str(local))


class Editor:
    """Enough of an editor to open a file in a language server and to be told what is wrong with it."""

    def __init__(self, server: subprocess.Popen[bytes]) -> None:
        self._stdin, self._stdout = server.stdin, server.stdout

    def send(self, **message: Any) -> None:
        """Send a message."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._stdin.flush()

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        """Return the next message like the one wanted; every question on the way gets an empty answer."""
        while True:
            size = 0
            while header := self._stdout.readline().strip():
                if header.lower().startswith(b"content-length:"):
                    size = int(header.split(b":")[1])
            assert size, "the language server has ended"
            message = json.loads(self._stdout.read(size))
            if wanted.items() <= message.items():
                return message
            if "id" in message and "method" in message:
                items = (message.get("params") or {}).get("items", ())
                self.send(id=message["id"], result=[None for _ in items] or None)


@pytest.fixture
def editor() -> Iterator[Editor]:
    """An editor whose language server has started."""
    program = language_server()
    require(program, "yaml-language-server: npm install --prefix build/node yaml-language-server")
    with subprocess.Popen([program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        # A server that falls silent ends the test, not the patience of whoever runs it.
        watch = threading.Timer(60, server.kill)
        watch.start()
        opened = Editor(server)
        opened.send(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})
        opened.wait_for(id=1)
        opened.send(method="initialized", params={})
        yield opened
        watch.cancel()
        server.kill()


@pytest.mark.slow
def test_an_editor_marks_a_slip_and_explains_words(editor: Editor, tmp_path: Path) -> None:
    """By the modeline alone, the yaml language server finds the schema: nothing is wrong, then two things are."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    text = (ROOT / "reasons.yaml").read_text(encoding="utf-8")
    if MODELINE not in text:
        text = text.replace("\n", f"\n{MODELINE}", 1)
    uri = (tmp_path / "reasons.yaml").as_uri()
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
    editor.send(method="textDocument/didOpen", params={"textDocument": document})
    assert editor.wait_for(method="textDocument/publishDiagnostics")["params"]["diagnostics"] == []

    broken = text.replace("severity: investigate", "severity: urgent", 1).replace("\n  layer:", "\n  layr:", 1)
    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": broken}]}
    editor.send(method="textDocument/didChange", params=change)
    marked: list[dict[str, Any]] = []
    while not marked:
        marked = editor.wait_for(method="textDocument/publishDiagnostics")["params"]["diagnostics"]
    lines = broken.splitlines()
    places = {lines[m["range"]["start"]["line"]].strip() for m in marked}
    assert {"severity: urgent", "layr: device"} <= places <= {"severity: urgent", "layr: device", "FULL_RING:"}

    at = {"line": lines.index("  class: queue-full"), "character": 4}
    editor.send(id=2, method="textDocument/hover", params={"textDocument": {"uri": uri}, "position": at})
    assert "Nobody on this machine wanted the packet" in json.dumps(editor.wait_for(id=2)["result"])
