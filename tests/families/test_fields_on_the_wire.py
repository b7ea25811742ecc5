"""Every field of the older families' answers, one at a time, changed on its way from the emulator to the SDK.

Whatever is done to a field over HTTP (each known word, a word that nobody knows, the field left out), exactly its
attribute changes, and exactly its readings.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from tests.families.conftest import BEV, PHEV, ReadAnswer, Scene, find_cars
from tools.families.endpoint_facts import EndpointFacts
from tools.families.facts import MYBMW
from tools.families.iremote_facts import IREMOTE
from tools.families.portal_facts import CONNECTEDDRIVE
from tools.families.rows import Attribute, attribute_of, descriptor_of

from bimmerhub.bmw.car_commands.charging_profile import Weekday
from bimmerhub.ids import Vin

NOBODYS_WORD = "NOBODY_KNOWS_IT"
READ_AS_MEANT = {"CHARGIN_STARTED": "CHARGING_STARTED", "CHARGING_INTERRUPED": "CHARGING_INTERRUPTED", "BMWi": "BMWI"}
TIME = "2021-02-03T04:05:06+0100"
TIMES = {"dynamic": "03.02.2021 04:05:06 UTC", "history": 1_612_321_506_000}
"""How answers write a time that do not write it so."""
FOR_ALL_READINGS = {"status.vin", "status.updateTime", "lastTrip.date", "vehicles-v1.vin"}
"""Fields that all readings of their answer go by: whose they are, and when they were measured."""
NO_WARNING = {
    "vehicles-v1.status.checkControlMessages[].id",
    "vehicles-v1.status.checkControlMessages[].longDescription",
}
"""Fields of the first message, which says of an engine's oil that it is OK: no reading holds what is no warning."""
CHARGED = {"charging-statistics", "charging-statistics-v1", "charging-sessions", "charging-sessions-v1"}
"""Answers of a car that was charged and unplugged."""
NEVER_MISSING = {
    *("vehicles.vin", "cars.vin", "image.angle", "image.url"),
    *("vehicle-list.mappingInfos[].vin", "vehicles-v1.vin", "vehicles-v2.vin", "vehicles-v4.vin"),
}
"""Without them there is no car to ask for, and no picture."""

pytestmark = pytest.mark.slow


def car_of(facts: EndpointFacts) -> Vin:
    return PHEV if facts.name in {"twoTimesTimer", "vehicles-v1", *CHARGED} else BEV


def holder_of(document: Any, facts: EndpointFacts, field: str) -> tuple[dict[str, Any], str]:
    """Return the object that holds a field, with its key; of a list the car's or the first, of pairs the field's."""
    if facts.is_list_of_pairs:
        pairs = {pair["key"]: pair for pair in document}
        if field not in pairs:
            document.append(pairs.setdefault(field, {"key": field}))
        return pairs[field], "value"
    *outer, key = (facts.prefix + field).split(".")
    for name in outer:
        is_list = name.endswith("[]")
        if name != "[]":
            key_of_part = name.removesuffix("[]")
            document[key_of_part] = document.get(key_of_part) or ([] if is_list else {})
            document = document[key_of_part]
        if is_list:
            document[:] = document or [{}]
            document = next((item for item in document if item.get("vin") == car_of(facts)), document[0])
    return document, key


def another_value(facts: EndpointFacts, field: str, attribute: Attribute, old: Any) -> Any:
    """Return what the field is sent as, other than it was."""
    if field.endswith(".units") and facts.name == "vehicles-v1":
        return "MILES"
    match attribute.kind:
        case "number by currency":
            return {"EUR": 7.5}
        case "number" | "number, as text":
            value: Any = 7 if old != 7 else 8
            value = [value] if attribute.is_list else value
        case "bool":
            value = int(not old) if facts.name == "dynamic" else not old
        case "time":
            return TIMES.get(facts.name, TIME)
        case _ if attribute.path in {"vin", "vehicles[].vin"}:
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
        return await ask_changed(self.scene, self.facts, {self.field: value})

    def changed_attributes(self, after: ReadAnswer) -> set[str]:
        moved = {path for path, was in self.before.values.items() if said(after.values[path]) != said(was)}
        return moved - ({"eventId", "creationTime"} - {self.field} if self.facts.name == "command" else set())

    def changed_readings(self, after: ReadAnswer) -> set[str]:
        names = self.before.readings.keys() | after.readings.keys()
        return {name for name in names if value_of(self.before, name) != value_of(after, name)}

    def first_value(self, answer: ReadAnswer) -> Any:
        """Return the attribute's value, of a list that of its first item."""
        value = answer.values[self.field]
        for _ in range(self.field.count("[]")):
            value = value[0] if value else None
        return value


async def ask_changed(scene: Scene, facts: EndpointFacts, values: Mapping[str, Any]) -> ReadAnswer:
    """Return an answer whose fields are sent with these values; ... leaves one out."""

    def change(document: dict[str, Any]) -> None:
        for field, value in values.items():
            holder, key = holder_of(document, facts, field)
            holder[key] = value
            if value is ...:
                del holder[key]

    scene.door.change = change
    try:
        return await scene.ask(facts.name, car_of(facts))
    finally:
        scene.door.change = None


def said(value: Any) -> Any:
    """Return what a list says: an item without the field says nothing."""
    return tuple(item for item in value if said(item) is not None) or None if isinstance(value, tuple) else value


def value_of(answer: ReadAnswer, descriptor: str) -> Any:
    return answer.readings[descriptor].value if descriptor in answer.readings else None


Family = Sequence[EndpointFacts]
of_each_family = pytest.mark.parametrize(
    "family", [IREMOTE, CONNECTEDDRIVE, MYBMW], ids=["iremote", "connecteddrive", "mybmw"]
)


@pytest.fixture
async def told(lived: Scene, family: Family) -> Scene:
    """Cars with all that the family tells of."""
    if family == MYBMW:
        await find_cars(lived)
    return lived


async def every_field(scene: Scene, family: Family) -> AsyncIterator[FieldOfAnswer]:
    for facts in family:
        before = await scene.ask(facts.name, car_of(facts))
        for field in facts.fields:
            yield FieldOfAnswer(scene=scene, facts=facts, field=field, before=before)


@of_each_family
async def test_each_field_moves_its_attribute_and_nothing_else(told: Scene, family: Family) -> None:
    wrong: dict[str, Any] = {}
    async for field in every_field(told, family):
        after = await field.after(
            another_value(field.facts, field.field, field.attribute, field.first_value(field.before))
        )
        descriptor = None if field.name in NO_WARNING else descriptor_of(field.facts, field.field)
        moved = field.changed_attributes(after), field.changed_readings(after)
        expected = {field.field}, set() if descriptor is None else {descriptor}
        is_right = moved == expected or (field.name in FOR_ALL_READINGS and moved[0] == expected[0])
        if not is_right or field.first_value(after) is None:
            wrong[field.name] = moved
    assert wrong == {}


@of_each_family
async def test_each_word_is_read(told: Scene, family: Family) -> None:
    wrong: dict[str, Any] = {}
    for facts in family:
        rounds = max(map(len, facts.words.values()), default=0)
        for number in range(rounds + 1):
            words = {
                name: (*words, NOBODYS_WORD)[number] for name, words in facts.words.items() if number <= len(words)
            }
            kinds = {name: attribute for name in words if (attribute := attribute_of(facts, name)) is not None}
            sent = {name: [word] if kinds[name].is_list else word for name, word in words.items()}
            after = await ask_changed(told, facts, sent)
            for name, word in words.items():
                field = FieldOfAnswer(scene=told, facts=facts, field=name, before=after)
                read, kind = field.first_value(after), kinds[name].words
                read = read[0] if kinds[name].is_list else read
                is_member = kind is not None and isinstance(read, kind)
                if read != meant(facts, word) or is_member is not (kind is not None and word != NOBODYS_WORD):
                    wrong[f"{field.name} {word}"] = read
    assert wrong == {}


def meant(facts: EndpointFacts, word: str) -> str:
    """Return as what a word is read."""
    is_weekday = word.upper() in set(Weekday)
    return word.upper() if is_weekday and facts.name == "vehicles-v1" else READ_AS_MEANT.get(word, word)


@of_each_family
async def test_a_missing_field_is_none_and_changes_nothing_else(told: Scene, family: Family) -> None:
    wrong: dict[str, Any] = {}
    async for field in every_field(told, family):
        if field.name in NEVER_MISSING:
            continue
        after = await field.after(...)
        moved = field.changed_attributes(after)
        if not moved <= {field.field} or field.first_value(after) is not None:
            wrong[field.name] = moved, after.values[field.field]
    assert wrong == {}
