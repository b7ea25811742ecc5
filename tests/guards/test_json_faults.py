"""Who reads JSON from outside knows all that msgspec raises: `NOT_JSON`, by that name."""

import ast
from pathlib import Path

import msgspec
import pytest

import bimmerhub
from bimmerhub.json_faults import NOT_JSON

SOURCES = Path(bimmerhub.__file__).parent


def caught(tree: ast.AST) -> list[str]:
    """Return what `except` and `suppress` name of msgspec's errors by themselves."""
    places = [node.type for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type is not None]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    places += [argument for call in calls if ast.unparse(call.func).endswith("suppress") for argument in call.args]
    return [ast.unparse(place) for place in places if "msgspec.DecodeError" in ast.unparse(place)]


def test_nobody_catches_a_part_of_them() -> None:
    files = [path for path in SOURCES.rglob("*.py") if path.name != "json_faults.py"]
    found = {str(path.relative_to(SOURCES)): caught(ast.parse(path.read_text("utf-8"))) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line", ["try: f()\nexcept msgspec.DecodeError: pass", "with suppress(msgspec.DecodeError): f()"]
)
def test_catching_a_part_is_seen(line: str) -> None:
    assert caught(ast.parse(line))


@pytest.mark.parametrize("body", [b"", b"[", b'"\xff"', b'"\xed\xa0\x80"', b"[" * 100_000, b"nan", b"1e999"])
def test_they_are_all_there_is(body: bytes) -> None:
    with pytest.raises(NOT_JSON):
        msgspec.json.decode(body, type=dict[str, object])


def half_guarded(tree: ast.AST) -> list[int]:
    """Return the lines where the standard library reads JSON or TOML, and only the shallow kind of it is expected."""
    lines = []
    for node in ast.walk(tree):
        match node:
            case ast.Try():
                expected = " ".join(ast.unparse(handler.type) for handler in node.handlers if handler.type is not None)
            case ast.With():
                expected = " ".join(ast.unparse(item) for item in node.items)
            case _:
                continue
        text = "\n".join(ast.unparse(statement) for statement in node.body)
        reads = "json.loads(" in text or "tomllib.loads(" in text
        if reads and "ValueError" in expected and "RecursionError" not in expected:
            lines.append(node.lineno)
    return lines


def test_deep_nesting_is_expected_wherever_bad_json_is() -> None:
    found = {
        str(path.relative_to(SOURCES)): half_guarded(ast.parse(path.read_text("utf-8")))
        for path in SOURCES.rglob("*.py")
    }
    assert {name: lines for name, lines in found.items() if lines} == {}
