"""The closed words of BMW's interfaces: names of members, and words that a value may be.

They are read from the descriptions that come with this program and from the catalogue: what is among them tells nothing
of anybody.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.no_value import NO_VALUE
from bimmerhub.specs.reader import list_specs, read_spec

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^A-Za-z\d]")
_HUBS_OWN: Final = "openapi/hub"
_WORDS: Final = ("enum", "const")


@cache
def described_members() -> frozenset[str]:
    """Return the names of members and headers of BMW's requests and answers."""
    return frozenset(name for document in _documents() for name in _members_of(document))


def is_described_name(name: str) -> bool:
    """Tell whether a name is a member's of BMW's interfaces, or made of words that those have."""
    return name in described_members() or all(word.lower() in _name_words() for word in _WORD.findall(name))


@cache
def _name_words() -> frozenset[str]:
    names = (*described_members(), *load_catalogue())
    words = (word.lower() for name in names for word in _WORD.findall(name))
    return frozenset(word for word in words if word.isalpha() or word in "_-.")


@cache
def closed_words() -> frozenset[str]:
    """Return the words that values may be, in upper case: those of the catalogue and of the descriptions."""
    words = {word.upper() for document in _documents() for word in _words_of(document)}
    for entry in load_catalogue().values():
        words |= {word.upper() for word in (*entry.values, *entry.listed_values)}
        words |= entry.true_words | entry.false_words
    return frozenset(words | NO_VALUE)


def is_closed_word(text: str) -> bool:
    """Tell whether a text is a word out of a closed list, in any case."""
    return text.upper() in closed_words()


@cache
def _documents() -> tuple[object, ...]:
    return tuple(
        json.loads(read_spec(spec.name))
        for spec in list_specs()
        if spec.kind in {"openapi", "schema"} and spec.name != _HUBS_OWN
    )


def _members_of(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        properties = tree.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for inside in tree.values():
            yield from _members_of(inside)
    elif isinstance(tree, list):
        for inside in tree:
            yield from _members_of(inside)


def _words_of(tree: object) -> Iterator[str]:
    """Give the words of every closed list in a description; an example is none."""
    if isinstance(tree, dict):
        for name in _WORDS:
            words = tree.get(name)
            for word in words if isinstance(words, list) else [words]:
                if isinstance(word, str):
                    yield word
        for name, inside in tree.items():
            if name not in {"example", "examples"}:
                yield from _words_of(inside)
    elif isinstance(tree, list):
        for inside in tree:
            yield from _words_of(inside)
