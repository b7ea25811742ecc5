"""The values of a car for strangers' eyes: closed words pass, times are moved, of other texts the length stays.

A value may be text with JSON or XML in it; it is taken apart, and each part is masked by itself.
"""

import json
import random
import re
from collections.abc import Mapping
from typing import Final

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.units import is_unit
from bimmerhub.hub.reporting.described_words import is_closed_word, is_described_name
from bimmerhub.hub.reporting.moved_numbers import Number, NumberMask
from bimmerhub.ids import Descriptor
from bimmerhub.times import parse_time_text, shift_time_text

DEEPEST: Final = 20
NEAR_S: Final = 86_400
"""A time so close to that of its message tells of the same event, and is moved as far."""
FURTHEST_S: Final = 2 * 86_400
"""So far at most another time is moved besides: what is always at midnight would tell how far all were moved."""
_NUMBER: Final = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
_XML_PIECE: Final = re.compile(r"<(/?)([A-Za-z]\w*)((?:\s+[A-Za-z]\w*=\"[^\"<>]*\")*)\s*(/?)>|([^<>]+)")
_XML_ATTRIBUTE: Final = re.compile(r"([A-Za-z]\w*)=\"([^\"<>]*)\"")
_XML_NAMES: Final = frozenset({"dtcData", "dtc", "dtcCount", "ecuAddress"})
"""What the fault codes of a car are written in (observed by clients 2025-2026)."""


class ValueMask:
    """Masks the values of one car. Times are moved by `offset_s`; `chance` has to be a secret's."""

    def __init__(self, *, offset_s: int, chance: random.Random) -> None:
        self._offset_s = offset_s
        self._chance = chance
        self._numbers = NumberMask(chance)
        self._jitters: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._shapes: dict[str, str] = {}
        self._lengths: dict[int, int] = {}
        self.hidden_texts = 0

    def mask(self, key: str, value: object, *, unit: str | None, measured_at: str | None) -> object:
        """Return what a value of a descriptor becomes; `measured_at` is its time as BMW wrote it."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return self._numbers.move(key, value, unit)
        if isinstance(value, str):
            return self._mask_text(key, value, unit=unit, measured_at=measured_at)
        return self._mask_tree(key, value, depth=0)

    def mask_stamp(self, text: object) -> object:
        """Return the time of a message or a value, moved as far as all of them; of what is no time, its shape."""
        if not isinstance(text, str):
            return None if text is None else self.hide(str(text))
        return shift_time_text(text, self._offset_s) or self.hide(text)

    def mask_unit(self, unit: object) -> object:
        """Return a unit as it was written when it is one."""
        if not isinstance(unit, str):
            return None if unit is None else self.hide(str(unit))
        return unit if is_unit(unit) or is_closed_word(unit) or unit in _catalogue_units() else self.hide(unit)

    def mask_name(self, name: str) -> str:
        """Return the name of a member when BMW's interfaces have it; another becomes `x1`, `x2`."""
        if is_described_name(name):
            return name
        return self._names.setdefault(name, f"x{len(self._names) + 1}")

    def hide(self, text: str) -> str:
        """Return the shape of a text, `text(12)`; of another one as long, `text(12)2`: they go on to differ."""
        self.hidden_texts += 1
        if text not in self._shapes:
            self._lengths[len(text)] = number = self._lengths.get(len(text), 0) + 1
            self._shapes[text] = f"text({len(text)}){number if number > 1 else ''}"
        return self._shapes[text]

    def _mask_text(self, key: str, text: str, *, unit: str | None, measured_at: str | None) -> str:
        entry = load_catalogue().get(Descriptor(key))
        if is_closed_word(text) and not (entry is not None and entry.datatype == "number" and _NUMBER.fullmatch(text)):
            return text
        if _NUMBER.fullmatch(text):
            return self._mask_written_number(key, text, unit)
        if parse_time_text(text) is not None:
            return self._move_time(text, measured_at)
        if text[:1] in "[{":
            return self._mask_json(key, text)
        return self._mask_xml(key, text) if text[:1] == "<" else self.hide(text)

    def _mask_written_number(self, key: str, text: str, unit: str | None) -> str:
        """Return a number that is written as text, with as many decimals as it had."""
        decimals = len(text.partition(".")[2])
        value: Number = float(text) if decimals else int(text)
        moved = self._numbers.move(key, value, unit)
        return f"{moved:.{decimals}f}" if decimals else str(moved)

    def _move_time(self, text: str, measured_at: str | None) -> str:
        at, measured = parse_time_text(text), None if measured_at is None else parse_time_text(measured_at)
        if at is None:
            return self.hide(text)
        is_near = measured is not None and abs((at - measured).total_seconds()) < NEAR_S
        if text not in self._jitters and not is_near:
            self._jitters[text] = self._chance.randint(-FURTHEST_S, FURTHEST_S)
        return shift_time_text(text, self._offset_s + (0 if is_near else self._jitters[text])) or self.hide(text)

    def _mask_json(self, key: str, text: str) -> str:
        try:
            tree = json.loads(text)
        except (ValueError, RecursionError):
            return self.hide(text)
        return json.dumps(self._mask_tree(key, tree, depth=0), separators=(",", ":"))

    def _mask_tree(self, key: str, tree: object, *, depth: int) -> object:
        if depth > DEEPEST:
            return None
        if isinstance(tree, Mapping):
            return {
                self.mask_name(str(name)): self._mask_tree(f"{key}/{name}", inside, depth=depth + 1)
                for name, inside in tree.items()
            }
        if isinstance(tree, list):
            return [self._mask_tree(key, inside, depth=depth + 1) for inside in tree]
        if isinstance(tree, str):
            return self._mask_text(key, tree, unit=None, measured_at=None)
        if tree is None or isinstance(tree, bool):
            return tree
        return self._numbers.order_of(key, tree) if isinstance(tree, int | float) else None

    def _mask_xml(self, key: str, text: str) -> str:
        """Return an XML document with its words masked; of one that is not as plain as BMW's, its shape."""
        pieces: list[str] = []
        place = 0
        while place < len(text):
            match = _XML_PIECE.match(text, place)
            if match is None:
                return self.hide(text)
            pieces.append(self._mask_xml_piece(key, match))
            place = match.end()
        return "".join(pieces)

    def _mask_xml_piece(self, key: str, match: re.Match[str]) -> str:
        if match[5] is not None:
            return self._mask_xml_text(key, match[5])
        attributes = "".join(
            f' {self._mask_xml_name(name)}="{self._mask_xml_text(f"{key}/{name}", text)}"'
            for name, text in _XML_ATTRIBUTE.findall(match[3])
        )
        return f"<{match[1]}{self._mask_xml_name(match[2])}{attributes}{match[4]}>"

    def _mask_xml_name(self, name: str) -> str:
        return name if name in _XML_NAMES else self.mask_name(name)

    def _mask_xml_text(self, key: str, text: str) -> str:
        return text if text.isspace() else self._mask_text(f"{key}/", text.strip(), unit=None, measured_at=None)


def _catalogue_units() -> frozenset[str]:
    return frozenset(entry.unit for entry in load_catalogue().values() if entry.unit is not None)
