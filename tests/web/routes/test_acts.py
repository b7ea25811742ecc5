"""What people do through the API and the page is in the audit: who, from where, what, and what came of it."""

import inspect
import pkgutil
from importlib import import_module
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from tests.web.conftest import PASSWORD, VIN, Site

from bimmerhub.web import routes

READER = {"Authorization": "Bearer r"}
WRITER = {"Authorization": "Bearer w"}

ACTS: list[tuple[str, str, dict[str, Any] | None, str]] = [
    ("POST", f"vehicles/{VIN}/archive", {"sold_on": "2026-01-31"}, "vehicle_archived"),
    ("DELETE", f"vehicles/{VIN}/archive", None, "vehicle_restored"),
    ("POST", f"vehicles/{VIN}/erase", {"confirmation": VIN[-7:]}, "vehicle_erased"),
    ("POST", "accounts/home/containers", {"name": "n", "purpose": "p", "descriptors": ["d"]}, "container_made"),
    ("DELETE", "accounts/home/containers/J00I035N193CD", None, "container_deleted"),
    ("POST", "accounts/home/containers/collection", None, "containers_collected"),
    ("POST", "rebuild", None, "rebuild_begun"),
]

NO_ACTS = {
    "call_operation": "notes calls that change something itself",
    "send_command": "notes commands itself",
    "set_opening": "notes it itself",
    "retry": "connects again at once",
    "examine": "looks only",
    "plan_password_sign_in": "looks only",
    "fetch_slider": "a step of a sign-in",
    "list_containers": "looks only",
    "show_container": "looks only",
    "fetch_picture": "asks BMW",
    "record_answers": "asks BMW",
    "fetch_of_vehicle": "asks BMW",
    "fetch_vehicle_mappings": "asks BMW",
    "list_orders": "looks only",
    "show_offers": "looks only",
    "log_out": "ends the own session",
    "take_meter_readings": "readings, which a program sends all day",
}
"""Routes that change something but note nothing by themselves, and why."""


async def entries(site: Site) -> list[dict[str, Any]]:
    async with site.get("/api/v1/audit", headers=READER) as answer:
        items: list[dict[str, Any]] = (await answer.json())["items"]
        return items


@pytest.mark.parametrize(("method", "path", "body", "action"), ACTS)
async def test_act_is_in_the_audit(  # noqa: PLR0917 - pytest fills these by name
    site: Site, method: str, path: str, body: dict[str, Any] | None, action: str
) -> None:
    site.credentials.tokens = {"r": "read", "w": "write"}
    async with site.client.request(method, f"{site.address}/api/v1/{path}", json=body, headers=WRITER) as answer:
        assert answer.status == 200, await answer.text()
    [entry] = await entries(site)
    assert (entry["who"], entry["from_where"], entry["action"]) == ("token w", "127.0.0.1", action)
    assert entry["body"]["outcome"] == "done"


async def test_of_an_erased_car_only_the_end_of_its_vin_is_noted(site: Site) -> None:
    site.credentials.tokens = {"r": "read", "w": "write"}
    async with site.post(f"/api/v1/vehicles/{VIN}/erase", json={"confirmation": VIN}, headers=WRITER) as answer:
        assert answer.status == 200
    [entry] = await entries(site)
    assert entry["vin"] is None
    assert entry["body"]["car"].endswith(VIN[-4:])
    assert VIN not in str(entry)


async def test_refused_act_is_noted_with_the_reason(site: Site) -> None:
    site.credentials.tokens = {"r": "read", "w": "write"}
    async with site.post(f"/api/v1/vehicles/{VIN}/erase", json={"confirmation": "x"}, headers=WRITER) as answer:
        assert answer.status == 422
    [entry] = await entries(site)
    assert entry["body"]["outcome"] == "refused"
    assert "not the end of the vehicle's VIN" in entry["body"]["reason"]


async def test_looking_first_is_no_act(site: Site) -> None:
    site.credentials.tokens = {"r": "read", "w": "write"}
    path = "/api/v1/accounts/home/containers/collection?dry_run=true"
    async with site.post(path, headers=WRITER) as answer:
        assert answer.status == 200
    assert await entries(site) == []


async def test_log_ins_are_noted_also_those_that_fail(site: Site) -> None:
    site.credentials.password = PASSWORD
    origin = {"Origin": site.address}
    for password in ("wrong", PASSWORD):
        async with site.post("/login", data={"password": password}, headers=origin, allow_redirects=False):
            pass
    async with site.get("/api/v1/audit") as answer:
        noted = [(entry["who"], entry["action"]) for entry in (await answer.json())["items"]]
    assert noted == [("page", "logged_in"), ("stranger", "log_in_refused")]


def test_every_route_that_changes_something_notes_it() -> None:
    changing = {
        route.endpoint.__name__: inspect.getsource(route.endpoint)
        for module in pkgutil.iter_modules(routes.__path__)
        for route in getattr(import_module(f"{routes.__name__}.{module.name}"), "router", APIRouter()).routes
        if isinstance(route, APIRoute) and set(route.methods or ()) - {"GET", "HEAD", "OPTIONS"}
    }
    silent = {name for name, source in changing.items() if "ports.acts" not in source}
    assert silent == NO_ACTS.keys()
