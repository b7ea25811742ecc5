"""Write the description of the hub from its routes: python -m tools.openapi. A test fails when it is stale."""

from pathlib import Path
from typing import Final

from bimmerhub.specs.reader import FOLDER
from bimmerhub.web.app import describe_api
from tools.json_text import format_json

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "reference" / "openapi.json"
IN_PACKAGE: Final = FOLDER / "openapi" / "hub.json"
"""The same bytes, among the descriptions that come with the program."""


def format_document() -> str:
    """Return the document that the hub serves at /api/openapi.json, sorted, with what fits on one line on one line."""
    return format_json(describe_api(), is_sorted=True) + "\n"


if __name__ == "__main__":
    for file in (DOCUMENT, IN_PACKAGE):
        file.write_text(format_document(), "utf-8")
        print(f"{file}: written")
