# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verb that writes the documentation site's pages."""

from pathlib import Path

import click

from dropreasons.cli.lookups import database_option
from dropreasons.generate.pages import RuleText, Sources, write_pages
from dropreasons.lookup import Registry
from dropreasons.rules import all_rules


@click.command()
@click.option("--from", "handwritten", type=click.Path(path_type=Path, exists=True, file_okay=False), default="docs",
              show_default=True, help="The folder of hand-written pages.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), default="build/docs", show_default=True,
              help="The folder to write all pages to.")  # fmt: skip
@click.option("--address", envvar="SITE_URL", default="http://127.0.0.1:8000/", show_default=True,
              help="Where the site will stand.")  # fmt: skip
@click.option("--repository", envvar="REPOSITORY_URL", default="", metavar="URL",
              help="The address of a source file with {path} and {line} in it, for links.")  # fmt: skip
@database_option
def docs(handwritten: Path, output: Path, address: str, repository: str, path: str | None) -> None:
    """Write the Markdown pages that MkDocs builds the site from."""
    rules = [RuleText(r.id, r.level, r.purpose, (r.check.__doc__ or "").strip()) for r in all_rules()]
    place = f"{address.rstrip('/')}/"
    root = handwritten.parent
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = {page.stem: page.read_text(encoding="utf-8") for page in sorted((root / "releases").glob("*.md"))}
    sources = Sources(rules, handwritten, changelog, releases, place, repository)
    changed = write_pages(Registry(path), sources, output)
    click.echo(f"{output}: {changed} files changed")
