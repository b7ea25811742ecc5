"""Runs GraphQL over the stock, by the library `graphql-core`; it is loaded when somebody asks."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from bimmerhub.emulator.inventory.graphql.graphql_answers import StockQueries
from bimmerhub.emulator.inventory.graphql.graphql_schema import SCHEMA

if TYPE_CHECKING:
    from graphql import GraphQLSchema


def run_query(query: str, variables: Mapping[str, Any] | None, operation: str | None, stock: StockQueries) -> Any:  # noqa: ANN401 - JSON
    """Return GraphQL's answer: `data`, and `errors` for what cannot be parsed or does not exist."""
    from graphql import graphql_sync  # noqa: PLC0415 - a quarter of a second, and few ask

    result = graphql_sync(
        _schema(), query, _Root(stock), variable_values=dict(variables or {}), operation_name=operation
    )
    return result.formatted


@cache
def _schema() -> "GraphQLSchema":
    from graphql import build_schema  # noqa: PLC0415 - as above

    return build_schema(SCHEMA)


class _Root:
    """The three queries, under the names and with the arguments that the schema has."""

    def __init__(self, stock: StockQueries) -> None:
        self._stock = stock

    def getAvailableFeatures(  # noqa: N802 - the schema's name
        self,
        _info: object,
        *,
        brand: str,
        **wanted: Any,  # noqa: ANN401 - what GraphQL has read
    ) -> object:
        """Answer what the cars have."""
        return self._stock.list_features(
            brand=brand,
            zip_code=wanted.get("zip"),
            bucket=wanted.get("bucket"),
            types=wanted.get("types"),
            wishes=wanted.get("filter") or {},
        )

    def getFilterableOptions(  # noqa: N802 - the schema's name
        self,
        _info: object,
        *,
        brand: str,
        **wanted: Any,  # noqa: ANN401 - what GraphQL has read
    ) -> object:
        """Answer what cars can be filtered by."""
        return self._stock.list_filters(
            brand=brand,
            zip_code=wanted.get("zip"),
            bucket=wanted.get("bucket"),
            wishes=wanted.get("filter") or {},
        )

    def getInventory(  # noqa: N802 - the schema's name
        self,
        _info: object,
        *,
        brand: str,
        **wanted: Any,  # noqa: ANN401 - what GraphQL has read
    ) -> object:
        """Answer a page of cars."""
        pagination = wanted.get("pagination") or {}
        return self._stock.search(
            brand=brand,
            zip_code=wanted.get("zip"),
            bucket=wanted.get("bucket"),
            wishes=wanted.get("filter") or {},
            sorting=wanted.get("sorting") or (),
            page=pagination.get("pageIndex") or 1,
            page_size=pagination.get("pageSize"),
        )
