"""The schema's versions: numbered SQL scripts, each of which makes the next version of the one before."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from sqlite3 import complete_statement
from typing import Final

NUMBER_TABLE: Final = "schema_number"
"""Its one row repeats the number of the schema: the one in the file's header may be damaged."""


@cache
def scripts() -> dict[int, str]:
    """Return the SQL of each version, by its number, in order."""
    folder = files("bimmerhub.store") / "schema"
    numbered = [(int(file.name.split("_")[0]), file) for file in folder.iterdir() if file.name.endswith(".sql")]
    return {number: file.read_text("utf-8") for number, file in sorted(numbered, key=lambda item: item[0])}


def newest_version() -> int:
    """Return the number of the newest schema this program knows."""
    return max(scripts())


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; a trigger is one, whatever it holds."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if complete_statement(statement):
            yield statement
            statement = ""
