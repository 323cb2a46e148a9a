# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Compares the service with nginx serving the same bytes as files, in the same run, and prints ratios and targets.

Usage: python benchmarks/http/run.py [--rounds N] [--seconds N]

Needs wrk, nginx and taskset, and two cores: the servers run on the first, wrk on the second.
"""

import argparse
import itertools
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote

from once import build_seconds, explain_ratio, make_database, start_seconds
from servers import Server, nginx, service

_CONNECTIONS = 32
_BATCH_CONNECTIONS = 2
_PAIRS = 10_000
_LOAD = Path(__file__).with_name("load.lua")


class Load(NamedTuple):
    """What is asked of a server again and again: paths one after the other, or a body to post."""

    name: str
    server: Server
    kind: str
    asked: Path
    connections: int = _CONNECTIONS


class Figures(NamedTuple):
    """What one round of a load gave."""

    per_cpu_second: float
    per_second: float
    p99: float


def measure(load: Load, seconds: int) -> Figures:
    """Run one round, and refuse to count errors."""
    before = load.server.cpu()
    words = [
        "-t1",
        f"-c{load.connections}",
        f"-d{seconds}",
        "--timeout=20s",
        "-s",
        str(_LOAD),
        f"http://127.0.0.1:{load.server.port}",
    ]
    command = ["taskset", "-c", "1", "wrk", *words, "--", load.kind, str(load.asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = done.stdout.partition("FIGURES ")[2].split()
    requests, microseconds, p99, wrong = map(int, figures)
    if wrong:
        raise SystemExit(f"{load.name}: {wrong} requests failed")
    return Figures(requests / (load.server.cpu() - before), requests / microseconds * 1e6, p99 / 1000)


@contextmanager
def prepared(folder: Path, database: Path) -> Iterator[tuple[Server, list[Load]]]:
    """Start both servers, and prepare what they are asked."""
    with service(database) as ours:
        names = [item["name"] for item in json.loads(ours.get("/v1/reasons")[0])["items"]]
        paths = [f"/v1/reasons/{name}" for name in names]
        for path in paths:
            file = folder / "root" / path[1:]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(ours.get(path)[0])
        kernels = [item["release"] for item in json.loads(ours.get("/v1/kernels")[0])["items"] if item["release"]]
        with nginx(folder) as reference:
            yield ours, _loads(folder, ours, reference, paths, kernels)


def _loads(folder: Path, ours: Server, reference: Server, paths: list[str], kernels: list[str]) -> list[Load]:
    questions = [
        f"/v1/resolve?kernel={quote(kernel)}&value={value}" for kernel in kernels[:20] for value in range(3, 90, 7)
    ]
    many = list(itertools.islice(itertools.product(_many(kernels), range(2, 52)), _PAIRS))
    few = [(kernels[n % 3], 2 + n * 7 % 50) for n in range(_PAIRS)]
    ids = _write(folder / "ids", paths)
    return [
        Load("nginx, files", reference, "get", ids),
        Load("by id", ours, "get", ids),
        Load("nginx, 304", reference, "get", _tagged(folder / "tags-nginx", reference, paths)),
        Load("304", ours, "get", _tagged(folder / "tags", ours, paths)),
        Load("resolve", ours, "get", _write(folder / "questions", questions)),
        Load("batch, all different", ours, "post", _batch(folder / "many", many), _BATCH_CONNECTIONS),
        Load("batch, a log", ours, "post", _batch(folder / "few", few), _BATCH_CONNECTIONS),
    ]


def _many(kernels: list[str]) -> list[str]:
    """Return 200 kernel releases, those that were read and points of the lines beside them."""
    lines = [f"6.{line}.{point}" for point in range(10) for line in range(1, 20)]
    return list(dict.fromkeys([*kernels, *lines]))[:200]


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return path


def _tagged(path: Path, server: Server, paths: list[str]) -> Path:
    return _write(path, [f"{asked}\t{server.get(asked)[1]}" for asked in paths])


def _batch(path: Path, pairs: list[tuple[str, int]]) -> Path:
    path.write_text(json.dumps({"pairs": [{"kernel": k, "value": v} for k, v in pairs]}), encoding="ascii")
    return path


def main() -> None:
    """Measure everything, the loads in turn round by round, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        database = make_database(folder)
        with prepared(folder, database) as (ours, loads):
            rounds: dict[str, list[Figures]] = {load.name: [] for load in loads}
            for _ in range(arguments.rounds):
                for load in loads:
                    rounds[load.name].append(measure(load, arguments.seconds))
            memory = ours.memory()
        report(rounds)
        print(f"memory of a worker, ten releases   RSS {memory['Rss']:.0f} MB, PSS {memory['Pss']:.0f} MB   < 150 MB")
        print(f"start to first answer              {start_seconds(database):.2f} s   < 1.5 s")
        print(f"build of registry.db               {build_seconds(folder):.2f} s   < 5 s")
        print(f"explain over an empty Python       {explain_ratio():.2f}   <= 1.35")
    print("load of the machine at the end    ", Path("/proc/loadavg").read_text(encoding="ascii").strip())


def report(rounds: dict[str, list[Figures]]) -> None:
    """Print the medians of every load, and the ratios to nginx of the same round."""
    for name, figures in rounds.items():
        cpu, wall, p99 = (median(column) for column in zip(*figures, strict=True))
        print(f"{name:22} {cpu:9.0f} a CPU second {wall:9.0f} a second   p99 {p99:7.2f} ms")
    for name, reference, target in (
        ("by id", "nginx, files", 0.27),
        ("304", "nginx, files", 0.27),
        ("304", "nginx, 304", 0.27),
        ("resolve", "nginx, files", 0.15),
    ):
        ratios = [a.per_cpu_second / b.per_cpu_second for a, b in zip(rounds[name], rounds[reference], strict=True)]
        print(
            f"{name + ' / ' + reference:34} {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})   >= {target}"
        )
    tails = [a.p99 / b.p99 for a, b in zip(rounds["by id"], rounds["nginx, files"], strict=True)]
    print(f"p99 of by id / p99 of nginx        {median(tails):.2f} ({min(tails):.2f} to {max(tails):.2f})   < 4")
    for name in ("batch, all different", "batch, a log"):
        values = median(one.per_cpu_second for one in rounds[name]) * _PAIRS
        print(f"{name:34} {values / 1e6:.2f} million values a CPU second   >= 1")


if __name__ == "__main__":
    main()
