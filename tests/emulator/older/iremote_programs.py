"""The three i Remote programs of 2015 to 2022, re-enacted request by request. They import nothing of ours.

`print_fields` printed what the first car tells, `flash_lights` flashed its lights and followed that, `write_status`
made a short text of its state when that was newer than the last one. No status code is looked at: an answer without
the wanted key is a KeyError, which ended the program. A request for the state has neither position nor time.
"""

import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

API = "/webapi/v1"
USER_AGENT = "MCVApp/1.5.2 (iPhone; iOS 9.1; Scale/2.00)"
MILES = 0.621371
PLUG_WORDS = {
    "CHARGING": "Charging",
    "ERROR": "Error",
    "FINISHED_FULLY_CHARGED": "Finished (Full)",
    "FINISHED_NOT_FULL": "Finished (Partial)",
    "INVALID": "Invalid",
    "NOT_CHARGING": "Not charging",
    "WAITING_FOR_CHARGING": "Waiting for charge",
}
UPDATE_WORDS = {
    "CHARGING_INTERRUPED": "Charging Interrupted",
    "CHARGIN_STARTED": "Charging started",
    "DOOR_STATE_CHANGED": "Doors changed",
    "VEHICLE_MOVING": "On the move",
    "VEHICLE_SECURED": "Locked",
    "VEHICLE_SHUTDOWN": "Shutdown",
    "VEHICLE_SHUTDOWN_SECURED": "Shutdown Secured",
    "VEHICLE_UNSECURED": "Unlocked",
}


@dataclass
class IRemotePrograms:
    """`folder` has credentials.json, which they read and write again; `sleep` waits for so many seconds."""

    host: str
    folder: Path
    tls: ssl.SSLContext
    sleep: Callable[[float], None] = time.sleep

    def print_fields(self) -> list[str]:
        """Return the lines of bmw.py: all fields of the first car and of its state, `name : value`."""
        car = self._first_car()
        status = self._call(f"/user/vehicles/{car['vin']}/status")["vehicleStatus"]
        return [f"{name} : {value}" for fields in (car, status) for name, value in fields.items()]

    def flash_lights(self) -> list[str]:
        """Return the words of bmwpostdemo.py: it asks every 2 s while it reads INITIATED or PENDING."""
        vin = self._first_car()["vin"]
        answer = self._call(f"/user/vehicles/{vin}/executeService", {"serviceType": "LIGHT_FLASH"})
        words = [answer["executionStatus"]["status"]]
        while words[-1] in {"INITIATED", "PENDING"}:
            self.sleep(2)
            answer = self._call(f"/user/vehicles/{vin}/serviceExecutionStatus?serviceType=LIGHT_FLASH")
            words.append(answer["executionStatus"]["status"])
        return words

    def write_status(self) -> str | None:
        """Return the text of bmwtweet.py; None when the state is no newer than that of the last text."""
        vin = self._first_car()["vin"]
        status = self._call(f"/user/vehicles/{vin}/status")["vehicleStatus"]
        trip = self._call(f"/user/vehicles/{vin}/statistics/lastTrip")["lastTrip"]
        noted = self.folder / "tweet_status.json"
        if noted.exists() and json.loads(noted.read_text())["updateTime"] >= status["updateTime"]:
            return None
        noted.write_text(json.dumps({"updateTime": status["updateTime"]}))
        plug = "Unplugged"
        if status["connectionStatus"] != "DISCONNECTED":
            plug = PLUG_WORDS.get(status["chargingStatus"], "Unknown")
        return (
            f"{trip['totalDistance'] * MILES:,.0f} miles in {trip['duration']} minutes\n"
            f"Efficiency {1 / (0.01609344 * trip['avgElectricConsumption']):.2f} miles/kWh\n"
            f"{status['chargingLevelHv']}% ({status['remainingRangeElectricMls']} miles)\n"
            f"{plug}\n{UPDATE_WORDS.get(status['updateReason'], '???')}\n{status['mileage'] * MILES:,.0f} miles"
        )

    def _first_car(self) -> dict[str, Any]:
        return dict(self._call("/user/vehicles/")["vehicles"][0])

    def _token(self) -> str:
        """Return the token of credentials.json; past its time a new one is asked for and written there."""
        file = self.folder / "credentials.json"
        credentials = json.loads(file.read_text())
        if time.time() > credentials["token_expiry"]:
            form = {"grant_type": "password", "username": credentials["username"], "password": credentials["password"]}
            form["scope"] = "remote_services vehicle_data"
            basic = {"Authorization": f"Basic {credentials['auth_basic']}"}
            answer = self._send("/gcdm/oauth/token", basic, form)
            credentials["access_token"] = answer["access_token"]
            credentials["token_expiry"] = time.time() + answer["expires_in"]
            file.write_text(json.dumps(credentials, indent=4))
        return str(credentials["access_token"])

    def _call(self, path: str, form: Mapping[str, str] | None = None) -> Any:
        return self._send(API + path, {"Authorization": f"Bearer {self._token()}"}, form)

    def _send(self, path: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of an answer, whatever its status: GET, or POST with a form."""
        sent = {"User-Agent": USER_AGENT, "Accept": "application/json", **headers}
        with closing(http.client.HTTPSConnection(self.host, context=self.tls, timeout=30)) as connection:
            if form is None:
                connection.request("GET", path, headers=sent)
            else:
                sent["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request("POST", path, urlencode(form), sent)
            return json.loads(connection.getresponse().read())
