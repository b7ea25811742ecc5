"""Models that a public generator makes from the descriptions decode what the emulator answers."""

import json
import sys
from collections.abc import Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from datamodel_code_generator import InputFileType, generate
from datamodel_code_generator.enums import DataModelType, NamingStrategy, OpenAPIScope
from datamodel_code_generator.format import Formatter
from pydantic import TypeAdapter, ValidationError
from tools.specs.examples import answers_of
from tools.specs.openapi_document import operations_of
from tools.specs.sources import Source, load_sources
from tools.specs.tour import take_tour

from bimmerhub.specs.reader import read_spec

SOURCES: Final = load_sources()


@pytest.fixture
def models(name: str, tmp_path: Path) -> ModuleType:
    """The module that is generated from a description."""
    file = tmp_path / f"{name.replace('-', '_')}_models.py"
    generate(
        json.loads(read_spec(f"openapi/{name}")),
        input_file_type=InputFileType.OpenAPI,
        output=file,
        output_model_type=DataModelType.PydanticV2BaseModel,
        openapi_scopes=[OpenAPIScope.Schemas],
        formatters=[Formatter.BUILTIN],
        use_annotated=True,
        naming_strategy=NamingStrategy.FullPath,
    )
    found = spec_from_file_location(file.stem, file)
    assert found is not None
    assert found.loader is not None
    module = sys.modules[file.stem] = module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.filterwarnings("ignore:Pydantic does not take pattern:UserWarning")
@pytest.mark.parametrize("name", SOURCES)
async def test_generated_models_decode_what_the_emulator_answers(name: str, models: ModuleType) -> None:
    source = SOURCES[name]
    operations = operations_of(source)
    tour = await take_tour(source.family, operations.values())
    decoded = 0
    for operation, exchange in answers_of(tour, operations):
        model = model_of(source, operation, exchange.status, models)
        if model is not None and exchange.media_type.endswith("json"):
            decoded += 1
            model.validate_json(exchange.response_body)
            with pytest.raises(ValidationError):
                model.validate_json(b'"no such answer"')
    assert decoded


def model_of(source: Source, operation: str, status: int, models: ModuleType) -> TypeAdapter[Any] | None:
    """Return what decodes an operation's answer; None where no schema is described, or one of any shape."""
    content = source.operations[operation].answers.get(status)
    schema: Mapping[str, Any] = source.schemas[content] if isinstance(content, str) else {}
    return TypeAdapter(getattr(models, str(content))) if schema.keys() - {"title", "description"} else None
