"""Query parameters that an address does not have."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import Site

VIN = "WBY00000000000042"


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        (f"vehicles/{VIN}/readings?signal=soc_percent&form=2026-01-01", "Did you mean from? Known: after, buckets,"),
        (f"vehicles/{VIN}/positions?Limit=5", "Did you mean limit?"),
        (f"vehicles/{VIN}/state?signal=x", "This address takes none."),
        ("vehicles?account=home", "This address takes none."),
        ("quarantine?zzz=1&limit=5", "Known: after, limit, rejected, vin."),
        ("events?kinds=signal", "Did you mean kind?"),
        ("health?a=", "This address takes none."),
    ],
)
async def test_an_unknown_one_is_refused_and_the_nearest_named(site: "Site", path: str, hint: str) -> None:
    async with site.get(f"/api/v1/{path}") as answer:
        error = (await answer.json())["error"]
    assert answer.status == 422
    assert error["message"].startswith("there is no parameter ")
    assert hint in error["hint"]


async def test_changing_requests_are_checked_too(site: "Site") -> None:
    async with site.post("/api/v1/imports?orgin=x", data=b"", headers={"authorization": "Bearer local"}) as answer:
        assert answer.status == 422
    assert site.imports.origin is None


async def test_clients_that_cannot_send_headers_resume_by_parameter(site: "Site") -> None:
    async with site.listen("?lastEventId=1") as events:
        assert (await events.next()).kind == "gap"


async def test_a_body_that_is_not_said_to_be_json_is_refused_with_the_header_that_is_missing(site: "Site") -> None:
    headers = {"authorization": "Bearer local", "content-type": "application/x-www-form-urlencoded"}
    async with site.post(f"/api/v1/vehicles/{VIN}/fetch", data=b'{"what": "values"}', headers=headers) as answer:
        assert answer.status == 422
        assert "Content-Type: application/json" in (await answer.json())["error"]["hint"]
