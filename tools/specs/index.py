"""The index of descriptions: apis.yml, apis.json (APIs.json 0.20), llms.txt, and the guide's pages out of sources."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from bimmerhub.specs.reader import ADDRESS, FOLDER
from tools.json_text import format_json
from tools.specs.example_files import Example, load_examples
from tools.specs.refusal_texts import describe_refusal
from tools.specs.sources import Source

_OURS: Final = f"{ADDRESS}/spec/"
_SOURCE: Final = Path(__file__).with_name("index.yaml")
_FORMAT: Final = "0.20"
_LONGEST_LINE: Final = 120
_NO_CODE: Final = "none"
_ERROR_CODES_HEAD: Final = """# What a refusal means

Decide by the code, not by the HTTP status: a 403 of CarData can be any of seven things. Where there is none, the text
says which of several it is.
"""

_EXAMPLES_HEAD: Final = """# Examples

What the emulator answered when these descriptions were made. The cars are fictitious; the form of the answers is BMW's.
"""


def list_index_files(sources: Mapping[str, Source], files: Collection[str]) -> dict[str, str]:
    """Return the texts of the index's files by path. `files` are all others that are made, by path."""
    pages = {
        "guide/error-codes.md": _write_error_codes(sources.values()),
        "guide/examples.md": _write_examples({name: load_examples(name) for name in sources}, sources),
    }
    index = _build_index({*files, *pages, *_written_by_people()})
    return {
        **pages,
        "apis.yml": yaml.safe_dump(index, sort_keys=False, allow_unicode=True, width=_LONGEST_LINE),
        "apis.json": format_json(index) + "\n",
        "llms.txt": _write_llms_text(index),
    }


def _written_by_people() -> set[str]:
    return {
        file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.suffix in {".md", ".yaml", ".svg"}
    }


def _build_index(files: Collection[str]) -> dict[str, Any]:
    """Return the index, with a link for each schema of a family; ValueError for a link of ours that leads nowhere."""
    index: dict[str, Any] = msgspec.yaml.decode(_SOURCE.read_bytes())
    for api in index["apis"]:
        folders = tuple(f"schemas/{family}/" for family in api.pop("schemas", []))
        for path in sorted(path for path in files if path.startswith(folders)):
            api["properties"].append({"type": "JSONSchema", "name": Path(path).stem, "url": f"{_OURS}{path}"})
        _check_links(api["properties"], files)
    _check_links(index["common"], files)
    return {"aid": "bimmerhub", "url": f"{ADDRESS}/apis.yml", "specificationVersion": _FORMAT, **index}


def _check_links(links: Iterable[Mapping[str, str]], files: Collection[str]) -> None:
    paths = [link["url"].removeprefix(_OURS) for link in links if link["url"].startswith(_OURS)]
    for path in paths:
        is_made = path.startswith(("openapi/", "asyncapi/", "schemas/"))  # a stale file may still lie there
        if path not in files and (is_made or not (FOLDER / path).is_file()):
            raise ValueError(f"index.yaml leads to {path}, which is not there")


def _write_llms_text(index: Mapping[str, Any]) -> str:
    """Return the index in the form that llms.txt has: a title, a summary, and lists of links with what is behind."""
    parts = [f"# {index['name']}\n\n> {index['description']}\n\n## Begin here\n\n{_links(index['common'])}"]
    parts += [f"## {api['name']}\n\n{api['description']}\n\n{_links(api['properties'])}" for api in index["apis"]]
    return "\n".join(parts)


def _links(properties: Iterable[Mapping[str, str]]) -> str:
    return "".join(f"- [{link['name']}]({link['url']}): {link['type']}\n" for link in properties)


def _write_error_codes(sources: Iterable[Source]) -> str:
    parts = [_ERROR_CODES_HEAD]
    for source in sources:
        rows = "".join(
            f"| {row.get('code', _NO_CODE)} | {refusal.status} | {row['when']} | {row['do']} |\n"
            for name, refusal in source.refusals.items()
            for row in [describe_refusal(source, name, refusal)]
        )
        parts.append(f"## {source.title}\n| code | HTTP | when | do |\n|---|---|---|---|\n{rows}")
    return "\n".join(parts)


def _write_examples(examples: Mapping[str, Mapping[str, Example]], sources: Mapping[str, Source]) -> str:
    parts = [_EXAMPLES_HEAD]
    for name, operations in examples.items():
        parts.append(f"## {sources[name].title}\n")
        for operation, example in operations.items():
            for status, body in example.answers.items():
                shown = body if isinstance(body, str) else format_json(body)
                parts.append(f"### {operation}: {status}\n```json\n{shown}\n```\n")
    return "\n".join(parts)
