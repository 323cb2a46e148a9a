# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons audit`: holds the table of another tool against the kernels."""

import json

import click

from dropreasons.audit.compare import compare
from dropreasons.audit.history import faults, worst_cases
from dropreasons.audit.read import read_file
from dropreasons.audit.report import Audit, as_document, as_text
from dropreasons.audit.spellings import Spellings
from dropreasons.cli.lookups import database_option
from dropreasons.lookup import Registry


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--kernel", "kernels", multiple=True, metavar="RELEASE", help="Only this kernel (`uname -r`); may be repeated."
)
@click.option(
    "--fail-on",
    type=click.Choice(["wrong", "silent"]),
    help="Exit 1 if it is wrong, or also if it is silent, on a kernel looked at.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@database_option
@click.pass_context
def audit(ctx: click.Context, /, file: str, kernels: tuple[str, ...], path: str | None, **how: str) -> None:
    """Say for which kernels the table of drop reasons in FILE is right, wrong and silent.

    FILE is source text: a switch, map, array or enum of Go, C, Python, TypeScript, YAML, JSON, protobuf or the like.
    """
    registry = Registry(path)
    spellings = Spellings(registry)
    pairs = tuple(read_file(file, spellings))
    comparison = compare(registry, spellings, pairs, kernels)
    cases = tuple(worst_cases(registry, pairs, comparison))
    found = Audit(file, pairs, comparison, cases, tuple(faults(registry, file, pairs)))
    if how["form"] == "json":
        click.echo(json.dumps(as_document(found), ensure_ascii=False))
    else:
        click.echo(as_text(found), nl=False)
    ctx.exit(1 if found.fails(how["fail_on"]) else 0)
