"""All files that the generator makes, as texts."""

from typing import Final

from bimmerhub.web.app import describe_api
from tools.json_text import format_json
from tools.openapi import format_document
from tools.specs.asyncapi_documents import list_asyncapi_files
from tools.specs.example_files import load_examples
from tools.specs.index import list_index_files
from tools.specs.json_schemas import build_schemas
from tools.specs.openapi_document import build_openapi
from tools.specs.sources import load_sources

MADE_FOLDERS: Final = ("openapi", "asyncapi", "schemas")
"""What is below them is made here, all of it."""
_HUB: Final = "openapi/hub.json"


def list_files() -> dict[str, str]:
    """Return each file's text by its path below `bimmerhub/specs`; ValueError for a source that cannot be right."""
    files = {_HUB: format_document()}
    for path, document in list_asyncapi_files(describe_api()).items():
        files[path] = format_json(document) + "\n"
    sources = load_sources()
    for name, source in sources.items():
        files[f"openapi/{name}.json"] = format_json(build_openapi(source, examples=load_examples(name))) + "\n"
        for path, schema in build_schemas(name, source).items():
            files[path] = format_json(schema) + "\n"
    return {**files, **list_index_files(sources, files)}
