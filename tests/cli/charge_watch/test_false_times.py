"""A car whose clock was ahead once: the charge log goes on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from tests.bmw.conftest import HastyClock

from bimmerhub.bmw.answers.field_readings import AnswerStamp
from bimmerhub.bmw.connecteddrive.state_readings import decode_state_readings
from bimmerhub.cli.charge_watch.asked_cars import AskedCars, AskedReadings, Listed
from bimmerhub.cli.charge_watch.glimpse import Glimpse
from bimmerhub.cli.charge_watch.telling import telling
from bimmerhub.domain.charge_log import ChargeInstant, ChargeLog, ChargeNotice
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.ids import Vin
from bimmerhub.outputs.charge_messages import charge_log_file
from bimmerhub.times import DAY_MS

VIN = Vin("WBY00000000E00001")
NOW_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
TIMES = ("27.07.2026 11:50:00 UTC", "27.07.2099 11:55:00 UTC", "27.07.2026 12:00:00 UTC")


class EnoughError(Exception):
    """There is nothing more to look at."""


@dataclass
class Model(Listed):
    model: str | None = "i3"


@dataclass
class Car:
    """Charges ten percent from one look to the next."""

    vin: Vin = VIN
    info: Listed = field(default_factory=Model)
    looks: int = 0

    async def fetch_readings(self) -> AskedReadings:
        if self.looks == len(TIMES):
            raise EnoughError
        attributes = {"updateTime": TIMES[self.looks], "chargingLevelHv": str(50 + 10 * self.looks)}
        attributes |= {"charging_status": "CHARGINGACTIVE", "connectorStatus": "CONNECTED"}
        self.looks += 1
        stamp = AnswerStamp(vin=self.vin, received_at_ms=NOW_MS, server_time_ms=NOW_MS)
        return decode_state_readings(json.dumps({"attributesMap": attributes}).encode(), stamp)

    async def fetch_vehicles(self) -> Sequence["Car"]:
        return [self]


async def test_time_in_the_future_does_not_end_the_log() -> None:
    log, told = ChargeLog(), list[ChargeNotice]()

    def take(glimpse: Glimpse) -> None:
        nonlocal log
        if glimpse.instant is not None:
            log, notices = log.follow(glimpse.instant, step_percent=5)
            told.extend(notices)

    cars = AskedCars(Car(), [], every_s=60, clock=HastyClock(EmulatorClock(start_ms=NOW_MS, speed=0)))
    with pytest.raises(EnoughError):
        await cars.follow(take)
    assert [notice.steps_percent for notice in told] == [(55, 60, 65, 70)]


async def test_log_that_was_stored_with_a_time_in_the_future_goes_on(tmp_path: Path) -> None:
    stored, told = ChargeLog(at_ms=NOW_MS + 3_000 * DAY_MS, peak_percent=50, phase="charging"), list[ChargeNotice]()
    file = charge_log_file(tmp_path, VIN)
    file.parent.mkdir()
    file.write_bytes(msgspec.json.encode({"state": stored, "waiting": {}}))
    clock = HastyClock(EmulatorClock(start_ms=NOW_MS, speed=0))
    async with telling(tmp_path, {}, step_percent=5, show=lambda _, notices: told.extend(notices), clock=clock) as log:
        for level_percent in (52, 56, 61):
            instant = ChargeInstant(at_ms=NOW_MS + level_percent, soc_percent=level_percent, charging_status="charging")
            log.take(Glimpse(vin=VIN, model="i3", seen_at_ms=NOW_MS, instant=instant), shows_repeats=True)
    assert [notice.steps_percent for notice in told] == [(55,), (60,)]
