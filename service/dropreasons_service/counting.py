# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Counts requests, for all workers together, and tells the counts as Prometheus reads them."""

import mmap
import os
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: The folder in which the workers of one service keep their counts, one file each.
FOLDER = "DROPREASONS_COUNTS"

_ROUTES = ("made", "resolve", "batch", "question", "site", "refused")
_STATUSES = (200, 204, 206, 301, 303, 304, 400, 404, 405, 406, 409, 413, 415, 416, 422, 431, 500, 503)
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
_OTHERS = ("pairs", "swaps", "refused_swaps", "microseconds")
_AT_REQUESTS = {
    (route, status): place * len(_STATUSES) + at
    for place, route in enumerate(_ROUTES)
    for at, status in enumerate(_STATUSES)
}
_AT_OTHERS = {name: len(_AT_REQUESTS) + place for place, name in enumerate(_OTHERS)}
_AT_BUCKETS = len(_AT_REQUESTS) + len(_OTHERS)
_SIZE = 8 * (_AT_BUCKETS + len(_BUCKETS) + 1)


class Counts:
    """The counts of one worker, in memory that the others of its service can read."""

    def __init__(self) -> None:
        self._folder = os.environ.get(FOLDER)
        if self._folder is None:
            self._memory = mmap.mmap(-1, _SIZE)
        else:
            handle, _ = tempfile.mkstemp(dir=self._folder)
            os.truncate(handle, _SIZE)
            self._memory = mmap.mmap(handle, _SIZE)
            os.close(handle)
        self._own = memoryview(self._memory).cast("Q")

    def request(self, route: str, status: int) -> None:
        """Count a request."""
        at = _AT_REQUESTS.get((route, status))
        if at is not None:
            self._own[at] += 1

    def took(self, seconds: float) -> None:
        """Count the time that a question took."""
        self._own[_AT_BUCKETS + bisect_left(_BUCKETS, seconds)] += 1
        self._own[_AT_OTHERS["microseconds"]] += int(seconds * 1e6)

    def add(self, name: str, count: int = 1) -> None:
        """Count something else: pairs resolved, swaps of the database, swaps that were refused."""
        self._own[_AT_OTHERS[name]] += count

    def total(self) -> list[int]:
        """Return the counts of all workers, also of those that ended."""
        if self._folder is None:
            return list(self._own)
        whole = [path.read_bytes() for path in Path(self._folder).iterdir()]
        columns = [memoryview(one).cast("Q") for one in whole if len(one) == _SIZE]
        return [sum(numbers) for numbers in zip(*columns, strict=True)]


class _Told(Collector):
    """The counts as metrics."""

    def __init__(self, total: list[int], release: str, digest: str) -> None:
        self._total, self._release, self._digest = total, release, digest

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        total = self._total
        requests = CounterMetricFamily("dropreasons_requests", "Requests answered.", labels=["route", "status"])
        for (route, status), at in _AT_REQUESTS.items():
            if total[at]:
                requests.add_metric([route, str(status)], total[at])
        yield requests
        for name, said in (
            ("pairs", "Pairs resolved in batches."),
            ("swaps", "New databases taken over."),
            ("refused_swaps", "New databases refused."),
        ):
            yield CounterMetricFamily(f"dropreasons_{name}", said, value=total[_AT_OTHERS[name]])
        yield self._durations()
        release = GaugeMetricFamily(
            "dropreasons_registry", "The registry that is served.", labels=["release", "sha256"]
        )
        release.add_metric([self._release, self._digest], 1)
        yield release

    def _durations(self) -> Metric:
        counts = self._total[_AT_BUCKETS:]
        buckets = [(str(limit), sum(counts[: at + 1])) for at, limit in enumerate(_BUCKETS)]
        seconds = self._total[_AT_OTHERS["microseconds"]] / 1e6
        return HistogramMetricFamily(
            "dropreasons_question_seconds",
            "Time to answer what is not made already.",
            buckets=[*buckets, ("+Inf", sum(counts))],
            sum_value=seconds,
        )


def told(counts: Counts, release: str, digest: str) -> bytes:
    """Return the counts in the text form of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(counts.total(), release, digest))
    return generate_latest(registry)
