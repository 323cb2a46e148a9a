# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons decode`: says what the lines of other tools mean, line by line or summed up."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click

from dropreasons.cli.lookups import database_option
from dropreasons.decode.annotate import annotate
from dropreasons.decode.counting import count
from dropreasons.decode.input import Source, open_input
from dropreasons.decode.machine import UNKNOWN, Machine, here, of_release
from dropreasons.decode.origin import Asked, given, origin_of
from dropreasons.decode.output.document import as_csv, as_json, as_ndjson
from dropreasons.decode.output.line import Explainer
from dropreasons.decode.output.markdown import as_markdown
from dropreasons.decode.output.printable import printable
from dropreasons.decode.output.text import Terminal, as_text
from dropreasons.decode.output.words import MOST_ROWS, not_understood
from dropreasons.decode.rows import BY
from dropreasons.decode.summary import Input, Summary, summarise
from dropreasons.files import write_whole
from dropreasons.lookup import Registry
from dropreasons.running import NotReadable

FORMATS = ("text", "json", "ndjson", "csv", "markdown")
FAIL_ON = ("investigate", "depends", "unknown")
# A file that is read faster than a bar can be looked at gets none.
_LONG = 32 * 1024 * 1024


class _How(NamedTuple):
    """The options."""

    kernel: str | None
    table: Path | None
    here: bool
    by: str
    annotate: bool | None
    form: str
    html: Path | None
    unknown: bool
    fail_on: tuple[str, ...]
    top: int | None
    jobs: int
    site: str

    @property
    def wants_summary(self) -> bool:
        """Whether something is asked for that only a summary has."""
        return bool(self.form != "text" or self.html or self.unknown or self.fail_on or self.top or self.by != "reason")


def _web_address(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise click.BadParameter(f"{value!r} does not begin with http:// or https://")
    return value


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--kernel", metavar="RELEASE", help="The kernel the lines come from, as its `uname -r` prints it.")
@click.option("--table", type=click.Path(path_type=Path), metavar="FILE",
              help="That kernel's own table: a tracefs format file, BTF, vmlinux.h or header.")  # fmt: skip
@click.option("--here", is_flag=True, help="If the lines do not tell, it is the kernel this command runs on.")
@click.option("--by", type=click.Choice(BY), default="reason", show_default=True, help="What a row of the summary is.")
@click.option("--annotate/--summary", default=None,
              help="Each line with its meaning (default on a pipe), or all summed up (on files).")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Also write the summary as a page to mail."
)
@click.option("--unknown", is_flag=True, help="Show the first lines that were not understood.")
@click.option(
    "--fail-on", multiple=True, type=click.Choice(FAIL_ON), help="Exit 1 if there is such a drop (may be repeated)."
)
@click.option(
    "--top", type=click.IntRange(1), metavar="N", help=f"Show N rows.  [default: {MOST_ROWS}; all in other formats]"
)
@click.option("--jobs", type=click.IntRange(0, 64), default=0, help="How many processes read; 0 is as many as pay.")
@click.option("--site", default="http://127.0.0.1:8000", show_default=True, callback=_web_address, metavar="URL",
              help="Where the pages of the reasons are, for links.")  # fmt: skip
@database_option
@click.pass_context
def decode(ctx: click.Context, /, files: tuple[str, ...], path: str | None, **options: Any) -> None:
    """Say what the lines that another tool printed of drops mean.

    FILE is what perf script, trace-cmd report, tracefs, bpftrace, dropwatch, retis, pwru or the like printed, also as
    .gz or .zst; without one, or for -, standard input is read.
    """
    how = _How(**options)
    piped = files in {(), ("-",)}
    paste = piped and sys.stdin.isatty()
    if paste:
        click.echo("Paste the lines, then press Ctrl-D.", err=True)
    annotates = how.annotate if how.annotate is not None else piped and not (paste or how.wants_summary)
    if annotates and how.wants_summary:
        raise click.UsageError("--annotate shows lines; --by, --format, --html, --unknown, --fail-on and --top sum up")
    registry, names = Registry(path), files or ("-",)
    ctx.exit(_annotate(registry, names, how) if annotates else _summarise(registry, names, how))


def _asked(registry: Registry, how: _How) -> Asked:
    return Asked(how.kernel, how.table, (lambda: _here(registry)) if how.here else None)


def _here(registry: Registry) -> Machine:
    """Read the running kernel; where it may not be read, resolve its release."""
    try:
        return here(registry)
    except NotReadable as error:
        machine = of_release(registry, os.uname().release)
        return machine._replace(notes=(str(error), *machine.notes))


def _annotate(registry: Registry, names: tuple[str, ...], how: _How) -> int:
    """Write each line with its meaning behind it."""
    asked = _asked(registry, how)
    origin = given(registry, asked)
    otherwise = asked.here() if asked.here and origin is None else UNKNOWN
    out = sys.stdout.buffer

    def write(lines: bytes) -> None:
        out.write(lines)
        out.flush()

    for name in names:
        explainer = Explainer(registry, origin.machine if origin else None, otherwise)
        with open_input(name) as source:
            annotate(source.stream, write, explainer.explain, visible=sys.stdout.isatty(), hear=explainer.hear)
    return 0


def _summarise(registry: Registry, names: tuple[str, ...], how: _How) -> int:
    """Sum up all inputs, each decoded for its own kernel."""
    asked = _asked(registry, how)
    given(registry, asked)  # a mistake in it is told before a long file is read
    inputs = []
    for name in names:
        with open_input(name) as source, _progress(source) as progress:
            tally = count(source, by=how.by, jobs=how.jobs, progress=progress)
        inputs.append(Input(source.name, tally, origin_of(registry, tally, asked)))
    summary = summarise(registry, inputs, how.by)
    if how.html:
        from dropreasons.decode.output.html import as_html  # noqa: PLC0415  only a report needs templates

        write_whole(how.html, as_html(_cut(summary, how), how.site))
    _show(summary, how)
    if how.unknown and how.form == "text":
        click.echo("".join(f"\n{line}" for line in not_understood(inputs)).lstrip("\n"))
    return 1 if _fails(summary, how.fail_on) or (summary.unknown and not summary.drops and not summary.foreign) else 0


def _fails(summary: Summary, fail_on: tuple[str, ...]) -> bool:
    """Tell whether there is a drop that the user will not have, or with `unknown` something not understood."""
    found = {
        "investigate": any(look.row.severity == "investigate" for look in summary.advice.first),
        "depends": bool(summary.advice.first),
        "unknown": bool(summary.unknown or summary.advice.open),
    }
    return any(found[severity] for severity in fail_on)


def _cut(summary: Summary, how: _How) -> Summary:
    """Leave as many rows as were asked for."""
    return summary._replace(rows=summary.rows[: how.top]) if how.top else summary


def _show(summary: Summary, how: _How) -> None:
    """Write the summary to standard output."""
    text = _FORMS[how.form](summary, how)
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)


def _text(summary: Summary, how: _How) -> str:
    terminal = sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns if terminal else 80
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return as_text(summary, Terminal(columns, colour, _has_blocks()), how.top or MOST_ROWS)


def _has_blocks() -> bool:
    """Tell whether standard output can show the characters that bars are made of."""
    try:
        "▁█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


@contextmanager
def _progress(source: Source) -> Iterator[Callable[[int], None] | None]:
    """Show a bar on standard error while a long file is read, if somebody is there to look at it."""
    if source.size is None or source.size < _LONG or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=source.size, label=printable(source.name, 30), file=sys.stderr) as bar:
        yield lambda position: bar.update(position - bar.pos)


_FORMS: dict[str, Callable[[Summary, _How], str]] = {
    "text": _text,
    "json": lambda summary, how: as_json(_cut(summary, how)),
    "ndjson": lambda summary, how: as_ndjson(_cut(summary, how)),
    "csv": lambda summary, how: as_csv(_cut(summary, how)),
    "markdown": lambda summary, how: as_markdown(summary, how.site, how.top or MOST_ROWS),
}
