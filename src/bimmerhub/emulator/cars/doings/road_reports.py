"""What a car reports on the road, at its model's pace: positions, levels and figures, and the odometer.

A moment that finds another drive under way than the one it belongs to does nothing.
"""

import random
from collections.abc import Callable

from bimmerhub.emulator.cars import instruments
from bimmerhub.emulator.cars.machine.car_body import CarBody, DriveUnderWay
from bimmerhub.emulator.cars.models.car_model import ReportManner
from bimmerhub.emulator.cars.models.reporting_pace import EVERY_KM
from bimmerhub.emulator.cars.telematics import Occasion, Telematics
from bimmerhub.emulator.cars.truth import Quantity
from bimmerhub.emulator.cars.world.agenda import Agenda
from bimmerhub.times import SECOND_MS

BURST_S = (1, 2)
"""Two more fixes follow within two seconds: bursts of three (observed by clients 2025-2026)."""
SENSORS_EVERY = 4
"""Every fourth report of figures has tyres, 12 V battery and coolant."""


class RoadReports:
    """The reports of one car on its drives."""

    def __init__(self, body: CarBody, telematics: Telematics, agenda: Agenda) -> None:
        self._body = body
        self._telematics = telematics
        self._agenda = agenda
        self._pace = body.model.pace
        self._chance = random.Random()  # noqa: S311 - each drive brings its own
        self._odometer_from_ms = 0
        """When the odometer of the drive under way may be told first."""

    def during(self, drive: DriveUnderWay, at_ms: int, moment: Callable[[int], None]) -> None:
        """Add a moment of a drive to the agenda; it is dropped when the drive is over by then."""
        if at_ms < drive.end_ms:
            self._agenda.at(at_ms, lambda now: moment(now) if self._body.drive is drive else None)

    def board(self, at_ms: int, drive: DriveUnderWay, chance: random.Random, *, may_lose_reception: bool) -> None:
        """Decide, when somebody gets in, what the reports of the drive will be like."""
        self._chance = chance
        odometer_s = round(chance.uniform(*self._pace.first_odometer_s))
        self._odometer_from_ms = at_ms + odometer_s * SECOND_MS
        is_unreached, share = chance.random() < self._pace.unreached_share, chance.random()
        lasts_ms = round(chance.uniform(*self._pace.unreached_s)) * SECOND_MS
        if is_unreached and may_lose_reception:
            from_ms = drive.start_ms + round(share * (drive.end_ms - drive.start_ms))
            self._telematics.lose_reception(from_ms, from_ms + lasts_ms)

    def set_off(self, at_ms: int, drive: DriveUnderWay) -> None:
        """Put the reports of a drive that sets off now on the agenda."""
        manner = self._body.model.manner
        if manner is ReportManner.RARELY:
            return
        self._position_later(at_ms, drive)
        if manner is ReportManner.EVERYTHING:
            return
        self.during(drive, max(self._odometer_from_ms, at_ms), self._report_odometer)
        self._figures_later(at_ms, drive, number=1)
        if manner is ReportManner.CHANGES:
            for second, _ in drive.route.halts():
                self.during(drive, at_ms + second * SECOND_MS, self._report_motion)

    def read_odometer(self, at_ms: int) -> tuple[Quantity, ...]:
        """Return the odometer, or nothing while it is too early to tell it."""
        return (instruments.read_odometer(self._body, at_ms),) if at_ms >= self._odometer_from_ms else ()

    def _position_later(self, at_ms: int, drive: DriveUnderWay) -> None:
        gap_s = self._pace.choose_gap_s(self._chance)
        if self._pace.reports_by_distance:
            kmh = drive.route.speed_kmh_at(drive.elapsed_s(at_ms))
            gap_s = min(gap_s, EVERY_KM / kmh * 3600) if kmh else gap_s
        next_ms = at_ms + max(1, round(gap_s)) * SECOND_MS
        self.during(drive, next_ms, lambda now: self._report_position(now, drive))

    def _report_position(self, at_ms: int, drive: DriveUnderWay) -> None:
        """Report where the car is, perhaps in a burst; its longitude may be a second later, or one half may lack."""
        share, is_latitude = self._chance.random(), self._chance.random() < 0.5  # noqa: PLR2004 - either half
        is_paired = share < self._pace.same_second_share
        is_apart = not is_paired and share < self._pace.same_second_share + self._pace.second_apart_share
        for later_s in (0, *BURST_S) if self._pace.has_bursts else (0,):
            if is_paired:
                self._during_or_now(drive, at_ms, later_s, self._report_both)
            elif is_apart:
                self._during_or_now(drive, at_ms, later_s, self._report_latitude)
                self._during_or_now(drive, at_ms, later_s + 1, self._report_longitude)
            else:
                half = self._report_latitude if is_latitude else self._report_longitude
                self._during_or_now(drive, at_ms, later_s, half)
        self._position_later(at_ms, drive)

    def _during_or_now(self, drive: DriveUnderWay, at_ms: int, later_s: int, moment: Callable[[int], None]) -> None:
        if later_s:
            self.during(drive, at_ms + later_s * SECOND_MS, moment)
        else:
            moment(at_ms)

    def _figures_later(self, at_ms: int, drive: DriveUnderWay, *, number: int) -> None:
        next_ms = at_ms + max(1, round(self._chance.uniform(*self._pace.figures_every_s))) * SECOND_MS
        self.during(drive, next_ms, lambda now: self._report_figures(now, drive, number))

    def _report_figures(self, at_ms: int, drive: DriveUnderWay, number: int) -> None:
        body = self._body
        figures: list[Quantity] = [*self.read_odometer(at_ms), instruments.read_levels(body, at_ms)]
        drive_figures = instruments.read_drive(body, at_ms)
        figures += [] if drive_figures is None else [drive_figures]
        figures += [instruments.read_sensors(body, at_ms)] if number % SENSORS_EVERY == 0 else []
        self._telematics.report(at_ms, *figures)
        self._figures_later(at_ms, drive, number=number + 1)

    def _report_odometer(self, at_ms: int) -> None:
        self._telematics.report(at_ms, instruments.read_odometer(self._body, at_ms), occasion=Occasion.STEP)

    def _report_motion(self, at_ms: int) -> None:
        self._telematics.report(at_ms, instruments.read_motion(self._body, at_ms))

    def _report_both(self, at_ms: int) -> None:
        self._telematics.report(at_ms, *instruments.read_position(self._body, at_ms))

    def _report_latitude(self, at_ms: int) -> None:
        self._telematics.report(at_ms, instruments.read_latitude(self._body, at_ms))

    def _report_longitude(self, at_ms: int) -> None:
        self._telematics.report(at_ms, instruments.read_longitude(self._body, at_ms))
