"""XML from outside as a tree, with limits that hold whatever encoding it comes in. Pure.

The parser itself tells of a document type, so that none slips past in UTF-16, behind a byte order mark or in an
encoding that spells `<!DOCTYPE` otherwise. Without one there are no entities to expand and nothing to load.
"""

from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from bimmerhub.errors import MalformedPayload

DEEPEST: Final = 32
MOST_PARTS: Final = 200_000
"""Elements and attributes together; each costs about 150 bytes."""


class _Builder:
    """Takes what expat finds, and counts it."""

    def __init__(self, deepest: int) -> None:
        self._tree = ET.TreeBuilder()
        self._deepest = deepest
        self._depth = 0
        self._parts = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._parts += 1 + len(attributes)
        if self._depth > self._deepest:
            raise MalformedPayload(f"XML that nests deeper than {self._deepest} levels")
        if self._parts > MOST_PARTS:
            raise MalformedPayload(f"XML of more than {MOST_PARTS:,} elements and attributes")
        self._tree.start(name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._tree.end(name)

    def take(self, text: str) -> None:
        self._tree.data(text)

    def root(self) -> ET.Element:
        return self._tree.close()


def parse_xml(content: bytes, *, largest_bytes: int, deepest: int = DEEPEST) -> ET.Element:
    """Return the root element; names are without namespaces resolved, as they are written.

    MalformedPayload for what is no XML, has a document type, or is larger or deeper than allowed.
    """
    if len(content) > largest_bytes:
        raise MalformedPayload(f"XML of more than {largest_bytes >> 10} KiB")
    builder = _Builder(deepest)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.take
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat knows it by position only
        return builder.root()
    except expat.ExpatError as error:
        raise MalformedPayload(f"not XML: {expat.ErrorString(error.code)}") from error
    except (LookupError, ValueError, AssertionError) as error:  # an encoding nobody knows; nothing in it
        raise MalformedPayload("not XML") from error


def _refuse_document_type(*_: object) -> None:
    raise MalformedPayload("XML with a document type, which BMW's has not")
