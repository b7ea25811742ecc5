"""The i3 charge logger of 2020, re-enacted request by request. It imports nothing of ours.

It was a Node program: it signs in anew for each reading, sends every parameter in the query of a POST and encodes none
of them, prints the charge level with a bar, and notifies at whole multiples of 5 %. Its faults are kept: nothing is
tried again, a refused sign-in ends it.
"""

import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

BAR_CELLS = 50


class Ended(Exception):
    """The program ended with code 1: an exception in a callback."""


class Rejected(Exception):
    """A promise was rejected: on Node 15 and later the program ends, before it goes on at the next interval."""


@dataclass
class ChargeLogger:
    """`settings` are the program's environment variables; `notify` gets each notification's title and message."""

    settings: Mapping[str, str]
    tls: ssl.SSLContext
    notify: Callable[[str, str], None]
    printed: list[str] = field(default_factory=list)
    last_notified: int = 0

    def read_once(self) -> None:
        """Do what the program does at each interval."""
        level = self._charge_level(self._sign_in())
        whole = int(float(level)) if level is not None else None
        cells = ["#" if whole is None or i * 2 < whole else "-" for i in range(BAR_CELLS)]
        self.printed.append(f"\r\n{'undefined' if level is None else level} % [{''.join(cells)}]\r\n")
        if whole is not None and whole % 5 == 0 and whole != self.last_notified:
            self.last_notified = whole
            self.notify("BMW i3 charge status", f"Current charge level: {level}%")

    def _sign_in(self) -> str:
        """Return the token; "null" when the redirect has none. The status is not looked at."""
        names = {"client_id": "AUTH_CLIENT_ID", "redirect_uri": "AUTH_REDIRECT_URI", "username": "USERNAME"}
        query = "&".join(f"{name}={self.settings[variable]}" for name, variable in names.items())
        query += (
            f"&response_type=token&state=RANDOMGUID&scope=authenticate_user+fupo&password={self.settings['PASSWORD']}"
        )
        _, location, _ = self._send("POST", f"{self.settings['AUTH_BASE_URL']}?{query}")
        if location is None:
            raise Ended("location is undefined")
        return parse_qs(urlsplit(location.replace("#", "?", 1)).query).get("access_token", ["null"])[0]

    def _charge_level(self, token: str) -> str | None:
        base, vin = self.settings["CONNECTED_DRIVE_BASE_URL"], self.settings["VEHICLE_IDENTIFICATION_NUMBER"]
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        status, _, body = self._send("GET", f"{base}vehicle/dynamic/v1/{vin}?offset=-60", headers)
        if not 200 <= status < 300:
            raise Rejected(status)
        level = json.loads(body)["attributesMap"].get("chargingLevelHv")
        return None if level is None else str(level)

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None = None) -> tuple[int, str | None, bytes]:
        """Return status, location and body. Nothing is sent as body and no Content-Type; redirects are not followed."""
        host = urlsplit(url).netloc
        with closing(http.client.HTTPSConnection(host, context=self.tls, timeout=30)) as connection:
            connection.request(method, url.partition(host)[2], headers=dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.headers["location"], response.read()
