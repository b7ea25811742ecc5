"""The catalogue of one store, and BMW's public list held against it; new keys are taken without a new release."""

import asyncio

from typing_extensions import override

from bimmerhub.bmw.cardata.portal.catalogue_list import decode_catalogue_list
from bimmerhub.domain.catalogue.comparison import compare_catalogue, make_row
from bimmerhub.domain.catalogue.descriptors import Catalogue, load_catalogue
from bimmerhub.hub.catalogue.added_keys import load_added_keys, load_full_catalogue, save_added_keys
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.views.ports.cars import CheckedList, FullCatalogue


class StoredCatalogue(FullCatalogue):
    """Checks lists that a person hands in; BMW is never asked for one here."""

    def __init__(self, settings: StoredSettings) -> None:
        self._settings = settings
        self._changing = asyncio.Lock()

    @override
    async def load(self) -> Catalogue:
        return await load_full_catalogue(self._settings)

    @override
    async def check_list(self, document: bytes, *, takes_new: bool) -> CheckedList:
        listed = await asyncio.to_thread(decode_catalogue_list, document)
        async with self._changing:  # two lists at once: neither may lose the keys of the other
            differences = compare_catalogue(listed.keys, await self.load())
            if takes_new and (differences.added or differences.changed):
                rows = {row["key"]: row for row in await load_added_keys(self._settings)}
                rows |= {row.key: make_row(row) for row in listed.keys if row.key not in load_catalogue()}
                await save_added_keys(self._settings, list(rows.values()))
        return CheckedList(listed=len(listed.keys), differences=differences, faults=listed.faults)
