"""The remote commands that BMW's services send to a car; a car that cannot obey now refuses in words."""

from collections.abc import Callable, Mapping

from bimmerhub.emulator.cars import instruments
from bimmerhub.emulator.cars.doings.activities import Activities
from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.machine.remote_memory import FLASH_MS
from bimmerhub.emulator.cars.owner_wishes import ChargingSettingsTruth, ProfileTruth, SentPlace
from bimmerhub.emulator.cars.states import LockState
from bimmerhub.emulator.cars.telematics import Occasion, Telematics
from bimmerhub.emulator.cars.truth import Quantity
from bimmerhub.emulator.cars.world.agenda import Agenda
from bimmerhub.times import MINUTE_MS

FULL_PERCENT = 100
MOST_SIGNALS = 60
CLIMATE_MINUTES = 20.0


class RemoteCommands:
    """`commands` are by name; each one refuses with a ValueError in words."""

    def __init__(self, body: CarBody, activities: Activities, telematics: Telematics, agenda: Agenda) -> None:
        self._body = body
        self._parking = activities.parking
        self._plugging = activities.plugging
        self._telematics = telematics
        self._agenda = agenda
        self.commands: dict[str, Callable[..., None]] = {
            "lock_remotely": self._lock,
            "unlock_remotely": self._unlock,
            "flash_lights": self._flash,
            "blow_horn": self._honk,
            "condition_remotely": self._condition,
            "charge_now": self._charge_now,
            "set_charging_profile": self._set_profile,
            "set_charging_settings": self._set_charging_settings,
            "locate": self._locate,
            "receive": self._receive,
            "ignore": self._require_reach,
            "lose_reception": self._lose_reception,
            "regain_reception": self._regain_reception,
        }

    def _lock(self, at_ms: int) -> None:
        """Lock all doors; the alarm is not armed."""
        self._require_standing(at_ms)
        self._parking.set_lock(at_ms, LockState.LOCKED)

    def _unlock(self, at_ms: int) -> None:
        self._require_standing(at_ms)
        self._parking.set_lock(at_ms, LockState.UNLOCKED)

    def _flash(self, at_ms: int, *, count: int = 1) -> None:
        """Flash the lights."""
        self._require_standing(at_ms)
        _require(1 <= count <= MOST_SIGNALS, f"lights flash 1 to {MOST_SIGNALS} times")
        memory = self._body.memory
        memory.flashes, memory.flashed_ms = memory.flashes + count, at_ms
        memory.flashes_until_ms = at_ms + count * FLASH_MS
        self._tell(at_ms, instruments.read_motion(self._body, at_ms))
        self._agenda.at(
            memory.flashes_until_ms,
            lambda now: self._telematics.report(now, instruments.read_motion(self._body, now)),
        )

    def _honk(self, at_ms: int, *, count: int = 1) -> None:
        """Blow the horn."""
        self._require_standing(at_ms)
        _require(1 <= count <= MOST_SIGNALS, f"the horn blows 1 to {MOST_SIGNALS} times")
        memory = self._body.memory
        memory.honks, memory.honked_ms = memory.honks + count, at_ms
        self._tell(at_ms)

    def _condition(self, at_ms: int, *, start: bool = True) -> None:
        """Heat, cool or air the cabin by the temperature that was set in the car, or stop that."""
        self._require_standing(at_ms)
        if start:
            self._parking.start_climate(at_ms, minutes=CLIMATE_MINUTES)
        else:
            self._parking.stop_climate(at_ms)
        self._tell(at_ms, instruments.read_climate(self._body, at_ms))

    def _charge_now(self, at_ms: int) -> None:
        """Charge up to full; the plug has to be in."""
        self._require_reach(at_ms)
        body, socket = self._body, self._body.socket
        _require(body.model.battery_kwh > 0, "this car has no plug")
        _require(socket.is_plugged, "nothing is plugged in")
        body.memory.charged_at_plug_in = socket.plug_ins
        if body.charge is not None:  # it charges already
            return
        power_kw = body.model.dc_kw if socket.is_dc else body.model.ac_kw
        goal_percent = body.memory.goal_percent(FULL_PERCENT)
        charge = self._plugging.begin(at_ms, goal_percent=goal_percent, power_kw=power_kw, is_dc=socket.is_dc)
        _require(charge is not None, "the battery is full")

    def _set_profile(self, at_ms: int, *, profile: Mapping[str, object]) -> None:
        """Replace the charging profile by another of the same kind."""
        import msgspec  # noqa: PLC0415 - the emulator's --help lists the commands without it

        self._require_reach(at_ms)
        memory = self._body.memory
        wanted = msgspec.convert(profile, ProfileTruth)
        wanted.check()
        if memory.profile is None or wanted.kind is not memory.profile.kind:
            raise ValueError("this car has no such charging profile")
        memory.profile = wanted
        self._tell(at_ms, wanted)

    def _set_charging_settings(self, at_ms: int, **wanted: object) -> None:
        """Change charge target, current limit, cable lock or loudness; what is not named stays."""
        import msgspec  # noqa: PLC0415 - the emulator's --help lists the commands without it

        self._require_reach(at_ms)
        memory = self._body.memory
        _require(memory.profile is not None, "this car has no plug")
        current = msgspec.to_builtins(memory.charging_settings)
        unknown = sorted(set(wanted) - set(current))
        _require(not unknown, f"there is no charging setting {', '.join(unknown)}")
        settings = msgspec.convert({**current, **wanted}, ChargingSettingsTruth)
        settings.check()
        memory.charging_settings = settings
        self._plugging.change(at_ms, goal_percent=memory.goal_percent(self._body.socket.goal_percent))
        self._tell(at_ms, instruments.read_charging(self._body, at_ms))

    def _locate(self, at_ms: int) -> None:
        """Tell where it is."""
        self._require_reach(at_ms)
        body = self._body
        self._tell(at_ms, *instruments.read_position(body, at_ms), instruments.read_levels(body, at_ms))

    def _receive(self, at_ms: int, **sent: object) -> None:
        """Receive a place or a message; it shows up in the car's list."""
        import msgspec  # noqa: PLC0415 - the emulator's --help lists the commands without it

        self._require_reach(at_ms)
        self._body.memory.sent.append(msgspec.convert({**_NO_PLACE, **sent, "sent_ms": at_ms}, SentPlace))
        self._tell(at_ms)

    def _lose_reception(self, at_ms: int, *, minutes: float = 60.0) -> None:
        """Stand where no network reaches."""
        _require(0 < minutes <= 100_000, "minutes is up to 100000")  # noqa: PLR2004
        self._telematics.report(at_ms)  # the last state that is known meanwhile
        self._telematics.lose_reception(at_ms, at_ms + round(minutes * MINUTE_MS))

    def _regain_reception(self, at_ms: int) -> None:
        self._telematics.lose_reception(0, 0)
        self._tell(at_ms, *instruments.read_position(self._body, at_ms))

    def _require_standing(self, at_ms: int) -> None:
        self._require_reach(at_ms)
        _require(self._body.drive is None, "the car is driving")

    def _require_reach(self, at_ms: int) -> None:
        _require(self._telematics.has_reception(at_ms), "the car is out of reach")

    def _tell(self, at_ms: int, *quantities: Quantity) -> None:
        self._telematics.report(at_ms, *quantities, occasion=Occasion.ASKED)


_NO_PLACE = {
    "name": "",
    "text": "",
    "latitude_deg": None,
    "longitude_deg": None,
    "street": "",
    "postal_code": "",
    "town": "",
    "country": "",
}


def _require(is_so: bool, otherwise: str) -> None:  # noqa: FBT001 - reads like a sentence
    if not is_so:
        raise ValueError(otherwise)
