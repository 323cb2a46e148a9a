# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""`dropreasons explain`: what a name or a number means, with the standard library and registry.db only."""

import os
import sys
import textwrap
from typing import Any, NamedTuple

from dropreasons.lookup import LONGEST_QUERY, Registry
from dropreasons.registry_file import RegistryError

USAGE = """\
Usage: dropreasons explain NAME|NUMBER [OPTIONS]

  Explain a drop reason: by name (FULL_RING), C symbol, alias, or number
  (77, 0x30001). The number of a reason differs from kernel to kernel, so say
  which kernel it came from; without, every meaning it has had is listed.

Options:
  --kernel RELEASE       The kernel, as its `uname -r` prints it.
  --here                 The kernel this command runs on, read from itself.
  --format [text|json]   How to print the answer.  [default: text]
  --db FILE              Another registry.db.
  --help                 Show this text.

Exit status: 0 explained, 1 not found, 2 wrong use.
"""
_WIDTH = 80
_MOST_MEANINGS = 40


class _Asked(NamedTuple):
    text: str
    kernel: str | None
    here: bool
    as_json: bool
    path: str | None


class _WrongUse(Exception):
    """Arguments that are not as the usage says."""


def run(arguments: list[str]) -> int:
    """Explain what the arguments ask for; return the exit status."""
    try:
        asked = _parse(arguments)
        if asked is None:
            sys.stdout.write(USAGE)
            return 0
        registry = Registry(asked.path)
        return _number(registry, asked) if asked.text[0].isdigit() or asked.text[0] == "-" else _name(registry, asked)
    except (_WrongUse, RegistryError, ValueError) as error:
        sys.stderr.write(f"dropreasons: error: {error}\n")
        return 2


def _parse(arguments: list[str]) -> _Asked | None:
    """Take the arguments apart; None means that help is asked for."""
    values: dict[str, str] = {}
    words: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        option, equals, value = argument.partition("=")
        if argument in ("--help", "-h"):
            return None
        if argument == "--here":
            values["--here"] = "yes"
        elif option in ("--kernel", "--format", "--db"):
            values[option] = value if equals else next(rest, "")
            if not values[option]:
                raise _WrongUse(f"{option} needs a value; see dropreasons explain --help")
        elif argument.startswith("--"):
            raise _WrongUse(f"there is no option {option}; see dropreasons explain --help")
        else:
            words.append(argument)
    if len(words) != 1 or not words[0]:
        raise _WrongUse("explain takes one name or number; see dropreasons explain --help")
    if values.get("--format", "text") not in ("text", "json"):
        raise _WrongUse(f"--format is text or json, not {values['--format']!r}")
    if "--here" in values and "--kernel" in values:
        raise _WrongUse("--here and --kernel exclude each other")
    return _Asked(
        words[0], values.get("--kernel"), "--here" in values, values.get("--format") == "json", values.get("--db")
    )


def _name(registry: Registry, asked: _Asked) -> int:
    """Explain a name, symbol or alias."""
    spelled = registry.spelled(asked.text) if len(asked.text) <= LONGEST_QUERY and asked.text.isprintable() else None
    if spelled is None:
        shown = asked.text if len(asked.text) <= _WIDTH else asked.text[:_WIDTH] + "..."
        near = registry.near(asked.text)
        offer = f"; did you mean {', '.join(near)}?" if near else ""
        sys.stderr.write(f"dropreasons: {shown!r} is not a drop reason{offer}\n")
        return 1
    name, kind = spelled
    on_kernel = _number_of(registry, name, asked)
    if asked.as_json:
        _write_json(registry.body(name), on_kernel)
        return 0
    if kind == "alias":
        print(f"{asked.text} is another name of {name}.\n")
    sys.stdout.write(registry.page(name))
    if on_kernel is not None:
        print("\n" + _wrap(on_kernel["text"]))
    return 0


def _write_json(body: str, on_kernel: dict[str, Any] | None) -> None:
    """Write the document of a reason, as it was made when the registry was built."""
    if on_kernel is None:
        print(body)
        return
    import json  # noqa: PLC0415  the document is JSON already; only an addition pays for this

    print(json.dumps({**json.loads(body), "on_kernel": on_kernel}, ensure_ascii=False, sort_keys=True))


def _number_of(registry: Registry, name: str, asked: _Asked) -> dict[str, Any] | None:
    """Say which number a name has on the kernel asked for."""
    kernel = os.uname().release if asked.here else asked.kernel
    if kernel is None:
        return None
    from dropreasons.resolve import resolve  # noqa: PLC0415  only a question about a kernel pays for this

    resolution = resolve(registry.database, kernel)
    found = {c.table: registry.value_of(name, c.table) for c in resolution.candidates if c.table}
    values = sorted({value for value in found.values() if value is not None})
    sure = f"({'; '.join((resolution.confidence, *resolution.notes))})"
    if not values:
        text = f"On {kernel}: no number known {sure}"
    else:
        text = f"On {kernel}: {' or '.join(map(_both, values))} {sure}"
    return {"kernel": kernel, "confidence": resolution.confidence, "values": values, "text": text}


def _number(registry: Registry, asked: _Asked) -> int:
    """Explain a number."""
    from dropreasons import numbers  # noqa: PLC0415  a look-up by name does without

    value = numbers.parse_value(asked.text)
    if asked.here:
        answer = _here(registry, value)
    elif asked.kernel is not None:
        answer = numbers.on_kernel(registry, value, asked.kernel)
    else:
        answer = numbers.everywhere(registry, value)
    if asked.as_json:
        import json  # noqa: PLC0415  text needs none

        print(json.dumps(answer, ensure_ascii=False, sort_keys=True))
    elif "kernel" in answer:
        _print_on_kernel(registry, answer)
    else:
        _print_everywhere(answer)
    return 0 if answer["meanings"] else 1


def _here(registry: Registry, value: int) -> dict[str, Any]:
    """Ask the running kernel itself; where it may not be read, resolve its release."""
    from dropreasons import numbers  # noqa: PLC0415  see _number
    from dropreasons.running import NotReadable, read_running  # noqa: PLC0415  only --here pays for this

    try:
        table = read_running()
    except NotReadable as error:
        answer = numbers.on_kernel(registry, value, os.uname().release)
        return {**answer, "notes": [str(error), *answer["notes"]]}
    return numbers.on_running_kernel(registry, value, table)


def _print_on_kernel(registry: Registry, answer: dict[str, Any]) -> None:
    meanings = answer["meanings"]
    sure = ["confidence: " + answer["confidence"], *answer["notes"]]
    sure += [meaning["why"] for meaning in meanings if meaning["why"]]
    number = _both(answer["value"])
    if not meanings:
        print(_wrap(f"{number} on {answer['kernel']}: no meaning known ({'; '.join(dict.fromkeys(sure))})"))
    elif len(meanings) == 1:
        name, entry = meanings[0]["name"], meanings[0]["entry"]
        print(_wrap(f"{number} on {answer['kernel']} is {name} ({'; '.join(dict.fromkeys(sure))})") + "\n")
        if entry and entry != name:
            print(f"{name} is an older name of {entry}.\n")
        if entry:
            sys.stdout.write(registry.page(entry))
    else:
        print(_wrap(f"{number} on {answer['kernel']} is one of these ({'; '.join(dict.fromkeys(sure))}):") + "\n")
        for meaning in meanings:
            print(_wrap(f"{meaning['name']}: {_said(meaning)} [{', '.join(meaning['tables'])}]", "  - ", "    "))


def _print_everywhere(answer: dict[str, Any]) -> None:
    meanings = answer["meanings"]
    if not meanings:
        print(f"{_both(answer['value'])} has meant nothing on any kernel we know of.")
        return
    things = "one thing" if len(meanings) == 1 else f"{len(meanings)} things"
    print(_wrap(f"{_both(answer['value'])} has meant {things}; say --kernel RELEASE or --here for one answer.") + "\n")
    for meaning in meanings[:_MOST_MEANINGS]:
        kernels = list(meaning["upstream"])
        kernels += [f"{family} {', '.join(lines)}" for family, lines in meaning["distributions"].items()]
        print(f"{meaning['name']}")
        print(_wrap(_said(meaning), "    ", "    "))
        print(_wrap("; ".join(kernels), "    on ", "       "))


def _said(meaning: dict[str, Any]) -> str:
    return str(meaning["summary"] or "(no entry in this registry)")


def _both(value: int) -> str:
    return f"{value:#x} ({value})" if value > 0xFFFF else str(value)


def _wrap(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
