"""What the hub tells its listeners after a batch is durable. One union, closed: `Event`."""

from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.command import Command
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.ids import Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingStored:
    """A reading came in live and is stored."""

    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalChanged:
    """A signal of a vehicle has another value or time, or is withdrawn: it is not in the state any more."""

    vin: Vin
    signal: SignalValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLinkChanged:
    """An account's link to BMW changed its state."""

    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaChanged:
    """A REST call was spent, or the day turned."""

    quota: Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandChanged:
    """A command to a car was asked for, or came into another state."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChanged:
    """A trip or a charging session has begun or ended. `name` is one of `RECORD_EVENTS`, `at_ms` when it was."""

    vin: Vin
    name: str
    at_ms: int


RECORD_EVENTS: Final = {
    "trip_started": "trip",
    "trip_ended": "trip",
    "charging_started": "charging_session",
    "charging_ended": "charging_session",
}
"""What can happen to a record, and of which kind the record is."""

Event = ReadingStored | SignalChanged | AccountLinkChanged | QuotaChanged | CommandChanged | RecordChanged
