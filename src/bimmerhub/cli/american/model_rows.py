"""The models that BMW and MINI name, one row each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from bimmerhub.bmw.inventory import FilterOptions, ModelSeries


class ModelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One model; `code` is what BMW's configurator calls it, such as 24IJ. MINI tells neither series nor shape."""

    series: str | None
    shape: str | None
    code: str | None
    name: str | None


def bmw_rows(series: "Sequence[ModelSeries]") -> list[ModelRow]:
    """Return the models of the configurator."""
    return [
        ModelRow(series=one.name, shape=style.name, code=model.code, name=model.name)
        for one in series
        for style in one.body_styles
        for model in style.models
    ]


def mini_rows(filters: "FilterOptions") -> list[ModelRow]:
    """Return the models that MINI's search can filter by."""
    return [ModelRow(series=None, shape=None, code=model.code, name=model.name) for model in filters.models]
