"""Every operation of the dealers' sites, as data: the client, `call`, commands and collections go by this table.

Names and order of the first ones are those of the public collection of requests (2023). Words in braces of a default:
{username} and {password} of the storefront, {basic} the same pair as HTTP Basic writes it.
Sources: that collection, clients 2023-2026.
"""

from typing import Final

from bimmerhub.bmw.inventory.auth import SITE_TOKEN_PATH, TOKEN_PATH
from bimmerhub.bmw.inventory.endpoints import CONFIGURATOR, MINI, SITE
from bimmerhub.bmw.inventory.graphql_queries import MiniQuery, features_query, filters_query, inventory_query
from bimmerhub.bmw.operations.operation import Operation, Param

GRAPHQL_PATH: Final = "/bin/services/gateway.inventory.json/v1/inventory-search-service/graphql"
CONFIGURATOR_PATH: Final = "/UBYOConfigurator/v4"
LARGEST_PAGE: Final = 100
_COLLECTION_QUERY: Final = MiniQuery(zip_code="90210", range_miles=10, lowest_price=0, is_used=True)
_CODE: Final = Param(name="code", place="path", key="code", is_required=True)
_ZIP: Final = Param(name="zip_code", place="path", key="zip", is_required=True)


def _query(name: str, title: str, text: str) -> Operation:
    return Operation(
        name=name,
        group="miniusa.com",
        title=title,
        method="POST",
        path=GRAPHQL_PATH,
        evidence="C",
        params=(
            Param(name="query", place="body", key="query", default=text),
            Param(name="variables", place="body", key="variables", kind="json"),
        ),
        body="json",
        is_signed=False,
        server=MINI,
        note="GraphQL; pages count from 1.",
    )


_ALL: Final = (
    Operation(
        name="token",
        group="bmwusa.com",
        title="Token",
        method="POST",
        path=TOKEN_PATH,
        evidence="D",
        params=(
            Param(name="grant_type", place="body", key="grant_type", default="password"),
            Param(name="username", place="body", key="username", default="{username}", is_required=True),
            Param(name="password", place="body", key="password", default="{password}", is_required=True),
        ),
        body="form",
        is_signed=False,
        note="The storefront's pair, not a person's; grant_type may be left out.",
    ),
    Operation(
        name="vehicle",
        group="bmwusa.com",
        title="Vehicle",
        method="POST",
        path="/vehicle",
        evidence="C",
        params=(
            Param(name="offset", place="body", key="pageIndex", kind="number", default="0"),
            Param(name="page_size", place="body", key="PageSize", kind="number", default="20"),
            Param(name="postal_code", place="body", key="postalCode"),
            Param(name="radius_miles", place="body", key="radius", kind="number", default="0"),
            Param(name="sort_by", place="body", key="sortBy"),
            Param(name="sort_direction", place="body", key="sortDirection", choices=("asc", "desc")),
            Param(name="format_response", place="body", key="formatResponse", kind="bool", default="false"),
            Param(name="with_facets", place="body", key="includeFacets", kind="bool", default="true"),
            Param(name="with_dealers", place="body", key="includeDealers", kind="bool", default="true"),
            Param(name="with_vehicles", place="body", key="includeVehicles", kind="bool", default="true"),
            Param(name="filters", place="body", key="filters", kind="json", default="[]"),
            Param(name="vins", place="body", key="VINs", kind="json"),
        ),
        body="json",
        note="pageIndex is an offset; at most 100 cars a page; 403 is the rate park.",
    ),
    Operation(
        name="model-list",
        group="bmwusa.com",
        title="Model List",
        path=f"{CONFIGURATOR_PATH}/BM/modellist",
        evidence="C",
        is_signed=False,
        server=CONFIGURATOR,
    ),
    _query("available-features", "Get Available Features", features_query(_COLLECTION_QUERY)),
    _query("filter-options", "Get Filter Options", filters_query()),
    _query("minis", "Get Inventory", inventory_query(_COLLECTION_QUERY, page=1, page_size=24)),
    Operation(
        name="site-token",
        group="bmwusa.com",
        title="Token (site)",
        method="POST",
        path=SITE_TOKEN_PATH,
        evidence="C",
        params=(Param(name="basic", place="header", key="authorization", default="{basic}", is_required=True),),
        body="form",
        is_signed=False,
        server=SITE,
        note="HTTP Basic of the storefront's pair, and an empty form.",
    ),
    Operation(
        name="configuration",
        group="bmwusa.com",
        title="Configuration",
        path=f"{CONFIGURATOR_PATH}/configuration/start/{{code}}",
        evidence="C",
        params=(_CODE,),
        is_signed=False,
        server=CONFIGURATOR,
    ),
    Operation(
        name="options",
        group="bmwusa.com",
        title="Options",
        path=f"{CONFIGURATOR_PATH}/BM/options/{{code}}",
        evidence="C",
        params=(_CODE,),
        is_signed=False,
        server=CONFIGURATOR,
    ),
    Operation(
        name="tech-specs",
        group="bmwusa.com",
        title="Technical Data",
        path=f"{CONFIGURATOR_PATH}/BM/techspecs/{{code}}",
        evidence="?",
        params=(_CODE,),
        is_signed=False,
        server=CONFIGURATOR,
        note="The form of the answer is not known.",
    ),
    Operation(
        name="dealer",
        group="Dealers",
        title="Dealers",
        path="/api/dealers/maco/{zip}",
        evidence="C",
        params=(_ZIP,),
        is_signed=False,
        server=SITE,
    ),
    Operation(
        name="new-vehicles",
        group="bmwusa.com",
        title="New Vehicles",
        method="POST",
        path="/api/inventory/filter/search/{zip}",
        evidence="C",
        params=(
            _ZIP,
            Param(name="page", place="query", key="page", kind="number", default="1"),
            Param(name="page_size", place="query", key="resultsPerPage", kind="number", default="500"),
            Param(name="sort_by", place="query", key="sortBy", default="PRICE"),
            Param(name="sort_order", place="query", key="sortOrder", default="ASC", choices=("ASC", "DESC")),
            Param(name="wishes", place="body", key="", kind="json", default="{}"),
        ),
        body="json",
        is_signed=False,
        server=SITE,
        note="Of the site before it asked by GraphQL.",
    ),
)
OPERATIONS: Final = {operation.name: operation for operation in _ALL}
"""By name, in the order of the public collection; what it did not have comes last."""
