# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Makes the JSON Schemas of what people write, what is published, and what `dropreasons check` finds."""

import json
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core.core_schema import LiteralSchema, StringSchema

from dropreasons.findings import Level
from dropreasons.generate.json_schema_parts import change, derived_properties, entries, finding, known_words, with_head
from dropreasons.generate.json_schema_words import CHOICES, FIELDS, Words
from dropreasons.model.overlay import Overlay
from dropreasons.model.reason import Reason

Schema = dict[str, Any]

#: Minors only add; what breaks a reader is a new major. The published form carries it as `schema_version`.
VERSION = "1.0"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEFAULT_ADDRESS = "http://127.0.0.1:8000"

#: Each schema by its kind, with the name it has in addresses and files.
NAMES: Mapping[str, str] = {
    "authoring": "reasons",
    "published": "published-reason",
    "findings": "findings",
    "changes": "changes",
    "overlay": "overlay",
}


def schemas(base: str = DEFAULT_ADDRESS) -> dict[str, Schema]:
    """Return every schema by its kind: authoring, published, findings, changes and overlay.

    Args:
        base: the address below which the schemas stand for ever, at /v1/schemas/.
    """
    made = {
        "authoring": _authoring(),
        "published": _published(),
        "findings": _findings(),
        "changes": _changes(),
        "overlay": _overlay(),
    }
    return {
        kind: {
            "$schema": DIALECT,
            "$id": f"{base.rstrip('/')}/v1/schemas/{file_name(kind)}",
            "$comment": "SPDX-License-Identifier: GPL-2.0-only OR MIT",
            **schema,
        }
        for kind, schema in made.items()
    }


def file_name(kind: str) -> str:
    """Return the last part of a schema's address, which is also its file in schemas/."""
    return f"{NAMES[kind]}-{VERSION}.json"


def as_text(schema: Schema) -> str:
    """Return a schema as its file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _authoring() -> Schema:
    """Return the schema of reasons.yaml: closed, so that an editor marks every slip."""
    reason = _of(Reason, "validation")
    definitions = reason.pop("$defs")
    return {
        "title": "reasons.yaml",
        "description": "Why Linux drops packets: one entry for each reason, under its name.",
        **entries("#/$defs/Reason"),
        "$defs": {"Reason": reason, **definitions},
    }


def _published() -> Schema:
    """Return the schema of one published reason: every key is there, and a later minor may bring more."""
    reason = _of(Reason, "serialization")
    written = reason["properties"]
    # What an entry waives concerns its authors only.
    del written["waive"], reason["$defs"]["Waiver"]
    derived = derived_properties(VERSION)
    properties = {**derived, **written}
    return {
        "title": "A published drop reason",
        "description": "Everything known of one reason. Every key is always there. Ignore keys you do not know, and "
        "accept words you do not know: a later minor version may add both.",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "$defs": reason["$defs"],
    }


def _findings() -> Schema:
    """Return the schema of what `dropreasons check --format json` prints."""
    return {
        "title": "Findings",
        "description": "What `dropreasons check --format json` prints: an empty list if all is well.",
        "type": "array",
        "items": {"$ref": "#/$defs/Finding"},
        "$defs": {"Finding": finding(get_args(Level))},
    }


def _changes() -> Schema:
    """Return the schema of what `dropreasons diff --format json` prints."""
    return {
        "title": "Changes",
        "description": "What changed between two states of the registry. Ignore keys you do not know.",
        "type": "object",
        "properties": {
            "bump": {
                "description": "The version that the changes need.",
                "type": "string",
                "enum": ["none", "patch", "minor", "major"],
            },
            "changes": {"description": "By class and id.", "type": "array", "items": {"$ref": "#/$defs/Change"}},
        },
        "required": ["bump", "changes"],
        "$defs": {"Change": change()},
    }


def _overlay() -> Schema:
    """Return the schema of an overlay: a head, and entries as in reasons.yaml."""
    made, head = _authoring(), _of(Overlay, "validation")
    definitions = {**head.pop("$defs"), "Overlay": head, **made["$defs"]}
    return {
        **with_head(made, "overlay", "#/$defs/Overlay"),
        "title": "An overlay",
        "description": "A company's own drop reasons: a head, and one entry for each reason, under its name.",
        "$defs": definitions,
    }


def _of(model: type[BaseModel], mode: JsonSchemaMode) -> Schema:
    """Return the schema of what is written (validation) or published (serialization)."""
    schema = model.model_json_schema(schema_generator=_Generator, mode=mode)
    for made in (schema, *schema["$defs"].values()):
        made["description"] = _unwrapped(made["description"])
        texts = FIELDS.get(made["title"], {})
        for name, value in made["properties"].items():
            text = " ".join(filter(None, (texts.get(name), value.pop("description", None))))
            # The text stands first, where people read a schema.
            made["properties"][name] = {"description": text, **value} if text else value
        if mode == "serialization":
            del made["additionalProperties"]
    return schema


def _unwrapped(text: str) -> str:
    """Return a docstring as JSON would say it, with one line for each paragraph."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.replace(" None ", " null ").split("\n\n"))


def _meanings(words: list[Any]) -> Words:
    """Return what the words of a choice mean; nothing if that is said nowhere."""
    return next((choice for choice in CHOICES if list(choice) == words), {})


class _Generator(GenerateJsonSchema):
    """Turns our models into schemas that say exactly what loading them accepts."""

    def str_schema(self, schema: StringSchema) -> JsonSchemaValue:
        """Say of text what is left of it once the blanks around it are gone."""
        made = super().str_schema(schema)
        if schema.get("strip_whitespace") and made.get("minLength") == 1:
            del made["minLength"]
            made["pattern"] = r"\S"
        return made

    def literal_schema(self, schema: LiteralSchema) -> JsonSchemaValue:
        """Give the meaning of each word; leave the choice open where later versions may add one."""
        meanings = _meanings(schema["expected"])
        if self.mode == "serialization":
            return known_words(meanings or dict.fromkeys(schema["expected"], ""))
        made = super().literal_schema(schema)
        return {**made, "enumDescriptions": list(meanings.values())} if meanings else made

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        """Leave out defaults: none says more than the field's absence."""
        made = super().default_schema(schema)
        made.pop("default", None)
        return made

    def field_is_required(self, field: Any, total: bool) -> bool:
        """Publish every key, also those an entry leaves out."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out titles that only repeat the field's name."""
        del schema
        return False
