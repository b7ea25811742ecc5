"""A folder is made by `files.make_folder`, so that its name outlives a loss of power; some folders may be lost."""

import ast
from pathlib import Path

import bimmerhub

SOURCE = Path(bimmerhub.__file__).parent
MAY_BE_LOST = {
    "cli/commands/bmw/spec.py": "written again by the same command",
    "files.py": "make_folder itself",
    "hub/process/announcement.py": "of the running system only",
    "hub/safekeeping/move_unpacking.py": "scratch",
}


def _makes_folder(path: Path) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr in {"mkdir", "makedirs"}
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


def test_folders_are_made_durably() -> None:
    makers = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if _makes_folder(path)}
    assert {name for name in makers if not name.startswith("emulator/")} == MAY_BE_LOST.keys()
