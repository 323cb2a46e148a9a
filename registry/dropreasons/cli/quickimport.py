# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons import SOURCE` without options: prints one table, and loads nothing that this does not need."""

import sys
from pathlib import Path

from dropreasons.importers.btf import import_running
from dropreasons.importers.reading import Imported, NotImported
from dropreasons.importers.recognise import import_source

_CONTRIBUTE = "# To contribute this table, send it as it is with a pull request or an issue: see CONTRIBUTING.md."


def run(source: str) -> int:
    """Print the table of a source, or of the running kernel for `--running`; return the exit status."""
    path = Path(source)
    if (path / "lines.yaml").is_file() or not (source == "--running" or path.exists()):
        from dropreasons.cli.verbs import cli  # noqa: PLC0415  a folder handed over, and wrong use, are told there

        cli(["import", source], prog_name="dropreasons")
    try:
        read = import_running() if source == "--running" else import_source(path)
    except (NotImported, OSError) as error:
        sys.stderr.write(f"dropreasons: {source}: {error}\n")
        return 2
    table = read if isinstance(read, Imported) else read.imported
    unclear = () if isinstance(read, Imported) else read.unclear
    sys.stderr.writelines(f"note: {note}\n" for note in table.silent)
    sys.stderr.writelines(f"not understood: {place}\n" for place in unclear)
    sys.stdout.write(table.as_text())
    if source == "--running":
        print(_CONTRIBUTE)
    return 0
