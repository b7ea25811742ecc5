"""Keeping readings no longer than a person wants: once a day, what is older goes, and the audit says how much.

A limit that is new or stricter is obeyed a day after the hub met it, or at once when a person asks for that: until then
`bimmerhub retention show` tells what would go.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.retention import AgeLimits, believed_now_ms, starts_of
from bimmerhub.errors import StoreError
from bimmerhub.ids import mask_vin
from bimmerhub.store.ports.retention import OldReadings, StoredRetention
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.times import DAY_MS, HOUR_MS, format_time
from bimmerhub.views.acts import THE_HUB, Acts
from bimmerhub.views.ports.retention import AgeKeeping

_KEY: Final = "retention"
_LOOK_EVERY_S: Final = HOUR_MS / 1000
DERIVED_WITHIN_S: Final = 600.0
_FOR_EVER: Final = float("inf")

_log = logging.getLogger(__name__)


class AgeKeeper(AgeKeeping):
    """Obeys `limits`; `load` first, then `run`. `derive` makes records of what is stored: that comes before it goes."""

    def __init__(
        self,
        limits: AgeLimits,
        *,
        stored: StoredRetention,
        settings: StoredSettings,
        derive: Callable[[], Awaitable[None]],
        acts: Acts,
        clock: Clock,
    ) -> None:
        self._limits = limits
        self._derive = derive
        self._stored = stored
        self._settings = settings
        self._acts = acts
        self._clock = clock
        self._due_at_ms: int | None = None

    async def load(self) -> None:
        """Find out when the limits are obeyed next: a day after they were met first, or obeyed last."""
        text = (await self._settings.load_settings(_KEY)).get(_KEY)
        if not starts_of(self._limits, now_ms=0):
            if text is not None:
                await self._save(None)
            return
        note = _decode(text or "{}")
        since_ms = min(int(note.get("since_ms") or 0), self._clock.now_ms())  # noted by a clock that ran ahead
        if _is_stricter(self._limits, note):
            since_ms = self._clock.now_ms()
            await self._save(since_ms)
            _log.warning(
                "readings are limited in age from %s on; see what will go: bimmerhub retention show",
                format_time(since_ms + DAY_MS),
            )
        self._due_at_ms = since_ms + DAY_MS

    async def _save(self, since_ms: int | None) -> None:
        """Note since when these limits hold, None: nothing is limited. A full disk keeps no hub from starting."""
        note = None if since_ms is None else json.dumps({**_days(self._limits), "since_ms": since_ms})
        try:
            await self._settings.save_setting(_KEY, note)
        except StoreError as error:
            _log.warning("since when readings are limited in age is not noted: %s", error)

    async def run(self) -> None:
        """Drop what is too old once a day, until cancelled."""
        while True:
            now_ms = self._clock.now_ms()
            if self._due_at_ms is not None:
                self._due_at_ms = min(self._due_at_ms, now_ms + DAY_MS)  # set by a clock that ran ahead
            if self._due_at_ms is not None and now_ms >= self._due_at_ms:
                try:
                    await self.apply()
                except StoreError as error:
                    _log.error("what is older than the limits is not dropped: %s", error)
            await self._clock.sleep(_LOOK_EVERY_S)

    @property
    @override
    def limits(self) -> AgeLimits:
        return self._limits

    @override
    def due_at_ms(self) -> int | None:
        return self._due_at_ms

    @override
    async def apply(self) -> Sequence[OldReadings]:
        now_ms = self._clock.now_ms()
        believed_ms = believed_now_ms(now_ms, newest_ms=await self._stored.newest_ms())
        limits = starts_of(self._limits, now_ms=believed_ms)
        if not limits:
            return ()
        with suppress(TimeoutError):  # what is not derived by then is dropped the next day
            async with asyncio.timeout(DERIVED_WITHIN_S):
                await self._derive()
        dropped = await self._stored.drop(limits)
        await self._save(now_ms)
        self._due_at_ms = now_ms + DAY_MS
        for item in dropped:
            _log.info("%d old %s of %s are dropped", item.readings, item.kind, mask_vin(item.subject))
        readings = sum(item.readings for item in dropped)
        if dropped:
            details = {"readings": readings, "set_apart": sum(item.apart for item in dropped)}
            await self._acts.note(THE_HUB, "old_readings_dropped", details=details)
        return dropped


def _days(limits: AgeLimits) -> dict[str, float | None]:
    return {"positions_days": limits.positions_days, "readings_days": limits.readings_days}


def _is_stricter(limits: AgeLimits, note: Mapping[str, float | None]) -> bool:
    """Tell whether any limit is new or shorter than the one that was met before."""
    if "since_ms" not in note:
        return True
    return any((days or _FOR_EVER) < (note.get(name) or _FOR_EVER) for name, days in _days(limits).items())


def _decode(text: str) -> dict[str, float | None]:
    """Return what was noted; nothing when that cannot be read any more."""
    try:
        note = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}
