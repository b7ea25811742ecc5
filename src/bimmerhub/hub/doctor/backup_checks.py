"""Whether there is a backup that can be restored, young enough, and not only on the disk of the database."""

from collections.abc import Iterator

from bimmerhub.domain.account.checks import Check, ok, skipped, warning
from bimmerhub.times import HOUR_MS, spell_duration
from bimmerhub.views.ports.backups import BackupPlace, BackupsState

_NAME = "backups"
_LATE = 2
"""So many times the time from one to the next may pass without a good one."""

_HOW = "docs/how-to/backups.md"


def spell_backup_troubles(state: BackupsState, now_ms: int) -> list[str]:
    """Return in words what is wrong with the scheduled backups, nothing when all is well or none are scheduled."""
    return (
        [words for place in state.places for words in _troubles_of(place, state, now_ms)] if state.is_scheduled else []
    )


def spell_backups(state: BackupsState) -> list[str]:
    """Return in words every backup that the hub made and that is still there."""
    where = {place.place: place.where for place in state.places}
    return [f"{where[backup.place]}: {backup.name}" for backup in state.backups]


def check_backups(state: BackupsState, now_ms: int) -> Check:
    """Return what the doctor says of the scheduled backups."""
    if not state.is_scheduled:
        return skipped(_NAME, f"none are scheduled: see {_HOW}")
    if troubles := spell_backup_troubles(state, now_ms):
        return warning(_NAME, "; ".join(troubles), hint="See them: bimmerhub backups list")
    ages = [now_ms - place.newest_good_ms for place in state.places if place.newest_good_ms is not None]
    if not ages:
        return ok(_NAME, "the first is about to be made")
    where = "two places" if len(state.places) > 1 else "one place"
    words = f"the newest is {spell_duration(max(ages))} old, restored on trial, in {where}"
    words = "; ".join(
        [
            words,
            *(
                f"{place.where} keeps all, {place.undeleted} more than wanted"
                for place in state.places
                if place.undeleted
            ),
        ]
    )
    if misdated := [_spell_misdated(place) for place in state.places if place.misdated]:
        hint = "Check this machine's clock. Once it is right, delete those that you do not need."
        return warning(_NAME, "; ".join([words, *misdated]), hint=hint)
    if all(place.is_same_disk for place in state.places):
        return warning(
            _NAME, f"{words}, on the disk of the database", hint=f"Have a copy brought elsewhere: see {_HOW}"
        )
    return ok(_NAME, words)


def _troubles_of(place: BackupPlace, state: BackupsState, now_ms: int) -> Iterator[str]:
    if place.failure is not None:
        times = "once" if place.failures == 1 else f"{place.failures} times"
        age = "there is none yet" if place.newest_good_ms is None else _spell_age(now_ms - place.newest_good_ms)
        yield f"backups ({place.where}) failed {times}, {age}: {place.failure}"
    elif place.newest_good_ms is not None and now_ms - place.newest_good_ms > _LATE * state.every_ms + HOUR_MS:
        yield f"backups ({place.where}): {_spell_age(now_ms - place.newest_good_ms)}"
    elif place.newest_good_ms is None and place.misdated:
        yield f"{_spell_misdated(place)}, and there is no other"


def _spell_misdated(place: BackupPlace) -> str:
    count = "1 backup has" if place.misdated == 1 else f"{place.misdated} backups have"
    return f"{count} a date that cannot be right ({place.where}): some clock was wrong, or is"


def _spell_age(age_ms: int) -> str:
    return f"the newest good one is {spell_duration(age_ms)} old"
