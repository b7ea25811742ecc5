"""Descriptions are listed and read by name, with the address of who serves them in their links."""

import json

import pytest

from bimmerhub.errors import ConfigError
from bimmerhub.specs.reader import ADDRESS, list_specs, read_spec


def test_each_description_is_listed_with_what_it_is() -> None:
    specs = {spec.name: spec for spec in list_specs()}
    cardata = specs["openapi/cardata"]
    assert (cardata.kind, cardata.title) == ("openapi", "BMW CarData, customer API")
    assert (cardata.path, cardata.media_type) == (
        "openapi/cardata.json",
        "application/vnd.oai.openapi+json;version=3.1",
    )
    assert specs["schemas/cardata/mappings"].media_type == "application/schema+json"
    assert all(json.loads(read_spec(name)) for name in specs)


def test_links_have_the_address_of_who_serves_them() -> None:
    content = read_spec("schemas/cardata/mappings", address="http://127.0.0.1:8080/specs")
    assert json.loads(content)["$id"] == "http://127.0.0.1:8080/specs/schemas/cardata/mappings.json"
    assert ADDRESS.encode() not in content


def test_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError) as refused:
        read_spec("openapi/nonsense")
    assert "openapi/cardata" in str(refused.value.hint)
