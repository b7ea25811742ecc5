"""Which state of each car was printed last, so that `status --only-when-new` prints each one once."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from bimmerhub.errors import StoreError
from bimmerhub.files import replace_file, write_hint
from bimmerhub.json_faults import NOT_JSON

if TYPE_CHECKING:
    from bimmerhub.views.cars.state import StateAnswer

FILE: Final = "status-printed.json"


class StatusNotes:
    """The notes in a data directory: by the car's key when the newest value of the printed state was measured."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE

    def is_new(self, state: "StateAnswer") -> bool:
        """Tell whether the car has said anything since its state was noted."""
        newest = _newest(state)
        return newest is not None and newest > self._load().get(_name(state), "")

    def note(self, state: "StateAnswer") -> None:
        """Note that this state was printed; StoreError when that cannot be written."""
        newest = _newest(state)
        if newest is None:
            return
        try:
            replace_file(self._path, msgspec.json.encode({**self._load(), _name(state): newest}))
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error}", hint=write_hint(error)) from error

    def _load(self) -> dict[str, str]:
        """Return the notes; none when there is no file, or not one of ours."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, str])
        except (OSError, *NOT_JSON):
            return {}


def _name(state: "StateAnswer") -> str:
    """Return what the car is noted by: its key, so that no VIN is left here when it is erased."""
    return state.key or state.vin


def _newest(state: "StateAnswer") -> str | None:
    """Return when the newest value was measured; such times are in order as texts."""
    return max((signal.measured_at for signal in state.signals.values()), default=None)
