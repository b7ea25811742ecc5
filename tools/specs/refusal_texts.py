"""What is said of a refusal: when it comes, what to do, and the body that comes with it."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, Final

import msgspec

from tools.specs.sources import Content, Refusal, Source

EXAMPLES: Final = "#/components/examples/"
_CODE: Final = "{code}"


def describe_refusal(source: Source, name: str, refusal: Refusal) -> dict[str, Any]:
    """Return a refusal's row: its code where it has one, when it comes, what to do and how it is known."""
    code = _code_of(source, name, refusal)
    do = refusal.do if refusal.do is not None else _hints(source.family).get(code or name)
    if do is None:
        raise ValueError(f"{source.title}: nobody says what to do after {name}; give it `do`")
    row: dict[str, Any] = {} if code is None else {"code": code}
    row |= {"when": refusal.when, "do": do, "evidence": refusal.evidence}
    return row if holds_of(source, refusal) else {**row, "has_body": False}


def _code_of(source: Source, name: str, refusal: Refusal) -> str | None:
    """Return the code of a refusal that has one: it is given, or it has the form of the family's refusals, which do."""
    has_codes = _CODE in source.refusal_example.values() and isinstance(refusal.holds, msgspec.UnsetType)
    return refusal.code or (name if has_codes else None)


def holds_of(source: Source, refusal: Refusal) -> Content:
    """Return what a refusal's body holds."""
    return source.refusal_holds if isinstance(refusal.holds, msgspec.UnsetType) else refusal.holds


def example_of(source: Source, name: str, refusal: Refusal) -> Mapping[str, Any] | None:
    """Return the body of a refusal; None when the source has no form for it."""
    if refusal.example is not None:
        return refusal.example
    if not isinstance(refusal.holds, msgspec.UnsetType) or not source.refusal_example:
        return None
    words = {_CODE: refusal.code or name, "{message}": refusal.message, "{status}": refusal.status}
    return {member: words.get(text, text) for member, text in source.refusal_example.items()}


def list_examples(source: Source, names: Iterable[str]) -> dict[str, Any]:
    """Return the Example Objects of refusals, by the names that they are referred to by."""
    bodies = {name: example_of(source, name, source.refusals[name]) for name in names}
    return {
        name_of(name): {"summary": source.refusals[name].when, "value": body}
        for name, body in bodies.items()
        if body is not None
    }


def name_of(refusal: str) -> str:
    """Return a refusal's name as one word."""
    return refusal.replace(" ", "-")


def _hints(family: str) -> dict[str, str]:
    """Return what the family's SDK tells a person to do, by code."""
    hints: dict[str, str] = getattr(import_module(f"bimmerhub.bmw.{family}.refusals"), "HINTS", {})
    return hints
