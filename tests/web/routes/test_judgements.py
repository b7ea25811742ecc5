"""A person's judgement of readings by the API."""

from typing import TYPE_CHECKING

import pytest

from bimmerhub.store.ports.readings import Batch

if TYPE_CHECKING:
    from tests.web.conftest import ReadingMaker, Site

VIN = "WBY00000000000042"


async def post(site: "Site", act: str, **body: object) -> tuple[int, dict[str, object]]:
    path = f"/api/v1/vehicles/{VIN}/readings/{act}"
    async with site.post(path, json=body, headers={"authorization": "Bearer local"}) as answer:
        return answer.status, await answer.json()


async def test_readings_are_rejected_listed_and_restored(site: "Site", reading: "ReadingMaker") -> None:
    wrong = reading(99)
    await site.store.append(Batch(readings=[wrong]))
    what = {"descriptor": wrong.descriptor, "at": wrong.measured_at.isoformat()}
    status, tried = await post(site, "reject", **what, dry_run=True)
    assert (status, tried["dry_run"], tried["set_apart_count"]) == (200, True, 1)
    status, rejected = await post(site, "reject", **what)
    assert (status, rejected["dry_run"], rejected["set_apart"]) == (200, False, tried["set_apart"])
    async with site.get("/api/v1/quarantine") as answer:
        [item] = (await answer.json())["items"]
    assert (item["reason"].startswith("rejected by owner at "), item["reading"]["value"]) == (True, 99)
    status, restored = await post(site, "restore", **what)
    assert (status, restored["returned_count"]) == (200, 1)
    async with site.get(f"/api/v1/vehicles/{VIN}/judgements") as answer:
        [judgement] = (await answer.json())["items"]
    assert (judgement["judgement"], judgement["undone_at"] is None) == ("rejected", False)
    assert (await post(site, "restore", **what))[0] == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"descriptor": "a.b"}, 422),
        ({"at": "2026-07-27T12:00:00Z"}, 422),
        ({"descriptor": "a.b", "signal": "soc_percent", "at": "2026-07-27T12:00:00Z"}, 422),
        ({"descriptor": "a.b", "at": "2026-07-27T12:00:00"}, 422),
        ({"descriptor": "a.b", "at": "2026-07-27T12:00:00Z", "until": "2026-07-27T11:00:00Z"}, 422),
        ({"signal": "no_such", "at": "2026-07-27T12:00:00Z"}, 404),
        ({"descriptor": "a.b", "at": "2026-07-27T12:00:00Z"}, 404),
    ],
)
async def test_a_judgement_names_its_readings(
    site: "Site", reading: "ReadingMaker", body: dict[str, str], status: int
) -> None:
    await site.store.append(Batch(readings=[reading(50)]))
    for act in ("reject", "restore"):
        assert (await post(site, act, **body))[0] == status


async def test_a_page_of_another_site_judges_nothing(site: "Site", reading: "ReadingMaker") -> None:
    wrong = reading(99)
    await site.store.append(Batch(readings=[wrong]))
    body = {"descriptor": wrong.descriptor, "at": wrong.measured_at.isoformat()}
    path = f"/api/v1/vehicles/{VIN}/readings/reject"
    async with site.post(path, json=body, headers={"origin": "http://elsewhere.example"}) as answer:
        assert answer.status == 403
