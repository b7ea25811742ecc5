"""i Remote's calls as they go over the wire: bodies out, answers' bodies in. How they are sent: `SignedCalls`.

Sources: documentation of i Remote (2014-2015), clients 2018-2021.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Answer, Session
from bimmerhub.bmw.iremote import refusals
from bimmerhub.bmw.iremote.endpoints import API_PATH, Endpoints
from bimmerhub.bmw.iremote.words import ImageView
from bimmerhub.bmw.password_tokens import PasswordTokens
from bimmerhub.bmw.signed_calls import RETRIES, ApiRequest, SignedCalls, bearer_headers
from bimmerhub.ids import Vin

_RSAPI_PATH: Final = "/remoteservices/rsapi/v1"
_MYINFO_PATH: Final = "/api/vehicle/myinfo/v1/send"


class IRemoteRest:
    """The calls of one signed-in account. Each can raise what `SignedCalls` says, BmwRefused with BMW's code."""

    def __init__(
        self, *, tokens: PasswordTokens, endpoints: Endpoints, session: Session, clock: Clock, retries: int = RETRIES
    ) -> None:
        self._api_url = endpoints.api_url
        self._calls = SignedCalls(
            tokens=tokens,
            refusals=refusals,
            headers=partial(bearer_headers, user_agent=endpoints.app.user_agent),
            tls=endpoints.ssl_context,
            session=session,
            clock=clock,
            retries=retries,
        )

    @property
    def server_time_ms(self) -> int | None:
        """BMW's clock in its newest answer, milliseconds UTC; None before the first, or when it had none."""
        return self._calls.server_time_ms

    async def fetch_vehicles(self) -> bytes:
        """Return the account's cars."""
        return await self._get("vehicles", f"{API_PATH}/user/vehicles")

    async def fetch_vehicle(self, vin: Vin) -> bytes:
        """Return one car of them (inferred from clients)."""
        return await self._get("vehicle", _vehicle(vin))

    async def fetch_status(self, vin: Vin, *, device_time: datetime, near: tuple[float, float] | None) -> bytes:
        """Return a car's state. `near` is where the asker is (latitude, longitude); i cars need it not.

        Cars built before July 2014, i cars aside, tell their position only to somebody near (about 1 km).
        """
        query = {"deviceTime": device_time.strftime("%Y-%m-%dT%H:%M:%S")}
        if near is not None:
            query |= {"dlat": str(near[0]), "dlon": str(near[1])}
        return await self._get("status", f"{_vehicle(vin)}/status", query)

    async def fetch_last_trip(self, vin: Vin) -> bytes:
        """Return the last trip."""
        return await self._get("lastTrip", f"{_vehicle(vin)}/statistics/lastTrip")

    async def fetch_all_trips(self, vin: Vin) -> bytes:
        """Return the statistics of all trips."""
        return await self._get("allTrips", f"{_vehicle(vin)}/statistics/allTrips")

    async def fetch_charging_profile(self, vin: Vin) -> bytes:
        """Return the charging profile."""
        return await self._get("chargingprofile", f"{_vehicle(vin)}/chargingprofile")

    async def fetch_destinations(self, vin: Vin) -> bytes:
        """Return the last destinations."""
        return await self._get("destinations", f"{_vehicle(vin)}/destinations")

    async def fetch_range_map(self, vin: Vin, *, device_time: datetime) -> bytes:
        """Return the range map."""
        query = {"deviceTime": device_time.strftime("%Y-%m-%dT%H:%M:%S")}
        return await self._get("rangemap", f"{_vehicle(vin)}/rangemap", query)

    async def fetch_image(self, vin: Vin, *, width_px: int, height_px: int, view: ImageView) -> bytes:
        """Return a picture, PNG."""
        query = {"width": str(width_px), "height": str(height_px), "view": view.value}
        return await self._get("image", f"{_vehicle(vin)}/image", query, headers={"Accept": "image/png"})

    async def fetch_execution(self, vin: Vin, service_type: str) -> bytes:
        """Return how the newest service of a type stands; asked once, whatever BMW answers."""
        url = f"{self._api_url}{_vehicle(vin)}/serviceExecutionStatus"
        query = {"serviceType": service_type}
        request = ApiRequest(operation="serviceExecutionStatus", url=url, query=query)
        return (await self._calls.ask_once(request)).body

    async def fetch_history(self, vin: Vin) -> bytes:
        """Return the executed services."""
        return await self._get("serviceExecutionHistory", f"{_vehicle(vin)}/serviceExecutionHistory")

    async def fetch_twin(self, name: str, vin: Vin) -> bytes:
        """Return what the portal tells under `/api/vehicle`: name is dynamic, navigation or efficiency."""
        return await self._get(name, f"/api/vehicle/{name}/v1/{vin}")

    async def fetch_limited(self, vin: Vin) -> bytes:
        """Return the few things of a car's state that every car tells, as the portal does."""
        return await self._get("limited state", f"/api/vehicle/v2/{vin}")

    async def fetch_messages(self) -> bytes:
        """Return the messages that were sent to the account's cars; in which shape is not known."""
        return await self._get("myinfo", _MYINFO_PATH)

    async def fetch_mapping(self) -> bytes:
        """Return how the account is mapped to its cars; in which shape is not known."""
        return await self._get("mapping", "/api/me/mapping/v4/status", {"brand": "BM"})

    async def send_myinfo(self, vin: Vin, *, subject: str, text: str) -> bytes:
        """Send a message to a car as the portal does, once. AnswerLost when BMW may have taken it."""
        document = {"vins": [vin], "message": text, "subject": subject}
        return await self._change("myinfo", _MYINFO_PATH, document)

    async def execute_rs(self, vin: Vin, code: str, document: Mapping[str, object]) -> bytes:
        """Send a command by rsapi, once. AnswerLost when BMW may have taken it."""
        return await self._change(code, f"{_RSAPI_PATH}/{vin}/{code}", document)

    async def fetch_rs_state(self, vin: Vin) -> bytes:
        """Return how the car's newest command stands; asked once, whatever BMW answers."""
        url = f"{self._api_url}{_RSAPI_PATH}/{vin}/state/execution"
        return (await self._calls.ask_once(ApiRequest(operation="rsapi state", url=url))).body

    async def execute(self, vin: Vin, form: Mapping[str, str]) -> bytes:
        """Ask for a service, once. AnswerLost when BMW may have taken it."""
        return (await self._post(vin, "executeService", form)).body

    async def send_poi(self, vin: Vin, poi: str) -> None:
        """Send a destination or a message, once. AnswerLost when BMW may have taken it.

        The documentation names the form's field `body`, the clients that worked sent `data`.
        """
        await self._post(vin, "sendpoi", {"data": poi})

    async def _get(
        self,
        operation: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        request = ApiRequest(operation=operation, url=self._api_url + path, query=query, headers=headers or {})
        return (await self._calls.ask(request)).body

    async def _change(self, operation: str, path: str, document: object) -> bytes:
        request = ApiRequest(operation=operation, url=self._api_url + path, method="POST", json=document)
        return (await self._calls.change(request)).body

    async def _post(self, vin: Vin, operation: str, form: Mapping[str, str]) -> Answer:
        url = f"{self._api_url}{_vehicle(vin)}/{operation}"
        return await self._calls.change(ApiRequest(operation=operation, url=url, method="POST", form=form))


def _vehicle(vin: Vin) -> str:
    return f"{API_PATH}/user/vehicles/{vin}"
