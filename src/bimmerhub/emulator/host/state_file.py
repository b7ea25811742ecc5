"""State that survives a restart: one JSON file a component, replaced as a whole."""

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.errors import StoreError
from bimmerhub.files import replace_file
from bimmerhub.json_faults import NOT_JSON

State = TypeVar("State")


class StateFile(Generic[State]):
    """Where a component keeps its state; `path` None keeps nothing.

    The state is a dataclass that msgspec can write as JSON. Files are readable by their owner only (0600).
    """

    def __init__(self, path: Path | None, kind: type[State]) -> None:
        self._path = path
        self._kind = kind

    def load(self) -> State | None:
        """Return what was saved last, None when nothing was; StoreError when the file cannot be understood."""
        if self._path is None or not self._path.exists():
            return None
        try:
            return read_json(self._path.read_bytes(), self._kind)
        except (OSError, *NOT_JSON) as error:
            raise StoreError(
                f"the emulator cannot read {self._path.name}: {error}", hint=f"Delete {self._path} to begin anew."
            ) from error

    def save(self, state: State) -> None:
        """Replace what was saved; StoreError when it cannot be written."""
        if self._path is None:
            return
        try:
            replace_file(self._path, msgspec.json.encode(state))
        except OSError as error:
            raise StoreError(f"the emulator cannot write {self._path.name}: {error}") from error
