# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Shows a summary as one page of HTML to mail; it loads nothing and runs nothing, and what was read is no markup."""

import base64
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dropreasons import __version__
from dropreasons.decode.output import words
from dropreasons.decode.output.plot import plot, spark
from dropreasons.decode.output.printable import printable
from dropreasons.decode.rows import SEVERITIES
from dropreasons.decode.summary import Summary


def as_html(summary: Summary, site: str) -> str:
    """Return the page; names link to their pages at the site's address."""
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    advice = summary.advice
    by_severity = dict.fromkeys(SEVERITIES, 0)
    for row in (*(look.row for look in advice.first), *advice.open, *advice.benign):
        by_severity[row.severity] += row.drops
    page = _environment().get_template("report.html.j2")
    return page.render(
        summary=summary,
        site=site,
        version=__version__,
        style=Markup(style),  # noqa: S704  our own file
        style_hash=base64.b64encode(sha256(style.encode()).digest()).decode(),
        by_severity=by_severity,
        plot=plot(summary),
        spark=spark,
        words=words,
        most=max((row.drops for row in summary.rows), default=0),
    )


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("dropreasons.decode.output", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    """Make a text that was read fit to be shown; what is markup is ours."""
    return printable(value, 1000) if isinstance(value, str) and not hasattr(value, "__html__") else value
