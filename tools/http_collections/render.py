"""All files of all collections."""

from typing import Final

from tools.http_collections.description import load_collections
from tools.http_collections.opencollection import opencollection_files
from tools.http_collections.postman import postman_files
from tools.http_collections.thunder import shared_files, thunder_files

OUTPUTS: Final = ("postman", "opencollection", "thunder-client")
"""The folders that are written."""


def render() -> dict[str, str]:
    """Return the text of each file by its path below specs/collections."""
    collections = load_collections()
    files = shared_files(collections.values())
    for slug, collection in collections.items():
        files |= postman_files(slug, collection)
        files |= opencollection_files(slug, collection)
        files |= thunder_files(slug, collection)
    return files
