"""The OpenAPI document as it is committed: `python -m bimmerhub.web.openapi > docs/reference/openapi.json`."""

import sys

import msgspec

from bimmerhub.web.app import describe_api


def format_document() -> str:
    """Return the document that the hub serves at /api/openapi.json, sorted and indented."""
    return msgspec.json.format(msgspec.json.encode(describe_api(), order="sorted"), indent=2).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(format_document())
