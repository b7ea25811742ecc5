"""What docstrings and comments refer to is there: a module of ours, and the name in it."""

import re
from pathlib import Path

import bimmerhub

SOURCE = Path(bimmerhub.__file__).parent
PACKAGES = "|".join(sorted(folder.name for folder in SOURCE.iterdir() if (folder / "__init__.py").exists()))
REFERENCE = re.compile(rf"`((?:{PACKAGES})(?:\.\w+)+)`")


def is_there(reference: str) -> bool:
    parts = reference.split(".")
    for count in range(len(parts), 0, -1):
        path = SOURCE.joinpath(*parts[:count])
        module = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if module.exists():
            names = re.findall(r"\w+", module.read_text(encoding="utf-8"))
            return all(name in names for name in parts[count:])
    return False


def test_dotted_references_lead_somewhere() -> None:
    references = {
        (path.relative_to(SOURCE).as_posix(), reference)
        for path in SOURCE.rglob("*.py")
        for reference in REFERENCE.findall(path.read_text(encoding="utf-8"))
    }
    assert len(references) > 10
    assert {pair for pair in references if not is_there(pair[1])} == set()
