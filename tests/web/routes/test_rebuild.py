"""Records made anew, with progress line by line."""

import json
from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import VIN, make_reading

from bimmerhub.domain.folds.day_rollups import DaysFold

if TYPE_CHECKING:
    from tests.web.conftest import Site

OWNER = {"authorization": "Bearer local"}


async def test_a_rebuild_reports_until_it_is_done(site: "Site") -> None:
    await site.fold(make_reading(60), make_reading(61, ago_s=60))
    async with site.post("/api/v1/rebuild", headers=OWNER) as answer:
        lines = [json.loads(line) async for line in answer.content]
    assert lines[0] == {"parts": 1, "parts_done": 0, "readings": 0, "done": False}
    assert lines[-1] == {"parts": 1, "parts_done": 1, "readings": 2, "done": True}
    [day, *_] = await site.store.derived.records("days", VIN, from_ms=0, to_ms=2**60)
    assert json.loads(day.body)["soc_max_percent"] == 61


async def test_a_rebuild_that_fails_ends_with_the_error(site: "Site", monkeypatch: pytest.MonkeyPatch) -> None:
    await site.fold(make_reading(60), make_reading(61, ago_s=60))
    monkeypatch.setattr(DaysFold, "step", lambda *_: 1 / 0)
    async with site.post("/api/v1/rebuild", headers=OWNER) as answer:
        assert answer.status == 200
        lines = [json.loads(line) async for line in answer.content]
    assert not any(line.get("done") for line in lines)
    assert lines[-1]["error"]["message"] == f"could not be made anew: days of …{VIN[-4:]}"


async def test_a_rebuild_of_an_unknown_vehicle_is_not_found(site: "Site") -> None:
    async with site.post("/api/v1/rebuild?vin=WBA00000000000009", headers=OWNER) as answer:
        assert answer.status == 404


async def test_a_rebuild_is_for_those_who_may_write(site: "Site") -> None:
    async with site.post("/api/v1/rebuild", headers={"sec-fetch-site": "cross-site"}) as answer:
        assert answer.status in {401, 403}
