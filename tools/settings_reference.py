"""Write the table of docs/reference/settings.md from the settings classes: python -m tools.settings_reference.

A setting is described by the docstring under its field. A test fails when the page is stale.
"""

import ast
import dataclasses
import inspect
import sys
import textwrap
import typing
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from bimmerhub.hub.config import HubConfig

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "settings.md"
BEGIN = "<!-- The table is written by: python -m tools.settings_reference -->\n"
END = "<!-- The end of the table. -->\n"


def render(page: str) -> str:
    """Return the page with the table as it must be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def table() -> str:
    """Return every setting with its default and its description."""
    lines = ["| setting | default | what it is |", "|---|---|---|"]
    lines += [f"| `{name}` | {default} | {text} |" for name, default, text in rows(HubConfig)]
    return "\n".join([*lines, ""])


def rows(owner: type, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield name, default and description of each setting of a class, those of its tables after its own."""
    texts = field_docstrings(owner)
    tables = []
    for field, kind in fields_of(owner):
        below = table_of(kind)
        if below is None:
            yield f"{path}{field.name}", default_of(field), texts.get(field.name, "")
        else:
            entry = ".NAME" if typing.get_origin(kind) is Mapping else ""
            tables.append((below, f"[{field.name}{entry}] "))
    for below, name in tables:
        yield from rows(below, name)


def fields_of(owner: type) -> Iterator[tuple["dataclasses.Field[object]", object]]:
    """Yield each field of a dataclass with its type."""
    kinds = typing.get_type_hints(owner)
    for field in dataclasses.fields(owner):
        yield field, kinds[field.name]


def table_of(kind: object) -> type | None:
    """Return the settings class of a table, or of each entry of a mapping; None for a plain setting."""
    if typing.get_origin(kind) is Mapping:
        kind = typing.get_args(kind)[1]
    return kind if isinstance(kind, type) and dataclasses.is_dataclass(kind) else None


def default_of(field: "dataclasses.Field[object]") -> str:
    """Return the default as a person would write it in config.toml."""
    value = field.default
    if value is dataclasses.MISSING or value is None or value == ():
        return "none"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def field_docstrings(owner: type) -> dict[str, str]:
    """Return the docstring under each field of a class, on one line."""
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    body = typing.cast("ast.ClassDef", definition).body
    return {
        above.target.id: " ".join(below.value.value.split())
        for above, below in pairwise(body)
        if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{PAGE} is up to date.\n")
