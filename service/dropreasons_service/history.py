# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The addresses of releases: for ever the same once a release is made; and what changed from one to another."""

from difflib import get_close_matches
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from dropreasons.generate.c_header import NoSingleTable
from dropreasons.generate.exports import FORMS
from dropreasons.kernelrelease import RELEASE_PATTERN, NotARelease
from dropreasons.versions.changes import changes_between
from dropreasons.versions.one_kernel import state_of_kernel
from dropreasons.versions.report import as_data
from dropreasons.versions.state import State
from dropreasons_service.answers import Answer, json_answer, located, redirect
from dropreasons_service.documents import KERNEL, answers
from dropreasons_service.front import snapshot_of
from dropreasons_service.history_documents import Changes, ReleaseManifest, ReleaseReasons, Releases
from dropreasons_service.openapi import problems
from dropreasons_service.prepared import SCHEMA_VERSION
from dropreasons_service.problems import Problem
from dropreasons_service.reason_documents import Reason
from dropreasons_service.refusals import Answered, invalid, no_single_table, parameters_refused, shown
from dropreasons_service.releases import NoSuchRelease
from dropreasons_service.snapshot import Snapshot

router = APIRouter(prefix="/v1", tags=["releases"])

_VERSION = {"type": "string", "pattern": r"^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$"}
Version = Annotated[str, Path(max_length=40, examples=["1.0.0"]), WithJsonSchema(_VERSION)]
Kernel = Annotated[str, Path(), WithJsonSchema(KERNEL)]
_LATEST = "latest"
_KERNEL = "kernel:"
_SIDE = rf"^(latest|[0-9.]{{5,20}}|kernel:{RELEASE_PATTERN.removeprefix('^').removesuffix('$')})$"


class DiffQuery(BaseModel):
    """What to compare: two releases, or two kernels."""

    model_config = ConfigDict(extra="forbid")

    from_: Annotated[str, Field(alias="from", pattern=_SIDE, max_length=120, examples=["kernel:6.1.187"])]
    to: Annotated[str, Field(pattern=_SIDE, max_length=120, examples=["kernel:6.12.117"])]


@router.get(
    "/releases",
    operation_id="listReleases",
    responses={**answers(Releases, "All releases, the newest first."), **problems("unknown-parameter")},
)
def releases(request: Request) -> Response:
    """Every release of the registry, with its digest and where its parts are."""
    raise parameters_refused(request)


@router.get(
    "/releases/{release}",
    operation_id="getRelease",
    responses={
        **answers(ReleaseManifest, "What the release holds, and where."),
        **problems("release-not-found", "unknown-parameter"),
    },
)
def manifest(request: Request, release: Version) -> Response:
    """One release: its date, its digest, and its exports."""
    return Answered(_of_release(request, release, f"/v1/releases/{release}"))


@router.get(
    "/releases/{release}/reasons",
    operation_id="listReasonsOfRelease",
    responses={
        **answers(ReleaseReasons, "The reasons of the release."),
        **problems("release-not-found", "unknown-parameter"),
    },
)
def reasons_of(request: Request, release: Version) -> Response:
    """The reasons a release has."""
    return Answered(_of_release(request, release, f"/v1/releases/{release}/reasons"))


@router.get(
    "/releases/{release}/reasons/{name}",
    operation_id="getReasonOfRelease",
    responses={
        **answers(Reason, "The reason as the release has it."),
        301: {"description": "The name is an alias, a C symbol or in lower case."},
        **problems("release-not-found", "reason-not-found", "unknown-parameter"),
    },
)
def reason_of(request: Request, release: Version, name: Annotated[str, Path(examples=["FULL_RING"])]) -> Response:
    """A reason as a release has it."""
    base = f"/v1/releases/{release}/reasons/"
    try:
        return Answered(_of_release(request, release, base + name))
    except KeyError:
        known = [path.removeprefix(base) for path in snapshot_of(request).releases.answers(release)]
        near = get_close_matches(name[:60].upper(), [other for other in known if other.isupper()], 5, 0.5)
        detail = f"Release {release} has no drop reason {shown(name)}."
        raise Problem("reason-not-found", detail, did_you_mean=near) from None


@router.get(
    "/releases/{old}/diff/{new}",
    operation_id="diffReleases",
    responses={
        **answers(Changes, "What changed, by what a reader depends on."),
        **problems("release-not-found", "unknown-parameter"),
    },
)
def difference(request: Request, old: Version, new: Version) -> Response:
    """What changed from one release to another; for ever the same."""
    if request.query_params:
        raise parameters_refused(request)
    try:
        return Answered(snapshot_of(request).releases.difference(old, new))
    except NoSuchRelease as error:
        raise _unknown(snapshot_of(request), str(error)) from error


@router.get(
    "/kernels/{old}/diff/{new}",
    operation_id="diffKernels",
    responses={
        **answers(Changes, "The names and numbers that differ."),
        **problems("kernel-unknown", "kernel-ambiguous", "invalid-query", "unknown-parameter"),
    },
)
def kernel_difference(request: Request, old: Kernel, new: Kernel) -> Response:
    """What changed from one kernel to another: names that came and went, and numbers that moved."""
    if request.query_params:
        raise parameters_refused(request)
    snapshot = snapshot_of(request)
    states = [_kernel(snapshot, release, key) for key, release in (("old", old), ("new", new))]
    told: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "from": f"{_KERNEL}{old}", "to": f"{_KERNEL}{new}"}
    here = located(f"/v1/kernels/{old}/diff/{new}")
    return Answered(json_answer({**told, **as_data(changes_between(*states))}, headers=[here]))


@router.get(
    "/diff",
    operation_id="diff",
    responses={
        302: {"description": "Every difference has an address of its own."},
        **problems("release-not-found", "not-comparable", "invalid-query", "unknown-parameter"),
    },
)
def diff(request: Request, query: Annotated[DiffQuery, Query()]) -> Response:
    """What changed between two releases (1.0.0, latest) or between two kernels (kernel:6.1.187)."""
    sides = (query.from_, query.to)
    kernels = [side.removeprefix(_KERNEL) for side in sides if side.startswith(_KERNEL)]
    if len(kernels) == 1:
        raise Problem("not-comparable", "A kernel is compared with a kernel, a release with a release.")
    kind, named = ("kernels", kernels) if kernels else ("releases", [_version(snapshot_of(request), s) for s in sides])
    return Answered(redirect(f"/v1/{kind}/{quote(named[0])}/diff/{quote(named[1])}", 302))


@router.get(
    "/export/{release}.{form}",
    operation_id="exportRelease",
    response_class=Response,
    responses={
        200: {
            "description": "The whole release.",
            "content": {form.media_type.partition(";")[0]: {"schema": {}} for form in FORMS.values()},
        },
        206: {"description": "The part that Range asks for."},
        302: {"description": "`latest` leads to the newest release."},
        416: {"description": "No byte of the export lies in the range."},
        **problems("release-not-found", "not-found", "unknown-parameter"),
    },
)
def export(
    request: Request,
    release: Annotated[str, Path(max_length=40, examples=["1.0.0", "latest"])],
    form: Annotated[str, Path(examples=list(FORMS)), WithJsonSchema({"type": "string", "enum": list(FORMS)})],
) -> Response:
    """A whole release as JSON, JSON lines, CSV, an SQLite file or a C header; parts of it by Range."""
    if request.query_params:
        raise parameters_refused(request)
    if form not in FORMS:
        raise Problem("not-found", f"There is no export in the form {shown(form)}; there are {', '.join(FORMS)}.")
    snapshot = snapshot_of(request)
    version = _version(snapshot, release)
    if release == _LATEST:
        return Answered(redirect(f"/v1/export/{version}.{form}", 302))
    return Answered(snapshot.releases.export(version, form))


def _of_release(request: Request, release: str, path: str) -> Answer:
    """Return the answer of an address below a release."""
    if request.query_params:
        raise parameters_refused(request)
    snapshot = snapshot_of(request)
    try:
        return snapshot.releases.answers(release)[path]
    except NoSuchRelease as error:
        raise _unknown(snapshot, release) from error


def _version(snapshot: Snapshot, word: str) -> str:
    """Return the release that a word names."""
    made = snapshot.releases.made
    if word == _LATEST and made:
        return next(reversed(made))
    if word not in made:
        raise _unknown(snapshot, word)
    return word


def _unknown(snapshot: Snapshot, word: str) -> Problem:
    made = list(reversed(snapshot.releases.made))
    return Problem("release-not-found", f"There is no release {shown(word)}.", did_you_mean=made[:5])


def _kernel(snapshot: Snapshot, release: str, key: str) -> State:
    """Return the numbers of one kernel."""
    try:
        return state_of_kernel(snapshot.registry, release)
    except NotARelease as error:
        raise invalid(f"path:{key}", str(error)) from error
    except NoSingleTable as error:
        raise no_single_table(snapshot.registry, release, error) from error
