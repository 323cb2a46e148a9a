# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Rules on what an entry says."""

import re
from collections.abc import Iterator

from dropreasons.rules import Context, Problem, rule

LONGEST_SUMMARY = 120
_VAGUE = re.compile(r"\b(not ready|ready|invalid|bad|erroneous|error)\b", re.IGNORECASE)
_EXAMPLE = re.compile(r"for example|for instance|such as|e\.g\.|\(", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!etc)[.!?](?=\s+[A-Z])")
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
