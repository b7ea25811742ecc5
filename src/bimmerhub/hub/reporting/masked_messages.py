"""The messages of a car's stream for strangers' eyes, in the form that they came in."""

import json
import random
from collections.abc import Mapping
from typing import Final

from bimmerhub.hub.reporting.descriptor_words import DescriptorMask
from bimmerhub.hub.reporting.masked_values import ValueMask
from bimmerhub.ids import Vin

ENVELOPE: Final = frozenset({"vin", "entityId", "topic", "timestamp", "data"})
ROW: Final = frozenset({"timestamp", "value", "unit"})


class MessageMask:
    """Masks the messages of the car `vin`, which becomes `new_vin`. Other cars and accounts get made-up ids too.

    Times are moved by `offset_s`; `chance` has to be a secret's.
    """

    def __init__(self, vin: Vin, *, new_vin: Vin, offset_s: int, chance: random.Random) -> None:
        self.values = ValueMask(offset_s=offset_s, chance=chance)
        self._descriptors = DescriptorMask()
        self._vins = {str(vin): str(new_vin)}
        self._new_vin = new_vin
        self._gcids: dict[str, str] = {}

    def mask_message(self, payload: bytes) -> dict[str, object] | None:
        """Return a message; None for what is no JSON object, of which nothing can be told apart."""
        try:
            message = json.loads(payload)
        except (ValueError, RecursionError):
            return None
        if not isinstance(message, dict):
            return None
        return {
            name if name in ENVELOPE else self.values.mask_name(name): self._mask_member(name, value)
            for name, value in message.items()
        }

    def mask_topic(self, topic: str) -> str:
        """Return a topic: account and car, in the order that they came in."""
        gcid, slash, vin = topic.partition("/")
        return f"{self._mask_gcid(gcid)}{slash}{self._mask_vin(vin)}" if slash else self.values.hide(topic)

    def _mask_member(self, name: str, value: object) -> object:
        if name in {"vin", "topic"}:
            return self._mask_vin(value) if isinstance(value, str) else None
        if name == "entityId":
            return self._mask_gcid(value) if isinstance(value, str) else None
        if name == "timestamp":
            return self.values.mask_stamp(value)
        if name == "data" and isinstance(value, dict):
            return {self._descriptors.mask(key): self._mask_row(key, row) for key, row in value.items()}
        return self.values.mask("", value, unit=None, measured_at=None)

    def _mask_row(self, key: str, row: object) -> object:
        if not isinstance(row, Mapping):
            return self.values.mask(key, row, unit=None, measured_at=None)
        unit, stamp = row.get("unit"), row.get("timestamp")
        masked: dict[str, object] = {}
        for name, value in row.items():
            if name == "timestamp":
                masked[name] = self.values.mask_stamp(value)
            elif name == "unit":
                masked[name] = self.values.mask_unit(value)
            else:
                shown = name if name in ROW else self.values.mask_name(str(name))
                masked[shown] = self.values.mask(
                    key,
                    value,
                    unit=unit if isinstance(unit, str) else None,
                    measured_at=stamp if isinstance(stamp, str) else None,
                )
        return masked

    def _mask_vin(self, vin: str) -> str:
        """Return the made-up VIN of a car."""
        return self._vins.setdefault(vin, f"{self._new_vin[:-2]}{len(self._vins) % 100:02d}")

    def _mask_gcid(self, gcid: str) -> str:
        """Return the made-up id of an account: 11111111-…, 22222222-… and so on."""
        if gcid not in self._gcids:
            digit = f"{len(self._gcids) % 15 + 1:x}"
            self._gcids[gcid] = "-".join(digit * length for length in (8, 4, 4, 4, 12))
        return self._gcids[gcid]
