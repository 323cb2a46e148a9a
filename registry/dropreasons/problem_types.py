# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The kinds of error the service answers with; each has a page of its own on the site."""

from typing import NamedTuple


class ProblemType(NamedTuple):
    """A kind of error: its HTTP status, its title, and what a caller should do."""

    status: int
    title: str
    advice: str


PROBLEM_TYPES = {
    "reason-not-found": ProblemType(
        404, "No such drop reason", "Take one of the names in `did_you_mean`, or ask `/v1/search?q=`."
    ),
    "kernel-unknown": ProblemType(404, "No table for this kernel", "See `/v1/kernels` for the lines that were read."),
    "kernel-ambiguous": ProblemType(
        409,
        "Several tables are possible for this kernel",
        "Give the full release, as `uname -r` prints it; `candidates` lists the tables it may have.",
    ),
    "not-found": ProblemType(404, "No such page", "See `/v1` for what there is."),
    "invalid-query": ProblemType(
        422, "A parameter is missing or malformed", "Mend the parameters named in `errors`; each `pointer` says which."
    ),
    "unknown-parameter": ProblemType(
        422, "An unknown parameter", "Leave it out, or take one of those in `valid`; nothing is ignored in silence."
    ),
    "method-not-allowed": ProblemType(405, "Method not allowed", "The service is read-only: use GET or HEAD."),
    "internal-error": ProblemType(500, "The service failed", "Try again; if it stays, report it with the `instance`."),
}
