"""The portal's XML answers, turned into what its JSON answers hold. Pure.

Without `Accept: application/json` the remote services answer XML: a root element whose children are named as the JSON
members are (clients of the portal, 2015-2018; the root's own name is not known). In: a body. Out: an object of texts
and objects, a list for a root whose children are all of one name, or MalformedPayload.
"""

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from bimmerhub.bmw.answers.xml_tree import parse_xml
from bimmerhub.errors import MalformedPayload

LARGEST_BYTES: Final = 1 << 20
_DEEPEST: Final = 6


def is_xml(body: bytes) -> bool:
    """Tell whether a body can only be XML."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def decode_xml(body: bytes) -> object:
    """Return the children of the root element; an empty text reads as missing."""
    if b"<!" in body or b"\0" in body:
        raise MalformedPayload("XML that declares something")
    root = parse_xml(body, largest_bytes=LARGEST_BYTES)
    children = list(root)
    if children and len({child.tag for child in children}) == 1 and all(len(child) for child in children):
        items = [_read(child, _DEEPEST) for child in children]
        return items if len(items) > 1 else {_name(children[0]): items[0]}
    return _read(root, _DEEPEST)


def _read(element: ET.Element, levels: int) -> object:
    children: Sequence[ET.Element] = list(element)
    if not children:
        return (element.text or "").strip() or None
    if levels == 0:
        raise MalformedPayload("XML that nests deeper than any answer")
    return {_name(child): _read(child, levels - 1) for child in children}


def _name(element: ET.Element) -> str:
    """Return the name without the prefix of its namespace."""
    return element.tag.rpartition(":")[2]
