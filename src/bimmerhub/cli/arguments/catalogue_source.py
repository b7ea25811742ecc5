"""BMW's list of descriptors as a person names it: a file, standard input, or an address."""

import sys
from pathlib import Path

import aiohttp

from bimmerhub.errors import BmwUnavailable, ConfigError
from bimmerhub.views.cars.catalogue_check import MOST_LIST_BYTES

ANSWERED_WITHIN_S = 30.0
"""The whole page must have come by then."""


async def load_document(source: str) -> bytes:
    """Return the document, cut where it is longer than any list; `-` is standard input.

    ConfigError when there is no such file, BmwUnavailable when the address does not answer in time.
    """
    if source.lower().startswith(("https://", "http://")):
        return await _fetch(source)
    return _read(source)


def _read(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(MOST_LIST_BYTES + 1)
    try:
        with Path(source).open("rb") as file:
            return file.read(MOST_LIST_BYTES + 1)
    except OSError as error:
        hint = f"Name a file or an address. To search for words: bimmerhub catalogue search check {source}"
        raise ConfigError(f"cannot read {source}: {error.strerror}", hint=hint) from error


async def _fetch(address: str) -> bytes:
    deadline = aiohttp.ClientTimeout(total=ANSWERED_WITHIN_S)
    document = bytearray()
    try:
        async with (
            aiohttp.ClientSession(timeout=deadline, trust_env=True, auto_decompress=False) as session,
            session.get(address, raise_for_status=True, headers={"Accept-Encoding": "identity"}) as answer,
        ):
            while len(document) <= MOST_LIST_BYTES and (chunk := await answer.content.readany()):
                document += chunk
    except aiohttp.ClientResponseError as error:
        raise BmwUnavailable(f"{address} does not give the list: HTTP {error.status} {error.message}") from error
    except TimeoutError as error:
        raise BmwUnavailable(f"{address} does not give the list within {ANSWERED_WITHIN_S:g} s") from error
    except (aiohttp.ClientError, ValueError) as error:
        raise BmwUnavailable(f"{address} does not give the list: {error}") from error
    return bytes(document)
