"""Every field of the older families' answers, one at a time, changed on its way from the emulator to the SDK.

Whatever is done to a field over HTTP (each known word, a word that nobody knows, the field left out), exactly its
attribute changes, and exactly its readings.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.families.conftest import BEV, PHEV, ReadAnswer, Scene
from tools.families.endpoint_facts import EndpointFacts
from tools.families.facts import FACTS
from tools.families.rows import Attribute, attribute_of, descriptor_of

from bimmerhub.ids import Vin

NOBODYS_WORD = "NOBODY_KNOWS_IT"
READ_AS_MEANT = {"CHARGIN_STARTED": "CHARGING_STARTED", "CHARGING_INTERRUPED": "CHARGING_INTERRUPTED", "BMWi": "BMWI"}
TIME = "2021-02-03T04:05:06+0100"
TIMES = {"dynamic": "03.02.2021 04:05:06 UTC", "history": 1_612_321_506_000}
"""How answers write a time that do not write it so."""
FOR_ALL_READINGS = {"status.vin", "status.updateTime", "lastTrip.date"}
"""Fields that all readings of their answer go by: whose they are, and when they were measured."""
NEVER_MISSING = {"vehicles.vin", "cars.vin", "image.angle", "image.url"}
"""Without them there is no car to ask for, and no picture."""

pytestmark = pytest.mark.slow


def car_of(facts: EndpointFacts) -> Vin:
    return PHEV if facts.name == "twoTimesTimer" else BEV


def holder_of(document: Any, facts: EndpointFacts, field: str) -> tuple[dict[str, Any], str]:
    """Return the object that holds a field, with its key; of a list the first item, of a list of pairs the field's."""
    if facts.is_list_of_pairs:
        pairs = {pair["key"]: pair for pair in document}
        if field not in pairs:
            document.append(pairs.setdefault(field, {"key": field}))
        return pairs[field], "value"
    *outer, key = (facts.prefix + field).split(".")
    for name in outer:
        is_list = name.endswith("[]")
        if name != "[]":
            document = document.setdefault(name.removesuffix("[]"), [] if is_list else {})
        if is_list:
            document[:] = document or [{}]
            document = document[0]
    return document, key


def another_value(facts: EndpointFacts, attribute: Attribute, old: Any) -> Any:
    """Return what the field is sent as, other than it was."""
    match attribute.kind:
        case "number" | "number, as text":
            value: Any = 7 if old != 7 else 8
        case "bool":
            value = int(not old) if facts.name == "dynamic" else not old
        case "time":
            return TIMES.get(facts.name, TIME)
        case _ if attribute.path == "vin":
            return "WBY00000000E00009"
        case _:
            return [NOBODYS_WORD] if attribute.is_list else NOBODYS_WORD
    return str(value) if facts.name in {"dynamic", "specs"} else value


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOfAnswer:
    """One field of an answer over the wire, and how the whole answer was before anything was done to it."""

    scene: Scene
    facts: EndpointFacts
    field: str
    before: ReadAnswer

    @property
    def name(self) -> str:
        return f"{self.facts.name}.{self.field}"

    @property
    def attribute(self) -> Attribute:
        attribute = attribute_of(self.facts, self.field)
        assert attribute is not None
        return attribute

    async def after(self, value: Any) -> ReadAnswer:
        """Return the answer when the field is sent with this value; ... leaves it out."""

        def change(document: dict[str, Any]) -> None:
            holder, key = holder_of(document, self.facts, self.field)
            holder[key] = value
            if value is ...:
                del holder[key]

        self.scene.door.change = change
        try:
            return await self.scene.ask(self.facts.name, car_of(self.facts))
        finally:
            self.scene.door.change = None

    def changed_attributes(self, after: ReadAnswer) -> set[str]:
        return {path for path, was in self.before.values.items() if after.values[path] != was}

    def changed_readings(self, after: ReadAnswer) -> set[str]:
        names = self.before.readings.keys() | after.readings.keys()
        return {name for name in names if value_of(self.before, name) != value_of(after, name)}

    def first_value(self, answer: ReadAnswer) -> Any:
        """Return the attribute's value, of a list that of its first item."""
        value = answer.values[self.field]
        for _ in range(self.field.count("[]")):
            value = value[0] if value else None
        return value


def value_of(answer: ReadAnswer, descriptor: str) -> Any:
    return answer.readings[descriptor].value if descriptor in answer.readings else None


async def every_field(scene: Scene) -> AsyncIterator[FieldOfAnswer]:
    for facts in FACTS:
        before = await scene.ask(facts.name, car_of(facts))
        for field in facts.fields:
            yield FieldOfAnswer(scene=scene, facts=facts, field=field, before=before)


async def test_each_field_moves_its_attribute_and_nothing_else(lived: Scene) -> None:
    wrong: dict[str, Any] = {}
    async for field in every_field(lived):
        after = await field.after(another_value(field.facts, field.attribute, field.first_value(field.before)))
        descriptor = descriptor_of(field.facts, field.field)
        moved = field.changed_attributes(after), field.changed_readings(after)
        expected = {field.field}, set() if descriptor is None else {descriptor}
        is_right = moved == expected or (field.name in FOR_ALL_READINGS and moved[0] == expected[0])
        if not is_right or field.first_value(after) is None:
            wrong[field.name] = moved
    assert wrong == {}


async def test_each_word_is_read(lived: Scene) -> None:
    wrong: dict[str, Any] = {}
    async for field in every_field(lived):
        words, kind = field.facts.words.get(field.field, ()), field.attribute.words
        for word in (*words, NOBODYS_WORD) if words else ():
            after = await field.after([word] if field.attribute.is_list else word)
            read = field.first_value(after)[0] if field.attribute.is_list else field.first_value(after)
            is_member = kind is not None and isinstance(read, kind)
            if read != READ_AS_MEANT.get(word, word) or is_member is not (kind is not None and word in words):
                wrong[f"{field.name} {word}"] = read
    assert wrong == {}


async def test_a_missing_field_is_none_and_changes_nothing_else(lived: Scene) -> None:
    wrong: dict[str, Any] = {}
    async for field in every_field(lived):
        if field.name in NEVER_MISSING:
            continue
        after = await field.after(...)
        moved = field.changed_attributes(after)
        if not moved <= {field.field} or field.first_value(after) is not None:
            wrong[field.name] = moved, after.values[field.field]
    assert wrong == {}
