"""The regions of the MyBMW app's API: each has a host, and the sign-in is at another."""

from urllib.parse import urlsplit

from starlette.requests import Request

from bimmerhub.emulator.host.as_bmw import OTHER_SIGN_IN_HOSTS, SIGN_IN_HOST
from bimmerhub.emulator.host.regions import UserRegion, region_of
from bimmerhub.emulator.mybmw.access.app_agents import AppAgent

_SIGN_IN_HOSTS = {UserRegion.ROW: SIGN_IN_HOST, UserRegion.NA: OTHER_SIGN_IN_HOSTS[1]}


def app_region_of(request: Request, agent: AppAgent) -> UserRegion:
    """Return the region of a request: that of BMW's host, else the one that the app names."""
    return region_of(request.url.hostname or "") or agent.region or UserRegion.ROW


def sign_in_url(request: Request, region: UserRegion) -> str:
    """Return where one signs in: BMW's host of the region, or the emulator's own address under its own name."""
    url = urlsplit(str(request.base_url).rstrip("/"))
    if region_of(url.hostname or "") is None or region not in _SIGN_IN_HOSTS:
        return url.geturl()
    port = "" if url.port is None else f":{url.port}"
    return f"{url.scheme}://{_SIGN_IN_HOSTS[region]}{port}"
