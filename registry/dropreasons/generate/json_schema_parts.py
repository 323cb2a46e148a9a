# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The parts of the JSON Schemas that no model of an entry holds: names, numbers, evidence, findings."""

from collections.abc import Mapping, Sequence
from typing import Any

from dropreasons.lookup import LARGEST_VALUE
from dropreasons.taxonomy import SUBSYSTEMS

Schema = dict[str, Any]

_RULE_ID = r"^DR[0-9]{3}$"
#: The form that rule DR002 holds: upper case, 3 to 49 characters, without the prefix of the core list.
_NAME = r"^(?!SKB_DROP_REASON_)[A-Z][A-Z0-9_]{2,48}$"

_NUMBER_GRADES = {
    "read": "read from kernels",
    "inferred": "no list with the name was read",
    "none": "no kernel has it",
    "stated": "an overlay states them",
}
_CALLER_GRADES = {
    "found": "found in the source trees named",
    "none": "in no tree that was read",
    "stated": "an overlay states them",
}
_MEANING_GRADES = {
    "read": "written from the functions that raise the reason",
    "unused": "nothing raises it",
    "unread": "the functions that raise it were not read",
    "stated": "an overlay states it",
}
_COUNTER_GRADES = {"named": "each with the function that bumps it", "none": "no counter is known"}
_CHANGE_CLASSES = {
    "NAME": "what a name or an alias leads to",
    "SYMBOL": "a C identifier",
    "WIRE": "a number in a table",
    "MEANING": "what a reason means",
    "PROSE": "how it is told",
}
_CHANGE_KINDS = {"added": "it is new", "removed": "it is gone", "changed": "it is another"}
_REPRODUCED_GRADES = {"reproduced": "an experiment raised it on the kernels named", "not yet": "no experiment has"}


def entries(reference: str) -> Schema:
    """Return the schema of a mapping of names to what a reference describes."""
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {
            "description": "The reason's name: upper case, 3 to 49 characters, without SKB_DROP_REASON_.",
            "pattern": _NAME,
        },
        "additionalProperties": {"$ref": reference},
    }


def with_head(schema: Schema, head: str, reference: str) -> Schema:
    """Return the schema of such a mapping that has a head beside its entries."""
    names = {"description": "The head, or the name of a reason.", "anyOf": [{"const": head}, schema["propertyNames"]]}
    described = {"description": "Whose reasons these are, and their numbers.", "$ref": reference}
    return {**schema, "propertyNames": names, "properties": {head: described}, "required": [head], "minProperties": 2}


def known_words(meanings: Mapping[str, str]) -> Schema:
    """Return the schema of a word of which a later minor version may bring more."""
    known = "; ".join(f"`{word}`: {meaning.rstrip('.')}" if meaning else f"`{word}`"
                      for word, meaning in meanings.items())  # fmt: skip
    return {"description": f"Words so far: {known}.", "type": "string", "minLength": 1, "examples": list(meanings)}


def derived_properties(version: str) -> dict[str, Schema]:
    """Return what a published reason says besides its entry."""
    return {
        "schema_version": {
            "description": "The version of this form. Minors only add.",
            "type": "string",
            "pattern": rf"^{version.partition('.')[0]}\.[0-9]+$",
        },
        "name": {"description": "The name of the reason, which is its identity.", "type": "string", "pattern": _NAME},
        "symbol": {"description": "The enumerator of the kernel's source.", **_text()},
        "subsystem": known_words(SUBSYSTEMS),
        "overlay": {
            "description": "The overlay the reason is of: a company's own, not Linux's; null for a reason of Linux.",
            **_or_null(_text()),
        },
        "since": {"description": "The first upstream line with the name, null if none has it.", **_or_null(_text())},
        "until": {"description": "The last upstream line with it, null while the newest has it.", **_or_null(_text())},
        "backports": _list(_text(), "Releases in which older lines gained the name."),
        "numbers": _numbers(),
        "evidence": _evidence(),
        "registry": _object(
            "The releases of the registry that brought the entry; null stands for the release to come.",
            added_in={"description": "The first release with the entry.", **_or_null(_text())},
            changed_in={"description": "The last release that changed it.", **_or_null(_text())},
        ),
    }


def finding(levels: Sequence[str]) -> Schema:
    """Return the schema of one finding."""
    place = _object(
        "Where it is. Line and column count from 1; 0 is the file as a whole.",
        file={"description": "The file, from the folder that was checked.", "type": "string"},
        line=_count("The line."),
        column=_count("The column."),
    )
    return _object(
        "One thing to mend or to know.",
        id={"description": "The rule that found it.", "type": "string", "pattern": _RULE_ID},
        level={"description": "How bad it is: an error fails the check.", "type": "string", "enum": list(levels)},
        message={"description": "What is wrong.", **_text()},
        location=place,
        context={"description": "A JSON pointer to the part of the file, empty if there is none.", "type": "string"},
    )


def change() -> Schema:
    """Return the schema of one change."""
    return _object(
        "One change.",
        **{"class": known_words(_CHANGE_CLASSES)},
        kind=known_words(_CHANGE_KINDS),
        id={"description": "What changed: a name, NAME/field, or table/sub-system/symbol.", **_text()},
        fingerprint={
            "description": "Stays while other changes come and go.",
            "type": "string",
            "pattern": "^[0-9a-f]{12}$",
        },
        breaking={"description": "Whether a reader of the old state is let down.", "type": "boolean"},
        old={"description": "What was there, null if nothing was."},
        new={"description": "What is there now, null if nothing is."},
    )


def _numbers() -> Schema:
    """Return the schema of the numbers a name has had."""
    value: dict[str, Schema] = {
        "value": {"description": "What a trace shows.", "type": "integer", "minimum": 0, "maximum": LARGEST_VALUE},
        "value_hex": {"description": "The same, in hexadecimal.", "type": "string", "pattern": "^0x[0-9a-f]{1,8}$"},
    }
    upstream = _object(
        "Neighbouring upstream kernels with one number.",
        kernels={"description": "The kernels in words.", **_text()},
        first={"description": "The first of them.", **_text()},
        last={"description": "The last of them, or `later` if no end is known.", **_text()},
        **value,
    )
    distributions = _object(
        "Kernels of one line of a distribution with one number.",
        family={"description": "The distribution.", **_text()},
        line={"description": "The line of its kernels.", **_text()},
        kernels=_list(_text(), "The kernels in words."),
        **value,
    )
    return _object(
        "The number of the reason on each kernel. It differs from kernel to kernel.",
        upstream=_list(upstream, "Upstream kernels, newest first."),
        distributions=_list(distributions, "Kernels of distributions."),
    )


def _evidence() -> Schema:
    """Return the schema of the grades: what each part of an entry rests on."""
    trees = _list(_text(), "Those kernels.")
    return _object(
        "What each part of the entry rests on.",
        numbers=_object(
            "What the numbers rest on.",
            grade=known_words(_NUMBER_GRADES),
            tables=_count("Tables that hold the name."),
            readings=_count("Kernels those tables were read from."),
        ),
        callers=_object(
            "What the list of callers was held against.",
            grade=known_words(_CALLER_GRADES),
            kernels=trees,
            trees=_count("Source trees that were read."),
        ),
        meaning=_object(
            "What the text rests on.",
            grade=known_words(_MEANING_GRADES),
            functions=_count("Functions that were read."),
            kernels=trees,
        ),
        counters=_object(
            "What the counters rest on.",
            grade=known_words(_COUNTER_GRADES),
            counters=_count("How many there are."),
        ),
        reproduced=_object("Whether a real drop was made.", grade=known_words(_REPRODUCED_GRADES), kernels=trees),
    )


def _object(description: str, **properties: Schema) -> Schema:
    """Return the schema of an object that has at least some keys."""
    return {"description": description, "type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema, description: str) -> Schema:
    return {"description": description, "type": "array", "items": items}


def _count(description: str) -> Schema:
    return {"description": description, "type": "integer", "minimum": 0}


def _text() -> Schema:
    return {"type": "string", "minLength": 1}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}
