# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons rename`, `deprecate` and `fmt`: the bookkeeping of reasons.yaml, without a change to what they leave."""

from pathlib import Path

import click

from dropreasons.catalogue import REASONS_FILE, load_catalogue
from dropreasons.cli.catalogue import root_option
from dropreasons.edit.deprecate import KINDS
from dropreasons.edit.deprecate import deprecate as deprecated
from dropreasons.edit.document import read_document
from dropreasons.edit.effect import Effect, effect
from dropreasons.edit.order import tidy
from dropreasons.edit.rename import known
from dropreasons.edit.rename import rename as renamed
from dropreasons.files import write_whole
from dropreasons.findings import FindingsError

_MOST_LINES = 12


@click.command()
@click.argument("old")
@click.argument("new")
@root_option
@click.option("--note", default="the earlier name", show_default=True, help="What the alias says of the old name.")
def rename(old: str, new: str, root: Path, note: str) -> None:
    """Give the entry OLD the name NEW; OLD stays as an alias, and what points to the entry follows."""
    catalogue = load_catalogue(root)
    document = read_document(root / REASONS_FILE, REASONS_FILE, checked=True)
    done = renamed(document, catalogue, old, new, note)
    brought = effect(catalogue, done.text, (old, new))
    _write(root, done.text, brought)
    click.echo(f"{old} is now {new}, and an alias of it")
    if done.followed:
        click.echo(f"these entries point to {new} now: {', '.join(done.followed)}")
    if done.mentions:
        lines = ", ".join(map(str, done.mentions[:_MOST_LINES])) + (", ..." if len(done.mentions) > _MOST_LINES else "")
        click.echo(f"{old} stands in {len(done.mentions)} other lines ({lines}); see whether they mean this entry")
    for error in brought.expected:
        click.echo(f"expected until a kernel with {new} is imported: {error.as_text()}")


@click.command()
@click.argument("name")
@click.option("--replaced-by", "names", default="", metavar="NEW[,NEW2]", help="The names that took its place.")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="How they took its place.")
@click.option("--note", help="What else a reader of an old log should know.")
@root_option
def deprecate(name: str, names: str, kind: str, note: str | None, root: Path) -> None:
    """Mark NAME as removed from the kernel, and say what replaced it."""
    catalogue = load_catalogue(root)
    known(catalogue, name)
    document = read_document(root / REASONS_FILE, REASONS_FILE, checked=True)
    successors = [part.strip() for part in names.split(",") if part.strip()]
    text = deprecated(document, name, kind, successors, note)
    _write(root, text, effect(catalogue, text))
    click.echo(f"{name} is marked as removed: {' '.join([kind, ', '.join(successors)]).strip()}")


@click.command()
@click.option("--check", "checking", is_flag=True, help="Write nothing; exit 1 if there is something to change.")
@root_option
@click.pass_context
def fmt(ctx: click.Context, root: Path, *, checking: bool) -> None:
    """Put the fields of every entry in their order, and take needless white space away."""
    tidied = tidy(read_document(root / REASONS_FILE, REASONS_FILE))
    for name, place in tidied.moved:
        click.echo(f"{place}: the fields of {name} {'are' if checking else 'were'} out of order")
    for place in tidied.blank:
        click.echo(f"{place}: needless white space")
    if checking:
        ctx.exit(1 if tidied.moved or tidied.blank else 0)
    write_whole(root / REASONS_FILE, tidied.text)


def _write(root: Path, text: str, brought: Effect) -> None:
    """Write the entries, unless that would bring errors."""
    if brought.errors:
        click.echo("nothing was written; the edit would bring these errors:", err=True)
        raise FindingsError(brought.errors)
    write_whole(root / REASONS_FILE, text)
