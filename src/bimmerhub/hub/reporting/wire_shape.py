"""The form of an answer: what is where, without what it says."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from bimmerhub.bmw.http import Answer
from bimmerhub.hub.reporting.described_words import is_closed_word, is_described_name
from bimmerhub.hub.reporting.descriptor_words import known_descriptors
from bimmerhub.times import parse_time_text
from bimmerhub.views.wire import Kinds


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DEEPEST: Final = 20
MOST_NAMES: Final = 400
"""Paths of one body; what is beyond has the form of what is there."""
_NUMBER: Final = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?")
_DOTTED: Final = re.compile(r"[A-Za-z]\w*(?:\.\w+)+")
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "empty text": re.compile(r""),
    "uuid": re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
    "VIN": re.compile(r"[A-HJ-NPR-Z0-9]{17}"),
    "address": re.compile(r"[a-z][a-z.]*://\S*"),
    "JSON in text": re.compile(r"[\[{].*", re.DOTALL),
    "XML in text": re.compile(r"<.*", re.DOTALL),
}
"""What a text looks like, the first that fits."""
_MEDIA_TYPES: Final = frozenset(
    {"application/json", "application/octet-stream", "application/problem+json", "application/xml", "application/zip"}
    | {"image/jpeg", "image/png", "text/html", "text/plain", "text/xml"}
)
_CHARSETS: Final = frozenset({"", "charset=utf-8", "charset=iso-8859-1"})
_PLAIN_HEADERS: Final = frozenset(
    {"accept-ranges", "cache-control", "connection", "content-encoding", "pragma", "transfer-encoding", "vary"}
    | {"x-content-type-options", "x-frame-options", "strict-transport-security", "expect-ct", "referrer-policy"}
)
"""Headers whose words say how an answer is made."""
_HEADER_WORDS: Final = _words(
    """
    accept accept-encoding access-control-request-headers access-control-request-method authorization br bytes chunked
    close content-type deflate deny gzip identity includesubdomains keep-alive max-age must-revalidate no-cache
    no-referrer no-store none nosniff origin preload private proxy-revalidate public s-maxage same-origin sameorigin
    strict-origin-when-cross-origin user-agent x-version
    """
)
_NAMED_HEADERS: Final = _PLAIN_HEADERS | _words(
    """
    access-control-allow-headers access-control-allow-methods access-control-allow-origin access-control-expose-headers
    age allow alt-svc content-disposition content-language content-length content-security-policy content-type date etag
    expires last-modified location permissions-policy retry-after server server-timing set-cookie via www-authenticate
    x-cache x-correlation-id x-powered-by x-ratelimit-limit x-ratelimit-remaining x-ratelimit-reset x-request-id
    x-xss-protection
    """
)


class BodyForm:
    """The kinds and words that were seen at each path of one body, or of several alike."""

    def __init__(self) -> None:
        self._kinds: dict[str, set[str]] = {}
        self._words: dict[str, set[str]] = {}
        self._names: dict[str, str] = {}

    @property
    def kinds(self) -> Kinds:
        """The kinds by path, in order."""
        return {path: sorted(kinds) for path, kinds in sorted(self._kinds.items())}

    @property
    def words(self) -> Kinds:
        """The words of closed lists by path, in order."""
        return {path: sorted(words) for path, words in sorted(self._words.items())}

    def add(self, body: bytes) -> None:
        """Add a body: JSON, or what it looks like otherwise."""
        if not body:
            self._note("", "nothing")
            return
        try:
            tree = json.loads(body)
        except (ValueError, RecursionError):
            self._note("", _kind_of_bytes(body))
            return
        self._add("", tree, 0)

    def _add(self, path: str, tree: object, depth: int) -> None:
        if depth > DEEPEST or (len(self._kinds) >= MOST_NAMES and path not in self._kinds):
            return
        if isinstance(tree, dict):
            self._note(path, "object")
            for name, inside in tree.items():
                self._add(f"{path}.{self._name(name, tree)}".lstrip("."), inside, depth + 1)
        elif isinstance(tree, list):
            self._note(path, "list" if tree else "empty list")
            for inside in tree:
                self._add(f"{path}[]", inside, depth + 1)
        else:
            self._note(path, _kind_of(tree))
            if isinstance(tree, str) and tree and is_closed_word(tree) and _kind_of(tree) == "word":
                self._words.setdefault(path, set()).add(tree)

    def _name(self, name: str, among: Mapping[str, object]) -> str:
        """Return a member's name; all descriptors are one, for which of them come is the container's matter."""
        if name in known_descriptors() or (
            _DOTTED.fullmatch(name) and any(key in known_descriptors() for key in among)
        ):
            return "{descriptor}"
        if is_described_name(name):
            return name
        return self._names.setdefault(name, f"x{len(self._names) + 1}")

    def _note(self, path: str, kind: str) -> None:
        self._kinds.setdefault(path, set()).add(kind)


def shape_of(bodies: Iterable[bytes]) -> BodyForm:
    """Return the shape of bodies that are alike."""
    shape = BodyForm()
    for body in bodies:
        shape.add(body)
    return shape


def describe_headers(answer: Answer) -> dict[str, str]:
    """Return the headers by their names; of a value what it is, unless it only says how the answer is made."""
    shown: dict[str, str] = {}
    for name, value in sorted(answer.headers.items()):
        key = name if name in _NAMED_HEADERS else f"x-other-{len(shown)}"
        shown[key] = _describe_header(name, value)
    return shown


def _describe_header(name: str, value: str) -> str:
    media_type, _, rest = value.lower().partition(";")
    if name == "content-type" and media_type.strip() in _MEDIA_TYPES and rest.strip() in _CHARSETS:
        return value.lower()
    words = [word.strip() for word in re.split(r"[,;=\s]+", value)]
    if name in _PLAIN_HEADERS and all(word.lower() in _HEADER_WORDS or word.isdecimal() for word in words if word):
        return value
    return "number" if value.isdecimal() else "text"


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "whole number"
    return "number" if isinstance(value, float) else _kind_of_text(str(value))


def _kind_of_text(text: str) -> str:
    """Return what a text looks like; of a time its form, in zeros."""
    if _NUMBER.fullmatch(text):
        return "number in text"
    if parse_time_text(text) is not None:
        return f"time {re.sub(r'[0-9]', '0', text)}"
    if text in known_descriptors():
        return "descriptor"
    if text and is_closed_word(text):
        return "word"
    return next((kind for kind, form in _FORMS.items() if form.fullmatch(text)), "text")


def _kind_of_bytes(body: bytes) -> str:
    starts = {b"\x89PNG": "PNG", b"\xff\xd8": "JPEG", b"PK\x03\x04": "zip", b"<": "XML or HTML", b"%PDF": "PDF"}
    return next((kind for start, kind in starts.items() if body.startswith(start)), "bytes that are no JSON")
