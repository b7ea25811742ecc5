"""When an account that is asked was asked for what: noted in the store, so that restarts ask no more than the pace."""

from collections.abc import Collection
from typing import Final

import msgspec

from bimmerhub.domain.account.quota import day_start_ms
from bimmerhub.ids import Vin
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.settings import StoredSettings


class _Note(msgspec.Struct):
    asked_at_ms: int | None = None
    documents: dict[str, int] = {}
    answers: dict[str, int] = {}
    day_ms: int = 0
    calls_of_day: int = 0
    calls_of_days: dict[int, int] = {}


_DAYS_REMEMBERED: Final = 8
"""The days that calls were counted in last: more than one, for a clock that was ahead comes back to an earlier day."""


class PolledMemory:
    """The notes of one account. A note that cannot be read is none."""

    def __init__(self, settings: StoredSettings, account_id: int) -> None:
        self._settings = settings
        self._key = f"polled.{account_id}"
        self._note: _Note | None = None

    async def asked_at_ms(self) -> int | None:
        """Return when the cars were asked for last, milliseconds UTC; None for never."""
        return (await self._load()).asked_at_ms

    async def document_asked_at_ms(self, vin: Vin, kind: str) -> int | None:
        """Return when a document was asked for last, None for never."""
        return (await self._load()).documents.get(f"{vin}/{kind}")

    async def note_document(self, vin: Vin, kind: str, *, at_ms: int) -> None:
        """Note that a document is asked for; `note` stores it."""
        (await self._load()).documents[f"{vin}/{kind}"] = at_ms

    async def answered_at_ms(self, vin: Vin | None, kind: str) -> int | None:
        """Return when a question of a car, or of the account, was answered last; None for never."""
        return (await self._load()).answers.get(f"{vin or ''}/{kind}")

    async def note_answer(self, vin: Vin | None, kind: str, *, at_ms: int) -> None:
        """Note that a question was answered; `note` stores it."""
        (await self._load()).answers[f"{vin or ''}/{kind}"] = at_ms

    async def keep_only(self, vins: Collection[Vin]) -> None:
        """Forget what was noted of all other cars; `note` stores it."""
        note = await self._load()
        for noted in (note.documents, note.answers):
            for key in [key for key in noted if key.partition("/")[0] not in {"", *vins}]:
                del noted[key]

    async def calls_of_day(self, *, now_ms: int) -> int:
        """Return how many calls were counted in the present UTC day."""
        return (await self._load()).calls_of_days.get(day_start_ms(now_ms), 0)

    async def note_calls(self, calls: int, *, at_ms: int) -> None:
        """Count calls; `save` stores it."""
        counts = (await self._load()).calls_of_days
        day_ms = day_start_ms(at_ms)
        counts[day_ms] = counts.pop(day_ms, 0) + calls  # put last
        while len(counts) > _DAYS_REMEMBERED:
            del counts[next(iter(counts))]

    async def note(self, *, at_ms: int) -> None:
        """Note that the cars are asked for, and store what was noted."""
        (await self._load()).asked_at_ms = at_ms
        await self.save()

    async def save(self) -> None:
        """Store what was noted."""
        note = await self._load()
        await self._settings.save_setting(self._key, msgspec.json.encode(note).decode())

    async def _load(self) -> _Note:
        if self._note is None:
            text = (await self._settings.load_settings(self._key)).get(self._key, "{}")
            try:
                self._note = msgspec.json.decode(text, type=_Note)
            except NOT_JSON:
                self._note = _Note()
            if self._note.day_ms:  # as version 0.3.0 noted it
                self._note.calls_of_days.setdefault(self._note.day_ms, self._note.calls_of_day)
                self._note.day_ms = self._note.calls_of_day = 0
        return self._note
