"""The descriptions of interfaces that come with bimmerhub: which there are, and their bytes."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from bimmerhub.errors import NotFound

FOLDER: Final = Path(__file__).parent
ADDRESS: Final = "https://bimmerhub.invalid"
"""What links between our files begin with, until somebody who serves them writes the real address in its place."""
Kind = Literal["index", "openapi", "asyncapi", "schema", "guide", "collection", "rules", "picture"]
_KINDS: Final[dict[str, Kind]] = {
    "openapi": "openapi",
    "asyncapi": "asyncapi",
    "schemas": "schema",
    "guide": "guide",
    "collections/postman": "collection",
}
"""By folder."""
_FILES: Final[dict[str, Kind]] = {
    "apis.yml": "index",
    "apis.json": "index",
    "llms.txt": "index",
    "spectral.yaml": "rules",
    "index.svg": "picture",
}
_MEDIA_TYPES: Final = {
    ".yml": "application/yaml",
    ".yaml": "application/yaml",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
}
_MEDIA_TYPES_OF_KINDS: Final[dict[Kind, str]] = {
    "openapi": "application/vnd.oai.openapi+json;version=3.1",
    "asyncapi": "application/vnd.aai.asyncapi+json;version=3.0.0",
    "schema": "application/schema+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One file. `name` is its `path` without the ending, but of the index: openapi/cardata is openapi/cardata.json."""

    name: str
    kind: Kind
    path: str
    media_type: str


@cache
def list_specs() -> tuple[Spec, ...]:
    """Return all files: the index first, then by kind and name."""
    files = [(kind, FOLDER / name) for name, kind in _FILES.items()]
    for folder, kind in _KINDS.items():
        files += [(kind, file) for file in sorted((FOLDER / folder).rglob("*")) if file.is_file()]
    return tuple(_describe(kind, file) for kind, file in files if file.exists())


def find_spec(name: str) -> Spec:
    """Return the file of that name or path; NotFound when there is none."""
    spec = next((spec for spec in list_specs() if name in {spec.name, spec.path}), None)
    if spec is None:
        names = ", ".join(spec.name for spec in list_specs() if spec.kind in {"openapi", "asyncapi"})
        raise NotFound(
            f"there is no description {name[:60]!r}", hint=f"There are {names} and more: bimmerhub spec list."
        )
    return spec


def read_spec(name: str, *, address: str | None = None) -> bytes:
    """Return a file's bytes. `address` is where all are served, without a slash at its end: links begin with it.

    NotFound when there is no file of that name.
    """
    content = (FOLDER / find_spec(name).path).read_bytes()
    return content if address is None else content.replace(ADDRESS.encode(), address.encode())


def title_of(spec: Spec) -> str:
    """Return what a file calls itself: its title, its first heading, or its path."""
    text = (FOLDER / spec.path).read_text("utf-8")
    if spec.path.endswith(".md"):
        return text.partition("\n")[0].lstrip("# ")
    if spec.path.endswith(".json"):
        document = json.loads(text)
        return str(document.get("title") or document.get("info", document).get("title") or _named(document, spec))
    name = re.search(r"^name: (.+)$", text, re.MULTILINE)
    return name[1] if name else text.partition("\n")[0].lstrip("# ") if spec.path.endswith(".txt") else spec.path


def _named(document: dict[str, object], spec: Spec) -> object:
    info = document.get("info", document)
    return (info.get("name") if isinstance(info, dict) else None) or spec.path


def _describe(kind: Kind, file: Path) -> Spec:
    path = file.relative_to(FOLDER).as_posix()
    return Spec(
        name=path if kind == "index" else path.removesuffix(file.suffix),
        kind=kind,
        path=path,
        media_type=_MEDIA_TYPES_OF_KINDS.get(kind) or _MEDIA_TYPES[file.suffix],
    )
