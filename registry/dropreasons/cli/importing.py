# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons import`: reads a kernel, and prints, keeps, compares or holds it against the catalogue."""

import json
from pathlib import Path
from typing import Any

import click

from dropreasons.catalogue import KERNELS_FOLDER, load_catalogue
from dropreasons.cli.catalogue import root_option
from dropreasons.evidence import TreeRead, join, load_evidence, split
from dropreasons.importers.btf import import_running
from dropreasons.importers.compare import compare
from dropreasons.importers.drift import drift
from dropreasons.importers.handover import import_handover
from dropreasons.importers.reading import Imported, NotImported
from dropreasons.importers.recognise import import_source
from dropreasons.importers.tree import ImportedTree
from dropreasons.importers.write import write_evidence, write_kernels
from dropreasons.model.evidence import ReadTree
from dropreasons.tables import Kernels, load_kernels


@click.command()
@click.argument("source", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--running", is_flag=True, help="Read the kernel this command runs on, from its BTF.")
@click.option("--kernel", help="The release the source is of, where it does not say itself.")
@click.option("--base", type=click.Path(path_type=Path, exists=True), help="The BTF of vmlinux, for that of a module.")
@click.option("--compare", "comparing", is_flag=True, help="Say which known table this equals, or is nearest to.")
@click.option(
    "--against", type=click.Path(path_type=Path, exists=True), help="Say what this reasons.yaml misses of it."
)
@click.option("--callers", "wanted", is_flag=True, help="List the functions that raise each reason (of a tree).")
@click.option("--write", "keep", is_flag=True, help="Keep what was read in kernels/.")
@click.option("--origin", help="With --write of a tree: where it comes from (package, or repository and commit).")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@root_option
@click.pass_context
def import_(ctx: click.Context, /, source: Path | None, running: bool, root: Path, **how: Any) -> None:
    """Read the drop reasons of a kernel from SOURCE.

    SOURCE is recognised by its content: a header, a source tree or tarball, a Debian package of headers or sources,
    BTF, a vmlinux or vmlinuz, vmlinux.h, the tracefs file kfree_skb/format, a dump of drdump, or a folder of tables
    handed over.
    """
    if (source is None) == (not running):
        raise click.UsageError("name a SOURCE, or say --running")
    if source is not None and (source / "kernels").is_dir() and (source / "lines.yaml").is_file():
        _take_over(source, root)
        return
    try:
        read = import_running() if source is None else import_source(source, how["kernel"] or "unknown", how["base"])
    except NotImported as error:
        click.echo(f"dropreasons: {source or 'running kernel'}: {error}", err=True)
        ctx.exit(2)
    table = read.imported if isinstance(read, ImportedTree) else read
    for note in table.silent:
        click.echo(f"note: {note}", err=True)
    if isinstance(read, ImportedTree):
        for place in read.unclear:
            click.echo(f"not understood: {place}", err=True)
    if how["comparing"]:
        _print_comparison(table, load_kernels(root / KERNELS_FOLDER), how["form"])
    elif how["against"]:
        ctx.exit(_print_drift(read, how["against"]))
    elif how["keep"]:
        _keep(read, root, how["origin"])
    else:
        _print(read, table, how["wanted"], how["form"])


def _take_over(source: Path, root: Path) -> None:
    """Take the tables, lines and ABIs of a folder over into kernels/, checked."""
    kernels = import_handover(source)
    changed = write_kernels(kernels, root / KERNELS_FOLDER)
    spans = sum(len(rows) for rows in kernels.spans.values())
    reads = sum(len(table.reads) for table in kernels.tables.values())
    click.echo(
        f"{len(kernels.tables)} distinct tables from {reads} readings, {spans} spans; {len(changed)} files changed"
    )


def _print(read: Imported | ImportedTree, table: Imported, callers: bool, form: str) -> None:
    """Print what was read: the table as kernels/ would have it, or the callers."""
    sites = read.sites if isinstance(read, ImportedTree) else ()
    if form == "json":
        data = {"table": table.table.model_dump(mode="json"), "silent": table.silent}
        click.echo(json.dumps(data | {"callers": [site._asdict() for site in sites]}, ensure_ascii=False))
    elif callers:
        for site in sites:
            via = f" {site.via}" if site.via else ""
            under = f" [{site.condition}]" if site.condition else ""
            click.echo(f"{site.file}:{site.line}: {site.reason} in {site.function} ({site.how}{via}){under}")
    else:
        click.echo(table.as_text(), nl=False)


def _print_comparison(table: Imported, known: Kernels, form: str) -> None:
    """Say which known tables one equals, or which are nearest and how they differ."""
    found = compare(table.table, known)
    if form == "json":
        click.echo(json.dumps([match.as_dict() for match in found], ensure_ascii=False))
        return
    for match in found:
        click.echo(match.as_text())


def _print_drift(read: Imported | ImportedTree, against: Path) -> int:
    """Say what a catalogue misses of a kernel; return the exit status."""
    findings = drift(read, load_catalogue(against.parent))
    for message in findings:
        click.echo(message)
    click.echo(f"{len(findings)} differences" if findings else "the catalogue has everything this kernel has", err=True)
    return 1 if findings else 0


def _keep(read: Imported | ImportedTree, root: Path, origin: str | None) -> None:
    """Keep a tree's callers in kernels/, or a table that is new."""
    folder = root / KERNELS_FOLDER
    if not isinstance(read, ImportedTree):
        path = folder / "tables" / f"{read.name}.yaml"
        raise click.UsageError(f"tables are kept from trees; to add this one by hand, review it and save it as {path}")
    if not origin:
        raise click.UsageError(
            "say with --origin where the tree comes from (package and version, or repository and commit)"
        )
    kept = split(load_evidence(folder))
    callers: dict[str, set[tuple[str, str, str, str, str]]] = {}
    for site in read.sites:
        key = (site.function, site.file, site.how, site.via, site.condition)
        callers.setdefault(site.reason, set()).add(key)
    tree = ReadTree(kernel=read.kernel, source=origin, scanned=read.scanned, sites=len(read.sites))
    kept[read.kernel] = TreeRead(tree, {s: frozenset(rows) for s, rows in callers.items()}, frozenset(read.counters))
    changed = write_evidence(join(kept.values()), folder)
    click.echo(
        f"{read.kernel}: {len(read.sites)} sites in {read.scanned} files; {'kept' if changed else 'nothing new'}"
    )
