"""What changed between versions of documents: field by field, what came and what went."""

import json

from bimmerhub.domain.document_changes import derive_changes
from bimmerhub.domain.documents import TYRES, Document
from bimmerhub.domain.reading import Source


def version(body: object, *, at_ms: int, key: str = "") -> Document:
    text = body if isinstance(body, str) else json.dumps(body)
    return Document(subject="v", kind=TYRES, natural_key=key, body=text, source=Source.REST, fetched_at_ms=at_ms)


def changes_of(*versions: Document) -> list[tuple[object, ...]]:
    return [
        (change.natural_key, change.what, change.field, change.before, change.after, change.before_at_ms, change.at_ms)
        for change in derive_changes(versions)
    ]


def test_each_field_that_differs_is_a_change_between_the_two_times() -> None:
    before = {"a": {"due": 100, "same": True}, "list": [1, {"b": "x"}], "old": None}
    after = {"a": {"due": 90, "same": True}, "list": [1, {"b": "y"}, 3]}
    assert changes_of(version(before, at_ms=1), version(after, at_ms=5)) == [
        ("", "changed", "a.due", 100, 90, 1, 5),
        ("", "changed", "list.2.b", "x", "y", 1, 5),
        ("", "changed", "list.3", None, 3, 1, 5),
    ]


def test_newer_changes_come_first_and_what_is_the_same_is_none() -> None:
    versions = [version({"n": number}, at_ms=at_ms) for at_ms, number in enumerate((1, 1, 2, 3))]
    assert [(change[3], change[4]) for change in changes_of(*versions)] == [(2, 3), (1, 2)]


def test_a_place_that_comes_later_is_added_and_one_that_goes_is_gone_and_may_come_back() -> None:
    home = [version({"n": 1}, at_ms=1, key="home"), version("null", at_ms=5, key="home")]
    back, work = version({"n": 1}, at_ms=9, key="home"), version({"n": 2}, at_ms=5, key="work")
    assert [change[:2] for change in changes_of(*home, back, work)] == [
        ("home", "added"),
        ("home", "gone"),
        ("work", "added"),
    ]


def test_a_body_that_is_no_json_is_one_value() -> None:
    assert changes_of(version("<html>", at_ms=1), version({"a": 1}, at_ms=2)) == [
        ("", "changed", "", "<html>", None, 1, 2),
        ("", "changed", "a", None, 1, 1, 2),
    ]
    assert changes_of() == []
