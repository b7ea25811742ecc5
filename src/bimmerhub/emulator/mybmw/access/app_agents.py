"""The header x-user-agent: which app asks, for which brand, in which region.

`android(<build>);<brand>;<version>;<region>`; up to May 2022 apps left the region out (programs 2021-2025).
"""

from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request

from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.mybmw.access.app_refusals import forbidden, malformed_agent

HEADER = "x-user-agent"
REGION_FROM_YEAR = 2023
LONGEST_VERSION = 9


class AppBrand(StrEnum):
    """Whose app asks. That Rolls-Royce is written so is inferred."""

    BMW = "bmw"
    MINI = "mini"
    TOYOTA = "toyota"
    ROLLS_ROYCE = "rolls-royce"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAgent:
    """What the header says; `region` is None for an app of before May 2022. `text` is the whole of it."""

    text: str
    brand: AppBrand
    version: str
    region: UserRegion | None

    @property
    def major_version(self) -> int:
        """The first number of the version, 0 without one."""
        digits = self.version.partition(".")[0]
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < LONGEST_VERSION else 0


def read_agent(request: Request, *, year: float | None) -> AppAgent:
    """Return what a request's header says; RemoteRefusal: 403 without one, 400 for a malformed one.

    `year` None takes the apps of every year.
    """
    text = request.headers.get(HEADER, "")
    if not text:
        raise forbidden()
    system, *parts = text.split(";")
    is_long = len(parts) == len(("brand", "version", "region"))
    is_short = len(parts) == len(("brand", "version")) and (year is None or year < REGION_FROM_YEAR)
    if not (is_long or is_short) or not system.startswith("android(") or not parts[1]:
        raise malformed_agent()
    try:
        region = UserRegion(parts[2]) if is_long else None
        return AppAgent(text=text, brand=AppBrand(parts[0]), version=parts[1], region=region)
    except ValueError:
        raise malformed_agent() from None
