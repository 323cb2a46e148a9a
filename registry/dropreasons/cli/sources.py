# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verb that writes a kernel's reasons as source of a language other than C."""

from pathlib import Path

import click

from dropreasons.cli.lookups import database_option
from dropreasons.files import write_whole
from dropreasons.generate.c_header import NoSingleTable
from dropreasons.generate.sources import all_formats, source_for_kernel
from dropreasons.lookup import Registry


@click.command()
@click.option("--kernel", required=True, metavar="RELEASE", help="The kernel, as its `uname -r` prints it.")
@click.option("--format", "form", type=click.Choice(list(all_formats())), required=True, help="The language.")
@click.option("--output", type=click.Path(path_type=Path), help="Write to a file instead of standard output.")
@database_option
@click.pass_context
def table(ctx: click.Context, kernel: str, form: str, output: Path | None, path: str | None) -> None:
    """Write the reasons of one kernel, number and name, as source for programs (for C see header)."""
    try:
        text = source_for_kernel(Registry(path), kernel, form)
    except NoSingleTable as error:
        click.echo(f"dropreasons: {error}", err=True)
        ctx.exit(1)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text)
