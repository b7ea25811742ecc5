"""i Remote's calls as they go over the wire: bodies out, answers' bodies in.

Which request an operation is, says `operations`; how it is sent, `SignedCalls`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.iremote import refusals
from bimmerhub.bmw.iremote.endpoints import Endpoints
from bimmerhub.bmw.iremote.operations import OPERATIONS
from bimmerhub.bmw.iremote.words import ImageView
from bimmerhub.bmw.operations.operation import Operation, check_is_no_sign_in
from bimmerhub.bmw.operations.operation_requests import to_request
from bimmerhub.bmw.operations.operation_rest import OperationRest
from bimmerhub.bmw.signed_calls import RETRIES, ApiRequest, SignedCalls, bearer_headers
from bimmerhub.bmw.tokens.password_tokens import PasswordTokens
from bimmerhub.ids import Vin


class IRemoteRest(OperationRest):
    """The calls of one signed-in account. Each can raise what `SignedCalls` says, BmwRefused with BMW's code."""

    def __init__(
        self, *, tokens: PasswordTokens, endpoints: Endpoints, session: Session, clock: Clock, retries: int = RETRIES
    ) -> None:
        self._api_url = endpoints.api_url
        self._clock = clock
        self._calls = SignedCalls(
            tokens=tokens,
            refusals=refusals,
            headers=partial(bearer_headers, user_agent=endpoints.app.user_agent),
            tls=endpoints.ssl_context,
            session=session,
            clock=clock,
            retries=retries,
        )

    async def fetch_vehicles(self) -> bytes:
        """Return the account's cars."""
        return await self._ask("vehicles")

    async def fetch_vehicle(self, vin: Vin) -> bytes:
        """Return one car of them (inferred from clients)."""
        return await self._ask("vehicle", vin=vin)

    async def fetch_status(self, vin: Vin, *, device_time: datetime, near: tuple[float, float] | None) -> bytes:
        """Return a car's state. `near` is where the asker is (latitude, longitude); i cars need it not.

        Cars built before July 2014, i cars aside, tell their position only to somebody near (about 1 km).
        """
        latitude_deg, longitude_deg = near or (None, None)
        return await self._ask(
            "status",
            vin=vin,
            device_time=_device_time(device_time),
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
        )

    async def fetch_last_trip(self, vin: Vin) -> bytes:
        """Return the last trip."""
        return await self._ask("last-trip", vin=vin)

    async def fetch_all_trips(self, vin: Vin) -> bytes:
        """Return the statistics of all trips."""
        return await self._ask("all-trips", vin=vin)

    async def fetch_charging_profile(self, vin: Vin) -> bytes:
        """Return the charging profile."""
        return await self._ask("charging-profile", vin=vin)

    async def fetch_destinations(self, vin: Vin) -> bytes:
        """Return the last destinations."""
        return await self._ask("destinations", vin=vin)

    async def fetch_range_map(self, vin: Vin, *, device_time: datetime) -> bytes:
        """Return the range map."""
        return await self._ask("range-map", vin=vin, device_time=_device_time(device_time))

    async def fetch_image(self, vin: Vin, *, width_px: int, height_px: int, view: ImageView) -> bytes:
        """Return a picture, PNG."""
        return await self._ask("image", vin=vin, width_px=width_px, height_px=height_px, view=view.value)

    async def fetch_execution(self, vin: Vin, service_type: str) -> bytes:
        """Return how the newest service of a type stands; asked once, whatever BMW answers."""
        request = self._request("service-status", vin=vin, service=service_type)
        return (await self._calls.ask_once(request)).body

    async def fetch_history(self, vin: Vin) -> bytes:
        """Return the executed services."""
        return await self._ask("service-history", vin=vin)

    async def fetch_twin(self, name: str, vin: Vin) -> bytes:
        """Return what the portal tells under `/api/vehicle`: name is dynamic, navigation or efficiency."""
        return await self._ask(name, vin=vin)

    async def fetch_limited(self, vin: Vin) -> bytes:
        """Return the few things of a car's state that every car tells, as the portal does."""
        return await self._ask("limited", vin=vin)

    async def fetch_messages(self) -> bytes:
        """Return the messages that were sent to the account's cars; in which shape is not known."""
        return await self._ask("messages")

    async def fetch_mapping(self) -> bytes:
        """Return how the account is mapped to its cars; in which shape is not known."""
        return await self._ask("mapping")

    async def send_myinfo(self, vin: Vin, *, subject: str, text: str) -> bytes:
        """Send a message to a car as the portal does, once. AnswerLost when BMW may have taken it."""
        return await self._change(self._request("send-message", vins=[vin], text=text, subject=subject))

    async def execute_rs(self, vin: Vin, code: str, document: Mapping[str, object]) -> bytes:
        """Send a command by rsapi, once. AnswerLost when BMW may have taken it."""
        return await self._change(self._request("rs-execute", vin=vin, code=code, document=document))

    async def fetch_rs_state(self, vin: Vin) -> bytes:
        """Return how the car's newest command stands; asked once, whatever BMW answers."""
        return (await self._calls.ask_once(self._request("rs-state", vin=vin))).body

    async def execute(self, vin: Vin, form: Mapping[str, str]) -> bytes:
        """Ask for a service, once, with any fields in the form. AnswerLost when BMW may have taken it."""
        request = self._request("execute-service", vin=vin, service=form["serviceType"])
        return await self._change(replace(request, form=form))

    async def send_poi(self, vin: Vin, poi: str) -> bytes:
        """Send a destination or a message, once; BMW's answer is empty. AnswerLost when BMW may have taken it."""
        return await self._change(self._request("send-poi", vin=vin, data=poi))

    @override
    async def find_api_url(self) -> str:
        return self._api_url

    @override
    async def request_of(self, operation: Operation, values: Mapping[str, object]) -> ApiRequest:
        check_is_no_sign_in(operation)
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        return to_request(operation, values, server_url=self._api_url, fillings={"device_time": _device_time(now)})

    def _request(self, name: str, **values: object) -> ApiRequest:
        return to_request(OPERATIONS[name], values, server_url=self._api_url, fillings={})

    async def _ask(self, name: str, **values: object) -> bytes:
        return (await self._calls.ask(self._request(name, **values))).body

    async def _change(self, request: ApiRequest) -> bytes:
        return (await self._calls.change(request)).body


def _device_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")
