"""Whose words a car bears when several families list it: one rule, whichever asks last."""

from pathlib import Path

import pytest
from tests.hub.accounts.test_book import make_tokens, open_book
from tests.hub.conftest import NOW_MS, PLACE, VIN

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import BASIC_DATA, Document
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.feeds.car_words import CarWords
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore


class ListedCar:
    """One car that accounts of several families list."""

    def __init__(self, store: SqliteStore, data_dir: Path) -> None:
        self._store = store
        self._book = open_book(data_dir, store)
        self._words = CarWords(
            vehicles=store.vehicles, accounts=store.accounts, documents=store.documents, settings=store.settings
        )

    async def list_by(self, family: Family, *, brand: str, model: str | None = None) -> None:
        await self._words.save(family, Vehicle(vin=VIN, brand=brand, model=model), seen_at_ms=NOW_MS)
        account = await self._book.sign_in(
            NewAccount(name=family.value, family=family, client_id=""), make_tokens(), place=PLACE, now_ms=1
        )
        await self._store.vehicles.save_vehicle_account(VIN, account.id, mapping=None, seen_at_ms=NOW_MS)

    async def leave(self, family: Family) -> None:
        account = await self._book.named(family.value)
        await self._store.vehicles.save_mappings(account.id, [], told_at_ms=NOW_MS)

    async def words(self) -> tuple[str | None, str | None]:
        [car] = await self._store.vehicles.vehicles()
        return car.brand, car.model


@pytest.fixture
def listed(store: SqliteStore, tmp_path: Path) -> ListedCar:
    return ListedCar(store, tmp_path)


@pytest.mark.parametrize("order", [(Family.IREMOTE, Family.CONNECTEDDRIVE), (Family.CONNECTEDDRIVE, Family.IREMOTE)])
async def test_the_newer_family_names_a_car_whichever_asks_last(listed: ListedCar, order: tuple[Family, ...]) -> None:
    for family in (*order, *order):
        await listed.list_by(family, brand=family.value, model=family.value)
    assert await listed.words() == ("connecteddrive", "connecteddrive")


async def test_a_word_that_the_newer_family_lacks_comes_from_the_other(listed: ListedCar) -> None:
    await listed.list_by(Family.CONNECTEDDRIVE, brand="BMW")
    await listed.list_by(Family.IREMOTE, brand="BMW_I", model="i3 (+ REX)")
    assert await listed.words() == ("BMW", "i3 (+ REX)")


async def test_basic_data_of_cardata_stay(listed: ListedCar, store: SqliteStore) -> None:
    await store.vehicles.save_vehicle(Vehicle(vin=VIN, brand="BMW", model="i3 120"), seen_at_ms=NOW_MS)
    basic = Document(subject=VIN, kind=BASIC_DATA, natural_key="", body="{}", source=Source.REST, fetched_at_ms=NOW_MS)
    await store.append(Batch(documents=[basic]))
    await listed.list_by(Family.CONNECTEDDRIVE, brand="BMW_I", model="I3")
    assert await listed.words() == ("BMW", "i3 120")


async def test_a_family_that_lists_the_car_no_longer_does_not_name_it(listed: ListedCar) -> None:
    await listed.list_by(Family.CONNECTEDDRIVE, brand="portal", model="portal")
    await listed.leave(Family.CONNECTEDDRIVE)
    await listed.list_by(Family.IREMOTE, brand="app", model="app")
    assert await listed.words() == ("app", "app")
