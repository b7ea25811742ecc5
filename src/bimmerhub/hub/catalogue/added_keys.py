"""Keys that BMW lists and this release does not know: kept in the store, and known while it is open."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bimmerhub.bmw.cardata.wire import forget_plans
from bimmerhub.domain.catalogue.descriptors import CatalogueRow, load_catalogue, parse_entry
from bimmerhub.store.ports.settings import StoredSettings

_KEY = "catalogue.added"


@asynccontextmanager
async def added_keys(settings: StoredSettings) -> AsyncIterator[None]:
    """Know the added keys of a store as long as the block."""
    _know(await load_added_keys(settings))
    try:
        yield
    finally:
        _know(())


async def load_added_keys(settings: StoredSettings) -> list[CatalogueRow]:
    """Return the rows that were added to the catalogue, in no order."""
    stored = await settings.load_settings(_KEY)
    rows: list[CatalogueRow] = json.loads(stored.get(_KEY, "[]"))
    return rows


async def save_added_keys(settings: StoredSettings, rows: Sequence[CatalogueRow]) -> None:
    """Keep these rows and no others, and know them from now on."""
    await settings.save_setting(_KEY, json.dumps(rows, ensure_ascii=False))
    _know(rows)


def _know(rows: Sequence[CatalogueRow]) -> None:
    """Let the catalogue of this process have these rows besides those of the release."""
    catalogue = load_catalogue()
    if rows or len(catalogue) > len(catalogue.released):
        catalogue.replace_added(parse_entry(row) for row in rows)
        forget_plans()
