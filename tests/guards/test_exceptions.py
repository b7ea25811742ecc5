"""Each public exception has the one root and tells a person what to do; only the supervisor catches everything."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from bimmerhub import errors
from bimmerhub.errors import BimmerhubError

SOURCE = Path(inspect.getfile(errors)).parent
PUBLIC = [error for _, error in inspect.getmembers(errors, inspect.isclass) if issubclass(error, BaseException)]

NO_HINT_OF_ITS_OWN = {
    "BimmerhubError": "the root: only its branches are raised",
    "RateLimited": "`retry_after_s` says it",
    "BmwRefused": "depends on BMW's code; the place that raises it knows",
    "MalformedPayload": "nothing to do: the bytes are kept in quarantine",
    "ConfigError": "depends on the setting; the place that raises it knows",
    "NotFound": "depends on what was asked for; the place that raises it knows",
    "StoreError": "depends on what is wrong with the directory; the place that raises it knows",
}


@pytest.mark.parametrize("exception", PUBLIC, ids=lambda error: error.__name__)
def test_every_public_exception_has_the_root(exception: type[BaseException]) -> None:
    assert issubclass(exception, BimmerhubError)


def test_every_public_exception_has_a_hint_or_a_reason_for_none() -> None:
    without = {error.__name__ for error in PUBLIC if not getattr(error, "hint", None)}
    assert without == set(NO_HINT_OF_ITS_OWN)


@pytest.mark.parametrize("exception", PUBLIC, ids=lambda error: error.__name__)
def test_every_public_exception_says_what_it_is_for_and_takes_a_hint(exception: type[BaseException]) -> None:
    assert exception.__doc__
    assert "hint" in inspect.signature(exception).parameters


@pytest.fixture(scope="module")
def modules() -> dict[Path, list[ast.AST]]:
    """All that a module holds, by its path; it is much, so it goes when these tests are done."""
    return {path: list(ast.walk(ast.parse(path.read_text(encoding="utf-8")))) for path in sorted(SOURCE.rglob("*.py"))}


def test_no_public_exception_lives_outside_errors(modules: dict[Path, list[ast.AST]]) -> None:
    builtin = {"Exception", "BaseException", "RuntimeError", "ValueError", "OSError", "KeyError", "TypeError"}
    strays = [
        f"{path.relative_to(SOURCE)}: {node.name}"
        for path, nodes in modules.items()
        if path.name != "errors.py"
        for node in nodes
        if isinstance(node, ast.ClassDef)
        if not node.name.startswith("_") and builtin & {ast.unparse(base) for base in node.bases}
    ]
    assert strays == []


def handlers_in(modules: dict[Path, list[ast.AST]]) -> Iterator[tuple[Path, ast.ExceptHandler]]:
    for path, nodes in modules.items():
        yield from ((path, node) for node in nodes if isinstance(node, ast.ExceptHandler))


def caught_by(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"BaseException"}
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {ast.unparse(kind).removeprefix("builtins.") for kind in caught}


def raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_only_the_supervisor_catches_every_exception(modules: dict[Path, list[ast.AST]]) -> None:
    places = [
        path.relative_to(SOURCE).as_posix()
        for path, handler in handlers_in(modules)
        if "Exception" in caught_by(handler)
    ]
    assert places == ["hub/process/supervisor.py"] * 2  # work that is started again, and work that is left alone


def test_whoever_catches_even_cancellation_raises_it_again(modules: dict[Path, list[ast.AST]]) -> None:
    swallowed = [
        f"{path.relative_to(SOURCE)}:{handler.lineno}"
        for path, handler in handlers_in(modules)
        if "BaseException" in caught_by(handler) and not raises_again(handler)
    ]
    assert swallowed == []
