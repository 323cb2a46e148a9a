# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Rules on what an entry says."""

import re
from collections.abc import Iterator

from dropreasons.rules import Context, Problem, rule
from dropreasons.source import Path_

LONGEST_SUMMARY = 120
_VAGUE = re.compile(r"\b(not ready|ready|invalid|bad|erroneous|error)\b", re.IGNORECASE)
_EXAMPLE = re.compile(r"for example|for instance|such as|e\.g\.|\(", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!etc)[.!?](?=\s+[A-Z])")
SHORTEST_MEANING = 8
_NUMBER = re.compile(r"\b0x[1-9a-f]000[0-9a-f]{1,2}\b|\b(?:drop reason|reason number) \d+\b", re.IGNORECASE)
_EMPTY = re.compile(
    r"\b(?:check|verify|review|inspect|look at) (?:the|your) (?:\w+ )?"
    r"(?:configuration|settings|setup|network|system|logs)[.;]",
    re.IGNORECASE,
)
_FILLER = {"a", "an", "and", "because", "by", "in", "is", "it", "of", "or", "packet", "the", "to", "was", "were"}


@rule("DR003", "error", "The summary is one sentence of at most 120 characters that ends with a full stop.")
def one_sentence(context: Context) -> Iterator[Problem]:
    """A summary is shown alone, in a table or behind a link."""
    for name, entry in context.reasons.items():
        if not entry.summary.endswith("."):
            yield name, ("summary",), f"the summary of {name} does not end with a full stop"
        elif _SENTENCE_END.search(entry.summary):
            yield name, ("summary",), f"the summary of {name} is more than one sentence"
        elif len(entry.summary) > LONGEST_SUMMARY:
            length = len(entry.summary)
            yield name, ("summary",), f"the summary of {name} has {length} characters; {LONGEST_SUMMARY} are the most"


@rule("DR004", "error", "The summary says more than the name does.")
def not_the_name_again(context: Context) -> Iterator[Problem]:
    """The kernel's own header repeats the name; a reader who has the name needs the cause."""
    for name, entry in context.reasons.items():
        of_name = {word.lower() for word in name.split("_")}
        said = {word for word in re.findall(r"[a-z0-9]+", entry.summary.lower()) if word not in _FILLER}
        if len(said - of_name) < 3:
            yield name, ("summary",), f"the summary of {name} says little more than its name; name the cause"


@rule("DR005", "warning", "A vague word (ready, invalid, bad, error) comes with an example of what it means.")
def vague_words(context: Context) -> Iterator[Problem]:
    """Jakub Kicinski on DEV_READY, 1 March 2022: what is ready? can it be expanded?"""
    for name, entry in context.reasons.items():
        for field in ("summary", "meaning"):
            text = getattr(entry, field)
            found = _VAGUE.search(text)
            if found and not _EXAMPLE.search(text + (entry.meaning if field == "summary" else "")):
                yield name, (field,), f"'{found[0]}' in the {field} of {name} is vague; give an example"


@rule("DR018", "error", "The meaning has at least eight words.")
def meaning_explains(context: Context) -> Iterator[Problem]:
    """The kernel's own comment has about six, and they did not help."""
    for name, entry in context.reasons.items():
        words = len(entry.meaning.split())
        if words < SHORTEST_MEANING:
            yield name, ("meaning",), f"the meaning of {name} has {words} words; {SHORTEST_MEANING} are the fewest"


@rule("DR020", "error", "No text holds the number of a reason.")
def no_numbers(context: Context) -> Iterator[Problem]:
    """A number belongs to one kernel; kernels/ has it, and every answer derives it from there."""
    for name, path, text in texts(context):
        found = _NUMBER.search(text)
        if found:
            yield name, path, f"'{found[0]}' is a number that some kernels have; say the name"


@rule("DR021", "warning", "A remedy says what to do, not where to go looking.")
def remedies_are_remedies(context: Context) -> Iterator[Problem]:
    """'Check the configuration' is what the reader is doing already."""
    for name, entry in context.reasons.items():
        for index, remedy in enumerate(entry.remedies):
            found = _EMPTY.search(remedy)
            if found:
                yield name, ("remedies", index), f"'{found[0]}' leaves the reader alone; say what to look for or to set"


def texts(context: Context) -> Iterator[tuple[str, Path_, str]]:
    """Yield every text of every entry, with its place."""
    for name, entry in context.reasons.items():
        for path, text in _strings(entry.model_dump(by_alias=True)):
            yield name, path, text


def _strings(value: object) -> Iterator[tuple[Path_, str]]:
    """Yield the strings below a value."""
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, dict | list | tuple):
        for step, below in value.items() if isinstance(value, dict) else enumerate(value):
            for path, text in _strings(below):
                yield (step, *path), text
