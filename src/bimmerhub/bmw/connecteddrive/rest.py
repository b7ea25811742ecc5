"""The portal's calls as they go over the wire: bodies out, answers' bodies in.

Which request an operation is, says `operations`; how it is sent, `SignedCalls`.
"""

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from typing_extensions import override

from bimmerhub.bmw.account_client import read_answer
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.connecteddrive import refusals
from bimmerhub.bmw.connecteddrive.countries import choose_country
from bimmerhub.bmw.connecteddrive.endpoints import Endpoints, may_have_picture, to_api_url
from bimmerhub.bmw.connecteddrive.operations import GENERIC, OPERATIONS
from bimmerhub.bmw.connecteddrive.wire import decode_countries
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.operations.operation import Operation, check_is_no_sign_in
from bimmerhub.bmw.operations.operation_requests import to_request
from bimmerhub.bmw.operations.operation_rest import OperationRest
from bimmerhub.bmw.refusal_words import LONGEST_WORD, shown
from bimmerhub.bmw.servers import is_url
from bimmerhub.bmw.signed_calls import RETRIES, ApiRequest, SignedCalls, bearer_headers
from bimmerhub.bmw.tokens.password_tokens import PasswordTokens
from bimmerhub.errors import BmwRefused, BmwUnavailable
from bimmerhub.ids import Vin


class ConnectedDriveRest(OperationRest):
    """The calls of one signed-in account. Each can raise what `SignedCalls` says, BmwRefused with BMW's code."""

    def __init__(
        self, *, tokens: PasswordTokens, endpoints: Endpoints, session: Session, clock: Clock, retries: int = RETRIES
    ) -> None:
        self._endpoints = endpoints
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

    async def fetch_countries(self) -> bytes:
        """Return the countries and their portals; nobody needs to be signed in for it."""
        return await self._ask("countries")

    async def fetch_vehicles(self) -> bytes:
        """Return the account's cars."""
        return await self._ask("vehicles")

    async def fetch_dynamic(self, vin: Vin, *, offset_min: int = 0) -> bytes:
        """Return a car's state; `offset_min` is UTC minus local time, in minutes, as JavaScript has it.

        It shifts the `_converted` texts only.
        """
        return await self._ask("dynamic", vin=vin, offset_min=offset_min)

    async def fetch_limited(self, vin: Vin) -> bytes:
        """Return the few things of a car's state that every car tells."""
        return await self._ask("limited", vin=vin)

    async def fetch_navigation(self, vin: Vin) -> bytes:
        """Return what the navigation reckons with."""
        return await self._ask("navigation", vin=vin)

    async def fetch_efficiency(self, vin: Vin) -> bytes:
        """Return how efficiently the car is driven."""
        return await self._ask("efficiency", vin=vin)

    async def fetch_specs(self, vin: Vin) -> bytes:
        """Return the technical data."""
        return await self._ask("specs", vin=vin)

    async def fetch_services(self, vin: Vin) -> bytes:
        """Return the booked services."""
        return await self._ask("services", vin=vin)

    async def fetch_service_partner(self, vin: Vin) -> bytes:
        """Return the dealer."""
        return await self._ask("service-partner", vin=vin)

    async def fetch_images(self, vin: Vin, *, start_deg: int, step_deg: int, width_px: int) -> bytes:
        """Return where the pictures around the car are."""
        return await self._ask("images", vin=vin, start_angle_deg=start_deg, step_angle_deg=step_deg, width_px=width_px)

    async def fetch_picture(self, url: str) -> bytes:
        """Return a picture; the token goes along only where it is the API itself that has the picture.

        BmwRefused `foreign_picture` for an address that is neither the API's nor BMW's (`may_have_picture`).
        """
        api_url = await self.find_api_url()
        if not is_url(url):
            raise BmwUnavailable("image: the portal names a picture at what is no address")
        if not may_have_picture(url, api_url=api_url):
            host = shown(urlsplit(url).hostname or "", longest=LONGEST_WORD)
            raise BmwRefused(f"image: the portal names a picture at {host}, which is not asked", code="foreign_picture")
        request = ApiRequest(
            operation="picture",
            url=url,
            headers={"accept": "image/png, image/*"},
            is_signed=urlsplit(url)[:2] == urlsplit(api_url)[:2],
        )
        return (await self._calls.ask_once(request)).body

    async def fetch_charging_profile(self, vin: Vin) -> bytes:
        """Return the charging profile."""
        return await self._ask("charging-profile", vin=vin)

    async def fetch_execution(self, vin: Vin) -> bytes:
        """Return how the newest command stands; asked once, whatever BMW answers."""
        return (await self._calls.ask_once(await self._request("state-execution", vin=vin))).body

    async def fetch_history(self, vin: Vin) -> bytes:
        """Return the commands that the car was sent."""
        return await self._ask("history", vin=vin)

    async def fetch_messages(self) -> bytes:
        """Return the messages that were sent to the account's cars (inferred from clients)."""
        return await self._ask("messages")

    async def fetch_mapping(self) -> bytes:
        """Return how the account is mapped to its cars; in which shape is not known."""
        return await self._ask("mapping")

    async def fetch_offers(self, vin: Vin) -> bytes:
        """Return the shop's offers for a car; in which shape is not known."""
        return await self._ask("offers", vin=vin)

    async def fetch_map_update(self, vin: Vin) -> bytes:
        """Return the map update for a car; in which shape is not known."""
        return await self._ask("map-update", vin=vin)

    async def execute(self, vin: Vin, code: str, document: object = None) -> bytes:
        """Send a command, once, with a JSON document or without. AnswerLost when BMW may have taken it."""
        return await self._change("execute", vin=vin, code=code, document=document)

    async def send_message(self, vin: Vin, *, subject: str, text: str) -> bytes:
        """Send a message to a car, once. AnswerLost when BMW may have taken it."""
        return await self._change("send-message", vins=[vin], text=text, subject=subject)

    async def add_feed(self, *, url: str, title: str) -> bytes:
        """Add a news feed for the account's cars, once (inferred from clients)."""
        return await self._change("add-feed", url=url, title=title)

    @override
    async def request_of(self, operation: Operation, values: Mapping[str, object]) -> ApiRequest:
        check_is_no_sign_in(operation)
        is_generic = operation.server == GENERIC
        server_url = self._endpoints.countries_url if is_generic else await self.find_api_url()
        return to_request(operation, values, server_url=server_url, fillings={})

    @override
    async def find_api_url(self) -> str:
        if not self._api_url:
            countries = read_answer(decode_countries, await self.fetch_countries(), "country-selection")
            country = choose_country(countries, self._endpoints.country, countries_url=self._endpoints.countries_url)
            self._api_url = to_api_url(country.url)
        return self._api_url

    async def _request(self, name: str, **values: object) -> ApiRequest:
        return await self.request_of(OPERATIONS[name], values)

    async def _ask(self, name: str, **values: object) -> bytes:
        return (await self._calls.ask(await self._request(name, **values))).body

    async def _change(self, name: str, **values: object) -> bytes:
        return (await self._calls.change(await self._request(name, **values))).body
