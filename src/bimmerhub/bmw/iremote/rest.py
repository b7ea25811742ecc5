"""i Remote's calls as they go over the wire: bodies out, answers' bodies in.

Each can raise SignInRequired, BmwUnavailable, RateLimited, and BmwRefused with BMW's code. A token that BMW refuses is
renewed once, and the call made again: a refused call was not carried out. A question is asked again up to RETRIES times
when BMW fails; what changes something never is.
Sources: documentation of i Remote (2014-2015), clients 2018-2021.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Answer, NotTrusted, Session, fetch
from bimmerhub.bmw.iremote.endpoints import API_PATH, Endpoints
from bimmerhub.bmw.iremote.refusals import is_refusal, is_token_refused, to_error
from bimmerhub.bmw.iremote.words import ImageView
from bimmerhub.bmw.password_tokens import PasswordTokens
from bimmerhub.errors import BmwUnavailable
from bimmerhub.ids import Vin

RETRIES: Final = 2
PAUSE_S: Final = 2.0
_JSON: Final = "application/json"
_log = logging.getLogger(__name__)


class IRemoteRest:
    """The calls of one signed-in account."""

    def __init__(
        self, *, tokens: PasswordTokens, endpoints: Endpoints, session: Session, clock: Clock, retries: int = RETRIES
    ) -> None:
        self._tokens = tokens
        self._endpoints = endpoints
        self._session = session
        self._clock = clock
        self._retries = retries
        self.server_time_ms: int | None = None
        """BMW's clock in its newest answer, milliseconds UTC; None before the first, or when it had none."""

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
        return await self._get("image", f"{_vehicle(vin)}/image", query, accept="image/png")

    async def fetch_execution(self, vin: Vin, service_type: str) -> bytes:
        """Return how the newest service of a type stands; asked once, whatever BMW answers."""
        path = f"{_vehicle(vin)}/serviceExecutionStatus"
        answer = await self._call("serviceExecutionStatus", "GET", path, query={"serviceType": service_type})
        return answer.body

    async def fetch_history(self, vin: Vin) -> bytes:
        """Return the executed services."""
        return await self._get("serviceExecutionHistory", f"{_vehicle(vin)}/serviceExecutionHistory")

    async def fetch_twin(self, name: str, vin: Vin) -> bytes:
        """Return what the portal tells under `/api/vehicle`: name is dynamic, navigation or efficiency."""
        return await self._get(name, f"/api/vehicle/{name}/v1/{vin}")

    async def execute(self, vin: Vin, form: Mapping[str, str]) -> bytes:
        """Ask for a service, once. AnswerLost when BMW may have taken it."""
        answer = await self._call("executeService", "POST", f"{_vehicle(vin)}/executeService", form=form)
        return answer.body

    async def send_poi(self, vin: Vin, poi: str) -> None:
        """Send a destination or a message, once. AnswerLost when BMW may have taken it.

        The documentation names the form's field `body`, the clients that worked sent `data`.
        """
        await self._call("sendpoi", "POST", f"{_vehicle(vin)}/sendpoi", form={"data": poi})

    async def _get(
        self, operation: str, path: str, query: Mapping[str, str] | None = None, *, accept: str = _JSON
    ) -> bytes:
        tries_left = self._retries
        while True:
            try:
                return (await self._call(operation, "GET", path, query=query, accept=accept)).body
            except NotTrusted:
                raise
            except BmwUnavailable as error:
                if tries_left == 0:
                    raise
                _log.info("%s: trying again: %s", operation, error)
            tries_left -= 1
            await self._clock.sleep(PAUSE_S)

    async def _call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        accept: str = _JSON,
    ) -> Answer:
        tokens = await self._tokens.current()
        answer = await self._send(method, path, tokens.access_token, query=query, form=form, accept=accept)
        if is_token_refused(answer):
            tokens = await self._tokens.renew(tokens)
            answer = await self._send(method, path, tokens.access_token, query=query, form=form, accept=accept)
        if is_refusal(answer):
            raise to_error(answer, operation=operation, may_be_done=method == "POST")
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        access_token: str,
        *,
        query: Mapping[str, str] | None,
        form: Mapping[str, str] | None,
        accept: str,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": accept}
        if self._endpoints.app.user_agent is not None:
            headers["User-Agent"] = self._endpoints.app.user_agent
        answer = await fetch(
            self._session,
            method,
            self._endpoints.api_url + path,
            tls=self._endpoints.ssl_context(),
            headers=headers,
            query=query,
            form=form,
        )
        self.server_time_ms = answer.server_time_ms
        return answer


def _vehicle(vin: Vin) -> str:
    return f"{API_PATH}/user/vehicles/{vin}"
