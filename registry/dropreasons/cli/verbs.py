# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The verbs and where they live; a verb's module is imported when it is used."""

from importlib import import_module

import click

from dropreasons import __version__
from dropreasons.findings import FindingsError
from dropreasons.registry_file import RegistryError

# Verb: its module, and the line `dropreasons --help` shows for it.
_VERBS = {
    "explain": ("dropreasons.cli.lookups", "Say what a name or a number means, and what to do next."),
    "decode": ("dropreasons.cli.decoding", "Say what the lines of perf, trace, dropwatch ... mean."),
    "search": ("dropreasons.cli.lookups", "Find reasons by words in their names and texts."),
    "header": ("dropreasons.cli.sources", "Write a C header with the reasons of one kernel."),
    "audit": ("dropreasons.cli.auditing", "Hold another tool's table of reasons against every kernel."),
    "table": ("dropreasons.cli.sources", "Write the reasons of one kernel as source of another language."),
    "where": ("dropreasons.cli.listings", "List the functions that raise a reason, kernel by kernel."),
    "kernels": ("dropreasons.cli.listings", "List the tables, the kernels that use them, and the evidence."),
    "stats": ("dropreasons.cli.listings", "Show how much is known of the reasons, and how well."),
    "new": ("dropreasons.cli.catalogue", "Print a skeleton for a new entry."),
    "rename": ("dropreasons.cli.editing", "Give an entry another name; the old one stays as an alias."),
    "deprecate": ("dropreasons.cli.editing", "Mark a name as removed, and say what replaced it."),
    "fmt": ("dropreasons.cli.editing", "Put the fields of every entry in their order."),
    "check": ("dropreasons.cli.catalogue", "Check reasons.yaml and kernels/, or overlays."),
    "diff": ("dropreasons.cli.releasing", "Show what changed between two releases, revisions or kernels."),
    "release": ("dropreasons.cli.releasing", "Release the catalogue; the version is computed."),
    "build": ("dropreasons.cli.catalogue", "Build registry.db, or lay overlays over it."),
    "schema": ("dropreasons.cli.schemas", "Write the JSON Schemas of entries, published reasons, findings."),
    "import": ("dropreasons.cli.importing", "Read the reasons of a kernel: header, tree, package, BTF, ..."),
    "docs": ("dropreasons.cli.publishing", "Write the pages of the documentation site."),
    "export": ("dropreasons_service.exporting", "Write the API and the site as files for any web server."),
    "serve": ("dropreasons_service.command", "Serve look-ups, headers and the site over HTTP."),
}


class Verbs(click.Group):
    """A group whose verbs are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order a newcomer needs them."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        if cmd_name not in _VERBS:
            return None
        module = import_module(_VERBS[cmd_name][0])
        command = getattr(module, "import_" if cmd_name == "import" else cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, text) for verb, (_, text) in _VERBS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb; turn what stops it into one clear line and exit status 2."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except FindingsError as error:
            for finding in error.findings:
                click.echo(finding.as_text(), err=True)
        except (RegistryError, ValueError, OSError) as error:
            click.echo(f"dropreasons: error: {error}", err=True)
        return ctx.exit(2)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Tell why Linux dropped a packet.

    Exit status: 0 done, 1 findings or not found, 2 wrong use or bad input.
    """
