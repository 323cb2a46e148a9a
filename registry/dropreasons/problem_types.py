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
    "release-not-found": ProblemType(
        404, "No such release of the registry", "Take one of `did_you_mean`; `/v1/releases` lists all."
    ),
    "not-comparable": ProblemType(
        409, "Two things of different kinds", "Compare two releases, or two kernels (`kernel:6.1.187`)."
    ),
    "not-acceptable": ProblemType(
        406,
        "No form of the answer is accepted",
        "Name one of the media types in `valid` in `Accept`, or leave `Accept` out.",
    ),
    "not-found": ProblemType(404, "No such page", "See `/v1` for what there is."),
    "invalid-query": ProblemType(
        422, "A parameter is missing or malformed", "Mend the parameters named in `errors`; each `pointer` says which."
    ),
    "unknown-parameter": ProblemType(
        422, "An unknown parameter", "Leave it out, or take one of those in `valid`; nothing is ignored in silence."
    ),
    "invalid-body": ProblemType(
        422,
        "The body is not a batch of pairs",
        "Mend what `errors` names; each `pointer` is a JSON Pointer into the body. Nothing of the batch was resolved.",
    ),
    "batch-too-large": ProblemType(422, "Too many pairs at once", "Send at most 10,000 pairs; split what is more."),
    "body-too-large": ProblemType(413, "The body is too large", "Send at most 2 MiB at once; split what is more."),
    "unsupported-media-type": ProblemType(
        415,
        "The body is of a kind that is not taken",
        "Send JSON, uncompressed, with `Content-Type: application/json`.",
    ),
    "method-not-allowed": ProblemType(
        405,
        "Method not allowed",
        "Use one of the methods in `Allow`; only `/v1/resolve` and `/v1/decode` take POST.",
    ),
    "internal-error": ProblemType(500, "The service failed", "Try again; if it stays, report it with the `instance`."),
}
