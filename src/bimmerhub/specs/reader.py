"""The descriptions of interfaces that come with bimmerhub, and its documentation: which there are, and their bytes."""

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
HUB: Final = "hub.bimmerhub.invalid"
"""The host of the hub's own interface, in the same way."""
HUB_ADDRESS: Final = "http://127.0.0.1:8080"
"""Where a hub answers unless its settings say otherwise."""
_AT_GITHUB: Final = re.compile(r"https://github\.com/bimmerhub/bimmerhub/blob/main/([\w./-]+)")
_PROJECT: Final = "project"
"""What paths of the project's own documentation begin with. It is in the wheel, or else in the checkout around us."""
_DOCUMENTS: Final = (
    "docs/**/*.md",
    "docs/reference/openapi.json",
    "examples/*.md",
    "examples/*.py",
    "ROADMAP.md",
    "SECURITY.md",
)
Kind = Literal["index", "openapi", "asyncapi", "schema", "guide", "collection", "rules", "picture", "document"]
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
    ".py": "text/plain; charset=utf-8",
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
    described = [_describe(kind, file.relative_to(FOLDER).as_posix()) for kind, file in files if file.exists()]
    return (*described, *_list_documents())


def find_spec(name: str) -> Spec:
    """Return the file of that name or path; NotFound when there is none."""
    spec = next((spec for spec in list_specs() if name in {spec.name, spec.path}), None)
    if spec is None:
        names = ", ".join(spec.name for spec in list_specs() if spec.kind in {"openapi", "asyncapi"})
        raise NotFound(
            f"there is no description {name[:60]!r}", hint=f"There are {names} and more: bimmerhub spec list."
        )
    return spec


def read_spec(name: str, *, address: str | None = None, hub_address: str = HUB_ADDRESS) -> bytes:
    """Return a file's bytes. `address` is where all are served, without a slash at its end: links begin with it.

    `hub_address` is that of the hub whose interface is described. NotFound when there is no file of that name.
    """
    content = _file_of(find_spec(name)).read_text("utf-8")
    if address is None:
        return content.encode()
    documents = {spec.path for spec in list_specs() if spec.kind == "document"}

    def lead_here(link: re.Match[str]) -> str:
        path = f"{_PROJECT}/{link[1]}"
        return f"{address}/spec/{path}" if path in documents else link[0]

    content = _AT_GITHUB.sub(lead_here, content).replace(ADDRESS, address)
    if HUB in content:
        scheme, _, host = hub_address.partition("://")
        content = content.replace(f"https://{HUB}", hub_address).replace(HUB, host)
        content = content.replace('"protocol": "http"', f'"protocol": "{scheme}"')
    return content.encode()


def title_of(spec: Spec) -> str:
    """Return what a file calls itself: its title, its first heading, or its path."""
    text = _file_of(spec).read_text("utf-8")
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


def _list_documents() -> list[Spec]:
    folder = _project_folder()
    if folder is None:
        return []
    files = sorted({file for pattern in _DOCUMENTS for file in folder.glob(pattern)})
    return [_describe("document", f"{_PROJECT}/{file.relative_to(folder).as_posix()}") for file in files]


def _project_folder() -> Path | None:
    """Return where the project's documentation lies; None where there is none."""
    places = (FOLDER / _PROJECT, FOLDER.parents[2])
    return next((place for place in places if (place / "docs" / "how-to").is_dir()), None)


def _file_of(spec: Spec) -> Path:
    folder = _project_folder() if spec.kind == "document" else None
    return FOLDER / spec.path if folder is None else folder / spec.path.removeprefix(f"{_PROJECT}/")


def _describe(kind: Kind, path: str) -> Spec:
    ending = Path(path).suffix
    return Spec(
        name=path if kind == "index" else path.removesuffix(ending),
        kind=kind,
        path=path,
        media_type=_MEDIA_TYPES_OF_KINDS.get(kind) or _MEDIA_TYPES[ending],
    )
