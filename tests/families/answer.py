"""How an SDK asks for one answer of BMW's, and reads it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReadings
from bimmerhub.ids import Vin

Fetch = Callable[[Any, Vin], Awaitable[bytes]]
"""Asks in a scene for what concerns a car."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How the SDK asks for an answer and reads it. `decode_readings` is None for what becomes no readings."""

    fetch: Fetch
    decode: Callable[[bytes, Vin], Any]
    decode_readings: Callable[[bytes, AnswerStamp], FieldReadings] | None = None
