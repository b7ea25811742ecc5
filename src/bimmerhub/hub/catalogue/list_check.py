"""BMW's public list of descriptors held against our catalogue; new keys are taken without a new release."""

from typing_extensions import override

from bimmerhub.bmw.cardata.catalogue_list import decode_catalogue_list
from bimmerhub.domain.catalogue.comparison import compare_catalogue, make_row
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.hub.catalogue.added_keys import load_added_keys, save_added_keys
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.views.ports import CatalogueCheck, CheckedList


class ListCheck(CatalogueCheck):
    """Checks lists that a person hands in; BMW is never asked for one here."""

    def __init__(self, settings: StoredSettings) -> None:
        self._settings = settings

    @override
    async def check_list(self, document: bytes, *, takes_new: bool) -> CheckedList:
        listed = decode_catalogue_list(document)
        differences = compare_catalogue(listed.keys, load_catalogue())
        if takes_new and (differences.added or differences.changed):
            released = load_catalogue().released
            rows = {row["key"]: row for row in await load_added_keys(self._settings)}
            rows |= {row.key: make_row(row) for row in listed.keys if row.key not in released}
            await save_added_keys(self._settings, list(rows.values()))
        return CheckedList(listed=len(listed.keys), differences=differences, faults=listed.faults)
