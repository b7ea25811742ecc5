"""What is known of BMW's time, noted in the store: kept over a restart of the hub, a least over one of the machine."""

from contextlib import suppress
from pathlib import Path

import msgspec

from bimmerhub.bmw.cardata.bmw_clock import BmwClock
from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.bmw_time import BmwTime, Moment, resumed
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.settings import StoredSettings

LOOK_EVERY_S = 60.0
_KEY = "bmw.time"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Linux names each start of the machine."""


class _Note(msgspec.Struct, frozen=True):
    boot: str
    bmw_ms: int
    elapsed_ms: int


async def load_bmw_clock(settings: StoredSettings, clock: Clock) -> BmwClock:
    """Return BMW's clock over the machine's, with what an earlier run knew of it; an unreadable note does not count."""
    text = (await settings.load_settings(_KEY)).get(_KEY)
    time = BmwTime()
    if text is not None:
        with suppress(*NOT_JSON):
            note = msgspec.json.decode(text, type=_Note)
            time = resumed(
                Moment(bmw_ms=note.bmw_ms, elapsed_ms=note.elapsed_ms),
                elapsed_ms=round(clock.elapsed_s() * 1000),
                is_same_boot=note.boot != "" and note.boot == _boot(),
            )
    return BmwClock(clock, time)


class BmwTimeNote:
    """Keeps the note of what is known of BMW's time."""

    def __init__(self, settings: StoredSettings, clock: BmwClock) -> None:
        self._settings = settings
        self._clock = clock
        self._noted = clock.time.moment()

    async def run(self) -> None:
        """Note it when it changed, until cancelled."""
        while True:
            await self.note()
            await self._clock.sleep(LOOK_EVERY_S)

    async def note(self) -> None:
        """Note it when it changed."""
        moment = self._clock.time.moment()
        if moment is None or moment == self._noted:
            return
        note = _Note(boot=_boot(), bmw_ms=moment.bmw_ms, elapsed_ms=moment.elapsed_ms)
        await self._settings.save_setting(_KEY, msgspec.json.encode(note).decode())
        self._noted = moment


def _boot() -> str:
    """Return the name of the machine's present start, "" where the system gives none."""
    with suppress(OSError):
        return _BOOT_ID.read_text("ascii").strip()
    return ""
