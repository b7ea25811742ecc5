"""Vehicles, state and history over HTTP."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.web.conftest import Site


async def test_vehicle_is_listed(site: "Site") -> None:
    async with site.get("/api/v1/vehicles") as answer:
        body = await answer.json()
    assert body["next"] is None
    assert body["items"][0]["model"] == "i5 eDrive40"
