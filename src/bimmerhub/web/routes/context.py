"""What every route may use: the ports that the app was built with, and the vehicle that a path names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import Request

from bimmerhub.ids import Vin, mask_vin, parse_vin
from bimmerhub.store.ports.quarantine import Quarantine
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.views.ports import (
    Accounts,
    Containers,
    CoverageReport,
    Credentials,
    Examination,
    HealthReport,
    Images,
    Imports,
    Releases,
    Vehicles,
)
from bimmerhub.web.access.sessions import PasswordAttempts, Sessions
from bimmerhub.web.events import EventFeed
from bimmerhub.web.problems import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The ports of one app, and what it remembers of people who log in."""

    vehicles: Vehicles
    images: Images
    accounts: Accounts
    imports: Imports
    credentials: Credentials
    health: HealthReport
    examination: Examination
    coverage: CoverageReport
    containers: Containers
    readings: ReadingQuery
    quarantine: Quarantine
    releases: Releases
    feed: EventFeed
    now_ms: Callable[[], int]
    sessions: Sessions
    passwords: PasswordAttempts


async def _context(request: Request) -> Context:  # async, for FastAPI sends other functions to a thread
    context: Context = request.app.state.context
    return context


Used = Annotated[Context, Depends(_context)]


async def _known_vin(used: Used, vin: Annotated[str, Path(description="17 characters")]) -> Vin:
    return require_vin(used, vin)


KnownVin = Annotated[Vin, Depends(_known_vin)]


def require_vin(used: Context, text: str) -> Vin:
    """Return the VIN of a known vehicle; NotFound when it is none or not known."""
    try:
        vin = parse_vin(text.upper())
    except ValueError as error:
        raise NotFound(str(error), hint="/api/v1/vehicles lists the vehicles.") from error
    if used.vehicles.state(vin) is None:
        raise NotFound(f"no vehicle {mask_vin(vin)} is known here", hint="/api/v1/vehicles lists the vehicles.")
    return vin
