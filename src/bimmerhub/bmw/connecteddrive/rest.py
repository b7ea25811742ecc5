"""The portal's calls as they go over the wire: bodies out, answers' bodies in. How they are sent: `SignedCalls`.

Sources: clients of the portal, 2015-2021.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from bimmerhub.bmw.account_client import read_answer
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.connecteddrive import refusals
from bimmerhub.bmw.connecteddrive.countries import choose_country
from bimmerhub.bmw.connecteddrive.endpoints import COUNTRIES_PATH, Endpoints, may_have_picture, to_api_url
from bimmerhub.bmw.connecteddrive.wire import decode_countries
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.password_tokens import PasswordTokens
from bimmerhub.bmw.refusal_words import LONGEST_WORD, shown
from bimmerhub.bmw.servers import is_url
from bimmerhub.bmw.signed_calls import RETRIES, ApiRequest, SignedCalls, bearer_headers
from bimmerhub.errors import BmwRefused, BmwUnavailable
from bimmerhub.ids import Vin

_REMOTE: Final = "/vehicle/remoteservices"


class ConnectedDriveRest:
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

    @property
    def server_time_ms(self) -> int | None:
        """BMW's clock in its newest answer, milliseconds UTC; None before the first, or when it had none."""
        return self._calls.server_time_ms

    async def fetch_countries(self) -> bytes:
        """Return the countries and their portals; nobody needs to be signed in for it."""
        url = self._endpoints.countries_url + COUNTRIES_PATH
        request = ApiRequest(operation="country-selection", url=url, is_signed=False)
        return (await self._calls.ask(request)).body

    async def fetch_vehicles(self) -> bytes:
        """Return the account's cars."""
        return await self._get("vehicles", "/me/vehicles/v2")

    async def fetch_dynamic(self, vin: Vin, *, offset_min: int = 0) -> bytes:
        """Return a car's state; `offset_min` is UTC minus local time, in minutes, as JavaScript has it.

        It shifts the `_converted` texts only.
        """
        return await self._get("dynamic", f"/vehicle/dynamic/v1/{vin}", {"offset": str(offset_min)})

    async def fetch_limited(self, vin: Vin) -> bytes:
        """Return the few things of a car's state that every car tells."""
        return await self._get("limited state", f"/vehicle/v2/{vin}")

    async def fetch_navigation(self, vin: Vin) -> bytes:
        """Return what the navigation reckons with."""
        return await self._get("navigation", f"/vehicle/navigation/v1/{vin}")

    async def fetch_efficiency(self, vin: Vin) -> bytes:
        """Return how efficiently the car is driven."""
        return await self._get("efficiency", f"/vehicle/efficiency/v1/{vin}")

    async def fetch_specs(self, vin: Vin) -> bytes:
        """Return the technical data."""
        return await self._get("specs", f"/vehicle/specs/v1/{vin}")

    async def fetch_services(self, vin: Vin) -> bytes:
        """Return the booked services."""
        return await self._get("service", f"/vehicle/service/v1/{vin}")

    async def fetch_service_partner(self, vin: Vin) -> bytes:
        """Return the dealer."""
        return await self._get("servicepartner", f"/vehicle/servicepartner/v1/{vin}")

    async def fetch_images(self, vin: Vin, *, start_deg: int, step_deg: int, width_px: int) -> bytes:
        """Return where the pictures around the car are."""
        query = {"startAngle": str(start_deg), "stepAngle": str(step_deg), "width": str(width_px)}
        return await self._get("image", f"/vehicle/image/v1/{vin}", query)

    async def fetch_picture(self, url: str) -> bytes:
        """Return a picture; the token goes along only where it is the API itself that has the picture.

        BmwRefused `foreign_picture` for an address that is neither the API's nor BMW's (`may_have_picture`).
        """
        api_url = await self._find_api_url()
        if not is_url(url):
            raise BmwUnavailable("image: the portal names a picture at what is no address")
        if not may_have_picture(url, api_url=api_url):
            host = shown(urlsplit(url).hostname or "", longest=LONGEST_WORD)
            raise BmwRefused(f"image: the portal names a picture at {host}, which is not asked", code="foreign_picture")
        request = ApiRequest(
            operation="picture",
            url=url,
            headers={"Accept": "image/png, image/*"},
            is_signed=urlsplit(url)[:2] == urlsplit(api_url)[:2],
        )
        return (await self._calls.ask_once(request)).body

    async def fetch_charging_profile(self, vin: Vin) -> bytes:
        """Return the charging profile."""
        return await self._get("chargingprofile", f"{_REMOTE}/chargingprofile/v1/{vin}")

    async def fetch_execution(self, vin: Vin) -> bytes:
        """Return how the newest command stands; asked once, whatever BMW answers."""
        url = f"{await self._find_api_url()}{_REMOTE}/v1/{vin}/state/execution"
        return (await self._calls.ask_once(ApiRequest(operation="state/execution", url=url))).body

    async def fetch_history(self, vin: Vin) -> bytes:
        """Return the commands that the car was sent."""
        return await self._get("history", f"{_REMOTE}/v1/{vin}/history")

    async def fetch_messages(self) -> bytes:
        """Return the messages that were sent to the account's cars (inferred from clients)."""
        return await self._get("myinfo", "/vehicle/myinfo/v1")

    async def fetch_mapping(self) -> bytes:
        """Return how the account is mapped to its cars; in which shape is not known."""
        return await self._get("mapping", "/me/mapping/v4/status", {"brand": "BM"})

    async def fetch_offers(self, vin: Vin) -> bytes:
        """Return the shop's offers for a car; in which shape is not known."""
        return await self._get("offers", f"/store/v2/{vin}/offersAndPortfolios")

    async def fetch_map_update(self, vin: Vin) -> bytes:
        """Return the map update for a car; in which shape is not known."""
        return await self._get("mapupdate", f"/me/service/mapupdate/download/v1/{vin}")

    async def execute(self, vin: Vin, code: str, document: object = None) -> bytes:
        """Send a command, once, with a JSON document or without. AnswerLost when BMW may have taken it."""
        return await self._post(code, f"{_REMOTE}/v1/{vin}/{code}", document)

    async def send_message(self, vin: Vin, *, subject: str, text: str) -> bytes:
        """Send a message to a car, once. AnswerLost when BMW may have taken it."""
        document = {"vins": [vin], "message": text, "subject": subject}
        return await self._post("myinfo", "/vehicle/myinfo/v1", document)

    async def add_feed(self, *, url: str, title: str) -> bytes:
        """Add a news feed for the account's cars, once (inferred from clients)."""
        document = {"url": url, "title": title}
        return await self._post("feed", "/me/service/feed/v1", document)

    async def _get(self, operation: str, path: str, query: Mapping[str, str] | None = None) -> bytes:
        url = await self._find_api_url() + path
        return (await self._calls.ask(ApiRequest(operation=operation, url=url, query=query))).body

    async def _post(self, operation: str, path: str, document: object) -> bytes:
        url = await self._find_api_url() + path
        request = ApiRequest(operation=operation, url=url, method="POST", json=document)
        return (await self._calls.change(request)).body

    async def _find_api_url(self) -> str:
        """Return the address of the API, which is looked up once where only the country is known."""
        if not self._api_url:
            countries = read_answer(decode_countries, await self.fetch_countries(), "country-selection")
            self._api_url = to_api_url(choose_country(countries, self._endpoints.country).url)
        return self._api_url
