"""What changed from one version of a document to the next, field by field. Pure."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

from bimmerhub.domain.documents import Document

Cell = str | int | float | bool | None
DEEPEST = 20
"""How deep in a document changes are looked for; BMW's answers have six levels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChange:
    """One field that another version has otherwise. The change happened after `before_at_ms`, at `at_ms` at the latest.

    `field` is the path of BMW's names, with dots and list numbers; empty where the document as a whole came (`added`:
    BMW had answered without it before) or went (`gone`).
    """

    natural_key: str
    what: Literal["added", "changed", "gone"]
    before_at_ms: int
    at_ms: int
    field: str
    before: Cell
    after: Cell


def derive_changes(versions: Sequence[Document]) -> list[DocumentChange]:
    """Return what changed in the documents of one subject and kind, newest first; versions in order of key and time."""
    first_at_ms = min((version.fetched_at_ms for version in versions), default=0)
    changes: list[DocumentChange] = []
    for _, group in groupby(versions, key=lambda version: version.natural_key):
        of_one = list(group)
        if of_one[0].fetched_at_ms > first_at_ms:
            changes.append(_whole(of_one[0], "added", before_at_ms=first_at_ms))
        for before, after in pairwise(of_one):
            changes += _between(before, after)
    return sorted(changes, key=lambda change: (-change.at_ms, change.natural_key, change.field))


def _between(before: Document, after: Document) -> Iterator[DocumentChange]:
    old, new = _decode(before.body), _decode(after.body)
    if new is None or old is None:
        if new is not old:
            yield _whole(after, "added" if old is None else "gone", before_at_ms=before.fetched_at_ms)
        return
    was, now = dict(_flatten(old)), dict(_flatten(new))
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            yield DocumentChange(
                natural_key=after.natural_key,
                what="changed",
                before_at_ms=before.fetched_at_ms,
                at_ms=after.fetched_at_ms,
                field=name,
                before=was.get(name),
                after=now.get(name),
            )


def _whole(document: Document, what: Literal["added", "gone"], *, before_at_ms: int) -> DocumentChange:
    return DocumentChange(
        natural_key=document.natural_key,
        what=what,
        before_at_ms=before_at_ms,
        at_ms=document.fetched_at_ms,
        field="",
        before=None,
        after=None,
    )


def _decode(body: str) -> object:
    try:
        decoded: object = json.loads(body)
    except (ValueError, RecursionError):
        return {"": body}  # what an earlier version kept though it was no JSON
    return decoded


def _flatten(value: object, path: str = "", *, depth: int = 0) -> Iterator[tuple[str, Cell]]:
    """Yield each plain value with its path; empty lists and objects have none, nor what lies too deep."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _flatten(member, f"{path}.{name}" if path else name, depth=depth + 1)
    elif isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield from _flatten(item, f"{path}.{number}", depth=depth + 1)
    elif value is None or isinstance(value, str | int | float | bool):
        yield path, value
