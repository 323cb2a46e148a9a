# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verbs that compare states of the registry and release them: diff and release."""

import datetime as dt
from pathlib import Path

import click

from dropreasons.cli.catalogue import root_option
from dropreasons.versions.bump import BUMPS, Bump
from dropreasons.versions.changes import CLASSES, changes_between
from dropreasons.versions.making import CannotRelease, make_release, plan_release, refuse_dirty
from dropreasons.versions.report import FORMATS
from dropreasons.versions.sides import FORMS, state_named

_FAILING = [name.lower() for name in CLASSES]


@click.command(epilog=f"Each is {FORMS}; NEW is the folder itself if left out.")
@click.argument("sides", nargs=-1, required=True, metavar="OLD [NEW]")
@root_option
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--fail-on", type=click.Choice(["breaking", *_FAILING]), multiple=True, metavar="CLASS",
              help="Exit 1 if there is such a change: breaking, " + ", ".join(_FAILING) + ".")  # fmt: skip
@click.pass_context
def diff(ctx: click.Context, sides: tuple[str, ...], root: Path, form: str, fail_on: tuple[str, ...]) -> None:
    """Show what changed from OLD to NEW, by what a reader depends on."""
    if len(sides) > 2:
        raise click.UsageError("diff takes one or two states; see dropreasons diff --help")
    old, new = state_named(sides[0], root), state_named(sides[1] if len(sides) > 1 else str(root), root)
    changes = changes_between(old, new)
    click.echo(FORMATS[form](changes), nl=False)
    classes = {change.change_class.lower() for change in changes}
    if any(change.breaks for change in changes):
        classes.add("breaking")
    ctx.exit(1 if classes & set(fail_on) else 0)


@click.command()
@root_option
@click.option("--bump", type=click.Choice(BUMPS[1:]), help="A larger bump than the changes need.")
@click.option("--correct", "corrections", multiple=True, metavar="FINGERPRINT=EVIDENCE",
              help="A breaking change that mends a wrong fact, with the evidence for it.")  # fmt: skip
@click.option("--date", default=lambda: dt.datetime.now(tz=dt.UTC).date().isoformat(), metavar="DAY",
              help="The day of the release.  [default: today]")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be released, and write nothing.")
def release(root: Path, bump: Bump | None, corrections: tuple[str, ...], date: str, *, dry_run: bool) -> None:
    """Release the catalogue: the version is computed from what changed."""
    dt.date.fromisoformat(date)
    corrected = dict(_correction(text) for text in corrections)
    try:
        if not dry_run:
            refuse_dirty(root)
        plan = plan_release(root, bump, corrected)
    except CannotRelease as error:
        raise click.ClickException(str(error)) from error
    since = f"{len(plan.changes)} changes since {plan.previous}" if plan.previous else "the first release"
    click.echo(f"{plan.version}: {since}, {len(plan.state.reasons)} reasons, {len(plan.state.tables)} tables")
    if not dry_run:
        made = make_release(root, plan, date)
        click.echo(f"releases/{made.version}.json: sha256 {made.sha256}")


def _correction(text: str) -> tuple[str, str]:
    """Return the fingerprint and the evidence of a correction."""
    fingerprint, equals, evidence = text.partition("=")
    if not equals or not evidence.strip():
        raise click.BadParameter(f"{text!r} is not FINGERPRINT=EVIDENCE", param_hint="--correct")
    return fingerprint, evidence.strip()
