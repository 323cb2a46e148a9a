# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verbs of the writing side: check, build and import."""

import json
from pathlib import Path

import click

from dropreasons.catalogue import load_catalogue
from dropreasons.findings import Finding, FindingsError, has_errors
from dropreasons.importers.skeleton import skeleton
from dropreasons.lookup import default_path
from dropreasons.rules import run_rules
from dropreasons.store import build_registry
from dropreasons.versions.archive import load_releases, verify

root_option = click.option(
    "--root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".", show_default=True,
    help="The folder that holds reasons.yaml and kernels/.",
)  # fmt: skip


def _findings(root: Path) -> list[Finding]:
    """Return all that is to be said of a catalogue."""
    try:
        return run_rules(load_catalogue(root))
    except FindingsError as error:
        return list(error.findings)


@click.command()
@root_option
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--releases", is_flag=True, help="Check too that no release was changed after it was made.")
@click.pass_context
def check(ctx: click.Context, root: Path, form: str, *, releases: bool) -> None:
    """Check reasons.yaml and kernels/; exit 1 if anything is an error."""
    findings = _findings(root)
    if releases:
        findings += verify(root)
    if form == "json":
        click.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            click.echo(finding.as_github() if form == "github" else finding.as_text())
    counts = {level: sum(f.level == level for f in findings) for level in ("error", "warning", "info")}
    click.echo(", ".join(f"{count} {level}" for level, count in counts.items()), err=True)
    ctx.exit(1 if has_errors(findings) else 0)


@click.command()
@click.argument("name")
@root_option
def new(name: str, root: Path) -> None:
    """Print a skeleton for a new entry NAME, with its callers where a tree that was read has them."""
    catalogue = load_catalogue(root)
    if name in catalogue.reasons:
        raise click.ClickException(f"{name} has an entry already; see dropreasons explain {name}")
    rows = [row for symbol in (name, f"SKB_DROP_REASON_{name}") for row in catalogue.evidence.callers.get(symbol, ())]
    click.echo(skeleton(name, [(row.function, row.file) for row in rows]), nl=False)


@click.command()
@root_option
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to put registry.db.")
def build(root: Path, output: Path | None) -> None:
    """Check the catalogue and build registry.db from it."""
    catalogue = load_catalogue(root)
    errors = [finding for finding in run_rules(catalogue) if finding.level == "error"]
    if errors:
        raise FindingsError(errors)
    path = output or Path(default_path())
    digest = build_registry(catalogue, path, load_releases(root))
    click.echo(f"{path}: {path.stat().st_size} bytes, sha256 {digest}")
