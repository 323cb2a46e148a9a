# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verb that writes the JSON Schemas."""

from pathlib import Path

import click

from dropreasons.files import write_whole
from dropreasons.generate.json_schema import DEFAULT_ADDRESS, NAMES, as_text, schemas


@click.command()
@click.argument("kind", type=click.Choice(list(NAMES)), default="authoring")
@click.option("--address", default=DEFAULT_ADDRESS, show_default=True, metavar="URL",
              help="Where the service stands; the schema's id is an address below it.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False),
              help="Write to a file instead of standard output.")  # fmt: skip
def schema(kind: str, address: str, output: Path | None) -> None:
    """Write a JSON Schema (draft 2020-12).

    authoring: reasons.yaml, for editors. published: a reason as the service and releases give it.
    overlay: a company's own reasons. findings: what `dropreasons check --format json` prints.
    """
    text = as_text(schemas(address)[kind])
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text)
