"""Keys that BMW lists and this release does not know, as the store has them."""

import json
from collections.abc import Sequence

from bimmerhub.domain.catalogue.descriptors import Catalogue, CatalogueRow, load_catalogue, parse_entry
from bimmerhub.store.ports.settings import StoredSettings

_KEY = "catalogue.added"


async def load_full_catalogue(settings: StoredSettings) -> Catalogue:
    """Return the catalogue of this release with the keys that were added to this store."""
    rows = await load_added_keys(settings)
    return load_catalogue().with_added(map(parse_entry, rows)) if rows else load_catalogue()


async def load_added_keys(settings: StoredSettings) -> list[CatalogueRow]:
    """Return the rows that were added to the catalogue, in no order."""
    stored = await settings.load_settings(_KEY)
    rows: list[CatalogueRow] = json.loads(stored.get(_KEY, "[]"))
    return rows


async def save_added_keys(settings: StoredSettings, rows: Sequence[CatalogueRow]) -> None:
    """Store these rows in place of all that were added before."""
    await settings.save_setting(_KEY, json.dumps(rows, ensure_ascii=False))
