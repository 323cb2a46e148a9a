# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Around the service: settings, counts, log, a user without rights, a full disk, systemd, container, its page."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from conftest import COMMAND, ROOT, require
from served import served
from test_operation import body, connected, lines_of, metrics, until
from test_service import free_port

from dropreasons_service.settings import Settings

PAGE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
UNIT = ROOT / "service" / "systemd" / "dropreasons.service"
WRONG = {
    "PORT": "http",
    "WORKERS": "0",
    "WATCH": "-1",
    "HEAD_SECONDS": "0",
    "CONNECTIONS": "many",
    "ACCESS_LOG": "perhaps",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_refused_by_name(database: Path, name: str) -> None:
    """One line names the variable of the environment."""
    command = [sys.executable, "-m", "dropreasons", "serve", "--db", str(database)]
    environment = os.environ | {f"DROPREASONS_{name}": WRONG[name]}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"DROPREASONS_{name}: " in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_page_tells_every_setting() -> None:
    """The table of docs/running.md has each setting with its default, and no other."""
    rows = re.findall(r"^\| `DROPREASONS_(\w+)` \|\s*`?([^|`]*)`?\s*\|", PAGE, re.MULTILINE)
    told = {name.lower(): default.strip() for name, default in rows}
    assert told == {name: str(field.default if field.default is not None else "") for name, field in
                    Settings.model_fields.items()}  # fmt: skip


@pytest.mark.slow
def test_the_commands_of_the_page_work(database: Path) -> None:
    """What the page shows is typed: the service takes the settings shown, and answers what is asked of it."""
    (shown,) = re.findall(r"^\$ (DROPREASONS_.*) dropreasons serve$", PAGE, re.MULTILINE)
    settings = dict(word.removeprefix("DROPREASONS_").split("=") for word in shlex.split(shown))
    with served(database, **settings) as service:
        asked = re.findall(r"^\$ (curl .*)$", PAGE, re.MULTILINE)
        assert len(asked) >= 3
        for command in asked:
            words = shlex.split(command.replace("http://127.0.0.1:8000", service.base))
            done = subprocess.run([*words, "--fail"], capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, command
            assert done.stdout


def in_a_namespace(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script with mounts of its own, as root of this machine."""
    require(os.geteuid() == 0 and shutil.which("unshare"), "root and unshare, for mounts of its own")
    command = ["unshare", "--mount", "sh", "-ec", script, "sh", sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


CONFINED = """
python=$1 database=$2 port=$3
mount --make-rprivate /
mount -t tmpfs -o mode=755 none /mnt
cp "$database" /mnt/registry.db
mount -o remount,ro /mnt
mount --bind / /
mount -o remount,bind,ro /
cd /
if touch /var/tmp/written 2>/dev/null; then exit 3; fi
# The one right it keeps is to read, where this machine keeps Python out of others' sight.
rights=-all,+dac_read_search
setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=$rights --ambient-caps=$rights \\
    --bounding-set=$rights env HOME=/nowhere "$python" -m dropreasons serve --db /mnt/registry.db --port "$port" &
ask="import urllib.request as r; print(r.urlopen('http://127.0.0.1:$port/readyz').status)"
for _ in $(seq 100); do
    if "$python" -c "$ask" 2>/dev/null; then break; fi
    sleep 0.1
done
grep '^Uid' /proc/$!/status
kill $!
wait $!
"""
FULL = """
python=$1 database=$2 root=$3 folder=$4
mount -t tmpfs -o size=8m none "$folder"
cp "$database" "$folder/registry.db"
before=$(sha256sum < "$folder/registry.db")
if "$python" -m dropreasons build --root "$root" --output "$folder/registry.db" >&2; then exit 3; fi
[ "$before" = "$(sha256sum < "$folder/registry.db")" ]
ls -A "$folder"
cp "$database" "$folder/half.db" 2>/dev/null || echo full
"$python" -m dropreasons serve --db "$folder/registry.db" --port "$5" >/dev/null &
ask="import urllib.request as r; print(r.urlopen('http://127.0.0.1:$5/metrics').read().decode())"
for _ in $(seq 100); do
    if "$python" -c "$ask" >/dev/null 2>&1; then break; fi
    sleep 0.1
done
mv "$folder/half.db" "$folder/registry.db"
kill -HUP $!
sleep 2
"$python" -c "$ask" | grep '^dropreasons_refused_swaps_total'
kill $!
wait $!
"""


@pytest.mark.slow
def test_it_runs_as_nobody_where_nothing_can_be_written(database: Path) -> None:
    """An unprivileged user, no other right than to read, and a file system mounted read-only: it answers, and ends."""
    done = in_a_namespace(CONFINED, str(database), str(free_port()))
    assert done.returncode == 0, done.stderr
    assert "\n200\nUid:\t65534\t" in done.stdout


@pytest.mark.slow
def test_a_full_disk_leaves_the_old_database(database: Path, tmp_path: Path) -> None:
    """A build without room leaves the old file and nothing else; half a file is refused while the old one serves on."""
    folder = tmp_path / "small"
    folder.mkdir()
    copied = shutil.copy(database, tmp_path / "copied.db")
    done = in_a_namespace(FULL, str(copied), str(ROOT), str(folder), str(free_port()))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["registry.db", "full", "dropreasons_refused_swaps_total", "1.0"]
    assert "disk is full" in done.stderr


@pytest.mark.slow
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """`systemd-analyze` finds nothing wrong, and little that a service like this could still do."""
    require(shutil.which("systemd-analyze"), "systemd-analyze, of Debian's systemd")
    installed = UNIT.read_text(encoding="utf-8").replace("/opt/dropreasons/bin/dropreasons", str(COMMAND))
    unit = tmp_path / UNIT.name
    unit.write_text(installed, encoding="utf-8")
    checked = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    scored = ["systemd-analyze", "security", "--offline=yes", "--threshold=15", str(unit)]
    assert subprocess.run(scored, capture_output=True, check=False).returncode == 0
    assert "ExecReload=/bin/kill -HUP $MAINPID\n" in installed


def test_what_the_container_copies_and_runs_exists() -> None:
    """Its paths are those of the repository, its target one of the Makefile, and its base is named without a host."""
    text = (ROOT / "service" / "Containerfile").read_text(encoding="utf-8")
    copied = [path for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE) for path in line.split()]
    assert len(copied) > 10
    assert [path for path in copied if not (ROOT / path).exists()] == []
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (target,) = re.findall(r"^RUN make (\w+)$", text, re.MULTILINE)
    assert f"\n{target}: " in makefile
    assert "--wheel-dir build/dist" in makefile
    assert "build/dist/*.whl" in text
    assert "--require-hashes -r requirements/serve.txt" in makefile
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"debian:12-slim"}
    assert re.search(r"^USER (?!0)\d+", text, re.MULTILINE)


@pytest.mark.slow
def test_what_is_counted(database: Path) -> None:
    """Prometheus' own parser reads /metrics, and every request is in it once, by what answered it and how."""
    with served(database) as service:
        for path in ("/v1/reasons/NOMEM", "/v1/reasons/NOMEM", "/v1/reasons/nomem", "/v1/nothing", "/v1/search?q=ring"):
            body(service, path)
        body(service, "/v1/resolve?kernel=6.12.117&value=71")
        pairs = b'{"pairs":[{"kernel":"6.12.117","value":71},{"kernel":"6.12.117","value":"0x4d"}]}'
        with closing(connected(service)) as connection:
            connection.request("POST", "/v1/resolve", pairs, {"Content-Type": "application/json"})
            connection.getresponse().read()
        counted = metrics(service)
    requests = {
        "made,200": 2, "made,301": 1, "question,404": 1, "question,200": 1, "resolve,200": 1, "batch,200": 1
    }  # fmt: skip
    assert {labels: counted[f"dropreasons_requests_total {labels}"] for labels in requests} == requests
    assert counted["dropreasons_requests_total"] == sum(requests.values())
    assert counted["dropreasons_pairs_total"] == 2
    assert counted["dropreasons_question_seconds_count"] == 3
    assert 0 < counted["dropreasons_question_seconds_sum"] < 10


@pytest.mark.slow
def test_the_access_log_is_json_whatever_is_asked(database: Path) -> None:
    """One line for each request, in ASCII, cut where it is long; what a client sends cannot add a line."""
    asked = [
        "/v1/reasons/NOMEM",
        '/v1/%0A{"event":"forged"}',
        "/v1/%E2%80%AE%22%5C",
        "/v1/search?q=%22%0A",
        "/v1/" + "a" * 5000,
    ]
    with served(database, "--access-log") as service:
        for path in asked:
            body(service, path)
        until(lambda: len(lines_of(service)) >= len(asked), "the log is not written")
        lines = lines_of(service)
    entries = list(map(json.loads, lines))
    assert len(entries) == len(asked)
    assert {entry["event"] for entry in entries} == {"request"}
    assert [entry["status"] for entry in entries] == [200, 404, 404, 200, 404]
    assert entries[1]["path"] == '/v1/\n{"event":"forged"}'
    assert all(line.isascii() and len(line) < 1000 for line in lines)
