"""All that reaches a terminal goes through `cli/printing/output.py`, which makes the words of others harmless."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bimmerhub

SOURCES = Path(bimmerhub.__file__).parent
PRINTERS = {
    "cli/printing/output.py",
    "cli/printing/progress_line.py",
    "cli/printing/log_lines.py",
    "hub/safekeeping/backup_worker.py",
}
"""The last one answers the hub that started it, by a pipe."""
ASKING_TYPER = {"confirm", "echo", "getchar", "launch", "pause", "progressbar", "prompt", "secho", "style"}


def around(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print" | "input" | "breakpoint" as name)):
                yield name
            case ast.Attribute(
                value=ast.Name(id="sys"), attr="stdout" | "stderr" | "__stdout__" | "__stderr__" as name
            ):
                yield f"sys.{name}"
            case ast.Attribute(value=ast.Name(id="typer" | "click"), attr=name) if name in ASKING_TYPER:
                yield f"typer.{name}"
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in {"rich", "getpass"}:
                yield module
            case ast.Import(names=names) if any(name.name.partition(".")[0] in {"rich", "getpass"} for name in names):
                yield names[0].name
            case ast.Attribute(value=ast.Name(id="os"), attr="write" | "system" | "popen" as name):
                yield f"os.{name}"


def test_nothing_prints_around_the_printer() -> None:
    sources = {path.relative_to(SOURCES).as_posix(): path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py")}
    printing = {name: [*around(ast.parse(text))] for name, text in sources.items() if name not in PRINTERS}
    assert {name: calls for name, calls in printing.items() if calls} == {}


@pytest.mark.parametrize(
    "line",
    [
        "print(1)",
        "sys.stdout.write(x)",
        "typer.echo(x)",
        "from rich.console import Console",
        "import rich.text",
        "os.write(1, x)",
    ],
)
def test_printing_around_it_is_seen(line: str) -> None:
    assert list(around(ast.parse(line))) != []
