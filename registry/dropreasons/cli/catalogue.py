# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verbs of the writing side: check, build and import."""

import json
from pathlib import Path

import click

from dropreasons.catalogue import load_catalogue
from dropreasons.cli.lookups import database_option
from dropreasons.findings import Finding, FindingsError, has_errors
from dropreasons.importers.skeleton import skeleton
from dropreasons.lookup import Registry
from dropreasons.overlays.checking import check_overlays
from dropreasons.overlays.laying import lay_over
from dropreasons.overlays.reading import read_overlays
from dropreasons.registry_file import default_path
from dropreasons.rules import run_rules
from dropreasons.sealing import write_pages
from dropreasons.store import build_registry
from dropreasons.versions.archive import load_releases, verify

root_option = click.option(
    "--root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".", show_default=True,
    help="The folder that holds reasons.yaml and kernels/.",
)  # fmt: skip
overlay_option = click.option(
    "--overlay", "overlays", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
    help="An overlay, to be laid over --db; may stand several times.",
)  # fmt: skip


def _findings(root: Path) -> list[Finding]:
    """Return all that is to be said of a catalogue."""
    try:
        return run_rules(load_catalogue(root))
    except FindingsError as error:
        return list(error.findings)


def _findings_of_overlays(overlays: tuple[Path, ...], path: str | None, root: Path) -> list[Finding]:
    """Return all that is to be said of overlays over a registry.db."""
    try:
        return check_overlays(read_overlays(overlays), Registry(path), root)
    except FindingsError as error:
        return list(error.findings)


@click.command()
@root_option
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--releases", is_flag=True, help="Check too that no release was changed after it was made.")
@overlay_option
@database_option
def check(root: Path, form: str, overlays: tuple[Path, ...], path: str | None, *, releases: bool) -> None:
    """Check reasons.yaml and kernels/, or overlays over a registry.db; exit 1 if anything is an error."""
    findings = _findings_of_overlays(overlays, path, root) if overlays else _findings(root)
    if releases:
        findings += verify(root)
    if form == "json":
        click.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            click.echo(finding.as_github() if form == "github" else finding.as_text())
    counts = {level: sum(f.level == level for f in findings) for level in ("error", "warning", "info")}
    click.echo(", ".join(f"{count} {level}" for level, count in counts.items()), err=True)
    click.get_current_context().exit(1 if has_errors(findings) else 0)


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
@overlay_option
@database_option
def build(root: Path, output: Path | None, overlays: tuple[Path, ...], path: str | None) -> None:
    """Check the catalogue and build registry.db from it, or lay overlays over one that is built."""
    if overlays:
        _build_with_overlays(overlays, path, root, output)
        return
    catalogue = load_catalogue(root)
    errors = [finding for finding in run_rules(catalogue) if finding.level == "error"]
    if errors:
        raise FindingsError(errors)
    target = output or Path(default_path())
    digest = build_registry(catalogue, target, load_releases(root))
    if output is None:
        write_pages(target)
    _say_built(target, digest)


def _build_with_overlays(overlays: tuple[Path, ...], path: str | None, root: Path, output: Path | None) -> None:
    """Check overlays, and write what they and a registry.db hold together."""
    if output is None:
        raise ValueError("say with --output where to put the registry with the overlay; the plain one stays as it is")
    registry, read = Registry(path), read_overlays(overlays)
    errors = [finding for finding in check_overlays(read, registry, root) if finding.level == "error"]
    if errors:
        raise FindingsError(errors)
    _say_built(output, lay_over(registry, read, output))


def _say_built(path: Path, digest: str) -> None:
    click.echo(f"{path}: {path.stat().st_size} bytes, sha256 {digest}")
