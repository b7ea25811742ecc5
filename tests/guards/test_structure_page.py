"""The page on the structure shows every folder, and each file that it names is there and holds the thing named."""

import ast
import re
from pathlib import Path

import pytest

import bimmerhub

SOURCE = Path(bimmerhub.__file__).parent
PAGE = (SOURCE.parents[1] / "docs" / "explanation" / "structure.md").read_text("utf-8")
NAMED = re.findall(r"`([\w/]+\.\w+): (\w+)`", PAGE)
FILES = set(re.findall(r"`((?:[\w-]+/)*[\w-]+\.(?:py|json|sql|txt))`", PAGE)) - {"pyproject.toml"}


GENERATED = {SOURCE / "specs" / "collections", SOURCE / "specs" / "schemas"}
"""Below them the folders are those of other programs' formats, and one a description."""


def folders() -> list[str]:
    inside = [
        folder
        for folder in SOURCE.rglob("*")
        if folder.is_dir() and folder.name != "__pycache__" and GENERATED.isdisjoint(folder.parents)
    ]
    return sorted(f"{folder.relative_to(SOURCE).as_posix()}/" for folder in inside)


def names_in(file: Path) -> set[str]:
    """Return what a module defines at its top, and the methods of its classes; the words of another kind of file."""
    text = file.read_text("utf-8")
    if file.suffix != ".py":
        return set(re.findall(r"\w+", text))
    tree = ast.parse(text)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {
        name for body in [tree.body, *(node.body for node in classes)] for node in body for name in defined_by(node)
    }


def defined_by(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


@pytest.mark.parametrize("folder", folders())
def test_the_page_shows_the_folder(folder: str) -> None:
    assert f"| `{folder}`" in PAGE


def test_the_page_shows_no_other_folder() -> None:
    shown = re.findall(r"^\| `([\w/]+/)` \|", PAGE.partition("## Folders")[2], re.MULTILINE)
    assert sorted(shown) == folders()


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_file_holds_the_thing_named(file: str, name: str) -> None:
    assert name in names_in(SOURCE / file)


@pytest.mark.parametrize("file", sorted(FILES))
def test_the_file_named_is_there(file: str) -> None:
    assert (SOURCE / file).is_file()


def test_ten_changes_have_a_place() -> None:
    rows = re.findall(r"^\| .+ \| .+ \|$", PAGE.partition("## I want to change")[2], re.MULTILINE)
    assert len(rows) - 1 >= 10  # the first row is the head
    assert [row for row in rows[1:] if not re.search(r"`[\w/]+\.\w+: \w+`", row)] == []
