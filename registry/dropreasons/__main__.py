# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The command `dropreasons`; look-ups go straight to their module, because people put them in loops."""

import os
import sys


def main() -> None:
    """Run the command line; a reader that leaves early, as `head` does, ends it quietly with exit status 1."""
    try:
        try:
            _run()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _run() -> None:
    if sys.argv[1:2] == ["explain"]:
        if len(sys.argv) == 3 and sys.argv[2].isidentifier():
            from dropreasons.page_file import explained  # noqa: PLC0415  as below

            if explained(sys.argv[2]):
                return
        from dropreasons.cli.explain import run  # noqa: PLC0415  click is not loaded for a look-up

        sys.exit(run(sys.argv[2:]))
    if sys.argv[1:2] == ["import"] and len(sys.argv) == 3 and (sys.argv[2][:1] != "-" or sys.argv[2] == "--running"):
        from dropreasons.cli.quickimport import run as run_import  # noqa: PLC0415  as above

        sys.exit(run_import(sys.argv[2]))
    from dropreasons.cli.verbs import cli  # noqa: PLC0415  see above

    cli(prog_name="dropreasons")


if __name__ == "__main__":
    main()
