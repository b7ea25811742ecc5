"""What simulated cars say on the stream is as its descriptions say, and what is not as they say is refused."""

import json
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import pytest
from tools.specs.stream_descriptions import problem_of_message

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.emulator.captures import CAPTURE_GCID
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import MODELS, Garage
from bimmerhub.specs.reader import read_spec
from bimmerhub.times import DAY_MS
from bimmerhub.views.events import EVENT_SHAPES
from bimmerhub.web.app import describe_api

START_MS = 1_774_000_000_000
STREAM = json.loads(read_spec("asyncapi/cardata-stream"))
EVENTS = json.loads(read_spec("asyncapi/hub-events"))
MESSAGE: dict[str, Any] = STREAM["components"]["messages"]["values"]["examples"][0]["payload"]
[(KEY, ITEM)] = MESSAGE["data"].items()


def test_every_message_of_every_model_is_as_described() -> None:
    garage = Garage(seed=7, start_ms=START_MS, models=[*MODELS])
    messages = [message.encode(CAPTURE_GCID) for message in CarDataVoice(garage).advance(START_MS + 2 * DAY_MS)]
    assert len(messages) > 5_000
    assert {problem for message in messages if (problem := problem_of_message(message))} == set()


def test_examples_are_as_described() -> None:
    for example in STREAM["components"]["messages"]["values"]["examples"]:
        assert problem_of_message(json.dumps(example["payload"]).encode()) is None


def with_item(**changes: object) -> Mapping[str, Any]:
    return {**MESSAGE, "data": {KEY: {**ITEM, **changes}}}


@pytest.mark.parametrize(
    "message",
    [
        *({name: part for name, part in MESSAGE.items() if name != lost} for lost in MESSAGE),
        *(
            {**MESSAGE, "data": {KEY: {name: part for name, part in ITEM.items() if name != lost}}}
            for lost in ITEM
            if lost != "unit"
        ),
        {**MESSAGE, "more": 1},
        {**MESSAGE, "vin": "wba00000000000001"},
        {**MESSAGE, "timestamp": "yesterday"},
        {**MESSAGE, "data": {}},
        {**MESSAGE, "data": {"battery": ITEM}},
        {**MESSAGE, "data": {"vehicle.nobody.knows": ITEM}},
        with_item(value="67"),
        with_item(value=[67]),
        with_item(value=-1),
        with_item(value=101),
        with_item(unit=""),
        with_item(more=1),
        {**MESSAGE, "data": {"vehicle.isMoving": {**ITEM, "value": "perhaps"}}},
        {**MESSAGE, "data": {"vehicle.cabin.door.status": {**ITEM, "value": 1}}},
    ],
)
def test_message_that_is_otherwise_is_refused(message: Mapping[str, Any]) -> None:
    assert problem_of_message(json.dumps(message).encode()) is not None


def test_every_descriptor_is_described_as_the_catalogue_has_it() -> None:
    described = json.loads(read_spec("schemas/cardata/descriptors"))["properties"]
    catalogue = load_catalogue()
    assert described.keys() == {str(key) for key in catalogue}
    assert len(described) == 295
    for key, entry in catalogue.items():
        row = described[key]
        assert (row["title"], row.get("x-unit"), row["x-datatype"]) == (entry.title, entry.unit, entry.datatype)
        assert (row["x-drivetrains"], row["x-streamable"]) == (list(entry.drivetrains), entry.streamable)
        assert entry.datatype != "number" or {"minimum", "maximum"} <= row.keys()


def test_hub_s_events_have_the_shapes_of_its_own_description() -> None:
    components = EVENTS["components"]
    assert components["messages"].keys() == EVENT_SHAPES.keys()
    schemas = describe_api()["components"]["schemas"]
    assert {name: schemas[name] for name in components["schemas"]} == components["schemas"]
    gap = {"$ref": components["messages"]["gap"]["payload"]["$ref"], "components": components}
    validator = jsonschema_rs.Draft202012Validator(gap)
    assert validator.is_valid({"dropped": 3})
    assert not validator.is_valid({"dropped": "many"})
    assert not validator.is_valid({})
