"""Descriptions are listed and read by name, with the address of who serves them in their links."""

import json

import pytest

from bimmerhub.errors import NotFound
from bimmerhub.specs.reader import ADDRESS, list_specs, read_spec, title_of


def test_each_description_is_listed_with_what_it_is() -> None:
    specs = {spec.name: spec for spec in list_specs()}
    cardata = specs["openapi/cardata"]
    assert (cardata.kind, title_of(cardata)) == ("openapi", "BMW CarData, customer API")
    assert (cardata.path, cardata.media_type) == (
        "openapi/cardata.json",
        "application/vnd.oai.openapi+json;version=3.1",
    )
    assert specs["schemas/cardata/mappings"].media_type == "application/schema+json"
    assert all(json.loads(read_spec(name)) for name, spec in specs.items() if spec.path.endswith(".json"))


def test_links_have_the_address_of_who_serves_them() -> None:
    content = read_spec("schemas/cardata/mappings", address="http://127.0.0.1:8080")
    assert json.loads(content)["$id"] == "http://127.0.0.1:8080/spec/schemas/cardata/mappings.json"
    assert ADDRESS.encode() not in content


def test_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotFound) as refused:
        read_spec("openapi/nonsense")
    assert "openapi/cardata" in str(refused.value.hint)
