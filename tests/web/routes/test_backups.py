"""The backups that the hub makes, as the API tells them."""

from typing import TYPE_CHECKING

from tests.web.conftest import PASSWORD

if TYPE_CHECKING:
    from tests.web.conftest import Site


async def test_backups_and_how_they_stand(site: "Site") -> None:
    async with site.get("/api/v1/backups") as response:
        answer = await response.json()
    assert [item["name"] for item in answer["items"]] == ["bimmerhub-0123abcd-20260202T010203Z.bhbk"]
    assert (answer["next"], answer["is_scheduled"], answer["every_h"]) == (None, True, 24)
    assert [(place["place"], place["failures"]) for place in answer["places"]] == [("first", 0), ("second", 3)]
    assert answer["places"][1]["failure"] == "rclone ended with status 1: no such host"


async def test_one_is_asked_for_without_waiting_for_it(site: "Site") -> None:
    site.credentials.tokens = {"w": "write"}
    async with site.post("/api/v1/backups", headers={"Authorization": "Bearer w"}) as response:
        assert response.status == 200
        assert (await response.json())["is_under_way"] is True


async def test_ages_and_failures_are_metrics(site: "Site") -> None:
    async with site.get("/metrics") as response:
        lines = (await response.text()).splitlines()
    assert 'bimmerhub_backup_age_seconds{place="first"} 3600.0' in lines
    assert 'bimmerhub_backup_failures{place="second"} 3.0' in lines


async def test_a_stranger_learns_nothing(site: "Site") -> None:
    site.credentials.password = PASSWORD
    async with site.get("/api/v1/backups") as listed, site.post("/api/v1/backups") as made:
        assert (listed.status, made.status) == (401, 401)
