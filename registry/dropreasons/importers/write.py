# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes evidence into kernels/ in the form a diff reads well."""

from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from dropreasons.evidence import EVIDENCE_FILE
from dropreasons.files import write_whole
from dropreasons.importers.reading import HEAD
from dropreasons.model.base import Frozen
from dropreasons.model.evidence import Evidence
from dropreasons.model.table import Spans, Table
from dropreasons.tables import Kernels
from dropreasons.yamltext import dump

_WIDEST = 4096


def write_kernels(kernels: Kernels, folder: Path) -> list[Path]:
    """Write every table and every family's spans; return the files that changed."""
    wanted = {folder / "tables" / f"{name}.yaml": table_text(table) for name, table in kernels.tables.items()}
    for family, spans in kernels.spans.items():
        wanted[folder / "lines" / f"{family}.yaml"] = _spans_text(Spans(family=family, spans=spans))
    return [path for path, text in wanted.items() if write_whole(path, text)]


def write_evidence(evidence: Evidence, folder: Path) -> bool:
    """Write the callers of all trees; return whether the file changed."""
    data: dict[str, Any] = {
        "trees": [_row(tree) for tree in evidence.trees],
        "callers": {symbol: [_row(caller) for caller in rows] for symbol, rows in evidence.callers.items()},
        "counters": {constant: _flow(list(ranges)) for constant, ranges in evidence.counters.items()},
    }
    return write_whole(folder / EVIDENCE_FILE, HEAD + _dump(data))


def _row(model: Frozen) -> CommentedMap:
    """Return a model as one line of YAML."""
    values = _plain(model.model_dump(exclude_defaults=True))
    # A colon in a plain scalar is read otherwise inside a flow mapping.
    quoted = {k: SingleQuotedScalarString(v) if isinstance(v, str) and ":" in v else v for k, v in values.items()}
    row = CommentedMap(quoted)
    row.fa.set_flow_style()
    return row


def _flow(values: list[str]) -> CommentedSeq:
    row = CommentedSeq(values)
    row.fa.set_flow_style()
    return row


def table_text(table: Table) -> str:
    """Return a table as its file in kernels/ has it."""
    data = table.model_dump(exclude_none=True, exclude_defaults=True)
    # None means that the source did not show the sub-systems: that is a fact, and is written down.
    data["subsystems"] = table.subsystems
    return HEAD + dump({key: data[key] for key in ("table", "reads", "subsystems", "lists", "inferred") if key in data})


def _spans_text(spans: Spans) -> str:
    rows = []
    for span in spans.spans:
        row = CommentedMap(_plain(span.model_dump(exclude_none=True, exclude_defaults=True)))
        row.fa.set_flow_style()
        if span.table is None:
            row["table"] = None
        if span.last is None:
            row["last"] = None
        rows.append(row)
    return HEAD + _dump({"family": spans.family, "spans": rows})


def _plain(value: Any) -> Any:
    """Return data with lists for tuples, as the dumper wants them."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, tuple | list) else value


def _dump(data: object) -> str:
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = _WIDEST
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null"))
    stream = StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()
