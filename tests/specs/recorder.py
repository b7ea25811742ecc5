"""The recorder at the door of every emulator of this process: are its answers as the descriptions say?"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

import pytest
from tools.specs.descriptions import problem_of
from tools.specs.stream_descriptions import problem_of_message

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cardata.stream.delivered import Delivered, OnDelivered
from bimmerhub.emulator.cardata.stream.message_faults import MESSAGE_FAULTS
from bimmerhub.emulator.host.door import Exchange, OnExchange

UNDESCRIBED: Final = frozenset(
    {
        "data-null",
        "expires-in-float",
        "expires-in-is",
        "expires-in-text",
        "garage-not-json",
        "gcid-null",
        "image-odd",
        "inventory-not-json",
        "mappings-item-broken",
        "numeric-tokens",
        "odd-numbers",
        "older-not-json",
        "rest-not-json",
        "scope-list",
        "scope-null",
        "sign-in-not-json",
        "telematic-as-item",
        "telematic-as-list",
        "token-answer-lost",
    }
)
"""Faults that are there to break a program: nobody has seen their answers, and no description has them."""
IN_WORDS_ONLY: Final = frozenset(
    {
        "app-error-as-200",
        "dynamic-control-characters",
        "dynamic-empty",
        "portal-error-as-200",
        "two-times-timer-not-json",
    }
)
"""Faults that were seen, but whose answers are no JSON, or a refusal as 200: descriptions tell of them in words."""

FAULTS_OF_MESSAGES: Final = frozenset(fault.name for fault in MESSAGE_FAULTS)


class Recorder:
    """Notes what no description allows."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.checked = 0

    def note(self, exchange: Exchange) -> None:
        if exchange.faults & (UNDESCRIBED | IN_WORDS_ONLY):
            return
        self.checked += 1
        if (problem := problem_of(exchange)) is not None:
            self.problems.append(problem)

    def _noting_message(self, emulator: Emulator, heard: OnDelivered | None) -> OnDelivered:
        def note(message: Delivered) -> None:
            if not emulator.faults.on() & FAULTS_OF_MESSAGES:
                self.checked += 1
                if (problem := problem_of_message(message.payload)) is not None:
                    self.problems.append(problem)
            if heard is not None:
                heard(message)

        return note

    def take(self) -> list[str]:
        problems, self.problems = list(dict.fromkeys(self.problems)), []
        return problems

    def _noting_before(self, heard: OnExchange | None) -> OnExchange:
        def note(exchange: Exchange) -> None:
            self.note(exchange)
            if heard is not None:
                heard(exchange)

        return note

    @contextmanager
    def at_every_door(self) -> Iterator[None]:
        """Listen at each emulator that is made from now on, but those whose answers a test changes."""
        original = Emulator.__init__

        @wraps(original)
        def made(emulator: Emulator, *args: Any, **options: Any) -> None:
            if options.get("rewrite") is None:
                options["on_exchange"] = self._noting_before(options.get("on_exchange"))
            options["on_delivered"] = self._noting_message(emulator, options.get("on_delivered"))
            original(emulator, *args, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Emulator, "__init__", made)
            yield
