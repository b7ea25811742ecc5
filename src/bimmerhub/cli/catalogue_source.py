"""BMW's list of descriptors as a person names it: a file, standard input, or an address."""

import sys
import urllib.request
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError

from bimmerhub.errors import BmwUnavailable, ConfigError
from bimmerhub.views.cars.catalogue_check import MOST_LIST_BYTES

ANSWERED_WITHIN_S = 30


def load_document(source: str) -> bytes:
    """Return the document, cut where it is longer than any list; `-` is standard input.

    ConfigError when there is no such file, BmwUnavailable when the address does not answer.
    """
    if source.lower().startswith(("https://", "http://")):
        return _fetch(source)
    if source == "-":
        return sys.stdin.buffer.read(MOST_LIST_BYTES + 1)
    try:
        with Path(source).open("rb") as file:
            return file.read(MOST_LIST_BYTES + 1)
    except OSError as error:
        hint = f"Name a file or an address. To search for words: bimmerhub catalogue search check {source}"
        raise ConfigError(f"cannot read {source}: {error.strerror}", hint=hint) from error


def _fetch(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=ANSWERED_WITHIN_S) as answer:  # noqa: S310 - http and https only
            document: bytes = answer.read(MOST_LIST_BYTES + 1)
            return document
    except HTTPError as error:
        error.close()
        raise BmwUnavailable(f"{address} does not give the list: {error}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise BmwUnavailable(f"{address} does not give the list: {error}") from error
