"""What BMW's backend knew some hours ago, for the fault that makes REST lag behind the stream."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from bimmerhub.emulator.cardata.voice.message import BackendValue
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, MINUTE_MS

_EVERY_MS = 10 * MINUTE_MS
_REMEMBERED_MS = DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    at_ms: int
    values: Mapping[Vin, Mapping[str, BackendValue]]


class BackendMemory:
    """The backend's values of one account's cars, from the emulator's start on, for a day back."""

    def __init__(self) -> None:
        self._moments: deque[_Moment] = deque()

    def note(self, voice: CarDataVoice) -> None:
        """Remember what is known now, unless that was done in the last ten minutes."""
        garage = voice.garage
        if self._moments and garage.now_ms - self._moments[-1].at_ms < _EVERY_MS:
            return
        values = {car.vin: voice.known_of(car.vin) for car in garage.cars}
        self._moments.append(_Moment(at_ms=garage.now_ms, values=values))
        while len(self._moments) > 1 and self._moments[1].at_ms < garage.now_ms - _REMEMBERED_MS:
            self._moments.popleft()

    def known_at(self, vin: Vin, at_ms: int) -> Mapping[str, BackendValue]:
        """Return what was known of a car at a time, or up to an hour earlier; of older times, the oldest there is."""
        past = [moment for moment in self._moments if moment.at_ms <= at_ms]
        if past:
            return past[-1].values[vin]
        return self._moments[0].values[vin] if self._moments else {}
