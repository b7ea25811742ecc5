"""The HTTP addresses of the dealers' stock: token and search, photos, the configurator, dealers, MINI's search."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.basic_auth import read_basic
from bimmerhub.emulator.inventory import configurator
from bimmerhub.emulator.inventory.dealer_answers import describe_nearest, list_new_cars
from bimmerhub.emulator.inventory.graphql.graphql_answers import StockQueries
from bimmerhub.emulator.inventory.graphql.graphql_search import run_query
from bimmerhub.emulator.inventory.inventory_parts import InventoryParts
from bimmerhub.emulator.inventory.lots.dealers import nearest_dealer
from bimmerhub.emulator.inventory.lots.stock_models import StockModel, model_by_code
from bimmerhub.emulator.inventory.lots.stock_photos import draw_photo
from bimmerhub.emulator.inventory.lots.towns import find_town
from bimmerhub.emulator.inventory.site_calls import NoJson, SiteCalls, read_json
from bimmerhub.emulator.inventory.vehicle_search import SearchRefused, VehicleSearch, search_vehicles

TOKEN_PATH = "/token"  # noqa: S105 - a path, no token
SITE_TOKEN_PATH = "/token/cpo/"  # noqa: S105 - a path, no token
VEHICLE_PATH = "/vehicle"
PHOTO_ROOT = "/stock-photos"
CONFIGURATOR_PATH = "/UBYOConfigurator/v4"
GRAPHQL_PATH = "/bin/services/gateway.inventory.json/v1/inventory-search-service/graphql"
_DENIED = {"Message": "Authorization has been denied for this request."}


class InventoryEndpoints:
    """inventoryservices.bmwdealerprograms.com: token and search."""

    def __init__(self, parts: InventoryParts, *, calls: SiteCalls, faults: Faults) -> None:
        self._parts = parts
        self._calls = calls
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._calls.route(TOKEN_PATH, "POST", self._token),
            self._calls.route(VEHICLE_PATH, "POST", self._vehicle),
        ]

    async def _token(self, request: Request) -> Response:
        """Answer with a token; `grant_type` may be missing, as public collections of requests leave it out."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", errors="replace")))
        if form.get("grant_type", "password") != "password":
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        return _token_answer(self._parts.tokens.issue(form.get("username", ""), form.get("password", "")))

    async def _vehicle(self, request: Request) -> Response:
        client = request.client
        if self._parts.park.note_call("" if client is None else client.host) or self._faults.take("inventory-parked"):
            return PlainTextResponse("Forbidden", status_code=403)
        if not self._parts.tokens.is_good(request.headers.get("authorization", "")):
            return JSONResponse(_DENIED, status_code=401)
        try:
            search = VehicleSearch.read(await read_json(request))
        except SearchRefused as refusal:
            return JSONResponse({"Message": str(refusal)}, status_code=400)
        root = str(request.base_url).rstrip("/") + PHOTO_ROOT
        return JSONResponse(search_vehicles(self._parts.used_bmws, search, photo_root=root))


class PhotoEndpoints:
    """The photos of the stock, for whoever knows their names."""

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route(PHOTO_ROOT + "/images/{name}", _photo, methods=["GET"])]


class BmwUsaEndpoints:
    """www.bmwusa.com: the storefront's token, dealers by zip code, the search for new cars of before GraphQL."""

    def __init__(self, parts: InventoryParts, *, calls: SiteCalls) -> None:
        self._parts = parts
        self._calls = calls

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            *(self._calls.route(path, "POST", self._token) for path in (SITE_TOKEN_PATH, SITE_TOKEN_PATH.rstrip("/"))),
            self._calls.route("/api/dealers/maco/{zip_code}", "GET", self._dealer),
            self._calls.route("/api/inventory/filter/search/{zip_code}", "POST", self._new_cars),
        ]

    async def _token(self, request: Request) -> Response:
        username, password = read_basic(request.headers.get("authorization", ""))
        return _token_answer(self._parts.tokens.issue(username, password))

    async def _dealer(self, request: Request) -> Response:
        town = find_town(request.path_params["zip_code"])
        if town is None:
            return JSONResponse({"Message": "The zip code is invalid."}, status_code=400)
        return JSONResponse(describe_nearest(nearest_dealer("BMW", town)))

    async def _new_cars(self, request: Request) -> Response:
        wanted = await read_json(request)
        if not isinstance(wanted, Mapping):
            raise NoJson("the body is no object that is asked for")
        query = request.query_params
        page, size = (_number(query.get(name, ""), usual) for name, usual in (("page", 1), ("resultsPerPage", 500)))
        return JSONResponse(list_new_cars(self._parts.bmws, wanted, page=page, size=size))


class ConfiguratorEndpoints:
    """configure.bmwusa.com."""

    def __init__(self, *, calls: SiteCalls) -> None:
        self._calls = calls

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._calls.route(f"{CONFIGURATOR_PATH}/BM/modellist", "GET", self._models),
            self._calls.route(f"{CONFIGURATOR_PATH}/configuration/start/{{code}}", "GET", self._start),
            self._calls.route(f"{CONFIGURATOR_PATH}/BM/options/{{code}}", "GET", self._options),
            self._calls.route(f"{CONFIGURATOR_PATH}/BM/techspecs/{{code}}", "GET", self._figures),
        ]

    async def _models(self, _request: Request) -> Response:
        return JSONResponse(configurator.list_models())

    async def _start(self, request: Request) -> Response:
        return _tell_of_model(request, configurator.start_configuration)

    async def _options(self, request: Request) -> Response:
        return _tell_of_model(request, configurator.list_options)

    async def _figures(self, request: Request) -> Response:
        return _tell_of_model(request, configurator.describe_figures)


class MiniUsaEndpoints:
    """www.miniusa.com: GraphQL over the stock of both brands."""

    def __init__(self, parts: InventoryParts, *, calls: SiteCalls, faults: Faults) -> None:
        self._parts = parts
        self._calls = calls
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [self._calls.route(GRAPHQL_PATH, "POST", self._query)]

    async def _query(self, request: Request) -> Response:
        body = await read_json(request)
        query = body.get("query") if isinstance(body, Mapping) else None
        if not isinstance(body, Mapping) or not isinstance(query, str):
            raise NoJson("the body is no object that is asked for")
        if self._faults.take("graphql-errors"):
            return JSONResponse(
                {"errors": [{"message": "Internal Server Error(s) while executing query"}], "data": None}
            )
        root = str(request.base_url).rstrip("/") + PHOTO_ROOT
        stock = StockQueries(self._parts.stock, photo_url=lambda name: f"{root}/images/{name}")
        variables, operation = body.get("variables"), body.get("operationName")
        answer = run_query(
            query,
            variables if isinstance(variables, Mapping) else None,
            operation if isinstance(operation, str) else None,
            stock,
        )
        return JSONResponse(answer)


def _token_answer(answer: Mapping[str, object] | None) -> Response:
    if answer is None:
        words = "The user name or password is incorrect."
        return JSONResponse({"error": "invalid_grant", "error_description": words}, status_code=400)
    return JSONResponse(answer)


def _tell_of_model(request: Request, tell: Callable[[StockModel], object]) -> Response:
    model = model_by_code(request.path_params["code"])
    return Response(status_code=404) if model is None else JSONResponse(tell(model))


def _number(text: str, usual: int) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else usual  # noqa: PLR2004 - digits


async def _photo(request: Request) -> Response:
    photo = draw_photo(request.path_params["name"])
    return Response(status_code=404) if photo is None else Response(photo, media_type="image/png")
