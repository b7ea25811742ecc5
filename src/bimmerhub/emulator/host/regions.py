"""The regions of BMW's older services: each has hosts and users of its own (reported by users 2018-2021)."""

from enum import StrEnum

from bimmerhub.emulator.host.as_bmw import (
    APP_HOSTS,
    GARAGE_HOSTS,
    OTHER_SIGN_IN_HOSTS,
    PORTAL_HOSTS,
    SIGN_IN_HOST,
    WEBAPI_HOSTS,
)


class UserRegion(StrEnum):
    """Where an account lives: rest of the world, North America, China."""

    ROW = "row"
    NA = "na"
    CN = "cn"


_CHINA_SIGN_IN, _USA_SIGN_IN = OTHER_SIGN_IN_HOSTS
_REGIONS = {
    **dict(zip(WEBAPI_HOSTS, UserRegion, strict=True)),
    **dict(zip(APP_HOSTS, UserRegion, strict=True)),
    **dict.fromkeys((SIGN_IN_HOST, *PORTAL_HOSTS), UserRegion.ROW),
    **dict.fromkeys((_USA_SIGN_IN, *GARAGE_HOSTS), UserRegion.NA),
    _CHINA_SIGN_IN: UserRegion.CN,
}
_USA_PATH = "/gcdm/usa/"


def region_of(host: str, path: str = "") -> UserRegion | None:
    """Return the region that a request is for, None under any name but BMW's.

    North America signed in below `/gcdm/usa/` too, on the rest of the world's host.
    """
    region = _REGIONS.get(host)
    return UserRegion.NA if region is not None and path.startswith(_USA_PATH) else region
