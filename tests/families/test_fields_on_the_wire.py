"""Every field of i Remote's answers, one at a time, changed on its way from the emulator to the SDK.

Whatever is done to a field over HTTP (each known word, a word that nobody knows, the field left out), exactly its
attribute changes, and exactly its readings.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.families.conftest import BEV, PHEV, Scene, Told
from tools.families.facts import IREMOTE, EndpointFacts
from tools.families.rows import Attribute, descriptor_of, read_attributes

from bimmerhub.ids import Vin

NOBODYS_WORD = "NOBODY_KNOWS_IT"
READ_AS_MEANT = {"CHARGIN_STARTED": "CHARGING_STARTED", "CHARGING_INTERRUPED": "CHARGING_INTERRUPTED"}
TIME = "2021-02-03T04:05:06+0100"
FOR_ALL_READINGS = {("status", "vin"), ("status", "updateTime"), ("lastTrip", "date")}
"""Fields that all readings of their answer go by: whose they are, and when they were measured."""
NEVER_MISSING = {("vehicles", "vin")}
"""A car without one cannot be asked for anything."""

pytestmark = pytest.mark.slow


def car_of(facts: EndpointFacts) -> Vin:
    return PHEV if facts.name == "twoTimesTimer" else BEV


def holders(document: Any, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the objects that hold a field, with its key: the first item of each list."""
    *outer, key = path.split(".")
    for name in outer:
        document = document.setdefault(name.removesuffix("[]"), [{}] if name.endswith("[]") else {})
        if name.endswith("[]"):
            if not document:
                document.append({})
            document = document[0]
    yield document, key


def another_value(attribute: Attribute, old: Any) -> Any:
    match attribute.kind:
        case "number":
            return 7 if old != 7 else 8
        case "bool":
            return old is not True
        case "time":
            return TIME
        case _ if attribute.path == "vin":
            return "WBY00000000E00009"
        case _:
            return [NOBODYS_WORD] if attribute.is_list else NOBODYS_WORD


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOfAnswer:
    """One field of an answer over the wire, and how the whole answer was before anything was done to it."""

    scene: Scene
    facts: EndpointFacts
    field: str
    before: Told

    @property
    def attribute(self) -> Attribute:
        return read_attributes(self.facts.name)[self.field]

    async def after(self, value: Any) -> Told:
        """Return the answer when the field is sent with this value; ... leaves it out."""

        def change(document: dict[str, Any]) -> None:
            for holder, key in holders(document, self.facts.prefix + self.field):
                holder[key] = value
                if value is ...:
                    del holder[key]

        self.scene.door.change = change
        try:
            return await self.scene.ask(self.facts.name, car_of(self.facts))
        finally:
            self.scene.door.change = None

    def changed_attributes(self, after: Told) -> set[str]:
        return {path for path, was in self.before.values.items() if after.values[path] != was}

    def changed_readings(self, after: Told) -> set[str]:
        names = self.before.readings.keys() | after.readings.keys()
        return {name for name in names if value_of(self.before, name) != value_of(after, name)}

    def first_value(self, told: Told) -> Any:
        """Return the attribute's value, of a list that of its first item."""
        value = told.values[self.field]
        for _ in range(self.field.count("[]")):
            value = value[0] if value else None
        return value


def value_of(told: Told, descriptor: str) -> Any:
    return told.readings[descriptor].value if descriptor in told.readings else None


async def every_field(scene: Scene) -> AsyncIterator[FieldOfAnswer]:
    for facts in IREMOTE:
        before = await scene.ask(facts.name, car_of(facts))
        for field in facts.fields:
            yield FieldOfAnswer(scene=scene, facts=facts, field=field, before=before)


async def test_each_field_moves_its_attribute_and_nothing_else(lived: Scene) -> None:
    wrong: dict[str, Any] = {}
    async for one in every_field(lived):
        after = await one.after(another_value(one.attribute, one.first_value(one.before)))
        descriptor = descriptor_of(one.facts, one.field)
        readings = set() if (one.facts.name, one.field) in FOR_ALL_READINGS else one.changed_readings(after)
        moved = one.changed_attributes(after), readings
        if moved != ({one.field}, {descriptor} if descriptor and readings else set()):
            wrong[f"{one.facts.name}.{one.field}"] = moved
        if descriptor and not readings and (one.facts.name, one.field) not in FOR_ALL_READINGS:
            wrong[f"{one.facts.name}.{one.field}"] = "no reading"
    assert wrong == {}


async def test_each_word_is_read(lived: Scene) -> None:
    wrong: dict[str, Any] = {}
    async for one in every_field(lived):
        words = one.facts.words.get(one.field, ())
        for word in (*words, NOBODYS_WORD) if words else ():
            after = await one.after([word] if one.attribute.is_list else word)
            read = one.first_value(after)[0] if one.attribute.is_list else one.first_value(after)
            if read != READ_AS_MEANT.get(word, word):
                wrong[f"{one.facts.name}.{one.field} {word}"] = read
            elif one.attribute.words is not None and isinstance(read, one.attribute.words) is (word == NOBODYS_WORD):
                wrong[f"{one.facts.name}.{one.field} {word}"] = "is no member"
    assert wrong == {}


async def test_a_missing_field_is_none_and_changes_nothing_else(lived: Scene) -> None:
    wrong: dict[str, Any] = {}
    async for one in every_field(lived):
        if (one.facts.name, one.field) in NEVER_MISSING:
            continue
        after = await one.after(...)
        if not one.changed_attributes(after) <= {one.field} or one.first_value(after) is not None:
            wrong[f"{one.facts.name}.{one.field}"] = one.changed_attributes(after), after.values[one.field]
    assert wrong == {}
