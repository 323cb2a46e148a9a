# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Run experiments, each in a process of its own, and print the drops: `python -m lab [EXPERIMENT ...]`."""

import json
import os
import signal
import sys
import traceback

from lab.experiments import EXPERIMENTS
from lab.network import enter_namespace
from lab.trace import Trace

LONGEST = 30  # seconds for one experiment; then its process is ended, and with it all that it has made


def run(name: str) -> None:
    """Print one line of JSON for an experiment: its name and the reason and function of each drop."""
    enter_namespace()
    with Trace() as trace:
        EXPERIMENTS[name].act()
        print(json.dumps({"experiment": name, "drops": trace.drops()}), flush=True)


def main() -> None:
    """Run those named, or all; one that fails does not keep the next from running."""
    for name in sys.argv[1:] or EXPERIMENTS:
        child = os.fork()
        if not child:
            signal.alarm(LONGEST)
            try:
                run(name)
            except Exception:  # noqa: BLE001  whatever fails in one is told, and the others still run
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(0)
        os.waitpid(child, 0)


main()
