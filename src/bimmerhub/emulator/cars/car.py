"""One simulated car: its parts put together, its time, and the truth about it.

Everything happens at moments on an agenda, so it makes no difference in which steps its time is advanced. In between,
charge level, position and odometer follow from the drive or charge under way.
"""

from collections.abc import Mapping

from bimmerhub.emulator.cars import instruments, workshop_readings
from bimmerhub.emulator.cars.car_commands import CarCommands
from bimmerhub.emulator.cars.doings.activities import Activities
from bimmerhub.emulator.cars.doings.days import find_life_places
from bimmerhub.emulator.cars.doings.driving import Driving
from bimmerhub.emulator.cars.doings.earlier_trip import sum_up_earlier_trip
from bimmerhub.emulator.cars.doings.habits import Habits
from bimmerhub.emulator.cars.doings.parking import Parking
from bimmerhub.emulator.cars.doings.plugging import Plugging
from bimmerhub.emulator.cars.doings.refuelling import Refuelling
from bimmerhub.emulator.cars.doings.service_calls import ServiceCalling
from bimmerhub.emulator.cars.last_state import LastState, StateMemory
from bimmerhub.emulator.cars.machine.car_body import CarBody, ChargingSocket, DriveUnderWay
from bimmerhub.emulator.cars.machine.event_log import new_event_log
from bimmerhub.emulator.cars.machine.remote_memory import RemoteMemory
from bimmerhub.emulator.cars.machine.sim_and_contract import Connection
from bimmerhub.emulator.cars.machine.starter import new_starter
from bimmerhub.emulator.cars.machine.tyre_air import Tyres
from bimmerhub.emulator.cars.models.car_model import CarModel
from bimmerhub.emulator.cars.owner_wishes import usual_profile
from bimmerhub.emulator.cars.telematics import OnReport, Report, Telematics
from bimmerhub.emulator.cars.truth import CarTruth, LifetimeFuel, Quantity
from bimmerhub.emulator.cars.world.agenda import Agenda, Fate
from bimmerhub.emulator.cars.world.localtime import local_day
from bimmerhub.times import DAY_MS, SECOND_MS

OWNED_FOR_MS = 300 * DAY_MS
KM_A_DAY = (25, 60)
"""What a car was driven a day since it was new, before its simulated life."""
"""How long before its life here a car was bought, and its ConnectedDrive contract made."""
FUEL_RECORD_AGE_MS = 600 * DAY_MS
"""Counters of a lifetime can be years old in REST (observed by clients 2025-2026)."""
LIFETIME_FUEL_L = 412.07


class SimulatedCar:
    """One car. `seed` and the commands given decide everything.

    `first_reports` is what was told of it before its life began, the fuel of its lifetime last.
    """

    def __init__(self, model: CarModel, *, seed: int, start_ms: int) -> None:
        self.model = model
        self.now_ms = start_ms
        fate = Fate(seed, model.vin)
        self._body = body = _new_body(model, fate, start_ms)
        self._earlier_trip = sum_up_earlier_trip(body, start_ms)
        self._agenda = agenda = Agenda()
        # The purpose is part of the seed: another word would change every capture.
        self._telematics = telematics = Telematics(body, chance=fate.of("voice"))
        plugging = Plugging(body, telematics, agenda, fate=fate, ended=self._charge_ended)
        calling = ServiceCalling(body, telematics, agenda)
        self._activities = Activities(
            driving=Driving(body, telematics, agenda, fate=fate, arrived=self._arrived),
            plugging=plugging,
            parking=Parking(
                body, telematics, agenda, fate=fate, calling=calling, conditioned=plugging.note_preconditioning
            ),
            calling=calling,
            refuelling=Refuelling(body, telematics),
        )
        self._habits = Habits(body, agenda, self._activities, fate=fate)
        self._commands = CarCommands(
            body, self._activities, self._habits, telematics=telematics, agenda=agenda, fate=fate
        )
        self._states = StateMemory(self._truth_at, start_ms=start_ms // SECOND_MS * SECOND_MS)
        telematics.listen_to_states(self._states.hear)
        self.first_reports = (
            _first_report(
                model,
                start_ms,
                *instruments.read_everything(body, start_ms),
                instruments.read_trip_end(body, start_ms),
            ),
            _first_report(model, start_ms - FUEL_RECORD_AGE_MS, LifetimeFuel(litres=LIFETIME_FUEL_L)),
        )
        workshop_readings.notice_events(body, start_ms)
        self._habits.live_day(local_day(start_ms), after_ms=start_ms)

    def listen(self, on_report: OnReport) -> None:
        """Call `on_report` with each report of the car from now on."""
        self._telematics.listen(on_report)

    def next_event_ms(self) -> int:
        """Return when something happens next."""
        return self._agenda.next_ms()

    def step(self) -> None:
        """Live up to the next event."""
        self.now_ms = self._agenda.next_ms()
        self._agenda.happen_next()

    def command(self, name: str, arguments: Mapping[str, object]) -> None:
        """Do something now; ValueError in words when that is impossible now, or not known."""
        self._commands.do(self.now_ms, name, arguments)

    def keep_states_from(self, from_ms: int) -> None:
        """Keep each state that is reported from a time on (milliseconds since 1970 UTC); see `StateMemory`."""
        self._states.from_ms = from_ms

    def last_state(self) -> LastState:
        """Return the last state that the car reported."""
        return self._states.state(self.now_ms)

    def truth(self) -> CarTruth:
        """Return what is really so at this moment, and every trip, charging session and filling that is over."""
        return self._truth_at(self.now_ms)

    def _truth_at(self, now_ms: int) -> CarTruth:
        body, trips = self._body, self._activities.driving.trips
        latitude, longitude, satellites = instruments.read_position(body, now_ms)
        has_plug = body.model.battery_kwh > 0
        return CarTruth(
            at_ms=now_ms,
            equipment=body.model.equipment,
            place_name=body.place.name,
            latitude_deg=latitude.latitude_deg,
            longitude_deg=longitude.longitude_deg,
            satellites=satellites,
            heading_deg=body.heading_deg(now_ms),
            odometer_km=body.levels(now_ms)[0],
            levels=instruments.read_levels(body, now_ms),
            motion=instruments.read_motion(body, now_ms),
            drive=instruments.read_drive(body, now_ms),
            sensors=instruments.read_sensors(body, now_ms),
            openings=instruments.read_openings(body),
            lock=body.cabin.lock,
            parking_light=body.cabin.parking_light,
            climate=instruments.read_climate(body, now_ms),
            plug=instruments.read_plug(body) if has_plug else None,
            charging=instruments.read_charging(body, now_ms) if has_plug else None,
            service=workshop_readings.read_service(body, now_ms),
            service_calls=workshop_readings.read_service_calls(body),
            appearances=tuple(body.events.appearances),
            connection=body.connection.truth(now_ms, has_reception=self._telematics.has_reception(now_ms)),
            trips=tuple(trips),
            last_trip=trips[-1] if trips else self._earlier_trip,
            earlier_trip=self._earlier_trip,
            charging_sessions=self._activities.plugging.sessions(),
            running_charge=self._activities.plugging.running_charge(now_ms),
            refuels=tuple(self._activities.refuelling.refuels),
            profile=body.memory.profile,
            charging_settings=None if body.memory.profile is None else body.memory.charging_settings,
            charges_at_once=body.socket.is_plugged and body.memory.charged_at_plug_in == body.socket.plug_ins,
            sent=tuple(body.memory.sent),
            signals=body.memory.signals(),
        )

    def _arrived(self, at_ms: int, drive: DriveUnderWay) -> None:
        self._habits.arrived(at_ms, drive)

    def _charge_ended(self, at_ms: int) -> None:
        self._habits.charge_ended(at_ms)


def _first_report(model: CarModel, at_ms: int, *quantities: Quantity) -> Report:
    measured_at_ms = at_ms // SECOND_MS * SECOND_MS
    return Report(
        vin=model.vin,
        measured_at_ms=measured_at_ms,
        sent_at_ms=measured_at_ms,
        quantities=quantities,
        repeats_unchanged=False,
    )


def _new_body(model: CarModel, fate: Fate, start_ms: int) -> CarBody:
    chance, planner = fate.of("body"), model.equipment.planner
    km_a_day = fate.of("use").uniform(*KM_A_DAY)
    odometer_km = 8_000 + chance.random() * 30_000
    return CarBody(
        model=model,
        seed=fate.seed,
        place=find_life_places(fate, home_at=model.home).home,
        new_ms=start_ms - max(OWNED_FOR_MS, round(odometer_km / km_a_day * DAY_MS)),
        odometer_km=odometer_km,
        stored_kwh=model.battery_kwh * chance.uniform(0.45, 0.8),
        fuel_l=model.tank_l * chance.uniform(0.4, 0.95),
        settled_ms=start_ms,
        parked_ms=start_ms,
        tyres=Tyres(fate, target_kpa=model.tyre_kpa, wheels=model.wheels),
        starter=new_starter(fate, start_ms),
        events=new_event_log(fate, start_ms),
        connection=Connection(contract_from_ms=start_ms - OWNED_FOR_MS),
        parked_heading_deg=sum(model.vin.encode()) % 360,
        memory=RemoteMemory(profile=usual_profile(planner) if planner is not None else None),
        socket=ChargingSocket(plug_ins=chance.randrange(200)),
    )
