# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verbs that list evidence: where a reason is raised, and which kernels are known how well."""

import json
from typing import Any

import click

from dropreasons.cli.lookups import database_option
from dropreasons.grades import KNOWN, known_in
from dropreasons.lookup import Registry


@click.command()
@click.argument("name")
@click.option("--kernel", help="Only what a tree of this release has, such as 6.12.117 or 6.12.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@database_option
@click.pass_context
def where(ctx: click.Context, name: str, kernel: str | None, form: str, path: str | None) -> None:
    """List the functions that raise the reason NAME, by the source trees that were read."""
    registry = Registry(path)
    spelled = registry.spelled(name)
    if spelled is None:
        click.echo(f"dropreasons: {name!r} is not a drop reason", err=True)
        ctx.exit(1)
    trees = [tree["kernel"] for tree in registry.trees() if tree["missing"] is None]
    wanted = [tree for tree in trees if kernel is None or tree == kernel or tree.startswith(f"{kernel}.")]
    if not wanted:
        click.echo(f"dropreasons: no tree of {kernel} was read; those are {', '.join(trees)}", err=True)
        ctx.exit(1)
    rows = [row for row in registry.callers(spelled[0]) if set(json.loads(row["kernels"])) & set(wanted)]
    if form == "json":
        click.echo(json.dumps([{**row, "kernels": json.loads(row["kernels"])} for row in rows], ensure_ascii=False))
    for row in rows if form == "text" else ():
        via = f" {row['via']}" if row["via"] else ""
        click.echo(f"{row['function']} ({row['file']})")
        under = f", under {row['condition']}" if row["condition"] else ""
        click.echo(f"    {row['how']}{via}, {row['ranges']}{under}")
    if not rows:
        click.echo(f"dropreasons: nothing raises {spelled[0]} in {', '.join(wanted)}", err=True)
        ctx.exit(1)


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@database_option
def stats(form: str, path: str | None) -> None:
    """Show the share of reasons whose numbers, callers, meaning, counters and drop are known, by sub-system."""
    documents: dict[str, list[dict[str, Any]]] = {}
    for _, body in Registry(path).bodies():
        document = json.loads(body)
        documents.setdefault(document["subsystem"], []).append(document)
    groups = {**documents, "all": [document for group in documents.values() for document in group]}
    known = {name: known_in(group) for name, group in groups.items()}
    if form == "json":
        click.echo(json.dumps({name: {"reasons": len(group), "known": known[name]} for name, group in groups.items()}))
        return
    click.echo(f"{'sub-system':<17} {'reasons':>7}" + "".join(f" {part:>10}" for part in KNOWN))
    for name, group in groups.items():
        shares = "".join(f" {count / len(group):>10.0%}" for count in known[name].values())
        click.echo(f"{name:<17} {len(group):>7}{shares}")


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@database_option
def kernels(form: str, path: str | None) -> None:
    """List every row of kernels with the table it uses and the evidence for it, and the source trees read."""
    registry = Registry(path)
    spans, trees = registry.spans(), registry.trees()
    if form == "json":
        click.echo(json.dumps({"spans": spans, "trees": trees}, ensure_ascii=False))
        return
    family = ""
    for span in spans:
        if span["family"] != family:
            family = span["family"]
            click.echo(f"\n{family}" if family != spans[0]["family"] else family)
        click.echo(f"  {_row(span):<34} {span['table'] or 'no drop reasons':<36} {span['evidence']}")
    click.echo("\nsource trees")
    for tree in trees:
        click.echo(f"  {tree['kernel']:<12} {tree['missing'] or str(tree['sites']) + ' places that raise a reason'}")


def _row(span: dict[str, Any]) -> str:
    """Name the kernels of a span."""
    if span["family"] == "overlay":
        return str(span["line"])
    if span["release"]:
        return str(span["release"])
    if span["evidence"] == "family":
        return f"{span['line']} (release not known)"
    first, last = span["first"], span["last"]
    text = first if first == last else f"{first} to {last or 'later'}"
    return text if span["family"] == "upstream" else " ".join(filter(None, (span["line"], span["flavour"], text)))
