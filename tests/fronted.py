# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Runs nginx with what stands in http {}, as a process without privileges on a free port."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from conftest import ROOT, require

#: Where Debian puts it; /usr/sbin is not on every PATH.
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_WRITES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def shown(page: str) -> list[str]:
    """Return the configurations of nginx that a page shows."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)


@contextmanager
def fronted(folder: Path, http: str, replaced: Mapping[str, str]) -> Iterator[str]:
    """Start nginx, and stop it afterwards; give the address it listens at.

    Args:
        folder: an empty folder that everybody may read.
        http: what stands in http {}; it listens on port 8080.
        replaced: what else stands for something of this run.
    """
    require(NGINX, "nginx (Debian: nginx-light)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for old, new in {**replaced, "listen 8080": f"listen 127.0.0.1:{port}"}.items():
        assert old in http, old
        http = http.replace(old, new)
    written = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in _WRITES)
    head = f"daemon off;\npid {folder}/pid;\nworker_processes 1;\nevents {{ }}\n"
    (folder / "nginx.conf").write_text(f"{head}http {{\naccess_log off;\n{written}{http}}}\n", encoding="utf-8")
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    log = folder / "error.log"
    command = [str(NGINX), "-e", str(log), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, user=user, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            said = process.communicate(timeout=20)[1]
    # What is no file is an address of the registry all the same, and no error.
    assert "emerg" not in said + log.read_text(encoding="utf-8")


def _wait(process: subprocess.Popen[str], port: int) -> None:
    for _ in range(200):
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not listen")
