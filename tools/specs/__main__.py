"""Write the descriptions of all interfaces into the package: python -m tools.specs. A test fails when one is stale."""

from pathlib import Path

from bimmerhub.specs.reader import FOLDER
from tools.specs.written import MADE_FOLDERS, list_files


def _write() -> None:
    files = list_files()
    for folder in MADE_FOLDERS:
        for stale in [file for file in (FOLDER / folder).rglob("*.json") if _name(file) not in files]:
            stale.unlink()
    for path, text in files.items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text, "utf-8")
    print(f"{FOLDER}: {len(files)} files")


def _name(file: Path) -> str:
    return file.relative_to(FOLDER).as_posix()


if __name__ == "__main__":
    _write()
