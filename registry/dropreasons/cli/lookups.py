# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verbs that read registry.db: explain and search."""

import json

import click

from dropreasons.cli import explain as explaining
from dropreasons.lookup import Registry

database_option = click.option("--db", "path", metavar="FILE", help="Another registry.db.")


@click.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def explain(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Say what a name or a number means (see dropreasons explain --help)."""
    ctx.exit(explaining.run(list(arguments)))


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500), help="The most reasons to list.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@database_option
@click.pass_context
def search(ctx: click.Context, words: tuple[str, ...], limit: int, form: str, path: str | None) -> None:
    """Find reasons by WORDS in their names, aliases and texts, best first."""
    found = Registry(path).search(" ".join(words), limit)
    if form == "json":
        rows = [{"name": name, "summary": summary, "snippet": snippet} for name, summary, snippet in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for name, summary, _ in found:
            click.echo(name)
            click.echo(click.wrap_text(summary, 80, "    ", "    "))
    if not found:
        click.echo(f"dropreasons: nothing found for {' '.join(words)!r}", err=True)
        ctx.exit(1)
