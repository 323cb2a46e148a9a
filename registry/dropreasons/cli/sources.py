# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verbs that write a kernel's reasons as source: header for C, table for other languages."""

from collections.abc import Callable
from pathlib import Path

import click

from dropreasons.cli.lookups import database_option
from dropreasons.files import write_whole
from dropreasons.generate.c_header import STYLES, NoSingleTable, header_for_kernel
from dropreasons.generate.sources import all_formats, source_for_kernel
from dropreasons.lookup import Registry

kernel_option = click.option(
    "--kernel", required=True, metavar="RELEASE", help="The kernel, as its `uname -r` prints it."
)
output_option = click.option(
    "--output", type=click.Path(path_type=Path), help="Write to a file instead of standard output."
)


@click.command()
@kernel_option
@click.option("--style", type=click.Choice(STYLES), default="core", show_default=True,
              help="core: the X-macro list and the enum; skbuff: the plain enum, as in v5.17's skbuff.h.")  # fmt: skip
@output_option
@database_option
@click.pass_context
def header(ctx: click.Context, kernel: str, style: str, output: Path | None, path: str | None) -> None:
    """Write a C header that defines enum skb_drop_reason as one kernel has it."""
    _deliver(ctx, output, lambda: header_for_kernel(Registry(path), kernel, style))


@click.command()
@kernel_option
@click.option("--format", "form", type=click.Choice(list(all_formats())), required=True, help="The language.")
@output_option
@database_option
@click.pass_context
def table(ctx: click.Context, kernel: str, form: str, output: Path | None, path: str | None) -> None:
    """Write the reasons of one kernel, number and name, as source for programs (for C see header)."""
    _deliver(ctx, output, lambda: source_for_kernel(Registry(path), kernel, form))


def _deliver(ctx: click.Context, output: Path | None, make: Callable[[], str]) -> None:
    """Write what is made to a file or to standard output; exit 1 where the kernel has no single table."""
    try:
        text = make()
    except NoSingleTable as error:
        click.echo(f"dropreasons: {error}", err=True)
        ctx.exit(1)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text)
